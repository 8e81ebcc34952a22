// Clients: the list by pages, details one by one, and what is written through after a change.
import { afterEach, describe, expect, test } from 'vitest';
import { failure, fakeClient, fakePortfolio } from '../helpers/fake-gandi.ts';
import { type MirrorTest, mirrorTest } from './setup.ts';

let t: MirrorTest;
afterEach(() => t.close());

describe('the list of clients', () => {
  test('of 250 clients takes three pages, and none again', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 1, clients: 250 }));
    const demand = t.demand();
    expect(await t.mirror.ensureClients('reseller', demand)).toMatchObject({ state: 'LIVE', fetched: 250, total: 250 });
    expect(demand.meter).toMatchObject({ planned: 4, made: 4 });
    expect(await t.mirror.ensureClients(null, t.demand())).toMatchObject({ state: 'MIRRORED' });
    expect(t.gandi.sent().toSorted()).toEqual([
      'clients:reseller:1',
      'clients:reseller:2',
      'clients:reseller:3',
      'organizations',
    ]);
    expect(await t.store.clients.ids('reseller')).toHaveLength(250);
  });

  test('of an organization that is no reseller takes no call', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 1, clients: 1 }));
    expect(await t.mirror.ensureClients('somebody', t.demand())).toMatchObject({ isComplete: true, total: 0 });
    expect(t.gandi.sent()).toEqual(['organizations']);
  });

  test('marks those missing that a steady and counted list no longer shows', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 1, clients: 3 }));
    await t.mirror.ensureClients(null, t.demand());
    t.gandi.world.clients.pop();
    await t.clock.advance(1);
    await t.mirror.ensureClients(null, t.demand({ maxAgeSeconds: 0 }));
    expect(await t.store.clients.ids('reseller')).toEqual(['c00', 'c01']);
  });
});

describe('details of clients', () => {
  test('take one call each, and none while young', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 1, clients: 5 }));
    await t.mirror.ensureClients(null, t.demand());
    await t.clock.advance(1);
    t.gandi.clearCalls();
    const demand = t.demand();
    const details = await t.mirror.clientDetails(['c01', 'c03', 'nobody'], demand);
    expect([...details.keys()].toSorted()).toEqual(['c01', 'c03']);
    expect(details.get('c01')).toMatchObject({ value: { reference: 'REF-c01' }, freshness: { state: 'LIVE' } });
    expect(demand.meter).toMatchObject({ planned: 2, made: 2 });
    await t.clock.advance(1);
    expect((await t.mirror.clientDetails(['c01'], t.demand())).get('c01')?.freshness.state).toBe('MIRRORED');
    expect(t.gandi.sent().toSorted()).toEqual(['client:reseller:c01', 'client:reseller:c03']);
  });

  test('that cannot be read are given as they were', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 1, clients: 2 }));
    await t.mirror.ensureClients(null, t.demand());
    await t.mirror.clientDetails(['c00'], t.demand());
    await t.clock.advance(1);
    t.gandi.fail(/^client:/, failure('busy', { retryAfterMs: 100 }));
    const details = await t.mirror.clientDetails(['c00', 'c01'], t.demand({ maxAgeSeconds: 0 }));
    expect([...details.keys()]).toEqual(['c00']);
    expect(details.get('c00')?.freshness).toMatchObject({
      state: 'STALE',
      reason: 'The call budget is full for another 1 s.',
    });
  });
});

describe('after a write', () => {
  test('what the writer knows is in the mirror at once, without a call', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 1, clients: 1 }));
    await t.mirror.wroteClient('reseller', { ...fakeClient('new'), reference: 'R-7' });
    const details = await t.mirror.clientDetails(['new'], t.demand());
    expect(details.get('new')?.value.reference).toBe('R-7');
    expect(t.gandi.calls).toHaveLength(0);
  });

  test('a client is read again by one call; 404 gives null', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 1, clients: 1 }));
    expect(await t.mirror.clientChanged('reseller', 'c00', t.demand())).toMatchObject({
      id: 'c00',
      detail: { reference: 'REF-c00' },
    });
    expect(await t.mirror.clientChanged('reseller', 'nobody', t.demand())).toBeNull();
    expect(t.gandi.sent()).toEqual(['client:reseller:c00', 'client:reseller:nobody']);
  });

  test('a domain of a client made a moment ago finds its organization', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 1, clients: 1 }));
    await t.mirror.ensureDomains({ withClients: false }, t.demand());
    t.gandi.world.clients.push({ organizationId: 'reseller', client: fakeClient('new') });
    t.gandi.world.domains.push({ name: 'new.example', organizationId: 'reseller', clientId: 'new' });
    expect(await t.mirror.domainChanged('new.example', t.demand())).toMatchObject({
      organizationId: 'reseller',
      clientId: 'new',
    });
  });
});
