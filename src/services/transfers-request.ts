// Orders an inbound transfer once for each idempotency key, whatever breaks on the way. The states and the crash table are in docs/orders.md.
import { assertCan, canSee } from '../auth/session.ts';
import { type Money, moneyText } from '../lib/money.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { CallOptions, ContactInput } from '../upstream/port.ts';
import {
  IdempotencyKeyReusedError,
  OperationInProgressError,
  RequestFault,
  SpendCeilingError,
  TransferBlockedError,
} from './errors.ts';
import { digestSecret, fingerprintOf, matchesDigest } from './order-fingerprint.ts';
import { giveBack, type HeldLease, holdLease, LeaseLostError } from './order-lease.ts';
import type { OrderProcedure } from './order-procedure.ts';
import type { MeteredCall } from './order-steps.ts';
import { acceptOrder, refuseOrder, submitOrder } from './order-submit.ts';
import type {
  OperationScope,
  OrderPrice,
  OrderRecord,
  OrganizationRecord,
  TransferDomainInInput,
  TransferRecord,
} from './services.ts';
import { NOTHING_REPORTED } from './transfer-steps.ts';
import { assertMayOrderFor, findBlockers, findPayer, findRegistrant, orderUnderWay } from './transfers-check.ts';
import { giveClient } from './transfers-client.ts';
import {
  asTransfer,
  type OrderedTransfer,
  readOrdered,
  TRANSFER_MUTATION,
  type TransferDeps,
} from './transfers-deps.ts';
import { readIdempotencyKey, readTransferInput, type WantedTransfer } from './transfers-input.ts';
import { hasLanded } from './transfers-look.ts';
import { assertPrice, transferPrice } from './transfers-price.ts';
import { createTransferProcedure } from './transfers-procedure.ts';
import type { KeyedTurns } from './transfers-turns.ts';
import { toRequestFault } from './upstream-faults.ts';

export type RequestDeps = TransferDeps & { readonly turns: KeyedTurns };

export type Requested = OrderedTransfer & { readonly replayed: boolean };

export async function requestTransfer(
  deps: RequestDeps,
  scope: OperationScope,
  input: TransferDomainInInput,
): Promise<Requested> {
  assertCan(scope.session, 'transfer:request');
  const key = readIdempotencyKey(input.idempotencyKey);
  const wanted = readTransferInput(input);
  if ('create' in wanted.client) assertCan(scope.session, 'client:write');
  assertMayOrderFor(scope.session, wanted.client);
  const payer = await findPayer(deps, scope, wanted.payerId);
  const fingerprint = fingerprintOf(orderInput(wanted, payer));

  const known = await deps.store.orders.byKey(payer.id, TRANSFER_MUTATION, key);
  if (known !== null) return repeat(deps, scope, payer, wanted, known, fingerprint);

  const busy = await orderUnderWay(deps, wanted.name);
  if (busy?.idempotencyKey === key && busy.organizationId === payer.id)
    return repeat(deps, scope, payer, wanted, busy, fingerprint);
  if (busy !== null) throw inProgress(scope, busy);
  const registrant = await findRegistrant(deps, scope, payer, wanted.client);
  const { blockers, answer } = await findBlockers(deps, scope, payer, wanted);
  if (blockers.length > 0)
    throw new TransferBlockedError(`${wanted.unicodeName} cannot be transferred now. Nothing was bought.`, blockers);

  const price = await transferPrice(deps, scope, payer, wanted);
  assertPrice(price, wanted.expectedPrice);
  assertCeilingCanBeKept(deps, wanted, price);
  const owner = deps.newId();
  const drafted = await draft(deps, scope, payer, wanted, {
    key,
    fingerprint,
    owner,
    isInternal: answer?.isInternal ?? null,
    price,
  });
  const claim = await deps.store.orders.claim(drafted.order, drafted.transfer, deps.settings.ceilings);
  if (claim.outcome === 'over-ceiling') throw overCeiling(claim);
  if (claim.outcome === 'domain-busy') throw inProgress(scope, claim.order);
  if (claim.outcome === 'key-taken') return repeat(deps, scope, payer, wanted, claim.order, fingerprint);
  await audit(deps, scope, claim.order);
  return { ...(await carryOut(deps, scope, wanted, registrant, claim.order, owner)), replayed: false };
}

