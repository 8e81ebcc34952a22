// Durations as GraphQL carries them: whole milliseconds in 32 bits.

const LONGEST = 2_147_483_647;

/** Rounded up, so that who waits that long has waited long enough; at most 24 days, also for a wait without end. */
export function wholeMs(ms: number): number {
  return Math.min(Math.max(0, Math.ceil(ms)), LONGEST);
}
