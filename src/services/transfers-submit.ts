// The one call that spends money, and what its answer, or the lack of one, makes of the order.
import { UpstreamError, type UpstreamErrorKind } from '../upstream/errors.ts';
import type { TransferRequest } from '../upstream/port.ts';
import { RejectedByGandiError } from './errors.ts';
import { chargeOf } from './order-ledger.ts';
import type { OrderRecord } from './services.ts';
import { NOTHING_REPORTED } from './transfer-steps.ts';
import { assertNoAuthCodeProblem } from './transfers-blockers.ts';
import { removeMadeClient } from './transfers-client.ts';
import { type MeteredCall, type OrderedTransfer, readOrdered, type TransferDeps, writeStep } from './transfers-deps.ts';
import { type HeldLease, LeaseLostError } from './transfers-lease.ts';
import { hasLanded } from './transfers-look.ts';
import { toRequestFault } from './upstream-faults.ts';

type SubmitDeps = Pick<TransferDeps, 'store' | 'port' | 'mirror' | 'bus' | 'clock' | 'settings' | 'logger'>;

/** Gandi looked at the order and said no; every other failure that is not ambiguous means that it never looked. */
const REFUSALS: ReadonlySet<UpstreamErrorKind> = new Set(['invalid', 'conflict', 'forbidden', 'not-found', 'refused']);

/**
 * Sends a claimed order once. The order is SUBMITTED in the database before the call and ACCEPTED after Gandi's yes. Without a usable answer it stays
 * SUBMITTED and comes back like that: whether it landed is for the reconciler to find out.
 * @throws {RejectedByGandiError|InvalidAuthCodeError} Gandi refused; the order is FAILED.
 * @throws {RequestFault} nothing was sent, or Gandi did not take it in; the order is CLAIMED as before and the same key tries again.
 */
export async function submitTransfer(
  deps: SubmitDeps,
  claimed: OrderRecord,
  request: TransferRequest,
  lease: HeldLease,
  call: MeteredCall,
): Promise<OrderedTransfer> {
  const submitted = await writeStep(deps, claimed, {
    from: ['CLAIMED'],
    leaseOwner: lease.owner,
    order: { state: 'SUBMITTED', submittedAt: deps.clock.now(), leaseUntil: lease.extended() },
    transfer: { upstream: NOTHING_REPORTED },
  });
  if (submitted === null) throw new LeaseLostError(`Order ${claimed.id} was taken over.`);
  const { order } = submitted;
  try {
    await deps.port.requestTransfer(request, { ...call, signal: lease.signal, beforeSending: lease.assertHeld });
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.ambiguous) return leaveOpen(deps, order, lease, error);
    if (claimed.submittedAt !== null && error.kind === 'conflict') {
      const landed = await hasLanded(deps, order, call).catch(() => null);
      if (landed === null) return leaveOpen(deps, order, lease, error);
      if (landed) return accept(deps, order, lease.owner);
    }
    if (REFUSALS.has(error.kind)) return refuse(deps, order, lease, error, call);
    await backToClaimed(deps, order, lease.owner, 'Gandi did not take the order in; nothing was bought.');
    throw toRequestFault(error);
  }
  return accept(deps, order, lease.owner);
}

/** Gandi has the order: its transfer is looked at from now on. Also right when another hand has recorded that in the meantime. */
export async function accept(deps: SubmitDeps, order: OrderRecord, leaseOwner: string): Promise<OrderedTransfer> {
  const accepted = await writeStep(deps, order, {
    from: ['CLAIMED', 'SUBMITTED'],
    leaseOwner,
    order: {
      state: 'ACCEPTED',
      leaseOwner: null,
      leaseUntil: null,
      submittedAt: order.submittedAt ?? deps.clock.now(),
    },
    transfer: {
      step: 'PAYMENT',
      waitingOn: 'GANDI',
      clientId: order.clientId,
      upstream: NOTHING_REPORTED,
      nextPollAt: deps.clock.now() + deps.settings.firstLookMs,
    },
    ledger: chargeOf(order),
  });
  return accepted ?? readOrdered(deps, order.id);
}

/** Nothing is at Gandi: the caller may send again under the same key, and nobody else. */
export async function backToClaimed(
  deps: Pick<TransferDeps, 'store' | 'bus' | 'clock'>,
  order: OrderRecord,
  leaseOwner: string,
  note: string,
): Promise<OrderedTransfer | null> {
  return writeStep(deps, order, {
    from: ['SUBMITTED'],
    leaseOwner,
    order: { state: 'CLAIMED', leaseOwner: null, leaseUntil: null },
    transfer: { upstream: NOTHING_REPORTED },
    note,
  });
}

/**
 * Ends an order that Gandi refused and removes the client made for it.
 * @throws {RejectedByGandiError} with the id of that client when it is still there. @throws {InvalidAuthCodeError}
 */
export async function refuse(
  deps: SubmitDeps,
  order: OrderRecord,
  lease: HeldLease,
  error: UpstreamError,
  call: MeteredCall,
): Promise<never> {
  const { problems } = error;
  const reasons = problems.length === 0 ? error.message : problems.map(({ message }) => message).join(' ');
  const failed = await writeStep(deps, order, {
    from: ['CLAIMED', 'SUBMITTED'],
    leaseOwner: lease.owner,
    order: {
      state: 'FAILED',
      failureCode: 'REJECTED_BY_GANDI',
      failureMessage: reasons,
      leaseOwner: null,
      leaseUntil: null,
    },
    transfer: { step: 'FAILED', waitingOn: 'NOBODY', deadlineAt: null, nextPollAt: null },
  });
  if (failed === null) throw new LeaseLostError(`Order ${order.id} was taken over.`);
  const left = await removeMadeClient(deps, failed.order, call);
  if (left === null) assertNoAuthCodeProblem(problems);
  const remains = left === null ? '' : ` The client made for it, ${left}, is still there and can be used.`;
  throw new RejectedByGandiError(`Gandi refused the transfer: ${reasons}${remains}`, problems, left, { cause: error });
}

async function leaveOpen(
  deps: SubmitDeps,
  order: OrderRecord,
  lease: HeldLease,
  error: unknown,
): Promise<OrderedTransfer> {
  deps.logger.warn({ error, orderId: order.id }, 'The answer to an order is not known.');
  const open = await writeStep(deps, order, {
    from: ['SUBMITTED'],
    leaseOwner: lease.owner,
    order: { leaseOwner: null, leaseUntil: null },
    note: 'Gandi gave no usable answer; the gateway looks whether the order landed.',
  });
  deps.bus.publish('orders');
  return open ?? readOrdered(deps, order.id);
}
