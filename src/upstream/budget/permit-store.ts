// Where the slots of the windows are counted: in this process today, shared by replicas behind the same interface.
import type { Lane } from './lanes.ts';
import type { RateLimit } from './rate-limit.ts';

/** One call's place in every window, held from the grant until its latest possible arrival has left the window. */
export interface Slot {
  /** The call reached Gandi no later than `latestArrival` (monotonic ms, may lie ahead); the place frees one window after that. */
  settle(latestArrival: number): void;
  /** The call was never sent: the place is free at once. */
  release(): void;
  /** Whether the call may still leave this process; asked when its first byte is about to. Once false it stays false. */
  mayBeSent(): boolean;
}

export interface WindowUsage extends RateLimit {
  /** Calls that could go at once; never negative. */
  readonly remaining: number;
}

/** For whom a slot is asked. */
export interface SlotAsk {
  readonly lane: Lane;
  /** The call is to be spaced evenly from those before it. */
  readonly isSpaced: boolean;
  /** The lane's floor is due: it goes before lanes that are more urgent. */
  readonly isDue: boolean;
}

/** - `local`: counted in this process. - `shared`: counted together with other replicas. - `alone`: cut off from them, with a part of the limits. */
export type BudgetMode = 'local' | 'shared' | 'alone';

export interface PermitStoreListener {
  /** How calls are counted has changed; with it the limits that this process can use, and when the next slot is free. */
  onChange(change: { readonly mode: BudgetMode; readonly limits: readonly RateLimit[] }): void;
  /** Somebody who shares the windows was asked by Gandi to pause. */
  onPause(until: number): void;
}

/** Plays slots forward without taking any. */
export interface SlotForecast {
  /** When a call that is ready at `readyAt` gets a slot, after all calls played before; it then counts as sent. */
  next(readyAt: number): number;
}

/**
 * Counts calls against the windows. Times are the monotonic milliseconds of the budget's clock.
 * `take` may answer later (a store in another process); the other methods answer from what this process knows.
 * A store shared by processes must treat the slots of one that died as sent and lost, and must never reject: when it loses its
 * server it falls back to a part of the limit that is safe for one replica.
 */
export interface PermitStore {
  /**
   * A slot, or the moment from which it is worth asking again. Infinity: only a slot that this process settles or releases can help; a shared store,
   * where another process may, names a moment instead.
   */
  take(now: number, ask: SlotAsk): Slot | number | Promise<Slot | number>;
  /** Gandi asked for a pause: nobody who shares the windows gets a slot before `until`. */
  pause(until: number, now: number): void;
  /** @returns how to stop listening. */
  listen(listener: PermitStoreListener): () => void;
  readonly mode: BudgetMode;
  /** From now on these limits hold; calls already made count against them. */
  setLimits(limits: readonly RateLimit[], now: number): void;
  /** @param roundTripMs what a call is expected to take; those in flight are expected to be answered one round trip from now. */
  forecast(now: number, roundTripMs: number): SlotForecast;
  usage(now: number): readonly WindowUsage[];
  /** Slots taken and neither settled nor released. */
  readonly inFlight: number;
}
