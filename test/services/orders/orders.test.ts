// Orders as their callers find them again: by id, by key, in lists, and only their own.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MissingScopeError } from '../../../src/auth/session.ts';
import { createUpstreamMeter } from '../../../src/lib/upstream-meter.ts';
import { createLoaders } from '../../../src/loaders/loaders.ts';
import { createMirror } from '../../../src/mirror/create-mirror.ts';
import { createOrdersService } from '../../../src/services/orders.ts';
import type { OperationScope, OrdersService } from '../../../src/services/services.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { type Stage, scopeOf, sessionOf, setup, wish } from '../transfers/setup.ts';

let database: TestStore;
let stage: Stage;
let orders: OrdersService;

beforeEach(async () => {
  database = await createTestStore();
  stage = setup(database);
  orders = createOrdersService({ store: stage.store });
  for (const [name, client] of [
    ['a.com', 'c00'],
    ['b.com', 'c01'],
    ['c.com', 'c00'],
  ] as const) {
    await stage.transfers.request(scopeOf(), wish({ domain: name, idempotencyKey: name, client: { id: client } }));
    await stage.clock.advance(1_000);
  }
  stage.gandi.clear();
});
afterEach(async () => {
  expect(stage.gandi.allCalls()).toBe(0);
  await database.close();
});

/** A scope with the real loaders. */
function scope(session: Parameters<typeof sessionOf>[0] = {}): OperationScope {
  const base = { session: sessionOf(session), meter: createUpstreamMeter(), maxAgeSeconds: null, signal: undefined };
  const { store, clock } = stage;
  const mirror = createMirror({ port: stage.gandi.port, store, clock });
  return { ...base, loaders: createLoaders({ ...base, mirror, store, clock }) };
}
const byKey = (idempotencyKey: string, session = {}, organizationId: string | null = null) =>
  orders.byKey(scope(session), { organizationId, mutation: 'transferDomainIn', idempotencyKey });
const newestFirst = { field: 'CREATED_AT', direction: 'DESC' } as const;

describe('one order', () => {
  test('is found by its key, with or without its organization, and by its id', async () => {
    const found = await byKey('a.com');
    expect(found).toMatchObject({ domainName: 'a.com', state: 'ACCEPTED' });
    expect(await byKey('a.com', {}, 'reseller')).toEqual(found);
    expect(await orders.byId(scope(), found?.id ?? '')).toEqual(found);
  });

  test('does not exist for others', async () => {
    const found = await byKey('a.com');
    for (const session of [{ organizationId: 'person' }, { organizationId: 'reseller', clientId: 'c01' }]) {
      expect(await byKey('a.com', session)).toBeNull();
      expect(await byKey('a.com', session, 'reseller')).toBeNull();
      expect(await orders.byId(scope(session), found?.id ?? '')).toBeNull();
    }
  });

  test('does not exist under another key, another id, or a text that is no id', async () => {
    expect(await byKey('z.com')).toBeNull();
    expect(await orders.byId(scope(), crypto.randomUUID())).toBeNull();
    expect(await orders.byId(scope(), "'; DROP TABLE orders")).toBeNull();
  });

  test('of several resellers must be asked for with its organization', async () => {
    const [first] = await stage.store.organizations.all();
    if (first)
      await stage.store.organizations.replaceAll(
        [first, { ...first, id: 'second', isReseller: true }, { ...first, id: 'third', isReseller: true }],
        stage.clock.now(),
      );
    await expect(byKey('a.com')).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: { name: 'organizationId' },
    });
  });
});

describe('the list', () => {
  const list = async (session = {}, filter = {}, page = { first: 20 }) => {
    const found = await orders.list(scope(session), { filter, orderBy: newestFirst, page });
    return { names: found.edges.map(({ node }) => node.domainName), total: await found.totalCount(), found };
  };

  test('has all of them, newest first, in pages', async () => {
    expect(await list()).toMatchObject({ names: ['c.com', 'b.com', 'a.com'], total: 3 });
    const { found } = await list({}, {}, { first: 2 });
    expect(found.hasNextPage).toBe(true);
    const page = { first: 2, after: found.edges.at(-1)?.cursor ?? '' };
    expect((await list({}, {}, page)).names).toEqual(['a.com']);
  });

  test('has only what the session may see and the filter wants', async () => {
    expect(await list({ organizationId: 'reseller', clientId: 'c01' })).toMatchObject({ names: ['b.com'], total: 1 });
    expect(await list({ organizationId: 'person' })).toMatchObject({ names: [], total: 0 });
    expect(await list({}, { domainName: 'a.com' })).toMatchObject({ names: ['a.com'], total: 1 });
    expect(await list({}, { states: ['COMPLETED'] })).toMatchObject({ names: [], total: 0 });
  });

  test('is for keys that may read', async () => {
    await expect(list({ scopes: new Set() })).rejects.toThrow(MissingScopeError);
  });
});
