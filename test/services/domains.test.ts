// Domains as the schema asks for them: lists, names, keys, details, clients; who sees what, at which cost in calls and SQL.
import { afterEach, describe, expect, test } from 'vitest';
import { MissingScopeError } from '../../src/auth/session.ts';
import { RequestFault } from '../../src/services/errors.ts';
import type { DomainNode } from '../../src/services/services.ts';
import { failure, fakeOrganization, fakePortfolio } from '../helpers/fake-gandi.ts';
import { type ServicesTest, servicesTest } from './domains-setup.ts';

let t: ServicesTest;
afterEach(() => t.close());

const MINUTE = 60_000;
const BY_NAME = { filter: {}, orderBy: { field: 'NAME', direction: 'ASC' }, page: { first: 20 } } as const;
const CLIENT_KEY = { organizationId: 'reseller', clientId: 'c01' };

async function faultOf(promise: Promise<unknown>): Promise<RequestFault> {
  const error = await promise.then(
    () => new Error('it was answered'),
    (reason: unknown) => reason,
  );
  if (error instanceof RequestFault) return error;
  throw error;
}

describe('a list of domains', () => {
  test('with clients, of 1,000 domains and a cold mirror, takes 12 calls; again none and one read of the store', async () => {
    t = await servicesTest(fakePortfolio({ domains: 1_000, clients: 60 }));
    const query = async () => {
      const scope = t.scope();
      const found = await t.domains.list(scope, BY_NAME);
      const clients = await Promise.all(found.edges.map(({ node }) => t.domains.client(scope, node)));
      return { scope, found, clients, total: await found.totalCount() };
    };
    const cold = await query();
    expect(cold.total).toBe(1_000);
    expect(cold.found.edges.map(({ node }) => node.name).slice(0, 2)).toEqual(['d0000.example', 'd0001.example']);
    expect(cold.clients.map((client) => client?.id).slice(0, 3)).toEqual(['c00', 'c01', 'c02']);
    expect(cold.found.edges.every(({ node }) => node.freshness.state === 'LIVE')).toBe(true);
    expect(cold.scope.meter).toMatchObject({ planned: 12, made: 12 });
    expect(t.gandi.calls).toHaveLength(12);
    await t.clock.advance(1_000);
    t.reads.splice(0);
    const warm = await query();
    expect(warm.scope.meter).toMatchObject({ planned: 0, made: 0 });
    expect(warm.found.edges[0]?.node.freshness.state).toBe('MIRRORED');
    expect(t.gandi.calls).toHaveLength(12);
    expect(t.reads.toSorted()).toEqual(['clients.byIds', 'domains.count', 'domains.list']);
  });

  test('asked for a hundred times at once costs the same calls and one read of each kind', async () => {
    t = await servicesTest(fakePortfolio({ domains: 200, clients: 12 }));
    await t.domains.list(t.scope(), BY_NAME);
    await t.clock.advance(1_000);
    t.gandi.clearCalls();
    t.reads.splice(0);
    const query = async () => {
      const scope = t.scope();
      const found = await t.domains.list(scope, BY_NAME);
      const clients = await Promise.all(found.edges.map(({ node }) => t.domains.client(scope, node)));
      return [found.edges.length, clients.length];
    };
    expect(await Promise.all(Array.from({ length: 100 }, query))).toEqual(Array(100).fill([20, 20]));
    expect(t.gandi.calls).toHaveLength(0);
    expect(t.reads.toSorted()).toEqual(['clients.byIds', 'domains.list']);
  });

  test('of two callers who may see different things is read for each', async () => {
    t = await servicesTest(fakePortfolio({ domains: 30, clients: 3 }));
    await t.domains.list(t.scope(), BY_NAME);
    t.reads.splice(0);
    const [all, own] = await Promise.all([
      t.domains.list(t.scope(), BY_NAME),
      t.domains.list(t.scope({ session: CLIENT_KEY }), BY_NAME),
    ]);
    expect([all.edges.length, own.edges.length]).toEqual([20, 10]);
    expect(t.reads.filter((read) => read === 'domains.list')).toHaveLength(2);
  });

  test('demanded fresh costs its pages, and the clients and details that follow in the same operation add none for the links', async () => {
    t = await servicesTest(fakePortfolio({ domains: 250, clients: 4 }));
    await t.domains.list(t.scope(), BY_NAME);
    await t.clock.advance(MINUTE);
    t.gandi.clearCalls();
    const scope = t.scope({ maxAgeSeconds: 0 });
    const found = await t.domains.list(scope, BY_NAME);
    await t.clock.advance(5);
    await Promise.all(found.edges.map(({ node }) => t.domains.client(scope, node)));
    expect(t.gandi.sent().toSorted()).toEqual(['clients:reseller:1', 'domains:1', 'domains:2', 'domains:3']);
    expect(scope.meter).toMatchObject({ planned: 4, made: 4 });
    expect(found.edges.every(({ node }) => node.freshness.state === 'LIVE')).toBe(true);
  });

  test('filters and sorts by what Gandi cannot', async () => {
    const world = fakePortfolio({ domains: 40, clients: 4 });
    world.domains = world.domains.map((domain, index) => ({
      ...domain,
      expiresAt: Date.UTC(2030, 0, 40 - index),
      eppStatuses: index % 2 === 0 ? ['clientTransferProhibited'] : [],
    }));
    world.domains.push({ name: 'own.example', organizationId: 'reseller', clientId: null });
    t = await servicesTest(world);
    const names = async (filter: Parameters<typeof t.domains.list>[1]['filter']) => {
      const orderBy = { field: 'EXPIRES_AT', direction: 'ASC' } as const;
      const { edges } = await t.domains.list(t.scope(), { filter, orderBy, page: { first: 3 } });
      return edges.map(({ node }) => node.name);
    };
    expect(await names({})).toEqual(['d0039.example', 'd0038.example', 'd0037.example']);
    expect(await names({ transferLocked: true })).toEqual(['d0038.example', 'd0036.example', 'd0034.example']);
    expect(await names({ clientIds: ['c00'] })).toEqual(['d0036.example', 'd0032.example', 'd0028.example']);
    expect(await names({ withoutClient: true })).toEqual(['own.example']);
  });

  test('tells a caller who sees a part only nothing of the size of the whole', async () => {
    t = await servicesTest(fakePortfolio({ domains: 30, clients: 3 }));
    const { freshness, edges } = await t.domains.list(t.scope({ session: CLIENT_KEY }), BY_NAME);
    expect(edges).toHaveLength(10);
    expect(freshness).toMatchObject({ fetched: 10, total: 10, isComplete: true });
  });

  test('that cannot be refreshed says so on every node', async () => {
    t = await servicesTest(fakePortfolio({ domains: 5, clients: 1 }));
    await t.domains.list(t.scope(), BY_NAME);
    await t.clock.advance(20 * MINUTE);
    t.gandi.fail(/.*/, failure('unavailable', { status: 502 }));
    const { freshness, edges } = await t.domains.list(t.scope(), BY_NAME);
    expect(freshness).toMatchObject({ state: 'STALE', reason: 'Gandi answered 502.' });
    expect(new Set(edges.map(({ node }) => `${node.freshness.state} ${node.freshness.reason}`))).toEqual(
      new Set(['STALE Gandi answered 502.']),
    );
  });

  test('with nothing at all to answer with is a fault that says when to come back', async () => {
    t = await servicesTest(fakePortfolio({ domains: 5, clients: 1 }));
    t.gandi.fail(/.*/, failure('busy', { retryAfterMs: 1_500 }));
    expect(await faultOf(t.domains.list(t.scope(), BY_NAME))).toMatchObject({
      code: 'UPSTREAM_BUSY',
      retryAfterMs: 1_500,
    });
  });
});

