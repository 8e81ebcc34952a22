// Domains that Gandi's list no longer shows: what is believed, after which calls, and that no error makes one absent.
import { afterEach, describe, expect, test } from 'vitest';
import { failure, fakeOrganization, fakePortfolio } from '../helpers/fake-gandi.ts';
import { allDomains, type MirrorTest, mirrorTest } from './setup.ts';

let t: MirrorTest;
afterEach(() => t.close());

const MINUTE = 60_000;
const LIST = { withClients: false };
const D0 = 'd0000.example';

async function filled(domains = 30) {
  t = await mirrorTest(fakePortfolio({ domains, clients: 3 }));
  await t.mirror.ensureDomains(LIST, t.demand());
  await t.clock.advance(20 * MINUTE);
  t.gandi.clearCalls();
}
const remove = (name: string) => {
  t.gandi.world.domains = t.gandi.world.domains.filter((domain) => domain.name !== name);
};
const presenceOf = async (name: string) => {
  const [row] = await t.store.domains.byNames([name]);
  return [row?.presence, row?.presenceReason] as const;
};
const refresh = () => t.mirror.ensureDomains(LIST, t.demand());

describe('a domain that left the list', () => {
  test('is doubted at once, and absent only after a success elsewhere and a 404', async () => {
    await filled();
    remove(D0);
    await refresh();
    expect(await presenceOf(D0)).toEqual(['UNKNOWN', 'Gandi’s list no longer shows it; its detail was not read yet.']);
    t.gandi.clearCalls();
    expect(await t.mirror.checkAbsences(t.demand())).toEqual({ checked: 1, confirmedAbsent: 1 });
    expect(t.gandi.sent()).toEqual(['organizations', `domain:${D0}`]);
    expect(await presenceOf(D0)).toEqual([
      'ABSENT_CONFIRMED',
      'Gandi’s complete list no longer shows it and its detail answers 404.',
    ]);
    expect((await allDomains(t.store)).filter(({ presence }) => presence === 'PRESENT')).toHaveLength(29);
    t.gandi.clearCalls();
    expect(await t.mirror.checkAbsences(t.demand())).toEqual({ checked: 0, confirmedAbsent: 0 });
    expect(t.gandi.calls).toHaveLength(0);
  });

  test('is PRESENT again as soon as the list shows it', async () => {
    await filled();
    const [first] = t.gandi.world.domains;
    remove(D0);
    await refresh();
    await t.mirror.checkAbsences(t.demand());
    await t.clock.advance(20 * MINUTE);
    if (first) t.gandi.world.domains.push(first);
    await refresh();
    expect(await presenceOf(D0)).toEqual(['PRESENT', null]);
  });

  test.each([
    ['403', failure('forbidden', { status: 403 }), /403/],
    ['502', failure('unavailable', { status: 502 }), /502/],
    ['nothing', failure('timeout'), /in time/],
    ['an unknown form', failure('contract'), /form/],
  ])('and whose detail answers %s stays UNKNOWN', async (_name, thrown, reason) => {
    await filled();
    remove(D0);
    t.gandi.fail(/^domain:/, thrown);
    await refresh();
    expect(await t.mirror.checkAbsences(t.demand())).toEqual({ checked: 1, confirmedAbsent: 0 });
    expect(await presenceOf(D0)).toEqual(['UNKNOWN', expect.stringMatching(reason)]);
  });

  test('is not looked at while the credential shows nothing', async () => {
    await filled();
    remove(D0);
    await refresh();
    t.gandi.fail(/^organizations/, failure('forbidden', { status: 403 }));
    expect(await t.mirror.checkAbsences(t.demand())).toEqual({ checked: 0, confirmedAbsent: 0 });
    expect((await presenceOf(D0))[0]).toBe('UNKNOWN');
    expect(t.gandi.sent()).not.toContain(`domain:${D0}`);
  });

  test('while its detail answers, as in redemption, is PRESENT and stays so over later passes without a call for each', async () => {
    await filled();
    const [domain] = t.gandi.world.domains;
    if (domain) domain.unlisted = true;
    await refresh();
    expect(await t.mirror.checkAbsences(t.demand())).toEqual({ checked: 1, confirmedAbsent: 0 });
    expect(await presenceOf(D0)).toEqual(['PRESENT', null]);
    for (let pass = 0; pass < 3; pass++) {
      await t.clock.advance(16 * MINUTE);
      t.gandi.clearCalls();
      await refresh();
      expect(await presenceOf(D0), `pass ${pass}`).toEqual(['PRESENT', null]);
      await t.mirror.checkAbsences(t.demand());
      expect(t.gandi.sent()).not.toContain(`domain:${D0}`);
    }
    remove(D0);
    await t.clock.advance(16 * MINUTE);
    await refresh();
    expect(await t.mirror.checkAbsences(t.demand())).toEqual({ checked: 1, confirmedAbsent: 1 });
  });

  test('for another organization is UNKNOWN where it was and PRESENT where it is', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 5, clients: 1 }));
    t.gandi.world.organizations.push(fakeOrganization('company', false));
    await refresh();
    await t.clock.advance(20 * MINUTE);
    remove(D0);
    t.gandi.world.domains.push({ name: D0, organizationId: 'company', clientId: null });
    await refresh();
    const rows = await t.store.domains.byNames([D0]);
    expect(rows.map(({ organizationId, presence }) => [organizationId, presence])).toEqual([
      ['company', 'PRESENT'],
      ['reseller', 'UNKNOWN'],
    ]);
    await t.mirror.checkAbsences(t.demand());
    expect((await t.store.domains.byNames([D0])).map(({ presence }) => presence)).toEqual(['PRESENT', 'UNKNOWN']);
  });
});

