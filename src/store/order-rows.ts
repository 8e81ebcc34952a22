// Orders, transfers and events between their rows and their records; the one place that knows both.
import type { Event, Order, Prisma, Transfer } from './generated/client.ts';
import { moneyOf } from './money-columns.ts';
import type {
  ClientPaymentState,
  EventRecord,
  OrderKind,
  OrderPrice,
  OrderRecord,
  OrderState,
  OrderTimelineEntry,
  TransferParty,
  TransferRecord,
  TransferStep,
  TransferUpstreamRecord,
} from './records.ts';
import { dateOrNull, msOf, msOrNull, type Selected, storable } from './sql.ts';

export function toOrder({ priceBeforeTaxes, priceAfterTaxes, currency, ...row }: Selected<Order>): OrderRecord {
  return {
    ...row,
    kind: row.kind as OrderKind,
    state: row.state as OrderState,
    input: row.input as Readonly<Record<string, unknown>>,
    timeline: row.timeline as unknown as readonly OrderTimelineEntry[],
    leaseUntil: msOrNull(row.leaseUntil),
    price: priceFrom(priceBeforeTaxes, priceAfterTaxes, currency),
    clientPayment: row.clientPayment as ClientPaymentState,
    clientPaymentAt: msOrNull(row.clientPaymentAt),
    progress: row.progress as Readonly<Record<string, unknown>>,
    nextLookAt: msOrNull(row.nextLookAt),
    createdAt: msOf(row.createdAt),
    updatedAt: msOf(row.updatedAt),
    submittedAt: msOrNull(row.submittedAt),
    endedAt: msOrNull(row.endedAt),
  };
}

export function fromOrder(order: OrderRecord): Prisma.OrderUncheckedCreateInput {
  const { input, timeline, price, progress, ...rest } = storable(order);
  return {
    ...rest,
    input: input as Prisma.InputJsonObject,
    progress: progress as Prisma.InputJsonObject,
    priceBeforeTaxes: price === null ? null : BigInt(price.beforeTaxes.minor),
    priceAfterTaxes: price === null ? null : BigInt(price.afterTaxes.minor),
    currency: price?.afterTaxes.currency ?? null,
    clientPaymentAt: dateOrNull(rest.clientPaymentAt),
    nextLookAt: dateOrNull(rest.nextLookAt),
    timeline: timeline.map((entry) => ({ ...entry })),
    leaseUntil: dateOrNull(rest.leaseUntil),
    createdAt: new Date(rest.createdAt),
    updatedAt: new Date(rest.updatedAt),
    submittedAt: dateOrNull(rest.submittedAt),
    endedAt: dateOrNull(rest.endedAt),
  };
}

/** Both amounts are in one currency. */
function priceFrom(
  beforeTaxes: bigint | number | null,
  afterTaxes: bigint | number | null,
  currency: string | null,
): OrderPrice | null {
  if (beforeTaxes === null || afterTaxes === null || currency === null) return null;
  return { beforeTaxes: moneyOf(beforeTaxes, currency), afterTaxes: moneyOf(afterTaxes, currency) };
}

/** What a transfer's row has beyond its record: the poller's lease. */
export type TransferRow = Omit<Transfer, 'leaseOwner' | 'leaseUntil'>;

export function toTransfer(row: Selected<TransferRow>): TransferRecord {
  return {
    id: row.id,
    orderId: row.orderId,
    organizationId: row.organizationId,
    domainName: row.domainName,
    clientId: row.clientId,
    step: row.step as TransferStep,
    waitingOn: row.waitingOn as TransferParty,
    deadlineAt: msOrNull(row.deadlineAt),
    upstream: row.upstream as unknown as TransferUpstreamRecord,
    startedAt: msOf(row.startedAt),
    updatedAt: msOf(row.updatedAt),
    stepSince: msOf(row.stepSince),
    endedAt: msOrNull(row.endedAt),
    version: row.version,
    asOf: msOrNull(row.asOf),
    nextPollAt: msOrNull(row.nextPollAt),
  };
}

export function fromTransfer(transfer: TransferRecord): Prisma.TransferUncheckedCreateInput {
  const { upstream, ...rest } = storable(transfer);
  return {
    ...rest,
    upstream: { ...upstream, approvals: upstream.approvals.map((approval) => ({ ...approval })) },
    deadlineAt: dateOrNull(rest.deadlineAt),
    startedAt: new Date(rest.startedAt),
    updatedAt: new Date(rest.updatedAt),
    stepSince: new Date(rest.stepSince),
    endedAt: dateOrNull(rest.endedAt),
    asOf: dateOrNull(rest.asOf),
    nextPollAt: dateOrNull(rest.nextPollAt),
  };
}

export function toEvent(row: Selected<Event>): EventRecord {
  return {
    ...row,
    type: row.type as EventRecord['type'],
    subjectType: row.subjectType as EventRecord['subjectType'],
    payload: row.payload as Readonly<Record<string, unknown>>,
    occurredAt: msOf(row.occurredAt),
  };
}
