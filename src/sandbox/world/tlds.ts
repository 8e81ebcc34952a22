// The TLDs the sandbox sells: how each behaves in its life and what it costs. Figures are plausible, not Gandi's price list.
import { domainToASCII, domainToUnicode } from 'node:url';

export interface Tld {
  readonly name: string;
  readonly category: 'gTLD' | 'ccTLD';
  /** Days after expiry in which the domain stays in the account, renewable. */
  readonly holdDays: number;
  /** Days after that in which it can be restored; it is no longer listed. */
  readonly redemptionDays: number;
  readonly pendingDeleteDays: number;
  /** Transfers can be locked (`clientTransferProhibited`). */
  readonly lock: boolean;
  readonly authinfo: boolean;
  readonly extTrade: boolean;
  /** A transfer adds the ordered years to the expiry. */
  readonly transferAddsYears: boolean;
  /** Days the losing registrar has before its silence counts as consent. */
  readonly losingRegistrarDays: number;
  /** Days after registration in which no transfer can start. */
  readonly youngDays: number;
  readonly maxYears: number;
  /** Days after a registration in which the registry takes the name back and returns the money; 0: it never does. */
  readonly addGraceDays: number;
  /** Days a freshly made auth code holds; undefined: it does not expire. */
  readonly authCodeDays?: number;
  /** Euro cents for one year before taxes. */
  readonly price: {
    readonly create: number;
    readonly renew: number;
    readonly transfer: number;
    readonly restore: number;
    /** Once, not for a year; undefined: the owner cannot be changed through the API. */
    readonly changeOwner: number | undefined;
  };
}

type Life = readonly [holdDays: number, redemptionDays: number, pendingDeleteDays: number];
const standard: Life = [45, 30, 5];

const generic = (name: string, create: number, renew: number, life: Life = standard): Tld => ({
  name,
  category: 'gTLD',
  holdDays: life[0],
  redemptionDays: life[1],
  pendingDeleteDays: life[2],
  lock: true,
  authinfo: true,
  extTrade: false,
  transferAddsYears: true,
  losingRegistrarDays: 5,
  youngDays: 60,
  maxYears: 10,
  addGraceDays: 5,
  price: { create, renew, transfer: create, restore: 9000, changeOwner: 0 },
});

/** What a country's TLD does otherwise than most of them. */
type Custom = Partial<Omit<Tld, 'price'> & Pick<Tld['price'], 'changeOwner'>>;

function country(name: string, create: number, renew: number, life: Life, custom: Custom = {}): Tld {
  const plain = generic(name, create, renew, life);
  const { changeOwner, ...more } = { changeOwner: 0, ...custom };
  return {
    ...plain,
    category: 'ccTLD',
    transferAddsYears: false,
    youngDays: 0,
    addGraceDays: 0,
    ...more,
    price: { ...plain.price, changeOwner },
  };
}

