// Slots of the sliding windows, counted in this process.
import { createArrivalLog } from './arrival-log.ts';
import type { PermitStore, Slot } from './permit-store.ts';
import { assertRateLimits, type RateLimit } from './rate-limit.ts';

/** Our clock and the receiver's may each be slewed by 500 parts per million (adjtimex), in opposite directions. */
const CLOCK_DRIFT = 0.001;
/** A receiver that counts whole milliseconds, plus rounding of ours. */
const ROUNDING_MS = 2;

/** How long a slot stays taken after the latest possible arrival: the window, and a margin for clocks that run at different speeds. */
export function heldMs(windowMs: number): number {
  return windowMs + Math.ceil(windowMs * CLOCK_DRIFT) + ROUNDING_MS;
}

/**
 * Counts a call from its grant until `heldMs` after its latest possible arrival, in every window at once.
 * Hence two calls that use the same slot arrive more than a window apart, and no window holds more than its limit.
 * @param usedUntil monotonic milliseconds until which others may have used up every window; without it nobody has.
 */
export function createLocalPermitStore(initialLimits: readonly RateLimit[], usedUntil?: number): PermitStore {
  assertRateLimits(initialLimits);
  const most = Math.max(...initialLimits.map(({ limit }) => limit));
  const log = createArrivalLog(usedUntil === undefined ? [] : new Array<number>(most).fill(usedUntil));
  let limits = initialLimits;
  let longestMs = longest(limits);
  let inFlight = 0;

  const slot: Slot = {
    settle(latestArrival) {
      inFlight -= 1;
      log.add(latestArrival);
    },
    release() {
      inFlight -= 1;
    },
    mayBeSent: () => true,
  };

  /** When the window has room for one more, given what is known now. */
  const roomAt = ({ limit, windowMs }: RateLimit, now: number): number => {
    const held = heldMs(windowMs);
    const expired = log.countUpTo(now - held);
    const excess = inFlight + log.length - expired - limit;
    return excess < 0 ? now : log.at(expired + excess) + held;
  };

  return {
    take(now) {
      log.forgetUpTo(now - longestMs);
      let at = now;
      for (const window of limits) at = Math.max(at, roomAt(window, now));
      if (at > now) return at;
      inFlight += 1;
      return slot;
    },
    setLimits(next, now) {
      assertRateLimits(next);
      log.forgetUpTo(now - longestMs);
      if (longest(next) > longestMs) log.recall(Math.max(...next.map(({ limit }) => limit)));
      limits = next;
      longestMs = longest(next);
    },
    forecast(now, roundTripMs) {
      const played = log.copy();
      for (let call = 0; call < inFlight; call += 1) played.add(now + roundTripMs);
      return {
        next(readyAt) {
          let at = readyAt;
          for (const { limit, windowMs } of limits) {
            const { length } = played;
            if (length >= limit) at = Math.max(at, played.at(length - limit) + heldMs(windowMs));
          }
          played.add(at + roundTripMs);
          return at;
        },
      };
    },
    usage(now) {
      return limits.map(({ limit, windowMs }) => {
        const settled = log.length - log.countUpTo(now - heldMs(windowMs));
        return { limit, windowMs, remaining: Math.max(0, limit - inFlight - settled) };
      });
    },
    get inFlight() {
      return inFlight;
    },
  };
}

function longest(limits: readonly RateLimit[]): number {
  return Math.max(...limits.map(({ windowMs }) => heldMs(windowMs)));
}
