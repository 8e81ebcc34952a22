// The price book: per TLD and process, in five currencies, with changes that hold from an instant on.
import type { SandboxClock } from '../clock.ts';
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

/** A change of prices: a factor on what is asked, or another price of one year (of the whole process where years do not count). */
export type PriceChange = { readonly tld?: string | undefined; readonly process?: string | undefined } & (
  | { readonly factor: number; readonly cents?: undefined }
  | { readonly factor?: undefined; readonly cents: number }
);

/** A change with the epoch milliseconds from which it holds. */
export type DatedPriceChange = PriceChange & { readonly from: number };

export interface Quote {
  readonly beforeTaxesCents: number;
  readonly afterTaxesCents: number;
  readonly premium: boolean;
}

export interface PriceBook {
  /** Price of `years` of a process for a name under `tld`; `label` decides whether it is a premium name. */
  quote(ask: { tld: Tld; process: Process; years?: number; grid?: string; currency?: string; label?: string }): Quote;
  /** Changes prices from `from` on, an instant past or absent meaning now. Later changes work on what earlier ones left. */
  change(change: PriceChange, from?: number): void;
  /** Those that hold and those still to come, in the order they were made. */
  readonly changes: readonly DatedPriceChange[];
}

/** Names whose label starts with `premium-` cost ten times the usual to register, transfer and renew. */
export const isPremium = (label: string | undefined): boolean => label?.startsWith('premium-') ?? false;

/** Whether the process can be bought for names of the TLD at all. */
export const isSold = (tld: Tld, process: Process): boolean =>
  process !== 'change_owner' || tld.price.changeOwner !== undefined;

const touches = (change: PriceChange, tld: Tld, process: Process) =>
  (change.tld === undefined || change.tld === tld.name) && (change.process === undefined || change.process === process);

export function createPriceBook(clock: SandboxClock): PriceBook {
  const changes: DatedPriceChange[] = [];
  const inForce: PriceChange[] = [];

  function yearlyCents(tld: Tld, process: Process): number {
    const listed = process === 'change_owner' ? (tld.price.changeOwner ?? 0) : tld.price[process];
    return inForce
      .filter((change) => touches(change, tld, process))
      .reduce((cents, { factor, cents: replacement }) => replacement ?? cents * (factor ?? 1), listed);
  }

  return {
    changes,
    change(change, from = clock.now()) {
      changes.push({ ...change, from });
      if (from <= clock.now()) inForce.push(change);
      else clock.at(from, () => inForce.push(change));
    },
    quote({ tld, process, years = 1, grid = 'A', currency = 'EUR', label }) {
      const premium = isPremium(label);
      const times = premium && process !== 'restore' && process !== 'change_owner' ? 10 : 1;
      const exact = (yearlyCents(tld, process) * times * (grids[grid] ?? 100) * (rates[currency] ?? 1)) / 100;
      const beforeTaxesCents = Math.round(exact) * years;
      return { beforeTaxesCents, afterTaxesCents: Math.round((beforeTaxesCents * (100 + vatPercent)) / 100), premium };
    },
  };
}
