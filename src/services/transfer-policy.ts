// How many days each party to an inbound transfer has. Policy data: where Gandi's own report tells more, the report wins.
import { tldRule } from '../policy/tld-rules.ts';

const DAY = 86_400_000;

/** The holder's approval mail is valid for five days (docs.gandi.net, transfer to Gandi). */
export const HOLDER_DAYS = 5;

/** Under the ICANN transfer policy, silence of the losing registrar counts as consent after five days. */
const LOSING_REGISTRAR_DAYS = 5;

/** The part of a name that decides the rules: all labels but the first. */
export function extensionOf(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

/** When the holder's chance to answer ends, in epoch milliseconds. */
export function holderDeadline(askedAt: number): number {
  return askedAt + HOLDER_DAYS * DAY;
}

/** When the registry goes on without the losing registrar's answer, in epoch milliseconds. */
export function losingRegistrarDeadline(name: string, askedAt: number): number {
  return askedAt + losingRegistrarDays(name) * DAY;
}

/**
 * Days until the registry goes on without an answer. Never less than ICANN's: the shorter figures of some registries are
 * usual ones, not limits.
 */
export function losingRegistrarDays(name: string): number {
  return Math.max(LOSING_REGISTRAR_DAYS, tldRule(name)?.transferTypicalDays ?? LOSING_REGISTRAR_DAYS);
}

/**
 * Whether the ordered years are added to the expiry: no where the registry is known not to, yes for generic extensions.
 * A yes for a country extension rests on old tables and is not passed on: null, as where nobody knows.
 */
export function addsYears(name: string): boolean | null {
  if (tldRule(name)?.transferAddsYear === false) return false;
  const isCountry = /(?:^|\.)[a-z]{2}$/.test(extensionOf(name));
  return isCountry ? null : true;
}
