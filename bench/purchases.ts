// Purchases of every kind while Gandi loses 20 % of its answers after the effect, fails 5 % and answers 5 % past every deadline, and the gateway is killed at
// random: in the end each wish is one purchase, all have ended, and Gandi's ledger and ours are equal to the cent. By default 30 purchases and 2 kills;
// `--full` for 1,000 and 30. Options: --full --purchases --kills --seed.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort, type GatewayProcess, startGateway } from './lib/gateway-process.ts';
import { seededRandom } from './lib/load.ts';
import { printTable } from './lib/table.ts';
import { ask, inParallel } from './lib/transfer-orders.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { full: { type: 'boolean' }, purchases: text, kills: text, seed: text } });
const PURCHASES = Number(values.purchases ?? (values.full ? 1_000 : 30));
const KILLS = Number(values.kills ?? (values.full ? 30 : 2));
const SEED = Number(values.seed ?? Date.now() % 1_000_000);
const random = seededRandom(SEED);

const HANDS = values.full ? 64 : 24;
const LIFE_MS = { shortest: 1_500, longest: values.full ? 9_000 : 5_000 };
const REPEAT_MS = 400;
/** Longest time from the last answer to the end of the last order. */
const PATIENCE_MS = 240_000;
/** The gateway waits 30 seconds for an answer; a call that is answered later is handled later too, so it is on its way for longer than that. */
const LATE_MS = { minMs: 30_500, maxMs: 32_000 };
const ENVIRONMENT = {
  GANDI_RATE_LIMIT: '600/2s',
  ORDER_TRANSIT_SECONDS: '34',
  ORDER_SETTLE_SECONDS: '20',
  MAX_AGE_DETAILS: '3600',
  LOG_LEVEL: 'fatal',
};
const DAY_MS = 86_400_000;

type Kind = 'register' | 'renew' | 'restore' | 'transfer' | 'changeRegistrant';
const PROCESS: Readonly<Record<Kind, string>> = {
  register: 'create',
  renew: 'renew',
  restore: 'restore',
  transfer: 'transfer',
  changeRegistrant: 'change_owner',
};
/** Shares of all purchases; what there are too few domains for is registered instead. */
const SHARES: readonly (readonly [Kind, number])[] = [
  ['renew', 0.3],
  ['transfer', 0.2],
  ['changeRegistrant', 0.1],
  ['restore', 0.03],
];

interface Wish {
  readonly kind: Kind;
  readonly name: string;
  readonly expiresAt?: string;
  readonly client?: Record<string, unknown>;
}
interface Answer {
  readonly __typename: string;
  readonly replayed?: boolean;
  readonly order?: { readonly id: string; readonly state: string };
  readonly code?: string;
  readonly message?: string;
}
interface Tally {
  sent: number;
  replayed: number;
  faults: number;
  broken: number;
  refused: Map<string, number>;
}

const OPEN = new Set(['CLAIMED', 'SUBMITTED']);
const ANSWER = '__typename ... on Error { code message }';
const PLACED = 'replayed order { id state }';
const MUTATIONS: Readonly<Record<Kind, string>> = {
  register: `mutation ($input: RegisterDomainInput!) { answer: registerDomain(input: $input) { ... on RegisterDomainSuccess { ${PLACED} } ${ANSWER} } }`,
  renew: `mutation ($input: RenewDomainInput!) { answer: renewDomain(input: $input) { ... on RenewDomainSuccess { ${PLACED} } ${ANSWER} } }`,
  restore: `mutation ($input: RestoreDomainInput!) { answer: restoreDomain(input: $input) { ... on RestoreDomainSuccess { ${PLACED} } ${ANSWER} } }`,
  transfer: `mutation ($input: TransferDomainInInput!) { answer: transferDomainIn(input: $input) { ... on TransferDomainInSuccess { ${PLACED} } ${ANSWER} } }`,
  changeRegistrant: `mutation ($input: ChangeRegistrantInput!) { answer: changeRegistrant(input: $input) { ... on ChangeRegistrantSuccess { ${PLACED} } ${ANSWER} } }`,
};

