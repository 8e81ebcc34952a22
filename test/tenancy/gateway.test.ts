// The whole gateway with tokens of two clients: each sees its own domains, orders, transfers and events alone; everything else is not there.
import { type Client, createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createLogger } from '../../src/telemetry/logger.ts';
import { type SandboxApp, startSandboxApp } from '../helpers/sandbox-app.ts';

const KEY = 'a-key-of-sixteen-or-more';
const lines: string[] = [];
/** Whatever was given out in this test. */
const given: string[] = [];

const open: Client[] = [];

let app: SandboxApp;
let organizationId: string;
let a: Tenant;
let b: Tenant;

interface Tenant {
  readonly clientId: string;
  readonly token: string;
  /** On its way in. */
  readonly incoming: string;
  readonly domains: readonly string[];
  readonly orderId: string;
  readonly transferId: string;
  readonly domainId: string;
}
interface List<Node> {
  readonly edges: readonly { readonly node: Node }[];
}
const nodesOf = <Node>(list: unknown) => (list as List<Node>).edges.map(({ node }) => node);

const CREATE = `mutation ($input: CreateAccessTokenInput!) {
  createAccessToken(input: $input) {
    __typename
    ... on CreateAccessTokenSuccess { token scopes }
    ... on Error { code message }
  }
}`;
const TRANSFER = `mutation ($input: TransferDomainInInput!) {
  transferDomainIn(input: $input) {
    __typename
    ... on TransferDomainInSuccess { order { id } transfer { id } }
    ... on Error { code message }
  }
}`;
const EVERYTHING = `{
  clients(first: 100) { edges { node { id } } }
  domains(first: 100) { edges { node { name client { id } } } }
  orders(first: 100) { edges { node { id } } }
  transfers(first: 100) { edges { node { id } } }
  events(last: 100) { edges { node { id type client { id } domainName } } }
}`;

async function createToken(
  clientId: string | null,
  credential = KEY,
  expiresInSeconds = 3_600,
): Promise<Record<string, string>> {
  const input = { organizationId, clientId, expiresInSeconds };
  const { data, errors } = await app.as(credential).ask(CREATE, { input });
  expect(errors).toEqual([]);
  const made = data.createAccessToken as Record<string, string>;
  if (made.token !== undefined) given.push(made.token);
  return made;
}

/** A client with domains, one that is on its way in, and a token. */
async function settle(client: { id: string; domains: unknown }, incoming: string): Promise<Tenant> {
  const owned = nodesOf<{ id: string; name: string }>(client.domains);
  const input = {
    domain: incoming,
    authCode: 'code-of-the-holder',
    client: { id: client.id },
    idempotencyKey: incoming,
  };
  const { data, errors } = await app.as(KEY).ask(TRANSFER, { input });
  expect(errors).toEqual([]);
  const placed = data.transferDomainIn as { order: { id: string }; transfer: { id: string } };
  expect(placed).toMatchObject({ __typename: 'TransferDomainInSuccess' });
  const { token = '' } = await createToken(client.id);
  return {
    clientId: client.id,
    incoming,
    token,
    domains: owned.map(({ name }) => name),
    domainId: owned[0]?.id ?? '',
    orderId: placed.order.id,
    transferId: placed.transfer.id,
  };
}

beforeAll(async () => {
  app = await startSandboxApp({
    domains: 24,
    environment: { GATEWAY_API_KEY: KEY },
    logger: createLogger({ level: 'trace', pretty: false, destination: { write: (line) => lines.push(line) } }),
  });
  const { data, errors } = await app.as(KEY).ask(
    `{ organizations { id isReseller clients(first: 6) { edges { node {
      id domains(first: 50) { edges { node { id name } } }
    } } } } }`,
  );
  expect(errors).toEqual([]);
  const organizations = data.organizations as { id: string; isReseller: boolean; clients: unknown }[];
  const seller = organizations.find(({ isReseller }) => isReseller);
  organizationId = seller?.id ?? '';
  const clients = nodesOf<{ id: string; domains: unknown }>(seller?.clients);
  const [first, second] = clients.filter(({ domains }) => nodesOf(domains).length > 0);
  if (first === undefined || second === undefined) throw new Error('There are fewer than two clients.');
  a = await settle(first, 'first-on-its-way.com');
  b = await settle(second, 'second-on-its-way.com');
});
afterAll(async () => {
  for (const client of open) await client.dispose();
  await app.close();
});

