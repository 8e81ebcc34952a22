// Finds out what became of orders whose answer was lost or whose worker died. It looks and records; it never sends an order.
import { createUpstreamMeter } from '../lib/upstream-meter.ts';
import { giveBack } from './order-lease.ts';
import { merged, type OrderDeps, type OrderProcedure } from './order-procedure.ts';
import { type MeteredCall, type Ordered, readOrder, writeOrder } from './order-steps.ts';
import { acceptOrder, releaseOrder } from './order-submit.ts';
import type { OrderKind, OrderRecord, OrderState } from './services.ts';

/** States in which nobody but the caller or the reconciler moves an order on. */
const OPEN_STATES: readonly OrderState[] = ['CLAIMED', 'SUBMITTED'];
const PER_PAGE = 100;

/** What the reconciler asks for. */
export interface OrderWork {
  /** Orders whose fate is open, oldest first, with how to take one step with each. */
  unresolved(): Promise<readonly { readonly id: string; settle(): Promise<void> }[]>;
}

export function createOrderWork(deps: OrderDeps, procedures: readonly OrderProcedure[]): OrderWork {
  const byKind = new Map<OrderKind, OrderProcedure>(procedures.map((procedure) => [procedure.kind, procedure]));
  return {
    async unresolved() {
      const orders = await openOrders(deps);
      return orders.flatMap((order) => {
        const procedure = byKind.get(order.kind);
        return procedure === undefined ? [] : [{ id: order.id, settle: () => settleOrder(deps, procedure, order) }];
      });
    },
  };
}

async function openOrders({ store }: OrderDeps): Promise<readonly OrderRecord[]> {
  const found: OrderRecord[] = [];
  let after: string | undefined;
  do {
    const page = await store.orders.list({
      visibility: { organizationId: null, clientId: null },
      filter: { states: OPEN_STATES },
      orderBy: { field: 'CREATED_AT', direction: 'ASC' },
      page: { first: PER_PAGE, ...(after !== undefined && { after }) },
    });
    found.push(...page.rows.map(({ row }) => row));
    after = page.hasNextPage ? page.rows.at(-1)?.cursor : undefined;
  } while (after !== undefined);
  return found;
}

/**
 * Takes one step with an unresolved order, unless somebody is working on it.
 * - SUBMITTED: Gandi has it: ACCEPTED. It is not found twice, further apart than a call can be under way: CLAIMED again, for its caller to send.
 *   Everything else waits.
 * - CLAIMED for longer than callers are waited for: CANCELLED, and what was done for it is taken back.
 * @throws {UpstreamError} when Gandi could not be asked; nothing changes then.
 */
async function settleOrder(deps: OrderDeps, procedure: OrderProcedure, order: OrderRecord): Promise<void> {
  const { store, clock, settings } = deps;
  const now = clock.now();
  const isForgotten = order.state === 'CLAIMED' && now - order.updatedAt >= settings.claimedMs;
  if (order.state !== 'SUBMITTED' && !isForgotten) return;
  const owner = deps.newId();
  if (!(await store.orders.lease(order.id, owner, now + settings.leaseMs, now))) return;
  try {
    const current = await readOrder(deps, order.id);
    if (current.order.state !== order.state) return;
    const call: MeteredCall = { lane: 'interactive', tenant: order.organizationId, meter: createUpstreamMeter() };
    if (order.state === 'SUBMITTED') await settleSubmitted(deps, procedure, current, owner, call);
    else await giveUp(deps, procedure, current.order, owner, call);
  } finally {
    await giveBack(deps, order.id, owner);
  }
}

async function settleSubmitted(
  deps: OrderDeps,
  procedure: OrderProcedure,
  ordered: Ordered,
  owner: string,
  call: MeteredCall,
): Promise<void> {
  const { order } = ordered;
  const lookedAt = deps.clock.now();
  const landed = await procedure.landed(order, call);
  if (landed === null) return;
  if (landed) {
    await acceptOrder(deps, procedure, order, owner);
    return;
  }
  const missingSince = procedure.missingSince(ordered);
  if (missingSince === undefined)
    await writeOrder(deps, order, {
      from: ['SUBMITTED'],
      leaseOwner: owner,
      ...procedure.missing(ordered, lookedAt),
      note: 'Gandi does not know the order yet.',
    });
  else if (lookedAt - missingSince > deps.settings.transitMs)
    await releaseOrder(deps, procedure, order, owner, 'The order did not reach Gandi; the same key sends it again.');
}

async function giveUp(
  deps: OrderDeps,
  procedure: OrderProcedure,
  order: OrderRecord,
  owner: string,
  call: MeteredCall,
): Promise<void> {
  if (order.submittedAt !== null) {
    const landed = await procedure.landed(order, call);
    if (landed === null) return;
    if (landed) {
      await acceptOrder(deps, procedure, order, owner);
      return;
    }
  }
  const left = await procedure.leftBehind?.(order, call);
  const cancelled = await writeOrder(deps, order, {
    from: ['CLAIMED'],
    leaseOwner: owner,
    ...merged(procedure.ended, {
      order: {
        state: 'CANCELLED',
        leaseOwner: null,
        leaseUntil: null,
        failureCode: 'ABANDONED',
        failureMessage: 'Nobody came back with its key; nothing was bought.',
        ...left,
      },
    }),
  });
  if (cancelled !== null) await procedure.cleanUp?.(cancelled.order, call);
}
