// The times on which replicas that share a budget rely, in milliseconds.
import { heldMs } from './held.ts';
import type { RateLimit } from './rate-limit.ts';

/** A permit must be used within this time from when it was asked for; afterwards it is void. */
export const SEND_WITHIN_MS = 2_000;
/** How often a replica tells the others that it is there, in Redis and on the board. */
export const BEAT_MS = 1_000;
/** A replica that Redis did not hear of for so long is taken for dead. */
export const SILENT_MS = 3_000;
/** What was read on the board is good for so long, from when the reading began. */
export const VIEW_MS = 3_000;
/** Without an answer from Redis for so long a replica goes on alone. */
export const LOST_AFTER_MS = 1_000;
/** A replica that has just started has so long to join the others before it goes on alone. */
export const JOIN_WITHIN_MS = 3_000;
/** An answer that takes longer is not waited for. */
export const ANSWER_WITHIN_MS = 1_000;
/** How often the board is read while others are waited for. */
export const WAITING_BEAT_MS = 200;

/** Differences in speed between our clock and the database's, its rounding, and the way there. */
const MARGIN_MS = 1_000;

/**
 * Everything that a replica sent has left all windows so long after the board saw it last: its last reading was good for {@link VIEW_MS}, a permit it then took for
 * {@link SEND_WITHIN_MS}, and the call was under way for `maxTransitMs` at most.
 */
export function goneMs(limits: readonly RateLimit[], maxTransitMs: number): number {
  const longest = Math.max(...limits.map(({ windowMs }) => heldMs(windowMs)));
  return VIEW_MS + SEND_WITHIN_MS + maxTransitMs + longest + MARGIN_MS;
}
