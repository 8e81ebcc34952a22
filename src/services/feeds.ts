// How every subscription begins and resumes: cursors, gaps, and present states that belong to one position of the log.
import type { Session } from '../auth/session.ts';
import { type LogCursors, type LogPosition, NOTHING_YET, type SnapshotSubject } from '../events/cursors.ts';
import type { Feed } from '../events/feed.ts';
import { between, type EventLog } from '../events/log.ts';
import { CursorError } from '../lib/cursor.ts';
import { shown } from '../lib/text.ts';
import type { EventRecord } from '../store/records.ts';
import { RequestFault } from './errors.ts';
import type { GapNotice, Positioned } from './events-types.ts';

/** Where a caller goes on. */
export interface Resumption {
  readonly cursors: LogCursors;
  /** null: from now on. */
  readonly from: LogPosition | null;
  /**
   * Looks whether the log still has everything after the cursor. @returns what to tell first when it has not, and where the log begins; null when nothing
   * is missing.
   * @throws {RequestFault} BAD_USER_INPUT when the cursor lies beyond the end of the log.
   */
  gap(): Promise<{ readonly notice: Omit<GapNotice, 'cursor'>; readonly floor: bigint } | null>;
}

/** @throws {RequestFault} BAD_USER_INPUT for a cursor that was not given by this log under the caller's rights. */
export function resume(log: EventLog, session: Session, after: string | null): Resumption {
  const cursors = log.cursorsFor(session);
  const from = after === null ? null : readCursor(cursors, after, 'after');
  return {
    cursors,
    from,
    async gap() {
      if (from === null) return null;
      await log.assertHolds(from).catch((error: unknown) => {
        throw refusal(error, after ?? '', 'after');
      });
      const { sequence, occurredAt } = await log.floor();
      if (from.sequence >= sequence) return null;
      return { notice: { gap: 'EXPIRED', missedUntil: occurredAt ?? 0 }, floor: sequence };
    },
  };
}

/** @throws {RequestFault} BAD_USER_INPUT naming the argument. */
export function readCursor(cursors: LogCursors, cursor: string, name: string): LogPosition {
  try {
    return cursors.positionOf(cursor);
  } catch (error) {
    throw refusal(error, cursor, name);
  }
}

function refusal(error: unknown, cursor: string, name: string): unknown {
  if (!(error instanceof CursorError)) return error;
  const argument = { name, found: shown(cursor), expected: error.expected };
  return new RequestFault('BAD_USER_INPUT', error.message, { argument, cause: error });
}

/** The parts every feed has alike. */
function feedParts({ cursors }: Resumption): Pick<Feed<unknown>, 'cursorAt' | 'tooSlow'> {
  return {
    cursorAt: (position) => cursors.cursorAt(position),
    tooSlow: (lastCursor) =>
      new RequestFault(
        'SUBSCRIBER_TOO_SLOW',
        `The updates were read too slowly and end here; follow again after the cursor ${lastCursor}.`,
        { lastCursor },
      ),
  };
}

/** States as they all were at one position of the log: every change up to there is in them, none after. */
export interface Snapshot<S> {
  readonly at: bigint;
  /** In order of id. */
  readonly states: readonly S[];
}

/**
 * Reads states that others change meanwhile: what was committed between the two looks at the log is applied.
 * @param stateOf the state a change left; null when it concerns others.
 */
