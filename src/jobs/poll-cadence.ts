// When an operation is looked at next. Pure: quick while something may happen any moment, slow in waits of days, quicker while somebody watches.

export interface CadenceBounds {
  /** Right after a start or a change. */
  readonly quickMs: number;
  /** The longest while somebody watches. */
  readonly watchedMs: number;
  /** The longest while nobody does; also the longest after failures. */
  readonly slowMs: number;
}

/** For Gandi, where people and registries take hours and days (Gandi's status routes may be read every 10 to 60 minutes for those). */
export const REAL_CADENCE: CadenceBounds = { quickMs: 10_000, watchedMs: 30_000, slowMs: 1_800_000 };
/** For the sandbox, where they take seconds. */
export const SANDBOX_CADENCE: CadenceBounds = { quickMs: 500, watchedMs: 1_000, slowMs: 5_000 };

/** A step that has lasted for some time is looked at again after a part of it. */
const PART_OF_AGE = 1 / 8;
/** Spread of the interval, to both sides, so that what was ordered together is not looked at together for ever. */
const JITTER = 0.1;

/** What the next look depends on. Epoch milliseconds. */
export interface Standing {
  /** When it came to where it is. */
  readonly since: number;
  /** When something is expected to happen by itself; null = nothing is. */
  readonly deadlineAt: number | null;
  readonly endedAt: number | null;
}

export interface CadenceFacts {
  readonly now: number;
  readonly watched: boolean;
  /** Looks that failed one after the other, the last one included. */
  readonly failures: number;
  /** From 0 to 1. */
  readonly random: number;
}

/** @returns epoch milliseconds; null for what has ended. */
export function nextPollAt(
  { since, deadlineAt, endedAt }: Standing,
  { now, watched, failures, random }: CadenceFacts,
  bounds: CadenceBounds,
): number | null {
  if (endedAt !== null) return null;
  const calm = failures > 0 ? afterFailures(failures, bounds) : byAge(now - since, watched, bounds);
  const interval = calm * (1 + JITTER * (2 * random - 1));
  const untilDeadline = deadlineAt === null || deadlineAt <= now ? Number.POSITIVE_INFINITY : deadlineAt - now;
  return Math.round(now + Math.min(interval, untilDeadline + bounds.quickMs));
}

function byAge(ageMs: number, watched: boolean, { quickMs, watchedMs, slowMs }: CadenceBounds): number {
  const longest = watched ? Math.min(watchedMs, slowMs) : slowMs;
  return Math.min(Math.max(ageMs * PART_OF_AGE, quickMs), longest);
}

function afterFailures(failures: number, { quickMs, slowMs }: CadenceBounds): number {
  return Math.min(quickMs * 2 ** Math.min(failures, 30), slowMs);
}
