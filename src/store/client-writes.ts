// Writes what was learned of clients, and tells what changed in the same transaction. What did not change costs one statement and no event.
import { isDeepStrictEqual } from 'node:util';
import { type ClientFacts, type ClientField, payloadOf } from './event-payloads.ts';
import { appendEvents } from './events.ts';
import { Prisma, type PrismaClient } from './generated/client.ts';
import { LIST_KEYS } from './list-keys.ts';
import type { ClientDetailRecord, ClientRowRecord, EventRecord, EventType } from './records.ts';
import { type Database, equals, instant, isoInstant, recordset, selectRows, storable } from './sql.ts';
import type { NewEvent } from './store.ts';
import { searchTextOf, sortNameOf } from './text-search.ts';

/** An older row never overwrites a newer one. */
export async function writeClientRows(
  prisma: PrismaClient,
  rows: readonly ClientRowRecord[],
): Promise<readonly EventRecord[]> {
  const values = valuesOf(rows);
  if (values.length === 0 || (await refresh(prisma, values)) === values.length) return [];
  return prisma.$transaction(async (transaction) => {
    const added = await insertMissing(transaction, values);
    const others = Prisma.sql`
      FROM clients c JOIN ${recordset(values, COLUMNS)} ON ${SAME_KEY}
      WHERE c.row_as_of <= r.row_as_of AND (${IS_AS_BEFORE}) IS NOT TRUE ${IN_ORDER}`;
    const before = await looks(transaction, others);
    await upsert(transaction, values);
    const at = rows.reduce((newest, { rowAsOf }) => Math.max(newest, rowAsOf), 0);
    return tell(transaction, before, [...added, ...before], at);
  });
}

export async function writeClientDetail(
  prisma: PrismaClient,
  row: ClientRowRecord,
  detail: ClientDetailRecord,
  asOf: number,
): Promise<readonly EventRecord[]> {
  const values = valuesOf([row]);
  return prisma.$transaction(async (transaction) => {
    const added = await insertMissing(transaction, values);
    const before = added.length > 0 ? [] : await lockedLooks(transaction, [row]);
    await upsert(transaction, values);
    await transaction.$executeRaw`
      UPDATE clients SET detail = ${JSON.stringify(storable(detail))}::text::jsonb, detail_as_of = ${instant(asOf)}
      WHERE organization_id = ${storable(row.organizationId)} AND id = ${storable(row.id)}
        AND (detail_as_of IS NULL OR detail_as_of <= ${instant(asOf)})`;
    return tell(transaction, before, [...added, ...before], asOf);
  });
}

export async function writeMissing(
  prisma: PrismaClient,
  organizationId: string,
  startedAt: number,
): Promise<readonly EventRecord[]> {
  const unseen = Prisma.sql`
    ${equals('c.organization_id', organizationId)} AND c.missing_at IS NULL AND c.row_as_of < ${instant(startedAt)}`;
  return prisma.$transaction(async (transaction) => {
    const before = await looks(transaction, Prisma.sql`FROM clients c WHERE ${unseen} ${IN_ORDER}`);
    if (before.length === 0) return [];
    await transaction.$executeRaw`UPDATE clients c SET missing_at = ${instant(startedAt)} WHERE ${unseen}`;
    return tell(transaction, before, before, startedAt);
  });
}

interface Key {
  readonly organizationId: string;
  readonly id: string;
}

/** A client at one moment, as far as events compare it. */
interface ClientLook extends ClientFacts, Pick<ClientRowRecord, 'firstName' | 'lastName' | 'companyName' | 'email'> {
  readonly isMissing: boolean;
  readonly detail: ClientDetailRecord | null;
}

