// From an app's request to what the sandbox saw: the examples as they are, and the story of a transfer from quote to arrival.
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Example, readExamples } from '../../src/server/explorer.ts';
import { type SandboxApp, startSandboxApp } from '../helpers/sandbox-app.ts';

let app: SandboxApp;
beforeAll(async () => {
  app = await startSandboxApp({ domains: 400 });
});
afterAll(() => app.close());

const examples = readExamples(Date.now());
const example = (number: string): Example & { readonly values: Record<string, unknown> } => {
  const found = examples.find(({ file }) => file.startsWith(number));
  if (!found) throw new Error(`There is no example ${number}.`);
  return { ...found, values: JSON.parse(found.variables ?? '{}') as Record<string, unknown> };
};
const run = (number: string, operationName?: string) => {
  const { query, values } = example(number);
  return app.ask(query, values, operationName);
};

interface Counters {
  readonly total: number;
  readonly overLimit: number;
  /** By domain. */
  readonly transfersOrdered: Readonly<Record<string, number>>;
}
const counters = () => app.control<Counters>('GET', '/counters');

interface Update {
  readonly cursor: string;
  readonly step: string;
  readonly helpingMutation: string | null;
  readonly transfer: { readonly domainName: string };
}

/** Follows one domain's transfer until it stands at a step, moving the people of the sandbox along; gives the steps on the way. */
async function followUntil(domain: string, wanted: (update: Update) => boolean): Promise<string[]> {
  const client = createClient({ url: app.webSocketUrl });
  const steps: string[] = [];
  try {
    const updates = client.iterate<{ transferUpdates: Update }>({
      query:
        'subscription ($domain: DomainName) { transferUpdates(filter: { domain: $domain }) { cursor ... on TransferUpdate { step helpingMutation transfer { domainName } } } }',
      variables: { domain },
    });
    for await (const { data } of updates) {
      const update = data?.transferUpdates;
      if (!update) throw new Error('an update without data');
      expect(update.transfer.domainName).toBe(domain);
      if (steps.at(-1) !== update.step) steps.push(update.step);
      if (wanted(update)) return steps;
      await app.control('POST', '/clock/advance', { seconds: 10 });
    }
    throw new Error(`the subscription ended at ${steps.join(', ')}`);
  } finally {
    await client.dispose();
  }
}

