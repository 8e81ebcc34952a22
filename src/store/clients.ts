// Clients as the mirror holds them: list rows, and details where they were fetched.
import { writeClientDetail, writeClientRows, writeMissing } from './client-writes.ts';
import { type Client, Prisma, type PrismaClient } from './generated/client.ts';
import { countRows, type Keyset, readPage, textKey } from './keyset.ts';
import type { ClientDetailRecord, ClientRecord, OrganizationType } from './records.ts';
import { all, equals, isOneOf, isStorable, msOf, msOrNull, type Selected, storable } from './sql.ts';
import type { ClientFilter, ClientStore, Visibility } from './store.ts';
import { containsText, sortNameOf } from './text-search.ts';

export function createClientStore(prisma: PrismaClient): ClientStore {
  return {
    list: ({ visibility, filter, orderBy, page }) =>
      readPage(prisma, {
        columns: SELECTED,
        from: 'clients c',
        where: conditions(visibility, filter),
        orderBy,
        keyset: KEYSET,
        page,
        toRecord: toClient,
      }),
    count: ({ visibility, filter }) => countRows(prisma, 'clients c', conditions(visibility, filter)),
    async byIds(ids) {
      const rows = await prisma.client.findMany({ where: { id: { in: ids.filter(isStorable) } } });
      return rows.map(toClient);
    },
    async ids(organizationId) {
      const rows = await prisma.client.findMany({
        where: { organizationId: storable(organizationId), missingAt: null },
        select: { id: true },
        orderBy: { id: 'asc' },
      });
      return rows.map((row) => row.id);
    },
    upsertRows: (rows) => writeClientRows(prisma, rows),
    upsertDetail: (row, detail, asOf) => writeClientDetail(prisma, row, detail, asOf),
    markUnseenMissing: (organizationId, startedAt) => writeMissing(prisma, organizationId, startedAt),
  };
}

/** Listings leave out what is missing; `byIds` still finds it. */
function conditions(visibility: Visibility, filter: ClientFilter): Prisma.Sql {
  const found = [Prisma.sql`c.missing_at IS NULL`];
  if (visibility.organizationId !== null) found.push(equals('c.organization_id', visibility.organizationId));
  if (visibility.clientId !== null) found.push(equals('c.id', visibility.clientId));
  if (filter.organizationId !== undefined) found.push(equals('c.organization_id', filter.organizationId));
  if (filter.text !== undefined) found.push(containsText('c.search_text', filter.text));
  if (filter.types !== undefined) found.push(isOneOf('c.type', filter.types));
  if (filter.hasDomains !== undefined) found.push(Prisma.sql`${OWNS_DOMAINS} = ${filter.hasDomains}`);
  return all(found);
}

const OWNS_DOMAINS = Prisma.sql`EXISTS (
  SELECT 1 FROM domains d
  WHERE d.organization_id = c.organization_id AND d.client_id = c.id AND d.presence <> 'ABSENT_CONFIRMED')`;

type ClientRow = Omit<Client, 'sortName' | 'searchText'>;

const SELECTED = `
  c.organization_id AS "organizationId", c.id, c.name, c.type, c.first_name AS "firstName", c.last_name AS "lastName",
  c.company_name AS "companyName", c.email, c.row_as_of AS "rowAsOf", c.detail, c.detail_as_of AS "detailAsOf",
  c.missing_at AS "missingAt"`;

const KEYSET: Keyset<ClientRecord> = {
  listing: 'clients',
  columns: [textKey('c.sort_name'), textKey('c.organization_id'), textKey('c.id')],
  keyOf: (client) => [sortNameOf(client.name), client.organizationId, client.id],
};

function toClient(row: Selected<ClientRow>): ClientRecord {
  return {
    organizationId: row.organizationId,
    id: row.id,
    name: row.name,
    type: row.type as OrganizationType | null,
    firstName: row.firstName,
    lastName: row.lastName,
    companyName: row.companyName,
    email: row.email,
    rowAsOf: msOf(row.rowAsOf),
    detail: row.detail as ClientDetailRecord | null,
    detailAsOf: msOrNull(row.detailAsOf),
    missingAt: msOrNull(row.missingAt),
  };
}