async function main(): Promise<void> {
  const startedAt = performance.now();
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-purchases-'));
  const sandboxPort = await freePort();
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
  const sandbox = await startSandbox(sandboxPort);
  const port = await freePort();
  const start = (): Promise<GatewayProcess> =>
    startGateway({ dataDir, port, gandi: { url: sandboxUrl, token: 'sandbox-token' }, environment: ENVIRONMENT });
  await control(sandboxUrl, 'PUT', 'prepaid', { amount: 1_000_000 });
  let gateway = await start();
  try {
    await mirrored(gateway.url);
    const wishes = await invent(gateway.url, sandboxUrl);
    await gateway.kill();
    gateway = await start();
    await sleep(LIFE_MS.shortest);
    for (const method of ['POST', 'DELETE']) {
      const path = '/v5/**';
      await control(sandboxUrl, 'POST', 'faults', {
        method,
        path,
        probability: 0.05,
        effect: { kind: 'latency', ...LATE_MS },
      });
      await control(sandboxUrl, 'POST', 'faults', {
        method,
        path,
        probability: 0.05,
        effect: { kind: 'status', status: 502, html: true },
      });
      await control(sandboxUrl, 'POST', 'faults', { method, path, probability: 0.2, effect: { kind: 'lost-after' } });
    }
    const tally: Tally = { sent: 0, replayed: 0, faults: 0, broken: 0, refused: new Map() };
    let done = false;
    const bought = inParallel(wishes, HANDS, (wish) => buy(gateway.url, wish, tally)).finally(() => (done = true));
    let kills = 0;
    while (kills < KILLS && !done) {
      await sleep(LIFE_MS.shortest + random() * (LIFE_MS.longest - LIFE_MS.shortest));
      await gateway.kill();
      kills += 1;
      gateway = await start();
    }
    await bought;
    const given = await giveBack(gateway.url, wishes, tally);
    for (; kills < KILLS; kills++) {
      await gateway.kill();
      gateway = await start();
      await sleep(LIFE_MS.shortest);
    }
    await control(sandboxUrl, 'DELETE', 'faults');
    const orders = await ended(gateway.url);
    const sold = await sales(sandboxUrl, wishes);
    report(wishes, { sold, orders, given, tally, kills, seconds: (performance.now() - startedAt) / 1_000 });
  } finally {
    await gateway.kill();
    sandbox.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** What an app does: order, and repeat with the same key until the order is known to be at Gandi. */
async function buy(url: string, wish: Wish, tally: Tally): Promise<void> {
  const input = inputOf(wish, await anyClient(url));
  await untilKnown(() => ask<{ answer: Answer }>(url, MUTATIONS[wish.kind], { input }), tally, wish.name);
}

async function untilKnown(send: () => Promise<{ answer: Answer }>, tally: Tally, what: string): Promise<Answer | null> {
  for (;;) {
    tally.sent += 1;
    try {
      const { answer } = await send();
      if (answer.replayed) tally.replayed += 1;
      if (answer.order !== undefined && !OPEN.has(answer.order.state)) return answer;
      if (answer.order === undefined && answer.code !== undefined) {
        const { code } = answer;
        tally.refused.set(code, (tally.refused.get(code) ?? 0) + 1);
        console.log(`${what}: ${code} ${answer.message}`);
        return null;
      }
    } catch (error) {
      if (error instanceof TypeError) tally.broken += 1;
      else if (error instanceof Error && error.name === 'RequestFaultError') tally.faults += 1;
      else throw error;
    }
    await sleep(REPEAT_MS);
  }
}

function inputOf({ kind, name, expiresAt, client }: Wish, clientId: string): Record<string, unknown> {
  const shared = { domain: name, idempotencyKey: `${kind}-${name}` };
  switch (kind) {
    case 'register':
      return { ...shared, client: client === undefined ? { id: clientId } : { create: client } };
    case 'renew':
      return { ...shared, currentExpiryYear: new Date(expiresAt ?? 0).getUTCFullYear() };
    case 'restore':
      return shared;
    case 'transfer':
      return {
        ...shared,
        authCode: `right-${name}`,
        client: client === undefined ? { id: clientId } : { create: client },
      };
    case 'changeRegistrant':
      return {
        ...shared,
        client: { create: client },
        acknowledge: ['AUTO_RENEW_SWITCHED_OFF', 'CERTIFICATES_STAY', 'TRANSFER_LOCKED_AFTERWARDS'],
      };
  }
}

/** A part of the fresh registrations is given back, under the same faults. @returns the names. */
async function giveBack(url: string, wishes: readonly Wish[], tally: Tally): Promise<ReadonlySet<string>> {
  const CANCEL = `mutation ($input: CancelOrderInput!) { answer: cancelOrder(input: $input) { ... on CancelOrderSuccess { ${PLACED} } ${ANSWER} } }`;
  const FIND = 'query ($key: String!) { order(idempotencyKey: $key, mutation: "registerDomain") { id state } }';
  const names = wishes.filter(({ kind, name }) => kind === 'register' && name.endsWith('.com')).map(({ name }) => name);
  const chosen = names.slice(0, Math.max(2, Math.round(PURCHASES * 0.02)));
  const given = new Set<string>();
  await inParallel(chosen, HANDS, async (name) => {
    for (let tries = 0; tries < 200; tries++, await sleep(1_000)) {
      const found = await ask<{ order: { id: string; state: string } | null }>(url, FIND, {
        key: `register-${name}`,
      }).catch(() => null);
      if (found?.order?.state !== 'COMPLETED') continue;
      const input = { orderId: found.order.id, idempotencyKey: `back-${name}`, acknowledge: ['DELETES_DOMAIN'] };
      if ((await untilKnown(() => ask<{ answer: Answer }>(url, CANCEL, { input }), tally, name)) !== null)
        given.add(name);
      return;
    }
  });
  return given;
}

interface EndedOrder {
  readonly kind: string;
  readonly state: string;
  readonly domainName: string;
  readonly ledger: readonly { readonly kind: string; readonly amount: { readonly minorUnits: number } }[];
}

/** All orders, once none is under way and every refund has come, or after a long while. */
async function ended(url: string): Promise<readonly EndedOrder[]> {
  const UNENDED = new Set(['CLAIMED', 'SUBMITTED', 'ACCEPTED', 'WAITING', 'ACTION_REQUIRED', 'REFUND_PENDING']);
  const PAGE = `query ($after: String) { orders(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor } edges { node { kind state domainName ledger { kind amount { minorUnits } } } } } }`;
  for (const since = performance.now(); ; await sleep(2_000)) {
    const orders: EndedOrder[] = [];
    let after: string | undefined;
    do {
      const { orders: page } = await ask<{
        orders: { pageInfo: { hasNextPage: boolean; endCursor: string }; edges: readonly { node: EndedOrder }[] };
      }>(url, PAGE, { after });
      orders.push(...page.edges.map(({ node }) => node));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : undefined;
    } while (after !== undefined);
    const open = orders.filter(({ state }) => UNENDED.has(state));
    if (open.length === 0 || performance.now() - since > PATIENCE_MS) return orders;
  }
}

interface Sold {
  readonly process: string;
  readonly fqdn: string;
  readonly ordered: number;
  readonly automatic: number;
  readonly givenBack: number;
  readonly spent: number;
}

async function sales(sandboxUrl: string, wishes: readonly Wish[]): Promise<readonly Sold[]> {
  const wanted = new Set(wishes.map(({ kind, name }) => `${PROCESS[kind]} ${name}`));
  const found: Sold[] = [];
  for (let after = 0; ; after += 1_000) {
    const { purchases } = await control<{ purchases: readonly Sold[] }>(
      sandboxUrl,
      'GET',
      `purchases?after=${after}&limit=1000`,
    );
    found.push(...purchases.filter(({ process, fqdn }) => wanted.has(`${process} ${fqdn}`)));
    if (purchases.length < 1_000) return found;
  }
}

function report(
  wishes: readonly Wish[],
  run: {
    readonly sold: readonly Sold[];
    readonly orders: readonly EndedOrder[];
    readonly given: ReadonlySet<string>;
    readonly tally: Tally;
    readonly kills: number;
    readonly seconds: number;
  },
): void {
  const { sold, orders, given, tally, kills, seconds } = run;
  const kinds = Object.keys(PROCESS) as Kind[];
  const centsOf = (rows: readonly Sold[]) => rows.reduce((sum, { spent }) => sum + Math.round(spent * 100), 0);
  const oursOf = (rows: readonly EndedOrder[]) =>
    rows
      .flatMap(({ ledger }) => ledger)
      .reduce((sum, { kind, amount }) => sum + (kind === 'CHARGE' ? amount.minorUnits : -amount.minorUnits), 0);
  const KIND: Readonly<Record<Kind, string>> = {
    register: 'REGISTER',
    renew: 'RENEW',
    restore: 'RESTORE',
    transfer: 'TRANSFER_IN',
    changeRegistrant: 'CHANGE_REGISTRANT',
  };
  const rows = kinds.map((kind) => {
    const of = sold.filter(({ process }) => process === PROCESS[kind]);
    const mine = orders.filter((order) => order.kind === KIND[kind]);
    return [
      kind,
      wishes.filter((wish) => wish.kind === kind).length,
      of.reduce((sum, { ordered }) => sum + ordered, 0),
      of.filter(({ ordered }) => ordered > 1).length,
      mine.filter(({ state }) => ['COMPLETED', 'REFUNDED'].includes(state)).length,
      mine.filter(({ state }) => !['COMPLETED', 'REFUNDED'].includes(state)).length,
      centsOf(of),
      oursOf(mine),
    ];
  });
  printTable(
    ['kind', 'wishes', 'bought at Gandi', 'doubles', 'completed', 'other', 'Gandi, cents', 'ours, cents'],
    rows,
  );
  printTable(
    ['kills', 'sent', 'replays', 'faults', 'broken', 'given back', 'money back', 'refused', 'seconds'],
    [
      [
        kills,
        tally.sent,
        tally.replayed,
        tally.faults,
        tally.broken,
        given.size,
        orders.filter(({ state }) => state === 'REFUNDED').length,
        [...tally.refused].map(([code, count]) => `${code} ${count}`).join(', ') || 'none',
        seconds.toFixed(1),
      ],
    ],
  );
  for (const { kind, domainName, state } of orders)
    if (!['COMPLETED', 'REFUNDED'].includes(state)) console.log(`not settled: ${kind} ${domainName} ${state}`);
  const once = wishes.every(({ kind, name }) =>
    sold.some(({ process, fqdn, ordered }) => process === PROCESS[kind] && fqdn === name && ordered === 1),
  );
  const kept =
    once &&
    tally.refused.size === 0 &&
    rows.every(([, , , , , other, theirs, ours]) => other === 0 && theirs === ours) &&
    orders.filter(({ state }) => state === 'REFUNDED').length === given.size;
  console.log(
    `${kept ? 'kept' : 'BROKEN'}: each wish is one purchase, all have ended, both ledgers are equal to the cent (seed ${SEED})`,
  );
  process.exitCode = kept ? 0 : 1;
}

interface Domain {
  readonly name: string;
  readonly expiresAt: string;
  readonly eppStatuses: readonly string[];
}

/** What to buy: domains of the portfolio that fit, names outside that can be transferred, free names for the rest. */
async function invent(url: string, sandboxUrl: string): Promise<readonly Wish[]> {
  const expired = await domains(url, `expiresBefore: "${new Date(Date.now() - DAY_MS).toISOString()}"`);
  await control(sandboxUrl, 'POST', 'clock/advance', { days: 32 });
  const restorable: string[] = [];
  for (const { name } of expired) {
    const { stage } = await control<{ stage?: string }>(sandboxUrl, 'GET', `domains/${name}`);
    if (stage === 'redemption') restorable.push(name);
  }
  const soon = new Date(Date.now() + 100 * DAY_MS).toISOString();
  const held = (
    await domains(url, `expiresAfter: "${soon}", tlds: ["com", "net", "org", "info", "dev", "shop"]`)
  ).filter(
    ({ eppStatuses, expiresAt }) =>
      eppStatuses.every((status) => status === 'clientTransferProhibited') &&
      Date.parse(expiresAt) < Date.now() + 8 * 365 * DAY_MS,
  );
  const wishes: Wish[] = [];
  for (const [kind, share] of SHARES)
    for (let index = 0; index < Math.round(PURCHASES * share); index++) {
      const person = newPerson(kind, index);
      const fresh = index % 2 === 0 ? {} : { client: person };
      if (kind === 'transfer') wishes.push({ kind, name: `bench-in-${index}.com`, ...fresh });
      else if (kind === 'restore') {
        const name = restorable.shift();
        if (name !== undefined) wishes.push({ kind, name });
      } else {
        const domain = held.shift();
        if (domain !== undefined)
          wishes.push({ kind, ...domain, ...(kind === 'changeRegistrant' && { client: person }) });
      }
    }
  const extensions = ['com', 'net', 'org'];
  for (let index = 0; wishes.length < PURCHASES; index++)
    wishes.push({
      kind: 'register',
      name: `free-bench-${index}.${extensions[index % extensions.length]}`,
      ...(index % 3 === 0 && { client: newPerson('register', index) }),
    });
  return wishes
    .map((wish) => [random(), wish] as const)
    .sort(([a], [b]) => a - b)
    .map(([, wish]) => wish);
}

async function domains(url: string, filter: string): Promise<readonly Domain[]> {
  const PAGE = `query ($after: String) { domains(first: 100, after: $after, filter: { ${filter} }) {
    pageInfo { hasNextPage endCursor } edges { node { name expiresAt eppStatuses } } } }`;
  const found: Domain[] = [];
  for (let after: string | undefined; ; ) {
    const { domains: page } = await ask<{
      domains: { pageInfo: { hasNextPage: boolean; endCursor: string }; edges: readonly { node: Domain }[] };
    }>(url, PAGE, { after });
    found.push(...page.edges.map(({ node }) => node));
    if (!page.pageInfo.hasNextPage || found.length >= PURCHASES * 2) return found;
    after = page.pageInfo.endCursor;
  }
}

function newPerson(kind: Kind, index: number): Record<string, unknown> {
  return {
    type: 'COMPANY',
    companyName: `Bench ${kind} ${index} Oy`,
    firstName: 'Nia',
    lastName: 'Okafor',
    email: `bench-${kind.toLowerCase()}-${index}@example.net`,
    street: '1 Test Way',
    zip: '00100',
    city: 'Helsinki',
    country: 'FI',
    phone: '+358401234567',
  };
}

let known: string | undefined;
async function anyClient(url: string): Promise<string> {
  while (known === undefined) {
    const query = '{ clients(first: 1, orderBy: { field: NAME, direction: ASC }) { edges { node { id } } } }';
    const found = await ask<{ clients: { edges: readonly { node: { id: string } }[] } }>(url, query).catch(() => null);
    known = found?.clients.edges[0]?.node.id;
    if (known === undefined) await sleep(REPEAT_MS);
  }
  return known;
}

async function mirrored(url: string): Promise<void> {
  const query = '{ domains(first: 1) { totalCount freshness { isComplete } } }';
  for (;;) {
    const found = await ask<{ domains: { freshness: { isComplete: boolean } } }>(url, query).catch(() => null);
    if (found?.domains.freshness.isComplete) return;
    await sleep(250);
  }
}

async function control<T>(sandboxUrl: string, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${sandboxUrl}/sandbox/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as T;
}

async function startSandbox(port: number): Promise<ChildProcess> {
  const flags = [
    '--port',
    String(port),
    '--domains',
    String(Math.max(800, PURCHASES * 10)),
    '--limit',
    '700/2s',
    '--speed',
    '2',
  ];
  const child = spawn(process.execPath, ['src/sandbox/main.ts', ...flags], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (;;) {
    if (child.exitCode !== null) throw new Error('The sandbox ended at start.');
    const isUp = await fetch(`http://127.0.0.1:${port}/sandbox/`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return child;
    await sleep(50);
  }
}

await main();
