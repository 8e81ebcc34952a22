// The whole list of domains: how many calls it takes, cold and warm, alone and in a crowd.
import { afterEach, describe, expect, test } from 'vitest';
import { fakePortfolio } from '../helpers/fake-gandi.ts';
import { allDomains, type MirrorTest, mirrorTest } from './setup.ts';

let t: MirrorTest;
afterEach(() => t.close());

const WITH_CLIENTS = { withClients: true };

describe('a cold mirror', () => {
  test('1,000 domains of 60 clients are listed with their clients by 12 calls, and again by none', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 1_000, clients: 60 }));
    const first = t.demand();
    const freshness = await t.mirror.ensureDomains(WITH_CLIENTS, first);
    expect(freshness).toMatchObject({ state: 'LIVE', isComplete: true, fetched: 1_000, total: 1_000, reason: null });
    expect(t.gandi.sent().toSorted()).toEqual(
      ['organizations', 'clients:reseller:1', ...Array.from({ length: 10 }, (_, i) => `domains:${i + 1}`)].toSorted(),
    );
    expect(first.meter).toMatchObject({ planned: 12, made: 12, coalesced: 0 });
    const domains = await allDomains(t.store);
    expect(domains).toHaveLength(1_000);
    for (const { name, clientId, presence } of domains) {
      expect({ name, clientId, presence }).toEqual({
        name,
        clientId: t.gandi.world.domains.find((domain) => domain.name === name)?.clientId,
        presence: 'PRESENT',
      });
    }
    const again = t.demand();
    expect(await t.mirror.ensureDomains(WITH_CLIENTS, again)).toMatchObject({ state: 'MIRRORED', isComplete: true });
    expect(t.gandi.calls).toHaveLength(12);
    expect(again.meter).toMatchObject({ planned: 0, made: 0 });
  });

  test('two hundred operations at once make the same calls as one, which pays for them while the others share', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 1_000, clients: 60 }));
    const demands = Array.from({ length: 200 }, () => t.demand());
    const answers = await Promise.all(demands.map((demand) => t.mirror.ensureDomains(WITH_CLIENTS, demand)));
    expect(new Set(answers.map(({ state, fetched }) => `${state} ${fetched}`))).toEqual(new Set(['LIVE 1000']));
    expect(t.gandi.calls).toHaveLength(12);
    const sum = (counter: 'made' | 'planned' | 'coalesced') =>
      demands.reduce((total, { meter }) => total + meter[counter], 0);
    expect(sum('made')).toBe(12);
    expect(sum('planned')).toBe(12);
    expect(sum('coalesced')).toBe(199 * 12);
  });

  test('rows without sharing_id take one list for each client to learn the clients', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 300, clients: 7, rowSharingIds: false }));
    const own = { name: 'own.example', organizationId: 'reseller', clientId: null };
    t.gandi.world.domains.push(own);
    const demand = t.demand();
    await t.mirror.ensureDomains(WITH_CLIENTS, demand);
    expect(t.gandi.calls).toHaveLength(1 + 1 + 4 + 7);
    expect(demand.meter).toMatchObject({ planned: 13, made: 13 });
    const domains = await allDomains(t.store);
    for (const { name, clientId, clientAsOf } of domains) {
      expect(clientAsOf, name).not.toBeNull();
      expect(clientId, name).toBe(t.gandi.world.domains.find((domain) => domain.name === name)?.clientId);
    }
    expect(domains.find(({ name }) => name === 'own.example')?.clientId).toBeNull();
  });
});

describe('a reading that began earlier', () => {
  const begin = async () => {
    t = await mirrorTest(fakePortfolio({ domains: 150, clients: 2 }));
    await t.mirror.ensureDomains(WITH_CLIENTS, t.demand());
    await t.clock.advance(10_000);
    t.gandi.clearCalls();
    const hold = t.gandi.hold(/^domains:2$/, 'before-answering');
    const first = t.mirror.ensureDomains(WITH_CLIENTS, t.demand({ maxAgeSeconds: 0 }));
    while (hold.waiting().length === 0) await t.clock.advance(0);
    return { hold, first };
  };
  const ask = () => t.mirror.ensureDomains(WITH_CLIENTS, t.demand({ maxAgeSeconds: 0, maxWaitMs: 60_000 }));

  test('a moment ago is as good as a new one', async () => {
    const { hold, first } = await begin();
    await t.clock.advance(900);
    const second = ask();
    await t.clock.advance(0);
    hold.release();
    expect(await second).toMatchObject({ state: 'LIVE' });
    await first;
    expect(t.gandi.sent()).toEqual(['domains:1', 'domains:2']);
  });

  test('and longer than that is not what was asked for: it is read again', async () => {
    const { hold, first } = await begin();
    await t.clock.advance(5_000);
    const askedAt = t.clock.now();
    const second = ask();
    await t.clock.advance(0);
    hold.release();
    await first;
    const freshness = await second;
    expect(freshness.state).toBe('LIVE');
    expect(freshness.asOf).toBeGreaterThanOrEqual(askedAt);
    expect(t.gandi.sent()).toEqual(['domains:1', 'domains:2', 'domains:1', 'domains:2']);
  });
});
