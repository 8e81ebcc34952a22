// When the next call may go, apart from slots: even spacing, pauses asked for by Gandi, and a gentle start after them.
import { evenGapMs, type RateLimit } from './rate-limit.ts';

/** Paced lanes may go a little faster than the mean rate, or a delayed call would never be caught up. */
const PACE = 0.9;
/** After a pause every lane is paced at this part of the mean rate, for so many of the shortest window. */
const RECOVERY_RATE = 0.5;
const RECOVERY_WINDOWS = 2;

/** All times are monotonic milliseconds. */
export interface Pacer {
  /** The moment from which a call of a paced, or of an urgent, lane may go; may lie in the past. */
  readyAt(paced: boolean): number;
  /** The same after `ahead` more calls that wait for the same reason. */
  expectedAt(ahead: number, paced: boolean, now: number): number;
  granted(now: number): void;
  /** Nothing goes before `until`; an earlier end never shortens a pause. */
  pause(until: number): void;
  setLimits(limits: readonly RateLimit[]): void;
  /** End of the current or last pause; -Infinity before the first. */
  readonly pausedUntil: number;
  /** End of the gentle start after it. */
  readonly recoversAt: number;
  /** How much later than without the gentle start everything comes that goes after it, seen from `from`. */
  lostMs(from: number): number;
}

export function createPacer(limits: readonly RateLimit[]): Pacer {
  let gapMs = evenGapMs(limits) * PACE;
  let recoveryGapMs = evenGapMs(limits) / RECOVERY_RATE;
  let recoveryMs = shortest(limits) * RECOVERY_WINDOWS;
  let lastGrantAt = Number.NEGATIVE_INFINITY;
  let pausedUntil = Number.NEGATIVE_INFINITY;

  const readyAfter = (lastAt: number, paced: boolean): number => {
    const recovered = Math.min(lastAt + recoveryGapMs, pausedUntil + recoveryMs);
    return Math.max(pausedUntil, recovered, paced ? lastAt + gapMs : Number.NEGATIVE_INFINITY);
  };

  return {
    readyAt: (paced) => readyAfter(lastGrantAt, paced),
    expectedAt(ahead, paced, now) {
      const first = Math.max(now, readyAfter(lastGrantAt, paced));
      const slowly = Math.min(ahead, Math.max(0, Math.ceil((pausedUntil + recoveryMs - first) / recoveryGapMs)));
      return first + slowly * recoveryGapMs + (paced ? (ahead - slowly) * gapMs : 0);
    },
    granted(now) {
      lastGrantAt = now;
    },
    pause(until) {
      pausedUntil = Math.max(pausedUntil, until);
    },
    setLimits(next) {
      gapMs = evenGapMs(next) * PACE;
      recoveryGapMs = evenGapMs(next) / RECOVERY_RATE;
      recoveryMs = shortest(next) * RECOVERY_WINDOWS;
    },
    get pausedUntil() {
      return pausedUntil;
    },
    get recoversAt() {
      return pausedUntil + recoveryMs;
    },
    lostMs: (from) => Math.max(0, pausedUntil + recoveryMs - Math.max(from, pausedUntil)) * (1 - RECOVERY_RATE),
  };
}

function shortest(limits: readonly RateLimit[]): number {
  return Math.min(...limits.map(({ windowMs }) => windowMs));
}
