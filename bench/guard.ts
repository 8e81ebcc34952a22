// A year of renewals under the guard: random payments, outages of the gateway, an account that runs dry, switches made elsewhere, answers that are lost.
// Promises: no domain that is ONLY_IF_PAID and unpaid is renewed, except with LEAVE_ON while the gateway was down from the decision to the attempt; no
// paid domain expires; nothing without a policy is touched; nothing is charged twice; the runway is what a replay of Gandi's own attempts comes to.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { UpstreamError } from '../src/upstream/errors.ts';
import { fakeClock } from '../test/helpers/fake-clock.ts';
import { startGuardGateway } from '../test/helpers/guard-gateway.ts';
import {
  attemptsBefore,
  createRenewingGandi,
  type Fate,
  type PortfolioDomain,
} from '../test/helpers/renewing-gandi.ts';
import { seededRandom } from './lib/load.ts';
import { openMemoryStore } from './lib/memory-store.ts';
import { printTable } from './lib/table.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TICK_MS = 6 * HOUR_MS;
const LEAD_HOURS = 48;
const DOMAINS = process.argv.includes('--full') ? 10_000 : 1_000;
const PER_CLIENT = 20;
const START = Date.UTC(2030, 0, 1);
const END = START + 365 * DAY_MS;
/** The soonest expiry: its first attempt and the decision about it are in the year too. */
const FIRST_EXPIRY = START + 40 * DAY_MS;
const RUNWAY_DAYS = 60;
const SHARES = [
  ['ONLY_IF_PAID, SWITCH_OFF', 0.45],
  ['ONLY_IF_PAID, LEAVE_ON', 0.35],
  ['ALWAYS', 0.1],
  ['NEVER', 0.05],
  ['no policy', 0.05],
] as const;
type Kind = (typeof SHARES)[number][0];
const PRICES = {
  com: 1_549,
  net: 1_762,
  org: 1_888,
  eu: 1_099,
  fr: 1_215,
  io: 4_620,
  shop: 3_937,
  app: 2_041,
} as const;
const TLDS = Object.keys(PRICES) as (keyof typeof PRICES)[];

const random = seededRandom(7);
const between = (low: number, high: number) => low + random() * (high - low);
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

let isKept = true;
function promise(kept: boolean, text: string): void {
  console.log(`${kept ? 'kept' : 'BROKEN'}: ${text}`);
  isKept &&= kept;
}

function drawKind(): Kind {
  let left = random();
  for (const [kind, share] of SHARES) {
    left -= share;
    if (left < 0) return kind;
  }
  return 'no policy';
}

const kinds = new Map<string, Kind>();
const domains: PortfolioDomain[] = Array.from({ length: DOMAINS }, (_, index) => {
  const name = `d${String(index).padStart(5, '0')}.${pick(TLDS)}`;
  const kind = drawKind();
  kinds.set(name, kind);
  const expiresAt = Math.floor(between(FIRST_EXPIRY, END) / 1_000) * 1_000;
  const clientId = `c${String(Math.floor(index / PER_CLIENT)).padStart(4, '0')}`;
  return { name, clientId, expiresAt, autoRenew: random() < 0.8, tags: kind === 'no policy' ? [] : [kind] };
});
const kindOf = (name: string): Kind => kinds.get(name) ?? 'no policy';
const priceOf = (name: string): number => PRICES[name.slice(name.lastIndexOf('.') + 1) as keyof typeof PRICES];

/** What the biller will say, in the order of time. */
interface Word {
  readonly at: number;
  readonly domain: PortfolioDomain;
  readonly state: 'PAID' | 'UNPAID';
}
const words: Word[] = domains
  .flatMap((domain): Word[] => {
    if (random() < 0.3) return [];
    const paidAt = domain.expiresAt - between(2 * HOUR_MS, 60 * DAY_MS);
    const paid = { at: paidAt, domain, state: 'PAID' } as const;
    if (random() < 0.93) return [paid];
    return [paid, { at: between(paidAt, domain.expiresAt), domain, state: 'UNPAID' }];
  })
  .sort((a, b) => a.at - b.at);

