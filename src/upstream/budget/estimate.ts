// How long a call would wait: the turns before it and its own, played forward over slots and pacing.
import type { CallQueue } from './call-queue.ts';
import type { Lane } from './lanes.ts';
import type { Pacer } from './pacer.ts';
import type { SlotForecast } from './permit-store.ts';

/** Turns played one by one; those beyond are taken to last as long as these did on average. */
const PLAYED_TURNS = 1_000;

/**
 * Milliseconds from `now` until a call that joins now gets its permit, if nobody else comes or leaves and calls take as long as they lately did.
 */
export function estimateWaitMs(
  call: { readonly lane: Lane; readonly tenant: string },
  now: number,
  queue: Pick<CallQueue<unknown>, 'playTurns'>,
  slots: SlotForecast,
  pacer: Pacer,
): number {
  let lastGrantAt = pacer.lastGrantAt;
  const left = queue.playTurns(call.lane, call.tenant, PLAYED_TURNS, (spaced) => {
    lastGrantAt = slots.next(Math.max(now, lastGrantAt, pacer.readyAfter(lastGrantAt, spaced)));
  });
  const playedMs = Math.max(0, lastGrantAt - now);
  return playedMs + (left * playedMs) / PLAYED_TURNS;
}
