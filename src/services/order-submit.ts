// The one call that spends money, and what its answer, or the lack of one, makes of the order. For every kind of order.
import { UpstreamError, type UpstreamErrorKind } from '../upstream/errors.ts';
import type { CallOptions } from '../upstream/port.ts';
import { type HeldLease, LeaseLostError } from './order-lease.ts';
import { chargeOf } from './order-ledger.ts';
import { merged, type OrderDeps, type OrderProcedure } from './order-procedure.ts';
import { type MeteredCall, type Ordered, readOrder, writeOrder } from './order-steps.ts';
import type { OrderRecord } from './services.ts';
import { toRequestFault } from './upstream-faults.ts';

/** Gandi looked at the order and said no; every other failure that is not ambiguous means that it never looked. */
const REFUSALS: ReadonlySet<UpstreamErrorKind> = new Set(['invalid', 'conflict', 'forbidden', 'not-found', 'refused']);

/**
 * Sends a claimed order once. The order is SUBMITTED in the database before the call and ACCEPTED after Gandi's yes. Without a usable answer it stays
 * SUBMITTED and comes back like that: whether it landed is for the reconciler to find out.
 * @throws {OutcomeError} Gandi refused; the order is FAILED.
 * @throws {RequestFault} nothing was sent, or Gandi did not take it in; the order is CLAIMED as before and the same key tries again.
 */
export async function submitOrder(
  deps: OrderDeps,
  procedure: OrderProcedure,
  claimed: OrderRecord,
  send: (call: CallOptions) => Promise<void>,
  lease: HeldLease,
  call: MeteredCall,
): Promise<Ordered> {
  const submitted = await writeOrder(deps, claimed, {
    from: ['CLAIMED'],
    leaseOwner: lease.owner,
    ...merged(procedure.unreported, {
      order: { state: 'SUBMITTED', submittedAt: deps.clock.now(), leaseUntil: lease.extended() },
    }),
  });
  if (submitted === null) throw new LeaseLostError(`Order ${claimed.id} was taken over.`);
  const { order } = submitted;
  try {
    await send({ ...call, signal: lease.signal, beforeSending: lease.assertHeld });
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.ambiguous) return leaveOpen(deps, order, lease, error);
    if (claimed.submittedAt !== null && REFUSALS.has(error.kind)) {
      const landed = await procedure.landed(claimed, call).catch(() => null);
      if (landed === null) return leaveOpen(deps, order, lease, error);
      if (landed) return acceptOrder(deps, procedure, order, lease.owner);
    }
    if (REFUSALS.has(error.kind)) return refuseOrder(deps, procedure, order, lease, error, call);
    const note = 'Gandi did not take the order in; nothing was bought.';
    await releaseOrder(deps, procedure, order, lease.owner, note, claimed.submittedAt);
    throw toRequestFault(error);
  }
  return acceptOrder(deps, procedure, order, lease.owner);
}

/** Gandi has the order: it is followed from now on. Also right when another hand has recorded that in the meantime. */
export async function acceptOrder(
  deps: OrderDeps,
  procedure: OrderProcedure,
  order: OrderRecord,
  leaseOwner: string,
): Promise<Ordered> {
  const accepted = await writeOrder(deps, order, {
    from: ['CLAIMED', 'SUBMITTED'],
    leaseOwner,
    ...merged(procedure.accepted(order), {
      order: {
        state: 'ACCEPTED',
        leaseOwner: null,
        leaseUntil: null,
        submittedAt: order.submittedAt ?? deps.clock.now(),
      },
    }),
    ledger: chargeOf(order),
  });
  return accepted ?? readOrder(deps, order.id);
}

/**
 * Nothing is at Gandi: the caller may send again under the same key, and nobody else.
 * @param submittedAt when it may last have reached Gandi; null = never. An attempt that Gandi did not take in leaves no trace of itself.
 */
export function releaseOrder(
  deps: OrderDeps,
  procedure: OrderProcedure,
  order: OrderRecord,
  leaseOwner: string,
  note: string,
  submittedAt = order.submittedAt,
): Promise<Ordered | null> {
  return writeOrder(deps, order, {
    from: ['SUBMITTED'],
    leaseOwner,
    ...merged(procedure.unreported, { order: { state: 'CLAIMED', submittedAt, leaseOwner: null, leaseUntil: null } }),
    note,
  });
}

/** Ends an order that Gandi refused. @throws {OutcomeError} what its kind makes of the refusal. @throws {LeaseLostError} */
export async function refuseOrder(
  deps: OrderDeps,
  procedure: OrderProcedure,
  order: OrderRecord,
  lease: HeldLease,
  error: UpstreamError,
  call: MeteredCall,
): Promise<never> {
  const failed = await writeOrder(deps, order, {
    from: ['CLAIMED', 'SUBMITTED'],
    leaseOwner: lease.owner,
    ...merged(procedure.ended, {
      order: {
        state: 'FAILED',
        failureCode: 'REJECTED_BY_GANDI',
        failureMessage: reasonsOf(error),
        leaseOwner: null,
        leaseUntil: null,
      },
    }),
  });
  if (failed === null) throw new LeaseLostError(`Order ${order.id} was taken over.`);
  throw await procedure.refused(failed.order, error, call);
}

/** What Gandi objects to, in its own words. */
export function reasonsOf({ problems, message }: UpstreamError): string {
  return problems.length === 0 ? message : problems.map((problem) => problem.message).join(' ');
}

async function leaveOpen(deps: OrderDeps, order: OrderRecord, lease: HeldLease, error: unknown): Promise<Ordered> {
  deps.logger.warn({ error, orderId: order.id }, 'The answer to an order is not known.');
  const open = await writeOrder(deps, order, {
    from: ['SUBMITTED'],
    leaseOwner: lease.owner,
    order: { leaseOwner: null, leaseUntil: null },
    note: 'Gandi gave no usable answer; the gateway looks whether the order landed.',
  });
  deps.bus.publish('orders');
  return open ?? readOrder(deps, order.id);
}
