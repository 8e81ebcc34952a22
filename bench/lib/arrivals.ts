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

/**
 * Part of the permitted calls that arrived from `from` on: 1 is the highest mean rate that the limit allows. Measured over as many whole limits of calls
 * as there are, from one call to the one that many calls later, so that a limiter which sends in bursts gains nothing from where the count starts.
 */
export function usedShare(arrivals: readonly number[], from: number, limit: number, windowMs: number): number {
  const counted = arrivals.filter((at) => at >= from);
  const limits = Math.floor((counted.length - 1) / limit);
  const spentMs = (counted[limits * limit] ?? 0) - (counted[0] ?? 0);
  return limits > 0 ? (limits * windowMs) / spentMs : 0;
}

/** @param part 0.5 for the median. 0 when there are no values. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? 0;
}