/** The key is known: the same order comes back, and one that was never sent is carried on. */
async function repeat(
  deps: RequestDeps,
  scope: OperationScope,
  payer: OrganizationRecord,
  wanted: WantedTransfer,
  order: OrderRecord,
  fingerprint: string,
): Promise<Requested> {
  const isSame =
    order.fingerprint === fingerprint && (await matchesDigest(wanted.authCode, order.id, order.secretDigest));
  if (!isSame)
    throw new IdempotencyKeyReusedError(
      order.fingerprint === fingerprint
        ? 'This key was used with another auth code. A code that was refused is replaced with updateTransferAuthCode; for a new order choose a new key.'
        : 'This key was used with other input. For another order choose another key.',
      canSee(scope.session, order) ? order.id : null,
    );
  const owner = deps.newId();
  if (order.state !== 'CLAIMED' || !(await takeLease(deps, order.id, owner)))
    return { ...(await readOrdered(deps, order.id)), replayed: true };
  const current = await readOrdered(deps, order.id);
  if (current.order.state !== 'CLAIMED') {
    await giveBack(deps, order.id, owner);
    return { ...current, replayed: true };
  }
  try {
    const registrant = await findRegistrant(deps, scope, payer, wanted.client);
    return { ...(await carryOut(deps, scope, wanted, registrant, current.order, owner)), replayed: true };
  } finally {
    await giveBack(deps, order.id, owner);
  }
}

/** From a claimed order to one that Gandi has, with the lease in hand. */
async function carryOut(
  deps: RequestDeps,
  scope: OperationScope,
  wanted: WantedTransfer,
  registrant: ContactInput,
  claimed: OrderRecord,
  owner: string,
): Promise<OrderedTransfer> {
  const procedure = createTransferProcedure(deps);
  const lease = holdLease(deps, claimed.id, owner, deps.clock.now() + deps.settings.leaseMs);
  const call: MeteredCall = { lane: 'money', tenant: claimed.organizationId, meter: scope.meter };
  try {
    if (claimed.submittedAt !== null) {
      const landed = await hasLanded(deps, claimed, call);
      if (landed === null) throw notKnownYet();
      if (landed) return asTransfer(await acceptOrder(deps, procedure, claimed, owner));
    }
    const order = await withClient(deps, procedure, claimed, wanted, lease, call);
    const request = {
      name: order.domainName,
      payerId: order.organizationId,
      clientId: order.clientId,
      registrant,
      authCode: wanted.authCode,
      years: wanted.years,
      changeRegistrant: wanted.changeRegistrant,
    };
    const send = (options: CallOptions) => deps.port.requestTransfer(request, options);
    return asTransfer(await submitOrder(deps, procedure, order, send, lease, call));
  } catch (error) {
    if (error instanceof LeaseLostError) return readOrdered(deps, claimed.id);
    await giveBack(deps, claimed.id, owner);
    if (error instanceof UpstreamError) throw toRequestFault(error);
    throw error;
  } finally {
    lease.stop();
  }
}

async function withClient(
  deps: RequestDeps,
  procedure: OrderProcedure,
  order: OrderRecord,
  { client }: WantedTransfer,
  lease: HeldLease,
  call: MeteredCall,
): Promise<OrderRecord & { readonly clientId: string }> {
  if ('id' in client) return { ...order, clientId: client.id };
  try {
    return await giveClient(deps, order, client.create, lease, call);
  } catch (error) {
    const isRefusal = error instanceof UpstreamError && ['invalid', 'conflict', 'refused'].includes(error.kind);
    if (isRefusal) return refuseOrder(deps, procedure, order, lease, error, call);
    throw error;
  }
}

