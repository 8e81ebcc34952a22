// Follows transfers: the present state of those under way, then every change as it is committed, without a hole between the two.
import { assertCan, canSee, type Session } from '../auth/session.ts';
import { endable } from '../events/endable.ts';
import type { LogPosition } from '../events/log.ts';
import { FollowerTooSlowError } from '../events/tail.ts';
import { CursorError } from '../lib/cursor.ts';
import { createSharedWork } from '../lib/shared-work.ts';
import { shown } from '../lib/text.ts';
import type { EventRecord } from '../store/records.ts';
import { RequestFault } from './errors.ts';
import type { TransferRecord, TransfersService, TransferUpdate } from './services.ts';
import type { TransferDeps } from './transfers-deps.ts';
import { between, isWanted, readSnapshot, type Snapshot, transferOf } from './transfers-snapshot.ts';

type UpdatesDeps = Pick<TransferDeps, 'store' | 'log' | 'tail' | 'bus' | 'interest' | 'clock' | 'settings' | 'logger'>;
type Query = Parameters<TransfersService['updates']>[1];
type Updates = AsyncGenerator<TransferUpdate, void, undefined>;

/**
 * While the present state is being told, each cursor says how much of it was received; resumed there, the rest follows and the received part is
 * brought up to date. @throws {RequestFault} BAD_USER_INPUT for a cursor that is none or belongs to another log, from the call, or lies beyond the end of this one, from `next`;
 * SUBSCRIBER_TOO_SLOW, with the cursor to go on after, from `next`.
 */
export function createTransferUpdates(deps: UpdatesDeps): TransfersService['updates'] {
  const { log, tail, interest, store, bus, clock, settings, logger } = deps;
  const snapshots = createSharedWork<Snapshot>();
  const updates = new WeakMap<EventRecord, TransferUpdate>();

  /** Made once for all who follow. */
  const updateOf = (event: EventRecord): TransferUpdate => {
    const known = updates.get(event);
    if (known !== undefined) return known;
    const update = { cursor: log.cursorAt(event.sequence), transfer: transferOf(event), occurredAt: event.occurredAt };
    updates.set(event, update);
    return update;
  };
  const snapshotFor = (session: Session, query: Query): Promise<Snapshot> => {
    const { organizationId, clientId } = session;
    const key = JSON.stringify([organizationId, clientId, query.filter, query.transferIds]);
    return snapshots.join(key) ?? snapshots.start(key, () => readSnapshot(deps, session, query));
  };
  /** A transfer that nobody watched until now is looked at soon instead of whenever its turn comes. */
  const hurry = async (transfers: readonly TransferRecord[]): Promise<void> => {
    const soon = clock.now() + settings.firstLookMs;
    const idle = transfers.filter(
      (transfer) => transfer.nextPollAt !== null && transfer.nextPollAt > soon && !interest.covers(transfer),
    );
    if (idle.length === 0) return;
    await store.transfers.bringForward(
      idle.map(({ id }) => id),
      soon,
    );
    bus.publish('polls');
  };

  async function* begin(session: Session, query: Query, from: LogPosition | null, snapshot: Snapshot): Updates {
    const received = from?.snapshotUntil ?? null;
    if (from !== null && received !== null)
      for await (const event of between(log, from.sequence, snapshot.at)) {
        if (event.type !== 'TRANSFER_CHANGED' || event.subjectId > received) continue;
        const update = updateOf(event);
        if (!canSee(session, update.transfer) || !isWanted(update.transfer, query)) continue;
        yield { ...update, cursor: log.cursorAt(event.sequence, received) };
      }
    const rest = snapshot.transfers.filter(({ id }) => received === null || id > received);
    for (const [index, transfer] of rest.entries()) {
      const until = index === rest.length - 1 ? null : transfer.id;
      yield { cursor: log.cursorAt(snapshot.at, until), transfer, occurredAt: transfer.updatedAt };
    }
  }

  async function* run(session: Session, query: Query, from: LogPosition | null, signal: AbortSignal): Updates {
    if (from !== null) await log.assertHolds(from).catch((error) => Promise.reject(badCursor(error, query.after)));
    const snapshot = await snapshotFor(session, query);
    if (signal.aborted) return;
    void hurry(snapshot.transfers).catch((error: unknown) => logger.warn({ error }, 'Polls could not be hurried.'));
    const matches = (transfer: TransferRecord): boolean => canSee(session, transfer) && isWanted(transfer, query);
    const leave = interest.add(matches);
    try {
      const isResumed = from !== null && from.snapshotUntil === null;
      if (!isResumed) yield* begin(session, query, from, snapshot);
      const accepts = (event: EventRecord): boolean =>
        event.type === 'TRANSFER_CHANGED' && matches(updateOf(event).transfer);
      const after = isResumed ? from.sequence : snapshot.at;
      try {
        for await (const event of tail.follow({ after, accepts, signal })) yield updateOf(event);
      } catch (error) {
        throw tooSlow(error, log.cursorAt(after));
      }
    } finally {
      leave();
    }
  }

  return (session, query) => {
    assertCan(session, 'portfolio:read');
    const from = query.after === null ? null : readCursor(log, query.after);
    return endable(query.signal, (signal) => run(session, query, from, signal));
  };
}

/** A subscriber that was ended learns where to go on: after what it received last, or where it began to follow. */
function tooSlow(error: unknown, began: string): unknown {
  if (!(error instanceof FollowerTooSlowError)) return error;
  return new RequestFault('SUBSCRIBER_TOO_SLOW', error.message, { lastCursor: error.lastCursor ?? began });
}

function readCursor(log: UpdatesDeps['log'], cursor: string): LogPosition {
  try {
    return log.positionOf(cursor);
  } catch (error) {
    throw badCursor(error, cursor);
  }
}

function badCursor(error: unknown, cursor: string | null): unknown {
  if (!(error instanceof CursorError)) return error;
  const argument = { name: 'after', found: shown(cursor ?? ''), expected: error.expected };
  return new RequestFault('BAD_USER_INPUT', error.message, { argument, cause: error });
}
