// Orders something once for each idempotency key, whatever breaks on the way: claim, carry out, repeat. The crash table is in docs/orders.md.
import { canSee } from '../auth/session.ts';
import { type Money, moneyText } from '../lib/money.ts';
import type { SpendCeilings, Store } from '../store/store.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { CallOptions } from '../upstream/port.ts';
import {
  IdempotencyKeyReusedError,
  InvalidInputError,
  OperationInProgressError,
  RequestFault,
  SpendCeilingError,
} from './errors.ts';
import { giveBack, type HeldLease, holdLease, LeaseLostError } from './order-lease.ts';
import type { OrderDeps, OrderProcedure } from './order-procedure.ts';
import { type MeteredCall, type Ordered, readOrder, UNFINISHED } from './order-steps.ts';
import { acceptOrder, submitOrder } from './order-submit.ts';
import type { OperationScope, OrderPrice, OrderRecord, TransferRecord } from './services.ts';
import { toRequestFault } from './upstream-faults.ts';

export interface OnceDeps extends OrderDeps {
  readonly store: Pick<Store, 'orders' | 'transfers' | 'audit'>;
  readonly settings: OrderDeps['settings'] & { readonly ceilings: SpendCeilings };
}

/** One wish of a caller, under its key. */
export interface Wish {
  readonly mutation: string;
  readonly idempotencyKey: string;
  readonly payerId: string;
  /** A-label. */
  readonly domainName: string;
  readonly fingerprint: string;
  /** Why an order under the same key is not this wish; null when it is. */
  readonly differs?: (order: OrderRecord) => Promise<string | null>;
  /** Checks everything and says what to write; asked only when the key is new. @throws the outcome that stands against it. */
  draft(): Promise<Draft>;
  /** What the call that spends needs, found out anew for each attempt. @throws the outcome that stands against it. */
  prepare(order: OrderRecord): Promise<Carrier>;
}

export type Draft = {
  readonly order: Pick<OrderRecord, 'kind' | 'clientId' | 'input' | 'years' | 'price'> &
    Partial<Pick<OrderRecord, 'progress' | 'isPremium' | 'targetOrderId'>>;
  /** Digest of the secret in the input, salted with the order's id. */
  readonly secretDigest?: (orderId: string) => Promise<string>;
  readonly transfer?: (order: OrderRecord) => TransferRecord;
};

export interface Carrier {
  readonly procedure: OrderProcedure;
  /** Steps before the order is sent, such as making its client. */
  before?(order: OrderRecord, lease: HeldLease, call: MeteredCall): Promise<OrderRecord>;
  send(order: OrderRecord, call: CallOptions): Promise<void>;
}

export type Once = Ordered & { readonly replayed: boolean };

export async function orderOnce(deps: OnceDeps, scope: OperationScope, wish: Wish): Promise<Once> {
  assertOwnKey(scope, wish);
  const known = await deps.store.orders.byKey(wish.payerId, wish.mutation, wish.idempotencyKey);
  if (known !== null) return repeat(deps, scope, wish, known);
  const busy = await orderUnderWay(deps, wish.domainName);
  if (busy !== null)
    return isSameKey(busy, wish) ? repeat(deps, scope, wish, busy) : Promise.reject(inProgress(scope, busy));

  const draft = await draftUnlessKnown(deps, wish);
  if ('known' in draft) return repeat(deps, scope, wish, draft.known);
  if (draft.order.kind !== 'DELETE') assertCeilingCanBeKept(deps, wish, draft.order.price);
  const owner = deps.newId();
  const { order, transfer } = await written(deps, scope, wish, draft, owner);
  const claim = await deps.store.orders.claim(order, transfer, deps.settings.ceilings);
  if (claim.outcome === 'over-ceiling') throw overCeiling(claim);
  if (claim.outcome === 'domain-busy') throw inProgress(scope, claim.order);
  if (claim.outcome === 'key-taken') return repeat(deps, scope, wish, claim.order);
  deps.bus.publish('events');
  await audit(deps, scope, claim.order);
  return { ...(await carryOut(deps, scope, await wish.prepare(claim.order), claim.order, owner)), replayed: false };
}

