// Follows the log for everybody: one reader in this process hands each new event to all who follow.
import { setImmediate as turnForFollowers } from 'node:timers/promises';
import { type Clock, sleep, type Timer } from '../lib/clock.ts';
import type { EventRecord } from '../store/records.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { EventBus } from './bus.ts';
import { createWaker, endable } from './endable.ts';
import { type EventLog, LogGapError } from './log.ts';

export interface TailLimits {
  /** Events read at a time. */
  readonly batch: number;
  /** Longest time without a look at the log, for hints that were lost and changes made by other processes. */
  readonly idleMs: number;
  /** Events that may wait for one follower before it is given up. */
  readonly queue: number;
  /** Pause after a read that failed; doubles with each one more, up to `longestRetryMs`. */
  readonly retryMs: number;
  readonly longestRetryMs: number;
}

export const TAIL_LIMITS: TailLimits = {
  batch: 500,
  idleMs: 1_000,
  queue: 2_000,
  retryMs: 250,
  longestRetryMs: 10_000,
};

/** The follower read more slowly than events came, or than they were removed. It can go on after `position`. */
export class FollowerTooSlowError extends Error {
  override readonly name = 'FollowerTooSlowError';
  /** The last event it received, or where it began to follow. */
  readonly position: bigint;
  /** What came after the position was removed before it was read: whoever follows from there again fails again. */
  readonly isGone: boolean;
  constructor(position: bigint, isGone = false) {
    super(`The updates were read too slowly and end after position ${position} of the log.`);
    this.position = position;
    this.isGone = isGone;
  }
}

export interface Following {
  /** Sequence number after which to begin. */
  readonly after: bigint;
  readonly accepts: (event: EventRecord) => boolean;
  readonly signal: AbortSignal;
}

export interface EventTail {
  /**
   * Every accepted event after a position, each once and in order: what is already in the log first, at the follower's own pace, then new ones as they
   * are committed. Goes on by itself after the database was away. Ends when `signal` aborts or the iterator is returned.
   * @throws {FollowerTooSlowError} from `next`.
   */
  follow(following: Following): AsyncIterableIterator<EventRecord>;
  /** How many follow live. */
  readonly followers: number;
}

interface Follower {
  readonly from: bigint;
  readonly accepts: (event: EventRecord) => boolean;
  readonly wake: () => void;
  queue: EventRecord[];
  overflowed: boolean;
}

/** The one that reads for all who follow now. When the last of them leaves it ends, and the next one starts another. */
interface Reader {
  /** Everything up to here was handed out. */
  at: bigint;
  readonly stop: AbortController;
}

export interface TailDeps {
  readonly log: Pick<EventLog, 'after'>;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<TailLimits>;
}

export function createEventTail({ log, bus, clock, logger, limits: given }: TailDeps): EventTail {
  const limits = { ...TAIL_LIMITS, ...given };
  const followers = new Set<Follower>();
  let reader: Reader | null = null;

  const dropOut = (follower: Follower): void => {
    follower.overflowed = true;
    follower.queue = [];
    followers.delete(follower);
    follower.wake();
  };

  const hand = (events: readonly EventRecord[]): void => {
    for (const follower of followers) {
      const before = follower.queue.length;
      for (const event of events)
        if (event.sequence > follower.from && follower.accepts(event)) follower.queue.push(event);
      if (follower.queue.length > limits.queue) dropOut(follower);
      else if (follower.queue.length > before) follower.wake();
    }
  };

  /** Tries until the log can be read, ever more seldom. Nothing when the signal aborts. @throws {LogGapError} */
  async function readAfter(position: bigint, signal: AbortSignal): Promise<readonly EventRecord[]> {
    for (let pauseMs = limits.retryMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, limits.longestRetryMs)) {
      try {
        return await log.after(position, limits.batch);
      } catch (error) {
        if (error instanceof LogGapError) throw error;
        logger.warn({ error, pauseMs }, 'The event log could not be read; trying again.');
        await sleep(clock, pauseMs, signal).catch(() => {});
      }
    }
    return [];
  }

  async function read(own: Reader): Promise<void> {
    const { signal } = own.stop;
    const waker = createWaker(signal);
    const unsubscribe = bus.subscribe('events', waker.wake);
    try {
      while (!signal.aborted) {
        const events = await readAfter(own.at, signal);
        if (signal.aborted) return;
        own.at = events.at(-1)?.sequence ?? own.at;
        hand(events);
        if (followers.size === 0) return end(own);
        if (events.length === limits.batch) {
          await turnForFollowers();
          continue;
        }
        const timer: Timer = clock.after(limits.idleMs, waker.wake);
        await waker.wait();
        timer.cancel();
      }
    } catch (error) {
      logger.warn({ error }, 'Events could not be handed out; whoever follows has to begin again.');
      for (const follower of [...followers]) dropOut(follower);
      end(own);
    } finally {
      unsubscribe();
    }
  }

  function end(own: Reader): void {
    if (reader === own) reader = null;
    own.stop.abort();
  }

  /** Joins the reader if nothing between `from` and its place would be missed; starts one for a follower who has read to the end of the log. */
  function attach(follower: Follower, atEnd: boolean): boolean {
    if (reader === null ? !atEnd : follower.from < reader.at) return false;
    followers.add(follower);
    if (reader === null) {
      reader = { at: follower.from, stop: new AbortController() };
      void read(reader);
    }
    return true;
  }

  async function* run(
    { after, accepts }: Following,
    signal: AbortSignal,
  ): AsyncGenerator<EventRecord, void, undefined> {
    const waker = createWaker(signal);
    let last = after;
    let from = after;
    let follower: Follower = { from, accepts, wake: waker.wake, queue: [], overflowed: false };
    let atEnd = false;
    while (!attach(follower, atEnd)) {
      const known = reader?.at ?? from;
      const events = await readAfter(from, signal).catch((error: unknown) => {
        throw error instanceof LogGapError ? new FollowerTooSlowError(last, true) : error;
      });
      if (signal.aborted) return;
      const end = events.at(-1)?.sequence ?? from;
      atEnd = events.length < limits.batch;
      from = atEnd && end < known ? known : end;
      follower = { ...follower, from };
      for (const event of events) {
        if (!accepts(event)) continue;
        last = event.sequence;
        yield event;
      }
    }
    try {
      while (!signal.aborted) {
        if (follower.overflowed) throw new FollowerTooSlowError(last);
        const event = follower.queue.shift();
        if (event === undefined) {
          await waker.wait();
          continue;
        }
        last = event.sequence;
        yield event;
      }
    } finally {
      followers.delete(follower);
      if (followers.size === 0 && reader !== null) end(reader);
    }
  }

  return {
    follow: (following) => endable(following.signal, (signal) => run(following, signal)),
    get followers() {
      return followers.size;
    },
  };
}