describe('one domain by name', () => {
  test.each(['D0001.Example', ' d0001.example. ', 'd0001。example'])('is found as %j', async (name) => {
    t = await servicesTest(fakePortfolio({ domains: 5, clients: 2 }));
    const scope = t.scope();
    expect(await t.domains.byName(scope, name)).toMatchObject({ name: 'd0001.example', freshness: { state: 'LIVE' } });
    expect(t.gandi.sent()).toEqual(['organizations', 'domain:d0001.example']);
  });

  test('that is no name is a fault that says what was found and what is expected', async () => {
    t = await servicesTest(fakePortfolio({ domains: 1, clients: 1 }));
    expect(await faultOf(t.domains.byName(t.scope(), 'www.example.com'))).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: {
        name: 'name',
        found: 'www.example.com',
        expected: 'the domain itself, "example.com", not a host below it',
      },
    });
    expect(t.gandi.calls).toHaveLength(0);
  });

  test('demanded fresh takes one call', async () => {
    t = await servicesTest(fakePortfolio({ domains: 5, clients: 2 }));
    await t.domains.list(t.scope(), BY_NAME);
    await t.clock.advance(1_000);
    t.gandi.clearCalls();
    const scope = t.scope({ maxAgeSeconds: 0 });
    const domain = await t.domains.byName(scope, 'd0001.example');
    const detail = domain && (await t.domains.detail(scope, domain));
    expect(domain?.freshness.state).toBe('LIVE');
    expect(detail?.value.nameservers).toEqual(['ns1.example.net']);
    expect(t.gandi.sent()).toEqual(['domain:d0001.example']);
    expect(scope.meter).toMatchObject({ planned: 1, made: 1 });
  });

  test('twenty of them in one operation are planned together', async () => {
    t = await servicesTest(fakePortfolio({ domains: 250, clients: 2 }));
    await t.domains.list(t.scope(), BY_NAME);
    await t.clock.advance(20 * MINUTE);
    await t.mirror.ensureClients(null, t.demand());
    t.gandi.clearCalls();
    const scope = t.scope();
    const names = Array.from({ length: 20 }, (_, index) => `d${String(index).padStart(4, '0')}.example`);
    const found = await Promise.all(names.map((name) => t.domains.byName(scope, name)));
    expect(found.every((domain) => domain?.freshness.state === 'LIVE')).toBe(true);
    expect(t.gandi.sent().toSorted()).toEqual(['domains:1', 'domains:2', 'domains:3']);
  });

  test('that is gone for sure is still known, and looked for again when the list is too old', async () => {
    t = await servicesTest(fakePortfolio({ domains: 5, clients: 1 }));
    await t.domains.list(t.scope(), BY_NAME);
    const [first] = t.gandi.world.domains.splice(0, 1);
    await t.clock.advance(20 * MINUTE);
    await t.domains.list(t.scope(), BY_NAME);
    await t.mirror.checkAbsences(t.demand());
    t.gandi.clearCalls();
    expect(await t.domains.byName(t.scope(), 'd0000.example')).toMatchObject({ presence: 'ABSENT_CONFIRMED' });
    expect(t.gandi.calls).toHaveLength(0);
    await t.clock.advance(20 * MINUTE);
    expect(await t.domains.byName(t.scope(), 'd0000.example')).toMatchObject({ presence: 'ABSENT_CONFIRMED' });
    expect(t.gandi.sent()).toEqual(['domain:d0000.example']);
    if (first) t.gandi.world.domains.push(first);
    expect(await t.domains.byName(t.scope(), 'd0000.example')).toMatchObject({ presence: 'PRESENT' });
  });

  test('of somebody else answers as not found, without a call that would tell', async () => {
    t = await servicesTest(fakePortfolio({ domains: 6, clients: 3 }));
    await t.domains.list(t.scope(), BY_NAME);
    t.gandi.clearCalls();
    const scope = () => t.scope({ session: CLIENT_KEY, maxAgeSeconds: 0 });
    expect(await t.domains.byName(scope(), 'd0000.example')).toBeNull();
    expect(await t.domains.byKey(scope(), { organizationId: 'reseller', name: 'd0000.example' })).toBeNull();
    expect(t.gandi.calls).toHaveLength(0);
    expect(await t.domains.byName(t.scope({ session: CLIENT_KEY }), 'd0001.example')).toMatchObject({
      clientId: 'c01',
    });
  });

  test('that Gandi knows and the caller may not see is null too', async () => {
    t = await servicesTest(fakePortfolio({ domains: 6, clients: 3 }));
    expect(await t.domains.byName(t.scope({ session: CLIENT_KEY }), 'd0000.example')).toBeNull();
  });
});

