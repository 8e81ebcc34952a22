// How many days each party to an inbound transfer has. Policy data: where Gandi's own report tells more, the report wins.

const DAY = 86_400_000;

/** The holder's approval mail is valid for five days (docs.gandi.net, transfer to Gandi). */
export const HOLDER_DAYS = 5;

/** Under the ICANN transfer policy, silence of the losing registrar counts as consent after five days. */
const LOSING_REGISTRAR_DAYS = 5;

/** TLDs with rules of their own: days until the registry goes on without an answer (Gandi wiki, transfer table; registries' documentation). */
const LOSING_REGISTRAR_DAYS_BY_TLD: ReadonlyMap<string, number> = new Map([
  ...['fr', 're', 'pm', 'tf', 'wf', 'yt'].map((tld) => [tld, 8] as const),
  ['es', 10],
  ['lu', 15],
]);

/** Extensions whose registry does not add the transferred years to the expiry (Gandi wiki, transfer table); every other country extension is not known. */
const UNCHANGED_EXPIRY: ReadonlySet<string> = new Set(
  'fr re pm tf wf yt de uk co.uk org.uk me.uk be nl lu ch li it es at se fi pl cz nz co.nz'.split(' '),
);

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

export function losingRegistrarDays(name: string): number {
  return LOSING_REGISTRAR_DAYS_BY_TLD.get(extensionOf(name)) ?? LOSING_REGISTRAR_DAYS;
}

/** Whether the ordered years are added to the expiry: yes for generic extensions, no where the registry is known not to, null where nobody knows. */
export function addsYears(name: string): boolean | null {
  const extension = extensionOf(name);
  if (UNCHANGED_EXPIRY.has(extension)) return false;
  const isCountry = /(?:^|\.)[a-z]{2}$/.test(extension);
  return isCountry ? null : true;
}
