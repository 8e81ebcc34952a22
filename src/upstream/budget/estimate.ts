// How long a call would wait, from what waits and what is sent already.
import type { Ahead } from './call-queue.ts';
import type { Pacer } from './pacer.ts';
import type { PermitStore } from './permit-store.ts';

/**
 * Milliseconds until a call with so many ahead gets its permit, if nobody else comes. Calls that join a more urgent lane later make it longer,
 * callers that give up make it shorter.
 * @param paced whether the call's own lane is spaced evenly.
 */
export function estimateWaitMs(
  ahead: Ahead,
  paced: boolean,
  now: number,
  roundTripMs: number,
  store: PermitStore,
  pacer: Pacer,
): number {
  const from = Math.max(now, pacer.pausedUntil);
  const after = (calls: number, spacedCalls: number, spaced: boolean): number => {
    const anyway = pacer.expectedAt(calls, false, now);
    const lost = anyway < pacer.recoversAt ? 0 : pacer.lostMs(from);
    const slotAt = store.expectedAt(calls, from, roundTripMs) + lost;
    return Math.max(anyway, slotAt, pacer.expectedAt(spacedCalls, spaced, now));
  };
  const inOrder = after(ahead.total, paced ? ahead.paced : 0, paced);
  const byFloor = Number.isFinite(ahead.byFloor)
    ? after(ahead.byFloor, ahead.byFloor, ahead.pacedAbove)
    : Number.POSITIVE_INFINITY;
  return Math.max(0, Math.min(inOrder, byFloor) - now);
}
