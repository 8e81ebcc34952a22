// What is particular to orders of renewals: they landed when the expiry stands where the years bought put it.

import type { Clock } from '../lib/clock.ts';
import type { Mirror } from '../mirror/mirror.ts';
import { RejectedByGandiError } from './errors.ts';
import type { FollowedOrder, OrderProcedure } from './order-procedure.ts';
import { type MeteredCall, UNFINISHED } from './order-steps.ts';
import { reasonsOf } from './order-submit.ts';
import type { OrderRecord } from './services.ts';

/** Registries move the expiry to the same day, give or take their own clock and leap days. */
const TOLERANCE_MS = 2 * 86_400_000;
/** Gandi tells nothing of a renewal under way; after this time somebody should ask its support. */
const PATIENCE_MS = 86_400_000;

interface Deps {
  readonly mirror: Pick<Mirror, 'domainChanged'>;
  readonly clock: Clock;
  readonly settings: { readonly firstLookMs: number; readonly renewalSettleMs: number };
}

/** The instant `years` later in the calendar; 29 February becomes the 28th in a common year. */
export function termAfter(expiresAt: number, years: number): number {
  return Temporal.Instant.fromEpochMilliseconds(expiresAt).toZonedDateTimeISO('UTC').add({ years }).epochMilliseconds;
}

export function createRenewalProcedure({ mirror, clock, settings }: Deps): OrderProcedure {
  /** Whether the expiry moved as bought; null when the reading failed. @throws {UpstreamError} */
  const hasMoved = async (order: OrderRecord, call: MeteredCall): Promise<boolean | null> => {
    const askedAt = clock.now();
    const domain = await mirror.domainChanged(order.domainName, { ...call, maxAgeSeconds: 0 });
    if (domain === null || domain.rowAsOf < askedAt || domain.expiresAt === null) return null;
    if (domain.organizationId !== order.organizationId) return null;
    const { expiresAtBefore } = order.progress as { readonly expiresAtBefore: number };
    return Math.abs(domain.expiresAt - termAfter(expiresAtBefore, order.years ?? 1)) <= TOLERANCE_MS;
  };
  return {
    kind: 'RENEW',
    /** Gandi carries a renewal out some time after it took it, and tells nothing in between: that it did not land shows only after a long while. */
    async landed(order, call) {
      const moved = await hasMoved(order, call);
      const isEarly = clock.now() - (order.submittedAt ?? order.createdAt) < settings.renewalSettleMs;
      return moved === false && isEarly ? null : moved;
    },
    unreported: { order: { nextLookAt: null } },
    accepted: () => ({ order: { nextLookAt: clock.now() + settings.firstLookMs } }),
    ended: { order: { nextLookAt: null } },
    missingSince: ({ order }) => (order.progress as { readonly missingSince?: number }).missingSince,
    missing: ({ order }, missingSince) => ({ order: { progress: { ...order.progress, missingSince } } }),
    async refused(_order, error) {
      const message = `Gandi refused the renewal: ${reasonsOf(error)} Nothing was bought.`;
      return new RejectedByGandiError(message, error.problems, null, { cause: error });
    },
    async follow(order, call): Promise<FollowedOrder | null> {
      if (await hasMoved(order, call)) return { from: UNFINISHED, order: { state: 'COMPLETED', nextLookAt: null } };
      const since = order.submittedAt ?? order.createdAt;
      if (clock.now() - since < PATIENCE_MS)
        return order.state === 'ACCEPTED' ? { from: ['ACCEPTED'], order: { state: 'WAITING' } } : null;
      if (order.state === 'ACTION_REQUIRED') return null;
      return {
        from: UNFINISHED,
        order: { state: 'ACTION_REQUIRED' },
        note: 'Gandi took the renewal and the expiry has not moved for a day: check the prepaid account, or ask Gandi’s support.',
      };
    },
  };
}
