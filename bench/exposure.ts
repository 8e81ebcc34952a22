// What Gandi will renew by itself and what it will cost, over a whole portfolio: beside a slow reference that goes through everything, one by one.
// Promises: totals to the cent, counts and the order of the list are the reference's; the first question takes one call, for prices, and a warm one none.

import { fakeClock } from '../test/helpers/fake-clock.ts';
import { startGuardGateway } from '../test/helpers/guard-gateway.ts';
import { createRenewingGandi, type PortfolioDomain } from '../test/helpers/renewing-gandi.ts';
import { percentile } from './lib/arrivals.ts';
import { seededRandom } from './lib/load.ts';
import { openMemoryStore } from './lib/memory-store.ts';
import { printTable } from './lib/table.ts';

const DAY_MS = 86_400_000;
const DOMAINS = process.argv.includes('--full') ? 10_000 : 2_000;
const PER_CLIENT = 20;
const TIMES = 10;
const START = Date.UTC(2030, 0, 1);
/** Cents for a year; Gandi shows no price for the last. */
const PRICES = {
  com: 1_549,
  net: 1_762,
  org: 1_888,
  eu: 1_099,
  fr: 1_215,
  io: 4_620,
  shop: 3_937,
  rare: null,
} as const;
const TLDS = Object.keys(PRICES) as (keyof typeof PRICES)[];
const tldOf = (name: string) => name.slice(name.lastIndexOf('.') + 1) as keyof typeof PRICES;

const random = seededRandom(11);
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

let isKept = true;
function promise(kept: boolean, text: string): void {
  console.log(`${kept ? 'kept' : 'BROKEN'}: ${text}`);
  isKept &&= kept;
}

/** What the biller said, in order; a later word replaces an earlier one on the same subject. */
interface Said {
  readonly clientId: string;
  readonly domain: PortfolioDomain | null;
  readonly state: 'PAID' | 'UNPAID';
}

const domains: PortfolioDomain[] = Array.from({ length: DOMAINS }, (_, index) => ({
  name: `d${String(index).padStart(5, '0')}.${pick(TLDS)}`,
  clientId: random() < 0.05 ? null : `c${String(Math.floor(index / PER_CLIENT)).padStart(4, '0')}`,
  expiresAt: START + Math.floor(random() * 430 * DAY_MS) - 10 * DAY_MS,
  autoRenew: random() < 0.7,
  years: random() < 0.1 ? 2 : 1,
}));
/** Domains whose details were never read: their dates and years are not known. */
const unread = new Set(domains.filter(() => random() < 0.05).map(({ name }) => name));
const said: Said[] = [];
for (const domain of domains) {
  const { clientId } = domain;
  if (clientId === null) continue;
  if (random() < 0.02) said.push({ clientId, domain: null, state: pick(['PAID', 'UNPAID']) });
  while (random() < 0.4) said.push({ clientId, domain, state: random() < 0.8 ? 'PAID' : 'UNPAID' });
}

const clock = fakeClock(START);
const gandi = createRenewingGandi(clock, {
  domains,
  priceOf: (name) => PRICES[tldOf(name)] ?? 0,
});
const port = {
  ...gandi.port,
  prices: async (...asked: Parameters<typeof gandi.port.prices>) =>
    (await gandi.port.prices(...asked)).filter(({ tld }) => PRICES[tld as keyof typeof PRICES] !== null),
};
const memory = await openMemoryStore();
const gateway = startGuardGateway({ store: memory.store, port, clock });
await gateway.sync();
await memory.query(
  `UPDATE domains SET detail = NULL, detail_as_of = NULL WHERE name IN (${[...unread].map((name) => `'${name}'`).join(', ')})`,
);
for (const { clientId, domain, state } of said)
  await memory.store.payments.record({
    organizationId: 'reseller',
    clientId,
    domainName: domain?.name ?? null,
    termEndsAt: domain?.expiresAt ?? null,
    state,
    reference: null,
    actor: 'key:biller',
    recordedAt: clock.now(),
  });

