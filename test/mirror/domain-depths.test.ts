// Rows, clients and details of single domains: the planned calls are the calls made, and the answers are Gandi's.
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { domainKeyText } from '../../src/mirror/mirror.ts';
import { failure, fakePortfolio } from '../helpers/fake-gandi.ts';
import { allDomains, type MirrorTest, mirrorTest } from './setup.ts';

let t: MirrorTest;
afterEach(() => t.close());

const LIST = { withClients: false };
const HOUR = 3_600_000;
const key = (index: number) => ({ organizationId: 'reseller', name: `d${String(index).padStart(4, '0')}.example` });
const keys = (count: number) => Array.from({ length: count }, (_, index) => key(index));

async function filled(size: { domains: number; clients: number; rowSharingIds?: boolean }) {
  t = await mirrorTest(fakePortfolio(size));
  await t.mirror.ensureDomains(LIST, t.demand());
  await t.clock.advance(1);
  t.gandi.clearCalls();
}

describe('details', () => {
  test('take one call for each domain the first time and none the second', async () => {
    await filled({ domains: 30, clients: 3 });
    const first = t.demand();
    const { details } = await t.mirror.domainDepths({ links: [], details: keys(20) }, first);
    expect(details.size).toBe(20);
    expect(details.get(domainKeyText(key(4)))).toMatchObject({
      value: { ownerSpaceId: 'c01', resellerId: 'reseller', nameservers: ['ns1.example.net'] },
      freshness: { state: 'LIVE' },
    });
    expect(first.meter).toMatchObject({ planned: 20, made: 20, fromMirror: 0 });
    const second = t.demand();
    await t.clock.advance(1);
    const again = await t.mirror.domainDepths({ links: [], details: keys(20) }, second);
    expect(again.details.get(domainKeyText(key(4)))?.freshness.state).toBe('MIRRORED');
    expect(second.meter).toMatchObject({ planned: 0, made: 0, fromMirror: 20 });
    expect(t.gandi.calls).toHaveLength(20);
  });

  test('of one domain with a maximum age of 0 take one call', async () => {
    await filled({ domains: 30, clients: 3 });
    const demand = t.demand({ maxAgeSeconds: 0 });
    await t.mirror.domainDepths({ links: [key(7)], details: [key(7)] }, demand);
    expect(t.gandi.sent()).toEqual(['domain:d0007.example']);
    expect(demand.meter).toMatchObject({ planned: 1, made: 1 });
  });

  test('that cannot be read are given as they were, with the reason; those that were never read are left out', async () => {
    await filled({ domains: 5, clients: 1 });
    await t.mirror.domainDepths({ links: [], details: [key(0)] }, t.demand());
    await t.clock.advance(2 * HOUR);
    t.gandi.fail(/^domain:/, failure('unavailable', { status: 502 }));
    const { details } = await t.mirror.domainDepths({ links: [], details: keys(2) }, t.demand());
    expect([...details.keys()]).toEqual([domainKeyText(key(0))]);
    expect(details.get(domainKeyText(key(0)))?.freshness).toMatchObject({
      state: 'STALE',
      reason: 'Gandi answered 502.',
    });
  });

  test('that take too long are given as they were', async () => {
    await filled({ domains: 5, clients: 1 });
    await t.mirror.domainDepths({ links: [], details: [key(0)] }, t.demand());
    await t.clock.advance(2 * HOUR);
    const hold = t.gandi.hold(/^domain:/, 'before-sending');
    const answer = t.mirror.domainDepths({ links: [], details: [key(0)] }, t.demand({ maxWaitMs: 500 }));
    while (hold.waiting().length === 0) await t.clock.advance(0);
    await t.clock.advance(500);
    expect((await answer).details.get(domainKeyText(key(0)))?.freshness).toMatchObject({
      state: 'STALE',
      reason: 'Gandi was not asked in time.',
    });
    expect(t.gandi.calls).toHaveLength(1);
  });
});