/** The gateway is down for hours or for days, the biller is away for a week and a half: then nobody tops up. */
function draw(every: number, length: () => number): readonly (readonly [from: number, to: number])[] {
  const found: [number, number][] = [];
  for (let at = START + between(0, every); at < END; at += between(0.5 * every, 1.5 * every)) {
    const to = at + length();
    found.push([at, to]);
    at = to;
  }
  return found;
}
const outages = draw(9 * DAY_MS, () => (random() < 0.6 ? between(2 * HOUR_MS, DAY_MS) : between(DAY_MS, 5 * DAY_MS)));
const billerAway = draw(80 * DAY_MS, () => 14 * DAY_MS);
const isIn = (spans: readonly (readonly [number, number])[], at: number) =>
  spans.some(([from, to]) => from <= at && at < to);

const clock = fakeClock(START);
const gandi = createRenewingGandi(clock, { domains, priceOf, balance: DOMAINS * 300, threshold: 50_000 });
const memory = await openMemoryStore();
const { store } = memory;
const start = () =>
  startGuardGateway({ store, port: gandi.port, clock, decideEveryMs: 60_000, catalogSeconds: 86_400 });
const startedAt = performance.now();
let gateway = start();
await gateway.sync();
for (const kind of ['ONLY_IF_PAID, SWITCH_OFF', 'ONLY_IF_PAID, LEAVE_ON', 'ALWAYS', 'NEVER'] as const)
  await gateway.policies.set(gateway.scopeOf(), {
    organizationId: null,
    scope: 'TAG',
    scopeValue: kind,
    policy: kind.startsWith('ONLY_IF_PAID') ? 'ONLY_IF_PAID' : (kind as 'ALWAYS' | 'NEVER'),
    leadHours: LEAD_HOURS,
    failSafe: kind.endsWith('SWITCH_OFF') ? 'SWITCH_OFF' : 'LEAVE_ON',
    priceHoldPercent: null,
  });
const filledMs = performance.now() - startedAt;
gandi.clear();

/** What was recorded of each term, by its domain, and when the guard had a turn. */
const recorded = new Map<string, { at: number; state: Word['state'] }[]>();
const turns: number[] = [];
const changed = new Set<string>();
const counts = { rounds: 0, restarts: 0, elsewhere: 0, topUps: 0, runways: 0, runwaysShort: 0, runwaysWrong: 0 };
const tookMs = { rounds: 0, longest: 0 };
const callsAtSync = { made: 0 };
let known = 0;

/** Rounds until nothing is wanted within the next minute or so, as the job does. */
async function guardWorks(): Promise<void> {
  turns.push(clock.now());
  for (let round = 0; round < 40; round++) {
    const before = performance.now();
    const next = await gateway.guard.round(new AbortController().signal);
    const took = performance.now() - before;
    counts.rounds += 1;
    tookMs.rounds += took;
    tookMs.longest = Math.max(tookMs.longest, took);
    if (next === null || next > clock.now() + 2 * 60_000) return;
    await clock.advance(Math.max(1_000, next - clock.now()));
    gandi.live();
  }
}

/** What the sync of the mirror brings: rows of domains that changed at Gandi. */
async function mirrorSyncs(): Promise<void> {
  for (const { name } of gandi.renewed.slice(known)) changed.add(name);
  known = gandi.renewed.length;
  const before = gandi.fake.calls.length;
  const demand = { maxAgeSeconds: 0, lane: 'backfill', tenant: 'sync', meter: gateway.scopeOf().meter } as const;
  for (const name of changed) await gateway.mirror.domainChanged(name, demand);
  changed.clear();
  callsAtSync.made += gandi.fake.calls.length - before;
}

async function billerSpeaks(until: number): Promise<void> {
  let spoke = false;
  for (let word = words[0]; word !== undefined && word.at <= until; word = words[0]) {
    words.shift();
    const { name, clientId, expiresAt } = word.domain;
    if (clientId === null) continue;
    const now = clock.now();
    const subject = { organizationId: 'reseller', clientId, domainName: name, termEndsAt: expiresAt };
    await store.payments.record({
      ...subject,
      state: word.state,
      reference: null,
      actor: 'key:biller',
      recordedAt: now,
    });
    recorded.set(name, [...(recorded.get(name) ?? []), { at: now, state: word.state }]);
    spoke = true;
  }
  if (!spoke) return;
  gateway.bus.publish('payments');
  await nextTurn();
}

/** Somebody switches on Gandi's site, long enough before the next attempt for the mirror to see it. */
function somebodySwitches(): void {
  for (let count = 0; count < DOMAINS / 5_000; count++) {
    const name = pick(gandi.names());
    const next = attemptsBefore(gandi.expiresAt(name)).find((at) => at > clock.now());
    if (next === undefined || next < clock.now() + 8 * DAY_MS || kindOf(name) === 'no policy') continue;
    gandi.switchElsewhere(name, !gandi.isOn(name));
    changed.add(name);
    counts.elsewhere += 1;
  }
}

