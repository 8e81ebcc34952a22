// When the next call may go, apart from slots: even spacing, pauses asked for by Gandi, and a gentle start after them.
import { evenGapMs, type RateLimit } from './rate-limit.ts';

/** Calls are spaced for a rate a little above the mean one, or a delayed call would never be caught up. */
const PACE = 0.95;
/** After a pause every call is spaced for this part of the mean rate, for so many of the shortest window. */
const RECOVERY_RATE = 0.5;
const RECOVERY_WINDOWS = 2;

/** All times are monotonic milliseconds. */
export interface Pace {
  /**
   * The moment from which a call may go; may lie in the past. A spaced call waits until all calls before it, urgent ones included, would have
   * gone at an even rate; so it makes room after a burst, and slots free again one by one.
   */
  readyAt(spaced: boolean): number;
  granted(at: number): void;
}

export interface Pacer extends Pace {
  /** Nothing goes before `until`; an earlier end never shortens a pause. */
  pause(until: number): void;
  setLimits(limits: readonly RateLimit[]): void;
  /** The pace as it is, to be played forward. */
  forecast(): Pace;
  /** End of the current or last pause; -Infinity before the first. */
  readonly pausedUntil: number;
  /** End of the gentle start after it. */
  readonly recoversAt: number;
}

export function createPacer(limits: readonly RateLimit[]): Pacer {
  let evenMs = evenGapMs(limits);
  let recoveryMs = shortest(limits) * RECOVERY_WINDOWS;
  let pausedUntil = Number.NEGATIVE_INFINITY;

  const createPace = (lastGrant: number, nextSpaced: number): Pace & { copy(): Pace } => {
    let lastGrantAt = lastGrant;
    let nextSpacedAt = nextSpaced;
    return {
      readyAt(spaced) {
        const gently = Math.min(lastGrantAt + evenMs / RECOVERY_RATE, pausedUntil + recoveryMs);
        return Math.max(pausedUntil, gently, spaced ? nextSpacedAt : Number.NEGATIVE_INFINITY);
      },
      granted(at) {
        lastGrantAt = at;
        nextSpacedAt = Math.max(nextSpacedAt, at) + evenMs * PACE;
      },
      copy: () => createPace(lastGrantAt, nextSpacedAt),
    };
  };
  const pace = createPace(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY);

  return {
    readyAt: pace.readyAt,
    granted: pace.granted,
    pause(until) {
      pausedUntil = Math.max(pausedUntil, until);
    },
    setLimits(next) {
      evenMs = evenGapMs(next);
      recoveryMs = shortest(next) * RECOVERY_WINDOWS;
    },
    forecast: pace.copy,
    get pausedUntil() {
      return pausedUntil;
    },
    get recoversAt() {
      return pausedUntil + recoveryMs;
    },
  };
}

function shortest(limits: readonly RateLimit[]): number {
  return Math.min(...limits.map(({ windowMs }) => windowMs));
}