describe('the questions of a reseller', () => {
  test('the portfolio at a glance is answered from the mirror', async () => {
    const { data, errors, upstream } = await run('01');
    expect(errors).toEqual([]);
    expect(data.viewer).toMatchObject({ mode: 'SANDBOX', user: { username: 'sandbox-user' } });
    expect(data.organizations).toEqual([
      expect.objectContaining({
        name: 'maple-lane',
        isReseller: true,
        domains: expect.objectContaining({ totalCount: 400, freshness: expect.objectContaining({ isComplete: true }) }),
        clients: expect.objectContaining({ totalCount: expect.any(Number) }),
      }),
    ]);
    expect(upstream.made).toBeLessThanOrEqual(1);
  });

  test.each(['02', '03', '04', '11', '12', '13'])('example %s is answered without an error', async (number) => {
    const { status, data, errors } = await run(number);
    expect([status, errors]).toEqual([200, []]);
    expect(Object.values(data).every((value) => value !== null)).toBe(true);
  });

  test('domains of a client, of no client, and expiring soon each name some, and the lists agree', async () => {
    const [ofClient, without, all] = await Promise.all([
      app.ask(
        '{ clients(first: 1, filter: { hasDomains: true }) { edges { node { domains(first: 100) { edges { node { client { name } organization { name } } } } } } } }',
      ),
      app.ask(
        '{ domains(first: 100, filter: { withoutClient: true }) { totalCount edges { node { client { name } } } } }',
      ),
      app.ask(
        '{ with: domains(filter: { withoutClient: false }) { totalCount } without: domains(filter: { withoutClient: true }) { totalCount } domains { totalCount } }',
      ),
    ]);
    expect(JSON.stringify(ofClient.data)).not.toContain('"client":null');
    expect(JSON.stringify(without.data)).not.toContain('"client":{');
    const counts = Object.values(all.data).map((value) => (value as { totalCount: number }).totalCount);
    expect(counts[0]).toBeGreaterThan(0);
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(counts[2]);
  });

  test('@fresh asks Gandi now and says so; without it the same question costs nothing', async () => {
    const fresh = await run('05');
    expect(fresh.errors).toEqual([]);
    expect(fresh.data.domain).toMatchObject({ presence: 'PRESENT', detailFreshness: { state: 'LIVE' } });
    expect(fresh.upstream.made).toBeGreaterThan(0);
    const { query, values } = example('05');
    const mirrored = await app.ask(query.replace('@fresh(maxAgeSeconds: 0)', ''), values);
    expect(mirrored.data.domain).toMatchObject({ detailFreshness: { state: 'MIRRORED' } });
    expect(mirrored.upstream.made).toBe(0);
  });

  test('a hundred domains with client, dates and statuses take no call, page by page', async () => {
    const query =
      'query ($after: String) { domains(first: 100, after: $after) { pageInfo { hasNextPage endCursor } edges { node { id name expiresAt eppStatuses client { name } freshness { state } } } } }';
    const before = await counters();
    const names = new Set<string>();
    let after: string | null = null;
    do {
      const { data, upstream } = await app.ask(query, { after });
      const page = data.domains as {
        pageInfo: { hasNextPage: boolean; endCursor: string };
        edges: { node: { name: string } }[];
      };
      for (const { node } of page.edges) names.add(node.name);
      expect(upstream.made).toBe(0);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(names.size).toBe(400);
    expect((await counters()).overLimit).toBe(before.overLimit);
  });
});

describe('the story of a transfer', () => {
  test('the quote names the price and the effects, and orders nothing', async () => {
    const { data, errors } = await run('06');
    expect(errors).toEqual([]);
    expect(data.transferDomainIn).toMatchObject({
      domainName: 'lantern-atelier.com',
      price: { afterTaxes: { currency: 'EUR' } },
      blockers: [],
    });
    expect((await counters()).transfersOrdered).toEqual({});
  });

  test('the order is placed once, however often it is sent', async () => {
    const [first, twin] = await Promise.all([run('07'), run('07')]);
    const again = await run('07');
    const orders = [first, twin, again].map(
      ({ data }) => data.transferDomainIn as { replayed: boolean; order: { id: string } },
    );
    expect(orders.map(({ replayed }) => replayed).sort()).toEqual([false, true, true]);
    expect(new Set(orders.map(({ order }) => order.id)).size).toBe(1);
    expect((await counters()).transfersOrdered).toEqual({ 'lantern-atelier.com': 1 });
  });

  test('its order is found again by the key, and its secrets are nowhere', async () => {
    const { data } = await app.ask(
      '{ order(idempotencyKey: "order-atelier-1") { createdClient domainName client { name } timeline { state } transfer { step waitingOn approvals { email } gandiStep { step } } } orders(filter: { domain: "lantern-atelier.com" }) { totalCount } }',
    );
    expect(data.order).toMatchObject({
      domainName: 'lantern-atelier.com',
      createdClient: true,
      client: { name: 'Atelier Moreau' },
    });
    expect(data.orders).toEqual({ totalCount: 1 });
    expect(JSON.stringify(data)).not.toContain('code-of-the-holder');
  });

  test('it goes through every step by itself and arrives', async () => {
    const steps = await followUntil('lantern-atelier.com', ({ step }) => step === 'COMPLETED' || step === 'FAILED');
    expect(steps.at(-1)).toBe('COMPLETED');
    const { data } = await app.ask(
      '{ domain(name: "lantern-atelier.com") { presence client { name } transfers { totalCount } } order(idempotencyKey: "order-atelier-1") { state endedAt } }',
    );
    expect(data.order).toMatchObject({ state: 'COMPLETED', endedAt: expect.any(String) });
    expect(data.domain).toMatchObject({
      presence: 'PRESENT',
      client: { name: 'Atelier Moreau' },
      transfers: { totalCount: 1 },
    });
  });

  test('the holder never got the mail: it is sent again, the transfer goes on and arrives', async () => {
    const domain = 'foa-lost-bakery.com';
    await run('09', 'OrderWithALostMail');
    await followUntil(domain, ({ step }) => step === 'HOLDER_APPROVAL');
    const resent = await run('09', 'ResendApproval');
    expect(resent.data.resendTransferApproval).toMatchObject({
      transfer: { step: 'HOLDER_APPROVAL', waitingOn: 'HOLDER' },
    });
    const steps = await followUntil(domain, ({ step }) => step === 'COMPLETED' || step === 'FAILED');
    expect(steps.at(-1)).toBe('COMPLETED');
  });

  test('the auth code expired: the transfer asks for another and goes on with it, without a second payment', async () => {
    const ordered = await run('10', 'OrderWithACodeThatExpires');
    expect(ordered.data.transferDomainIn).toMatchObject({ transfer: { id: expect.any(String) } });
    await followUntil(
      'code-expires-museum.com',
      ({ helpingMutation }) => helpingMutation === 'UPDATE_TRANSFER_AUTH_CODE',
    );
    const fixed = await run('10', 'FixTheAuthCode');
    expect(fixed.errors).toEqual([]);
    expect(fixed.data.updateTransferAuthCode).toMatchObject({ transfer: { waitingOn: expect.any(String) } });
    const steps = await followUntil('code-expires-museum.com', ({ step }) => step === 'COMPLETED' || step === 'FAILED');
    expect(steps.at(-1)).toBe('COMPLETED');
    expect((await counters()).transfersOrdered).toMatchObject({ 'code-expires-museum.com': 1 });
  });

  test('a locked domain is refused with its reason, and nothing is ordered', async () => {
    const before = await counters();
    const { query, values } = example('07');
    const input = { ...(values.input as object), domain: 'locked-atelier.com', idempotencyKey: 'order-locked-1' };
    const { data } = await app.ask(query, { input });
    expect(data.transferDomainIn).toMatchObject({
      code: 'TRANSFER_BLOCKED',
      blockers: [expect.objectContaining({ message: expect.any(String) })],
    });
    expect((await counters()).transfersOrdered).toEqual(before.transfersOrdered);
  });

  test('wrong client data is refused field by field before Gandi is asked', async () => {
    const { query, values } = example('07');
    const input = values.input as { client: { create: object } };
    const create = { ...input.client.create, phone: '12', email: 'nobody' };
    const { data, upstream } = await app.ask(query, {
      input: { ...input, client: { create }, idempotencyKey: 'order-wrong-1' },
    });
    const { fields } = data.transferDomainIn as { fields: { path: string[] }[] };
    expect(fields.map(({ path }) => path.join('.')).sort()).toEqual([
      'input.client.create.email',
      'input.client.create.phone',
    ]);
    expect(upstream.made).toBe(0);
  });
});

describe('clients and locks', () => {
  const client = {
    type: 'INDIVIDUAL',
    firstName: 'Nia',
    lastName: 'Okafor',
    email: 'nia@okafor.example',
    street: '1 High Street',
    city: 'Leeds',
    zip: 'LS1 1AA',
    country: 'GB',
    phone: '+44 113 496 0000',
  };

  test('a client is created, found and changed', async () => {
    const created = await app.ask(
      'mutation ($client: ClientDataInput!) { createClient(input: { client: $client }) { ... on CreateClientSuccess { client { id name } } ... on Error { code message } } }',
      { client },
    );
    const { id } = (created.data.createClient as { client: { id: string } }).client;
    const changed = await app.ask(
      'mutation ($id: ID!) { updateClient(input: { clientId: $id, changes: { city: "York" } }) { ... on UpdateClientSuccess { client { address { city country } detailFreshness { state } } } ... on Error { code message } } }',
      { id },
    );
    expect(changed.data.updateClient).toMatchObject({ client: { address: { city: 'York', country: 'GB' } } });
    const found = await app.ask(
      '{ clients(filter: { text: "okafor" }) { edges { node { id domains { totalCount } } } } }',
    );
    expect(found.data.clients).toEqual({ edges: [{ node: { id, domains: { totalCount: 0 } } }] });
  });

  test('the transfer lock is set, and the answer shows it at once', async () => {
    const { data } = await app.ask(
      '{ domains(first: 1, filter: { transferLocked: false, tlds: ["com"] }) { edges { node { name } } } }',
    );
    const name = (data.domains as { edges: { node: { name: string } }[] }).edges[0]?.node.name;
    const locked = await app.ask(
      'mutation ($name: DomainName!) { setTransferLock(input: { domain: $name, locked: true }) { ... on SetTransferLockSuccess { domain { name transferLock eppStatuses } } ... on Error { code message } } }',
      { name },
    );
    expect(locked.data.setTransferLock).toEqual({
      domain: { name, transferLock: true, eppStatuses: ['CLIENT_TRANSFER_PROHIBITED'] },
    });
  });
});

test('in all this Gandi never saw a call over its limit', async () => {
  expect((await counters()).overLimit).toBe(0);
});
