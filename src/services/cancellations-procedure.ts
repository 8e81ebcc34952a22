// What is particular to orders of deletions: they landed when Gandi knows the domain no more, and the order taken back waits for its money from then on.
import type { Clock } from '../lib/clock.ts';
import type { GandiPort } from '../upstream/port.ts';
import { domainUnlessGone } from './domain-gone.ts';
import { RejectedByGandiError } from './errors.ts';
import type { FollowedOrder, OrderDeps, OrderProcedure } from './order-procedure.ts';
import { type MeteredCall, readOrder, UNFINISHED, writeOrder } from './order-steps.ts';
import { reasonsOf } from './order-submit.ts';
import type { OrderRecord } from './services.ts';

interface Deps extends OrderDeps {
  readonly port: Pick<GandiPort, 'domain' | 'billing'>;
  readonly clock: Clock;
  readonly settings: OrderDeps['settings'] & { readonly firstLookMs: number; readonly renewalSettleMs: number };
}

/** A deletion takes minutes; after this time somebody should ask Gandi's support. */
const PATIENCE_MS = 86_400_000;

export function createCancellationProcedure(deps: Deps): OrderProcedure {
  const { port, clock, settings } = deps;

  const standing = async (order: OrderRecord, call: MeteredCall): Promise<'gone' | 'going' | 'there'> => {
    const { domainName: name, organizationId, submittedAt, createdAt } = order;
    const domain = await domainUnlessGone(port, { name, organizationId, since: submittedAt ?? createdAt }, call);
    if (domain === null) return 'gone';
    return domain.eppStatuses.includes('pendingDelete') ? 'going' : 'there';
  };

  return {
    kind: 'DELETE',
    async landed(order, call) {
      if ((await standing(order, call)) !== 'there') return true;
      const isEarly = clock.now() - (order.submittedAt ?? order.createdAt) < settings.renewalSettleMs;
      return isEarly ? null : false;
    },
    unreported: { order: { nextLookAt: null } },
    accepted: () => ({ order: { nextLookAt: clock.now() + settings.firstLookMs } }),
    ended: { order: { nextLookAt: null } },
    missingSince: ({ order }) => (order.progress as { readonly missingSince?: number }).missingSince,
    missing: ({ order }, missingSince) => ({ order: { progress: { ...order.progress, missingSince } } }),
    async refused(_order, error) {
      const message = `Gandi refused the deletion: ${reasonsOf(error)} The domain stays as it is.`;
      return new RejectedByGandiError(message, error.problems, null, { cause: error });
    },
    async follow(order, call): Promise<FollowedOrder | null> {
      if ((await standing(order, call)) === 'gone') {
        if (order.targetOrderId !== null) await takeBack(deps, order.targetOrderId);
        return { from: UNFINISHED, order: { state: 'COMPLETED', nextLookAt: null } };
      }
      const isLong = clock.now() - (order.submittedAt ?? order.createdAt) >= PATIENCE_MS;
      if (!isLong) return order.state === 'ACCEPTED' ? { from: ['ACCEPTED'], order: { state: 'WAITING' } } : null;
      if (order.state === 'ACTION_REQUIRED') return null;
      return {
        from: UNFINISHED,
        order: { state: 'ACTION_REQUIRED' },
        note: 'Gandi took the deletion a day ago and still shows the domain: ask Gandi’s support before the time for a refund is over.',
      };
    },
  };
}

/** The order was given back: its money is on its way. Does nothing when that is written already. */
export async function takeBack(deps: OrderDeps, orderId: string, note?: string): Promise<void> {
  const { order } = await readOrder(deps, orderId);
  const written = await writeOrder(deps, order, {
    from: ['COMPLETED', 'FAILED'],
    order: { state: 'REFUND_PENDING' },
    ...(note !== undefined && { note }),
  });
  if (written !== null) deps.bus.publish('refunds');
}
