// Exact counts of what a receiver saw, for any sliding window.

/**
 * Arrivals that a receiver with this limit would have had to refuse: those that find `limit` others in the window that ends with them,
 * both ends included.
 * @param arrivals milliseconds, ascending.
 */
export function countOverLimit(arrivals: readonly number[], limit: number, windowMs: number): number {
  let over = 0;
  for (let index = limit; index < arrivals.length; index += 1) {
    const last = arrivals[index] ?? 0;
    const first = arrivals[index - limit] ?? 0;
    if (last - first <= windowMs) over += 1;
  }
  return over;
}

/** Part of the permitted calls that arrived between `from` and `to`: 1 is the mean rate that the limit allows. */
export function usedShare(
  arrivals: readonly number[],
  from: number,
  to: number,
  limit: number,
  windowMs: number,
): number {
  const arrived = arrivals.filter((at) => at >= from && at < to).length;
  return arrived / ((limit * (to - from)) / windowMs);
}

/** @param part 0.5 for the median. 0 when there are no values. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? 0;
}
