// When the next call may go, apart from slots: even spacing, pauses asked for by Gandi, and a gentle start after them.
import { evenGapMs, type RateLimit } from './rate-limit.ts';

/** Paced lanes may go a little faster than the mean rate, or a delayed call would never be caught up. */
const PACE = 0.9;
/** After a pause every lane is paced at this part of the mean rate, for so many of the shortest window. */
const RECOVERY_RATE = 0.5;
const RECOVERY_WINDOWS = 2;

/** All times are monotonic milliseconds. */
export interface Pacer {
  /** The moment from which a call may go, spaced evenly or not; may lie in the past. */
  readyAt(spaced: boolean): number;
  /** The same if the last call had gone at `lastGrantAt`. */
  readyAfter(lastGrantAt: number, spaced: boolean): number;
  granted(now: number): void;
  /** Nothing goes before `until`; an earlier end never shortens a pause. */
  pause(until: number): void;
  setLimits(limits: readonly RateLimit[]): void;
  /** End of the current or last pause; -Infinity before the first. */
  readonly pausedUntil: number;
  /** End of the gentle start after it. */
  readonly recoversAt: number;
  /** When the last call went; -Infinity before the first. */
  readonly lastGrantAt: number;
}

export function createPacer(limits: readonly RateLimit[]): Pacer {
  let gapMs = evenGapMs(limits) * PACE;
  let recoveryGapMs = evenGapMs(limits) / RECOVERY_RATE;
  let recoveryMs = shortest(limits) * RECOVERY_WINDOWS;
  let lastGrantAt = Number.NEGATIVE_INFINITY;
  let pausedUntil = Number.NEGATIVE_INFINITY;

  const readyAfter = (lastAt: number, spaced: boolean): number => {
    const gently = Math.min(lastAt + recoveryGapMs, pausedUntil + recoveryMs);
    return Math.max(pausedUntil, gently, spaced ? lastAt + gapMs : Number.NEGATIVE_INFINITY);
  };

  return {
    readyAt: (spaced) => readyAfter(lastGrantAt, spaced),
    readyAfter,
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
    get lastGrantAt() {
      return lastGrantAt;
    },
  };
}

function shortest(limits: readonly RateLimit[]): number {
  return Math.min(...limits.map(({ windowMs }) => windowMs));
}