describe('the client of a domain', () => {
  test('that the mirror does not list yet is read by itself', async () => {
    const world = fakePortfolio({ domains: 2, clients: 1 });
    t = await servicesTest(world);
    await t.domains.list(t.scope(), BY_NAME);
    const { client } = world.clients[0] ?? {};
    if (client) world.clients.push({ organizationId: 'reseller', client: { ...client, id: 'late' } });
    world.domains.push({ name: 'late.example', organizationId: 'reseller', clientId: 'late' });
    const scope = t.scope({ maxAgeSeconds: null });
    await t.mirror.domainChanged('late.example', t.demand());
    t.gandi.clearCalls();
    const domain = await t.domains.byName(scope, 'late.example');
    expect(domain && (await t.domains.client(scope, domain))).toMatchObject({ id: 'late' });
    expect(t.gandi.sent()).toEqual(['client:reseller:late']);
  });

  test('is null, without a call, for a domain of the organization itself', async () => {
    const world = fakePortfolio({ domains: 2, clients: 1 });
    world.domains.push({ name: 'own.example', organizationId: 'reseller', clientId: null });
    t = await servicesTest(world);
    const scope = t.scope();
    await t.domains.list(scope, BY_NAME);
    t.gandi.clearCalls();
    const domain = await t.domains.byName(scope, 'own.example');
    expect(domain?.clientAsOf).not.toBeNull();
    expect(domain && (await t.domains.client(scope, domain))).toBeNull();
    expect(t.gandi.calls).toHaveLength(0);
  });
});

