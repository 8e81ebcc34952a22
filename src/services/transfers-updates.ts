// Follows transfers: the present state of those under way, then every change as it is committed, without a hole between the two.
import { assertCan, canSee, type Session } from '../auth/session.ts';
import { iterateFeed } from '../events/feed.ts';
import { createSharedWork } from '../lib/shared-work.ts';
import { createStateFeed, resume, type Snapshot } from './feeds.ts';
import type { TransferRecord, TransfersService } from './services.ts';
import type { TransferDeps } from './transfers-deps.ts';
import { isWanted, readSnapshot, transferOf } from './transfers-snapshot.ts';

type UpdatesDeps = Pick<TransferDeps, 'store' | 'log' | 'tail' | 'bus' | 'interest' | 'clock' | 'settings' | 'logger'>;
type Query = Parameters<TransfersService['updates']>[1];

export function createTransferUpdates(deps: UpdatesDeps): TransfersService['updates'] {
  const { log, tail, interest, store, bus, clock, settings, logger } = deps;
  const snapshots = createSharedWork<Snapshot<TransferRecord>>();

  const snapshotFor = (session: Session, query: Query): Promise<Snapshot<TransferRecord>> => {
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
  /** Hurries what is watched now, and from then on has it looked after more closely. */
  const watch = (session: Session, query: Query, matches: (transfer: TransferRecord) => boolean) => () => {
    const warn = (error: unknown): void => logger.warn({ error }, 'Polls could not be hurried.');
    let leave: (() => void) | null = null;
    let isOver = false;
    const count = (): void => {
      if (!isOver) leave = interest.add(matches);
    };
    snapshotFor(session, query).then(
      ({ states }) => {
        hurry(states).catch(warn);
        count();
      },
      (error: unknown) => {
        warn(error);
        count();
      },
    );
    return () => {
      isOver = true;
      leave?.();
    };
  };

  return (session, query) => {
    assertCan(session, 'portfolio:read');
    const matches = (transfer: TransferRecord): boolean => canSee(session, transfer) && isWanted(transfer, query);
    const feed = createStateFeed(log, resume(log, session, query.after), {
      of: 'Transfer',
      snapshot: () => snapshotFor(session, query),
      stateOf(event) {
        const transfer = transferOf(event);
        return transfer !== null && matches(transfer) ? transfer : null;
      },
      tell: (transfer, cursor, occurredAt) => ({ cursor, transfer, occurredAt }),
      changedAt: ({ updatedAt }) => updatedAt,
      watch: watch(session, query, matches),
    });
    return iterateFeed(feed, { tail, signal: query.signal });
  };
}
