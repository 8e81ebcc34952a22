// Eight writers append to the log at once, each with pauses of random length before it commits, while a reader follows by "everything after the last one I
// saw". It skips none. Beside it the same reader over a table whose writers do not stand in line, which does skip. By default 8,000 events; `--full` for
// 100,000. Options: --full --events <n>. Needs TEST_DATABASE_URL, or a PostgreSQL on 127.0.0.1:5432.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createLocalBus } from '../src/events/bus.ts';
import { createEventLog, identityOfLog } from '../src/events/log.ts';
import { createEventTail } from '../src/events/tail.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createPrisma, openDatabase } from '../src/store/database.ts';
import { appendEvents } from '../src/store/events.ts';
import { openPostgresql } from '../src/store/postgresql.ts';
import type { NewEvent } from '../src/store/store.ts';
import { silentLogger } from '../src/telemetry/logger.ts';
import { benchEvent, type WriterOrder } from './lib/log-writer.ts';
import { printTable } from './lib/table.ts';

const { values } = parseArgs({ options: { full: { type: 'boolean' }, events: { type: 'string' } } });
const EVENTS = Number(values.events ?? (values.full ? 100_000 : 8_000));
const WRITERS = 8;
const PER_TRANSACTION = 20;
const LONGEST_PAUSE_MS = 10;
const SERVER = process.env.TEST_DATABASE_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';
const LOOK_EVERY_MS = 2;
/** How long each rate is measured. */
const RATE_MS = 1_000;

interface Result {
  readonly written: number;
  readonly read: number;
  readonly skipped: number;
  readonly outOfOrder: number;
  readonly seconds: number;
}

async function main(): Promise<void> {
  const database = `bench_log_${process.pid}`;
  const server = new pg.Client({ connectionString: SERVER });
  await server.connect();
  await server.query(`CREATE DATABASE ${database}`);
  const url = new URL(SERVER);
  url.pathname = `/${database}`;
  try {
    const ours = await inLine(url.href);
    const naive = await inNoLine(url.href);
    const rates = await appendRates(url.href);
    printTable(
      ['log', 'writers', 'written', 'read', 'skipped', 'out of order', 'seconds', 'events/s'],
      [row('appends stand in line', ours), row('appends at will', naive)],
    );
    printTable(
      ['events in one transaction', 'one statement for all, events/s', 'one statement for each, events/s'],
      rates,
    );
    const isKept = ours.read === EVENTS && ours.skipped === 0 && ours.outOfOrder === 0;
    const isTelling = naive.skipped > 0;
    if (!isTelling) console.log('The peer skipped nothing this time, so this run proves little.');
    if (!isKept) console.error('Broken: the reader skipped events or got them out of order.');
    process.exitCode = isKept && isTelling ? 0 : 1;
  } finally {
    await server.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await server.end();
  }
}

const row = (name: string, { written, read, skipped, outOfOrder, seconds }: Result) => [
  name,
  WRITERS,
  written,
  read,
  skipped,
  outOfOrder,
  seconds.toFixed(1),
  Math.round(written / seconds),
];

/** The product's own log and its own reader. */
async function inLine(url: string): Promise<Result> {
  const { store, close } = await openDatabase({ databaseUrl: url, dataFolder: '', logger: silentLogger });
  try {
    const log = createEventLog(store.events, await identityOfLog(store.facts));
    const bus = createLocalBus();
    const tail = createEventTail({ log, bus, clock: systemClock, logger: silentLogger });
    const stop = new AbortController();
    const seen = new Set<bigint>();
    let last = 0n;
    let outOfOrder = 0;
    const reading = (async () => {
      for await (const { sequence } of tail.follow({ after: 0n, accepts: () => true, signal: stop.signal })) {
        if (sequence <= last) outOfOrder += 1;
        last = sequence;
        seen.add(sequence);
      }
    })();
    const seconds = await whileWriting(url, 'log', () => bus.publish('events'));
    const patience = performance.now() + 10_000;
    while (seen.size < EVENTS && performance.now() < patience) await sleep(LOOK_EVERY_MS);
    stop.abort();
    await reading;
    return { written: EVENTS, read: seen.size, skipped: EVENTS - seen.size, outOfOrder, seconds };
  } finally {
    await close();
  }
}

/** A table with a sequence, read in the same way. */
async function inNoLine(url: string): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('CREATE TABLE naive (sequence bigserial PRIMARY KEY, payload jsonb NOT NULL)');
  let read = 0;
  let last = '0';
  const look = async (): Promise<void> => {
    const { rows } = await client.query<{ sequence: string }>(
      'SELECT sequence FROM naive WHERE sequence > $1 ORDER BY sequence LIMIT 500',
      [last],
    );
    read += rows.length;
    last = rows.at(-1)?.sequence ?? last;
    if (rows.length === 500) await look();
  };
  const seconds = await whileWriting(url, 'naive', look);
  await look();
  const { rows } = await client.query<{ written: number }>('SELECT count(*)::int AS written FROM naive');
  await client.end();
  const written = rows[0]?.written ?? 0;
  return { written, read, skipped: written - read, outOfOrder: 0, seconds };
}

/** What one connection appends without any pause, beside a statement for each event. */
async function appendRates(url: string): Promise<[number, number, number][]> {
  const { adapter, close } = await openPostgresql(url, silentLogger);
  const prisma = createPrisma(adapter);
  const rateOf = async (size: number, append: (events: readonly NewEvent[]) => Promise<unknown>): Promise<number> => {
    const startedAt = performance.now();
    let appended = 0;
    for (; performance.now() - startedAt < RATE_MS; appended += size)
      await append(Array.from({ length: size }, () => benchEvent('rate.example')));
    return Math.round((appended / (performance.now() - startedAt)) * 1_000);
  };
  const atOnce = (events: readonly NewEvent[]) =>
    prisma.$transaction((transaction) => appendEvents(transaction, events));
  const singly = (events: readonly NewEvent[]) =>
    prisma.$transaction(async (transaction) => {
      for (const event of events) await appendEvents(transaction, [event]);
    });
  await rateOf(1, atOnce);
  const rates: [number, number, number][] = [];
  for (const size of [1, 20, 1_000]) rates.push([size, await rateOf(size, atOnce), await rateOf(size, singly)]);
  await prisma.$disconnect();
  await close();
  return rates;
}

/** @returns how long the writers took, in seconds. */
async function whileWriting(url: string, into: WriterOrder['into'], look: () => unknown): Promise<number> {
  const writers = await Promise.all(
    Array.from({ length: WRITERS }, async (_, number) => {
      const writer = fork(join(import.meta.dirname, 'lib/log-writer.ts'));
      const order: WriterOrder = {
        ...{ url, into, perTransaction: PER_TRANSACTION, longestPauseMs: LONGEST_PAUSE_MS, number },
        events: Math.floor(EVENTS / WRITERS) + (number < EVENTS % WRITERS ? 1 : 0),
      };
      writer.send(order);
      await once(writer, 'message');
      return writer;
    }),
  );
  const startedAt = performance.now();
  const ended = writers.map(async (writer) => {
    writer.send('go');
    const [code] = (await once(writer, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`A writer ended with ${code}.`);
  });
  let isOver = false;
  const writing = Promise.all(ended).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await look();
    await sleep(LOOK_EVERY_MS);
  }
  await writing;
  return (performance.now() - startedAt) / 1_000;
}

await main();
