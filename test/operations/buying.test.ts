// Registrations, restores and changes of registrant over real sockets: what the gateway says it bought is what the sandbox sold, once.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type SandboxApp, startSandboxApp } from '../helpers/sandbox-app.ts';

let app: SandboxApp;
beforeAll(async () => {
  app = await startSandboxApp({ domains: 200 });
});
afterEach(() => app.control('DELETE', '/faults'));
afterAll(() => app.close());

interface Purchase {
  readonly process: string;
  readonly ordered: number;
  readonly paid: number;
  readonly givenBack: number;
  readonly spent: number;
}
interface Placed {
  readonly order: { readonly id: string; readonly state: string };
  readonly replayed: boolean;
}
interface Quote {
  readonly price: { readonly afterTaxes: { readonly minorUnits: number; readonly currency: string } } | null;
  readonly blockers: readonly { readonly code: string }[];
  readonly toAcknowledge: readonly { readonly name: string }[];
}

const PLACED = 'replayed order { id state kind createdClient client { id } price { afterTaxes { minorUnits } } }';
const QUOTED =
  'price { afterTaxes { minorUnits currency } } blockers { code message } toAcknowledge { name } effects upstreamCalls';
const CONFIRMATION = '... on ConfirmationNeeded { toAcknowledge { name } }';
const buying = (mutation: string, noun: string, confirmation = CONFIRMATION) => `mutation ($input: ${noun}Input!) {
  ${mutation}(input: $input) {
    __typename
    ... on ${noun}Success { ${PLACED} }
    ... on ${noun}Quote { ${QUOTED} }
    ${confirmation}
    ... on Error { code message }
  }
}`;
const MUTATIONS = {
  registerDomain: buying('registerDomain', 'RegisterDomain'),
  restoreDomain: buying('restoreDomain', 'RestoreDomain', ''),
  changeRegistrant: buying('changeRegistrant', 'ChangeRegistrant'),
} as const;

async function buy<T = Record<string, unknown>>(
  mutation: keyof typeof MUTATIONS,
  input: Record<string, unknown>,
): Promise<T> {
  const { data, errors } = await app.ask(MUTATIONS[mutation], { input });
  expect(errors).toEqual([]);
  return data[mutation] as T;
}

const purchasesOf = async (fqdn: string): Promise<readonly Purchase[]> =>
  (await app.control<{ purchases: readonly Purchase[] }>('GET', `/purchases?fqdn=${fqdn}`)).purchases;

const orderNow = async (id: string) => {
  const { data } = await app.ask(
    'query ($id: ID!) { order(id: $id) { state client { id } failure { code } ledger { kind amount { minorUnits } } } }',
    { id },
  );
  return data.order as {
    state: string;
    client: { id: string } | null;
    failure: { code: string } | null;
    ledger: readonly { kind: string; amount: { minorUnits: number } }[];
  };
};

/** Moves the people of the sandbox along until the order has come to this state. */
async function until(state: string, id: string): Promise<void> {
  await vi.waitFor(
    async () => {
      await app.control('POST', '/clock/advance', { seconds: 30 });
      expect((await orderNow(id)).state).toBe(state);
    },
    { timeout: 60_000, interval: 250 },
  );
}

/** The next order on this path is carried out and its answer is lost; `skip` dry runs before it go through. */
const loseAnswer = (path: string, skip = 0) =>
  app.control('POST', '/faults', { method: 'POST', path, skip, count: 1, effect: { kind: 'lost-after' } });

const timesOrdered = async (path: string) => {
  const { calls } = await app.control<{ calls: readonly { method: string; path: string }[] }>(
    'GET',
    '/calls?limit=9999',
  );
  return calls.filter((call) => call.method === 'POST' && call.path.endsWith(path)).length;
};

async function someClients(): Promise<readonly string[]> {
  const { data } = await app.ask('{ clients(first: 5) { edges { node { id } } } }');
  return (data.clients as { edges: readonly { node: { id: string } }[] }).edges.map(({ node }) => node.id);
}

const clientsWith = async (email: string): Promise<number> => {
  const { data } = await app.ask(
    'query ($text: String!) @fresh(maxAgeSeconds: 0) { clients(first: 10, filter: { text: $text }) { totalCount } }',
    { text: email },
  );
  return (data.clients as { totalCount: number }).totalCount;
};

const nia = (email: string) => ({
  type: 'COMPANY',
  companyName: 'Lantern Oy',
  firstName: 'Nia',
  lastName: 'Okafor',
  email,
  street: '1 Test Way',
  zip: '00100',
  city: 'Helsinki',
  country: 'FI',
  phone: '+358 40 123 4567',
});

