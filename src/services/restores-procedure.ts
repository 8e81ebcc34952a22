// What is particular to orders of restores: they landed when Gandi lists the domain again.
import type { Clock } from '../lib/clock.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { GandiPort } from '../upstream/port.ts';
import { RejectedByGandiError } from './errors.ts';
import type { FollowedOrder, OrderProcedure } from './order-procedure.ts';
import { type MeteredCall, UNFINISHED } from './order-steps.ts';
import { reasonsOf } from './order-submit.ts';
import type { OrderRecord } from './services.ts';

/** Gandi tells nothing of a restore under way; after this time somebody should ask its support. */
const PATIENCE_MS = 2 * 86_400_000;

interface Deps {
  readonly port: Pick<GandiPort, 'isRestorable'>;
  readonly mirror: Pick<Mirror, 'domainChanged'>;
  readonly clock: Clock;
  readonly settings: { readonly firstLookMs: number; readonly renewalSettleMs: number };
}

export function createRestoreProcedure({ port, mirror, clock, settings }: Deps): OrderProcedure {
  /** Whether Gandi lists the domain again; null when the reading failed. @throws {UpstreamError} */
  const isBack = async (order: OrderRecord, call: MeteredCall): Promise<boolean | null> => {
    const askedAt = clock.now();
    const domain = await mirror.domainChanged(order.domainName, { ...call, maxAgeSeconds: 0 });
    if (domain === null) return false;
    if (domain.presence === 'PRESENT' && domain.rowAsOf >= askedAt)
      return domain.organizationId === order.organizationId && !(await port.isRestorable(order.domainName, call));
    return domain.presenceAsOf >= askedAt ? false : null;
  };
  return {
    kind: 'RESTORE',
    /** Gandi carries a restore out some time after it took it, and tells nothing in between: that it did not land shows only after a long while. */
    async landed(order, call) {
      const back = await isBack(order, call);
      const isEarly = clock.now() - (order.submittedAt ?? order.createdAt) < settings.renewalSettleMs;
      return back === false && isEarly ? null : back;
    },
    unreported: { order: { nextLookAt: null } },
    accepted: () => ({ order: { nextLookAt: clock.now() + settings.firstLookMs } }),
    ended: { order: { nextLookAt: null } },
    missingSince: ({ order }) => (order.progress as { readonly missingSince?: number }).missingSince,
    missing: ({ order }, missingSince) => ({ order: { progress: { ...order.progress, missingSince } } }),
    async refused(_order, error) {
      const message = `Gandi refused the restore: ${reasonsOf(error)} Nothing was bought.`;
      return new RejectedByGandiError(message, error.problems, null, { cause: error });
    },
    async follow(order, call): Promise<FollowedOrder | null> {
      if (await isBack(order, call)) return { from: UNFINISHED, order: { state: 'COMPLETED', nextLookAt: null } };
      if (clock.now() - (order.submittedAt ?? order.createdAt) < PATIENCE_MS)
        return order.state === 'ACCEPTED' ? { from: ['ACCEPTED'], order: { state: 'WAITING' } } : null;
      if (order.state === 'ACTION_REQUIRED') return null;
      return {
        from: UNFINISHED,
        order: { state: 'ACTION_REQUIRED' },
        note: 'Gandi took the restore two days ago and the domain is not back: check the prepaid account, or ask Gandi’s support before the redemption ends.',
      };
    },
  };
}
