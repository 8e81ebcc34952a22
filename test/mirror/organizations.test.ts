// Several organizations under one credential: where each domain belongs, by each kind of evidence, and what it costs to find out.
import { afterEach, describe, expect, test } from 'vitest';
import { type FakeWorld, failure, fakeClient, fakeOrganization, fakePortfolio } from '../helpers/fake-gandi.ts';
import { allDomains, type MirrorTest, mirrorTest } from './setup.ts';

let t: MirrorTest;
afterEach(() => t.close());

const LIST = { withClients: false };
const WITH_CLIENTS = { withClients: true };

function severalOrganizations(rowSharingIds: boolean, domains = 40): FakeWorld {
  const world = fakePortfolio({ domains, clients: 4, rowSharingIds });
  world.organizations.push(fakeOrganization('person', false), fakeOrganization('other', true));
  world.clients.push({ organizationId: 'other', client: fakeClient('x00') });
  world.domains.push(
    { name: 'mine.example', organizationId: 'person', clientId: null },
    { name: 'own.example', organizationId: 'reseller', clientId: null },
    { name: 'theirs.example', organizationId: 'other', clientId: 'x00' },
  );
  return world;
}

async function expectTruth() {
  const truth = new Map(t.gandi.world.domains.map((domain) => [domain.name, domain]));
  const domains = await allDomains(t.store);
  expect(domains).toHaveLength(truth.size);
  for (const { name, organizationId } of domains)
    expect([name, organizationId]).toEqual([name, truth.get(name)?.organizationId]);
  return { domains, truth };
}

describe('domains of several organizations', () => {
  test('are put where their rows say, for no further call', async () => {
    t = await mirrorTest(severalOrganizations(true));
    const demand = t.demand();
    await t.mirror.ensureDomains(WITH_CLIENTS, demand);
    const { domains, truth } = await expectTruth();
    for (const { name, clientId, clientAsOf } of domains)
      expect([name, clientId, clientAsOf !== null]).toEqual([name, truth.get(name)?.clientId, true]);
    expect(t.gandi.sent().toSorted()).toEqual(['clients:other:1', 'clients:reseller:1', 'domains:1', 'organizations']);
    expect(demand.meter).toMatchObject({ planned: 4, made: 4 });
  });

  test('whose rows say nothing are found by the list of each organization', async () => {
    t = await mirrorTest(severalOrganizations(false));
    const demand = t.demand();
    await t.mirror.ensureDomains(LIST, demand);
    await expectTruth();
    expect(
      t.gandi
        .sent()
        .filter((what) => what.includes('org='))
        .toSorted(),
    ).toEqual(['domains:org=other:1', 'domains:org=person:1', 'domains:org=reseller:1']);
    expect(demand.meter.planned).toBe(demand.meter.made);
    expect(demand.meter.made).toBe(t.gandi.calls.length);
  });

  test('stay where they are at the next pass, which then costs its pages only', async () => {
    t = await mirrorTest(severalOrganizations(false));
    await t.mirror.ensureDomains(LIST, t.demand());
    await t.clock.advance(1);
    t.gandi.clearCalls();
    await t.mirror.ensureDomains(LIST, t.demand({ maxAgeSeconds: 0 }));
    await expectTruth();
    expect(t.gandi.sent()).toEqual(['domains:1']);
  });

  test('a few of them are found by their details', async () => {
    t = await mirrorTest(severalOrganizations(false, 0));
    await t.mirror.ensureDomains(LIST, t.demand());
    await expectTruth();
    expect(
      t.gandi
        .sent()
        .filter((what) => what.startsWith('domain:'))
        .toSorted(),
    ).toEqual(['domain:mine.example', 'domain:own.example', 'domain:theirs.example']);
  });

  test('whose clients rows do not tell: the list of each client, and none for what belongs to no reseller', async () => {
    t = await mirrorTest(severalOrganizations(false));
    await t.mirror.ensureDomains(WITH_CLIENTS, t.demand());
    const { domains, truth } = await expectTruth();
    for (const { name, clientId, clientAsOf } of domains)
      expect([name, clientId, clientAsOf !== null]).toEqual([name, truth.get(name)?.clientId, true]);
  });
});

