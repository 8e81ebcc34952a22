// Follows the log for everybody: one reader in this process hands each new event to all who follow.
import { setImmediate as turnForFollowers } from 'node:timers/promises';
import type { Clock, Timer } from '../lib/clock.ts';
import type { EventRecord } from '../store/records.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { EventBus } from './bus.ts';
import { createWaker, endable } from './endable.ts';
import type { EventLog } from './log.ts';

export interface TailLimits {
  /** Events read at a time. */
  readonly batch: number;
  /** Longest time without a look at the log, for hints that were lost and changes made by other processes. */
  readonly idleMs: number;
  /** Events that may wait for one follower before it is given up. */
  readonly queue: number;
}

export const TAIL_LIMITS: TailLimits = { batch: 500, idleMs: 1_000, queue: 2_000 };

/** The follower read more slowly than events came. It can go on after `lastCursor`; null when it had not received any. */
export class FollowerTooSlowError extends Error {
  override readonly name = 'FollowerTooSlowError';
  readonly lastCursor: string | null;
  constructor(lastCursor: string | null) {
    super(
      lastCursor === null
        ? 'The updates were read too slowly and end here; follow again.'
        : `The updates were read too slowly and end here; follow again after the cursor ${lastCursor}.`,
    );
    this.lastCursor = lastCursor;
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
   * are committed. Ends when `signal` aborts or the iterator is returned. @throws {FollowerTooSlowError} from `next`.
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

export interface TailDeps {
  readonly log: Pick<EventLog, 'after' | 'cursorAt'>;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<TailLimits>;
}

export function createEventTail({ log, bus, clock, logger, limits: given }: TailDeps): EventTail {
  const limits = { ...TAIL_LIMITS, ...given };
  const followers = new Set<Follower>();
  /** Everything up to here was handed out; null while nobody follows. */
  let at: bigint | null = null;

  const hand = (events: readonly EventRecord[]): void => {
    for (const follower of followers) {
      let any = false;
      for (const event of events) {
        if (event.sequence <= follower.from || !follower.accepts(event)) continue;
        follower.queue.push(event);
        any = true;
      }
      if (follower.queue.length > limits.queue) {
        follower.overflowed = true;
        follower.queue = [];
        followers.delete(follower);
      }
      if (any) follower.wake();
    }
  };

  async function read(): Promise<void> {
    const stop = new AbortController();
    const waker = createWaker(stop.signal);
    const unsubscribe = bus.subscribe('events', waker.wake);
    try {
      while (followers.size > 0 && at !== null) {
        const events = await log.after(at, limits.batch).catch((error: unknown) => {
          logger.warn({ error }, 'The event log could not be read; trying again.');
          return [];
        });
        at = events.at(-1)?.sequence ?? at;
        hand(events);
        if (followers.size === 0) continue;
        if (events.length === limits.batch) {
          await turnForFollowers();
          continue;
        }
        const timer: Timer = clock.after(limits.idleMs, waker.wake);
        leave = waker.wake;
        await waker.wait();
        timer.cancel();
      }
    } finally {
      at = null;
      unsubscribe();
      stop.abort();
    }
  }
  let leave = (): void => {};

  /** Joins the shared reader if nothing between `from` and its place would be missed; starts it for one who has read to the end of the log. */
  function attach(follower: Follower, atEnd: boolean): boolean {
    if (at === null ? !atEnd : follower.from < at) return false;
    followers.add(follower);
    if (at === null) {
      at = follower.from;
      void read();
    }
    return true;
  }

  async function* run(
    { after, accepts }: Following,
    signal: AbortSignal,
  ): AsyncGenerator<EventRecord, void, undefined> {
    const waker = createWaker(signal);
    let last: bigint | null = null;
    let from = after;
    let follower: Follower = { from, accepts, wake: waker.wake, queue: [], overflowed: false };
    let atEnd = false;
    while (!attach(follower, atEnd)) {
      const known = at ?? from;
      const events = await log.after(from, limits.batch);
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
        if (follower.overflowed) throw new FollowerTooSlowError(last === null ? null : log.cursorAt(last));
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
      if (followers.size === 0) leave();
    }
  }

  return {
    follow: (following) => endable(following.signal, (signal) => run(following, signal)),
    get followers() {
      return followers.size;
    },
  };
}
