// Two replicas deliver events to ten webhooks whose receiver fails three times in ten: by a 500, by breaking the connection, by never answering. Every event is
// taken by every webhook, first attempts keep the order of their subject, and the public library verifies every signature. Beside it one loop that sends one
// thing after the other. Pauses between attempts and the time an answer has are a tenth of the product's or less, so that it ends. By default 1,000
// deliveries; `--full` for 10,000. Options: --full --deliveries <n>. Needs TEST_DATABASE_URL, or a PostgreSQL on 127.0.0.1:5432.
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createLocalBus, type EventBus } from '../src/events/bus.ts';
import { createEventLog, identityOfLog } from '../src/events/log.ts';
import { createPeriodic } from '../src/jobs/periodic.ts';
import { createWebhookDispatcher } from '../src/jobs/webhook-dispatcher.ts';
import { createWebhookSender } from '../src/jobs/webhook-sender.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createSecretBox } from '../src/lib/secret-box.ts';
import type { WebhookPayloads } from '../src/services/services.ts';
import { createWebhookAttempts } from '../src/services/webhook-attempts.ts';
import { createPrisma, openDatabase } from '../src/store/database.ts';
import { appendEvents } from '../src/store/events.ts';
import { openPostgresql } from '../src/store/postgresql.ts';
import type { Store } from '../src/store/store.ts';
import { silentLogger } from '../src/telemetry/logger.ts';
import { createWebhookClient } from '../src/webhooks/client.ts';
import { newSecret } from '../src/webhooks/signature.ts';
import { createTargets } from '../src/webhooks/targets.ts';
import { printTable } from './lib/table.ts';
import { type Receipt, startWebhookReceiver, type WebhookReceiverProcess } from './lib/webhook-receiver.ts';

const { values } = parseArgs({ options: { full: { type: 'boolean' }, deliveries: { type: 'string' } } });
const DELIVERIES = Number(values.deliveries ?? (values.full ? 10_000 : 1_000));
const WEBHOOKS = 10;
const EVENTS = Math.ceil(DELIVERIES / WEBHOOKS);
const SUBJECTS = 25;
const REPLICAS = 2;
const FAILING = 0.3;
const EVENTS_PER_SECOND = 5;
const ANSWER_WITHIN_MS = 1_000;
const SCHEDULE = { firstMs: 200, shortestMs: 20, longestMs: 5_000, forMs: 3_600_000 };
const SERVER = process.env.TEST_DATABASE_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';
const PATIENCE_MS = 600_000;
/** The loop beside it sends so many things. */
const NAIVE_DELIVERIES = 60;

const box = createSecretBox(randomBytes(32));
const now = (): number => performance.timeOrigin + performance.now();
const pathOf = (webhook: number): string => `/hooks/${webhook}`;
const subjectOf = (name: string): string => name.slice(0, name.indexOf('-'));

const payloads: WebhookPayloads = {
  problemsOf: () => [],
  payloadOf: async (_webhook, { payload }) => ({ data: payload }),
};

async function main(): Promise<void> {
  const database = `bench_webhooks_${process.pid}`;
  const server = new pg.Client({ connectionString: SERVER });
  await server.connect();
  await server.query(`CREATE DATABASE ${database}`);
  const url = new URL(SERVER);
  url.pathname = `/${database}`;
  const receiver = await startWebhookReceiver(FAILING);
  try {
    const ours = await deliver(url.href, receiver);
    const naive = await oneAfterTheOther(receiver);
    process.exitCode = report(ours, naive) ? 0 : 1;
  } finally {
    await receiver.stop();
    await server.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await server.end();
  }
}

interface Run {
  readonly committedAt: ReadonlyMap<string, number>;
  readonly receipts: readonly Receipt[];
  readonly seconds: number;
}

async function deliver(url: string, receiver: WebhookReceiverProcess): Promise<Run> {
  const database = await openDatabase({ databaseUrl: url, dataFolder: '', logger: silentLogger });
  const { adapter, close } = await openPostgresql(url, silentLogger);
  const prisma = createPrisma(adapter);
  const bus = createLocalBus();
  const stops = await Promise.all(Array.from({ length: REPLICAS }, () => startReplica(database.store, bus)));
  try {
    for (let webhook = 0; webhook < WEBHOOKS; webhook++) await makeWebhook(database.store, receiver, webhook);
    const committedAt = new Map<string, number>();
    const startedAt = performance.now();
    for (let n = 0; n < EVENTS; n++) {
      await sleep(Math.max(0, (n * 1_000) / EVENTS_PER_SECOND - (performance.now() - startedAt)));
      const name = `s${n % SUBJECTS}-${n}`;
      await prisma.$transaction((transaction) => appendEvents(transaction, [eventOf(name)]));
      committedAt.set(name, now());
      bus.publish('events');
    }
    const giveUpAt = performance.now() + PATIENCE_MS;
    while ((await receiver.taken()) < EVENTS * WEBHOOKS && performance.now() < giveUpAt) await sleep(100);
    const seconds = (performance.now() - startedAt) / 1_000;
    return { committedAt, receipts: await receiver.receipts(), seconds };
  } finally {
    for (const stop of stops) await stop();
    await prisma.$disconnect();
    await close();
    await database.close();
  }
}

