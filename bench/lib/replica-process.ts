// One replica that calls as much as its budget lets it: a process of its own when run, started and stopped by whoever imports it.
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/lib/clock.ts';
import { openRedis } from '../../src/redis/connection.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createBudget } from '../../src/upstream/budget/budget.ts';
import type { RateLimit } from '../../src/upstream/budget/rate-limit.ts';
import { createRedisPermitStore } from '../../src/upstream/budget/redis-permit-store.ts';
import { createRedisScriptServer } from '../../src/upstream/budget/redis-script-server.ts';
import { createTransport, PermitExpired } from '../../src/upstream/transport.ts';
import { everyLaneFull, seededRandom } from './load.ts';

export interface ReplicaSetup {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** Where calls go. */
  readonly origin: string;
  readonly path: string;
  readonly limits: readonly RateLimit[];
  /** Into how many parts the limits are divided for replicas that are cut off. */
  readonly replicas: number;
  readonly seed: number;
}

export interface ReplicaProcess {
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL, and waits for the end. */
  end(): Promise<void>;
}

/** Resolves when it calls; what its budget logs goes to `onLine`. */
export async function startReplica(setup: ReplicaSetup, onLine: (line: string) => void): Promise<ReplicaProcess> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), [JSON.stringify(setup)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n')) if (line !== '') onLine(line);
  });
  await once(child, 'message');
  return {
    signal: (signal) => void child.kill(signal),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function call(setup: ReplicaSetup): Promise<void> {
  const clock = systemClock;
  const logger = createLogger({ level: 'info', pretty: false });
  const { databaseUrl, limits, replicas } = setup;
  const { store } = await openDatabase({ databaseUrl, dataFolder: tmpdir(), logger });
  const redis = await openRedis(setup.redisUrl, logger);
  const permits = createRedisPermitStore({
    ...{ clock, logger, limits, replicas, board: store.replicas, id: randomUUID(), name: 'bench' },
    server: createRedisScriptServer(redis),
  });
  const budget = createBudget({ clock, limits, store: permits });
  const transport = createTransport({ origin: setup.origin, clock, connections: 64 });
  const request = { method: 'GET', target: setup.path, headers: {}, body: null } as const;
  permits.start();
  everyLaneFull({
    clock,
    random: seededRandom(setup.seed),
    signal: new AbortController().signal,
    countFrom: 0,
    call: async () => {},
    limiter: async (lane, tenant) => {
      for (;;) {
        const permit = await budget.acquire({ lane, tenant, maxWaitMs: Number.POSITIVE_INFINITY });
        try {
          await transport.exchange(request, { permit, abortOnceSent: true });
          return;
        } catch (error) {
          if (!(error instanceof PermitExpired)) throw error;
        }
      }
    },
  });
  process.send?.('ready');
  process.on('disconnect', () => process.exit(0));
}

const [given] = process.argv.slice(2);
if (import.meta.main && process.send && given !== undefined) await call(JSON.parse(given) as ReplicaSetup);
