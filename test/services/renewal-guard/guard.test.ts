// The guard switches before Gandi's own attempts, by payment, answer and price; every flip is in the journal, and nothing without a policy is touched.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startGuardGateway } from '../../helpers/guard-gateway.ts';
import { createTestStore, describeStore, type TestStore } from '../../helpers/test-store.ts';
import { DAY_MS, DUE, EXPIRES_AT, FIRST, HOUR_MS, LAST, NAME, ONE, SECOND, type Stage, setup } from './setup.ts';

describeStore('the guard', (backend) => {
  let database: TestStore;
  let stage: Stage;
  beforeEach(async () => {
    database = await createTestStore(backend);
    stage = await setup(database);
  });
  afterEach(() => database.close());

  describe('of a domain that is ONLY_IF_PAID and unpaid', () => {
    test('with LEAVE_ON touches nothing before it is due, and tells when that is', async () => {
      await stage.setPolicy();
      expect(await stage.round()).toBe(DUE);
      expect([stage.gandi.switches, await stage.told()]).toEqual([[], []]);
    });

    test('with LEAVE_ON switches it off the lead time before the attempt, and Gandi charges nothing', async () => {
      await stage.setPolicy();
      await stage.until(DUE);
      await stage.settle();
      expect(stage.gandi.switches).toEqual([{ name: NAME, enabled: false, at: DUE }]);
      await stage.until(EXPIRES_AT);
      expect(stage.gandi.renewed).toEqual([]);
      expect(await stage.told()).toEqual(['DECIDED NOT_PAID', 'SWITCHED NOT_PAID']);
      expect(await stage.decisionOf()).toMatchObject({
        wanted: 'OFF',
        reason: 'NOT_PAID',
        state: 'CONFIRMED',
        dueAt: DUE,
        termEndsAt: EXPIRES_AT,
        clientId: 'c00',
        nextLookAt: null,
      });
    });

    test('goes by the dates that Gandi tells, not by the expiry', async () => {
      await stage.setPolicy({ leadHours: 1 });
      await stage.until(FIRST - HOUR_MS - 1);
      expect(await stage.round()).toBe(FIRST - HOUR_MS);
      expect(stage.gandi.switches).toEqual([]);
      await stage.until(FIRST - HOUR_MS);
      await stage.settle();
      expect(stage.gandi.switchesOf(NAME)).toEqual([false]);
    });

    test('with SWITCH_OFF is off at once, so that nothing is charged while the gateway is away', async () => {
      await stage.setPolicy({ failSafe: 'SWITCH_OFF' });
      await stage.settle();
      expect(stage.gandi.switchesOf(NAME)).toEqual([false]);
      await stage.until(EXPIRES_AT);
      expect(stage.gandi.renewed).toEqual([]);
    });

    test('is on again when the payment is recorded, and Gandi renews it at its next attempt', async () => {
      await stage.setPolicy();
      await stage.until(DUE);
      await stage.settle();
      await stage.until(SECOND - DAY_MS);
      await stage.pay();
      await stage.settle();
      expect(stage.gandi.switchesOf(NAME)).toEqual([false, true]);
      await stage.until(SECOND);
      expect(stage.gandi.renewed).toMatchObject([{ name: NAME, at: SECOND, by: 'ATTEMPT' }]);
      expect(await stage.told()).toEqual(['DECIDED NOT_PAID', 'SWITCHED NOT_PAID', 'DECIDED PAID', 'SWITCHED PAID']);
    });

    test('is off again when the payment is taken back', async () => {
      await stage.setPolicy({ failSafe: 'SWITCH_OFF' });
      await stage.pay();
      await stage.settle();
      await stage.pay(NAME, 'UNPAID');
      await stage.settle();
      expect([stage.gandi.switchesOf(NAME), stage.gandi.isOn(NAME)]).toEqual([[false], false]);
    });

    test('whose client paid for the term before is not paid for this one', async () => {
      await stage.setPolicy();
      await stage.pay();
      await stage.until(FIRST);
      await stage.sync();
      expect(stage.gandi.renewed).toHaveLength(1);
      const nextTerm = stage.gandi.expiresAt(NAME);
      await stage.until(nextTerm - 32 * DAY_MS);
      await stage.sync();
      await stage.settle();
      await stage.until(nextTerm);
      expect([stage.gandi.renewed.length, stage.gandi.isOn(NAME)]).toEqual([1, false]);
    });
  });

  test('is woken by a payment that is recorded', async () => {
    let woken = 0;
    stage.bus.subscribe('payments', () => {
      woken += 1;
    });
    await stage.setPolicy();
    await stage.until(stage.clock.now() + 1);
    await stage.pay();
    await stage.until(stage.clock.now() + 1);
    expect(woken).toBe(2);
  });

  test('touches nothing that no policy is for, and asks Gandi nothing about it', async () => {
    await stage.setPolicy({ scope: 'DOMAIN', scopeValue: 'd9.example', policy: 'NEVER' });
    for (const at of [DUE, FIRST, SECOND, LAST, LAST + HOUR_MS]) {
      await stage.until(at);
      await stage.settle();
    }
    expect([stage.gandi.switches, await stage.told(), stage.gandi.sentOf('renew')]).toEqual([[], [], []]);
    expect(stage.gandi.renewed).toHaveLength(1);
  });

  test('without any policy does not even look', async () => {
    await stage.round();
    expect([stage.gandi.sent, stage.gandi.fake.calls]).toEqual([[], []]);
  });

  test('asks Gandi nothing in a round that changes nothing', async () => {
    await stage.setPolicy({ failSafe: 'SWITCH_OFF' });
    await stage.settle();
    stage.gandi.clear();
    await stage.round();
    expect([stage.gandi.sent, stage.gandi.fake.calls]).toEqual([[], []]);
  });

  describe('that decides at most every minute', () => {
    const often = () => startGuardGateway({ ...stage, port: stage.gandi.port, decideEveryMs: 60_000 });

    test('carries out in between, and goes through nothing again', async () => {
      await stage.setPolicy({ policy: 'NEVER' });
      let listed = 0;
      const renewing: typeof stage.store.domains.renewing = (query) => {
        listed += 1;
        return stage.store.domains.renewing(query);
      };
      const store = { ...stage.store, domains: { ...stage.store.domains, renewing } };
      const gateway = startGuardGateway({ ...stage, store, port: stage.gandi.port, decideEveryMs: 60_000 });
      await gateway.round();
      await stage.clock.advance(5_000);
      await gateway.round();
      expect([listed, (await stage.decisionOf())?.state]).toEqual([1, 'CONFIRMED']);
      await stage.clock.advance(60_000);
      await gateway.round();
      expect(listed).toBe(2);
    });

    test('decides at once what is due, and when a payment is recorded', async () => {
      await stage.setPolicy();
      const gateway = often();
      await stage.until(DUE - 1_000);
      expect(await gateway.round()).toBe(DUE);
      await stage.until(DUE);
      await gateway.round();
      expect(stage.gandi.switchesOf(NAME)).toEqual([false]);
      const paid = { subject: { domain: NAME }, state: 'PAID', reference: null } as const;
      await gateway.payments.record(gateway.scopeOf(), paid);
      await stage.clock.advance(6_000);
      await gateway.round();
      expect(stage.gandi.switchesOf(NAME)).toEqual([false, true]);
      await stage.clock.advance(6_000);
      await gateway.round();
      expect(await stage.told()).toEqual(['DECIDED NOT_PAID', 'DECIDED PAID', 'SWITCHED PAID', 'SWITCHED PAID']);
    });
  });

  describe('of what was switched elsewhere', () => {
    test('tells the drift and sets it right', async () => {
      await stage.setPolicy({ policy: 'ALWAYS' });
      await stage.settle();
      expect(await stage.told()).toEqual(['DECIDED POLICY_ALWAYS']);
      stage.gandi.switchElsewhere(NAME, false);
      await stage.sync();
      await stage.settle();
      expect([stage.gandi.switchesOf(NAME), stage.gandi.isOn(NAME)]).toEqual([[true], true]);
      expect((await stage.told()).slice(1)).toEqual(['DRIFTED POLICY_ALWAYS', 'SWITCHED POLICY_ALWAYS']);
    });

    test('tells each drift, also the second', async () => {
      await stage.setPolicy({ policy: 'NEVER' });
      await stage.settle();
      for (let time = 0; time < 2; time++) {
        stage.gandi.switchElsewhere(NAME, true);
        await stage.sync();
        await stage.settle();
      }
      expect(stage.gandi.switchesOf(NAME)).toEqual([false, false, false]);
      expect((await stage.told()).filter((line) => line.startsWith('DRIFTED'))).toHaveLength(2);
    });

    test('tells nothing when Gandi itself shows it right by then', async () => {
      await stage.setPolicy({ policy: 'ALWAYS' });
      await stage.settle();
      stage.gandi.switchElsewhere(NAME, false);
      await stage.sync();
      stage.gandi.switchElsewhere(NAME, true);
      await stage.settle();
      expect([stage.gandi.switches, await stage.told()]).toEqual([[], ['DECIDED POLICY_ALWAYS']]);
    });
  });

  describe('of a domain that is ASK', () => {
    test('asks, and switches off when nobody has answered in time, whatever the fail-safe', async () => {
      await stage.setPolicy({ policy: 'ASK' });
      await stage.round();
      expect(await stage.decisionOf()).toMatchObject({ wanted: 'ASK', reason: 'NOT_ANSWERED_YET', dueAt: DUE });
      expect(stage.gandi.switches).toEqual([]);
      await stage.until(DUE);
      await stage.settle();
      expect(stage.gandi.switchesOf(NAME)).toEqual([false]);
    });

    test('follows a yes, and Gandi renews', async () => {
      await stage.setPolicy({ policy: 'ASK', failSafe: 'SWITCH_OFF' });
      await stage.settle();
      await stage.policies.answer(stage.scopeOf(), { domain: NAME, renew: true });
      await stage.settle();
      expect(stage.gandi.switchesOf(NAME)).toEqual([false, true]);
      await stage.until(FIRST);
      expect(stage.gandi.renewed).toHaveLength(1);
      expect((await stage.told()).slice(-2)).toEqual(['DECIDED APPROVED', 'SWITCHED APPROVED']);
    });

    test('follows a no, and Gandi does not', async () => {
      await stage.setPolicy({ policy: 'ASK' });
      await stage.round();
      await stage.policies.answer(stage.scopeOf(), { domain: NAME, renew: false });
      await stage.settle();
      await stage.until(EXPIRES_AT);
      expect([stage.gandi.switchesOf(NAME), stage.gandi.renewed]).toEqual([[false], []]);
    });

    test('asks again for the next term: a yes is for one', async () => {
      await stage.setPolicy({ policy: 'ASK' });
      await stage.round();
      await stage.policies.answer(stage.scopeOf(), { domain: NAME, renew: true });
      await stage.settle();
      await stage.until(FIRST);
      const nextTerm = stage.gandi.expiresAt(NAME);
      await stage.until(nextTerm - 40 * DAY_MS);
      await stage.sync();
      await stage.round();
      expect(await stage.decisionOf()).toMatchObject({ termEndsAt: nextTerm, reason: 'NOT_ANSWERED_YET' });
    });
  });

  describe('of a price that rose', () => {
    const dearer = async (perYear: number) => {
      stage.gandi.shown.prices = () => perYear;
      await stage.until(stage.clock.now() + 2 * HOUR_MS);
    };
    beforeEach(async () => {
      await stage.setPolicy({ priceHoldPercent: 20 });
      await stage.round();
    });

    test('holds a paid renewal until somebody answers', async () => {
      await stage.pay();
      await stage.settle();
      await dearer(5_600);
      await stage.settle();
      expect(await stage.decisionOf()).toMatchObject({ wanted: 'ASK', reason: 'PRICE_RISE' });
      expect(stage.gandi.switchesOf(NAME)).toEqual([false]);
      await stage.policies.answer(stage.scopeOf(), { domain: NAME, renew: true });
      await stage.settle();
      expect(stage.gandi.switchesOf(NAME)).toEqual([false, true]);
    });

    test('holds it again when it rises above what was agreed to', async () => {
      await stage.pay();
      await dearer(5_600);
      await stage.settle();
      await stage.policies.answer(stage.scopeOf(), { domain: NAME, renew: true });
      await stage.settle();
      await dearer(9_900);
      await stage.settle();
      expect([stage.gandi.isOn(NAME), await stage.decisionOf()]).toMatchObject([false, { reason: 'PRICE_RISE' }]);
    });

    test('knows what it was before the decision was due', async () => {
      await dearer(5_600);
      await stage.settle();
      expect(await stage.decisionOf()).toMatchObject({ reason: 'PRICE_RISE', detail: { price: 1_200 } });
    });

    test('does not take a yes to the price for a payment', async () => {
      await dearer(5_600);
      await stage.settle();
      await stage.policies.answer(stage.scopeOf(), { domain: NAME, renew: true });
      await stage.until(DUE);
      await stage.settle();
      await stage.until(EXPIRES_AT);
      expect([stage.gandi.renewed, stage.gandi.isOn(NAME)]).toEqual([[], false]);
    });

    test('holds nothing for a rise within the percentage', async () => {
      await stage.pay();
      await dearer(1_440);
      await stage.settle();
      expect([stage.gandi.switches, (await stage.decisionOf())?.reason]).toEqual([[], 'PAID']);
    });
  });
});

