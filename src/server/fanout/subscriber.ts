// One subscription: what is told to it alone at the beginning, its place in a group from then on, and its bounded queue.
import type { ExecutionResult } from 'graphql';
import type { Feed } from '../../events/feed.ts';
import { type EventLog, LogGapError } from '../../events/log.ts';
import type { Connection, Subscription } from './connection.ts';
import type { Group, Member } from './group.ts';
import type { Message } from './message.ts';
import type { Outlet } from './outlet.ts';

/** Messages, and their bytes, that may wait for one subscriber whose client does not take them. */
export const QUEUE_LIMITS = { messages: 1_000, bytes: 1_000_000 } as const;

/** Events read at a time while catching up. */
const BATCH = 200;

/** Where the messages come from that a subscriber gets at its own pace. */
export type Source =
  | { readonly feed: Feed<unknown>; readonly group: Group }
  | { readonly events: AsyncIterable<unknown>; readonly run: (item: unknown) => Promise<Message> };

/** What all subscribers have in common. */
export interface SubscriberHost {
  readonly log: Pick<EventLog, 'after'>;
  /** The last message of one that ends with an error. */
  toLast(error: unknown, requestId: string): Message;
  /** Called once for each. */
  ended(group: Group | null): void;
}

export interface SubscriberOptions {
  readonly source: Source;
  readonly connection: Connection;
  readonly requestId: string;
  /** Gives back what it takes of the limits. */
  readonly release: () => void;
}

/**
 * Iterated, it yields nothing and is done when the subscription has ended: transports that ask for an iterator write its messages by an {@link Outlet}.
 * There are many of these, and most wait: once it has joined its group, one keeps nothing of how it was opened.
 */
export class Subscriber implements AsyncIterableIterator<ExecutionResult, void>, Member, Subscription {
  lastCursor: string | null = null;
  readonly #host: SubscriberHost;
  readonly #requestId: string;
  readonly #connection: Connection;
  readonly #release: () => void;
  #opening: { readonly source: Source; readonly stop: AbortController } | null;
  #group: Group | null = null;
  #outlet: Outlet | null = null;
  #queue: Message[] | null = null;
  #queuedBytes = 0;
  #isEnded = false;
  #wake: (() => void) | null = null;
  #whenEnded: ((result: IteratorReturnResult<void>) => void) | null = null;

  constructor(host: SubscriberHost, { source, connection, requestId, release }: SubscriberOptions) {
    this.#host = host;
    this.#opening = { source, stop: new AbortController() };
    this.#connection = connection;
    this.#requestId = requestId;
    this.#release = release;
    connection.subscribers.add(this);
  }

  /** Begins to write. */
  start(outlet: Outlet): void {
    if (this.#isEnded || this.#opening === null) return;
    this.#outlet = outlet;
    const { source, stop } = this.#opening;
    const running =
      'group' in source ? this.#open(source.group, source.feed, stop.signal) : this.#pump(source, stop.signal);
    running.catch((error: unknown) => this.fail(error));
  }

  /** Another source has no position in the log, so it is not shared. */
  async #pump({ events, run }: Extract<Source, { events: unknown }>, signal: AbortSignal): Promise<void> {
    const iterator = events[Symbol.asyncIterator]();
    signal.addEventListener('abort', () => void iterator.return?.().catch(() => {}), { once: true });
    for (let next = await iterator.next(); !next.done && !this.#isEnded; next = await iterator.next())
      await this.#write(await run(next.value));
    this.#end(null);
  }

  /** The beginning, then what was committed meanwhile, at the client's pace; then with the others. */
  async #open(group: Group, feed: Feed<unknown>, signal: AbortSignal): Promise<void> {
    const unwatch = feed.watch?.();
    try {
      const beginning = feed.begin(signal);
      let next = await beginning.next();
      for (; !next.done && !this.#isEnded; next = await beginning.next())
        await this.#write(await group.runItem(next.value));
      if (this.#isEnded || !next.done) return void (await beginning.return(0n));
      let at = next.value;
      this.lastCursor ??= feed.cursorAt(at);
      let isAtEnd = false;
      while (!this.#isEnded && !group.join(this, at, isAtEnd)) {
        const known = group.at ?? at;
        const events = await this.#host.log.after(at, BATCH).catch((error: unknown) => {
          if (error instanceof LogGapError) return null;
          throw error;
        });
        if (events === null) return this.#giveUp(feed);
        for (const event of events) {
          if (this.#isEnded) return;
          at = event.sequence;
          const message = await group.runEvent(event);
          if (message !== null) await this.#write(message);
        }
        isAtEnd = events.length < BATCH;
        if (isAtEnd && at < known) at = known;
      }
      if (this.#isEnded) return;
      this.#group = group;
      this.#opening = null;
    } finally {
      unwatch?.();
    }
  }

  async #write(message: Message): Promise<void> {
    if (this.#isEnded || this.#outlet === null) return;
    this.#outlet.write([message]);
    this.lastCursor = message.cursor ?? this.lastCursor;
    while (!this.#isEnded && this.#outlet.isFull)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  offer(messages: readonly Message[]): void {
    if (this.#outlet === null) return;
    if (this.#queue === null && !this.#outlet.isFull) {
      this.#outlet.write(messages);
      this.lastCursor = messages.at(-1)?.cursor ?? this.lastCursor;
      return;
    }
    this.#queue ??= [];
    for (const message of messages) {
      this.#queue.push(message);
      this.#queuedBytes += message.size;
    }
    if (this.#queue.length > QUEUE_LIMITS.messages || this.#queuedBytes > QUEUE_LIMITS.bytes) this.overtaken();
  }

  overtaken(): void {
    if (this.#group !== null) this.#giveUp(this.#group.feed);
  }

  /** What waits is given up: the client goes on after what it was last given. */
  #giveUp(feed: Feed<unknown>): void {
    this.#queue = null;
    this.fail(feed.tooSlow(this.lastCursor ?? ''));
  }

  resume(): void {
    this.#wake?.();
    this.#wake = null;
    const outlet = this.#outlet;
    while (this.#queue !== null && outlet !== null && !outlet.isFull) {
      const messages = this.#queue.splice(0, 20);
      for (const { size } of messages) this.#queuedBytes -= size;
      if (this.#queue.length === 0) this.#queue = null;
      outlet.write(messages);
      this.lastCursor = messages.at(-1)?.cursor ?? this.lastCursor;
    }
  }

  fail(error: unknown): void {
    if (!this.#isEnded) this.#end(this.#host.toLast(error, this.#requestId));
  }

  leave(): void {
    this.#finish();
  }

  #end(last: Message | null): void {
    if (this.#isEnded) return;
    if (last !== null) this.#outlet?.write([last]);
    this.#outlet?.complete();
    this.#finish();
  }

  #finish(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const source = this.#opening?.source;
    const group = this.#group ?? (source !== undefined && 'group' in source ? source.group : null);
    this.#opening?.stop.abort();
    this.#opening = null;
    this.#group?.leave(this);
    this.#group = null;
    this.#queue = null;
    this.#wake?.();
    this.#connection.subscribers.delete(this);
    this.#release();
    this.#host.ended(group);
    this.#whenEnded?.({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorReturnResult<void>> {
    if (this.#isEnded) return { done: true, value: undefined };
    return new Promise((resolve) => {
      this.#whenEnded = resolve;
    });
  }

  async return(): Promise<IteratorReturnResult<void>> {
    this.leave();
    return { done: true, value: undefined };
  }
}
