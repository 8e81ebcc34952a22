// A job that does its round, learns when the next one is due, and sleeps until then; one round at a time, whatever wakes it.
import type { EventBus, Hint } from '../events/bus.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Does what is due; tells when it wants to be called again, epoch milliseconds, or null for the longest pause. */
export type PeriodicRound = (signal: AbortSignal) => Promise<number | null>;

export interface PeriodicJob {
  start(): void;
  /** Begins a round now, or another one after the one under way. */
  wake(): void;
  /** Gives up the round under way and resolves when nothing is running any more. */
  stop(): Promise<void>;
}

/** What a round throws is logged, and the next one comes after `longestMs`. */
export function createPeriodic({
  name,
  round,
  bus,
  wokenBy = [],
  clock,
  logger,
  shortestMs,
  longestMs,
}: {
  readonly name: string;
  readonly round: PeriodicRound;
  readonly bus: EventBus;
  readonly wokenBy?: readonly Hint[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly shortestMs: number;
  readonly longestMs: number;
}): PeriodicJob {
  const stopping = new AbortController();
  let timer: Timer | null = null;
  let running: Promise<void> | null = null;
  let again = false;
  let unsubscribe: readonly (() => void)[] = [];

  const sleepUntil = (dueAt: number | null): void => {
    if (stopping.signal.aborted) return;
    timer?.cancel();
    const ms = dueAt === null ? longestMs : dueAt - clock.now();
    timer = clock.after(Math.min(Math.max(ms, shortestMs), longestMs), wake);
  };
  const wake = (): void => {
    if (stopping.signal.aborted) return;
    again = true;
    if (running !== null) return;
    again = false;
    running = round(stopping.signal)
      .then(sleepUntil, (error: unknown) => {
        if (!stopping.signal.aborted) logger.warn({ error, job: name }, 'A round of a job failed.');
        sleepUntil(null);
      })
      .finally(() => {
        running = null;
        if (again) wake();
      });
  };
  return {
    start() {
      unsubscribe = wokenBy.map((topic) => bus.subscribe(topic, wake));
      wake();
    },
    wake,
    async stop() {
      for (const end of unsubscribe) end();
      stopping.abort(new Error('The gateway stops.'));
      timer?.cancel();
      await running;
    },
  };
}
