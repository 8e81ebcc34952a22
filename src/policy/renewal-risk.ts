// Why a domain will not be renewed although it should: one pure decision over what is known of the domain, its policy and the account.
import { decideRenewal, type RenewFacts, type RenewReason } from './auto-renew.ts';

export type RenewalRisk =
  | 'AUTO_RENEW_OFF'
  | 'NOT_PAID'
  | 'NOT_ANSWERED'
  | 'PRICE_RISE'
  | 'BALANCE'
  | 'STATUS'
  | 'VERIFICATION';

export interface RiskFacts {
  /** null = no policy holds for it. */
  readonly renewal: RenewFacts | null;
  readonly autoRenew: boolean;
  /** As Gandi spells them. */
  readonly eppStatuses: readonly string[];
  /** Gandi's word on whether the registrant's address answers; null = not told. */
  readonly reachability: string | null;
  /** The account pays for none of its attempts. */
  readonly isUnaffordable: boolean;
}

/** RFC 5731 and 3915: no renewal is taken, or the domain is suspended or on its way out. */
const BLOCKING: ReadonlySet<string> = new Set([
  'clientRenewProhibited',
  'serverRenewProhibited',
  'clientHold',
  'serverHold',
  'pendingDelete',
  'pendingTransfer',
  'redemptionPeriod',
]);
/** Registrants who do not confirm their address within 15 days are suspended (ICANN registrar accreditation agreement, WHOIS accuracy specification). */
const UNVERIFIED: ReadonlySet<string> = new Set(['pending', 'failed']);

/** Somebody said that it is not to be renewed. */
const UNWANTED: ReadonlySet<RenewReason> = new Set(['POLICY_NEVER', 'REFUSED']);
const HELD: Readonly<Partial<Record<RenewReason, RenewalRisk>>> = {
  NOT_PAID: 'NOT_PAID',
  NOT_PAID_YET: 'NOT_PAID',
  NOT_ANSWERED: 'NOT_ANSWERED',
  NOT_ANSWERED_YET: 'NOT_ANSWERED',
  PRICE_RISE: 'PRICE_RISE',
};

/** The transfer lock stands in no renewal's way. A renewal that a policy holds is told with that reason alone, not also as switched off. */
export function renewalRisks(facts: RiskFacts, now: number): readonly RenewalRisk[] {
  const reason = facts.renewal === null ? null : decideRenewal(facts.renewal, now).reason;
  if (reason !== null && UNWANTED.has(reason)) return [];
  const held = reason === null ? undefined : HELD[reason];
  const risks: RenewalRisk[] = [];
  if (held !== undefined) risks.push(held);
  else if (!facts.autoRenew) risks.push('AUTO_RENEW_OFF');
  if (facts.isUnaffordable) risks.push('BALANCE');
  if (facts.eppStatuses.some((status) => BLOCKING.has(status))) risks.push('STATUS');
  if (facts.reachability !== null && UNVERIFIED.has(facts.reachability)) risks.push('VERIFICATION');
  return risks;
}
