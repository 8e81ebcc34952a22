// Writes what was learned of domains, and tells what changed in the same transaction. What did not change costs one statement and no event.
import { sameHosts } from '../lib/host-names.ts';
import { type DomainLook, domainNews, driftOf, isLocked, lastSeenAt } from './domain-news.ts';
import type { DriftField } from './event-payloads.ts';
import { appendEvents } from './events.ts';
import { Prisma, type PrismaClient } from './generated/client.ts';
import { LIST_KEYS } from './list-keys.ts';
import type { DomainDetailRecord, EventRecord, OrderKind, Presence } from './records.ts';
import {
  type Database,
  equals,
  instant,
  isOneOf,
  isoInstant,
  isoOrNull,
  msOf,
  msOrNull,
  recordset,
  type Selected,
  selectRows,
  storable,
} from './sql.ts';
import type { DomainClientLink, DomainRowWrite, OwnDomainWrite } from './store.ts';
import { searchTextOf } from './text-search.ts';

interface Key {
  readonly organizationId: string;
  readonly name: string;
}

/** An older row never overwrites a newer one, nor does it take back a presence decided since. */
export async function writeRows(
  prisma: PrismaClient,
  rows: readonly DomainRowWrite[],
): Promise<readonly EventRecord[]> {
  const values = valuesOf(rows);
  if (values.length === 0) return [];
  if ((await refresh(prisma, values)) === values.length) return [];
  if (!(await isTold(prisma))) {
    await upsert(prisma, values);
    return [];
  }
  return prisma.$transaction(async (transaction) => {
    const added = await insertMissing(transaction, values);
    const before = await looks(
      transaction,
      Prisma.sql`
        FROM domains d JOIN ${recordset(values, ROW_COLUMNS)} ON ${SAME_KEY}
        WHERE d.row_as_of <= r.row_as_of AND (${IS_AS_BEFORE}) IS NOT TRUE ${IN_ORDER}`,
    );
    const changed = new Set(before.map(keyOf));
    await upsert(
      transaction,
      values.filter((value) => changed.has(keyOf({ organizationId: value.organization_id, name: value.name }))),
    );
    return tell(transaction, before, [...added, ...before], newestOf(rows));
  });
}

export async function writeDetail(
  prisma: PrismaClient,
  row: DomainRowWrite,
  detail: DomainDetailRecord,
  clientId: string | null,
  asOf: number,
): Promise<readonly EventRecord[]> {
  const values = valuesOf([row]);
  return prisma.$transaction(async (transaction) => {
    const added = await insertMissing(transaction, values);
    const before = added.length > 0 ? [] : await lockedLooks(transaction, [row]);
    await upsert(transaction, values);
    await transaction.$executeRaw`
      UPDATE domains SET
        detail = CASE WHEN detail_as_of > ${instant(asOf)} THEN detail ELSE ${JSON.stringify(storable(detail))}::text::jsonb END,
        detail_as_of = GREATEST(detail_as_of, ${instant(asOf)}),
        client_id = CASE WHEN client_as_of > ${instant(asOf)} THEN client_id ELSE ${storable(clientId)} END,
        client_as_of = GREATEST(client_as_of, ${instant(asOf)})
      WHERE organization_id = ${storable(row.organizationId)} AND name = ${storable(row.name)}`;
    if (!(await isTold(transaction))) return [];
    return tell(transaction, before, [...added, ...before], asOf);
  });
}

