// Everybody who asks the same with the same rights: each event is executed once for all of them, and written to each.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ExecutionResult } from 'graphql';
import type { Feed } from '../../events/feed.ts';
import { type EventTail, FollowerTooSlowError } from '../../events/tail.ts';
import type { Clock } from '../../lib/clock.ts';
import { createSharedWork } from '../../lib/shared-work.ts';
import { cursorOf, Message } from './message.ts';

type Event = Parameters<Feed<unknown>['itemOf']>[0];

/** One who has reached the end of the log and is served with the others. */
export interface Member {
  /** Messages of events after the position it joined at, in order. */
  offer(messages: readonly Message[]): void;
  /** Events it has not got are no longer in the log. */
  overtaken(): void;
  /** The group cannot go on. */
  fail(error: unknown): void;
}

export interface GroupDeps {
  readonly tail: Pick<EventTail, 'follow'>;
  readonly clock: Clock;
}

/** Messages, and their bytes, that may wait to be written; the log is read no further until they are. */
const PENDING = { messages: 500, bytes: 1_000_000 } as const;
/** Members written to before others of the process get a turn. */
const SLICE = 200;

export class Group {
  readonly key: string;
  readonly feed: Feed<unknown>;
  /** Subscribers that have joined or are on their way. */
  users = 0;
  readonly #deps: GroupDeps;
  readonly #execute: (item: unknown) => Promise<ExecutionResult>;
  readonly #members = new Map<Member, bigint>();
  readonly #replays = createSharedWork<Message>();
  /** Everything up to here was given to the members; null while there are none. */
  #at: bigint | null = null;
  #stop: AbortController | null = null;
  #pending: Message[] = [];
  #pendingBytes = 0;
  #isWriting = false;
  /** Monotonic time before which no further round of writing begins. */
  #restUntil = 0;
  #roomMade: (() => void) | null = null;

  constructor(key: string, feed: Feed<unknown>, execute: (item: unknown) => Promise<ExecutionResult>, deps: GroupDeps) {
    this.key = key;
    this.feed = feed;
    this.#execute = execute;
    this.#deps = deps;
  }

  get at(): bigint | null {
    return this.#at;
  }

  get members(): number {
    return this.#members.size;
  }

  /** Runs what one subscriber is told before it joins. */
  async runItem(item: unknown, sequence: bigint | null = null): Promise<Message> {
    return new Message(await this.#execute(item), cursorOf(item), sequence);
  }

  /** Runs an event for one who catches up; those who come to it at the same time share it. Null when it does not concern the group. */
  runEvent(event: Event): Promise<Message> | null {
    const item = this.feed.itemOf(event);
    if (item === null) return null;
    const key = event.sequence.toString();
    return this.#replays.join(key) ?? this.#replays.start(key, () => this.runItem(item, event.sequence));
  }

  /**
   * Takes in one who has everything up to `from`, if the members have no event beyond that. @param atEnd whether that was the end of the log; the first
   * member must have come so far. @returns false when there is more to catch up with.
   */
  join(member: Member, from: bigint, atEnd: boolean): boolean {
    if (this.#at === null ? !atEnd : from < this.#at) return false;
    this.#members.set(member, from);
    if (this.#at === null) {
      this.#at = from;
      this.#stop = new AbortController();
      void this.#follow(from, this.#stop.signal);
    }
    return true;
  }

  leave(member: Member): void {
    if (!this.#members.delete(member) || this.#members.size > 0) return;
    this.#stop?.abort();
    this.#stop = null;
    this.#at = null;
    this.#makeRoom();
  }

  async #follow(from: bigint, signal: AbortSignal): Promise<void> {
    const unwatch = this.feed.watch?.();
    let after = from;
    const accepts = (event: Event): boolean => this.feed.itemOf(event) !== null;
    try {
      while (!signal.aborted) {
        try {
          for await (const event of this.#deps.tail.follow({ after, accepts, signal })) {
            const item = this.feed.itemOf(event);
            if (item === null) continue;
            const message = await this.runItem(item, event.sequence);
            if (signal.aborted) return;
            after = event.sequence;
            await this.#hand(message);
          }
        } catch (error) {
          // Executing takes longer than events come: the log is read again from here, at the pace of the execution.
          if (!(error instanceof FollowerTooSlowError) || error.isGone) throw error;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      for (const member of [...this.#members.keys()])
        if (error instanceof FollowerTooSlowError) member.overtaken();
        else member.fail(error);
    } finally {
      unwatch?.();
    }
  }

  async #hand(message: Message): Promise<void> {
    this.#pending.push(message);
    this.#pendingBytes += message.size;
    if (this.#pending.length === 1) this.#schedule();
    if (this.#pending.length < PENDING.messages && this.#pendingBytes < PENDING.bytes) return;
    await new Promise<void>((resolve) => {
      this.#roomMade = resolve;
    });
  }

  #makeRoom(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#roomMade?.();
    this.#roomMade = null;
  }

  /**
   * After a round of writing, the next begins no sooner than that round took: a large group spends at most half of the time on writing, and what came
   * meanwhile goes out together.
   */
  #schedule(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    const restMs = this.#restUntil - this.#deps.clock.monotonic();
    const write = (): void => void this.#write();
    if (restMs > 0) this.#deps.clock.after(restMs, write);
    else setImmediate(write);
  }

  async #write(): Promise<void> {
    const messages = this.#pending;
    this.#makeRoom();
    const last = messages.at(-1)?.sequence ?? null;
    if (last !== null && this.#at !== null) {
      this.#at = last;
      const began = this.#deps.clock.monotonic();
      let index = 0;
      for (const [member, from] of [...this.#members]) {
        if (index++ % SLICE === SLICE - 1) await nextTurn();
        if (this.#members.has(member)) member.offer(newerThan(from, messages));
      }
      const now = this.#deps.clock.monotonic();
      this.#restUntil = now + (now - began);
    }
    this.#isWriting = false;
    if (this.#pending.length > 0) this.#schedule();
  }
}

/** Those of events after a position; almost always all of them. */
function newerThan(from: bigint, messages: readonly Message[]): readonly Message[] {
  const isNew = ({ sequence }: Message): boolean => sequence !== null && sequence > from;
  return messages[0] !== undefined && isNew(messages[0]) ? messages : messages.filter(isNew);
}
