// Two processes with one mirror: what one has read, the other knows, and Gandi is not asked for it again.
import { afterEach, expect, test } from 'vitest';
import { failure, fakeOrganization, fakePortfolio } from '../helpers/fake-gandi.ts';
import { type MirrorTest, mirrorTest } from './setup.ts';

let t: MirrorTest;
afterEach(() => t.close());

const WITH_CLIENTS = { withClients: true };

test('a list that one process reads anew is young for the other, which kept the old age in memory', async () => {
  t = await mirrorTest(fakePortfolio({ domains: 200, clients: 5 }));
  const one = t.mirror;
  const two = t.restart();
  await one.ensureDomains(WITH_CLIENTS, t.demand());
  expect(await two.ensureDomains(WITH_CLIENTS, t.demand())).toMatchObject({ state: 'MIRRORED', isComplete: true });
  await t.clock.advance((one.ages.domains + 1) * 1_000);
  const refreshed = await one.ensureDomains(WITH_CLIENTS, t.demand());
  const calls = t.gandi.calls.length;
  const theirs = t.demand();
  expect(await two.ensureDomains(WITH_CLIENTS, theirs)).toMatchObject({ state: 'MIRRORED', asOf: refreshed.asOf });
  expect([t.gandi.calls.length, theirs.meter.made]).toEqual([calls, 0]);
});

test('a failure of one process does not make the list of the other old again', async () => {
  t = await mirrorTest(fakePortfolio({ domains: 50, clients: 2 }));
  const one = t.mirror;
  const two = t.restart();
  await two.ensureDomains(WITH_CLIENTS, t.demand());
  await t.clock.advance((one.ages.domains + 1) * 1_000);
  const { asOf } = await one.ensureDomains(WITH_CLIENTS, t.demand());
  t.gandi.fail(/^domains/, failure('unavailable'));
  await two.ensureDomains(WITH_CLIENTS, t.demand({ maxAgeSeconds: 0 }));
  expect(await one.ensureDomains(WITH_CLIENTS, t.demand())).toMatchObject({ state: 'MIRRORED', asOf });
  expect(await t.restart().ensureDomains(WITH_CLIENTS, t.demand())).toMatchObject({ state: 'MIRRORED', asOf });
});

test('an organization that one process finds is known to the other a few seconds later', async () => {
  t = await mirrorTest(fakePortfolio({ domains: 10, clients: 2 }));
  const one = t.mirror;
  const two = t.restart();
  const before = (await two.organizations(t.demand())).rows.length;
  await t.clock.advance(1_000);
  t.gandi.world.organizations.push(fakeOrganization('found-later', false));
  await one.organizations(t.demand({ maxAgeSeconds: 0 }));
  await t.clock.advance(10_000);
  expect((await two.organizations(t.demand())).rows).toHaveLength(before + 1);
});
