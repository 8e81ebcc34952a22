// Steps of an order: how each is written, by which guard, and who is woken by it.
import type { EventBus } from '../events/bus.ts';
import type { Clock } from '../lib/clock.ts';
import type { UpstreamMeter } from '../lib/upstream-meter.ts';
import type { OrderChange, Store } from '../store/store.ts';
import type { CallOptions } from '../upstream/port.ts';
import { statesThatReach } from './order-machine.ts';
import type { OrderRecord, OrderState, TransferRecord } from './services.ts';

/** A call whose cost is counted for somebody. */
export type MeteredCall = CallOptions & { readonly meter: UpstreamMeter };

/** An order, with its transfer where its kind has one. */
export interface Ordered {
  readonly order: OrderRecord;
  readonly transfer: TransferRecord | null;
}

/** Orders that have not ended. */
export const UNFINISHED: readonly OrderState[] = ['CLAIMED', 'SUBMITTED', 'ACCEPTED', 'WAITING', 'ACTION_REQUIRED'];

export interface Step extends OrderChange {
  readonly from: readonly OrderState[];
  readonly leaseOwner?: string;
  readonly transferVersion?: number;
  /** Told in the order's timeline. */
  readonly note?: string;
}

export interface StepDeps {
  readonly store: Pick<Store, 'orders' | 'transfers'>;
  readonly bus: EventBus;
  readonly clock: Clock;
}

/** The order as it is now. @throws when there is no such order, which cannot be once it was claimed. */
export async function readOrder({ store }: Pick<StepDeps, 'store'>, orderId: string): Promise<Ordered> {
  const [[order], [transfer]] = await Promise.all([
    store.orders.byIds([orderId]),
    store.transfers.byOrderIds([orderId]),
  ]);
  if (order === undefined) throw new Error(`Order ${orderId} has no record.`);
  return { order, transfer: transfer ?? null };
}

/**
 * Writes one step of an order with its line in the timeline, if the state machine allows it, and wakes who reads events.
 * @returns null when the order is no longer where the step starts from, or belongs to somebody else now.
 */
export async function writeOrder(
  { store, bus, clock }: StepDeps,
  before: OrderRecord,
  { from, leaseOwner, transferVersion, note, order, transfer, ledger }: Step,
): Promise<Ordered | null> {
  const at = clock.now();
  const state = order?.state ?? before.state;
  const tellsSomething = note !== undefined || state !== before.state;
  const timeline = tellsSomething ? [...before.timeline, { at, state, note: note ?? null }] : before.timeline;
  const guard = {
    from: order?.state === undefined ? from : statesThatReach(order.state, from),
    ...(leaseOwner !== undefined && { leaseOwner }),
    ...(transferVersion !== undefined && { transferVersion }),
  };
  const change = {
    ...(order !== undefined || tellsSomething ? { order: { ...order, timeline } } : {}),
    ...(transfer !== undefined && { transfer }),
    ...(ledger !== undefined && { ledger }),
  };
  const written = await store.orders.change(before.id, guard, change, at);
  if (written === null) return null;
  if (written.events.length > 0) bus.publish('events');
  if (transfer?.nextPollAt != null || order?.nextLookAt != null) bus.publish('polls');
  if (written.order.endedAt !== null) bus.publish('work');
  return { order: written.order, transfer: written.transfer };
}
