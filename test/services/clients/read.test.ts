// Reading clients: what is asked of Gandi, what the mirror answers, and who sees what.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MissingScopeError } from '../../../src/auth/session.ts';
import type { ClientFilter, OperationScope } from '../../../src/services/services.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { setup, upstreamError } from './setup.ts';

let test: TestStore;
beforeEach(async () => {
  test = await createTestStore();
});
afterEach(() => test.close());

const list = ({ service }: ReturnType<typeof setup>, scope: OperationScope, filter: ClientFilter = {}) =>
  service.list(scope, { filter, orderBy: { field: 'NAME', direction: 'ASC' }, page: { first: 50 } });
const ids = (listed: Awaited<ReturnType<typeof list>>) => listed.edges.map(({ node }) => node.id);

describe('the list of clients', () => {
  it('takes one call for each page of 100 when the mirror is empty, and none the next time', async () => {
    const context = setup(test, 150);
    const listed = await list(context, context.scopeOf());
    expect(ids(listed)).toHaveLength(50);
    expect(listed.hasNextPage).toBe(true);
    expect(await listed.totalCount()).toBe(150);
    expect(listed.freshness).toMatchObject({ state: 'LIVE', isComplete: true });
    expect(listed.edges[0]?.node.freshness.state).toBe('LIVE');
    expect(context.gandi.sent()).toEqual(['organizations', 'clients:reseller:1', 'clients:reseller:2']);
    context.gandi.clearCalls();
    await context.clock.advance(1_000);
    const again = await list(context, context.scopeOf());
    expect(again.edges[0]?.node.freshness.state).toBe('MIRRORED');
    expect(context.gandi.sent()).toEqual([]);
  });

  it('goes on from a cursor, each client once', async () => {
    const context = setup(test, 7);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await context.service.list(context.scopeOf(), {
        filter: {},
        orderBy: { field: 'NAME', direction: 'ASC' },
        page: { first: 3, ...(after && { after }) },
      });
      seen.push(...ids(page));
      after = page.hasNextPage ? page.edges.at(-1)?.cursor : undefined;
    } while (after);
    expect(seen).toEqual(['c00', 'c01', 'c02', 'c03', 'c04', 'c05', 'c06']);
  });

  it('says why it is old when Gandi cannot be asked', async () => {
    const context = setup(test);
    await list(context, context.scopeOf());
    context.gandi.fail(/./, upstreamError('unavailable', { status: 502 }));
    await context.clock.advance(86_400_000);
    const old = await list(context, context.scopeOf());
    expect(ids(old)).toEqual(['c00', 'c01', 'c02']);
    expect(old.freshness).toMatchObject({ state: 'STALE', reason: expect.stringContaining('502') });
    expect(old.edges[0]?.node.freshness.state).toBe('STALE');
  });

  it('is a fault when there never was one and Gandi cannot be asked', async () => {
    const context = setup(test);
    context.gandi.fail(/./, upstreamError('unavailable', { status: 502 }));
    await expect(list(context, context.scopeOf())).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });

  it('shows a key of one client that client, and a key of another organization none', async () => {
    const context = setup(test);
    await list(context, context.scopeOf());
    expect(
      ids(await list(context, context.scopeOf({ session: { organizationId: 'reseller', clientId: 'c01' } }))),
    ).toEqual(['c01']);
    expect(ids(await list(context, context.scopeOf({ session: { organizationId: 'plain' } })))).toEqual([]);
  });

  it('does not tell a key of one client how many others there are', async () => {
    const context = setup(test);
    await list(context, context.scopeOf());
    const seen = await list(context, context.scopeOf({ session: { organizationId: 'reseller', clientId: 'c01' } }));
    expect(seen.freshness).toMatchObject({ fetched: 1, total: 1, isComplete: true });
    expect(await seen.totalCount()).toBe(1);
    expect((await list(context, context.scopeOf())).freshness).toMatchObject({ fetched: 3, total: 3 });
  });

  it('knows which clients have domains', async () => {
    const context = setup(test, 6);
    expect(ids(await list(context, context.scopeOf(), { hasDomains: false }))).toEqual(['c04', 'c05']);
    expect(ids(await list(context, context.scopeOf(), { hasDomains: true }))).toEqual(['c00', 'c01', 'c02', 'c03']);
  });

  it('of an organization that does not exist is empty and asks Gandi nothing about it', async () => {
    const context = setup(test);
    expect(ids(await list(context, context.scopeOf(), { organizationId: 'nowhere' }))).toEqual([]);
    expect(context.gandi.sent().filter((what) => what.includes('nowhere'))).toEqual([]);
  });

  it('needs the scope to read the portfolio', async () => {
    const context = setup(test);
    await expect(list(context, context.scopeOf({ session: { scopes: new Set() } }))).rejects.toThrow(MissingScopeError);
    expect(context.gandi.sent()).toEqual([]);
  });
});

describe('one client', () => {
  it('is found by its id, and hundreds in the same moment cost one reading of the list', async () => {
    const context = setup(test, 150);
    const scope = context.scopeOf();
    const wanted = Array.from({ length: 150 }, (_, index) => `c${String(index).padStart(2, '0')}`);
    const found = await Promise.all(wanted.map((id) => context.service.byId(scope, id)));
    expect(found.map((client) => client?.id)).toEqual(wanted);
    expect(context.gandi.sent()).toHaveLength(3);
  });

  it("is null when there is none, or when it is not the caller's to see", async () => {
    const context = setup(test);
    expect(await context.service.byId(context.scopeOf(), 'unknown')).toBeNull();
    const key = { organizationId: 'reseller', clientId: 'c00' };
    expect(await context.service.byId(context.scopeOf({ session: key }), 'c01')).toBeNull();
    expect(await context.service.byId(context.scopeOf({ session: key }), 'c00')).toMatchObject({ id: 'c00' });
  });
});

describe('the detail of a client', () => {
  const details = async (context: ReturnType<typeof setup>, scope: OperationScope) => {
    const { edges } = await list(context, scope);
    return Promise.all(edges.map(({ node }) => context.service.detail(scope, node)));
  };

  it('takes one call for each client whose detail is not at hand, and none the next time', async () => {
    const context = setup(test);
    await list(context, context.scopeOf());
    context.gandi.clearCalls();
    const [first] = await details(context, context.scopeOf());
    expect(first).toMatchObject({
      value: { reference: 'REF-c00', phone: '+358.401234567' },
      freshness: { state: 'LIVE' },
    });
    expect(context.gandi.sent().toSorted()).toEqual(['c00', 'c01', 'c02'].map((id) => `client:reseller:${id}`));
    context.gandi.clearCalls();
    await details(context, context.scopeOf());
    expect(context.gandi.sent()).toEqual([]);
  });

  it('is null for the one client that cannot be read, and there for the others', async () => {
    const context = setup(test);
    context.gandi.fail(/^client:reseller:c01/, upstreamError('forbidden', { status: 403 }));
    const [first, second, third] = await details(context, context.scopeOf());
    expect([first !== null, second, third !== null]).toEqual([true, null, true]);
  });

  it('is the old one, marked so, when Gandi cannot be asked', async () => {
    const context = setup(test);
    await details(context, context.scopeOf());
    await context.clock.advance(86_400_000);
    context.gandi.fail(/./, upstreamError('timeout'));
    const [first] = await details(context, context.scopeOf());
    expect(first).toMatchObject({ value: { reference: 'REF-c00' }, freshness: { state: 'STALE' } });
  });
});
