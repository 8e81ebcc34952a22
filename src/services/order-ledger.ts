// What an order does to the ledger: a charge when Gandi takes it in, and a void when it ends before it was billed.
import type { OrderChange } from '../store/store.ts';
import type { OrderRecord } from './services.ts';

type Entries = NonNullable<OrderChange['ledger']>;

/** The price agreed to when it was claimed; nothing for an order without one. */
export function chargeOf({ price, domainName }: OrderRecord): Entries {
  return price === null ? [] : [{ kind: 'CHARGE', amount: price.afterTaxes, domainName, note: null }];
}

/** Takes the charge back: Gandi had taken the order in and ended it before it took the money. */
export function voidOf({ price, domainName }: OrderRecord, note: string | null): Entries {
  return price === null ? [] : [{ kind: 'VOID', amount: price.afterTaxes, domainName, note }];
}
