// The durable log of changes, read after a position.
import { randomBytes } from 'node:crypto';
import { CursorError } from '../lib/cursor.ts';
import type { Limits } from '../lib/visible.ts';
import type { EventRecord } from '../store/records.ts';
import type { EventStore, FactStore, LogFloor } from '../store/store.ts';
import { createCursors, type LogCursors, type LogPosition } from './cursors.ts';

export type { LogCursors, LogPosition } from './cursors.ts';

/** Events after the position were removed before they were read. */
export class LogGapError extends Error {
  override readonly name = 'LogGapError';
  constructor(after: bigint, floor: LogFloor) {
    super(`The log was asked for events after ${after} and begins after ${floor.sequence}.`);
  }
}

export interface EventLog {
  /** The last position; sequence 0 for an empty log. */
  head(): Promise<bigint>;
  /** What is no longer there. */
  floor(): Promise<LogFloor>;
  /** Up to `limit` events after a sequence number, in commit order. @throws {LogGapError} rather than leave out one that was removed. */
  after(sequence: bigint, limit: number): Promise<readonly EventRecord[]>;
  /** Cursors as they are given to callers with these rights. */
  cursorsFor(rights: Limits): LogCursors;
  /**
   * Checks that a position lies in this log: one that was restored from a backup may have lost its end.
   * @throws {CursorError} when it is beyond the end.
   */
  assertHolds(position: LogPosition): Promise<void>;
}

/** What makes the log of a database that log and no other. `secret` signs its cursors and is shown to nobody. */
export interface LogIdentity {
  readonly name: string;
  readonly secret: string;
}

/**
 * The identity of the log of a database, chosen when it is first asked for. Sequence numbers begin anew in every database: without it, a cursor of one that
 * was thrown away would pass for a place in the next, and what comes before that place would be missed.
 */
export async function identityOfLog(facts: Pick<FactStore, 'once'>): Promise<LogIdentity> {
  return {
    name: await facts.once('event-log', randomBytes(6).toString('base64url')),
    secret: await facts.once('event-log-secret', randomBytes(32).toString('base64url')),
  };
}

export function createEventLog(events: Pick<EventStore, 'after' | 'head' | 'floor'>, identity: LogIdentity): EventLog {
  return {
    head: () => events.head(),
    floor: () => events.floor(),
    async after(sequence, limit) {
      const found = await events.after(sequence, limit);
      const next = found[0]?.sequence;
      // Removal takes the oldest first: where the very next event is, nothing after it is missing.
      if (next === undefined || next === sequence + 1n) return found;
      const floor = await events.floor();
      if (floor.sequence > sequence) throw new LogGapError(sequence, floor);
      return found;
    },
    cursorsFor: (rights) => createCursors(identity, rights),
    async assertHolds({ sequence }) {
      if (sequence > (await events.head()))
        throw new CursorError('a cursor of another event log', 'a cursor that came with an event of this one');
    },
  };
}

/** Events after one position up to another. @throws {LogGapError} */
export async function* between(
  log: Pick<EventLog, 'after'>,
  after: bigint,
  until: bigint,
): AsyncGenerator<EventRecord, void, undefined> {
  let last = after;
  while (last < until) {
    const events = await log.after(last, BATCH);
    for (const event of events) {
      if (event.sequence > until) return;
      yield event;
    }
    if (events.length < BATCH) return;
    last = events.at(-1)?.sequence ?? until;
  }
}

const BATCH = 1_000;
