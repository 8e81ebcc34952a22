// Gandi away, refusing or overwhelmed: queries answer from the mirror and say so, mutations fail with a code and leave nothing behind, and all recovers.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../src/sandbox/faults.ts';
import { eventually } from '../helpers/eventually.ts';
import { type FaultyGandi, startFaultyGandi } from './faulty-gandi.ts';

const SECONDS = 1_000;
const DOMAINS = 20;

interface Freshness {
  readonly state: string;
  readonly reason: string | null;
}
interface DomainRow {
  readonly name: string;
  readonly presence: string;
  readonly transferLock: boolean;
  readonly eppStatuses: readonly string[];
  readonly client: { readonly name: string } | null;
  readonly registrant: { readonly email: string } | null;
  readonly freshness: Freshness;
  readonly detailFreshness: Freshness | null;
}
interface Portfolio {
  readonly domains: {
    readonly totalCount: number;
    readonly freshness: Freshness & { readonly isComplete: boolean };
    readonly edges: readonly { readonly node: DomainRow }[];
  };
  readonly clients: { readonly totalCount: number };
}
interface Order {
  readonly id: string;
  readonly state: string;
  readonly createdClient: boolean;
  readonly client: { readonly gandiId: string } | null;
  readonly failure: { readonly code: string } | null;
  readonly timeline: readonly { readonly note: string | null }[];
}

const ROW =
  'name presence transferLock eppStatuses client { name } registrant { email } freshness { state reason } detailFreshness { state reason }';
const PORTFOLIO = `{
  domains(first: 100, filter: { presence: [PRESENT] }) { totalCount freshness { state reason isComplete } edges { node { ${ROW} } } }
  clients { totalCount }
}`;
const DOMAIN = `($name: DomainName!) @fresh(maxAgeSeconds: 0) { domain(name: $name) { ${ROW} } }`;
const ORDER = 'id state createdClient client { gandiId } failure { code } timeline { note }';

let gandi: FaultyGandi;
let before: Portfolio;
let lockable: string;

beforeAll(async () => {
  gandi = await startFaultyGandi(DOMAINS);
  before = await portfolio();
  const found = before.domains.edges.find(
    ({ node }) => node.transferLock && !node.eppStatuses.includes('SERVER_TRANSFER_PROHIBITED'),
  );
  if (found === undefined) throw new Error('The portfolio is another one.');
  lockable = found.node.name;
}, 120 * SECONDS);
beforeEach(() => recovered(), 120 * SECONDS);
afterAll(() => gandi.close());

/** Nothing is paused any more, by Gandi's wish or because it failed. */
async function recovered(): Promise<void> {
  gandi.heal();
  await eventually('Gandi is asked again', async () => {
    const { data } = await gandi.ask<{ domain: DomainRow }>(`query ${DOMAIN}`, { name: lockable });
    return data?.domain.detailFreshness?.state === 'LIVE';
  });
}

async function portfolio(): Promise<Portfolio> {
  const { status, data, errors } = await gandi.ask<Portfolio>(PORTFOLIO);
  expect([status, errors]).toEqual([200, []]);
  if (!data) throw new Error('no data');
  return data;
}

const person = (name: string) => ({
  type: 'INDIVIDUAL',
  firstName: 'Nia',
  lastName: name,
  email: `nia@${name.toLowerCase()}.example`,
  street: '1 Test Way',
  zip: '00100',
  city: 'Helsinki',
  country: 'FI',
  phone: '+358 40 1234567',
});

const createClient = (name: string) =>
  gandi.ask<{ createClient: { __typename: string; code?: string } }>(
    'mutation ($input: CreateClientInput!) { createClient(input: $input) { __typename ... on Error { code } } }',
    { input: { client: person(name) } },
  );
const setLock = (locked: boolean) =>
  gandi.ask<{ setTransferLock: { __typename: string; code?: string; domain?: { transferLock: boolean } } }>(
    'mutation ($input: SetTransferLockInput!) { setTransferLock(input: $input) { __typename ... on Error { code } ... on SetTransferLockSuccess { domain { transferLock } } } }',
    { input: { domain: lockable, locked } },
  );
interface Ordered {
  readonly __typename: string;
  readonly code?: string;
  readonly message?: string;
  readonly orderId?: string;
  readonly replayed?: boolean;
  readonly order?: Order;
}
const transfer = (domain: string, name: string, idempotencyKey = `key-of-${domain}`) =>
  gandi.ask<{ transferDomainIn: Ordered }>(
    `mutation ($input: TransferDomainInInput!) { transferDomainIn(input: $input) {
      __typename ... on Error { code message } ... on OperationInProgress { orderId }
      ... on TransferDomainInSuccess { replayed order { ${ORDER} } }
    } }`,
    { input: { domain, authCode: 'right-code', client: { create: person(name) }, idempotencyKey } },
  );
