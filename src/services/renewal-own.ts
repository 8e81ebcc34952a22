// The guard's own renewals: a domain that is to be renewed, and for which Gandi makes no attempt any more, is ordered once for its term.
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import { OutcomeError, RequestFault } from './errors.ts';
import type { ComingRenewal } from './renewal-book.ts';
import type { OperationScope, OrderRecord, RenewalsService } from './services.ts';

/** What the guard keeps of it with its decision. */
export interface OwnRenewal {
  /** Orders of this term that ended without effect: each try after one has a key of its own. */
  readonly tries: number;
  readonly orderId?: string;
  /** Why it could not be ordered; without one it was. */
  readonly failure?: string;
  /** When it is tried again, under the same key unless the order failed; null = Gandi has it. */
  readonly retryAt: number | null;
}

/** Gandi's last attempt may still be under way for so long. */
const SETTLE_MS = 2 * 3_600_000;
const LONGEST_RETRY_MS = 3_600_000;
const SHORTEST_RETRY_MS = 300_000;

const NOT_AT_GANDI: readonly OrderRecord['state'][] = ['CLAIMED', 'SUBMITTED'];
const WITHOUT_EFFECT: readonly OrderRecord['state'][] = ['FAILED', 'CANCELLED'];

/** From when on the gateway may order by itself; null = Gandi's attempts are not known. */
export function ownRenewalFrom(
  { expiresAt, autoRenew }: ComingRenewal['domain'],
  attemptsAt: readonly number[],
): number | null {
  if (attemptsAt.length === 0) return null;
  const last = Math.max(...attemptsAt);
  return autoRenew ? last + Math.min(SETTLE_MS, (expiresAt - last) / 2) : last;
}

export function createOwnRenewals(deps: {
  readonly renewals: Pick<RenewalsService, 'renew'>;
  readonly scopeOf: (organizationId: string) => OperationScope;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}) {
  const { renewals, clock, logger } = deps;
  return {
    /** Never rejects because of Gandi or of what stands against the renewal: that is the answer. */
    async order({ domain, years, price }: ComingRenewal, before: OwnRenewal | undefined): Promise<OwnRenewal> {
      const { name, organizationId, expiresAt } = domain;
      const tries = before?.tries ?? 0;
      const term = `guard:${name}:${expiresAt}`;
      const retryAt = () =>
        clock.now() + Math.min(LONGEST_RETRY_MS, Math.max(SHORTEST_RETRY_MS, (expiresAt - clock.now()) / 4));
      try {
        const { order } = await renewals.renew(deps.scopeOf(organizationId), {
          domain: name,
          years,
          currentExpiryYear: new Date(expiresAt).getUTCFullYear(),
          expectedPrice: price,
          acknowledge: [],
          idempotencyKey: tries === 0 ? term : `${term}:${tries}`,
        });
        const orderId = order.id;
        if (WITHOUT_EFFECT.includes(order.state))
          return { tries: tries + 1, orderId, failure: order.failureCode ?? order.state, retryAt: retryAt() };
        return { tries, orderId, retryAt: NOT_AT_GANDI.includes(order.state) ? clock.now() + SHORTEST_RETRY_MS : null };
      } catch (error) {
        if (!(error instanceof OutcomeError || error instanceof RequestFault)) throw error;
        const failure = `${error.code}: ${error.message}`;
        if (failure !== before?.failure)
          logger.warn({ domainName: name, code: error.code }, 'A domain could not be renewed; it is tried again.');
        return { tries, ...(before?.orderId && { orderId: before.orderId }), failure, retryAt: retryAt() };
      }
    },
  };
}
