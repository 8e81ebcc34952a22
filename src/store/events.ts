// The log of what changed, append-only. Appends stand in line, so that sequence numbers are readable in the order they were given.
import { randomUUIDv7 } from 'node:crypto';
import type { Prisma, PrismaClient } from './generated/client.ts';
import { toEvent } from './order-rows.ts';
import type { EventRecord } from './records.ts';
import { storable } from './sql.ts';
import type { EventStore, NewEvent } from './store.ts';

/** Names the line that appends stand in; any number no other advisory lock of this database uses. */
const APPEND_LOCK = 7_201_944_310;

/**
 * Appends to the log inside a transaction. Call it last: until the transaction ends every other append waits, which is what keeps a reader
 * that has seen one event from missing an earlier one committed later.
 */
export async function appendEvents(
  transaction: Prisma.TransactionClient,
  events: readonly NewEvent[],
): Promise<readonly EventRecord[]> {
  if (events.length === 0) return [];
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${APPEND_LOCK})`;
  const appended: EventRecord[] = [];
  for (const event of events) {
    const { payload, ...rest } = storable(event);
    const row = await transaction.event.create({
      data: {
        ...rest,
        id: randomUUIDv7(),
        payload: payload as Prisma.InputJsonObject,
        occurredAt: new Date(event.occurredAt),
      },
    });
    appended.push(toEvent(row));
  }
  return appended;
}

export function createEventStore(prisma: PrismaClient): EventStore {
  return {
    async after(sequence, limit) {
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
        throw new RangeError(`Events are read 1 to 1000 at a time; found ${limit}.`);
      const rows = await prisma.event.findMany({
        where: { sequence: { gt: sequence } },
        orderBy: { sequence: 'asc' },
        take: limit,
      });
      return rows.map(toEvent);
    },
    async head() {
      const { _max } = await prisma.event.aggregate({ _max: { sequence: true } });
      return _max.sequence ?? 0n;
    },
  };
}