export async function readAtOnePosition<S extends { readonly id: string }>(
  log: EventLog,
  read: () => Promise<readonly S[]>,
  stateOf: (event: EventRecord) => S | null,
): Promise<Snapshot<S>> {
  const before = await log.head();
  const states = new Map((await read()).map((state) => [state.id, state]));
  const at = await log.head();
  for await (const event of between(log, before, at)) {
    const state = stateOf(event);
    if (state !== null) states.set(state.id, state);
  }
  return { at, states: [...states.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

export interface StateFeed<S extends { readonly id: string }, T extends Positioned> {
  readonly of: SnapshotSubject;
  readonly snapshot: () => Promise<Snapshot<S>>;
  /** The state an event left, when it is one to be told; null otherwise. */
  readonly stateOf: (event: EventRecord) => S | null;
  readonly tell: (state: S, cursor: string, occurredAt: number) => T;
  /** When a state of the snapshot came to be, epoch milliseconds. */
  readonly changedAt: (state: S) => number;
  readonly watch?: Feed<T>['watch'];
}

/**
 * The present states, then every change. While the states are being told, each cursor says how much of them was received: resumed there, the rest follows
 * and the received part is brought up to date. After a gap they are told anew.
 */
export function createStateFeed<S extends { readonly id: string }, T extends Positioned>(
  log: EventLog,
  resumption: Resumption,
  { of, snapshot, stateOf, tell, changedAt, watch }: StateFeed<S, T>,
): Feed<T | GapNotice> {
  const { cursors, from } = resumption;

  async function* begin(signal: AbortSignal): AsyncGenerator<T | GapNotice, bigint, undefined> {
    const gap = await resumption.gap();
    if (from !== null && gap === null && from.snapshot === null) return from.sequence;
    const { at, states } = await snapshot();
    if (signal.aborted) return at;
    const received = gap === null && from?.snapshot?.of === of ? from.snapshot.until : NOTHING_YET;
    const partly = (until: string) => ({ of, until });
    if (gap !== null) yield { ...gap.notice, cursor: cursors.cursorAt(at, partly(NOTHING_YET)) };
    if (from !== null && received !== NOTHING_YET)
      for await (const event of between(log, from.sequence, at)) {
        const state = event.subjectId > received ? null : stateOf(event);
        if (state !== null) yield tell(state, cursors.cursorAt(event.sequence, partly(received)), event.occurredAt);
      }
    const rest = states.filter(({ id }) => id > received);
    for (const [index, state] of rest.entries()) {
      const until = index === rest.length - 1 ? null : partly(state.id);
      yield tell(state, cursors.cursorAt(at, until), changedAt(state));
    }
    return at;
  }

  return {
    begin,
    itemOf(event) {
      const state = stateOf(event);
      return state && tell(state, cursors.cursorAt(event.sequence), event.occurredAt);
    },
    ...(watch !== undefined && { watch }),
    ...feedParts(resumption),
  };
}

export interface EventFeed<T extends Positioned> {
  readonly wants: (event: EventRecord) => boolean;
  readonly tell: (event: EventRecord, cursor: string) => T;
  /** What to begin with when nothing is resumed, and after a gap; the cursor is that of the state told. Nothing unless given. */
  readonly present?: {
    readonly of: SnapshotSubject;
    read(): Promise<readonly ((cursor: string) => T)[]>;
  };
}

/** Every event from now on, or after the cursor. A change while the present state is read is told after it as well. */
export function createEventFeed<T extends Positioned>(
  log: EventLog,
  resumption: Resumption,
  { wants, tell, present }: EventFeed<T>,
): Feed<T | GapNotice> {
  const { cursors, from } = resumption;

  async function* begin(): AsyncGenerator<T | GapNotice, bigint, undefined> {
    const gap = await resumption.gap();
    const isUnbegun = present !== undefined && from?.snapshot?.of === present.of;
    if (from !== null && gap === null && !isUnbegun) return from.sequence;
    const at = gap?.floor ?? from?.sequence ?? (await log.head());
    const unbegun = present === undefined ? null : { of: present.of, until: NOTHING_YET };
    if (gap !== null) yield { ...gap.notice, cursor: cursors.cursorAt(at, unbegun) };
    const states = (await present?.read()) ?? [];
    for (const [index, state] of states.entries())
      yield state(cursors.cursorAt(at, index === states.length - 1 ? null : unbegun));
    return at;
  }

  return {
    begin,
    itemOf: (event) => (wants(event) ? tell(event, cursors.cursorAt(event.sequence)) : null),
    ...feedParts(resumption),
  };
}