interface Answer {
  readonly cents: number;
  readonly count: number;
  readonly unpriced: number;
  readonly list: readonly string[];
}

/** The same from what was put in, by plain loops over everything. */
function reference(withinDays: number, clientPaid: boolean | null): Answer {
  const now = clock.now();
  const found: { name: string; at: number }[] = [];
  let cents = 0;
  let unpriced = 0;
  for (const domain of domains) {
    if (!domain.autoRenew || domain.expiresAt <= now) continue;
    const isRead = !unread.has(domain.name);
    let renewsAt: number | null = null;
    for (const days of isRead ? [1, 15, 31] : [0]) {
      const at = domain.expiresAt - days * DAY_MS;
      if (at > now) renewsAt = at;
    }
    if (renewsAt === null || renewsAt >= now + withinDays * DAY_MS) continue;
    let isPaid = domain.clientId === null;
    for (const word of said)
      if (word.clientId === domain.clientId && word.domain === null) isPaid = word.state === 'PAID';
    for (const word of said) if (word.domain === domain) isPaid = word.state === 'PAID';
    if (clientPaid !== null && clientPaid !== isPaid) continue;
    const perYear = PRICES[tldOf(domain.name)];
    if (perYear === null) unpriced += 1;
    else for (let year = 0; year < (isRead ? (domain.years ?? 1) : 1); year++) cents += perYear;
    found.push({ name: domain.name, at: renewsAt });
  }
  found.sort((a, b) => (a.at === b.at ? (a.name < b.name ? -1 : 1) : a.at - b.at));
  return { cents, count: found.length, unpriced, list: found.slice(0, 100).map(({ name }) => name) };
}

async function ask(withinDays: number, clientPaid: boolean | null): Promise<Answer> {
  const query = { organizationId: null, withinDays, clientPaid, first: 100 };
  const { totals, count, unpriced, renewals } = await gateway.exposure.exposure(gateway.scopeOf(), query);
  const [total] = totals;
  return { cents: total?.amount.minor ?? 0, count, unpriced, list: renewals.map(({ domain }) => domain.name) };
}

const callsMade = () => gandi.sent.length + gandi.fake.calls.length;
async function counted(run: () => Promise<unknown>): Promise<number> {
  const before = callsMade();
  await run();
  return callsMade() - before;
}

const cold = await counted(() => ask(30, null));
const rows: (string | number)[][] = [];
let differences = 0;
let warm = 0;
for (const withinDays of [30, 90, 330])
  for (const clientPaid of [null, false, true]) {
    const slow = reference(withinDays, clientPaid);
    let answer = await ask(withinDays, clientPaid);
    const took: number[] = [];
    let calls = 0;
    for (let time = 0; time < TIMES; time++)
      calls += await counted(async () => {
        const startedAt = performance.now();
        answer = await ask(withinDays, clientPaid);
        took.push(performance.now() - startedAt);
      });
    const isSame = JSON.stringify(answer) === JSON.stringify(slow);
    if (!isSame) differences += 1;
    warm += calls;
    rows.push([
      `${withinDays} days, ${clientPaid === null ? 'all' : clientPaid ? 'paid' : 'not paid'}`,
      answer.count,
      answer.unpriced,
      answer.cents,
      slow.cents,
      calls,
      `${percentile(took, 50).toFixed(0)} ms`,
    ]);
  }
printTable(
  [
    `${DOMAINS} domains`,
    'renewals',
    'without price',
    'cents',
    'cents, reference',
    `calls, ${TIMES} times`,
    'time, median',
  ],
  rows,
);
console.log();
promise(differences === 0, `${rows.length} questions beside the reference: ${differences} differ`);
promise(cold === 1, `the first question took ${cold} call`);
promise(warm === 0, `${rows.length * TIMES} warm questions took ${warm} calls`);
await memory.close();
process.exitCode = isKept ? 0 : 1;
