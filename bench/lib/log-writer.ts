// Appends events on a connection of its own, in transactions that pause before they commit. A process of its own, told what to do by its parent.
import { randomUUIDv7 } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createPrisma } from '../../src/store/database.ts';
import { appendEvents } from '../../src/store/events.ts';
import { openPostgresql } from '../../src/store/postgresql.ts';
import type { NewEvent } from '../../src/store/store.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';

export interface WriterOrder {
  readonly url: string;
  /** The product's log, or a table that is appended to without a line. */
  readonly into: 'log' | 'naive';
  readonly number: number;
  readonly events: number;
  readonly perTransaction: number;
  readonly longestPauseMs: number;
}

export function benchEvent(name: string): NewEvent {
  return {
    organizationId: null,
    clientId: null,
    domainName: name,
    type: 'BULK_JOB_CHANGED',
    subjectType: 'BulkJob',
    subjectId: randomUUIDv7(),
    payload: { id: name, organizationId: 'bench', kind: 'BENCH', state: 'RUNNING', counts: { DONE: 1 } },
    occurredAt: Date.now(),
  };
}

const sizes = function* ({ events, perTransaction }: WriterOrder): Generator<number> {
  for (let left = events; left > 0; left -= perTransaction) yield Math.min(left, perTransaction);
};
const pause = ({ longestPauseMs }: WriterOrder): Promise<void> => sleep(Math.random() * longestPauseMs);

/** A connection and how to append with it. */
interface Writer {
  append(): Promise<void>;
  close(): Promise<void>;
}

async function openInLine(order: WriterOrder): Promise<Writer> {
  const { adapter, close } = await openPostgresql(order.url, silentLogger);
  const prisma = createPrisma(adapter);
  await prisma.$queryRaw`SELECT 1`;
  let written = 0;
  return {
    async append() {
      for (const size of sizes(order)) {
        const names = Array.from({ length: size }, () => `w${order.number}-${written++}.example`);
        await prisma.$transaction(async (transaction) => {
          await pause(order);
          await appendEvents(transaction, names.map(benchEvent));
          // Whoever pauses here keeps all others waiting, so it is seldom.
          if (Math.random() < 0.1) await pause(order);
        });
      }
    },
    async close() {
      await prisma.$disconnect();
      await close();
    },
  };
}

async function openAtWill(order: WriterOrder): Promise<Writer> {
  const client = new pg.Client({ connectionString: order.url });
  await client.connect();
  return {
    async append() {
      for (const size of sizes(order)) {
        await client.query('BEGIN');
        await client.query("INSERT INTO naive (payload) SELECT '{}' FROM generate_series(1, $1)", [size]);
        await pause(order);
        await client.query('COMMIT');
      }
    },
    close: () => client.end(),
  };
}

/** As a process of its own: gets the order, connects, says so, and appends when it is told to. */
async function work(): Promise<void> {
  const [order] = (await once(process, 'message')) as [WriterOrder];
  const writer = await (order.into === 'log' ? openInLine(order) : openAtWill(order));
  const told = once(process, 'message');
  process.send?.('ready');
  await told;
  await writer.append();
  await writer.close();
  process.disconnect?.();
}

if (process.send !== undefined) await work();
