// Which movements of a price are told. Pure.
import type { PriceShock } from './event-payloads.ts';
import type { PriceRecord, TldPriceRecord } from './records.ts';

/** What is told of it but for the domains it concerns; `at` when it was read. */
export type PriceShocked = Omit<PriceShock, 'domains'> & { readonly at: number };

/** Registries raise their prices by up to seven percent in a year as a matter of course (.com by contract): more than ten is no ordinary rise. */
const THRESHOLD_PERCENT = 10;

/**
 * The greatest movement among the prices of one TLD and process that both lists have, when it is beyond the threshold. Price lists of no named organization
 * concern nobody.
 */
export function shockOf(
  before: Omit<TldPriceRecord, 'asOf'>,
  after: TldPriceRecord | undefined,
): readonly PriceShocked[] {
  if (after === undefined || after.organizationId === '') return [];
  const { organizationId, tld, process, asOf: at } = after;
  const moved = after.prices.flatMap((now): readonly PriceShocked[] => {
    const was = before.prices.find((price) => isSameOffer(price, now));
    if (was === undefined || was.afterTaxes.minor === 0) return [];
    const percent = Math.round(((now.afterTaxes.minor - was.afterTaxes.minor) / was.afterTaxes.minor) * 1_000) / 10;
    if (Math.abs(percent) <= THRESHOLD_PERCENT) return [];
    const { minYears, maxYears, isPremium } = now;
    const price = { before: was.afterTaxes, after: now.afterTaxes };
    const offer = { organizationId, tld, process, minYears, maxYears, isPremium };
    return [{ ...offer, price, percent, thresholdPercent: THRESHOLD_PERCENT, at }];
  });
  return moved.toSorted((a, b) => Math.abs(b.percent) - Math.abs(a.percent)).slice(0, 1);
}

function isSameOffer(a: PriceRecord, b: PriceRecord): boolean {
  return (
    a.minYears === b.minYears &&
    a.maxYears === b.maxYears &&
    a.isPremium === b.isPremium &&
    a.afterTaxes.currency === b.afterTaxes.currency
  );
}
