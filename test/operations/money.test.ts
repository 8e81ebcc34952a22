// Money over real sockets: what the gateway says it bought is what the sandbox sold, to the cent, also when answers are lost.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type SandboxApp, startSandboxApp } from '../helpers/sandbox-app.ts';

let app: SandboxApp;
beforeAll(async () => {
  app = await startSandboxApp({ domains: 120 });
});
afterAll(() => app.close());

interface Renewable {
  readonly name: string;
  readonly expiresAt: string;
}
interface Purchases {
  readonly purchases: readonly {
    readonly process: string;
    readonly fqdn: string;
    readonly ordered: number;
    readonly spent: number;
  }[];
}

const RENEW = `mutation ($input: RenewDomainInput!) {
  renewDomain(input: $input) {
    __typename
    ... on RenewDomainSuccess { replayed order { id state price { afterTaxes { minorUnits } } } }
    ... on RenewDomainQuote { price { afterTaxes { minorUnits currency } } expiresAt newExpiresAt blockers { code message } }
    ... on Error { code message }
  }
}`;

/** Domains that can be renewed: active, not leaving, of an extension that sells several years. */
async function renewable(count: number): Promise<readonly Renewable[]> {
  const { data } = await app.ask(
    `query ($after: DateTime!) { domains(first: 100, filter: { expiresAfter: $after, tlds: ["com", "net", "org"] }) { edges { node { name expiresAt eppStatuses } } } }`,
    { after: new Date(Date.now() + 5 * 86_400_000).toISOString() },
  );
  const { edges } = data.domains as {
    edges: readonly { node: Renewable & { eppStatuses: readonly string[] } }[];
  };
  const free = edges.map(({ node }) => node).filter(({ eppStatuses }) => !eppStatuses.includes('pendingTransfer'));
  expect(free.length).toBeGreaterThanOrEqual(count);
  return free.slice(-count);
}

const inputFor = ({ name, expiresAt }: Renewable, more: Record<string, unknown> = {}) => ({
  domain: name,
  years: 1,
  currentExpiryYear: new Date(expiresAt).getUTCFullYear(),
  idempotencyKey: `renew-${name}`,
  ...more,
});

async function renew(input: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { data, errors } = await app.ask(RENEW, { input });
  expect(errors).toEqual([]);
  return data.renewDomain as Record<string, unknown>;
}

const purchasesOf = async (fqdn: string) =>
  (await app.control<Purchases>('GET', `/purchases?process=renew&fqdn=${fqdn}`)).purchases;

async function stateOf(id: string): Promise<string> {
  const { data } = await app.ask('query ($id: ID!) { order(id: $id) { state } }', { id });
  return (data.order as { state: string }).state;
}

/** Moves the people of the sandbox along until the order has ended. */
async function completed(id: string): Promise<void> {
  await vi.waitFor(
    async () => {
      await app.control('POST', '/clock/advance', { seconds: 30 });
      expect(await stateOf(id)).toBe('COMPLETED');
    },
    { timeout: 60_000, interval: 250 },
  );
}

