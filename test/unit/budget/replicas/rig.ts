// Several replicas over one model of Redis and of the board, in virtual time: each can be slow, cut off, stopped or killed.
import { type Clock, sleep } from '../../../../src/lib/clock.ts';
import { type Logger, silentLogger } from '../../../../src/telemetry/logger.ts';
import { type AcquireOptions, type Budget, createBudget } from '../../../../src/upstream/budget/budget.ts';
import type { RateLimit } from '../../../../src/upstream/budget/rate-limit.ts';
import { createRedisPermitStore, type RedisPermitStore } from '../../../../src/upstream/budget/redis-permit-store.ts';
import { type FakeClock, fakeClock } from '../../../helpers/fake-clock.ts';
import { createModelBoard, type ModelBoard } from './model-board.ts';
import { createLink, createModelRedis, type Link, type ModelRedis, type Runner } from './model-redis.ts';

export interface Replica {
  readonly budget: Budget;
  readonly store: RedisPermitStore;
  readonly link: Link;
  /** What it logged, without `debug`. */
  readonly log: readonly string[];
  /** Arrivals of its calls at Gandi, in monotonic milliseconds. */
  readonly arrivals: readonly number[];
  /** Permits that were over when the call could have been sent. */
  readonly voided: () => number;
  /** Stops the process: its timers wait. */
  stop(): void;
  proceed(): void;
  /** Ends the process at once; what it sent is under way still. */
  kill(): void;
  cutBoard(isCut: boolean): void;
  /** Takes a permit, connects, sends if it still may (otherwise all over again), is answered. */
  call(options: AcquireOptions, times?: Partial<CallTimes>): Promise<void>;
  /** Has so many calls under way or waiting at any time, until it is killed. */
  keepBusy(workers: number, options: AcquireOptions, times?: () => Partial<CallTimes>): void;
}

export interface CallTimes {
  readonly connectMs: number;
  readonly outMs: number;
  readonly backMs: number;
  readonly isLost: boolean;
}

export interface Rig {
  readonly clock: FakeClock;
  readonly board: ModelBoard;
  readonly replicas: readonly Replica[];
  /** Every replica loses Redis; afterwards it can be reached again, after `start`. */
  stopRedis(): void;
  startRedis(keepsData: boolean): void;
  setRedisClock(byMs: number): void;
  readonly arrivals: () => readonly number[];
}

export interface RigOptions {
  readonly replicas: number;
  readonly limits: readonly RateLimit[];
  /** Into how many parts the limits are divided; default as many as there are. */
  readonly parts?: number;
  readonly maxTransitMs?: number;
  readonly delayMs?: () => number;
  readonly boardDelayMs?: () => number;
  /** Another Redis than the model. */
  readonly redis?: Pick<ModelRedis, 'restart'> & { readonly run: Runner };
  readonly clock?: FakeClock;
  readonly board?: ModelBoard;
  /** Number of the first replica. Default 0. */
  readonly firstId?: number;
}

export function createRig(options: RigOptions): Rig {
  const { limits, maxTransitMs = 500, delayMs = () => 1, boardDelayMs = () => 1 } = options;
  const clock = options.clock ?? fakeClock();
  const model = createModelRedis(clock);
  const redis = options.redis ?? model;
  const board = options.board ?? createModelBoard(clock);
  const replicas = Array.from({ length: options.replicas }, (_, index) =>
    createReplica({
      ...{ clock, board, limits, maxTransitMs, delayMs, boardDelayMs },
      run: redis.run,
      id: `r${(options.firstId ?? 0) + index}`,
      parts: options.parts ?? options.replicas,
    }),
  );
  return {
    clock,
    board,
    replicas,
    stopRedis() {
      for (const { link } of replicas) link.cut();
    },
    startRedis(keepsData) {
      redis.restart(keepsData);
      for (const { link } of replicas) link.mend();
    },
    setRedisClock: model.setClock,
    arrivals: () => replicas.flatMap(({ arrivals }) => arrivals).toSorted((left, right) => left - right),
  };
}

function createReplica(world: {
  readonly clock: FakeClock;
  readonly board: ModelBoard;
  readonly run: Runner;
  readonly limits: readonly RateLimit[];
  readonly parts: number;
  readonly maxTransitMs: number;
  readonly delayMs: () => number;
  readonly boardDelayMs: () => number;
  readonly id: string;
}): Replica {
  const { clock, limits, maxTransitMs, id } = world;
  const own = mortalClock(clock);
  const log: string[] = [];
  const link = createLink(clock, own.clock, world.run, world.delayMs);
  let isCut = false;
  const store = createRedisPermitStore({
    clock: own.clock,
    logger: recorder(log),
    server: link,
    board: world.board.connect(own.clock, world.boardDelayMs, () => isCut),
    id,
    name: 'test',
    limits,
    replicas: world.parts,
    maxTransitMs,
  });
  const budget = createBudget({ clock: own.clock, limits, store, maxTransitMs });
  store.start();
  const arrivals: number[] = [];
  let voided = 0;

  const call: Replica['call'] = async (
    options,
    { connectMs = 0, outMs = 5, backMs = 5, isLost = false }: Partial<CallTimes> = {},
  ) => {
    for (;;) {
      const permit = await budget.acquire(options);
      await sleep(own.clock, connectMs);
      if (!permit.mayBeSent()) {
        voided += 1;
        permit.release();
        continue;
      }
      clock.after(outMs, () => arrivals.push(clock.monotonic()));
      if (isLost) {
        await sleep(own.clock, backMs);
        return permit.lost();
      }
      await sleep(clock, outMs);
      await sleep(own.clock, backMs);
      return permit.done();
    }
  };
  return {
    budget,
    store,
    link,
    log,
    arrivals,
    voided: () => voided,
    stop: own.stop,
    proceed: own.proceed,
    kill() {
      own.kill();
      link.cut();
    },
    cutBoard(cut) {
      isCut = cut;
    },
    call,
    keepBusy(workers, callOptions, times = () => ({})) {
      const work = async (): Promise<void> => {
        while (!own.isDead()) await call(callOptions, times());
      };
      for (let worker = 0; worker < workers; worker += 1) void work();
    },
  };
}

/** The clock of one process: it goes on while the process is stopped, but nothing of it runs. */
function mortalClock(world: FakeClock): {
  readonly clock: Clock;
  stop(): void;
  proceed(): void;
  kill(): void;
  isDead(): boolean;
} {
  let state: 'runs' | 'stopped' | 'dead' = 'runs';
  let late: (() => void)[] = [];
  return {
    clock: {
      now: world.now,
      monotonic: world.monotonic,
      after(ms, run) {
        let isOpen = true;
        const fire = (): void => {
          if (!isOpen) return;
          if (state === 'runs') run();
          else if (state === 'stopped') late.push(fire);
        };
        const timer = world.after(ms, fire);
        return {
          cancel() {
            isOpen = false;
            timer.cancel();
          },
        };
      },
    },
    stop() {
      if (state === 'runs') state = 'stopped';
    },
    proceed() {
      if (state !== 'stopped') return;
      state = 'runs';
      const due = late;
      late = [];
      for (const fire of due) fire();
    },
    kill() {
      state = 'dead';
    },
    isDead: () => state === 'dead',
  };
}

function recorder(lines: string[]): Logger {
  const note = (level: string) => (fields: unknown, message?: string) =>
    void lines.push(`${level}: ${typeof fields === 'string' ? fields : message}`);
  return {
    ...silentLogger,
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
    child: () => recorder(lines),
  } as Logger;
}