/** The account as the gateway sees it, beside what Gandi itself will come to if nobody does anything. */
async function billerLooks(): Promise<void> {
  const query = { organizationId: null, withinDays: RUNWAY_DAYS };
  const found = await gateway.exposure.balance(gateway.scopeOf(), query);
  if (found === null) throw new Error('There is no account.');
  const now = clock.now();
  const attempts = gandi
    .names()
    .filter((name) => gandi.isOn(name))
    .flatMap((name) => attemptsBefore(gandi.expiresAt(name)).map((at) => ({ at, name })))
    .filter(({ at }) => at > now && at < now + RUNWAY_DAYS * DAY_MS)
    .sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1));
  const replay = (paidIn: number): { name: string; at: number } | null => {
    let left = gandi.account.balance + paidIn;
    const done = new Set<string>();
    for (const { at, name } of attempts) {
      if (done.has(name)) continue;
      if (priceOf(name) > left) return { name, at };
      left -= priceOf(name);
      done.add(name);
    }
    return null;
  };
  const { firstFailing, topUp } = found.runway;
  const truth = replay(0);
  const isRight =
    firstFailing?.domainName === truth?.name &&
    firstFailing?.at === truth?.at &&
    replay(topUp.minor) === null &&
    (topUp.minor === 0 || replay(topUp.minor - 1) !== null);
  counts.runways += 1;
  if (truth !== null) counts.runwaysShort += 1;
  if (!isRight) counts.runwaysWrong += 1;
  if (firstFailing === null || firstFailing.at > now + 5 * DAY_MS || isIn(billerAway, now)) return;
  gandi.account.balance += topUp.minor;
  counts.topUps += 1;
}

const refused = new UpstreamError('no', { kind: 'unavailable', endpoint: 'PATCH', status: 503 });
let wasUp = true;
for (let tick = START; tick < END + TICK_MS; tick += TICK_MS) {
  if (tick > clock.now()) await clock.advance(tick - clock.now());
  gandi.live();
  const isDaily = Math.floor(tick / DAY_MS) * DAY_MS === tick;
  if (isDaily) somebodySwitches();
  const isUp = !isIn(outages, tick);
  if (isUp && !wasUp) {
    gateway = start();
    counts.restarts += 1;
  }
  wasUp = isUp;
  if (!isUp) continue;
  if (random() < 0.1) gandi.willBe('switch', pick<Fate>(['taken-unanswered', 'lost', refused]));
  if (random() < 0.02) gandi.willBe('renew', 'taken-unanswered');
  await billerSpeaks(tick);
  await mirrorSyncs();
  await guardWorks();
  if (!isDaily) continue;
  for (const { settle } of await gateway.orders.unresolved()) await settle();
  await mirrorSyncs();
  await billerLooks();
}
const yearMs = performance.now() - startedAt - filledMs;

/** The last word that was recorded by `at`. */
const stateAt = (name: string, at: number): Word['state'] =>
  recorded.get(name)?.findLast((word) => word.at <= at)?.state ?? 'UNPAID';
const wasThereBetween = (from: number, to: number) => turns.some((turn) => turn >= from && turn < to);