describe('registerDomain', () => {
  test('quotes a price, buys at that price once for a new client, and is completed when the domain is there', async () => {
    const domain = 'free-lantern.com';
    const wish = { domain, client: { create: nia('nia@lantern.example') }, years: 2, idempotencyKey: 'register-1' };
    const quote = await buy<Quote>('registerDomain', { ...wish, dryRun: true });
    expect(quote).toMatchObject({
      __typename: 'RegisterDomainQuote',
      blockers: [],
      toAcknowledge: [],
      upstreamCalls: 2,
    });
    const expectedPrice = quote.price?.afterTaxes ?? expect.unreachable();
    expect([await purchasesOf(domain), await clientsWith('nia@lantern.example')]).toEqual([[], 0]);

    const bought = await buy<Placed>('registerDomain', { ...wish, expectedPrice });
    expect(bought).toMatchObject({
      __typename: 'RegisterDomainSuccess',
      replayed: false,
      order: { createdClient: true },
    });
    const { id } = bought.order;
    const again = await buy<Placed>('registerDomain', { ...wish, expectedPrice });
    expect(again).toMatchObject({ replayed: true, order: { id } });
    await until('COMPLETED', id);

    expect(await purchasesOf(domain)).toMatchObject([{ process: 'create', ordered: 1, paid: 1, givenBack: 0 }]);
    const [sold] = await purchasesOf(domain);
    expect(Math.round((sold?.spent ?? 0) * 100)).toBe(expectedPrice.minorUnits);
    expect((await orderNow(id)).ledger).toEqual([{ kind: 'CHARGE', amount: { minorUnits: expectedPrice.minorUnits } }]);
    const { data } = await app.ask('query ($name: DomainName!) { domain(name: $name) { client { id email } } }', {
      name: domain,
    });
    expect(data.domain).toMatchObject({
      client: { id: (await orderNow(id)).client?.id, email: 'nia@lantern.example' },
    });
    expect(await clientsWith('nia@lantern.example')).toBe(1);
    expect(await buy('registerDomain', { ...wish, idempotencyKey: 'register-2' })).toMatchObject({
      code: 'NAME_UNAVAILABLE',
    });
  });

  test('whose answer is lost after the effect is found, completed and never sent again', async () => {
    const domain = 'free-lost-lantern.com';
    const wish = { domain, client: { create: nia('lost@lantern.example') }, idempotencyKey: 'register-lost' };
    await app.control('DELETE', '/calls');
    await loseAnswer('/v5/domain/domains', 1);
    const lost = await buy<Placed>('registerDomain', wish);
    expect(lost).toMatchObject({ order: { state: 'SUBMITTED' } });
    const { id } = lost.order;
    expect(await buy('registerDomain', wish)).toMatchObject({ replayed: true, order: { id } });
    await until('COMPLETED', id);
    expect(await buy('registerDomain', wish)).toMatchObject({ replayed: true, order: { id, state: 'COMPLETED' } });
    expect(await purchasesOf(domain)).toMatchObject([{ process: 'create', ordered: 1, paid: 1 }]);
    expect(await timesOrdered('/domain/domains')).toBe(2);
    expect(await clientsWith('lost@lantern.example')).toBe(1);
    expect((await orderNow(id)).ledger.map(({ kind }) => kind)).toEqual(['CHARGE']);
  });

  test('that the registry refuses after the payment is FAILED, and its charge taken back like the payment', async () => {
    const [id] = await someClients();
    const domain = 'free-refused-lantern.com';
    const bought = await buy<Placed>('registerDomain', { domain, client: { id }, idempotencyKey: 'register-refused' });
    await until('FAILED', bought.order.id);
    const order = await orderNow(bought.order.id);
    expect(order.failure).toMatchObject({ code: 'registry_refused' });
    expect(order.ledger.map(({ kind }) => kind).toSorted()).toEqual(['CHARGE', 'VOID']);
    expect(await purchasesOf(domain)).toMatchObject([{ ordered: 1, paid: 1, givenBack: 1, spent: 0 }]);
  });

  test('of a premium name is bought only after its price was acknowledged by name', async () => {
    const [client] = await someClients();
    const domain = 'premium-lantern.com';
    const wish = { domain, client: { id: client }, idempotencyKey: 'register-premium' };
    expect(await buy('registerDomain', wish)).toMatchObject({
      __typename: 'ConfirmationNeeded',
      toAcknowledge: [{ name: 'PREMIUM_PRICE' }],
    });
    expect(await purchasesOf(domain)).toEqual([]);
    const quote = await buy<Quote>('registerDomain', { ...wish, dryRun: true });
    const bought = await buy<Placed>('registerDomain', {
      ...wish,
      acknowledge: quote.toAcknowledge.map(({ name }) => name),
      expectedPrice: quote.price?.afterTaxes,
    });
    await until('COMPLETED', bought.order.id);
    const [sold] = await purchasesOf(domain);
    expect([sold?.ordered, Math.round((sold?.spent ?? 0) * 100)]).toEqual([1, quote.price?.afterTaxes.minorUnits]);
  });

  test('of a name that is taken in the moment of the order is refused, and the new client removed', async () => {
    const domain = 'free-taken-lantern.com';
    await app.control('POST', '/faults', {
      method: 'POST',
      path: '/v5/domain/domains',
      skip: 1,
      count: 1,
      effect: { kind: 'name-taken' },
    });
    const wish = { domain, client: { create: nia('late@lantern.example') }, idempotencyKey: 'register-taken' };
    expect(await buy('registerDomain', wish)).toMatchObject({ code: 'REJECTED_BY_GANDI' });
    expect([await purchasesOf(domain), await clientsWith('late@lantern.example')]).toEqual([[], 0]);
  });
});

