// Clients as the mirror holds them: list rows, and details where they were fetched.
import { type Client, Prisma, type PrismaClient } from './generated/client.ts';
import { countRows, type Keyset, readPage, textKey } from './keyset.ts';
import type { ClientDetailRecord, ClientRecord, ClientRowRecord, OrganizationType } from './records.ts';
import {
  all,
  equals,
  instant,
  isOneOf,
  isoInstant,
  isStorable,
  msOf,
  msOrNull,
  recordset,
  type Selected,
  storable,
} from './sql.ts';
import type { ClientFilter, ClientStore, Visibility } from './store.ts';
import { containsText, searchTextOf, sortNameOf } from './text-search.ts';

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
    async upsertRows(rows) {
      await upsert(prisma, rows);
    },
    async upsertDetail(row, detail, asOf) {
      await prisma.$transaction(async (transaction) => {
        await upsert(transaction, [row]);
        await transaction.$executeRaw`
          UPDATE clients SET detail = ${JSON.stringify(storable(detail))}::text::jsonb, detail_as_of = ${instant(asOf)}
          WHERE organization_id = ${row.organizationId} AND id = ${row.id}
            AND (detail_as_of IS NULL OR detail_as_of <= ${instant(asOf)})`;
      });
    },
    async markUnseenMissing(organizationId, startedAt) {
      await prisma.$executeRaw`
        UPDATE clients SET missing_at = ${instant(startedAt)}
        WHERE organization_id = ${storable(organizationId)} AND missing_at IS NULL AND row_as_of < ${instant(startedAt)}`;
    },
  };
}

async function upsert(database: PrismaClient | Prisma.TransactionClient, rows: readonly ClientRowRecord[]) {
  const values = newest(rows).map((row) => ({
    ...row,
    rowAsOf: isoInstant(row.rowAsOf),
    sortName: sortNameOf(row.name),
    searchText: searchTextOf([row.name, fullName(row), row.companyName, row.email]),
  }));
  if (values.length === 0) return;
  await database.$executeRaw`
    INSERT INTO clients (organization_id, id, name, type, first_name, last_name, company_name, email, row_as_of, sort_name, search_text)
    SELECT * FROM ${recordset(values, COLUMNS)} ORDER BY "organizationId", id
    ON CONFLICT (organization_id, id) DO UPDATE SET
      name = EXCLUDED.name, type = EXCLUDED.type, first_name = EXCLUDED.first_name, last_name = EXCLUDED.last_name,
      company_name = EXCLUDED.company_name, email = EXCLUDED.email, row_as_of = EXCLUDED.row_as_of, missing_at = NULL,
      sort_name = EXCLUDED.sort_name, search_text = EXCLUDED.search_text
    WHERE clients.row_as_of <= EXCLUDED.row_as_of`;
}

const COLUMNS =
  '"organizationId" text, id text, name text, type text, "firstName" text, "lastName" text, "companyName" text, email text, "rowAsOf" timestamptz, "sortName" text, "searchText" text';

function newest(rows: readonly ClientRowRecord[]): ClientRowRecord[] {
  const byKey = new Map<string, ClientRowRecord>();
  for (const row of rows) {
    const key = JSON.stringify([row.organizationId, row.id]);
    const known = byKey.get(key);
    if (known === undefined || known.rowAsOf <= row.rowAsOf) byKey.set(key, row);
  }
  return [...byKey.values()];
}

function fullName({ firstName, lastName }: ClientRowRecord): string {
  return [firstName, lastName].filter((part) => part !== null).join(' ');
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
