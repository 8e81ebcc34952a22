// Money in the database: whole minor units in a 64-bit column, the currency beside it.
import type { Money } from '../lib/money.ts';

/** @throws {RangeError} for an amount that a number cannot hold exactly. */
export function moneyOf(minor: bigint | number, currency: string): Money {
  const amount = Number(minor);
  if (!Number.isSafeInteger(amount)) throw new RangeError(`Amount too large: ${minor} ${currency}`);
  return { minor: amount, currency };
}
