// Invents the domains a reseller manages at the start: many TLDs, every stage of life, all of it from one seed.
import { domainToASCII } from 'node:url';
import { day } from '../options.ts';
import type { Random } from '../random.ts';
import { trades, unicodeTrades } from './countries.ts';
import { autorenewInstants } from './lifecycle.ts';
import { inventBrand } from './people.ts';
import { type Customer, contactOf, type Domain, type NameserverKind, type Organization } from './records.ts';
import { type Tld, tlds } from './tlds.ts';

/** How often each TLD is drawn: a hundred tickets, so that even 1,000 domains cover all of them. */
const tickets = [
  ...Array<string>(26).fill('com'),
  ...Array<string>(12).fill('fr'),
  ...[
    'net',
    'net',
    'net',
    'net',
    'org',
    'org',
    'org',
    'org',
    'org',
    'eu',
    'eu',
    'eu',
    'eu',
    'de',
    'de',
    'de',
    'de',
    'io',
    'io',
    'io',
  ],
  ...[
    'app',
    'app',
    'dev',
    'dev',
    'es',
    'es',
    'it',
    'it',
    'ch',
    'ch',
    'be',
    'be',
    'nl',
    'nl',
    'co.uk',
    'co.uk',
    'co.uk',
    'shop',
    'shop',
  ],
  ...[
    'xyz',
    'xyz',
    'info',
    'info',
    'biz',
    'online',
    'store',
    'cloud',
    'me',
    'tv',
    'co',
    'us',
    'ca',
    'paris',
    'bzh',
    'lu',
    'at',
    'se',
  ],
  ...['uk', 'page', 'site', 'name', 'pro'],
];

type Situation = 'plain' | 'expiring' | 'onHold' | 'leaving' | 'serverHold' | 'suspended' | 'disputed' | 'overdue';

/** The situation of each domain by its number; the rare ones come first, so that even twenty domains show them all. */
function situationAt(index: number): Situation {
  const place = index % 100;
  const rare: readonly Situation[] = [
    'expiring',
    'onHold',
    'leaving',
    'serverHold',
    'suspended',
    'disputed',
    'overdue',
  ];
  const found = rare[place];
  if (found) return found;
  if (place < 13) return 'expiring';
  return place < 15 ? 'onHold' : 'plain';
}

const abcHosts = ['a.dns.gandi.net', 'b.dns.gandi.net', 'c.dns.gandi.net'] as const;
const otherHosts: readonly (readonly string[])[] = [
  ['ns1.example.net', 'ns2.example.net'],
  ['ns1.dns.example.org', 'ns2.dns.example.org', 'ns3.dns.example.org'],
];
const tagSets: readonly (readonly string[])[] = [['vip'], ['shop'], ['legacy'], ['vip', 'monitored'], ['to-review']];
const none: readonly never[] = [];

/** The hosts a domain is delegated to. */
export function nameserversOf(
  domain: Pick<Domain, 'nameserverKind' | 'customNameservers' | 'fqdn'>,
): readonly string[] {
  if (domain.nameserverKind === 'abc') return abcHosts;
  if (domain.nameserverKind === 'other') return domain.customNameservers;
  const pool = 10 + (domain.fqdn.charCodeAt(0) % 30);
  return [`ns-${pool}-a.gandi.net`, `ns-${pool + 7}-b.gandi.net`, `ns-${pool + 13}-c.gandi.net`];
}

export const isAbc = (hosts: readonly string[]): boolean =>
  hosts.every((host) => /^[abc]\.dns\.gandi\.net$/.test(host));
export const isLiveDns = (hosts: readonly string[]): boolean =>
  hosts.every((host) => /^ns-\d+-[abc]\.gandi\.net$/.test(host));

const codeLetters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789!#%+=';

export function inventAuthCode(random: Random): string {
  return Array.from({ length: 16 }, () => codeLetters.charAt(random.int(codeLetters.length))).join('');
}

export interface PortfolioPlan {
  readonly random: Random;
  readonly now: number;
  readonly organization: Organization;
  readonly customers: readonly Customer[];
  /** Names that must not be drawn. */
  readonly taken: ReadonlySet<string>;
  readonly count: number;
  /** Redeemable domains on top of `count`: they are in no list. */
  readonly unlisted: number;
}

function expiryFor(situation: Situation, tld: Tld, plan: PortfolioPlan): number {
  const { now, random } = plan;
  const jitter = random.int(day);
  switch (situation) {
    case 'expiring':
      return now + (1 + random.int(59)) * day + jitter;
    case 'onHold':
      return now - random.int(Math.max(1, tld.holdDays - 1)) * day - (jitter >> 1);
    case 'overdue':
      return now + 2 * day + jitter;
    default:
      return now + (61 + random.int(Math.min(9, tld.maxYears) * 365 - 60)) * day + jitter;
  }
}