describeStore('of several policies', (backend) => {
  let database: TestStore;
  beforeEach(async () => {
    database = await createTestStore(backend);
  });
  afterEach(() => database.close());

  test('the narrowest switches: domain before tag before client before TLD before organization', async () => {
    const expiresAt = EXPIRES_AT;
    const stage = await setup(database, [
      { name: 'one.example', clientId: 'c00', expiresAt, tags: ['vip'] },
      { name: 'two.example', clientId: 'c00', expiresAt, tags: ['vip'] },
      { name: 'three.example', clientId: 'c00', expiresAt },
      { name: 'four.example', clientId: 'c01', expiresAt },
      { name: 'five.test', clientId: 'c01', expiresAt, autoRenew: false },
      { name: 'own.test', clientId: null, expiresAt, autoRenew: false },
    ]);
    await stage.setPolicy({ policy: 'ALWAYS' });
    await stage.setPolicy({ scope: 'TLD', scopeValue: 'example', policy: 'NEVER' });
    await stage.setPolicy({ scope: 'CLIENT', scopeValue: 'c00', policy: 'ALWAYS' });
    await stage.setPolicy({ scope: 'TAG', scopeValue: 'vip', policy: 'NEVER' });
    await stage.setPolicy({ scope: 'DOMAIN', scopeValue: 'One.Example', policy: 'ALWAYS' });
    await stage.settle();
    const on = Object.fromEntries(stage.gandi.names().map((name) => [name, stage.gandi.isOn(name)]));
    expect(on).toEqual({
      'one.example': true,
      'two.example': false,
      'three.example': true,
      'four.example': false,
      'five.test': true,
      'own.test': true,
    });
    expect(stage.gandi.switches.map(({ name }) => name).sort()).toEqual([
      'five.test',
      'four.example',
      'own.test',
      'two.example',
    ]);
  });

  test('one that is removed holds no more, and what it had switched stays', async () => {
    const stage = await setup(database, ONE);
    await stage.setPolicy({ policy: 'NEVER' });
    await stage.settle();
    await stage.policies.remove(stage.scopeOf(), { organizationId: null, scope: 'ORGANIZATION', scopeValue: null });
    stage.gandi.switchElsewhere(NAME, true);
    await stage.sync();
    await stage.settle();
    expect([stage.gandi.switchesOf(NAME), stage.gandi.isOn(NAME)]).toEqual([[false], true]);
  });

  test("a domain of the reseller's own owes nothing under ONLY_IF_PAID", async () => {
    const stage = await setup(database, [{ name: NAME, clientId: null, expiresAt: EXPIRES_AT, autoRenew: false }]);
    await stage.setPolicy();
    await stage.settle();
    expect(stage.gandi.switchesOf(NAME)).toEqual([true]);
  });

  test('a whole client that has paid has paid for all its domains', async () => {
    const stage = await setup(database, [
      { name: 'a.example', clientId: 'c00', expiresAt: EXPIRES_AT, autoRenew: false },
      { name: 'b.example', clientId: 'c01', expiresAt: EXPIRES_AT, autoRenew: false },
    ]);
    await stage.setPolicy();
    const paid = { subject: { clientId: 'c00' }, state: 'PAID', reference: 'INV-1' } as const;
    await stage.payments.record(stage.scopeOf(), paid);
    await stage.settle();
    expect(stage.gandi.switches.map(({ name, enabled }) => [name, enabled])).toEqual([['a.example', true]]);
  });
});
