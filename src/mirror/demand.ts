// What an operation demands of the mirror: how fresh, how urgently, on whose behalf and for how long it waits.
import type { UpstreamMeter } from '../lib/upstream-meter.ts';
import type { Lane } from '../upstream/budget/lanes.ts';
import type { AgeLimit } from './freshness.ts';

export interface Demand {
  /** Oldest answer that will do, in seconds; null = each kind's configured default. 0 asks Gandi. */
  readonly maxAgeSeconds: number | null;
  readonly lane: Lane;
  /**
   * When the operation began, if it asks several times: what was fetched since then is not fetched again, whatever `maxAgeSeconds` says. Default: now.
   * To be left out after a write, which makes everything older untrue.
   */
  readonly askedAt?: number;
  /** Whose turn it is inside the lane. */
  readonly tenant: string;
  /** Longest wait for a refresh in milliseconds; then an old answer is given. Default: the mirror's own. */
  readonly maxWaitMs?: number;
  /** Aborted: the operation no longer wants an answer; its promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Counts what this operation planned, made, shared and found in the mirror. */
  readonly meter: UpstreamMeter;
}

/** Default maximum age of each kind, in seconds. */
export interface MirrorAges {
  readonly organizations: number;
  readonly clients: number;
  readonly clientDetail: number;
  readonly domains: number;
  readonly domainDetail: number;
}

export type MirroredKind = keyof MirrorAges;

export function ageLimit(demand: Demand, ages: MirrorAges, kind: MirroredKind, now: number): AgeLimit {
  return { askedAt: demand.askedAt ?? now, maxAgeMs: (demand.maxAgeSeconds ?? ages[kind]) * 1_000 };
}
