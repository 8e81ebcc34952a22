// The log of what changed, append-only. Appends stand in line, so that sequence numbers are readable in the order they were given.
import { randomUUIDv7 } from 'node:crypto';
import { type Event, Prisma, type PrismaClient } from './generated/client.ts';
import { toEvent } from './order-rows.ts';
import type { EventRecord } from './records.ts';
import {
  all,
  equals,
  instant,
  isOneOf,
  isoInstant,
  isStorable,
  isUuid,
  recordset,
  selectRows,
  storable,
} from './sql.ts';
import type { EventFilter, EventStore, LogFloor, NewEvent, Visibility } from './store.ts';

/** Names the line that appends stand in; any number no other advisory lock of this database uses. */
const APPEND_LOCK = 7_201_944_310;
/** Names the turn of the one that removes. */
const PRUNE_LOCK = 7_201_944_311;
/** The fact that tells what was removed. */
const FLOOR = 'event-log-floor';

/**
 * Appends to the log inside a transaction. Call it last: until the transaction ends every other append waits, which is what keeps a reader
 * that has seen one event from missing an earlier one committed later.
 */
export async function appendEvents(
  transaction: Prisma.TransactionClient,
  events: readonly NewEvent[],
): Promise<readonly EventRecord[]> {
  if (events.length === 0) return [];
  const kept = events.map((event) => ({ ...storable(event), id: randomUUIDv7() }));
  const rows = kept.map((event, place) => ({ ...event, place, occurredAt: isoInstant(event.occurredAt) }));
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${APPEND_LOCK})`;
  const given = await transaction.$queryRaw<{ id: string; sequence: bigint }[]>`
    INSERT INTO events (id, organization_id, client_id, domain_name, type, subject_type, subject_id, payload, occurred_at)
    SELECT id, "organizationId", "clientId", "domainName", type, "subjectType", "subjectId", payload, "occurredAt"
    FROM ${recordset(rows, ROW)} ORDER BY place
    RETURNING id, sequence`;
  const sequences = new Map(given.map(({ id, sequence }) => [id, BigInt(sequence)]));
  return kept.map((event) => ({ ...event, sequence: sequences.get(event.id) ?? lost(event.id) }));
}

const ROW = `place int, id uuid, "organizationId" text, "clientId" text, "domainName" text, type text, "subjectType" text,
  "subjectId" text, payload jsonb, "occurredAt" timestamptz`;

function lost(id: string): never {
  throw new Error(`Event ${id} was appended and has no place in the log.`);
}

export function createEventStore(prisma: PrismaClient): EventStore {
  return {
    async after(sequence, limit) {
      assertLimit(limit);
      const rows = await prisma.event.findMany({
        where: { sequence: { gt: sequence } },
        orderBy: { sequence: 'asc' },
        take: limit,
      });
      return rows.map(toEvent);
    },
    async head() {
      const { _max } = await prisma.event.aggregate({ _max: { sequence: true } });
      return _max.sequence ?? (await floorOf(prisma)).sequence;
    },
    async byIds(ids) {
      const rows = await prisma.event.findMany({ where: { id: { in: ids.filter(isUuid) } } });
      return rows.map(toEvent);
    },
    async list(query) {
      const rows = await selectRows<Event>(prisma, SELECTED, eventsIn(query));
      const events = rows.map((row) => toEvent({ ...row, sequence: BigInt(row.sequence) }));
      return query.range.from === 'start' ? events : events.reverse();
    },
    floor: () => floorOf(prisma),
    prune: ({ olderThan, keep, keepAfter, olderThanInAnyCase, limit }) =>
      prisma.$transaction(async (transaction) => {
        const [turn] = await transaction.$queryRaw<
          { taken: boolean }[]
        >`SELECT pg_try_advisory_xact_lock(${PRUNE_LOCK}) AS taken`;
        if (turn?.taken !== true) return 0;
        const { _max } = await transaction.event.aggregate({ _max: { sequence: true } });
        const beyond = (_max.sequence ?? 0n) - BigInt(keep);
        const removed = await transaction.$queryRaw<{ sequence: bigint; occurredAt: Date }[]>`
          WITH oldest AS MATERIALIZED (
            SELECT sequence,
              (occurred_at < ${instant(olderThan)} OR sequence <= ${beyond})
                AND (sequence <= ${keepAfter} OR occurred_at < ${instant(olderThanInAnyCase)}) AS goes
            FROM events ORDER BY sequence LIMIT ${limit}),
          stays AS (SELECT min(sequence) AS first FROM oldest WHERE NOT goes)
          DELETE FROM events e USING oldest o, stays s
          WHERE e.sequence = o.sequence AND (s.first IS NULL OR e.sequence < s.first)
          RETURNING e.sequence, e.occurred_at AS "occurredAt"`;
        const last = removed.reduce<(typeof removed)[number] | null>(
          (latest, row) => (latest === null || BigInt(row.sequence) > BigInt(latest.sequence) ? row : latest),
          null,
        );
        if (last === null) return 0;
        const value = JSON.stringify({
          sequence: last.sequence.toString(),
          occurredAt: new Date(last.occurredAt).getTime(),
        });
        await transaction.fact.upsert({
          where: { key: FLOOR },
          create: { key: FLOOR, value, updatedAt: new Date() },
          update: { value, updatedAt: new Date() },
        });
        return removed.length;
      }),
  };
}

function assertLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new RangeError(`Events are read 1 to 1000 at a time; found ${limit}.`);
}

/**
 * Where a part of the log comes from, as text after a select list: `e` is the event. Each type is looked up by itself and in order, so that one that is rare
 * is not searched for in the whole log.
 */
export function eventsIn({ visibility, filter, range }: Parameters<EventStore['list']>[0]): Prisma.Sql {
  const { after, before, from, limit } = range;
  assertLimit(limit);
  const { types, ...rest } = filter;
  const wanted = conditions(visibility, rest);
  if (after !== null) wanted.push(Prisma.sql`e.sequence > ${after}`);
  if (before !== null) wanted.push(Prisma.sql`e.sequence < ${before}`);
  const inOrder = Prisma.sql`ORDER BY e.sequence ${Prisma.raw(from === 'start' ? 'ASC' : 'DESC')} LIMIT ${limit}`;
  if (types === undefined) return Prisma.sql`FROM events e WHERE ${all(wanted)} ${inOrder}`;
  const ofTypes = [...new Set(types)].map(
    (type) =>
      Prisma.sql`(SELECT e.sequence FROM events e WHERE ${all([equals('e.type', type), ...wanted])} ${inOrder})`,
  );
  if (ofTypes.length === 0) return Prisma.sql`FROM events e WHERE FALSE ${inOrder}`;
  return Prisma.sql`FROM events e WHERE e.sequence = ANY (ARRAY(${Prisma.join(ofTypes, ' UNION ALL ')})) ${inOrder}`;
}

function conditions(visibility: Visibility, filter: Omit<EventFilter, 'types'>): Prisma.Sql[] {
  const found: Prisma.Sql[] = [];
  const { organizationId, clientId, domainName, domainNames, tlds, subjectIds } = filter;
  for (const id of [visibility.organizationId, organizationId])
    if (id != null) found.push(equals('e.organization_id', id));
  for (const id of [visibility.clientId, clientId]) if (id != null) found.push(equals('e.client_id', id));
  if (domainName !== undefined) found.push(equals('e.domain_name', domainName));
  if (domainNames !== undefined) found.push(isOneOf('e.domain_name', domainNames));
  if (tlds !== undefined) {
    const under = tlds
      .filter(isStorable)
      .map((tld) => Prisma.sql`reverse(e.domain_name) LIKE ${`${backwards(tld)}.%`}`);
    found.push(under.length === 0 ? Prisma.sql`FALSE` : Prisma.sql`(${Prisma.join(under, ' OR ')})`);
  }
  if (subjectIds !== undefined) found.push(isOneOf('e.subject_id', subjectIds));
  return found;
}

/** As a pattern that stands for nothing but itself. */
function backwards(tld: string): string {
  return [...tld]
    .reverse()
    .map((letter) => letter.replace(/[%_\\]/, '\\$&'))
    .join('');
}

const SELECTED = `
  e.sequence::text AS sequence, e.id, e.organization_id AS "organizationId", e.client_id AS "clientId", e.domain_name AS "domainName", e.type,
  e.subject_type AS "subjectType", e.subject_id AS "subjectId", e.payload, e.occurred_at AS "occurredAt"`;

async function floorOf(prisma: Pick<PrismaClient, 'fact'>): Promise<LogFloor> {
  const fact = await prisma.fact.findUnique({ where: { key: FLOOR } });
  if (fact === null) return { sequence: 0n, occurredAt: null };
  const { sequence, occurredAt } = JSON.parse(fact.value) as { sequence: string; occurredAt: number };
  return { sequence: BigInt(sequence), occurredAt };
}