async function ordersOf(domain: string): Promise<readonly Order[]> {
  const { data } = await gandi.ask<{ orders: { edges: readonly { node: Order }[] } }>(
    `query ($domain: DomainName!) { orders(filter: { domain: $domain }) { edges { node { ${ORDER} } } } }`,
    { domain },
  );
  return data?.orders.edges.map(({ node }) => node) ?? [];
}

interface Trouble {
  readonly what: string;
  readonly label: string;
  begin(): void | Promise<void>;
  end(): void | Promise<void>;
  readonly code: RegExp;
  readonly reason: RegExp;
}

const everywhere = (what: string, label: string, effect: FaultEffect, code: RegExp, reason: RegExp): Trouble => ({
  what,
  label,
  begin: () => gandi.strike({ path: '/v5/**', effect }),
  end: () => gandi.heal(),
  code,
  reason,
});

const TROUBLES: readonly Trouble[] = [
  everywhere('answers 401', 'Unauthorized', { kind: 'status', status: 401 }, /^UPSTREAM_UNAUTHORIZED$/, /credential/),
  everywhere('answers 403', 'Forbidden', { kind: 'status', status: 403 }, /^UPSTREAM_FORBIDDEN$/, /403.*credential/),
  everywhere(
    'answers 429 and asks to wait longer than a person does',
    'Slow',
    { kind: 'status', status: 429, retryAfterSeconds: 15 },
    /^UPSTREAM_(RATE_LIMITED|BUSY)$/,
    /fewer calls|budget is full/,
  ),
  everywhere(
    'answers a 502 page',
    'Broken',
    { kind: 'status', status: 502, html: true },
    /^UPSTREAM_(UNAVAILABLE|TIMEOUT)$/,
    /502|fails too often/,
  ),
  {
    what: 'cannot be reached',
    label: 'Away',
    begin: () => gandi.leave(),
    end: () => gandi.comeBack(),
    code: /^UPSTREAM_UNAVAILABLE$/,
    reason: /could not be reached|fails too often/,
  },
];

describe.each(TROUBLES)('while Gandi $what', ({ label, begin, end, code, reason }) => {
  const key = `${label.toLowerCase()}-shop.com`;

  it('everything is answered from the mirror, with the reason where a younger answer was demanded; then all is as before', {
    timeout: 180 * SECONDS,
  }, async () => {
    const clients = gandi.clients();
    await begin();
    try {
      const mirrored = await portfolio();
      expect(mirrored.domains.freshness).toMatchObject({ isComplete: true, state: 'MIRRORED', reason: null });
      expect(shapes(mirrored)).toEqual(shapes(before));

      const fresh = await gandi.ask<Portfolio>(`query @fresh(maxAgeSeconds: 0) ${PORTFOLIO}`);
      expect([fresh.status, fresh.errors]).toEqual([200, []]);
      expect(fresh.data?.domains.freshness).toEqual({
        isComplete: true,
        state: 'STALE',
        reason: expect.stringMatching(reason),
      });
      expect(fresh.data && shapes(fresh.data)).toEqual(shapes(before));

      const one = await gandi.ask<{ domain: DomainRow }>(`query ${DOMAIN}`, { name: lockable });
      expect([one.status, one.errors]).toEqual([200, []]);
      const told = { state: 'STALE', reason: expect.stringMatching(reason) };
      expect(one.data?.domain).toMatchObject({ presence: 'PRESENT', freshness: told, detailFreshness: told });

      for (const failed of [await createClient(label), await setLock(false), await transfer(key, label)]) {
        expect(failed.data ?? null).toBeNull();
        expect(failed.errors).toHaveLength(1);
        expect(failed.errors[0]?.extensions.code).toMatch(code);
        expect(failed.status).toBeGreaterThanOrEqual(500);
      }
      expect(await ordersOf(key)).toEqual([]);
    } finally {
      await end();
    }
    expect(shapes(await portfolio())).toEqual(shapes(before));
    expect([gandi.clients(), gandi.ordered()[key]]).toEqual([clients, undefined]);

    await recovered();
    const unlocked = await setLock(false);
    expect(unlocked.data?.setTransferLock).toMatchObject({ domain: { transferLock: false } });
    expect((await setLock(true)).data?.setTransferLock).toMatchObject({ domain: { transferLock: true } });
    expect((await createClient(`${label}Two`)).data?.createClient.__typename).toBe('CreateClientSuccess');
    const { data } = await transfer(key, label);
    expect(data?.transferDomainIn).toMatchObject({ __typename: 'TransferDomainInSuccess', replayed: false });
    expect([gandi.clients(), gandi.ordered()[key]]).toEqual([clients + 2, 1]);
  });
});

