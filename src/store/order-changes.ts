// What a change does to an order and its transfer, and what of it others are told. Pure.
import { isDeepStrictEqual } from 'node:util';
import type { OrderRecord, OrderState, TransferRecord, TransferStep } from './records.ts';
import type { OrderChange } from './store.ts';

const FINAL_STATES: ReadonlySet<OrderState> = new Set([
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'REFUND_PENDING',
  'REFUNDED',
]);
const FINAL_STEPS: ReadonlySet<TransferStep> = new Set(['COMPLETED', 'FAILED']);

/** Leases, digests and the time of the last write are the gateway's own business. */
const SILENT_ORDER_FIELDS = [
  'leaseOwner',
  'leaseUntil',
  'secretDigest',
  'fingerprint',
  'nextLookAt',
  'updatedAt',
] as const;
const VISIBLE_TRANSFER_FIELDS = ['step', 'waitingOn', 'deadlineAt', 'upstream', 'clientId', 'endedAt'] as const;

/** The order after a change at `at`. A final state sets `endedAt`, any other clears it. */
export function changedOrder(order: OrderRecord, change: OrderChange['order'], at: number): OrderRecord {
  if (change === undefined) return order;
  const next = { ...order, ...change };
  const endedAt = FINAL_STATES.has(next.state) ? (next.endedAt ?? at) : null;
  return { ...next, endedAt, updatedAt: change.updatedAt ?? at };
}

/** The transfer after a change at `at`: a new step begins now unless the change says when; a visible change grows the version. */
export function changedTransfer(transfer: TransferRecord, change: OrderChange['transfer'], at: number): TransferRecord {
  if (change === undefined) return transfer;
  const next = { ...transfer, ...change };
  const endedAt = FINAL_STEPS.has(next.step) ? (next.endedAt ?? at) : next.endedAt;
  const stepSince = change.stepSince ?? (next.step === transfer.step ? transfer.stepSince : at);
  const result = { ...next, endedAt, stepSince };
  if (!isTransferNews(transfer, result)) return result;
  return { ...result, version: transfer.version + 1, updatedAt: change.updatedAt ?? at };
}

/** True when followers of the order have something to learn. */
export function isOrderNews(before: OrderRecord, after: OrderRecord): boolean {
  return !isDeepStrictEqual(visibleOrder(before), visibleOrder(after));
}

/** True when followers of the transfer have something to learn. */
export function isTransferNews(before: TransferRecord, after: TransferRecord): boolean {
  return VISIBLE_TRANSFER_FIELDS.some((field) => !isDeepStrictEqual(before[field], after[field]));
}

function visibleOrder(order: OrderRecord): Partial<OrderRecord> {
  return { ...order, ...Object.fromEntries(SILENT_ORDER_FIELDS.map((field) => [field, null])) };
}