/** What was learned later stays. */
export async function writeLinks(
  prisma: PrismaClient,
  links: readonly DomainClientLink[],
  asOf: number,
): Promise<readonly EventRecord[]> {
  if (links.length === 0) return [];
  const table = recordset(links, `${KEY_COLUMNS}, "clientId" text`);
  const isSame = Prisma.sql`d.client_as_of IS NOT NULL AND d.client_id IS NOT DISTINCT FROM r."clientId"`;
  const isOlder = Prisma.sql`(d.client_as_of IS NULL OR d.client_as_of <= ${instant(asOf)})`;
  const link = (database: Database, which: Prisma.Sql) => database.$executeRaw`
    UPDATE domains d SET client_id = r."clientId", client_as_of = ${instant(asOf)}
    FROM ${table} WHERE d.organization_id = r."organizationId" AND d.name = r.name AND ${isOlder} AND ${which}`;
  if ((await link(prisma, isSame)) === links.length) return [];
  if (!(await isTold(prisma))) {
    await link(prisma, Prisma.sql`TRUE`);
    return [];
  }
  return prisma.$transaction(async (transaction) => {
    const others = Prisma.sql`
      FROM domains d JOIN ${table} ON d.organization_id = r."organizationId" AND d.name = r.name
      WHERE ${isOlder} AND NOT (${isSame}) ${IN_ORDER}`;
    const before = await looks(transaction, others);
    if (before.length > 0) await link(transaction, Prisma.sql`NOT (${isSame})`);
    return tell(transaction, before, before, asOf);
  });
}

export async function writeUnclaimed(
  prisma: PrismaClient,
  organizationId: string,
  startedAt: number,
  asOf: number,
): Promise<readonly EventRecord[]> {
  const unclaimed = Prisma.sql`
    ${equals('d.organization_id', organizationId)} AND d.presence <> 'ABSENT_CONFIRMED'
    AND d.row_as_of <= ${instant(startedAt)} AND (d.client_as_of IS NULL OR d.client_as_of < ${instant(startedAt)})`;
  const unlink = (database: Database, which: Prisma.Sql) => database.$executeRaw`
    UPDATE domains d SET client_id = NULL, client_as_of = ${instant(asOf)} WHERE ${unclaimed} AND ${which}`;
  await unlink(prisma, Prisma.sql`d.client_id IS NULL`);
  return prisma.$transaction(async (transaction) => {
    const lost = Prisma.sql`FROM domains d WHERE ${unclaimed} AND d.client_id IS NOT NULL ${IN_ORDER}`;
    const before = await looks(transaction, lost);
    if (before.length === 0) return [];
    await unlink(transaction, Prisma.sql`TRUE`);
    return (await isTold(transaction)) ? tell(transaction, before, before, asOf) : [];
  });
}

/** Only a domain that is proven to be gone is news. */
export async function writePresence(
  prisma: PrismaClient,
  keys: readonly Key[],
  presence: Presence,
  reason: string | null,
  asOf: number,
): Promise<readonly EventRecord[]> {
  if (keys.length === 0) return [];
  const set = (database: Database) => database.$executeRaw`
    UPDATE domains d SET presence = ${presence}, presence_reason = ${storable(reason)}, presence_as_of = ${instant(asOf)}
    FROM ${recordset(keys, KEY_COLUMNS)}
    WHERE d.organization_id = r."organizationId" AND d.name = r.name AND d.presence_as_of <= ${instant(asOf)}`;
  if (presence !== 'ABSENT_CONFIRMED') {
    await set(prisma);
    return [];
  }
  return prisma.$transaction(async (transaction) => {
    const before = await lockedLooks(transaction, keys);
    await set(transaction);
    return (await isTold(transaction)) ? tell(transaction, before, before, asOf) : [];
  });
}

export async function writeOwn(prisma: PrismaClient, write: OwnDomainWrite, sentAt: number): Promise<void> {
  const { organizationId, domainName, aspect, wanted } = storable(write);
  const data = { wanted: [...wanted], sentAt: new Date(sentAt) };
  await prisma.ownDomainWrite.upsert({
    where: { organizationId_domainName_aspect: { organizationId, domainName, aspect } },
    create: { organizationId, domainName, aspect, ...data },
    update: data,
  });
}

/** Nothing is told before the list of domains was complete for the first time: all of it would be new. */
async function isTold(database: Database): Promise<boolean> {
  return (await completeLists(database, [LIST_KEYS.domains])).size > 0;
}