describe('when only the order itself', { timeout: 120 * SECONDS }, () => {
  const order = { method: 'POST', path: '/v5/domain/transferin' } as const;

  it('meets a credential that is refused, it stays claimed with its client and the same key orders once', async () => {
    const clients = gandi.clients();
    gandi.strike({ ...order, count: 1, effect: { kind: 'status', status: 401 } });
    const first = await transfer('claimed-shop.com', 'Claimed');
    expect(first.errors[0]?.extensions.code).toBe('UPSTREAM_UNAUTHORIZED');
    expect(await ordersOf('claimed-shop.com')).toMatchObject([
      { state: 'CLAIMED', createdClient: true, failure: null },
    ]);
    const { data } = await transfer('claimed-shop.com', 'Claimed');
    expect(data?.transferDomainIn).toMatchObject({ replayed: true, order: { state: 'ACCEPTED', createdClient: true } });
    expect([gandi.clients(), gandi.ordered()['claimed-shop.com']]).toEqual([clients + 1, 1]);
  });

  it('is refused, it has failed and the client made for it is gone again', async () => {
    const clients = gandi.clients();
    gandi.strike({ ...order, count: 1, effect: { kind: 'status', status: 403 } });
    const { data } = await transfer('refused-order.com', 'Refused');
    expect(data?.transferDomainIn).toMatchObject({ __typename: 'RejectedByGandi', code: 'REJECTED_BY_GANDI' });
    expect(await ordersOf('refused-order.com')).toMatchObject([
      { state: 'FAILED', client: null, failure: { code: 'REJECTED_BY_GANDI' } },
    ]);
    expect([gandi.clients(), gandi.ordered()['refused-order.com']]).toEqual([clients, undefined]);
  });

  it('loses its answer, the gateway finds out that it landed and never orders again', async () => {
    const clients = gandi.clients();
    gandi.strike({ ...order, count: 1, effect: { kind: 'lost-after' } });
    const { data } = await transfer('lost-answer.com', 'Lost');
    expect(data?.transferDomainIn).toMatchObject({ __typename: 'TransferDomainInSuccess', replayed: false });
    await eventually('the order is found at Gandi', async () => {
      const [found] = await ordersOf('lost-answer.com');
      return found !== undefined && !['CLAIMED', 'SUBMITTED'].includes(found.state);
    });
    expect((await transfer('lost-answer.com', 'Lost')).data?.transferDomainIn).toMatchObject({ replayed: true });
    expect([gandi.clients(), gandi.ordered()['lost-answer.com']]).toEqual([clients + 1, 1]);
  });

  it('meets a 502, it is open and says so, and nobody else can order the domain meanwhile', async () => {
    gandi.strike({ ...order, count: 1, effect: { kind: 'status', status: 502, html: true } });
    const { data } = await transfer('open-order.com', 'Open');
    expect(data?.transferDomainIn).toMatchObject({
      __typename: 'TransferDomainInSuccess',
      order: { state: 'SUBMITTED' },
    });
    expect(data?.transferDomainIn.order?.timeline.at(-1)?.note).toMatch(/looks whether the order landed/);
    const second = await transfer('open-order.com', 'Open', 'another-key');
    expect(second.data?.transferDomainIn).toMatchObject({
      __typename: 'OperationInProgress',
      orderId: data?.transferDomainIn.order?.id,
    });
    expect((await transfer('open-order.com', 'Open')).data?.transferDomainIn).toMatchObject({ replayed: true });
    expect(gandi.ordered()['open-order.com']).toBeUndefined();
  });
});

describe('when the answer to a new client is lost', () => {
  const making = { method: 'POST', path: '/v5/organization/organizations/*/customers', count: 1 } as const;

  it('the client is found in the list, alone or for a transfer, and there is one of it', async () => {
    const clients = gandi.clients();
    gandi.strike({ ...making, effect: { kind: 'lost-after' } });
    expect((await createClient('Found')).data?.createClient.__typename).toBe('CreateClientSuccess');
    expect(gandi.clients()).toBe(clients + 1);
    gandi.strike({ ...making, effect: { kind: 'lost-after' } });
    const { data } = await transfer('found-client.com', 'FoundToo');
    expect(data?.transferDomainIn).toMatchObject({ order: { state: 'ACCEPTED', createdClient: true } });
    expect([gandi.clients(), gandi.ordered()['found-client.com']]).toEqual([clients + 2, 1]);
  });
});

/** What must not change with the weather: the domains of the beginning and all that is known of them. Others arrive as transfers end. */
function shapes({ domains }: Portfolio): readonly object[] {
  const known = new Set(before.domains.edges.map(({ node }) => node.name));
  return domains.edges
    .filter(({ node }) => known.has(node.name))
    .map(({ node: { name, presence, client, registrant } }) => ({ name, presence, client, registrant }));
}
