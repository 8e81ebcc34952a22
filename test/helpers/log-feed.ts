// A feed of everything in a log in memory: from a cursor on, or from the present end.
import { createLocalBus, type EventBus } from '../../src/events/bus.ts';
import { type Feed, iterateFeed } from '../../src/events/feed.ts';
import { createEventTail, type TailLimits } from '../../src/events/tail.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { RequestFault } from '../../src/services/errors.ts';
import type { EventRecord } from '../../src/store/records.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createMemoryLog } from '../events/memory-log.ts';

export function createLogFeed<T extends { readonly cursor: string }>(
  clock: Clock,
  toItem: (event: EventRecord, cursor: string) => T,
  limits: Partial<TailLimits> = { batch: 10, queue: 20 },
) {
  const memory = createMemoryLog();
  const { log } = memory;
  const cursors = log.cursorsFor({ organizationId: null, clientId: null });
  const bus = createLocalBus();
  let listeners = 0;
  const counted: EventBus = {
    ...bus,
    subscribe(hint, listener) {
      const stop = bus.subscribe(hint, listener);
      listeners += 1;
      return () => {
        listeners -= 1;
        stop();
      };
    },
  };
  const tail = createEventTail({ log, bus: counted, clock, logger: silentLogger, limits });
  let watchers = 0;
  let begun = 0;
  const feedAfter = (after: string | null, isVisible: (item: T) => boolean): Feed<T> => ({
    // biome-ignore lint/correctness/useYield: there is nothing to tell before the position.
    async *begin() {
      const position = after === null ? await log.head() : cursors.positionOf(after).sequence;
      begun += 1;
      return position;
    },
    itemOf(event) {
      const item = toItem(event, cursors.cursorAt(event.sequence));
      return isVisible(item) ? item : null;
    },
    watch() {
      watchers += 1;
      return () => {
        watchers -= 1;
      };
    },
    cursorAt: (position) => cursors.cursorAt(position),
    tooSlow: (lastCursor) =>
      new RequestFault('SUBSCRIBER_TOO_SLOW', 'The updates were read too slowly.', { lastCursor }),
  });
  return {
    log,
    tail,
    cursorAt: (sequence: bigint) => cursors.cursorAt(sequence),
    /** Commits events, and says so. */
    append(count = 1): bigint[] {
      const sequences = Array.from({ length: count }, () => memory.append('t1').sequence);
      bus.publish('events');
      return sequences;
    },
    hold: memory.hold,
    /** Removes the oldest events up to and including this one. */
    prune: memory.prune,
    updates: (after: string | null, signal: AbortSignal, isVisible: (item: T) => boolean = () => true) =>
      iterateFeed(feedAfter(after, isVisible), { tail, signal }),
    /** How many know where they begin: they get everything that is appended from now on. */
    get begun() {
      return begun;
    },
    /** Of the bus. */
    get listeners() {
      return listeners;
    },
    get watchers() {
      return watchers;
    },
  };
}