const catalogue: readonly Tld[] = [
  generic('com', 1550, 1550),
  generic('net', 1790, 1790),
  generic('org', 1650, 1650),
  generic('info', 2290, 2290),
  generic('biz', 2190, 2190),
  generic('name', 1290, 1290),
  generic('pro', 2490, 2490),
  generic('xyz', 1390, 1390),
  generic('online', 3990, 3990),
  generic('shop', 3690, 3690),
  generic('store', 5590, 5590),
  generic('site', 3390, 3390),
  generic('app', 2190, 2190),
  generic('dev', 1890, 1890),
  generic('page', 1590, 1590),
  generic('cloud', 2390, 2390),
  generic('paris', 4490, 4490),
  generic('bzh', 4990, 4990),
  generic('cat', 3490, 3490, [44, 31, 5]),
  generic('travel', 9900, 9900),
  country('io', 4490, 4990, standard, { youngDays: 60, addGraceDays: 5 }),
  country('me', 1990, 2190, [30, 30, 5], { youngDays: 60, addGraceDays: 2 }),
  country('tv', 3490, 3490, standard, { youngDays: 60, addGraceDays: 5 }),
  country('cc', 1690, 1690, standard, { youngDays: 60, transferAddsYears: true, addGraceDays: 5 }),
  country('co', 2990, 3290, [44, 30, 5], { youngDays: 60, transferAddsYears: true, addGraceDays: 5 }),
  country('us', 1290, 1290, [30, 30, 5], { youngDays: 60, transferAddsYears: true, addGraceDays: 5 }),
  country('ca', 1790, 1790, [45, 30, 0], { youngDays: 60, transferAddsYears: true }),
  country('fr', 1200, 1200, [28, 30, 0], { lock: false, losingRegistrarDays: 8, extTrade: true }),
  country('re', 1200, 1200, [28, 30, 0], { lock: false, losingRegistrarDays: 8, extTrade: true }),
  country('de', 990, 990, [0, 30, 0], { lock: false, maxYears: 1 }),
  country('eu', 1390, 1390, [0, 40, 0], { extTrade: true, authCodeDays: 40 }),
  country('be', 1290, 1290, [0, 40, 0], { lock: false, maxYears: 1, authCodeDays: 7, changeOwner: 1290 }),
  country('nl', 1190, 1190, [0, 39, 0], { lock: false, maxYears: 1 }),
  country('lu', 2490, 2490, [0, 29, 0], { lock: false, losingRegistrarDays: 15, changeOwner: 2490 }),
  country('ch', 1290, 1290, [9, 40, 0], { lock: false, maxYears: 1 }),
  country('li', 1290, 1290, [0, 40, 0], { lock: false, maxYears: 1 }),
  country('it', 1290, 1290, [14, 30, 5], { extTrade: true, maxYears: 1, changeOwner: 1290 }),
  country('es', 1190, 1190, [0, 4, 0], { losingRegistrarDays: 10, extTrade: true, changeOwner: undefined }),
  country('at', 2390, 2390, [0, 59, 0], { lock: false, maxYears: 1 }),
  country('se', 1890, 1890, [0, 59, 5], { changeOwner: undefined }),
  country('fi', 1690, 1690, [30, 0, 0], { lock: false, changeOwner: undefined }),
  country('uk', 1090, 1090, [90, 0, 2], { lock: false, authinfo: false }),
  country('co.uk', 1090, 1090, [90, 0, 2], { lock: false, authinfo: false }),
  country('org.uk', 1090, 1090, [90, 0, 2], { lock: false, authinfo: false }),
];

export const tlds: ReadonlyMap<string, Tld> = new Map(
  [...catalogue].sort((a, b) => (a.name < b.name ? -1 : 1)).map((tld) => [tld.name, tld]),
);

export interface ParsedName {
  /** A-label form, lower case. */
  readonly fqdn: string;
  /** Readable form. */
  readonly unicode: string;
  /** The label left of the TLD, readable. */
  readonly label: string;
  readonly tld: Tld;
}

/** The A-label form in lower case, or undefined when the text is no host name. */
export function canonicalName(text: string): string | undefined {
  const plain = text.toLowerCase().replace(/\.$/, '');
  const ascii = /^[\x20-\x7f]*$/.test(plain) ? plain : domainToASCII(plain);
  return /^(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(ascii)
    ? ascii
    : undefined;
}

/** The readable form of an A-label name. */
export const unicodeName = (fqdn: string): string => (fqdn.includes('xn--') ? domainToUnicode(fqdn) : fqdn);

/** The TLD a host name ends with, the longest one we sell. */
export function tldOf(fqdn: string): Tld | undefined {
  for (let dot = fqdn.indexOf('.'); dot >= 0; dot = fqdn.indexOf('.', dot + 1)) {
    const found = tlds.get(fqdn.slice(dot + 1));
    if (found) return found;
  }
  return undefined;
}

/** Splits a registrable name: exactly one label before a TLD we sell. Otherwise undefined. */
export function parseName(text: string): ParsedName | undefined {
  const fqdn = canonicalName(text);
  const tld = fqdn && tldOf(fqdn);
  if (!fqdn || !tld) return undefined;
  const unicode = unicodeName(fqdn);
  const label = unicode.slice(0, -tld.name.length - 1);
  return label.includes('.') ? undefined : { fqdn, unicode, label, tld };
}
