// Prices in offers: amounts as exact money, processes in our words (Gandi v5 docs, domain check and billing price).
import { moneyFromDecimal } from '../../lib/money.ts';
import type { PriceProcess, UpstreamPrice } from '../port.ts';
import type { Price } from '../wire/billing.ts';

const WIRE: Readonly<Record<PriceProcess, string>> = {
  CREATE: 'create',
  RENEW: 'renew',
  TRANSFER: 'transfer',
  RESTORE: 'restore',
  CHANGE_OWNER: 'change_owner',
};
const PROCESSES = Object.keys(WIRE) as readonly PriceProcess[];

export const wireProcesses = (processes: readonly PriceProcess[]): readonly string[] =>
  processes.map((process) => WIRE[process]);

/** null for a process we do not trade in. */
export function processFrom(word: string): PriceProcess | null {
  return PROCESSES.find((process) => WIRE[process] === word) ?? null;
}

export function priceFrom(wire: Price, currency: string): UpstreamPrice {
  const money = (amount: number | null | undefined) =>
    amount === null || amount === undefined ? null : moneyFromDecimal(amount, currency);
  return {
    minYears: wire.min_duration,
    maxYears: wire.max_duration,
    beforeTaxes: moneyFromDecimal(wire.price_before_taxes, currency),
    afterTaxes: moneyFromDecimal(wire.price_after_taxes, currency),
    normalBeforeTaxes: money(wire.normal_price_before_taxes),
    normalAfterTaxes: money(wire.normal_price_after_taxes),
    isDiscounted: wire.discount ?? false,
    isPremium: wire.type === 'premium',
  };
}
