// Runs durable work: takes what is due, gives signs of life while it is worked on, hands it back at a stop, and gives up what fails for ever.
import type { EventBus } from '../events/bus.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { WorkHandler } from '../services/work.ts';
import type { Store, TakenWork } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface WorkRunnerDeps {
  readonly store: Pick<Store, 'work'>;
  readonly handlers: readonly WorkHandler[];
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface WorkRunner {
  /** Sends again whatever has something left to do, then takes what is due. */
  start(): void;
  /** Begins nothing more, lets what runs come to a point where it can be left, and hands it back at once. */
  stop(): Promise<void>;
}

/** Time between two looks when nothing hints at work. */
const POLL_MS = 5_000;
/** Well below the time after which the store takes a silent worker for dead. */
const BEAT_MS = 3_000;
/** A worker that could not give a sign of life for so long counts itself as dead. */
const SILENT_MS = 9_000;
const SHORTEST_MS = 250;

interface Hold {
  readonly taken: TakenWork;
  readonly lost: AbortController;
  readonly task: Promise<void>;
  aliveAt: number;
}

export function createWorkRunner({ store, handlers, bus, clock, logger }: WorkRunnerDeps): WorkRunner {
  const holds = new Set<Hold>();
  const stopping = new AbortController();
  let timer: Timer | null = null;
  let beatTimer: Timer | null = null;
  let round: Promise<void> | null = null;
  let again = false;
  let isSwept = false;
  let reapAt = 0;
  /** When a piece that was put off here is due. */
  let soonest = Number.POSITIVE_INFINITY;
  let unsubscribe = (): void => {};

  const of = (handler: WorkHandler): readonly Hold[] => [...holds].filter(({ taken }) => taken.kind === handler.kind);

  async function sweep(): Promise<void> {
    for (const { kind, unfinished } of handlers) for (const key of await unfinished()) await store.work.wake(kind, key);
    isSwept = true;
  }

  async function work(handler: WorkHandler, taken: TakenWork, signal: AbortSignal): Promise<void> {
    const { kind, key, owner, attempt } = taken;
    try {
      if (attempt >= handler.mostFailures) {
        logger.error({ kind, key, attempts: attempt }, 'A piece of work is given up.');
        await handler.giveUp(key);
        return await store.work.done(taken, null);
      }
      const againMs = await handler.run(key, { owner, signal });
      if (signal.aborted && !stopping.signal.aborted) return;
      const next = stopping.signal.aborted ? 0 : againMs;
      if (next !== null) soonest = Math.min(soonest, clock.now() + next);
      await store.work.done(taken, next);
    } catch (error) {
      logger.warn({ error, kind, key, attempt: attempt + 1 }, 'A piece of work failed; it is tried again.');
      await store.work
        .failed(taken)
        .catch((cause: unknown) => logger.warn({ error: cause, kind, key }, 'A failure could not be written down.'));
    }
  }

  function hold(handler: WorkHandler, taken: TakenWork): void {
    const lost = new AbortController();
    const task = work(handler, taken, AbortSignal.any([stopping.signal, lost.signal])).finally(() => {
      holds.delete(mine);
      begin();
    });
    const mine: Hold = { taken, lost, task, aliveAt: clock.now() };
    holds.add(mine);
    beatOn();
  }

  async function takeAll(): Promise<void> {
    if (!isSwept) await sweep();
    if (clock.now() >= reapAt) {
      reapAt = clock.now() + store.work.reapEveryMs;
      await store.work.reap();
    }
    soonest = Number.POSITIVE_INFINITY;
    for (const handler of handlers) {
      const free = handler.atOnce - of(handler).length;
      const taken = free > 0 && !stopping.signal.aborted ? await store.work.take(handler.kind, free) : [];
      for (const piece of taken) hold(handler, piece);
    }
  }

  async function beat(): Promise<void> {
    for (const handler of handlers) {
      const mine = of(handler);
      if (mine.length === 0) continue;
      const kept = new Set(
        (
          await store.work.beat(
            handler.kind,
            mine.map(({ taken }) => taken),
          )
        ).map(({ owner }) => owner),
      );
      for (const one of mine)
        if (kept.has(one.taken.owner)) one.aliveAt = clock.now();
        else if (holds.has(one)) one.lost.abort(new Error('The work was taken by another.'));
    }
  }

  function beatOn(): void {
    beatTimer ??= clock.after(BEAT_MS, () => {
      beat()
        .catch((error: unknown) => {
          logger.warn({ error }, 'No sign of life could be given.');
          for (const { lost, aliveAt } of holds) if (clock.now() - aliveAt >= SILENT_MS) lost.abort(error);
        })
        .finally(() => {
          beatTimer = null;
          if (holds.size > 0) beatOn();
        });
    });
  }

  function begin(): void {
    if (stopping.signal.aborted) return;
    again = true;
    if (round !== null) return;
    again = false;
    timer?.cancel();
    round = takeAll()
      .catch((error: unknown) => logger.error({ error }, 'The work that is due could not be read.'))
      .finally(() => {
        round = null;
        if (stopping.signal.aborted) return;
        const ms = Math.min(Math.max(soonest - clock.now(), SHORTEST_MS), POLL_MS);
        if (again) begin();
        else timer = clock.after(ms, begin);
      });
  }

  return {
    start() {
      unsubscribe = bus.subscribe('work', begin);
      begin();
    },
    async stop() {
      unsubscribe();
      stopping.abort(new Error('The gateway stops.'));
      timer?.cancel();
      await round;
      await Promise.all([...holds].map(({ task }) => task));
      beatTimer?.cancel();
    },
  };
}