async function completeLists(database: Database, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await database.$queryRaw<{ key: string }[]>`
    SELECT key FROM mirror_lists WHERE complete_at IS NOT NULL AND ${isOneOf('key', keys)}`;
  return new Set(rows.map(({ key }) => key));
}

/** Compares what the domains were with what they are now, and appends what there is to tell. Comes last in its transaction. */
async function tell(
  transaction: Prisma.TransactionClient,
  before: readonly DomainLook[],
  keys: readonly Key[],
  at: number,
): Promise<readonly EventRecord[]> {
  if (keys.length === 0) return [];
  const earlier = new Map(before.map((look) => [keyOf(look), look]));
  const pairs = (await lockedLooks(transaction, keys)).map((after) => ({
    before: earlier.get(keyOf(after)) ?? null,
    after,
  }));
  const isFirstLink = pairs.filter((pair) => pair.before?.clientAsOf === null && pair.after.clientId !== null);
  const lists = isFirstLink.map(({ after }) => LIST_KEYS.domainClients(after.organizationId));
  const known = lists.length === 0 ? new Set<string>() : await completeLists(transaction, [...new Set(lists)]);
  const events = [];
  for (const pair of pairs) {
    const knowsClients = known.has(LIST_KEYS.domainClients(pair.after.organizationId));
    const drift = pair.before === null ? [] : await unexplained(transaction, pair.before, pair.after);
    events.push(...domainNews(pair.before, pair.after, { at, knowsClients, drift }));
  }
  return appendEvents(transaction, events);
}

/** An order that ended so long before the domain was last seen unchanged may still show its effect. */
const EFFECT_MS = 3_600_000;

const EXPLAINS: Readonly<Record<OrderKind, readonly DriftField[]>> = {
  REGISTER: ['EXPIRES_AT', 'TRANSFER_LOCK', 'NAMESERVERS', 'REGISTRANT'],
  TRANSFER_IN: ['EXPIRES_AT', 'TRANSFER_LOCK', 'NAMESERVERS', 'REGISTRANT'],
  RESTORE: ['EXPIRES_AT', 'TRANSFER_LOCK', 'NAMESERVERS', 'REGISTRANT'],
  RENEW: ['EXPIRES_AT'],
  DELETE: ['EXPIRES_AT'],
  CHANGE_REGISTRANT: ['REGISTRANT', 'TRANSFER_LOCK'],
};

/**
 * Drift that the gateway did not cause. Nameservers and the transfer lock are its own when they are what it last set; every field is when an order of that
 * effect was at work since the domain was last seen as it was before.
 */
async function unexplained(
  transaction: Prisma.TransactionClient,
  before: DomainLook,
  after: DomainLook,
): Promise<readonly DriftField[]> {
  const found = driftOf(before, after);
  if (found.length === 0) return [];
  const { organizationId, name } = after;
  const own = await transaction.ownDomainWrite.findMany({ where: { organizationId, domainName: name } });
  const isOwn = own.flatMap(({ aspect, wanted }): readonly DriftField[] => {
    if (aspect === 'NAMESERVERS') return sameHosts(wanted, after.detail?.nameservers ?? []) ? ['NAMESERVERS'] : [];
    return wanted.includes('locked') === isLocked(after) ? ['TRANSFER_LOCK'] : [];
  });
  const since = new Date(lastSeenAt(before, found) - EFFECT_MS);
  const orders = await transaction.order.findMany({
    where: {
      organizationId,
      domainName: name,
      state: { notIn: ['FAILED', 'CANCELLED'] },
      OR: [{ endedAt: null }, { endedAt: { gte: since } }],
    },
    select: { kind: true },
  });
  const explained = new Set([...isOwn, ...orders.flatMap(({ kind }) => EXPLAINS[kind as OrderKind])]);
  return found.filter((field) => !explained.has(field));
}

const KEY_COLUMNS = '"organizationId" text, name text';

/** Two writers of the same domains take them in the same order. */
const IN_ORDER = Prisma.sql`ORDER BY d.organization_id, d.name FOR UPDATE OF d`;