describe('changeRegistrant', () => {
  interface Held {
    readonly name: string;
    readonly rawEppStatuses: readonly string[];
    readonly client: { readonly id: string } | null;
  }

  /** Domains of clients that can be given to another, each with a client that is not its own. */
  async function givable(count: number): Promise<readonly { name: string; to: string }[]> {
    const { data } = await app.ask(
      'query ($after: DateTime!) { domains(first: 100, filter: { withoutClient: false, tlds: ["com", "net", "org"], expiresAfter: $after }) { edges { node { name rawEppStatuses client { id } } } } }',
      { after: new Date(Date.now() + 60 * 86_400_000).toISOString() },
    );
    const clients = await someClients();
    const found = (data.domains as { edges: readonly { node: Held }[] }).edges
      .map(({ node }) => node)
      .filter(({ rawEppStatuses }) => !rawEppStatuses.some((status) => /UpdateProhibited$|^pending|Hold$/.test(status)))
      .map(({ name, client }) => ({ name, to: clients.find((id) => id !== client?.id) ?? '' }));
    expect(found.length).toBeGreaterThanOrEqual(count);
    return found.slice(0, count);
  }

  const agreed = async (wish: Record<string, unknown>) => {
    const { toAcknowledge } = await buy<Quote>('changeRegistrant', { ...wish, dryRun: true });
    return { ...wish, acknowledge: toAcknowledge.map(({ name }) => name) };
  };

  test('needs its effects acknowledged by name, is ordered once, and completed when the domain is the client’s', async () => {
    const [domain] = await givable(1);
    if (domain === undefined) return expect.unreachable();
    const wish = { domain: domain.name, client: { id: domain.to }, idempotencyKey: 'change-1' };
    expect(await buy('changeRegistrant', wish)).toMatchObject({ __typename: 'ConfirmationNeeded' });
    expect(await purchasesOf(domain.name)).toEqual([]);

    const input = await agreed(wish);
    expect(input.acknowledge).toContain('TRANSFER_LOCKED_AFTERWARDS');
    const placed = await buy<Placed>('changeRegistrant', input);
    expect(placed).toMatchObject({ __typename: 'ChangeRegistrantSuccess', replayed: false });
    const { id } = placed.order;
    expect(await buy('changeRegistrant', input)).toMatchObject({ replayed: true, order: { id } });
    await until('COMPLETED', id);
    expect((await orderNow(id)).client).toEqual({ id: domain.to });
    const { data } = await app.ask('query ($name: DomainName!) { domain(name: $name) { client { id } autoRenew } }', {
      name: domain.name,
    });
    expect(data.domain).toEqual({ client: { id: domain.to }, autoRenew: false });
    expect(await purchasesOf(domain.name)).toMatchObject([{ process: 'change_owner', ordered: 1, paid: 1 }]);
  });

  test('whose answer is lost after the effect is found, completed and never sent again', async () => {
    const [, domain] = await givable(2);
    if (domain === undefined) return expect.unreachable();
    const input = await agreed({ domain: domain.name, client: { id: domain.to }, idempotencyKey: 'change-lost' });
    await app.control('DELETE', '/calls');
    await loseAnswer('/v5/domain/changeowner/*', 1);
    const lost = await buy<Placed>('changeRegistrant', input);
    expect(lost).toMatchObject({ order: { state: 'SUBMITTED' } });
    const { id } = lost.order;
    expect(await buy('changeRegistrant', input)).toMatchObject({ replayed: true, order: { id } });
    await until('COMPLETED', id);
    expect((await orderNow(id)).client).toEqual({ id: domain.to });
    expect(await purchasesOf(domain.name)).toMatchObject([{ process: 'change_owner', ordered: 1, paid: 1 }]);
    expect(await timesOrdered(`/domain/changeowner/${domain.name}`)).toBe(2);
  });

  test('that the new registrant refuses is FAILED, and the domain stays where it is', async () => {
    const [, , domain] = await givable(3);
    if (domain === undefined) return expect.unreachable();
    const client = { create: nia('refuse-nia@lantern.example') };
    const input = await agreed({ domain: domain.name, client, idempotencyKey: 'change-refused' });
    const { order } = await buy<Placed>('changeRegistrant', input);
    await until('FAILED', order.id);
    const { failure, ledger } = await orderNow(order.id);
    expect(failure).toMatchObject({ code: 'foa_refused' });
    expect(ledger.map(({ kind }) => kind).toSorted()).toEqual(['CHARGE', 'VOID']);
    expect(await purchasesOf(domain.name)).toMatchObject([{ ordered: 1, spent: 0 }]);
    expect(await clientsWith('refuse-nia@lantern.example')).toBe(0);
  });
});