describe('details', () => {
  test('of twenty domains beside their clients are one batch: twenty calls', async () => {
    t = await servicesTest(fakePortfolio({ domains: 60, clients: 40, rowSharingIds: false }));
    const scope = t.scope();
    const { edges } = await t.domains.list(scope, BY_NAME);
    t.gandi.clearCalls();
    const nodes = edges.map(({ node }) => node);
    const both = (node: DomainNode) => Promise.all([t.domains.detail(scope, node), t.domains.client(scope, node)]);
    const found = await Promise.all(nodes.map(both));
    expect(found.every(([detail, client]) => detail !== null && client !== null)).toBe(true);
    expect(t.gandi.calls).toHaveLength(20);
  });

  test('that cannot be had at all are null', async () => {
    t = await servicesTest(fakePortfolio({ domains: 2, clients: 1 }));
    const scope = t.scope();
    const { edges } = await t.domains.list(scope, BY_NAME);
    t.gandi.fail(/^domain:/, failure('forbidden', { status: 403 }));
    const node = edges[0]?.node;
    expect(node && (await t.domains.detail(scope, node))).toBeNull();
  });
});

test('every question needs the right to read', async () => {
  t = await servicesTest(fakePortfolio({ domains: 1, clients: 1 }));
  const scope = t.scope({ session: { scopes: new Set() } });
  const domain = { organizationId: 'reseller', name: 'd0000.example' } as DomainNode;
  for (const ask of [
    () => t.domains.list(scope, BY_NAME),
    () => t.domains.byName(scope, 'd0000.example'),
    () => t.domains.byKey(scope, domain),
    () => t.domains.detail(scope, domain),
    () => t.domains.client(scope, domain),
    () => t.domains.setTransferLock(scope, { name: 'd0000.example', locked: true }),
    () => t.organizations.list(scope),
    () => t.organizations.byId(scope, 'reseller'),
    () => t.organizations.viewer(scope),
  ])
    await expect(ask()).rejects.toThrow(MissingScopeError);
  expect(t.gandi.calls).toHaveLength(0);
});

test('a domain of another organization is not found for a key of the first', async () => {
  const world = fakePortfolio({ domains: 2, clients: 1 });
  world.organizations.push(fakeOrganization('company', false));
  world.domains.push({ name: 'other.example', organizationId: 'company', clientId: null });
  t = await servicesTest(world);
  const session = { organizationId: 'company' };
  const { edges } = await t.domains.list(t.scope({ session }), BY_NAME);
  expect(edges.map(({ node }) => node.name)).toEqual(['other.example']);
  expect(await t.domains.byName(t.scope({ session }), 'd0000.example')).toBeNull();
});