/** Nothing is told of an organization's clients before the list of them was complete for the first time. Comes last in its transaction. */
async function tell(
  transaction: Prisma.TransactionClient,
  before: readonly ClientLook[],
  keys: readonly Key[],
  at: number,
): Promise<readonly EventRecord[]> {
  if (keys.length === 0) return [];
  const told = new Set<string>();
  for (const organizationId of new Set(keys.map((key) => key.organizationId)))
    if (await isComplete(transaction, LIST_KEYS.clients(organizationId))) told.add(organizationId);
  if (told.size === 0) return [];
  const earlier = new Map(before.map((look) => [keyOf(look), look]));
  const after = (await lockedLooks(transaction, keys)).filter(({ organizationId }) => told.has(organizationId));
  return appendEvents(
    transaction,
    after.flatMap((look) => clientNews(earlier.get(keyOf(look)) ?? null, look, at)),
  );
}

async function isComplete(database: Database, key: string): Promise<boolean> {
  const rows = await database.$queryRaw<unknown[]>`
    SELECT 1 FROM mirror_lists WHERE complete_at IS NOT NULL AND ${equals('key', key)}`;
  return rows.length > 0;
}

function clientNews(before: ClientLook | null, after: ClientLook, occurredAt: number): readonly NewEvent[] {
  const { organizationId, id } = after;
  const eventOf = (type: EventType, payload: NewEvent['payload']): NewEvent => ({
    ...{ organizationId, clientId: id, domainName: null, type, subjectType: 'Client', subjectId: id },
    payload,
    occurredAt,
  });
  const client = factsOf(after);
  const isNew = before === null || before.isMissing;
  if (isNew) return after.isMissing ? [] : [eventOf('CLIENT_ADDED', payloadOf('CLIENT_ADDED', { client }))];
  if (after.isMissing) return [eventOf('CLIENT_REMOVED', payloadOf('CLIENT_REMOVED', { client: factsOf(before) }))];
  const fields = changedFields(before, after);
  return fields.length === 0 ? [] : [eventOf('CLIENT_CHANGED', payloadOf('CLIENT_CHANGED', { client, fields }))];
}

function factsOf({ organizationId, id, name, type }: ClientLook): ClientFacts {
  return { organizationId, id, name, type };
}

function changedFields(before: ClientLook, after: ClientLook): readonly ClientField[] {
  const parts = Object.keys(PARTS) as ClientField[];
  return parts.filter((field) => {
    const isKnown = !OF_DETAIL.has(field) || (before.detail !== null && after.detail !== null);
    return isKnown && !isDeepStrictEqual(PARTS[field](before), PARTS[field](after));
  });
}

const PARTS: Readonly<Record<ClientField, (look: ClientLook) => unknown>> = {
  NAME: ({ name }) => name,
  TYPE: ({ type }) => type,
  FIRST_NAME: ({ firstName }) => firstName,
  LAST_NAME: ({ lastName }) => lastName,
  COMPANY: ({ companyName }) => companyName,
  EMAIL: ({ email }) => email,
  ADDRESS: ({ detail }) => detail?.address,
  PHONE: ({ detail }) => detail?.phone,
  FAX: ({ detail }) => detail?.fax,
  REFERENCE: ({ detail }) => detail?.reference,
  LANGUAGE: ({ detail }) => detail?.language,
};

/** What became known for the first time is no change. */
const OF_DETAIL: ReadonlySet<ClientField> = new Set(['ADDRESS', 'PHONE', 'FAX', 'REFERENCE', 'LANGUAGE']);

/** Two writers of the same clients take them in the same order. */
const IN_ORDER = Prisma.sql`ORDER BY c.organization_id, c.id FOR UPDATE OF c`;

/** Clients as they are, held until the transaction ends. @param query FROM … FOR UPDATE. */
async function looks(transaction: Prisma.TransactionClient, query: Prisma.Sql): Promise<readonly ClientLook[]> {
  return selectRows<ClientLook>(transaction, LOOK, query);
}

function lockedLooks(transaction: Prisma.TransactionClient, keys: readonly Key[]): Promise<readonly ClientLook[]> {
  const named = keys.map(({ organizationId, id }) => ({ organization_id: organizationId, id }));
  const table = recordset(named, 'organization_id text, id text');
  return looks(transaction, Prisma.sql`FROM clients c JOIN ${table} ON ${SAME_KEY} ${IN_ORDER}`);
}

