// Whether a domain may be renewed by itself: one pure decision over the reseller's policy, the client's payment and Gandi's own dates.
import type { PaymentStanding } from './payments.ts';

export type RenewRule = 'ALWAYS' | 'ONLY_IF_PAID' | 'ASK' | 'NEVER';

export interface RenewPolicy {
  readonly policy: RenewRule;
  /** How long before Gandi's next attempt the decision is due, milliseconds. */
  readonly leadMs: number;
  /** What holds before the decision is due, so also when the gateway is down then. */
  readonly failSafe: 'SWITCH_OFF' | 'LEAVE_ON';
  /** A price risen by more than this many percent is held; null = never. */
  readonly priceHoldPercent: number | null;
}

export interface RenewFacts {
  readonly policy: RenewPolicy;
  readonly payment: PaymentStanding;
  /** Gandi's attempts to renew in this term, epoch milliseconds; empty = not told. */
  readonly attemptsAt: readonly number[];
  readonly expiresAt: number;
  /** What somebody answered for this term; null = nobody was asked, or nobody answered. */
  readonly approval: 'YES' | 'NO' | null;
  /** Minor units for a year: when the term was first looked at, when somebody said yes to it, and now; null = not known, or nobody did. */
  readonly price: { readonly before: number | null; readonly approved: number | null; readonly now: number | null };
}

export type RenewReason =
  | 'APPROVED'
  | 'REFUSED'
  | 'POLICY_ALWAYS'
  | 'POLICY_NEVER'
  | 'PRICE_RISE'
  | 'PAID'
  | 'NOT_PAID'
  | 'NOT_PAID_YET'
  | 'NOT_ANSWERED'
  | 'NOT_ANSWERED_YET';

export interface RenewVerdict {
  /** null = left as it is until the decision is due. */
  readonly autoRenew: boolean | null;
  readonly reason: RenewReason;
  /** Somebody should answer. */
  readonly asks: boolean;
  /** When the decision is due; null = Gandi makes no further attempt in this term. */
  readonly dueAt: number | null;
}

/** Gandi's first attempt comes at most so long before the expiry (Gandi v5 docs: the example of `autorenew.dates`, 31 days; other registries ask earlier). */
export const EARLIEST_ATTEMPT_MS = 92 * 86_400_000;

/**
 * The decision at `now`. It is due the lead time before the first attempt of the term, and stays due. Before, `SWITCH_OFF` keeps an unpaid domain from
 * being renewed while the gateway is down, and `LEAVE_ON` leaves it as it is. A price that rose too much is held until somebody says yes to it; a yes
 * to a price does not pay for a domain that has to be paid.
 */
export function decideRenewal(facts: RenewFacts, now: number): RenewVerdict {
  const { policy, payment, approval } = facts;
  const attempts = facts.attemptsAt.toSorted((a, b) => a - b);
  const [first] = attempts;
  const next = attempts.find((at) => at > now);
  const dueAt = next === undefined ? null : next - policy.leadMs;
  const say = (autoRenew: boolean | null, reason: RenewReason, asks = false): RenewVerdict => ({
    autoRenew,
    reason,
    asks,
    dueAt,
  });
  if (policy.policy === 'NEVER') return say(false, 'POLICY_NEVER');
  if (approval === 'NO') return say(false, 'REFUSED');
  if (rose(facts)) return say(false, 'PRICE_RISE', true);
  if (policy.policy === 'ALWAYS') return say(true, approval === 'YES' ? 'APPROVED' : 'POLICY_ALWAYS');
  const isDue = first !== undefined && now >= first - policy.leadMs;
  const meanwhile = policy.failSafe === 'SWITCH_OFF' ? false : null;
  if (policy.policy === 'ONLY_IF_PAID') {
    if (payment === 'PAID' || payment === 'OWN') return say(true, 'PAID');
    return isDue ? say(false, 'NOT_PAID') : say(meanwhile, 'NOT_PAID_YET');
  }
  if (approval === 'YES') return say(true, 'APPROVED');
  return isDue ? say(false, 'NOT_ANSWERED', true) : say(meanwhile, 'NOT_ANSWERED_YET', true);
}

function rose({ policy: { priceHoldPercent }, approval, price }: RenewFacts): boolean {
  const agreed = approval === 'YES' ? (price.approved ?? price.before) : price.before;
  if (priceHoldPercent === null || agreed === null || price.now === null) return false;
  return price.now * 100 > agreed * (100 + priceHoldPercent);
}

export interface PolicyScope {
  readonly scope: 'ORGANIZATION' | 'TLD' | 'CLIENT' | 'TAG' | 'DOMAIN';
  readonly scopeValue: string;
}

const NARROWEST_FIRST = ['DOMAIN', 'TAG', 'CLIENT', 'TLD', 'ORGANIZATION'] as const;

/** The policy that holds for a domain: the narrowest that fits; of several tags the first in the alphabet. null = none, and nothing is touched. */
export function policyFor<Policy extends PolicyScope>(
  policies: readonly Policy[],
  domain: {
    readonly name: string;
    readonly clientId: string | null;
    readonly tld: string;
    readonly tags: readonly string[];
  },
): Policy | null {
  const values: Readonly<Record<PolicyScope['scope'], readonly string[]>> = {
    DOMAIN: [domain.name],
    TAG: domain.tags.toSorted(),
    CLIENT: domain.clientId === null ? [] : [domain.clientId],
    TLD: [domain.tld],
    ORGANIZATION: [''],
  };
  for (const scope of NARROWEST_FIRST)
    for (const value of values[scope]) {
      const found = policies.find((policy) => policy.scope === scope && policy.scopeValue === value);
      if (found !== undefined) return found;
    }
  return null;
}
