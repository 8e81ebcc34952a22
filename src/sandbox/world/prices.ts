// The price book: per TLD and process, in five currencies, with changes that faults can bring about.
import type { Tld } from './tlds.ts';

export const processes = ['create', 'renew', 'transfer', 'restore', 'change_owner'] as const;
export type Process = (typeof processes)[number];

/** Units of the currency for one euro. Invented and fixed. */
const rates: Record<string, number> = { EUR: 1, USD: 1.1, GBP: 0.85, TWD: 35, CNY: 7.8 };
export const currencies: readonly string[] = Object.keys(rates);

/** Percent of the public price by grid letter. Invented. */
const grids: Record<string, number> = { A: 100, B: 97, C: 94, D: 91, E: 88 };
export const gridLetters: readonly string[] = Object.keys(grids);

export const vatPercent = 20;

/** A change of prices that holds from when it is made. */
export interface PriceChange {
  /** New price = old price times this. */
  readonly factor: number;
  readonly tld?: string | undefined;
  readonly process?: string | undefined;
}

export interface Quote {
  readonly beforeTaxesCents: number;
  readonly afterTaxesCents: number;
  readonly premium: boolean;
}

export interface PriceBook {
  /** Price of `years` of a process for a name under `tld`; `label` decides whether it is a premium name. */
  quote(ask: { tld: Tld; process: Process; years?: number; grid?: string; currency?: string; label?: string }): Quote;
  change(change: PriceChange): void;
  readonly changes: readonly PriceChange[];
}

/** Names whose label starts with `premium-` cost ten times the usual to register, transfer and renew. */
export const isPremium = (label: string | undefined): boolean => label?.startsWith('premium-') ?? false;

export function createPriceBook(): PriceBook {
  const changes: PriceChange[] = [];
  return {
    changes,
    change: (change) => void changes.push(change),
    quote({ tld, process, years = 1, grid = 'A', currency = 'EUR', label }) {
      const premium = isPremium(label);
      const base = process === 'change_owner' ? 0 : tld.price[process];
      let cents =
        (base * (premium && process !== 'restore' ? 10 : 1) * (grids[grid] ?? 100) * (rates[currency] ?? 1)) / 100;
      for (const { factor, tld: only, process: onlyProcess } of changes) {
        if ((only === undefined || only === tld.name) && (onlyProcess === undefined || onlyProcess === process))
          cents *= factor;
      }
      const beforeTaxesCents = Math.round(cents) * years;
      return { beforeTaxesCents, afterTaxesCents: Math.round((beforeTaxesCents * (100 + vatPercent)) / 100), premium };
    },
  };
}