/**
 * What stands against a draft may be what a twin under the same key bought meanwhile: then its order is the answer.
 * @throws the outcome that stands against the draft when the key is still new.
 */
async function draftUnlessKnown(
  { store }: OnceDeps,
  { payerId, mutation, idempotencyKey, draft }: Wish,
): Promise<Draft | { readonly known: OrderRecord }> {
  try {
    return await draft();
  } catch (error) {
    const known = await store.orders.byKey(payerId, mutation, idempotencyKey);
    if (known === null) throw error;
    return { known };
  }
}

/** Keys of the gateway's own orders, which nobody else may take from it. */
const RESERVED = /^(?:guard|plan):/;

/** @throws {InvalidInputError} */
function assertOwnKey({ session }: OperationScope, { idempotencyKey }: Wish): void {
  if (session.actor.kind === 'system' || !RESERVED.test(idempotencyKey)) return;
  const expected = 'a key that does not begin with guard: or plan:';
  throw new InvalidInputError([
    { path: ['input', 'idempotencyKey'], message: 'Such keys are the gateway’s own.', found: idempotencyKey, expected },
  ]);
}

/** The order of this name that has not ended, whatever its kind, if any. */
export async function orderUnderWay(
  { store }: { readonly store: Pick<Store, 'orders'> },
  name: string,
): Promise<OrderRecord | null> {
  const found = await store.orders.list({
    visibility: { organizationId: null, clientId: null },
    filter: { domainName: name, states: UNFINISHED },
    orderBy: { field: 'CREATED_AT', direction: 'ASC' },
    page: { first: 1 },
  });
  return found.rows[0]?.row ?? null;
}

/** The key is known: the same order comes back, and one that was never sent is carried on. */
async function repeat(deps: OnceDeps, scope: OperationScope, wish: Wish, order: OrderRecord): Promise<Once> {
  const difference =
    order.fingerprint === wish.fingerprint
      ? ((await wish.differs?.(order)) ?? null)
      : 'This key was used with other input. For another order choose another key.';
  if (difference !== null)
    throw new IdempotencyKeyReusedError(difference, canSee(scope.session, order) ? order.id : null);
  const owner = deps.newId();
  const now = deps.clock.now();
  const isMine =
    order.state === 'CLAIMED' && (await deps.store.orders.lease(order.id, owner, now + deps.settings.leaseMs, now));
  if (!isMine) return { ...(await readOrder(deps, order.id)), replayed: true };
  try {
    const current = await readOrder(deps, order.id);
    if (current.order.state !== 'CLAIMED') return { ...current, replayed: true };
    const carrier = await wish.prepare(current.order);
    return { ...(await carryOut(deps, scope, carrier, current.order, owner)), replayed: true };
  } finally {
    await giveBack(deps, order.id, owner);
  }
}

/** From a claimed order to one that Gandi has, with the lease in hand. */
async function carryOut(
  deps: OnceDeps,
  scope: OperationScope,
  { procedure, before, send }: Carrier,
  claimed: OrderRecord,
  owner: string,
): Promise<Ordered> {
  const lease = holdLease(deps, claimed.id, owner, deps.clock.now() + deps.settings.leaseMs);
  const call: MeteredCall = { lane: 'money', tenant: claimed.organizationId, meter: scope.meter };
  try {
    if (claimed.submittedAt !== null) {
      const landed = await procedure.landed(claimed, call);
      if (landed === null) throw notKnownYet();
      if (landed) return await acceptOrder(deps, procedure, claimed, owner);
    }
    const order = before === undefined ? claimed : await before(claimed, lease, call);
    return await submitOrder(deps, procedure, order, (options) => send(order, options), lease, call);
  } catch (error) {
    if (error instanceof LeaseLostError) return readOrder(deps, claimed.id);
    await giveBack(deps, claimed.id, owner);
    if (error instanceof UpstreamError) throw toRequestFault(error);
    throw error;
  } finally {
    lease.stop();
  }
}