test('a list shows its own rows, all of them, and nothing of others', async () => {
  for (const own of [a, b]) {
    const { data, errors } = await app.as(own.token).ask(EVERYTHING);
    expect(errors).toEqual([]);
    expect(nodesOf(data.clients)).toEqual([{ id: own.clientId }]);
    const domains = nodesOf<{ name: string; client: { id: string } | null }>(data.domains);
    expect(domains.map(({ name }) => name).toSorted()).toEqual(own.domains.toSorted());
    expect(nodesOf(data.orders)).toEqual([{ id: own.orderId }]);
    expect(nodesOf(data.transfers)).toEqual([{ id: own.transferId }]);
    const events = nodesOf<{ client: { id: string } | null }>(data.events);
    expect(events.length).toBeGreaterThan(0);
    expect(events.every(({ client }) => client?.id === own.clientId)).toBe(true);
  }
});

test('what belongs to another is not there, by whichever id or name it is asked for', async () => {
  const { data: all } = await app.as(KEY).ask(EVERYTHING);
  const foreign = nodesOf<{ id: string; client: { id: string } | null }>(all.events).find(
    ({ client }) => client?.id === b.clientId,
  );
  const ids = [b.clientId, b.domainId, b.orderId, b.transferId, foreign?.id];
  expect(ids).not.toContain(undefined);
  const query = `query ($ids: [ID!]!, $order: ID!, $transfer: ID!, $client: ID!, $domain: DomainName!) {
    nodes(ids: $ids) { id }
    order(id: $order) { id }
    transfer(id: $transfer) { id }
    client(id: $client) { id }
    domain(name: $domain) { name }
  }`;
  const variables = { ids, order: b.orderId, transfer: b.transferId, client: b.clientId, domain: b.domains[0] };
  const foreignAnswer = await app.as(a.token).ask(query, variables);
  expect(foreignAnswer.data).toEqual({
    ...{ nodes: ids.map(() => null), order: null, transfer: null },
    ...{ client: null, domain: null },
  });
  const own = await app.as(b.token).ask(query, variables);
  expect(own.data).toMatchObject({ nodes: ids.map((id) => ({ id })), order: { id: b.orderId } });
});

test('what is told as it happens is told to its own client alone, by every subscription', async () => {
  const documents = {
    events: 'subscription { events { cursor ... on Event { domainName } } }',
    transferUpdates: 'subscription { transferUpdates { cursor ... on TransferUpdate { transfer { domainName } } } }',
    orderUpdates: 'subscription { orderUpdates { cursor ... on OrderUpdate { order { domainName } } } }',
  };
  const tellings = [a, b].flatMap(({ token, incoming }) => {
    const client = createClient({ url: app.webSocketUrl, connectionParams: { authorization: `Bearer ${token}` } });
    open.push(client);
    return Object.entries(documents).map(([name, query]) => {
      const domains = new Set<string>();
      const next = (result: unknown) => {
        const [, domain] = /"domainName":"([^"]+)"/.exec(JSON.stringify(result)) ?? [];
        if (domain !== undefined) domains.add(domain);
      };
      client.subscribe({ query }, { next, error: () => {}, complete: () => {} });
      return { name, incoming, domains };
    });
  });
  await vi.waitFor(
    async () => {
      await app.control('POST', '/clock/advance', { seconds: 30 });
      for (const { name, domains, incoming } of tellings) expect([name, ...domains]).toContain(incoming);
    },
    { timeout: 30_000, interval: 100 },
  );
  const incoming = [a.incoming, b.incoming];
  for (const telling of tellings)
    expect(incoming.filter((domain) => telling.domains.has(domain))).toEqual([telling.incoming]);
});

test('a token makes tokens for its own client, and for nobody else', async () => {
  const { token = '' } = await createToken(a.clientId, a.token, 600);
  const { data } = await app.as(token).ask(EVERYTHING);
  expect(nodesOf(data.clients)).toEqual([{ id: a.clientId }]);
  expect(await createToken(a.clientId, a.token, 3_700)).toMatchObject({ code: 'INVALID_INPUT' });
  for (const clientId of [b.clientId, null])
    expect(await createToken(clientId, a.token, 600)).toMatchObject({ code: 'NOT_FOUND' });
});

test('no token is in the log, whatever the level', () => {
  const log = lines.join('');
  expect(log).toContain('answered a GraphQL request');
  for (const token of given) for (const part of token.split('.').slice(1)) expect(log).not.toContain(part);
});