interface DraftFacts {
  readonly key: string;
  readonly fingerprint: string;
  readonly owner: string;
  readonly isInternal: boolean | null;
  readonly price: OrderPrice | null;
}

async function draft(
  deps: RequestDeps,
  { session }: OperationScope,
  payer: OrganizationRecord,
  wanted: WantedTransfer,
  { key, fingerprint, owner, isInternal, price }: DraftFacts,
): Promise<OrderedTransfer> {
  const now = deps.clock.now();
  const id = deps.newId();
  const clientId = 'id' in wanted.client ? wanted.client.id : null;
  const order: OrderRecord = {
    id,
    organizationId: payer.id,
    kind: 'TRANSFER_IN',
    state: 'CLAIMED',
    domainName: wanted.name,
    clientId,
    createdClient: false,
    mutation: TRANSFER_MUTATION,
    idempotencyKey: key,
    fingerprint,
    secretDigest: await digestSecret(wanted.authCode, id),
    input: { ...orderInput(wanted, payer), isInternal },
    leaseOwner: owner,
    leaseUntil: now + deps.settings.leaseMs,
    failureCode: null,
    failureMessage: null,
    timeline: [{ at: now, state: 'CLAIMED', note: null }],
    actor: `${session.actor.kind}:${session.actor.id}`,
    years: wanted.years,
    price,
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
  };
  const transfer: TransferRecord = {
    id: deps.newId(),
    orderId: id,
    organizationId: payer.id,
    domainName: wanted.name,
    clientId,
    step: 'SUBMITTING',
    waitingOn: 'GATEWAY',
    deadlineAt: null,
    upstream: NOTHING_REPORTED,
    startedAt: now,
    updatedAt: now,
    stepSince: now,
    endedAt: null,
    version: 1,
    asOf: null,
    nextPollAt: null,
  };
  return { order, transfer };
}

/** What the fingerprint is taken of and what is kept: the input in its one form, without the auth code. */
function orderInput(wanted: WantedTransfer, payer: OrganizationRecord) {
  const { name, client, years, changeRegistrant, expectedPrice } = wanted;
  const agreed = expectedPrice === null ? {} : { expectedPrice };
  return { domain: name, payerId: payer.id, client, years, changeRegistrant, ...agreed };
}

/** Under a ceiling an order whose price is not known cannot be let through. @throws {RequestFault} */
function assertCeilingCanBeKept({ settings }: RequestDeps, { name }: WantedTransfer, price: OrderPrice | null): void {
  const { day, month } = settings.ceilings;
  if (price !== null || (day === null && month === null)) return;
  throw new RequestFault(
    'UPSTREAM_UNAVAILABLE',
    `Gandi shows no price for ${name}, so whether it fits under the spend ceiling cannot be known. Nothing was bought.`,
  );
}

function overCeiling({ period, ceiling, spent }: { period: 'day' | 'month'; ceiling: Money; spent: Money }) {
  return new SpendCeilingError(
    `This order would exceed the ${moneyText(ceiling)} that may be ordered in a ${period}; ${moneyText(spent)} are ordered already. Nothing was bought.`,
    { period, ceiling, spent },
  );
}

function takeLease({ store, clock, settings }: RequestDeps, orderId: string, owner: string): Promise<boolean> {
  const now = clock.now();
  return store.orders.lease(orderId, owner, now + settings.leaseMs, now);
}

function audit({ store, clock }: RequestDeps, { session }: OperationScope, order: OrderRecord): Promise<void> {
  return store.audit.append({
    organizationId: order.organizationId,
    actor: order.actor,
    action: TRANSFER_MUTATION,
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
    `The transfer of ${order.domainName} is already under way.`,
    canSee(session, order) ? order.id : null,
  );
}
