// Durable work: which pieces there are, who has taken which, and when one whose worker died is taken up again. pg-boss keeps the books, in the gateway's own
// database, so that a piece is sent in the very transaction that makes it necessary.
import { fromPrisma, PgBoss, type PgBossEventMap } from 'pg-boss';
import type { Logger } from '../telemetry/logger.ts';
import type { Prisma } from './generated/client.ts';
import type { TakenWork, WorkKind, WorkStore } from './store.ts';

/** Statements of pg-boss. Without values the text may hold several, and the rows of all of them are wanted. */
export interface WorkDatabase {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

export interface WorkOptions {
  readonly database: WorkDatabase;
  /** Where pg-boss has its tables; made when it does not exist. */
  readonly schema: string;
  /** Whether no other process can be at work: what a dead one had taken is then free at once. */
  readonly isAlone: boolean;
  /** Runs it while no other process that starts on the same database does the same: two that make the tables at once would trip over each other. */
  inTurn<T>(run: () => Promise<T>): Promise<T>;
  readonly logger: Pick<Logger, 'warn'>;
}

export interface Work extends WorkStore {
  /** {@link WorkStore.wake} as part of a transaction: when that is rolled back nothing was sent. */
  wakeWithin(transaction: Prisma.TransactionClient, kind: WorkKind, key: string): Promise<void>;
  close(): Promise<void>;
}

/** Where pg-boss has its tables. */
export const WORK_SCHEMA = 'pgboss';

export const WORK_KINDS: readonly WorkKind[] = ['plan', 'portfolio-refresh', 'webhook-redelivery'];

/** A worker without a sign of life for so long is dead; pg-boss knows no shorter time. */
const SILENT_S = 10;
/** Least time between two looks for the dead, of all processes together. */
const REAP_EVERY_S = 5;
/** Where others may die at any moment, and where only a sign of life of our own can have been lost. */
const REAP_OTHERS_MS = 10_000;
const REAP_OWN_MS = 60_000;
const DAY_S = 86_400;

const QUEUE = {
  // One piece of a key that waits and one that is worked on: what is sent meanwhile is not lost, and nothing is worked on twice.
  policy: 'stately',
  heartbeatSeconds: SILENT_S,
  // Who works decides when to give up; pg-boss never loses a piece by itself.
  retryLimit: 1_000_000,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  expireInSeconds: DAY_S - 1,
  retentionSeconds: 30 * DAY_S,
  deleteAfterSeconds: 3_600,
} as const;

/** Timers that do not keep the process alive. */
const clock = {
  now: () => Date.now(),
  setTimeout: (run: () => void, ms: number) => setTimeout(run, ms).unref(),
  clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
  setInterval: (run: () => void, ms: number) => setInterval(run, ms).unref(),
  clearInterval: (timer: unknown) => clearInterval(timer as NodeJS.Timeout),
};

/** @throws what the database answers when the tables of pg-boss cannot be made or brought up to date. */
export async function openWork({ database, schema, isAlone, inTurn, logger }: WorkOptions): Promise<Work> {
  const boss = new PgBoss({
    db: database,
    schema,
    clock,
    supervise: false,
    schedule: false,
    registerInstance: false,
    reindex: false,
    monitorVacuum: false,
    monitorIntervalSeconds: REAP_EVERY_S,
    queueCacheIntervalSeconds: DAY_S - 1,
    flowIntervalSeconds: DAY_S - 1,
    bamIntervalSeconds: DAY_S - 1,
    openTelemetry: { enabled: false },
  });
  boss.on('error', (...[error]: PgBossEventMap['error']) => logger.warn({ error }, 'work: the database failed'));
  boss.on('warning', (...[warning]: PgBossEventMap['warning']) => logger.warn({ warning }, 'work: pg-boss warns'));
  await inTurn(async () => {
    await boss.start();
    const known = new Set((await boss.getQueues()).map(({ name }) => name));
    for (const kind of WORK_KINDS) {
      if (!known.has(kind)) await boss.createQueue(kind, QUEUE);
      else if (isAlone) await freeTaken(boss, kind);
    }
  });

  const settle = ({ id, attempt }: TakenWork) => ({ id, retryCount: attempt });
  return {
    async wake(kind, key) {
      await boss.upsert(kind, null, { singletonKey: key, startAfter: 0 });
    },
    async wakeWithin(transaction, kind, key) {
      await boss.upsert(kind, null, { singletonKey: key, startAfter: 0, db: fromPrisma(transaction) });
    },
    async take(kind, limit) {
      const jobs = await boss.fetch(kind, { batchSize: limit, includeMetadata: true });
      return jobs.map(({ id, singletonKey, retryCount }) => ({
        id,
        kind,
        key: singletonKey ?? '',
        attempt: retryCount,
        owner: `${id}:${retryCount}`,
      }));
    },
    async beat(kind, taken) {
      const { settled = [] } = (await boss.touch(kind, taken.map(settle))) as { settled?: readonly string[] };
      return taken.filter(({ id }) => settled.includes(id));
    },
    async done(taken, againMs) {
      const { kind, key } = taken;
      // Sent before the other is settled: a process that dies in between leaves one piece too many, which does no harm, and never one too few.
      if (againMs !== null) await boss.send(kind, null, { singletonKey: key, startAfter: Math.ceil(againMs / 1_000) });
      await boss.complete(kind, settle(taken));
    },
    async failed(taken) {
      await boss.fail(taken.kind, settle(taken));
    },
    reap: () => boss.supervise(),
    reapEveryMs: isAlone ? REAP_OWN_MS : REAP_OTHERS_MS,
    close: () => boss.stop({ graceful: false, close: false }),
  };
}

/** Gives back what a process that is no more had taken. */
async function freeTaken(boss: PgBoss, kind: WorkKind): Promise<void> {
  const taken = (await boss.findJobs(kind)).filter(({ state }) => state === 'active');
  if (taken.length > 0) await boss.fail(kind, taken);
}
