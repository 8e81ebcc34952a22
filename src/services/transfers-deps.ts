// What the use cases of inbound transfers share: collaborators, time limits, and the small steps they all take.
import { randomUUIDv7 } from 'node:crypto';
import type { EventBus } from '../events/bus.ts';
import type { Interest } from '../events/interest.ts';
import type { EventLog } from '../events/log.ts';
import type { EventTail } from '../events/tail.ts';
import type { Clock } from '../lib/clock.ts';
import type { UpstreamMeter } from '../lib/upstream-meter.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { OrderChange, SpendCeilings, Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { CallOptions, GandiPort } from '../upstream/port.ts';
import { statesThatReach } from './order-machine.ts';
import type { CatalogService, OrderRecord, OrderState, TransferRecord } from './services.ts';

export interface TransferSettings {
  /** How long an order stays with who works on it after its last sign of life, in milliseconds. */
  readonly leaseMs: number;
  /** Longest time a call that was sent can still be on its way: only a look at Gandi later than that shows that it did not land. */
  readonly transitMs: number;
  /** How long a claimed order that was never sent waits for its caller to come back before it is given up. */
  readonly claimedMs: number;
  /** When a transfer is looked at first after its order was accepted or somebody helped it along. */
  readonly firstLookMs: number;
  /** Currency quotes are given in. */
  readonly currency: string;
  /** The most an organization may order in a day and in a month. */
  readonly ceilings: SpendCeilings;
}

export const TRANSFER_SETTINGS: TransferSettings = {
  leaseMs: 10_000,
  transitMs: 60_000,
  claimedMs: 3_600_000,
  firstLookMs: 1_000,
  currency: 'EUR',
  ceilings: { day: null, month: null },
};

export interface TransferDeps {
  readonly store: Pick<Store, 'orders' | 'transfers' | 'clients' | 'domains' | 'audit'>;
  readonly port: Pick<
    GandiPort,
    | 'transferability'
    | 'dryRunTransfer'
    | 'requestTransfer'
    | 'transfer'
    | 'relaunchTransfer'
    | 'updateTransferAuthCode'
    | 'resendTransferApproval'
    | 'clients'
    | 'client'
    | 'createClient'
    | 'deleteClient'
  >;
  readonly mirror: Pick<
    Mirror,
    'organizations' | 'ensureClients' | 'clientDetails' | 'clientChanged' | 'wroteClient' | 'domainChanged'
  >;
  readonly catalog: Pick<CatalogService, 'prices'>;
  readonly bus: EventBus;
  readonly log: EventLog;
  readonly tail: EventTail;
  /** Who follows which transfers now. */
  readonly interest: Interest<TransferRecord>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: TransferSettings;
  /** A new UUIDv7. */
  readonly newId: () => string;
}

export const defaultNewId = (): string => randomUUIDv7();

/** A call whose cost is counted for somebody. */
export type MeteredCall = CallOptions & { readonly meter: UpstreamMeter };

export const TRANSFER_MUTATION = 'transferDomainIn';

/** The order and its transfer as they are now. */
export interface OrderedTransfer {
  readonly order: OrderRecord;
  readonly transfer: TransferRecord;
}

/** Orders that have not ended. */
export const UNFINISHED: readonly OrderState[] = ['CLAIMED', 'SUBMITTED', 'ACCEPTED', 'WAITING', 'ACTION_REQUIRED'];

/** The order and its transfer, read again. @throws when there is no such order, which cannot be once it was claimed. */
export async function readOrdered({ store }: Pick<TransferDeps, 'store'>, orderId: string): Promise<OrderedTransfer> {
  const [[order], [transfer]] = await Promise.all([
    store.orders.byIds([orderId]),
    store.transfers.byOrderIds([orderId]),
  ]);
  if (order === undefined || transfer === undefined) throw new Error(`Order ${orderId} has no record.`);
  return { order, transfer };
}

export interface Step extends OrderChange {
  readonly from: readonly OrderState[];
  readonly leaseOwner?: string;
  readonly transferVersion?: number;
  /** Told in the order's timeline. */
  readonly note?: string;
}

/**
 * Writes one step of an order with its line in the timeline, if the state machine allows it, and wakes who reads events.
 * @returns null when the order is no longer where the step starts from, or belongs to somebody else now.
 */
export async function writeStep(
  { store, bus, clock }: Pick<TransferDeps, 'store' | 'bus' | 'clock'>,
  before: OrderRecord,
  { from, leaseOwner, transferVersion, note, order, transfer, ledger }: Step,
): Promise<OrderedTransfer | null> {
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
  if (transfer?.nextPollAt != null) bus.publish('polls');
  if (written.transfer === null) throw new Error(`Order ${before.id} has no transfer.`);
  return { order: written.order, transfer: written.transfer };
}
