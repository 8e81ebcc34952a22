// Removes events that the log has kept long enough, a few at a time, so that nobody who appends or reads waits for it.
import type { Clock } from '../lib/clock.ts';
import type { EventStore } from '../store/store.ts';
import type { PeriodicRound } from './periodic.ts';

export interface RetentionDeps {
  readonly events: Pick<EventStore, 'prune'>;
  readonly clock: Clock;
  readonly days: number;
  /** The newest ones that stay, however many days old the rest is. */
  readonly most: number;
  /** The last sequence number that everybody who has to be told has been told of. */
  readonly handedOver: () => Promise<bigint>;
}

const DAY_MS = 86_400_000;
const BATCH = 1_000;
/** Events that were not handed over stay so many times longer, and then go nevertheless: a receiver that is gone must not fill the disk. */
const PATIENCE = 2;

/** One round removes everything that has to go; two replicas at once take turns. */
export function createLogRetention({ events, clock, days, most, handedOver }: RetentionDeps): PeriodicRound {
  return async (signal) => {
    const now = clock.now();
    const bounds = {
      olderThan: now - days * DAY_MS,
      keep: most,
      keepAfter: await handedOver(),
      olderThanInAnyCase: now - PATIENCE * days * DAY_MS,
      limit: BATCH,
    };
    while (!signal.aborted && (await events.prune(bounds)) === BATCH);
    return null;
  };
}
