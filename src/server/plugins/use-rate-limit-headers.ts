// The budget as HTTP header fields, by draft-ietf-httpapi-ratelimit-headers-10.
import type { GatewayPlugin } from './plugin.ts';
import type { BudgetView } from './use-upstream-report.ts';

/** Name of the policy: the calls Gandi accepts, which all callers of the gateway share. */
const POLICY = '"gandi"';

/** `q` calls in any `w` seconds; `r` of them are left, and after `t` seconds there is room again. */
export function useRateLimitHeaders(budget: () => BudgetView): GatewayPlugin {
  return {
    onResponse({ response }) {
      const { limit, windowMs, remaining, nextSlotInMs } = budget();
      response.headers.set('RateLimit-Policy', `${POLICY};q=${limit};w=${Math.ceil(windowMs / 1_000)}`);
      response.headers.set('RateLimit', `${POLICY};r=${remaining};t=${Math.ceil(nextSlotInMs / 1_000)}`);
    },
  };
}