/** Domains as they are, held until the transaction ends. @param query FROM … FOR UPDATE. */
async function looks(transaction: Prisma.TransactionClient, query: Prisma.Sql): Promise<readonly DomainLook[]> {
  const rows = await selectRows<LookRow>(transaction, LOOK, query);
  return rows.map(toLook);
}

function lockedLooks(transaction: Prisma.TransactionClient, keys: readonly Key[]): Promise<readonly DomainLook[]> {
  const named = keys.map(({ organizationId, name }) => ({ organizationId, name }));
  return looks(
    transaction,
    Prisma.sql`
      FROM domains d JOIN ${recordset(named, KEY_COLUMNS)} ON d.organization_id = r."organizationId" AND d.name = r.name
      ${IN_ORDER}`,
  );
}

type LookRow = Omit<DomainLook, 'expiresAt' | 'clientAsOf' | 'rowAsOf' | 'detailAsOf'> & {
  readonly expiresAt: Date | null;
  readonly clientAsOf: Date | null;
  readonly rowAsOf: Date;
  readonly detailAsOf: Date | null;
};

const LOOK = `
  d.organization_id AS "organizationId", d.client_id AS "clientId", d.client_as_of AS "clientAsOf", d.name,
  d.unicode_name AS "unicodeName", d.tld, d.expires_at AS "expiresAt", d.auto_renew AS "autoRenew",
  d.epp_statuses AS "eppStatuses", d.tags, d.presence, d.presence_reason AS "presenceReason", d.row_as_of AS "rowAsOf",
  d.detail, d.detail_as_of AS "detailAsOf"`;

function toLook(row: Selected<LookRow>): DomainLook {
  return {
    ...row,
    expiresAt: msOrNull(row.expiresAt),
    clientAsOf: msOrNull(row.clientAsOf),
    rowAsOf: msOf(row.rowAsOf),
    detailAsOf: msOrNull(row.detailAsOf),
  };
}

type RowValue = ReturnType<typeof toValue>;

function toValue({ clientId, ...row }: DomainRowWrite) {
  return {
    organization_id: row.organizationId,
    name: row.name,
    unicode_name: row.unicodeName,
    gandi_id: row.gandiId,
    tld: row.tld,
    epp_statuses: row.eppStatuses,
    tags: row.tags,
    auto_renew: row.autoRenew,
    registrant_name: row.registrantName,
    nameserver_kind: row.nameserverKind,
    created_at: isoOrNull(row.createdAt),
    registry_created_at: isoOrNull(row.registryCreatedAt),
    expires_at: isoOrNull(row.expiresAt),
    updated_at: isoOrNull(row.updatedAt),
    row_as_of: isoInstant(row.rowAsOf),
    search_text: searchTextOf([row.name, row.unicodeName, ...row.tags, row.registrantName]),
    client_id: clientId ?? null,
    client_as_of: clientId === undefined ? null : isoInstant(row.rowAsOf),
  };
}

const ROW_COLUMNS = `
  organization_id text, name text, unicode_name text, gandi_id text, tld text, epp_statuses text[], tags text[], auto_renew boolean,
  registrant_name text, nameserver_kind text, created_at timestamptz, registry_created_at timestamptz, expires_at timestamptz,
  updated_at timestamptz, row_as_of timestamptz, search_text text, client_id text, client_as_of timestamptz`;

/** In the order in which they are written, the newest of each domain. */
function valuesOf(rows: readonly DomainRowWrite[]): readonly RowValue[] {
  const byKey = new Map<string, DomainRowWrite>();
  for (const row of rows) {
    const known = byKey.get(keyOf(row));
    if (known === undefined || known.rowAsOf <= row.rowAsOf) byKey.set(keyOf(row), row);
  }
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => toValue(row));
}

function newestOf(rows: readonly DomainRowWrite[]): number {
  return rows.reduce((newest, { rowAsOf }) => Math.max(newest, rowAsOf), 0);
}

