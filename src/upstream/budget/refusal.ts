// The budget's answer when a call would wait longer than its caller can.
import type { Lane } from './lanes.ts';

/**
 * - `deadline`: the call would wait, or has waited, longer than it may. - `queue-full`: the tenant already has too many calls waiting in this lane.
 */
export type RefusalReason = 'deadline' | 'queue-full';

/** Nothing was sent. The same call is likely to get its permit in time when it comes back after `retryAfterMs`. */
export class BudgetRefused extends Error {
  override readonly name = 'BudgetRefused';
  readonly code = 'UPSTREAM_BUSY';
  readonly reason: RefusalReason;
  readonly lane: Lane;
  /** Whole milliseconds, at least 1. */
  readonly retryAfterMs: number;

  constructor(reason: RefusalReason, lane: Lane, retryAfterMs: number) {
    const wait = Math.max(1, Math.ceil(retryAfterMs));
    super(
      reason === 'deadline'
        ? `The upstream budget has no permit for lane ${lane} in time; try again in ${wait} ms.`
        : `Too many calls of this tenant wait in lane ${lane}; try again in ${wait} ms.`,
    );
    this.reason = reason;
    this.lane = lane;
    this.retryAfterMs = wait;
  }
}
