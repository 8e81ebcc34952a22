// How much of the rate limit polling may take, and how far apart the looks at one operation are when thousands are pending.
import type { Clock } from '../lib/clock.ts';

export interface PollPaceOptions {
  readonly clock: Clock;
  /** What the rate limit lets through, as a mean. */
  readonly callsPerSecond: number;
  /** Whether calls less urgent than polls wait for the budget now. */
  readonly isCrowded: () => boolean;
}

export interface PollPace {
  /** Calls worth having under way at once. */
  readonly atOnce: number;
  /** Milliseconds until the next call may be made; 0 = now. */
  waitMs(): number;
  /** A call is made now. */
  made(): void;
  /** From now on one round of everything that is pending takes this many calls. */
  setRound(calls: number): void;
  /**
   * The next look at an operation that would best be looked at at `plannedAt`: never sooner than its turn in an even round of all that are pending, except
   * for a few, those that are watched first. Epoch milliseconds.
   */
  turnAt(plannedAt: number, watched: boolean): number;
}

/** Of all calls, while others wait. What the others do not want is lent. */
export const POLL_SHARE = 1 / 2;
/** Of the polls, those that may come sooner than their turn in an even round. */
export const QUICK_PART = 1 / 8;
/** Whoever waited for the budget just now will again in a moment. */
const CROWDED_FOR_MS = 10_000;
/** Calls that may follow each other without a gap after a pause. */
const BURST = 4;
/** Quick looks saved up while nobody wants any, in seconds of their rate. */
const SAVED_S = 10;
/** Of the quick looks saved up, what is kept for operations that are watched. */
const KEPT_FOR_WATCHED = 1 / 2;

/**
 * An even round takes (calls of the round) / (calls a second), so what is polled falls off as one over the number that is pending, for all alike. The intervals
 * bound what all replicas together take, since each counts everything that is pending; the gap between calls bounds each of them while it catches up.
 */
export function createPollPace({ clock, callsPerSecond, isCrowded }: PollPaceOptions): PollPace {
  let round = 0;
  let crowdedUntil = Number.NEGATIVE_INFINITY;
  /** When the next call would be due if calls had been made evenly. */
  let evenAt = Number.NEGATIVE_INFINITY;
  const quickPerSecond = callsPerSecond * POLL_SHARE * QUICK_PART;
  const mostSaved = Math.max(1, quickPerSecond * SAVED_S);
  let saved = mostSaved;
  let savedAt = clock.monotonic();
  /** Quick looks a second lately. */
  let quickRate = 0;

  const perSecond = (): number => {
    const now = clock.monotonic();
    if (isCrowded()) crowdedUntil = now + CROWDED_FOR_MS;
    return now < crowdedUntil ? callsPerSecond * POLL_SHARE : callsPerSecond;
  };
  const mayBeQuick = (watched: boolean): boolean => {
    const now = clock.monotonic();
    const seconds = (now - savedAt) / 1_000;
    saved = Math.min(mostSaved, saved + seconds * quickPerSecond);
    quickRate *= Math.exp(-seconds / SAVED_S);
    savedAt = now;
    if (saved < 1 + (watched ? 0 : (mostSaved - 1) * KEPT_FOR_WATCHED)) return false;
    saved -= 1;
    quickRate = Math.min(quickRate + 1 / SAVED_S, quickPerSecond);
    return true;
  };

  return {
    atOnce: Math.max(4, Math.ceil(callsPerSecond)),
    waitMs() {
      const ms = evenAt - (BURST * 1_000) / perSecond() - clock.monotonic();
      return ms < 1 ? 0 : ms;
    },
    made() {
      evenAt = Math.max(evenAt, clock.monotonic()) + 1_000 / perSecond();
    },
    setRound(calls) {
      round = calls;
    },
    turnAt(plannedAt, watched) {
      const turn = clock.now() + Math.round((round * 1_000) / (perSecond() - quickRate));
      return plannedAt >= turn || mayBeQuick(watched) ? plannedAt : turn;
    },
  };
}