function keyOf({ organizationId, name }: Key): string {
  return JSON.stringify([organizationId, name]);
}

const SAME_KEY = Prisma.sql`d.organization_id = r.organization_id AND d.name = r.name`;

const sameArray = (column: string) =>
  Prisma.raw(`(d.${column} = r.${column} OR (d.${column} @> r.${column} AND d.${column} <@ r.${column}))`);

/** The row `r` tells nothing new of the domain `d`: what {@link domainNews} compares is the same. */
const IS_AS_BEFORE = Prisma.sql`
  d.presence <> 'ABSENT_CONFIRMED' AND d.expires_at IS NOT DISTINCT FROM r.expires_at AND d.auto_renew = r.auto_renew
  AND ${sameArray('epp_statuses')} AND ${sameArray('tags')}
  AND (r.client_as_of IS NULL OR d.client_as_of > r.client_as_of
    OR (d.client_as_of IS NOT NULL AND d.client_id IS NOT DISTINCT FROM r.client_id))`;

/** What a row of the source `s` makes of the domain `d`. */
const assignments = (s: 'r' | 'EXCLUDED') =>
  Prisma.raw(`
    unicode_name = ${s}.unicode_name, gandi_id = ${s}.gandi_id, tld = ${s}.tld, epp_statuses = ${s}.epp_statuses,
    tags = ${s}.tags, auto_renew = ${s}.auto_renew, registrant_name = ${s}.registrant_name,
    nameserver_kind = ${s}.nameserver_kind, created_at = ${s}.created_at, registry_created_at = ${s}.registry_created_at,
    expires_at = ${s}.expires_at, updated_at = ${s}.updated_at, row_as_of = ${s}.row_as_of, search_text = ${s}.search_text,
    client_id = CASE WHEN ${s}.client_as_of IS NULL OR d.client_as_of > ${s}.client_as_of THEN d.client_id ELSE ${s}.client_id END,
    client_as_of = GREATEST(d.client_as_of, ${s}.client_as_of),
    presence = CASE WHEN d.presence_as_of > ${s}.row_as_of THEN d.presence ELSE 'PRESENT' END,
    presence_reason = CASE WHEN d.presence_as_of > ${s}.row_as_of THEN d.presence_reason END,
    presence_as_of = GREATEST(d.presence_as_of, ${s}.row_as_of)`);

/** Writes the rows that tell nothing new. @returns how many they are. */
function refresh(database: Database, values: readonly RowValue[]): Promise<number> {
  return database.$executeRaw`
    UPDATE domains d SET ${assignments('r')} FROM ${recordset(values, ROW_COLUMNS)}
    WHERE ${SAME_KEY} AND d.row_as_of <= r.row_as_of AND ${IS_AS_BEFORE}`;
}

const INSERT = Prisma.sql`
  INSERT INTO domains AS d (
    organization_id, name, unicode_name, gandi_id, tld, epp_statuses, tags, auto_renew, registrant_name, nameserver_kind,
    created_at, registry_created_at, expires_at, updated_at, row_as_of, search_text, client_id, client_as_of, presence, presence_as_of)
  SELECT r.*, 'PRESENT', r.row_as_of FROM`;

async function insertMissing(transaction: Prisma.TransactionClient, values: readonly RowValue[]): Promise<Key[]> {
  return transaction.$queryRaw<Key[]>`
    ${INSERT} ${recordset(values, ROW_COLUMNS)} ORDER BY organization_id, name
    ON CONFLICT (organization_id, name) DO NOTHING RETURNING d.organization_id AS "organizationId", d.name`;
}

async function upsert(database: Database, values: readonly RowValue[]): Promise<void> {
  if (values.length === 0) return;
  await database.$executeRaw`
    ${INSERT} ${recordset(values, ROW_COLUMNS)} ORDER BY organization_id, name
    ON CONFLICT (organization_id, name) DO UPDATE SET ${assignments('EXCLUDED')} WHERE d.row_as_of <= EXCLUDED.row_as_of`;
}
