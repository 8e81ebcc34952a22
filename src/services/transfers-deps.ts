// What the use cases of inbound transfers share: collaborators, time limits, and the small steps they all take.
import { randomUUIDv7 } from 'node:crypto';
import type { EventBus } from '../events/bus.ts';
import type { Interest } from '../events/interest.ts';
import type { EventLog } from '../events/log.ts';
import type { EventTail } from '../events/tail.ts';
import type { Clock } from '../lib/clock.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { SpendCeilings, Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { GandiPort } from '../upstream/port.ts';
import type { OrderSettings } from './order-procedure.ts';
import { type Ordered, readOrder, type Step, writeOrder } from './order-steps.ts';
import type { CatalogService, OrderRecord, TransferRecord } from './services.ts';

export interface TransferSettings extends OrderSettings {
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

export const TRANSFER_MUTATION = 'transferDomainIn';

/** The order and its transfer as they are now. */
export interface OrderedTransfer {
  readonly order: OrderRecord;
  readonly transfer: TransferRecord;
}

/** The order and its transfer, read again. */
export async function readOrdered(deps: Pick<TransferDeps, 'store'>, orderId: string): Promise<OrderedTransfer> {
  return asTransfer(await readOrder(deps, orderId));
}

/** {@link writeOrder} for an order that has a transfer. */
export async function writeStep(
  deps: Pick<TransferDeps, 'store' | 'bus' | 'clock'>,
  before: OrderRecord,
  step: Step,
): Promise<OrderedTransfer | null> {
  const written = await writeOrder(deps, before, step);
  return written === null ? null : asTransfer(written);
}

/** @throws when the order has no transfer, which cannot be for one of kind TRANSFER_IN. */
export function asTransfer({ order, transfer }: Ordered): OrderedTransfer {
  if (transfer === null) throw new Error(`Order ${order.id} has no transfer.`);
  return { order, transfer };
}
