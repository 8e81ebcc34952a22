// Slots of the sliding windows, counted in this process.
import { createArrivalLog } from './arrival-log.ts';
import { heldMs } from './held.ts';
import type { PermitStore, Slot } from './permit-store.ts';
import { assertRateLimits, type RateLimit } from './rate-limit.ts';
import { forecastSlots } from './slot-forecast.ts';

export interface LocalPermitStore extends PermitStore {
  take(now: number): Slot | number;
  /** A slot without asking whether there is room: somebody else has decided that. */
  admit(now: number): Slot;
}

/**
 * Counts a call from its grant until `heldMs` after its latest possible arrival, in every window at once.
 * Hence two calls that use the same slot arrive more than a window apart, and no window holds more than its limit.
 * @param usedUntil monotonic milliseconds until which others may have used up every window; without it nobody has.
 */
export function createLocalPermitStore(initialLimits: readonly RateLimit[], usedUntil?: number): LocalPermitStore {
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

  const admit = (now: number): Slot => {
    log.forgetUpTo(now - longestMs);
    inFlight += 1;
    return slot;
  };

  return {
    mode: 'local',
    admit,
    take(now) {
      let at = now;
      for (const window of limits) at = Math.max(at, roomAt(window, now));
      return at > now ? at : admit(now);
    },
    pause() {},
    listen: () => () => {},
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
      return forecastSlots(played, limits, roundTripMs);
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
