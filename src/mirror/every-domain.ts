// Walks over all domains of the mirror that match a filter, by name, a page at a time.
import type { DomainRecord } from '../store/records.ts';
import type { DomainFilter } from '../store/store.ts';
import type { MirrorStore } from './parts.ts';

const PAGE = 100;

export async function* everyDomain(
  store: Pick<MirrorStore, 'domains'>,
  filter: DomainFilter,
): AsyncGenerator<DomainRecord> {
  let after: string | undefined;
  for (;;) {
    const { rows, hasNextPage } = await store.domains.list({
      visibility: { organizationId: null, clientId: null },
      filter,
      orderBy: { field: 'NAME', direction: 'ASC' },
      page: { first: PAGE, ...(after !== undefined && { after }) },
    });
    for (const { row } of rows) yield row;
    after = rows.at(-1)?.cursor;
    if (!hasNextPage || after === undefined) return;
  }
}
