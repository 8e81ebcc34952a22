// An exact sliding window, measured at arrival: at most N accepted calls in any half-open window [t, t + W).
import type { RateLimit } from './options.ts';

export type Verdict = { readonly accepted: true } | { readonly accepted: false; readonly retryAfterMs: number };

export interface Limiter {
  /** Judges one call that arrived at `at` (monotonic milliseconds, never going back). Refused calls use up nothing. */
  arrive(at: number): Verdict;
  /** Arrivals of any kind since the start. */
  readonly total: number;
  readonly overLimit: number;
  /** The most arrivals, refused ones included, that any window saw. */
  readonly peakInWindow: number;
  readonly limit: RateLimit;
  /** Changes the limit; the window starts empty again and the peak is measured anew. */
  setLimit(limit: RateLimit): void;
  /** Sets the counters back to zero; calls already accepted keep counting against the limit. */
  clearCounters(): void;
}

/** A first-in first-out queue of numbers in a growing ring. */
function createTimes() {
  let ring = new Float64Array(64);
  let head = 0;
  let length = 0;
  return {
    push(value: number) {
      if (length === ring.length) {
        const grown = new Float64Array(ring.length * 2);
        for (let i = 0; i < length; i++) grown[i] = ring[(head + i) % ring.length] ?? 0;
        ring = grown;
        head = 0;
      }
      ring[(head + length) % ring.length] = value;
      length++;
    },
    /** Forgets what is at least `windowMs` older than `at`. */
    dropOlder(at: number, windowMs: number) {
      while (length > 0 && at - (ring[head] ?? 0) >= windowMs) {
        head = (head + 1) % ring.length;
        length--;
      }
    },
    get length() {
      return length;
    },
  };
}

export function createLimiter(initial: RateLimit): Limiter {
  let limit = initial;
  /** Arrival of the accepted call `limit.calls` calls ago sits in the slot that comes next. */
  let accepted = new Float64Array(limit.calls).fill(Number.NEGATIVE_INFINITY);
  let slot = 0;
  let arrivals = createTimes();
  let total = 0;
  let overLimit = 0;
  let peakInWindow = 0;

  function judge(at: number): Verdict {
    const oldest = accepted[slot] ?? Number.NEGATIVE_INFINITY;
    const age = at - oldest;
    if (age < limit.windowMs) return { accepted: false, retryAfterMs: limit.windowMs - age };
    accepted[slot] = at;
    slot = (slot + 1) % limit.calls;
    return { accepted: true };
  }

  return {
    arrive(at) {
      total++;
      arrivals.dropOlder(at, limit.windowMs);
      arrivals.push(at);
      if (arrivals.length > peakInWindow) peakInWindow = arrivals.length;
      const verdict = judge(at);
      if (!verdict.accepted) overLimit++;
      return verdict;
    },
    get total() {
      return total;
    },
    get overLimit() {
      return overLimit;
    },
    get peakInWindow() {
      return peakInWindow;
    },
    get limit() {
      return limit;
    },
    setLimit(wanted) {
      limit = wanted;
      accepted = new Float64Array(limit.calls).fill(Number.NEGATIVE_INFINITY);
      slot = 0;
      arrivals = createTimes();
      peakInWindow = 0;
    },
    clearCounters() {
      total = 0;
      overLimit = 0;
      peakInWindow = 0;
      arrivals = createTimes();
    },
  };
}
