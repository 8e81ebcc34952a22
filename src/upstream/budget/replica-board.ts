// The board on which replicas tell each other who goes on alone, and what follows from what stands there. It is kept where all of them agree: in the database.
import { parseRateLimits, type RateLimit } from './rate-limit.ts';

/** What a replica says of itself. */
export interface ReplicaReport {
  readonly id: string;
  /** Greater than in any report of this process before; one that arrives after a later one changes nothing. */
  readonly turn: number;
  /** The counters it takes calls from, or is about to; null = none. */
  readonly epoch: string | null;
  /** The part of the limits it uses alone, such as `10/2s`; null = it counts with the others. */
  readonly part: string | null;
  /** It goes on alone from now on, and wants a new announcement. */
  readonly announces: boolean;
  /** Announcements of others for which it leaves room. */
  readonly acknowledged: readonly string[];
}

/** What another replica said last. */
export interface OtherReplica extends Omit<ReplicaReport, 'turn' | 'announces'> {
  /** Milliseconds since it was seen, when the board was read. */
  readonly ageMs: number;
  /** A whole number as text; greater than any that its replica can have known of. null = it counts with the others. */
  readonly announcement: string | null;
}

export interface ReplicaBoard {
  /**
   * Writes the report and reads what was committed before it began; the own announcement after it. What another replica reads from then on contains the report.
   * Rejects when it is not known whether it was written.
   */
  report(
    mine: ReplicaReport,
  ): Promise<{ readonly announcement: string | null; readonly others: readonly OtherReplica[] }>;
  /** Nothing of this replica counts any more. */
  leave(id: string): Promise<void>;
}

/** Who of the others may still have a call in a window. */
export function present(others: readonly OtherReplica[], goneMs: number): readonly OtherReplica[] {
  return others.filter(({ ageMs }) => ageMs < goneMs);
}

/** Whether it may have made calls: it says with which counters, or with which part, before it makes the first. */
export function hasCalled({ epoch, part }: OtherReplica): boolean {
  return epoch !== null || part !== null;
}

/** Calls in the window that others use alone, the most they can be. */
export function usedAlone(others: readonly OtherReplica[], window: RateLimit): number {
  return others.reduce((sum, { part }) => sum + (part === null ? 0 : callsOf(parseRateLimits(part), window)), 0);
}

/** What is left of the limits to those who count together. A limit may be 0. */
export function leftTogether(limits: readonly RateLimit[], others: readonly OtherReplica[]): readonly RateLimit[] {
  return limits.map((window) => ({ ...window, limit: Math.max(0, window.limit - usedAlone(others, window)) }));
}

/** The announcements that stand. */
export function announcementsOf(others: readonly OtherReplica[]): readonly string[] {
  return others.flatMap(({ announcement }) => announcement ?? []);
}

/**
 * Whether a part fits beside the parts of those who announced theirs before. Everybody who looks after having seen all announcements comes to the same
 * answer, so that together they stay under the limits even when there are more of them than the parts were made for.
 */
export function fits(
  announcement: string,
  part: readonly RateLimit[],
  limits: readonly RateLimit[],
  others: readonly OtherReplica[],
): boolean {
  const before = others.filter((other) => other.announcement !== null && isBefore(other.announcement, announcement));
  return limits.every((window) => usedAlone(before, window) + callsOf(part, window) <= window.limit);
}

/** Whether every other replica leaves room for the one that made this announcement. */
export function isAcknowledged(announcement: string, others: readonly OtherReplica[]): boolean {
  return others.every(({ acknowledged }) => acknowledged.includes(announcement));
}

/** Whether somebody counts with other counters than these: two servers think that they are the one. */
export function countsElsewhere(epoch: string, others: readonly OtherReplica[]): boolean {
  return others.some((other) => other.epoch !== null && other.epoch !== epoch);
}

function isBefore(announcement: string, other: string): boolean {
  return BigInt(announcement) < BigInt(other);
}

/** The most calls that fit in the window under such limits; other windows than it count as often as they fit into it. */
function callsOf(limits: readonly RateLimit[], { windowMs }: RateLimit): number {
  return Math.min(...limits.map((each) => each.limit * Math.max(1, Math.ceil(windowMs / each.windowMs))));
}
