// Three replicas that share one limit in Redis, every lane full, through a kill, a stop, and a Redis that goes and comes back empty: what Gandi would have seen.
// Promises: never a call over the limit; 95 % used; after a kill 95 % of that again within five seconds. Needs redis-server, and TEST_DATABASE_URL or a
// PostgreSQL on 127.0.0.1:5432. Options: --full (a minute of steady use), --log (what the replicas say).
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startOwnRedis } from '../test/helpers/test-redis.ts';
import { countOverLimit, usedShare } from './lib/arrivals.ts';
import { startReceiver } from './lib/receiver.ts';
import { type ReplicaProcess, type ReplicaSetup, startReplica } from './lib/replica-process.ts';
import { printTable } from './lib/table.ts';

const { values } = parseArgs({ options: { full: { type: 'boolean' }, log: { type: 'boolean' } } });
const SERVER = process.env.TEST_DATABASE_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';
const LIMIT = { limit: 30, windowMs: 2_000 };
const REPLICAS = 3;
const PATH = '/replicas';
const WARM_UP_MS = 5_000;
const STEADY_MS = values.full ? 60_000 : 8_000;
const KILL_MS = values.full ? 20_000 : 7_000;
/** With the phases after it long enough that the replica which was killed no longer counts as one that may have calls under way when Redis stops. */
const REPLACE_MS = 8_000;
const STOP_MS = 5_000;
const AFTER_STOP_MS = values.full ? 20_000 : 5_000;
const WITHOUT_REDIS_MS = 10_000;
/** Counters that begin anew stay closed for 18 s. */
const EMPTY_REDIS_MS = values.full ? 40_000 : 20_000;
const MIN_USED = 0.95;
const MAX_RECOVERY_MS = 5_000;

interface Phase {
  readonly name: string;
  readonly from: number;
  readonly until: number;
  readonly minUsed: number;
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  const admin = new pg.Client({ connectionString: SERVER });
  await admin.connect();
  const database = `bench_replicas_${process.pid}`;
  await admin.query(`CREATE DATABASE ${database}`);
  const databaseUrl = new URL(SERVER);
  databaseUrl.pathname = `/${database}`;
  const redis = await startOwnRedis();
  const receiver = await startReceiver();
  const replicas: ReplicaProcess[] = [];
  const start = async (): Promise<ReplicaProcess> => {
    const number = replicas.length + 1;
    const setup: ReplicaSetup = {
      ...{ databaseUrl: databaseUrl.href, redisUrl: redis.url, origin: receiver.origin, path: PATH },
      ...{ limits: [LIMIT], replicas: REPLICAS, seed: number },
    };
    const replica = await startReplica(setup, (line) => values.log && console.log(number, line));
    replicas.push(replica);
    return replica;
  };
  const phases: Phase[] = [];
  const phase = async (name: string, ms: number, minUsed: number, act: () => unknown = () => {}): Promise<void> => {
    const from = now();
    await act();
    await pause(ms);
    phases.push({ name, from, until: now(), minUsed });
  };
  try {
    const one = await start();
    const [two] = [await start(), await start()];
    await pause(WARM_UP_MS);
    await phase('three replicas', STEADY_MS, MIN_USED);
    await phase('one killed', KILL_MS, 0, () => one.end());
    await phase('another in its place', REPLACE_MS, MIN_USED, () => void start());
    await phase('one stopped (SIGSTOP)', STOP_MS, 0, () => two.signal('SIGSTOP'));
    await phase('it goes on', AFTER_STOP_MS, 0, () => two.signal('SIGCONT'));
    await phase('Redis stopped', WITHOUT_REDIS_MS, 0, () => redis.kill());
    await phase('Redis back, empty', EMPTY_REDIS_MS, 0, () => redis.start());
    await phase('three replicas again', STEADY_MS, MIN_USED);
    report(phases, await receiver.arrivals(PATH), startedAt);
  } finally {
    for (const replica of replicas) await replica.end();
    await receiver.stop();
    await redis.kill();
    await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await admin.end();
  }
}

function report(phases: readonly Phase[], arrivals: readonly number[], startedAt: number): void {
  const within = (from: number, until: number) => arrivals.filter((at) => at >= from && at < until);
  const used = ({ from, until }: Phase): number => usedShare(within(from, until), from, LIMIT.limit, LIMIT.windowMs);
  const broken: string[] = [];
  const rows = phases.map((phase) => {
    const share = used(phase);
    if (share < phase.minUsed)
      broken.push(`${phase.name}: ${percent(share)} % used, promised ${percent(phase.minUsed)} %`);
    const calls = within(phase.from, phase.until).length;
    const over = countOverLimit(within(phase.from - LIMIT.windowMs, phase.until), LIMIT.limit, LIMIT.windowMs);
    const ms = phase.until - phase.from;
    const possible = Math.round((LIMIT.limit * ms) / LIMIT.windowMs);
    return [phase.name, Math.round(ms / 1_000), calls, possible, over, percent(share)];
  });
  const over = countOverLimit(arrivals, LIMIT.limit, LIMIT.windowMs);
  if (over > 0) broken.push(`${over} calls over the limit`);
  const [steady, killed] = phases;
  const recoveryMs = steady && killed ? recoveredAfter(arrivals, killed.from, killed.until, used(steady)) : null;
  if (recoveryMs === null || recoveryMs > MAX_RECOVERY_MS)
    broken.push(`after the kill ${recoveryMs ?? 'never'} ms, promised ${MAX_RECOVERY_MS} ms`);
  console.log(`${LIMIT.limit} calls in any ${LIMIT.windowMs / 1_000} s, ${REPLICAS} replicas, every lane full.`);
  printTable(['phase', 'seconds', 'calls', 'of', 'over limit', '% used while it went on'], rows);
  console.log(`After the kill, 95 % of the use before it in the two seconds that end ${recoveryMs} ms after it.`);
  console.log(
    `${arrivals.length} calls, ${over} over the limit, ${((performance.now() - startedAt) / 1_000).toFixed(0)} s.`,
  );
  console.log(broken.length > 0 ? broken.map((what) => `BROKEN: ${what}`).join('\n') : 'kept');
  process.exitCode = broken.length > 0 ? 1 : 0;
}

/** Milliseconds from `from` to the end of the first whole window with 95 % of what was used before. */
function recoveredAfter(arrivals: readonly number[], from: number, until: number, usedBefore: number): number | null {
  const wanted = LIMIT.limit * usedBefore * MIN_USED;
  for (let at = from; at + LIMIT.windowMs <= until; at += 10) {
    if (arrivals.filter((each) => each >= at && each < at + LIMIT.windowMs).length >= wanted)
      return at + LIMIT.windowMs - from;
  }
  return null;
}

const now = (): number => performance.timeOrigin + performance.now();
const percent = (share: number): string => (share * 100).toFixed(1);

await main();