describe('a list that cannot be trusted', () => {
  test('suddenly empty makes everything UNKNOWN, nothing absent, and the list STALE', async () => {
    await filled(10);
    const { domains } = t.gandi.world;
    t.gandi.world.domains = domains.map((domain) => ({ ...domain, unlisted: true }));
    expect(await refresh()).toMatchObject({
      state: 'STALE',
      isComplete: true,
      reason: 'Gandi’s list of domains is suddenly empty.',
    });
    expect(await t.mirror.checkAbsences(t.demand())).toEqual({ checked: 0, confirmedAbsent: 0 });
    expect((await allDomains(t.store)).map(({ presence }) => presence)).toEqual(Array(10).fill('UNKNOWN'));
    t.gandi.world.domains = domains;
    await t.clock.advance(2_000);
    expect(await refresh()).toMatchObject({ state: 'LIVE', fetched: 10 });
    expect((await allDomains(t.store)).every(({ presence }) => presence === 'PRESENT')).toBe(true);
  });

  test('whose count is not the number of its names makes no domain absent', async () => {
    await filled();
    remove(D0);
    t.gandi.world.totalOfDomains = (truth) => truth + 1;
    await refresh();
    expect(await presenceOf(D0)).toEqual(['PRESENT', null]);
    expect(await t.mirror.checkAbsences(t.demand())).toEqual({ checked: 1, confirmedAbsent: 0 });
    expect(await presenceOf(D0)).toEqual(['UNKNOWN', expect.stringMatching(/changed while it was read.*404/)]);
  });

  test('without a count makes no domain absent', async () => {
    await filled();
    remove(D0);
    t.gandi.world.totalOfDomains = () => null;
    await refresh();
    await t.mirror.checkAbsences(t.demand());
    expect(await presenceOf(D0)).toEqual(['UNKNOWN', expect.stringMatching(/does not say how many/)]);
  });

  test('cut short by an error makes no domain doubtful', async () => {
    await filled(250);
    remove(D0);
    t.gandi.fail(/^domains:2$/, failure('unavailable', { status: 502 }));
    expect(await refresh()).toMatchObject({ state: 'STALE' });
    await t.mirror.checkAbsences(t.demand());
    expect((await allDomains(t.store)).every(({ presence }) => presence === 'PRESENT')).toBe(true);
  });

  test('that changes while it is read is read again: nothing that moved over a page edge is doubted', async () => {
    await filled(250);
    let moved = false;
    t.gandi.onAnswer((what) => {
      if (what !== 'domains:1' || moved) return;
      moved = true;
      t.gandi.world.domains.push({ name: 'a-new-one.example', organizationId: 'reseller', clientId: 'c00' });
    });
    await refresh();
    const domains = await allDomains(t.store);
    expect(domains).toHaveLength(251);
    expect(domains.every(({ presence }) => presence === 'PRESENT')).toBe(true);
  });

  test('that shrinks a lot is followed fifty domains at a time', async () => {
    await filled(130);
    t.gandi.world.domains = t.gandi.world.domains.slice(0, 10);
    await refresh();
    expect(await t.mirror.checkAbsences(t.demand())).toEqual({ checked: 50, confirmedAbsent: 50 });
    expect(await t.mirror.checkAbsences(t.demand())).toEqual({ checked: 50, confirmedAbsent: 50 });
    expect(await t.mirror.checkAbsences(t.demand())).toEqual({ checked: 20, confirmedAbsent: 20 });
  });
});

test('a domain that answered 404 alone is settled by the next pass', async () => {
  await filled();
  remove(D0);
  await t.mirror.domainChanged(D0, t.demand());
  expect((await presenceOf(D0))[0]).toBe('UNKNOWN');
  await t.clock.advance(1_000);
  await refresh();
  await t.mirror.checkAbsences(t.demand());
  expect((await presenceOf(D0))[0]).toBe('ABSENT_CONFIRMED');
});
