// When slots come free if calls go on as they lately did.
import type { ArrivalLog } from './arrival-log.ts';
import { heldMs } from './held.ts';
import type { SlotForecast } from './permit-store.ts';
import type { RateLimit } from './rate-limit.ts';

/** @param played the calls that count, those in flight with the arrival that is expected of them; used up. */
export function forecastSlots(played: ArrivalLog, limits: readonly RateLimit[], roundTripMs: number): SlotForecast {
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
}
