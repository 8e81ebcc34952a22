// What a subscription tells: first how things stand or what was missed, then what each new event becomes. Can be iterated as it is, or taken apart by
// whoever serves many with the same feed and wants to follow the log once for all of them.
import type { EventRecord } from '../store/records.ts';
import { endable } from './endable.ts';
import { type EventTail, FollowerTooSlowError } from './tail.ts';

export interface Feed<T> {
  /**
   * What comes before the live part, in order; returns the position of the log after which it goes on. Ends early when the signal aborts; what it then
   * returns means nothing.
   */
  begin(signal: AbortSignal): AsyncGenerator<T, bigint, undefined>;
  /**
   * What an event becomes; null when it does not concern the follower. Pure, and the same for all who follow with the same rights and arguments,
   * wherever they began.
   */
  itemOf(event: EventRecord): T | null;
  /** Told when the live part begins to be followed; returns how to tell that it no longer is. */
  watch?(): () => void;
  /** The cursor after which a follower who had everything up to this position goes on. */
  cursorAt(position: bigint): string;
  /** The error a follower is ended with who reads too slowly. @param lastCursor where to go on. */
  tooSlow(lastCursor: string): unknown;
}

const FEED = Symbol('feed');

/** A feed as the iterator that GraphQL asks of a subscription. */
export interface FeedIterator<T> extends AsyncIterableIterator<T> {
  readonly [FEED]: Feed<T>;
}

/** Iterates a feed on its own. @throws what {@link Feed.begin} throws, and {@link Feed.tooSlow}, from `next`. */
export function iterateFeed<T>(
  feed: Feed<T>,
  { tail, signal }: { readonly tail: Pick<EventTail, 'follow'>; readonly signal: AbortSignal },
): FeedIterator<T> {
  const iterator = endable(signal, (ending) => run(feed, tail, ending));
  return Object.assign(iterator, { [FEED]: feed });
}

/** The feed behind an iterator of {@link iterateFeed} that nobody has begun to read; null for any other source. */
export function feedOf(source: object): Feed<unknown> | null {
  return FEED in source ? (source[FEED] as Feed<unknown>) : null;
}

async function* run<T>(
  feed: Feed<T>,
  tail: Pick<EventTail, 'follow'>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const leave = feed.watch?.();
  try {
    const after = yield* feed.begin(signal);
    if (signal.aborted) return;
    try {
      const accepts = (event: EventRecord): boolean => feed.itemOf(event) !== null;
      for await (const event of tail.follow({ after, accepts, signal })) {
        const item = feed.itemOf(event);
        if (item !== null) yield item;
      }
    } catch (error) {
      if (!(error instanceof FollowerTooSlowError)) throw error;
      throw feed.tooSlow(feed.cursorAt(error.position));
    }
  } finally {
    leave?.();
  }
}
