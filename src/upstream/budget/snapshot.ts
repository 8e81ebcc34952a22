// What the budget shows of itself.
import { LANES, type Lane } from './lanes.ts';
import type { BudgetMode, WindowUsage } from './permit-store.ts';

export interface BudgetSnapshot {
  /** Of the window with the least room. */
  readonly limit: number;
  readonly windowMs: number;
  /** Calls that could go at once as far as the windows are concerned. */
  readonly remaining: number;
  readonly windows: readonly WindowUsage[];
  readonly mode: BudgetMode;
  /** Calls that wait, by lane. */
  readonly queued: Readonly<Record<Lane, number>>;
  /** Permits given since the start, those never sent included. */
  readonly granted: Readonly<Record<Lane, number>>;
  /** Calls refused since the start, at the door or at their deadline. */
  readonly refused: Readonly<Record<Lane, number>>;
  /** Calls sent whose answer has not come; those of all replicas while they count together. */
  readonly inFlight: number;
  /** Epoch milliseconds until which nothing is sent because Gandi asked for it; null when nothing is paused. */
  readonly pausedUntil: number | null;
  /** Milliseconds until an urgent call could go if nobody waited. */
  readonly nextSlotInMs: number;
}

/** A fresh count for each lane. */
export function perLane(count: (lane: Lane) => number): Record<Lane, number> {
  const counts: Partial<Record<Lane, number>> = {};
  for (const lane of LANES) counts[lane] = count(lane);
  return counts as Record<Lane, number>;
}

/** The window in which the fewest calls are left. */
export function tightest(windows: readonly WindowUsage[]): WindowUsage {
  return windows.reduce((least, window) => (window.remaining < least.remaining ? window : least));
}