describe('renewDomain', () => {
  test('quotes a price, buys at that price once, and is completed when the registry shows the new expiry', async () => {
    const [domain] = await renewable(1);
    if (domain === undefined) return expect.unreachable();
    const quote = await renew(inputFor(domain, { dryRun: true }));
    expect(quote).toMatchObject({ __typename: 'RenewDomainQuote', blockers: [] });
    const price = (quote.price as { afterTaxes: { minorUnits: number; currency: string } }).afterTaxes;
    expect(await purchasesOf(domain.name)).toEqual([]);

    const input = inputFor(domain, { expectedPrice: price });
    const bought = await renew(input);
    expect(bought).toMatchObject({ __typename: 'RenewDomainSuccess', replayed: false });
    const { id } = bought.order as { id: string };
    expect(await renew(input)).toMatchObject({ replayed: true, order: { id } });
    await completed(id);

    const [sold] = await purchasesOf(domain.name);
    expect([sold?.ordered, Math.round((sold?.spent ?? 0) * 100)]).toEqual([1, price.minorUnits]);
    const { data } = await app.ask(
      'query ($name: DomainName!) @fresh(maxAgeSeconds: 0) { domain(name: $name) { expiresAt } }',
      { name: domain.name },
    );
    expect(data.domain).toEqual({ expiresAt: quote.newExpiresAt });
    expect(await renew(inputFor(domain, { idempotencyKey: 'a second time' }))).toMatchObject({
      code: 'EXPIRY_CHANGED',
    });
    expect((await purchasesOf(domain.name)).map(({ ordered }) => ordered)).toEqual([1]);
  });

  test('whose answer is lost after the effect is found, completed and never sent again', async () => {
    const [, domain] = await renewable(2);
    if (domain === undefined) return expect.unreachable();
    await app.control('POST', '/faults', {
      method: 'POST',
      path: '/v5/domain/domains/*/renew',
      count: 1,
      effect: { kind: 'lost-after' },
    });
    const other = domain.name === (await renewable(1))[0]?.name ? (await renewable(2))[0] : domain;
    if (other === undefined) return expect.unreachable();
    const lost = await renew(inputFor(other));
    expect(lost).toMatchObject({ order: { state: 'SUBMITTED' } });
    const { id } = lost.order as { id: string };
    expect(await renew(inputFor(other))).toMatchObject({ replayed: true, order: { id } });
    await completed(id);
    expect((await purchasesOf(other.name)).map(({ ordered }) => ordered)).toEqual([1]);
  });

  test('with an empty prepaid account is refused before anything is ordered', async () => {
    const [domain] = await renewable(3);
    if (domain === undefined) return expect.unreachable();
    const before = await app.control<{ amount: number }>('GET', '/prepaid');
    await app.control('PUT', '/prepaid', { amount: 0 });
    try {
      expect(await renew(inputFor(domain, { idempotencyKey: 'no money' }))).toMatchObject({
        code: 'INSUFFICIENT_FUNDS',
      });
      expect(await purchasesOf(domain.name)).toEqual([]);
    } finally {
      await app.control('PUT', '/prepaid', { amount: before.amount });
    }
  });
});

describe('adoptionPlan', () => {
  const PLAN = `query ($input: AdoptionPlanInput!) {
    adoptionPlan(input: $input) {
      __typename
      ... on AdoptionPlan { route reason { code } mutation price { afterTaxes { minorUnits } } effects { code } }
      ... on Error { code message }
    }
  }`;
  const plan = async (input: Record<string, unknown>) => {
    const { data, errors } = await app.ask(PLAN, { input });
    expect(errors).toEqual([]);
    return data.adoptionPlan;
  };
  const someDomain = async () => {
    const { data } = await app.ask(
      'query ($after: DateTime!) { domains(first: 50, filter: { withoutClient: false, tlds: ["com"], expiresAfter: $after }) { edges { node { name eppStatuses client { id } } } } clients(first: 2) { edges { node { id } } } }',
      { after: new Date(Date.now() + 40 * 86_400_000).toISOString() },
    );
    const { edges } = data.domains as {
      edges: readonly { node: { name: string; eppStatuses: readonly string[]; client: { id: string } } }[];
    };
    const domain = edges
      .map(({ node }) => node)
      .find(({ eppStatuses }) => !eppStatuses.some((s) => /^server|^pending/.test(s)));
    const clients = (data.clients as { edges: readonly { node: { id: string } }[] }).edges.map(({ node }) => node.id);
    if (domain === undefined) throw new Error('no domain');
    return { domain, other: clients.find((id) => id !== domain.client.id) };
  };

  test('of a domain here is nothing to do for its client, a change of registrant for another, a reclaim for the client alone', async () => {
    const { domain, other } = await someDomain();
    expect(await plan({ domain: domain.name, client: { id: domain.client.id } })).toMatchObject({
      route: 'ALREADY_THERE',
    });
    expect(await plan({ domain: domain.name, client: { id: other } })).toMatchObject({
      route: 'CHANGE_REGISTRANT',
      reason: { code: 'OTHER_CLIENT' },
      mutation: 'changeRegistrant',
    });
    expect(await plan({ domain: domain.name, client: { ownAccount: true } })).toMatchObject({
      route: 'CLIENT_RECLAIM',
    });
  });

  test('of a domain elsewhere is a transfer with its price, and of a free name impossible', async () => {
    const { domain } = await someDomain();
    const client = { id: domain.client.id };
    expect(await plan({ domain: 'lantern-atelier.com', client })).toMatchObject({
      route: 'TRANSFER_IN',
      mutation: 'transferDomainIn',
      price: { afterTaxes: { minorUnits: expect.any(Number) } },
    });
    expect(await plan({ domain: 'free-for-anybody.com', client })).toMatchObject({ route: 'IMPOSSIBLE' });
  });
});
