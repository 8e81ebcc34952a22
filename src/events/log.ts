// The durable log of changes, read after a position, and the opaque form positions take outside.
import { randomBytes } from 'node:crypto';
import { CursorError, decodeCursor, encodeCursor } from '../lib/cursor.ts';
import type { EventRecord } from '../store/records.ts';
import type { EventStore, FactStore } from '../store/store.ts';

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
  /** The opaque form of a position of this log. */
  cursorAt(sequence: bigint, snapshotUntil?: string | null): string;
  /** Reads a cursor back. @throws {CursorError} when it is none, or that of another log. */
  positionOf(cursor: string): LogPosition;
  /**
   * Checks that a position lies in this log: one that was restored from a backup may have lost its end.
   * @throws {CursorError} when it is beyond the end.
   */
  assertHolds(position: LogPosition): Promise<void>;
}

const SORT = 'events';
const FORM = /^(?:0|[1-9]\d{0,18})$/;
const SUBJECT = /^[0-9a-f-]{36}$/;

/**
 * The name of the log of a database, chosen when it is first asked for. Sequence numbers begin anew in every database: without it, a cursor of one that
 * was thrown away would pass for a place in the next, and what comes before that place would be missed.
 */
export function nameOfLog(facts: Pick<FactStore, 'once'>): Promise<string> {
  return facts.once('event-log', randomBytes(6).toString('base64url'));
}

/** @param name see {@link nameOfLog}. */
export function createEventLog(events: Pick<EventStore, 'after' | 'head'>, name: string): EventLog {
  const elsewhere = () =>
    new CursorError('a cursor of another event log', 'a cursor that came with an event of this one');
  return {
    head: () => events.head(),
    after: (sequence, limit) => events.after(sequence, limit),
    cursorAt: (sequence, snapshotUntil = null) => encodeCursor(SORT, [name, sequence.toString(), snapshotUntil]),
    positionOf(cursor) {
      const [log, sequence, snapshotUntil] = decodeCursor(cursor, SORT, 3);
      const isUsable =
        typeof log === 'string' &&
        typeof sequence === 'string' &&
        FORM.test(sequence) &&
        (snapshotUntil === null || (typeof snapshotUntil === 'string' && SUBJECT.test(snapshotUntil)));
      if (!isUsable) throw new CursorError('a damaged cursor', 'a cursor that came with an event');
      if (log !== name) throw elsewhere();
      return { sequence: BigInt(sequence), snapshotUntil };
    },
    async assertHolds({ sequence }) {
      if (sequence > (await events.head())) throw elsewhere();
    },
  };
}
