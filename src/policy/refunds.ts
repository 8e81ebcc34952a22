// Whether an order can still be given back for its money, and until when: one pure decision over dated rules.
import type { RefundRule } from './refund-rules.ts';

/**
 * - `ELIGIBLE`: it can be given back until `until`. - `EXPIRED`: the time is over. - `FORFEITED`: something done since ended the right.
 * - `NEVER`: no rule allows it. - `UNKNOWN`: nobody has said; never to be read as a yes. - `UNDER_WAY`: nothing was delivered yet.
 * - `PENDING`: given back, the money is on its way. - `REFUNDED`: the money came back. - `NOTHING_PAID`: it cost nothing, or nothing was bought.
 */
export type RefundState =
  | 'ELIGIBLE'
  | 'EXPIRED'
  | 'FORFEITED'
  | 'NEVER'
  | 'UNKNOWN'
  | 'UNDER_WAY'
  | 'PENDING'
  | 'REFUNDED'
  | 'NOTHING_PAID';

export interface RefundFacts {
  /** Where the order stands. */
  readonly order: 'under-way' | 'delivered' | 'not-delivered' | 'taken-back' | 'refunded';
  readonly isFree: boolean;
  readonly isPremium: boolean;
  /** The rule in force when it was ordered; null = there is none for this product. */
  readonly rule: RefundRule | null;
  /** Every instant at which the window may have begun: order, payment, creation at the registry. The earliest counts. */
  readonly startedAt: readonly number[];
  /** When the domain was renewed, restored or given to another registrant after it was bought; null = not. */
  readonly changedAt: number | null;
}

export interface RefundVerdict {
  readonly state: RefundState;
  /** End of the window less the margin, epoch milliseconds: set while ELIGIBLE, and for EXPIRED the moment it ended. */
  readonly until: number | null;
  readonly rule: RefundRule | null;
  /** What else has to hold, in plain words. */
  readonly conditions: readonly string[];
}

const DAY_MS = 86_400_000;

/** The last hours of a window are never promised: clocks differ, and somebody has to act (time zone and day count of Gandi's rule are not told). */
export const SAFETY_MARGIN_MS = 6 * 3_600_000;

/** @param now epoch milliseconds. `ELIGIBLE` is never the answer at or after `until`. */
export function refundVerdict(facts: RefundFacts, now: number): RefundVerdict {
  const { rule } = facts;
  const plain = (state: RefundState): RefundVerdict => ({ state, until: null, rule, conditions: [] });
  if (facts.order === 'refunded') return plain('REFUNDED');
  if (facts.order === 'taken-back') return plain('PENDING');
  if (facts.order === 'not-delivered' || facts.isFree) return plain('NOTHING_PAID');
  if (facts.order === 'under-way') return plain('UNDER_WAY');
  if (rule === null || rule.refundable === 'UNKNOWN') return plain('UNKNOWN');
  if (rule.refundable === 'NO' || facts.isPremium) return plain('NEVER');
  if (rule.windowDays === null || facts.startedAt.length === 0) return plain('UNKNOWN');
  const until = Math.min(...facts.startedAt) + rule.windowDays * DAY_MS - SAFETY_MARGIN_MS;
  if (facts.changedAt !== null) return plain('FORFEITED');
  if (now >= until) return { ...plain('EXPIRED'), until };
  return { state: 'ELIGIBLE', until, rule, conditions: rule.conditions };
}
