// What the poller looks at: transfers, which have a record of their own, and every other order that Gandi has taken.
import type { Interest } from '../events/interest.ts';
import type { OrderFollowing } from '../services/order-follow.ts';
import type { OrderRecord, TransferRecord } from '../services/services.ts';
import type { TransferWork } from '../services/transfers.ts';
import type { Store } from '../store/store.ts';
import type { Operation, OperationSource } from './operation-poller.ts';

export interface TransferSourceDeps {
  readonly store: Pick<Store, 'transfers'>;
  readonly transfers: Pick<TransferWork, 'look'>;
  /** Who follows which transfers now. */
  readonly interest: Pick<Interest<TransferRecord>, 'covers'>;
  /** What the port says of itself. */
  readonly perCall: number;
}

interface TransferOperation extends Operation {
  readonly transfer: TransferRecord;
}

export function createTransferSource(deps: TransferSourceDeps): OperationSource<TransferOperation> {
  const { store, transfers, interest, perCall } = deps;
  return {
    noun: 'transfer',
    perCall,
    pending: () => store.transfers.countPending(),
    nextDueAt: () => store.transfers.nextDueAt(),
    async lease(...lease) {
      return (await store.transfers.leaseDue(...lease)).map(ofTransfer);
    },
    look: (batch, signal) =>
      Promise.allSettled(
        batch.map(async ({ transfer }) => {
          const seen = await transfers.look(transfer, signal);
          return { operation: ofTransfer(seen.transfer), asOf: seen.asOf };
        }),
      ),
    isWatched: ({ transfer }) => interest.covers(transfer),
    reschedule: ({ id, dueAt }, owner, nextAt, asOf) => store.transfers.reschedule(id, { owner, dueAt }, nextAt, asOf),
  };
}

function ofTransfer(transfer: TransferRecord): TransferOperation {
  const { id, nextPollAt, stepSince: since, deadlineAt, endedAt } = transfer;
  return { id, dueAt: nextPollAt ?? 0, since, deadlineAt, endedAt, transfer };
}

export interface OrderSourceDeps {
  readonly store: Pick<Store, 'orders'>;
  readonly following: OrderFollowing;
  /** What the port says of itself. */
  readonly perCall: number;
}

interface OrderOperation extends Operation {
  readonly order: OrderRecord;
}

export function createOrderSource({ store, following, perCall }: OrderSourceDeps): OperationSource<OrderOperation> {
  return {
    noun: 'order',
    perCall,
    pending: () => store.orders.countPending(),
    nextDueAt: () => store.orders.nextDueAt(),
    async lease(...lease) {
      return (await store.orders.leaseDue(...lease)).map(ofOrder);
    },
    look: (batch, signal) =>
      Promise.allSettled(
        batch.map(async ({ order }) => ({ operation: ofOrder(await following.look(order, signal)), asOf: null })),
      ),
    isWatched: () => false,
    reschedule: ({ id }, owner, nextAt) => store.orders.reschedule(id, owner, nextAt),
  };
}

function ofOrder(order: OrderRecord): OrderOperation {
  const { id, nextLookAt, submittedAt, createdAt, endedAt } = order;
  return { id, dueAt: nextLookAt ?? 0, since: submittedAt ?? createdAt, deadlineAt: null, endedAt, order };
}
