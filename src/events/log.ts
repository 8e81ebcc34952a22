// The durable log of changes, read after a position, and the opaque form positions take outside.
import { CursorError, decodeCursor, encodeCursor } from '../lib/cursor.ts';
import type { EventRecord } from '../store/records.ts';
import type { EventStore } from '../store/store.ts';

/**
 * A place in the log. `snapshotUntil`: the reader had only begun to receive the present state, in order of id, and has it up to and including this
 * subject; null once it has all of it.
 */
export interface LogPosition {
  readonly sequence: bigint;
  readonly snapshotUntil: string | null;
}

export interface EventLog {
  /** The last position; sequence 0 for an empty log. */
  head(): Promise<bigint>;
  /** Up to `limit` events after a sequence number, in commit order. */
  after(sequence: bigint, limit: number): Promise<readonly EventRecord[]>;
  /**
   * Checks that a position lies in this log.
   * @throws {CursorError} when it is beyond the end and so belongs to another one.
   */
  assertHolds(position: LogPosition): Promise<void>;
}

const SORT = 'events';
const FORM = /^(?:0|[1-9]\d{0,18})$/;
const SUBJECT = /^[0-9a-f-]{36}$/;

export function cursorAt(sequence: bigint, snapshotUntil: string | null = null): string {
  return encodeCursor(SORT, [sequence.toString(), snapshotUntil]);
}

/** Reads a cursor back. @throws {CursorError} when it is none of ours. */
export function positionOf(cursor: string): LogPosition {
  const [sequence, snapshotUntil] = decodeCursor(cursor, SORT, 2);
  const isUsable =
    typeof sequence === 'string' &&
    FORM.test(sequence) &&
    (snapshotUntil === null || (typeof snapshotUntil === 'string' && SUBJECT.test(snapshotUntil)));
  if (!isUsable) throw new CursorError('a damaged cursor', 'a cursor that came with an event');
  return { sequence: BigInt(sequence), snapshotUntil };
}

export function createEventLog(events: Pick<EventStore, 'after' | 'head'>): EventLog {
  return {
    head: () => events.head(),
    after: (sequence, limit) => events.after(sequence, limit),
    async assertHolds({ sequence }) {
      if (sequence > (await events.head()))
        throw new CursorError('a cursor of another event log', 'a cursor that came with an event of this one');
    },
  };
}
