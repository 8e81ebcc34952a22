// Finds the organization of domains whose list rows do not tell it, where the credential sees several organizations.
import type { DomainDetails } from './domain-detail.ts';
import type { UnplacedRow } from './domain-rows.ts';
import type { Caller } from './flights.ts';
import type { OwnerBook } from './known-owners.ts';
import type { Parts } from './parts.ts';
import { sideBySide } from './side-by-side.ts';
import { sweep } from './sweep.ts';

/**
 * Asks in this order, as long as rows are left and asking for a list takes fewer calls than reading their details: the list of each organization
 * (`sharing_id` as a filter: Gandi v5 docs, domain), then the list of each client (a reseller's own list may leave its clients' domains out: not documented),
 * at last the details one by one.
 */
export async function placeRows(
  rows: readonly UnplacedRow[],
  caller: Caller,
  deps: { readonly parts: Parts; readonly owners: OwnerBook; readonly details: DomainDetails },
): Promise<void> {
  const { parts, owners, details } = deps;
  const { port, store, clock, pageSize, atOnce, wrote } = parts;
  const left = new Map(rows.map((unplaced) => [unplaced.row.name, unplaced]));
  const { organizations, clients } = await owners.known();

  const readList = (scope: { organizationId: string } | { clientId: string }, organizationId: string) =>
    sweep({
      caller,
      now: clock.now,
      pageSize,
      atOnce,
      fetchPage: (page, call) => port.domains({ ...scope, page, perPage: pageSize }, call),
      keyOf: ({ name }) => name,
      async onPage(items, asOf) {
        const here = items.filter(({ name }) => left.has(name));
        for (const { name } of here) left.delete(name);
        const tellsClient = 'clientId' in scope || organizations.get(organizationId)?.isReseller === false;
        const clientId = 'clientId' in scope ? scope.clientId : null;
        const events = await store.domains.upsertRows(
          here.map(({ sharingId: _sharingId, ...row }) => ({
            ...row,
            organizationId,
            rowAsOf: asOf,
            ...(tellsClient && { clientId }),
          })),
        );
        wrote(events);
      },
    });

  if (organizations.size < left.size)
    await sideBySide(organizations.keys(), atOnce, (organizationId) => readList({ organizationId }, organizationId));
  if (clients.size < left.size)
    await sideBySide(clients, atOnce, async ([clientId, organizationId]) => {
      if (left.size > 0) await readList({ clientId }, organizationId);
    });
  await sideBySide([...left.keys()], atOnce, (name) => details.read(name)(caller));
}