const LOOK = `
  c.organization_id AS "organizationId", c.id, c.name, c.type, c.first_name AS "firstName", c.last_name AS "lastName",
  c.company_name AS "companyName", c.email, c.missing_at IS NOT NULL AS "isMissing", c.detail`;

type ClientValue = ReturnType<typeof toValue>;

function toValue(row: ClientRowRecord) {
  const fullName = [row.firstName, row.lastName].filter((part) => part !== null).join(' ');
  return {
    organization_id: row.organizationId,
    id: row.id,
    name: row.name,
    type: row.type,
    first_name: row.firstName,
    last_name: row.lastName,
    company_name: row.companyName,
    email: row.email,
    row_as_of: isoInstant(row.rowAsOf),
    sort_name: sortNameOf(row.name),
    search_text: searchTextOf([row.name, fullName, row.companyName, row.email]),
  };
}

const COLUMNS = `
  organization_id text, id text, name text, type text, first_name text, last_name text, company_name text, email text,
  row_as_of timestamptz, sort_name text, search_text text`;

/** In the order in which they are written, the newest of each client. */
function valuesOf(rows: readonly ClientRowRecord[]): readonly ClientValue[] {
  const byKey = new Map<string, ClientRowRecord>();
  for (const row of rows) {
    const known = byKey.get(keyOf(row));
    if (known === undefined || known.rowAsOf <= row.rowAsOf) byKey.set(keyOf(row), row);
  }
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => toValue(row));
}

function keyOf({ organizationId, id }: Key): string {
  return JSON.stringify([organizationId, id]);
}

const SAME_KEY = Prisma.sql`c.organization_id = r.organization_id AND c.id = r.id`;

/** The row `r` tells nothing new of the client `c`. */
const IS_AS_BEFORE = Prisma.sql`
  c.missing_at IS NULL AND c.name = r.name
  AND (c.type, c.first_name, c.last_name, c.company_name, c.email)
    IS NOT DISTINCT FROM (r.type, r.first_name, r.last_name, r.company_name, r.email)`;

/** Moves the rows on that tell nothing new. @returns how many they are. */
function refresh(database: Database, values: readonly ClientValue[]): Promise<number> {
  return database.$executeRaw`
    UPDATE clients c SET row_as_of = r.row_as_of FROM ${recordset(values, COLUMNS)}
    WHERE ${SAME_KEY} AND c.row_as_of <= r.row_as_of AND ${IS_AS_BEFORE}`;
}

const INSERT = Prisma.sql`
  INSERT INTO clients AS c (
    organization_id, id, name, type, first_name, last_name, company_name, email, row_as_of, sort_name, search_text)
  SELECT * FROM`;

function insertMissing(transaction: Prisma.TransactionClient, values: readonly ClientValue[]): Promise<Key[]> {
  return transaction.$queryRaw<Key[]>`
    ${INSERT} ${recordset(values, COLUMNS)} ORDER BY organization_id, id
    ON CONFLICT (organization_id, id) DO NOTHING RETURNING c.organization_id AS "organizationId", c.id`;
}

async function upsert(database: Database, values: readonly ClientValue[]): Promise<void> {
  await database.$executeRaw`
    ${INSERT} ${recordset(values, COLUMNS)} ORDER BY organization_id, id
    ON CONFLICT (organization_id, id) DO UPDATE SET
      name = EXCLUDED.name, type = EXCLUDED.type, first_name = EXCLUDED.first_name, last_name = EXCLUDED.last_name,
      company_name = EXCLUDED.company_name, email = EXCLUDED.email, row_as_of = EXCLUDED.row_as_of, missing_at = NULL,
      sort_name = EXCLUDED.sort_name, search_text = EXCLUDED.search_text
    WHERE c.row_as_of <= EXCLUDED.row_as_of`;
}
