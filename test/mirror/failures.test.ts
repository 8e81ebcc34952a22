// When Gandi cannot be asked: old answers that say why, and a failure only where there is nothing to answer with.
import { afterEach, describe, expect, test } from 'vitest';
import { UpstreamError, type UpstreamErrorKind } from '../../src/upstream/errors.ts';
import { failure, fakePortfolio } from '../helpers/fake-gandi.ts';
import { allDomains, type MirrorTest, mirrorTest } from './setup.ts';

let t: MirrorTest;
afterEach(() => t.close());

const LIST = { withClients: false };
const MINUTE = 60_000;

const KINDS: readonly [UpstreamErrorKind, { status?: number; retryAfterMs?: number }, string][] = [
  ['busy', { retryAfterMs: 3_200 }, 'The call budget is full for another 4 s.'],
  ['timeout', {}, 'Gandi did not answer in time.'],
  ['unreachable', {}, 'Gandi could not be reached.'],
  ['unauthorized', { status: 401 }, 'Gandi does not accept the credential.'],
  ['forbidden', { status: 403 }, 'Gandi answered 403: the credential has no access to this, or is no longer valid.'],
  ['rate-limited', { status: 429, retryAfterMs: 2_000 }, 'Gandi asks for fewer calls and to wait 2 s.'],
  ['unavailable', { status: 502 }, 'Gandi answered 502.'],
  ['contract', { status: 200 }, 'Gandi answered in a form the gateway does not know.'],
];

describe('a list that cannot be refreshed', () => {
  test.each(KINDS)(
    'because of %s is given as it was, STALE, with the reason, and loses nothing',
    async (kind, details, reason) => {
      t = await mirrorTest(fakePortfolio({ domains: 120, clients: 3 }));
      await t.mirror.ensureDomains(LIST, t.demand());
      const before = await allDomains(t.store);
      await t.clock.advance(20 * MINUTE);
      t.gandi.fail(/.*/, failure(kind, details));
      const demand = t.demand();
      const freshness = await t.mirror.ensureDomains(LIST, demand);
      expect(freshness).toMatchObject({ state: 'STALE', reason, isComplete: true, fetched: 120 });
      expect(freshness.asOf).toBe(before[0]?.rowAsOf);
      expect(await allDomains(t.store)).toEqual(before);
      expect(demand.meter.made).toBeGreaterThan(0);
    },
  );

  test('is not asked for again within a second, nor before Gandi said', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 20, clients: 1 }));
    await t.mirror.ensureDomains(LIST, t.demand());
    await t.clock.advance(20 * MINUTE);
    const heal = t.gandi.fail(/domains/, failure('rate-limited', { status: 429, retryAfterMs: 5_000 }));
    await t.mirror.ensureDomains(LIST, t.demand());
    const asked = t.gandi.calls.length;
    await t.clock.advance(4_000);
    expect(await t.mirror.ensureDomains(LIST, t.demand())).toMatchObject({ state: 'STALE' });
    expect(t.gandi.calls).toHaveLength(asked);
    heal();
    await t.clock.advance(1_001);
    expect(await t.mirror.ensureDomains(LIST, t.demand())).toMatchObject({ state: 'LIVE', reason: null });
  });

  test('in the middle keeps what came before the failure', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 450, clients: 3 }), { atOnce: 1 });
    t.gandi.fail(/^domains:4$/, failure('unavailable', { status: 503 }), 1);
    const freshness = await t.mirror.ensureDomains(LIST, t.demand());
    expect(freshness).toMatchObject({ state: 'STALE', isComplete: false, asOf: null, fetched: 300, total: 450 });
    expect(freshness.reason).toBe('Gandi answered 503.');
    expect(await allDomains(t.store)).toHaveLength(300);
  });
});

describe('a mirror with nothing in it', () => {
  test('fails with the failure of the call', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 20, clients: 1 }));
    t.gandi.fail(/.*/, failure('unavailable', { status: 502 }));
    await expect(t.mirror.ensureDomains(LIST, t.demand())).rejects.toThrow(UpstreamError);
    await expect(t.mirror.ensureClients(null, t.demand())).rejects.toThrow(UpstreamError);
    await expect(t.mirror.organizations(t.demand())).rejects.toThrow(UpstreamError);
  });

  test('fills its domains although the clients may not be read', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 20, clients: 2, rowSharingIds: false }));
    t.gandi.fail(/^clients/, failure('forbidden', { status: 403 }));
    expect(await t.mirror.ensureDomains(LIST, t.demand())).toMatchObject({ state: 'LIVE', isComplete: true });
    const domains = await allDomains(t.store);
    expect(domains).toHaveLength(20);
    expect(domains.every(({ clientAsOf }) => clientAsOf === null)).toBe(true);
  });
});

describe('lists that suddenly say nothing', () => {
  test('no organizations: the known ones stay', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 5, clients: 1 }));
    await t.mirror.organizations(t.demand());
    t.gandi.world.organizations = [];
    await t.clock.advance(1);
    const { rows, freshness } = await t.mirror.organizations(t.demand({ maxAgeSeconds: 0 }));
    expect(rows.map(({ id, missingAt }) => [id, missingAt])).toEqual([['reseller', null]]);
    expect(freshness).toMatchObject({ state: 'STALE', reason: 'Gandi’s list of organizations is suddenly empty.' });
  });

  test('no clients while a known client still answers: the known ones stay', async () => {
    const world = fakePortfolio({ domains: 5, clients: 2 });
    t = await mirrorTest(world);
    await t.mirror.ensureClients(null, t.demand());
    const { clients } = world;
    t.gandi.onAnswer((what) => {
      if (what.startsWith('clients:')) world.clients = clients;
    });
    world.clients = [];
    await t.clock.advance(1);
    const freshness = await t.mirror.ensureClients(null, t.demand({ maxAgeSeconds: 0 }));
    expect(freshness).toMatchObject({ state: 'STALE', reason: 'Gandi’s list of clients is suddenly empty.' });
    expect((await t.store.clients.byIds(['c00', 'c01'])).map(({ missingAt }) => missingAt)).toEqual([null, null]);
  });

  test('no clients and a known client answers 404: they are gone', async () => {
    const world = fakePortfolio({ domains: 5, clients: 2 });
    t = await mirrorTest(world);
    await t.mirror.ensureClients(null, t.demand());
    world.clients = [];
    await t.clock.advance(1);
    expect(await t.mirror.ensureClients(null, t.demand({ maxAgeSeconds: 0 }))).toMatchObject({ state: 'LIVE' });
    const rows = await t.store.clients.byIds(['c00', 'c01']);
    expect(rows.every(({ missingAt }) => missingAt !== null)).toBe(true);
  });
});
