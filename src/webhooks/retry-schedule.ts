// When a delivery that failed is tried again: exponentially later, spread at random, until its day is over.

export interface RetrySchedule {
  /** Upper bound of the first pause; it doubles with each attempt. */
  readonly firstMs: number;
  /** No pause is longer, unless the receiver asks for it. */
  readonly longestMs: number;
  /** No pause is shorter. */
  readonly shortestMs: number;
  /** How long after its first attempt a delivery is given up. */
  readonly forMs: number;
}

const HOUR_MS = 3_600_000;

export const RETRY_SCHEDULE: RetrySchedule = {
  firstMs: 5_000,
  longestMs: 2 * HOUR_MS,
  shortestMs: 1_000,
  forMs: 24 * HOUR_MS,
};

/**
 * When to try again after the attempt numbered `attempt` (from 1) failed at `now`; null = it is given up. The pause is drawn evenly from nothing to its
 * bound ("full jitter"), so that what failed together does not come back together. The last attempt is at the very end of the time, so that a receiver that
 * was away for less than all of it gets everything.
 * @param random from 0 to below 1. @param retryAfterMs what the receiver asked for; a longer wait than drawn is kept to.
 */
export function nextAttemptAt(
  {
    attempt,
    firstAttemptAt,
    now,
    retryAfterMs,
    random,
  }: {
    readonly attempt: number;
    readonly firstAttemptAt: number;
    readonly now: number;
    readonly retryAfterMs: number | null;
    readonly random: number;
  },
  schedule: RetrySchedule = RETRY_SCHEDULE,
): number | null {
  const until = firstAttemptAt + schedule.forMs;
  if (now >= until) return null;
  const bound = Math.min(schedule.longestMs, schedule.firstMs * 2 ** Math.min(attempt - 1, 30));
  const pause = Math.max(schedule.shortestMs, Math.round(bound * random), retryAfterMs ?? 0);
  return Math.min(now + pause, until);
}