interface Tally {
  domains: number;
  terms: number;
  renewed: number;
  ordered: number;
  expired: number;
  unpaidRenewed: number;
  whileDown: number;
  paidExpired: number;
  forWantOfMoney: number;
  twice: number;
}
const tallies = new Map<Kind, Tally>(
  SHARES.map(([kind]) => [
    kind,
    {
      domains: 0,
      terms: 0,
      renewed: 0,
      ordered: 0,
      expired: 0,
      unpaidRenewed: 0,
      whileDown: 0,
      paidExpired: 0,
      forWantOfMoney: 0,
      twice: 0,
    },
  ]),
);
const renewedOf = Map.groupBy(gandi.renewed, ({ name }) => name);
const failedOf = Map.groupBy(gandi.failed, ({ name }) => name);
for (const { name, expiresAt } of domains) {
  const kind = kindOf(name);
  const tally = tallies.get(kind);
  if (tally === undefined) continue;
  tally.domains += 1;
  if (expiresAt >= END - DAY_MS) continue;
  tally.terms += 1;
  const ofTerm = (renewedOf.get(name) ?? []).filter(({ termEndedAt }) => termEndedAt === expiresAt);
  const [first] = ofTerm;
  if (ofTerm.length > 1 || (renewedOf.get(name) ?? []).length > 1) tally.twice += 1;
  if (first === undefined) {
    tally.expired += 1;
    const isOwed = kind === 'ALWAYS' || (kind.startsWith('ONLY_IF_PAID') && stateAt(name, expiresAt - 1) === 'PAID');
    if (!isOwed) continue;
    const decision = (await store.autoRenew.decisions('reseller', [name])).at(-1);
    const own = (decision?.detail as { own?: { failure?: string } } | undefined)?.own;
    const last = Math.max(...attemptsBefore(expiresAt));
    const lastFailed = (failedOf.get(name) ?? []).some(({ at }) => at === last);
    const lackedMoney =
      own?.failure?.startsWith('INSUFFICIENT_FUNDS') === true ||
      (lastFailed && !wasThereBetween(last + 3 * HOUR_MS, expiresAt));
    if (lackedMoney) tally.forWantOfMoney += 1;
    else tally.paidExpired += 1;
    continue;
  }
  tally.renewed += 1;
  if (first.by === 'ORDER') tally.ordered += 1;
  if (kind === 'NEVER') tally.unpaidRenewed += 1;
  if (!kind.startsWith('ONLY_IF_PAID') || stateAt(name, first.at) === 'PAID') continue;
  const decideAt = Math.min(...attemptsBefore(expiresAt)) - LEAD_HOURS * HOUR_MS;
  const wasDown = kind.endsWith('LEAVE_ON') && !wasThereBetween(decideAt, first.at);
  if (wasDown) tally.whileDown += 1;
  else tally.unpaidRenewed += 1;
}
const sum = (of: (tally: Tally) => number) => [...tallies.values()].reduce((total, tally) => total + of(tally), 0);
const touched = gandi.switches.filter(({ name }) => kindOf(name) === 'no policy').length;
const downMs = outages.reduce((total, [from, to]) => total + Math.min(to, END) - from, 0);

printTable(
  [
    `a year, ${DOMAINS} domains`,
    'terms that ended',
    'renewed',
    'of them ordered',
    'expired',
    'renewed unpaid',
    'the same, gateway down',
    'paid and expired',
    'the same, no money',
  ],
  [...tallies].map(([kind, one]) => [
    kind,
    one.terms,
    one.renewed,
    one.ordered,
    one.expired,
    one.unpaidRenewed,
    one.whileDown,
    one.paidExpired,
    one.forWantOfMoney,
  ]),
);
console.log();
printTable(
  ['outages', 'down', 'switches', 'switched elsewhere', 'attempts without money', 'top-ups', 'calls, without the sync'],
  [
    [
      outages.length,
      `${((downMs / (END - START)) * 100).toFixed(0)} %`,
      gandi.switches.length,
      counts.elsewhere,
      gandi.failed.length,
      counts.topUps,
      gandi.fake.calls.length + gandi.sent.length - callsAtSync.made,
    ],
  ],
);
console.log();
printTable(
  ['rounds', 'a round, mean', 'longest', 'mirror filled in', 'the year took'],
  [
    [
      counts.rounds,
      `${(tookMs.rounds / counts.rounds).toFixed(1)} ms`,
      `${(tookMs.longest / 1_000).toFixed(1)} s`,
      `${(filledMs / 1_000).toFixed(1)} s`,
      `${(yearMs / 1_000).toFixed(1)} s`,
    ],
  ],
);
console.log();
promise(sum((one) => one.unpaidRenewed) === 0, `${sum((one) => one.unpaidRenewed)} renewals that no policy allowed`);
promise(sum((one) => one.paidExpired) === 0, `${sum((one) => one.paidExpired)} domains paid, or ALWAYS, that expired`);
promise(sum((one) => one.twice) === 0, `${sum((one) => one.twice)} domains charged twice`);
promise(touched === 0, `${touched} switches of domains without a policy`);
promise(
  counts.runwaysWrong === 0 && counts.runwaysShort > 0,
  `${counts.runways} runways beside their replay, ${counts.runwaysShort} of them with a renewal that fails: ${counts.runwaysWrong} differ`,
);
await memory.close();
process.exitCode = isKept ? 0 : 1;