describe('clients of domains', () => {
  test('that rows do not tell are learned by details, or by one list for each client when that is less', async () => {
    await filled({ domains: 60, clients: 8, rowSharingIds: false });
    const few = t.demand();
    const byDetails = await t.mirror.domainDepths({ links: keys(5), details: [] }, few);
    expect(t.gandi.sent().every((what) => what.startsWith('domain:'))).toBe(true);
    expect(few.meter).toMatchObject({ planned: 5, made: 5 });
    expect(byDetails.links.get(domainKeyText(key(3)))).toMatchObject({ clientId: 'c03', freshness: { state: 'LIVE' } });
    t.gandi.clearCalls();
    const many = t.demand();
    const byLists = await t.mirror.domainDepths({ links: keys(30), details: [] }, many);
    expect(t.gandi.sent().toSorted()).toEqual(Array.from({ length: 8 }, (_, i) => `domains:client=c0${i}:1`));
    expect(many.meter).toMatchObject({ planned: 8, made: 8 });
    for (const [index, one] of keys(30).entries())
      expect(byLists.links.get(domainKeyText(one))?.clientId).toBe(`c0${index % 8}`);
  });

  test('that rows tell cost nothing after the list', async () => {
    await filled({ domains: 60, clients: 8 });
    const demand = t.demand();
    const { links } = await t.mirror.domainDepths({ links: keys(60), details: [] }, demand);
    expect(links.size).toBe(60);
    expect(t.gandi.calls).toHaveLength(0);
  });

  test('are not asked for where the details that are wanted anyway tell them', async () => {
    await filled({ domains: 60, clients: 40, rowSharingIds: false });
    const demand = t.demand();
    const { links, details } = await t.mirror.domainDepths({ links: keys(20), details: keys(20) }, demand);
    expect([links.size, details.size]).toEqual([20, 20]);
    expect(demand.meter).toMatchObject({ planned: 20, made: 20 });
  });
});

describe('rows', () => {
  test.each([
    [3, ['domain:d0000.example', 'domain:d0001.example', 'domain:d0002.example']],
    [4, ['domains:1', 'domains:2', 'domains:3']],
  ])('of %i stale domains come by the fewest calls', async (count, expected) => {
    await filled({ domains: 250, clients: 2 });
    await t.clock.advance(HOUR / 2);
    await t.mirror.ensureClients(null, t.demand());
    t.gandi.clearCalls();
    const demand = t.demand();
    const rows = await t.store.domains.byNames(keys(count).map(({ name }) => name));
    expect(await t.mirror.ensureDomainRows(rows, demand)).toEqual(new Map());
    expect(t.gandi.sent().toSorted()).toEqual(expected);
    expect(demand.meter).toMatchObject({ planned: 3, made: 3 });
  });
});

