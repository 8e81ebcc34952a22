// How long a call would wait: the turns before it and its own, played forward over slots and pacing.
import type { CallQueue } from './call-queue.ts';
import type { Lane } from './lanes.ts';
import type { Pace } from './pacer.ts';
import type { SlotForecast } from './permit-store.ts';

/** Turns played one by one; those beyond are taken to last as long as these did on average. */
const PLAYED_TURNS = 1_000;

/**
 * Milliseconds from `now` until a call that joins now gets its permit, if nobody else comes or leaves and calls take as long as they lately did.
 * Uses up `slots` and `pace`.
 */
export function estimateWaitMs(
  call: { readonly lane: Lane; readonly tenant: string },
  now: number,
  queue: Pick<CallQueue<unknown>, 'playTurns'>,
  slots: SlotForecast,
  pace: Pace,
): number {
  let at = now;
  const left = queue.playTurns(call.lane, call.tenant, PLAYED_TURNS, (spaced) => {
    at = slots.next(Math.max(at, pace.readyAt(spaced)));
    pace.granted(at);
  });
  return at - now + (left * (at - now)) / PLAYED_TURNS;
}
