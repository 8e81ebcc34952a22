// How old an answer is, and whether that is young enough for who asked.

/**
 * How old an answer is. LIVE: fetched for this operation. MIRRORED: from the mirror, young enough. STALE: older than was asked for, because of `reason`.
 */
export interface Freshness {
  readonly asOf: number;
  readonly state: 'LIVE' | 'MIRRORED' | 'STALE';
  readonly reason: string | null;
}

/** How old and how complete a listing is. `asOf` null: not one complete pass yet. */
export interface ListFreshness {
  readonly asOf: number | null;
  readonly state: 'LIVE' | 'MIRRORED' | 'STALE';
  readonly reason: string | null;
  /** False while the first fill is still under way: what is here is right, more will come. */
  readonly isComplete: boolean;
  readonly fetched: number;
  readonly total: number | null;
}

/** The deeper part of a domain or client, with a freshness of its own. */
export interface Depth<T> {
  readonly value: T;
  readonly freshness: Freshness;
}

/** What an age is measured against: when the operation asked, and the oldest answer it takes. */
export interface AgeLimit {
  readonly askedAt: number;
  readonly maxAgeMs: number;
}

/** True when something of this age must be fetched again. With a maximum of 0 only what was fetched since the question will do. */
export function isTooOld(asOf: number | null, limit: AgeLimit): boolean {
  return asOf === null || limit.askedAt - asOf > limit.maxAgeMs;
}

/** @param reason why nothing younger was to be had; used only when `asOf` is too old. */
export function freshnessOf(asOf: number, limit: AgeLimit, reason: string | null): Freshness {
  if (asOf >= limit.askedAt) return { asOf, state: 'LIVE', reason: null };
  if (!isTooOld(asOf, limit)) return { asOf, state: 'MIRRORED', reason: null };
  return { asOf, state: 'STALE', reason: reason ?? 'It could not be refreshed in time' };
}

/**
 * The freshness of something that may have been fetched meanwhile.
 * @param before its `asOf` when the operation first looked; anything younger was fetched while it waited, by itself or by work it joined.
 */
export function freshnessAfter(before: number | null, asOf: number, limit: AgeLimit, reason: string | null): Freshness {
  return before === null || asOf > before ? { asOf, state: 'LIVE', reason: null } : freshnessOf(asOf, limit, reason);
}

/** Of several lists that an answer rests on: as old, as stale and as incomplete as the worst of them. Counts are those of the first. */
export function worstOf(first: ListFreshness, ...others: readonly ListFreshness[]): ListFreshness {
  const lists = [first, ...others];
  const ages = lists.map(({ asOf }) => asOf).filter((asOf) => asOf !== null);
  return {
    asOf: ages.length < lists.length ? null : Math.min(...ages),
    state: STATES.find((state) => lists.some((list) => list.state === state)) ?? first.state,
    reason: lists.find(({ reason }) => reason !== null)?.reason ?? null,
    isComplete: lists.every(({ isComplete }) => isComplete),
    fetched: first.fetched,
    total: first.total,
  };
}

/** Worst first. */
const STATES = ['STALE', 'MIRRORED', 'LIVE'] as const;