describe('restoreDomain', () => {
  /** Names in redemption: in no list, so that the gateway has never seen them. */
  async function redeemable(): Promise<readonly string[]> {
    const { estate } = app.sandbox.sandbox.state.world;
    const found: string[] = [];
    for (const { fqdn } of estate.unlisted()) {
      const { stage, listed } = await app.control<{ stage: string; listed: boolean }>('GET', `/domains/${fqdn}`);
      if (stage === 'redemption' && !listed) found.push(fqdn);
    }
    return found;
  }

  const presenceOf = async (name: string) => {
    const { data } = await app.ask('query ($name: DomainName!) { domain(name: $name) { presence } }', { name });
    return data.domain;
  };

  test('quotes a price, buys at that price once, and is completed when the domain is listed again', async () => {
    const [domain] = await redeemable();
    if (domain === undefined) return expect.unreachable();
    const quote = await buy<Quote>('restoreDomain', { domain, idempotencyKey: 'restore-1', dryRun: true });
    expect(quote).toMatchObject({ __typename: 'RestoreDomainQuote', blockers: [] });
    const expectedPrice = quote.price?.afterTaxes ?? expect.unreachable();
    expect(await purchasesOf(domain)).toEqual([]);

    const input = { domain, idempotencyKey: 'restore-1', expectedPrice };
    const placed = await buy<Placed>('restoreDomain', input);
    expect(placed).toMatchObject({ __typename: 'RestoreDomainSuccess', replayed: false });
    const { id } = placed.order;
    expect(await buy('restoreDomain', input)).toMatchObject({ replayed: true, order: { id } });
    await until('COMPLETED', id);
    expect(await presenceOf(domain)).toEqual({ presence: 'PRESENT' });
    const [sold] = await purchasesOf(domain);
    expect(sold).toMatchObject({ process: 'restore', ordered: 1, paid: 1 });
    expect(Math.round((sold?.spent ?? 0) * 100)).toBe(expectedPrice.minorUnits);
    expect((await orderNow(id)).ledger).toEqual([{ kind: 'CHARGE', amount: { minorUnits: expectedPrice.minorUnits } }]);
    expect(await buy('restoreDomain', { domain, idempotencyKey: 'restore-2' })).toMatchObject({
      code: 'NOT_RESTORABLE',
    });
  });

  test('whose answer is lost after the effect is found, completed and never sent again', async () => {
    const [domain] = await redeemable();
    if (domain === undefined) return expect.unreachable();
    const input = { domain, idempotencyKey: 'restore-lost' };
    await app.control('DELETE', '/calls');
    await loseAnswer('/v5/domain/domains/*/restore');
    const lost = await buy<Placed>('restoreDomain', input);
    expect(lost).toMatchObject({ order: { state: 'SUBMITTED' } });
    const { id } = lost.order;
    expect(await buy('restoreDomain', input)).toMatchObject({ replayed: true, order: { id } });
    await until('COMPLETED', id);
    expect(await purchasesOf(domain)).toMatchObject([{ process: 'restore', ordered: 1, paid: 1 }]);
    expect(await timesOrdered(`/domain/domains/${domain}/restore`)).toBe(1);
  });

  test('of a domain that is not in redemption is refused before anything is ordered', async () => {
    const { data } = await app.ask('{ domains(first: 1, filter: { tlds: ["org"] }) { edges { node { name } } } }');
    const name = (data.domains as { edges: readonly { node: { name: string } }[] }).edges[0]?.node.name ?? '';
    const before = await purchasesOf(name);
    expect(await buy('restoreDomain', { domain: name, idempotencyKey: 'restore-none' })).toMatchObject({
      code: 'NOT_RESTORABLE',
    });
    expect(await purchasesOf(name)).toEqual(before);
  });
});
