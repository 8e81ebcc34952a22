// How long to stay away when Gandi says "too many calls".

const LONGEST_OWN_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** What Gandi asked for, in either form of `Retry-After` (RFC 9110, 10.2.3); empty when it named no time. */
export interface BackOff {
  readonly retryAfterMs?: number;
  /** Epoch milliseconds. */
  readonly untilMs?: number;
}

export interface Penalty {
  /**
   * Length of the pause in milliseconds from now. A time that Gandi named is kept, up to an hour. Without one: the shortest window, doubled with each
   * further refusal before the gentle start was over, up to a minute; 0 for refusals that arrive while the pause already runs.
   */
  pauseMs(asked: BackOff, moment: PenaltyMoment): number;
}

/** `now`, `pausedUntil` and `recoversAt` in monotonic milliseconds, `epochNow` on the wall clock. */
export interface PenaltyMoment {
  readonly now: number;
  readonly epochNow: number;
  readonly pausedUntil: number;
  readonly recoversAt: number;
  readonly shortestWindowMs: number;
}

export function createPenalty(): Penalty {
  let strikes = 0;
  return {
    pauseMs(asked, { now, epochNow, pausedUntil, recoversAt, shortestWindowMs }) {
      const isPaused = now < pausedUntil;
      if (!isPaused) strikes = now < recoversAt ? strikes + 1 : 0;
      const named = asked.retryAfterMs ?? (asked.untilMs === undefined ? undefined : asked.untilMs - epochNow);
      if (named !== undefined && named > 0) return Math.min(named, LONGEST_PAUSE_MS);
      return isPaused ? 0 : Math.min(shortestWindowMs * 2 ** strikes, LONGEST_OWN_PAUSE_MS);
    },
  };
}
