// When a read is sent again, and how long it pauses first.

export interface RetryPolicy {
  /** Times a read is sent at most. */
  readonly attempts: number;
  readonly baseMs: number;
  readonly maxMs: number;
}

export const RETRY_POLICY: RetryPolicy = { attempts: 3, baseMs: 300, maxMs: 5_000 };

/**
 * Pause after the `attempt`-th failure (from 1): a random part of a bound that doubles each time ("full jitter"), so that callers who failed
 * together do not come back together.
 * @param random gives a number from 0 (included) to 1 (excluded).
 */
export function pauseBeforeRetryMs(attempt: number, random: () => number, policy: RetryPolicy = RETRY_POLICY): number {
  return random() * Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 1));
}