const eventOf = (name: string) => ({
  organizationId: null,
  clientId: null,
  domainName: null,
  type: 'ORDER_CHANGED' as const,
  subjectType: 'Order' as const,
  subjectId: subjectOf(name),
  payload: { name },
  occurredAt: Date.now(),
});

async function makeWebhook(store: Store, receiver: WebhookReceiverProcess, number: number): Promise<void> {
  const id = randomUUIDv7();
  const secret = newSecret();
  const at = Date.now();
  receiver.expect(pathOf(number), secret);
  await store.webhooks.create(
    {
      ...{ id, organizationId: null, clientId: null, url: receiver.origin + pathOf(number), description: null },
      ...{ filter: {}, query: null, state: 'ENABLED', stateReason: null, stateSince: at, position: 0n },
      ...{ secret: box.seal(secret, id), previousSecret: null, previousSecretUntil: null, failingSince: null },
      ...{ actor: 'bench', createdAt: at, updatedAt: at },
    },
    WEBHOOKS,
  );
}

/** What one process of the gateway runs for webhooks. @returns how to stop it. */
async function startReplica(store: Store, bus: EventBus): Promise<() => Promise<void>> {
  const log = createEventLog(store.events, await identityOfLog(store.facts));
  const targets = createTargets({ privateTargets: 'allow', connectMs: ANSWER_WITHIN_MS });
  const client = createWebhookClient({ targets, clock: systemClock, totalMs: ANSWER_WITHIN_MS });
  const deps = { store, log, bus, client, box, payloads, clock: systemClock, logger: silentLogger };
  const attempts = createWebhookAttempts({ ...deps, random: Math.random, schedule: SCHEDULE });
  const { round } = createWebhookDispatcher(deps);
  const pauses = { shortestMs: 250, longestMs: 5_000 };
  const dispatcher = createPeriodic({ ...deps, name: 'dispatcher', round, wokenBy: ['events'], ...pauses });
  const lookEveryMs = { shortest: SCHEDULE.shortestMs, longest: 5_000 };
  const sender = createWebhookSender({ ...deps, attempts, owner: randomUUIDv7(), lookEveryMs });
  dispatcher.start();
  sender.start();
  return async () => {
    await dispatcher.stop();
    await sender.stop();
    await client.close();
  };
}

/** What many begin with: one loop, which repeats what failed before it goes on. @returns deliveries in a second. */
async function oneAfterTheOther(receiver: WebhookReceiverProcess): Promise<number> {
  const startedAt = performance.now();
  for (let n = 0; n < NAIVE_DELIVERIES; n++) {
    const body = JSON.stringify({ data: { name: `naive-${n}` } });
    const post = () =>
      fetch(`${receiver.origin}/naive`, { method: 'POST', body, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await post())) await sleep(Math.random() * SCHEDULE.firstMs);
  }
  return NAIVE_DELIVERIES / ((performance.now() - startedAt) / 1_000);
}

function report({ committedAt, receipts, seconds }: Run, naive: number): boolean {
  const byPath = Map.groupBy(receipts, ({ path }) => path);
  const firstAfterMs: number[] = [];
  let missing = 0;
  let again = 0;
  let outOfOrder = 0;
  let unlike = 0;
  for (let webhook = 0; webhook < WEBHOOKS; webhook++) {
    const mine = byPath.get(pathOf(webhook)) ?? [];
    const byName = Map.groupBy(mine, ({ name }) => name);
    for (const [name, at] of committedAt) {
      const got = byName.get(name) ?? [];
      const taken = got.filter(({ isTaken }) => isTaken).length;
      if (taken === 0) missing += 1;
      again += Math.max(0, taken - 1);
      if (new Set(got.map(({ id }) => id)).size > 1) unlike += 1;
      const [first] = got;
      if (first !== undefined) firstAfterMs.push(first.at - at);
    }
    const latest = new Map<string, number>();
    for (const name of byName.keys()) {
      const place = Number(name.slice(name.indexOf('-') + 1));
      if (place < (latest.get(subjectOf(name)) ?? 0)) outOfOrder += 1;
      latest.set(subjectOf(name), place);
    }
  }
  const unverified = receipts.filter(({ isVerified }) => isVerified === false).length;
  const deliveries = EVENTS * WEBHOOKS;
  firstAfterMs.sort((a, b) => a - b);
  const percentile = (share: number) =>
    `${Math.round(firstAfterMs[Math.min(firstAfterMs.length - 1, Math.floor(firstAfterMs.length * share))] ?? Number.NaN)} ms`;
  printTable(
    ['deliveries', 'attempts', 'missing', 'out of order', 'not verified', 'taken again', 'other ids'],
    [[deliveries, receipts.length, missing, outOfOrder, unverified, again, unlike]],
  );
  console.log();
  printTable(
    ['sender', 'deliveries/s', 'commit to first receipt, p50', 'p99', 'seconds'],
    [
      [
        `${REPLICAS} replicas`,
        Number((deliveries / seconds).toFixed(1)),
        percentile(0.5),
        percentile(0.99),
        seconds.toFixed(1),
      ],
      ['one loop', Number(naive.toFixed(1)), '', '', (NAIVE_DELIVERIES / naive).toFixed(1)],
    ],
  );
  const isKept = missing + outOfOrder + unverified + unlike === 0;
  console.log(
    `\n${isKept ? 'kept' : 'BROKEN'}: every event is taken by every webhook under one id, first attempts keep the order of their subject, every signature is good`,
  );
  return isKept;
}

await main();