describe('rows that name the reseller for every domain', () => {
  test('are not taken to mean that no domain has a client', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 12, clients: 2 }));
    const { port } = t.gandi;
    const domains = port.domains;
    Object.assign(port, {
      domains: async (...args: Parameters<typeof domains>) => {
        const page = await domains(...args);
        return { ...page, items: page.items.map((row) => ({ ...row, sharingId: 'reseller' })) };
      },
    });
    await t.mirror.ensureDomains(WITH_CLIENTS, t.demand());
    const rows = await allDomains(t.store);
    expect(new Set(rows.map(({ clientId }) => clientId))).toEqual(new Set(['c00', 'c01']));
    expect(t.gandi.sent().filter((what) => what.includes('client='))).toHaveLength(2);
  });
});

describe('a listing of the domains of one client', () => {
  test('refreshes the list of that client when that takes fewer calls than the whole', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 400, clients: 20 }));
    await t.mirror.ensureDomains(LIST, t.demand());
    await t.clock.advance(1_000);
    t.gandi.clearCalls();
    t.gandi.world.domains.push({ name: 'new.example', organizationId: 'reseller', clientId: 'c03' });
    const [moved] = t.gandi.world.domains.filter(({ clientId }) => clientId === 'c03');
    t.gandi.world.domains = t.gandi.world.domains.map((domain) =>
      domain === moved ? { ...domain, clientId: 'c04' } : domain,
    );
    const demand = t.demand({ maxAgeSeconds: 0 });
    const freshness = await t.mirror.ensureDomains({ clientIds: ['c03'], withClients: true }, demand);
    expect(freshness).toMatchObject({ state: 'LIVE', isComplete: true });
    expect(t.gandi.sent()).toEqual(['domains:client=c03:1', `domain:${moved?.name}`]);
    expect(demand.meter).toMatchObject({ planned: 2, made: 2 });
    const page = await t.store.domains.list({
      visibility: { organizationId: null, clientId: null },
      filter: { clientIds: ['c03'] },
      orderBy: { field: 'NAME', direction: 'ASC' },
      page: { first: 100 },
    });
    expect(page.rows.map(({ row }) => row.name)).toContain('new.example');
    expect(page.rows.map(({ row }) => row.name)).not.toContain(moved?.name);
  });

  test('takes none while the whole list is young', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 400, clients: 20 }));
    await t.mirror.ensureDomains(LIST, t.demand());
    await t.clock.advance(1_000);
    t.gandi.clearCalls();
    expect(await t.mirror.ensureDomains({ clientIds: ['c03'], withClients: true }, t.demand())).toMatchObject({
      state: 'MIRRORED',
      isComplete: true,
    });
    expect(t.gandi.calls).toHaveLength(0);
  });
});

describe('the person behind the credential', () => {
  test('is asked for once', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 1, clients: 1 }));
    expect(await t.mirror.user(t.demand())).toMatchObject({ username: 'nia' });
    expect(await t.mirror.user(t.demand())).toMatchObject({ username: 'nia' });
    expect(t.gandi.sent()).toEqual(['user']);
  });

  test('is null when Gandi does not tell, which is no failure and is not asked again', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 1, clients: 1 }));
    t.gandi.world.user = null;
    expect(await t.mirror.user(t.demand())).toBeNull();
    expect(await t.mirror.user(t.demand())).toBeNull();
    expect(t.gandi.sent()).toEqual(['user']);
  });

  test('is the last known one when Gandi cannot be asked', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 1, clients: 1 }));
    await t.mirror.user(t.demand());
    await t.clock.advance(2 * 3_600_000);
    t.gandi.fail(/user/, failure('unavailable', { status: 502 }));
    expect(await t.mirror.user(t.demand())).toMatchObject({ username: 'nia' });
  });
});