describe('whatever is wanted of whatever portfolio', () => {
  test('exactly the planned calls are made, and the clients and details are those of Gandi', async () => {
    const size = fc.record({
      domains: fc.integer({ min: 1, max: 40 }),
      clients: fc.integer({ min: 1, max: 6 }),
      rowSharingIds: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        size,
        fc.nat(40),
        fc.nat(40),
        fc.nat(40),
        fc.integer({ min: 1, max: 12 }),
        async (shape, from, links, details, pageSize) => {
          t = await mirrorTest(fakePortfolio(shape), { pageSize });
          try {
            await t.mirror.ensureDomains(LIST, t.demand());
            await t.clock.advance(1);
            t.gandi.clearCalls();
            const demand = t.demand({ maxAgeSeconds: shape.rowSharingIds ? 0 : null });
            const all = keys(shape.domains);
            const wants = { links: all.slice(from, from + links), details: all.slice(0, details) };
            const found = await t.mirror.domainDepths(wants, demand);
            expect(demand.meter.planned).toBe(t.gandi.calls.length);
            expect(demand.meter.made).toBe(t.gandi.calls.length);
            expect(t.gandi.calls.length).toBeLessThanOrEqual(
              new Set([...wants.links, ...wants.details].map(domainKeyText)).size,
            );
            for (const one of wants.links) {
              const truth = t.gandi.world.domains.find(({ name }) => name === one.name)?.clientId;
              expect(found.links.get(domainKeyText(one))?.clientId).toBe(truth);
            }
            for (const one of wants.details) expect(found.details.has(domainKeyText(one))).toBe(true);
          } finally {
            await t.close();
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a domain that something happened to', () => {
  test('is read again by one call that does not join one from before', async () => {
    await filled({ domains: 5, clients: 1 });
    const hold = t.gandi.hold(/^domain:/, 'before-answering');
    const before = t.mirror.domainDepths({ links: [], details: [key(0)] }, t.demand({ maxAgeSeconds: 0 }));
    while (hold.waiting().length === 0) await t.clock.advance(0);
    const changed = t.mirror.domainChanged(key(0).name, t.demand());
    while (hold.waiting().length === 1) await t.clock.advance(0);
    hold.release();
    await before;
    expect(await changed).toMatchObject({ name: 'd0000.example', presence: 'PRESENT', clientId: 'c00' });
    expect(t.gandi.calls).toHaveLength(2);
  });

  test('appears with its organization and client although no list has shown it', async () => {
    await filled({ domains: 5, clients: 2 });
    t.gandi.world.domains.push({ name: 'moved-in.example', organizationId: 'reseller', clientId: 'c01' });
    expect(await t.mirror.domainChanged('moved-in.example', t.demand())).toMatchObject({
      organizationId: 'reseller',
      clientId: 'c01',
      presence: 'PRESENT',
    });
    expect(t.gandi.calls).toHaveLength(1);
    expect((await allDomains(t.store)).map(({ name }) => name)).toContain('moved-in.example');
  });

  test('is null when Gandi answers 404 for a name the mirror never saw, and UNKNOWN when it did', async () => {
    await filled({ domains: 5, clients: 2 });
    expect(await t.mirror.domainChanged('never.example', t.demand())).toBeNull();
    t.gandi.world.domains.shift();
    await t.clock.advance(1);
    expect(await t.mirror.domainChanged(key(0).name, t.demand())).toMatchObject({
      presence: 'UNKNOWN',
      presenceReason: 'Its detail answers 404; Gandi’s list was not read since.',
    });
  });
});

describe('looking for a name the mirror does not have', () => {
  test('takes no call while the complete list is young, one when a younger answer is demanded', async () => {
    await filled({ domains: 5, clients: 2 });
    t.gandi.world.domains.push({ name: 'new.example', organizationId: 'reseller', clientId: 'c01' });
    expect(await t.mirror.findDomain('new.example', t.demand())).toEqual([]);
    expect(t.gandi.calls).toHaveLength(0);
    expect(await t.mirror.findDomain('new.example', t.demand({ maxAgeSeconds: 0 }))).toMatchObject([
      { name: 'new.example' },
    ]);
    expect(t.gandi.calls).toHaveLength(1);
  });

  test('in a cold mirror does not wait for the whole list', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 500, clients: 2 }));
    expect(await t.mirror.findDomain('d0042.example', t.demand())).toMatchObject([
      { name: 'd0042.example', clientId: 'c00' },
    ]);
    expect(t.gandi.sent()).toEqual(['organizations', 'domain:d0042.example']);
  });

  test('that Gandi forbids is not ours, provided that the credential works', async () => {
    await filled({ domains: 5, clients: 2 });
    t.gandi.fail(/^domain:/, failure('forbidden', { status: 403 }));
    const demand = t.demand({ maxAgeSeconds: 0 });
    expect(await t.mirror.findDomain('strangers.example', demand)).toEqual([]);
    t.gandi.fail(/^organizations/, failure('forbidden', { status: 403 }));
    await t.clock.advance(61_000);
    await expect(t.mirror.findDomain('strangers.example', t.demand({ maxAgeSeconds: 0 }))).rejects.toThrow('forbidden');
  });

  test('that cannot be asked for fails: an old list proves nothing about it', async () => {
    await filled({ domains: 5, clients: 2 });
    t.gandi.fail(/^domain:/, failure('timeout'));
    await expect(t.mirror.findDomain('new.example', t.demand({ maxAgeSeconds: 0 }))).rejects.toThrow('timeout');
  });
});

test('a caller who joins a call that began before it asked gets a LIVE answer, not a stale one', async () => {
  await filled({ domains: 5, clients: 1 });
  await t.mirror.domainDepths({ links: [], details: [key(0)] }, t.demand());
  await t.clock.advance(1_000);
  const hold = t.gandi.hold(/^domain:/, 'before-answering');
  const ask = () => t.mirror.domainDepths({ links: [], details: [key(0)] }, t.demand({ maxAgeSeconds: 0 }));
  const first = ask();
  while (hold.waiting().length === 0) await t.clock.advance(0);
  await t.clock.advance(50);
  const second = ask();
  for (let turn = 0; turn < 20; turn++) await t.clock.advance(0);
  hold.release();
  for (const { details } of await Promise.all([first, second]))
    expect(details.get(domainKeyText(key(0)))?.freshness).toMatchObject({ state: 'LIVE', reason: null });
  expect(t.gandi.calls).toHaveLength(2);
});
