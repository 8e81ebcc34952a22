// What this replica knows of its own calls: those that may be under way, and when the others can have arrived at the latest.
import { heldMs } from './held.ts';
import { createLocalPermitStore, type LocalPermitStore } from './local-permit-store.ts';
import type { Slot } from './permit-store.ts';
import type { RateLimit } from './rate-limit.ts';

/** Calls as they are told to those who count: times are relative to the moment of telling. */
export interface CallsReport {
  /** The number of the last call whose fate is known here. */
  readonly upTo: number;
  /** Calls that may be under way or may yet be sent. */
  readonly open: readonly string[];
  /** Calls with the milliseconds from now to their latest possible arrival, negative when it lies behind. */
  readonly settled: readonly (readonly [call: string, inMs: number])[];
}

export interface OwnCalls {
  /** Counts them in the windows of this process alone. */
  readonly local: LocalPermitStore;
  /** A call with this name has a place. @param slot its place in {@link local}. @param onEnd told when the call has ended. */
  begin(call: string, slot: Slot, onEnd: () => void): Pick<Slot, 'settle' | 'release'>;
  /** @param isWhole every call that may still be in a window, not just what was not told yet. */
  report(now: number, upTo: number, isWhole: boolean): CallsReport;
  /** Those who count have taken note. */
  told(report: CallsReport): void;
  /** Those that may still be in a window of this length. */
  used(windowMs: number, now: number): number;
  readonly open: number;
}

/** @param longestMs how long a call can count at most. */
export function createOwnCalls(limits: readonly RateLimit[], longestMs: () => number): OwnCalls {
  const local = createLocalPermitStore(limits);
  const open = new Set<string>();
  /** Latest possible arrivals by call, for as long as a window can hold them. */
  const settled = new Map<string, number>();
  const untold = new Set<string>();

  const forget = (now: number): void => {
    for (const [call, latest] of settled) {
      if (latest <= now - longestMs() && !untold.has(call)) settled.delete(call);
    }
  };

  return {
    local,
    begin(call, slot, onEnd) {
      open.add(call);
      return {
        settle(latestArrival) {
          open.delete(call);
          settled.set(call, latestArrival);
          untold.add(call);
          slot.settle(latestArrival);
          onEnd();
        },
        release() {
          open.delete(call);
          slot.release();
          onEnd();
        },
      };
    },
    report(now, upTo, isWhole) {
      forget(now);
      const calls = isWhole ? settled.keys() : untold;
      return {
        upTo,
        open: [...open],
        settled: [...calls].map((call) => [call, (settled.get(call) ?? now) - now] as const),
      };
    },
    told(report) {
      for (const [call] of report.settled) untold.delete(call);
    },
    used(windowMs, now) {
      const from = now - heldMs(windowMs);
      return open.size + [...settled.values()].filter((latest) => latest > from).length;
    },
    get open() {
      return open.size;
    },
  };
}
