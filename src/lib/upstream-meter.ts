// Counts what one operation cost upstream, for `extensions.upstream` and for tests of "how many calls did that take".

/** Counters of one operation; a fresh meter for each request and for each event of a subscription. */
export interface UpstreamMeter {
  /** Calls the planner decided were needed. */
  planned: number;
  /** Calls really sent on behalf of this operation. */
  made: number;
  /** Calls saved because an identical one was already in flight. */
  coalesced: number;
  /** Resources answered from the mirror without a call. */
  fromMirror: number;
  /** Milliseconds spent waiting for permits, the longest wait where calls ran side by side. */
  waitedMs: number;
}

export function createUpstreamMeter(): UpstreamMeter {
  return { planned: 0, made: 0, coalesced: 0, fromMirror: 0, waitedMs: 0 };
}