async function written(
  deps: OnceDeps,
  { session }: OperationScope,
  { mutation, idempotencyKey, payerId, domainName, fingerprint }: Wish,
  draft: Draft,
  owner: string,
): Promise<{ readonly order: OrderRecord; readonly transfer: TransferRecord | null }> {
  const now = deps.clock.now();
  const id = deps.newId();
  const order: OrderRecord = {
    id,
    organizationId: payerId,
    state: 'CLAIMED',
    domainName,
    createdClient: false,
    mutation,
    idempotencyKey,
    fingerprint,
    secretDigest: (await draft.secretDigest?.(id)) ?? null,
    leaseOwner: owner,
    leaseUntil: now + deps.settings.leaseMs,
    failureCode: null,
    failureMessage: null,
    timeline: [{ at: now, state: 'CLAIMED', note: null }],
    actor: `${session.actor.kind}:${session.actor.id}`,
    isPremium: false,
    clientPayment: 'UNKNOWN',
    clientPaymentAt: null,
    targetOrderId: null,
    progress: {},
    nextLookAt: null,
    createdAt: now,
    updatedAt: now,
    submittedAt: null,
    endedAt: null,
    ...draft.order,
  };
  return { order, transfer: draft.transfer?.(order) ?? null };
}

function isSameKey(order: OrderRecord, wish: Wish): boolean {
  return (
    order.idempotencyKey === wish.idempotencyKey &&
    order.mutation === wish.mutation &&
    order.organizationId === wish.payerId
  );
}

/** Under a ceiling an order whose price is not known cannot be let through. @throws {RequestFault} */
function assertCeilingCanBeKept({ settings }: OnceDeps, { domainName }: Wish, price: OrderPrice | null): void {
  const { day, month } = settings.ceilings;
  if (price !== null || (day === null && month === null)) return;
  throw new RequestFault(
    'UPSTREAM_UNAVAILABLE',
    `Gandi shows no price for ${domainName}, so whether it fits under the spend ceiling cannot be known. Nothing was bought.`,
  );
}

function overCeiling(found: { period: 'day' | 'month'; ceiling: Money; spent: Money }): SpendCeilingError {
  const { period, ceiling, spent } = found;
  return new SpendCeilingError(
    `This order would exceed the ${moneyText(ceiling)} that may be ordered in a ${period}; ${moneyText(spent)} are ordered already. Nothing was bought.`,
    found,
  );
}

function audit({ store, clock }: OnceDeps, { session }: OperationScope, order: OrderRecord): Promise<void> {
  return store.audit.append({
    organizationId: order.organizationId,
    actor: order.actor,
    action: order.mutation,
    subject: order.domainName,
    requestId: session.requestId,
    occurredAt: clock.now(),
  });
}

function notKnownYet(): RequestFault {
  return new RequestFault(
    'UPSTREAM_UNAVAILABLE',
    'Gandi could not be asked whether an earlier attempt landed. Nothing was sent; repeat with the same idempotency key.',
  );
}

/** The order in the way is named only to those who may see it. */
function inProgress({ session }: OperationScope, order: OrderRecord): OperationInProgressError {
  return new OperationInProgressError(
    `${WORK[order.kind]} of ${order.domainName} is already under way.`,
    canSee(session, order) ? order.id : null,
  );
}

const WORK: Readonly<Record<OrderRecord['kind'], string>> = {
  REGISTER: 'The registration',
  RENEW: 'The renewal',
  RESTORE: 'The restore',
  TRANSFER_IN: 'The transfer',
  CHANGE_REGISTRANT: 'The change of registrant',
  DELETE: 'The deletion',
};
