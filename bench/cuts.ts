// Subscribers of `events`, half over WebSocket and half over Server-Sent Events, whose connections are cut at random on both ends while events are written.
// Each comes back with the last cursor it acknowledged. Promises: every one gets every event, in the order of the log, and nothing a second time but what
// came after that cursor. By default 2,000 events, 40 subscribers and 100 cuts; `--full` for 20,000, 200 and 1,000. Needs TEST_DATABASE_URL, or a PostgreSQL
// on 127.0.0.1:5432.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect as dial, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createPrisma } from '../src/store/database.ts';
import { appendEvents } from '../src/store/events.ts';
import { openPostgresql } from '../src/store/postgresql.ts';
import { silentLogger } from '../src/telemetry/logger.ts';
import { type EventSubscriber, subscribeOverEventStream, subscribeOverWebSocket } from './lib/event-subscribers.ts';
import { freePort, startGateway } from './lib/gateway-process.ts';
import { benchEvent } from './lib/log-writer.ts';
import { printTable } from './lib/table.ts';

const { values } = parseArgs({ options: { full: { type: 'boolean' } } });
const EVENTS = values.full ? 20_000 : 2_000;
const SUBSCRIBERS = values.full ? 200 : 40;
const CUTS = values.full ? 1_000 : 100;
const WRITERS = 4;
const PER_TRANSACTION = 10;
/** Time over which events and cuts are spread, least. */
const SPREAD_MS = values.full ? 60_000 : 12_000;
/** Nothing more is waited for when nothing has come for so long. */
const PATIENCE_MS = 60_000;
const SERVER = process.env.TEST_DATABASE_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';

async function main(): Promise<void> {
  const database = `bench_cuts_${process.pid}`;
  const server = new pg.Client({ connectionString: SERVER });
  await server.connect();
  await server.query(`CREATE DATABASE ${database}`);
  const url = new URL(SERVER);
  url.pathname = `/${database}`;
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-cuts-'));
  const gateway = await startGateway({ dataDir, sandboxDomains: 20, environment: { DATABASE_URL: url.href } });
  const { adapter, close } = await openPostgresql(url.href, silentLogger);
  const prisma = createPrisma(adapter);
  const append = (names: readonly string[]) =>
    prisma.$transaction((transaction) => appendEvents(transaction, names.map(benchEvent)));
  const proxy = await startProxy(Number(new URL(gateway.url).port));
  const subscribers: EventSubscriber[] = [];
  const startedAt = performance.now();
  try {
    await append(['n0.example']);
    const { data } = await gateway.query<{ data: { events: { pageInfo: { endCursor: string } } } }>(
      '{ events(last: 1, filter: { types: [BULK_JOB_CHANGED] }) { pageInfo { endCursor } } }',
    );
    for (let number = 0; number < SUBSCRIBERS; number++) {
      const subscribe = number % 2 === 0 ? subscribeOverWebSocket : subscribeOverEventStream;
      subscribers.push(subscribe({ port: proxy.port, after: data.events.pageInfo.endCursor }));
    }
    let next = 1;
    const writers = Array.from({ length: WRITERS }, async () => {
      while (next <= EVENTS) {
        const names: string[] = [];
        while (names.length < PER_TRANSACTION && next <= EVENTS) names.push(`n${next++}.example`);
        await append(names);
        await sleep((Math.random() * 2 * SPREAD_MS * PER_TRANSACTION * WRITERS) / EVENTS);
      }
    });
    let cuts = { client: 0, gateway: 0 };
    while (cuts.client + cuts.gateway < CUTS) {
      await sleep((Math.random() * 2 * SPREAD_MS) / CUTS);
      if (Math.random() < 0.5) cuts = proxy.cut() ? { ...cuts, gateway: cuts.gateway + 1 } : cuts;
      else cuts = pick(subscribers)?.cut() ? { ...cuts, client: cuts.client + 1 } : cuts;
    }
    await Promise.all(writers);
    await everythingReceived(subscribers);

    const events = await prisma.event.findMany({ where: { type: 'BULK_JOB_CHANGED' }, orderBy: { sequence: 'asc' } });
    const rows = events.map(({ domainName }) => Number(domainName?.slice(1, -8)));
    const places = new Map(rows.map((number, place) => [number, place]));
    const results = subscribers.map((subscriber) => judge(subscriber, places, rows.length));
    const kinds = [
      ['WebSocket', results.filter((_, number) => number % 2 === 0)],
      ['Server-Sent Events', results.filter((_, number) => number % 2 === 1)],
    ] as const;
    printTable(
      ['over', 'subscribers', 'events each', 'connections', 'missed', 'out of place', 'repeated after the cursor'],
      kinds.map(([name, of]) => [
        name,
        of.length,
        EVENTS,
        sum(of, 'sessions'),
        sum(of, 'missed'),
        sum(of, 'misplaced'),
        sum(of, 'repeated'),
      ]),
    );
    console.log(
      `Cut ${cuts.client} times by the client and ${cuts.gateway} times before the gateway, in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s.`,
    );
    const isKept = sum(results, 'missed') === 0 && sum(results, 'misplaced') === 0;
    if (!isKept) console.error('Broken: events were missed, or came where they do not belong.');
    process.exitCode = isKept ? 0 : 1;
  } finally {
    for (const subscriber of subscribers) subscriber.stop();
    proxy.close();
    await prisma.$disconnect();
    await close();
    await gateway.stop();
    await server.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await server.end();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function everythingReceived(subscribers: readonly EventSubscriber[]): Promise<void> {
  let received = 0;
  for (let since = performance.now(); received < SUBSCRIBERS * EVENTS && performance.now() - since < PATIENCE_MS; ) {
    await sleep(50);
    const now = subscribers.reduce((total, subscriber) => total + subscriber.received(), 0);
    if (now > received) since = performance.now();
    received = now;
  }
}

interface Judgement {
  readonly sessions: number;
  /** Events of the log that never came. */
  readonly missed: number;
  /** Events that did not follow the one before them, or the cursor. */
  readonly misplaced: number;
  /** Events that had come already, after the cursor of the connection they came again on. */
  readonly repeated: number;
}

function judge({ sessions }: EventSubscriber, places: ReadonlyMap<number, number>, length: number): Judgement {
  const seen = new Set<number>();
  let misplaced = 0;
  let repeated = 0;
  for (const { after, got } of sessions) {
    let place = places.get(after) ?? -1;
    for (const number of got) {
      place += 1;
      if (places.get(number) !== place) misplaced += 1;
      if (seen.has(number)) repeated += 1;
      seen.add(number);
    }
  }
  return { sessions: sessions.length, missed: length - 1 - seen.size, misplaced, repeated };
}

const sum = (results: readonly Judgement[], key: keyof Judgement) =>
  results.reduce((total, result) => total + result[key], 0);
const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(Math.random() * items.length)];

/** Stands between the subscribers and the gateway, to break connections where neither of the two expects it. */
async function startProxy(target: number) {
  const port = await freePort();
  const pairs = new Set<{ readonly near: Socket; readonly far: Socket }>();
  const proxy = createServer((near) => {
    const far = dial(target, '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      socket.on('error', end);
      socket.on('close', end);
    }
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => proxy.listen(port, '127.0.0.1', resolve));
  return {
    port,
    cut(): boolean {
      const pair = pick([...pairs]);
      pair?.far.resetAndDestroy();
      return pair !== undefined;
    },
    close() {
      proxy.close();
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
    },
  };
}

await main();
