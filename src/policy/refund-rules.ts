// Until when an order can be cancelled and paid back: rules as data, and the one that was in force at a time.
import { domainToASCII } from 'node:url';
import type { RefundOperation, RefundProduct, RefundRule } from './refund-rule.ts';
import { REFUND_RULES } from './refund-rules-data.ts';

export type { RefundOperation, RefundProduct, RefundRule } from './refund-rule.ts';

export interface RefundQuery {
  readonly product: RefundProduct;
  readonly operation: RefundOperation;
  /** The extension of the name, such as `com` or `co.uk`, in Unicode or ASCII; `*` for products without one. */
  readonly tld: string;
  /** Epoch milliseconds; the edition in force then is taken. */
  readonly at: number;
}

/**
 * The rule for an order. An extension's own rule wins over `*`, whatever it says; extensions match as a whole, since
 * names under `uk.com` are not registered where those under `com` are. Of several editions the newest that had begun counts;
 * before the first one, the oldest.
 * @returns null where the product knows no such operation.
 */
export function refundRule(
  { product, operation, tld, at }: RefundQuery,
  rules: readonly RefundRule[] = REFUND_RULES,
): RefundRule | null {
  const extension = domainToASCII(tld.trim().replace(/^\./, '')).toLowerCase().replace(/\.$/, '');
  const fitting = rules.filter((rule) => rule.product === product && rule.operation === operation);
  const named = fitting.filter((rule) => rule.tld === extension);
  const editions = (named.length > 0 ? named : fitting.filter((rule) => rule.tld === '*')).toSorted(
    (a, b) => startOf(a) - startOf(b),
  );
  return editions.findLast((rule) => startOf(rule) <= at) ?? editions[0] ?? null;
}

export function allRefundRules(): readonly RefundRule[] {
  return REFUND_RULES;
}

/** Orders older than this are eligible for nothing. */
export function longestWindowDays(product: RefundProduct): number {
  return Math.max(
    0,
    ...REFUND_RULES.filter((rule) => rule.product === product).map(({ windowDays }) => windowDays ?? 0),
  );
}

function startOf({ validFrom }: RefundRule): number {
  return Date.parse(validFrom);
}
