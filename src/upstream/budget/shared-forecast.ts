// When this replica gets slots of windows it shares, from what the server told last.
import { createArrivalLog } from './arrival-log.ts';
import { heldMs } from './held.ts';
import type { SlotForecast } from './permit-store.ts';
import type { RateLimit } from './rate-limit.ts';
import { forecastSlots } from './slot-forecast.ts';

export interface SharedView {
  readonly limits: readonly RateLimit[];
  /** For each limit: calls that count, those in flight included. */
  readonly used: readonly number[];
  readonly inFlight: number;
  /** Other replicas that wait. */
  readonly contenders: number;
}

/**
 * The server tells how many calls count, not when each stops to: they are taken to be spread evenly over their window. Others who wait are taken to have a turn each
 * between two of ours.
 */
export function forecastShared(view: SharedView, now: number, roundTripMs: number): SlotForecast {
  const log = createArrivalLog();
  const windows = view.limits
    .map((window, index) => ({ ...window, settled: Math.max(0, (view.used[index] ?? 0) - view.inFlight) }))
    .toSorted((left, right) => left.windowMs - right.windowMs);
  let youngerMs = 0;
  let counted = 0;
  for (const { windowMs, settled } of windows) {
    const olderMs = heldMs(windowMs);
    const more = Math.max(0, settled - counted);
    for (let call = 1; call <= more; call += 1) {
      log.add(now - youngerMs - ((olderMs - youngerMs) * call) / (more + 1));
    }
    counted += more;
    youngerMs = olderMs;
  }
  for (let call = 0; call < view.inFlight; call += 1) log.add(now + roundTripMs);
  const slots = forecastSlots(log, view.limits, roundTripMs);
  return {
    next(readyAt) {
      const at = slots.next(readyAt);
      for (let other = 0; other < view.contenders; other += 1) slots.next(at);
      return at;
    },
  };
}