const statusesFor: Partial<Record<Situation, readonly string[]>> = {
  serverHold: ['serverHold', 'serverTransferProhibited'],
  suspended: ['clientHold'],
  disputed: ['serverTransferProhibited', 'serverUpdateProhibited', 'serverDeleteProhibited'],
};

function inventName(random: Random, index: number, tld: Tld, taken: Set<string>): { fqdn: string; unicode: string } {
  const international = index % 40 === 7;
  for (;;) {
    const brand = inventBrand(random);
    const tail = international ? random.pick(unicodeTrades) : random.pick(trades);
    const unicode = `${brand}-${tail}.${tld.name}`;
    const fqdn = international ? domainToASCII(unicode) : unicode;
    if (taken.has(fqdn)) continue;
    taken.add(fqdn);
    return { fqdn, unicode };
  }
}

/** A holder drawn so that a few customers have many domains; about one domain in sixteen belongs to the reseller itself. */
function drawHolder(random: Random, customers: readonly Customer[]): Customer | undefined {
  const skewed = random.next() ** 2;
  return random.chance(1 / 16) ? undefined : customers[Math.floor(skewed * customers.length)];
}

function drawNameservers(random: Random): { kind: NameserverKind; custom: readonly string[] } {
  const draw = random.next();
  if (draw < 0.72) return { kind: 'livedns', custom: none };
  return draw < 0.82 ? { kind: 'abc', custom: none } : { kind: 'other', custom: random.pick(otherHosts) };
}

function drawAutorenew(random: Random, situation: Situation, expiresAt: number, now: number): boolean {
  if (situation === 'onHold' || situation === 'leaving') return false;
  if (situation === 'overdue') return true;
  const firstTry = autorenewInstants(expiresAt)[0] ?? expiresAt;
  return random.chance(firstTry <= now ? 0.15 : 0.6);
}

function inventDomain(plan: PortfolioPlan, index: number, situation: Situation, taken: Set<string>): Domain {
  const { random, organization, now } = plan;
  const drawn = tlds.get(random.pick(tickets));
  const com = tlds.get('com');
  const tld = (situation === 'onHold' && drawn?.holdDays === 0 ? com : drawn) ?? com;
  if (!tld) throw new Error('the catalogue of TLDs must hold com');
  const { fqdn, unicode } = inventName(random, index, tld, taken);
  const customer = drawHolder(random, plan.customers);
  const expiresAt = expiryFor(situation, tld, plan);
  const yearsHeld = 1 + random.int(12);
  const registeredAt = Math.min(expiresAt, now) - yearsHeld * 365 * day - random.int(day);
  const nameservers = drawNameservers(random);
  const autorenew = drawAutorenew(random, situation, expiresAt, now);
  const locked = tld.lock && situation !== 'leaving' && random.chance(0.8);
  return {
    id: random.uuid(),
    fqdn,
    unicode,
    tld,
    organizationId: organization.id,
    customerId: customer?.id,
    createdAt: registeredAt + 4000,
    registeredAt,
    updatedAt: now - random.int(300) * day - random.int(day),
    expiresAt,
    locked,
    extraStatuses: statusesFor[situation] ?? none,
    autorenew: { enabled: autorenew, duration: 1, organizationId: organization.id },
    tags: random.chance(0.2) ? random.pick(tagSets) : none,
    nameserverKind: nameservers.kind,
    customNameservers: nameservers.custom,
    services: nameservers.kind === 'livedns' ? ['gandilivedns'] : nameservers.kind === 'abc' ? ['gandidns'] : none,
    reachability: situation === 'suspended' ? 'failed' : random.chance(0.03) ? 'pending' : 'done',
    owner: customer ? contactOf(customer) : contactOf(ownContact(organization)),
    admin: undefined,
    bill: undefined,
    tech: undefined,
    authCode: inventAuthCode(random),
    authCodeExpiresAt: undefined,
    departsAt: situation === 'leaving' ? now + (1 + random.int(4)) * day + random.int(day) : undefined,
    addGrace: undefined,
    beingDeleted: false,
    autorenewTries: none,
    nextStep: undefined,
  };
}

const ownContact = (organization: Organization): Customer => ({ ...organization, organizationId: organization.id });

/** Invents `count` listed domains and, apart, the unlisted ones. Nothing is scheduled yet. */
export function inventPortfolio(plan: PortfolioPlan): { listed: Domain[]; unlisted: Domain[] } {
  const taken = new Set(plan.taken);
  const listed = Array.from({ length: plan.count }, (_, index) => inventDomain(plan, index, situationAt(index), taken));
  const unlisted = Array.from({ length: plan.unlisted }, (_, index) => {
    const domain = inventDomain(plan, index, 'onHold', taken);
    const daysPast =
      index % 5 === 4 ? domain.tld.redemptionDays + 1 : plan.random.int(Math.max(1, domain.tld.redemptionDays - 1));
    domain.expiresAt = plan.now - (domain.tld.holdDays + daysPast) * day - 1;
    return domain;
  });
  return { listed, unlisted };
}
