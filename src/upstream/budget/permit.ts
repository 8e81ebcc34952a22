// Permits: the right to send one call, and the duty to tell what became of it.
import type { Clock } from '../../lib/clock.ts';
import type { Lane } from './lanes.ts';
import type { Slot } from './permit-store.ts';

/**
 * Good for one request, which counts as sent from the moment the permit was given. Exactly one of `done`, `lost` and `release` must follow,
 * or the slot stays taken; the first one counts, later ones do nothing.
 */
export interface Permit {
  readonly lane: Lane;
  /** Milliseconds between asking for the permit and getting it. */
  readonly waitedMs: number;
  /**
   * Whether the request may still be sent: ask when its first byte is about to leave, in the same turn. A permit of a store that is shared is good for a few seconds
   * only, so that a process which was stopped does not send on a place that was given to somebody else meanwhile. When false, `release` it and acquire another.
   */
  mayBeSent(): boolean;
  /**
   * The answer has begun to come, whatever it says: call it at the headers, before the body is read.
   * @param arrivedBy monotonic milliseconds at which the answer was seen, when that was earlier than now.
   */
  done(arrivedBy?: number): void;
  /**
   * No answer will be seen: time-out, reset, aborted while under way. The request may still reach Gandi, at most `maxTransitMs` from now;
   * its slot is held for that much longer.
   */
  lost(): void;
  /** The request never left this process (no connection, aborted before it was written). The slot is free at once. */
  release(): void;
}

export interface PermitIssuer {
  issue(slot: Slot, lane: Lane, joinedAt: number, now: number): Permit;
  /** Smoothed time between grant and answer, in milliseconds. */
  readonly roundTripMs: number;
}

const FIRST_GUESS_MS = 100;
const SMOOTHING = 0.1;

export function createPermitIssuer(deps: {
  readonly clock: Clock;
  readonly maxTransitMs: number;
  /** A slot was settled or released. */
  readonly onFreed: () => void;
}): PermitIssuer {
  const { clock, maxTransitMs, onFreed } = deps;
  let roundTripMs = FIRST_GUESS_MS;
  return {
    get roundTripMs() {
      return roundTripMs;
    },
    issue(slot, lane, joinedAt, grantedAt) {
      let open = true;
      const close = (free: () => void): void => {
        if (!open) return;
        open = false;
        free();
        onFreed();
      };
      return {
        lane,
        waitedMs: grantedAt - joinedAt,
        mayBeSent: () => open && slot.mayBeSent(),
        done: (arrivedBy) =>
          close(() => {
            const now = clock.monotonic();
            const latest = arrivedBy === undefined ? now : Math.min(now, Math.max(grantedAt, arrivedBy));
            roundTripMs += (latest - grantedAt - roundTripMs) * SMOOTHING;
            slot.settle(latest);
          }),
        lost: () => close(() => slot.settle(clock.monotonic() + maxTransitMs)),
        release: () => close(() => slot.release()),
      };
    },
  };
}
