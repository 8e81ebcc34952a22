// Amounts of money as whole minor units and a currency; never a floating point sum.

/** @property minor whole minor units (cents for EUR). @property currency ISO 4217 code, upper case. */
export interface Money {
  readonly minor: number;
  readonly currency: string;
}

const digitsByCurrency = new Map<string, number>();

/** Digits after the decimal point of a currency, from the runtime's ISO 4217 data. */
export function minorDigits(currency: string): number {
  let digits = digitsByCurrency.get(currency);
  if (digits === undefined) {
    const options = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
    digits = options.maximumFractionDigits ?? 2;
    digitsByCurrency.set(currency, digits);
  }
  return digits;
}

/**
 * Turns a decimal amount as Gandi's JSON carries it (a number, or a string such as "18.60") into minor units, half away from zero.
 * @throws {RangeError} when the value is no finite decimal or too large to be exact.
 */
export function moneyFromDecimal(amount: number | string, currency: string): Money {
  const text = typeof amount === 'number' ? plainDecimal(amount) : amount.trim();
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) throw new RangeError(`Not an amount of money: ${JSON.stringify(amount)}`);
  const [, sign, whole, fraction = ''] = match;
  const digits = minorDigits(currency);
  const kept = BigInt(`${whole}${fraction.slice(0, digits).padEnd(digits, '0')}`);
  const rounded = kept + ((fraction[digits] ?? '0') >= '5' ? 1n : 0n);
  const minor = Number(sign === '-' ? -rounded : rounded);
  if (!Number.isSafeInteger(minor)) throw new RangeError(`Amount too large: ${text} ${currency}`);
  return { minor, currency };
}

/** The amount with all its digits, `12.50`. */
export function moneyDecimal({ minor, currency }: Money): string {
  const digits = minorDigits(currency);
  if (digits === 0) return String(minor);
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  return `${minor < 0 ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** For sentences: `12.50 EUR`. */
export function moneyText(money: Money): string {
  return `${moneyDecimal(money)} ${money.currency}`;
}

function plainDecimal(amount: number): string {
  const text = String(amount);
  return /e/i.test(text) ? amount.toFixed(12) : text;
}
