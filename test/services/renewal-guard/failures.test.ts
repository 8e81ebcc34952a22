// The guard when something breaks: lost answers, a gateway that was away, a process that dies at any call, two guards at once, prices that cannot be read.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../src/upstream/errors.ts';
import { startGuardGateway } from '../../helpers/guard-gateway.ts';
import { createMortal, deathsAt } from '../../helpers/mortal.ts';
import { createTestStore, describeStore, type TestStore } from '../../helpers/test-store.ts';
import { DAY_MS, DUE, EXPIRES_AT, FIRST, HOUR_MS, LAST, NAME, ONE, SECOND, type Stage, setup } from './setup.ts';

const refused = new UpstreamError('no', { kind: 'unavailable', endpoint: 'PATCH', status: 503 });

describeStore('a guard in trouble', (backend) => {
  let database: TestStore;
  let stage: Stage;
  beforeEach(async () => {
    database = await createTestStore(backend);
    stage = await setup(database);
  });
  afterEach(() => database.close());

  describe('whose switch is not answered', () => {
    test('looks, finds it done, and tells it as its own, once', async () => {
      await stage.setPolicy({ policy: 'NEVER' });
      stage.gandi.willBe('switch', 'taken-unanswered');
      await stage.settle();
      expect(stage.gandi.switchesOf(NAME)).toEqual([false]);
      expect(await stage.told()).toEqual(['DECIDED POLICY_NEVER', 'SWITCHED POLICY_NEVER']);
      expect(await stage.decisionOf()).toMatchObject({ state: 'CONFIRMED', nextLookAt: null });
    });

    test('looks, finds it not done, and switches again', async () => {
      await stage.setPolicy({ policy: 'NEVER' });
      stage.gandi.willBe('switch', 'lost');
      await stage.settle();
      expect(stage.gandi.sentOf('switch')).toHaveLength(2);
      expect([stage.gandi.isOn(NAME), (await stage.decisionOf())?.state]).toEqual([false, 'CONFIRMED']);
    });

    test('tries again a minute after Gandi refused, not at once', async () => {
      await stage.setPolicy({ policy: 'NEVER' });
      stage.gandi.willBe('switch', refused, refused);
      const next = await stage.round();
      expect([next, stage.gandi.sentOf('switch').length]).toEqual([stage.clock.now() + 60_000, 1]);
      await stage.settle();
      expect([stage.gandi.isOn(NAME), stage.gandi.sentOf('switch').length]).toEqual([false, 3]);
    });

    test('does not send twice while Gandi has not carried it out yet', async () => {
      await stage.setPolicy({ policy: 'NEVER' });
      stage.gandi.willBe('switch', 'lost');
      for (let second = 0; second < 50; second += 5) {
        await stage.round();
        await stage.clock.advance(5_000);
      }
      expect(stage.gandi.sentOf('switch')).toHaveLength(1);
    });
  });

  describe('that was away when the decision was due', () => {
    test('with SWITCH_OFF nothing was charged, and it is on again when it comes back to a payment', async () => {
      await stage.setPolicy({ failSafe: 'SWITCH_OFF' });
      await stage.settle();
      await stage.until(FIRST + DAY_MS);
      expect(stage.gandi.renewed).toEqual([]);
      await stage.pay();
      await stage.settle();
      await stage.until(SECOND);
      expect(stage.gandi.renewed).toMatchObject([{ at: SECOND, by: 'ATTEMPT' }]);
    });

    test('with LEAVE_ON Gandi renewed, and the domain is not lost', async () => {
      await stage.setPolicy();
      await stage.round();
      await stage.until(FIRST + DAY_MS);
      expect(stage.gandi.renewed).toMatchObject([{ at: FIRST, by: 'ATTEMPT' }]);
    });

    test('with LEAVE_ON switches off as soon as it is back before the attempt', async () => {
      await stage.setPolicy();
      await stage.round();
      await stage.until(FIRST - HOUR_MS);
      await stage.settle();
      await stage.until(EXPIRES_AT);
      expect([stage.gandi.switchesOf(NAME), stage.gandi.renewed]).toEqual([[false], []]);
    });
  });

  describe('of a paid domain for which Gandi makes no attempt any more', () => {
    beforeEach(async () => {
      await stage.setPolicy({ failSafe: 'SWITCH_OFF' });
      await stage.settle();
      await stage.until(LAST + 60_000);
      await stage.pay();
    });
    const later = async (ms: number) => {
      await stage.until(stage.clock.now() + ms);
      await stage.settle();
    };

    test('orders the renewal itself, at once and once', async () => {
      await stage.settle();
      for (let hour = 0; hour < 20; hour++) await later(HOUR_MS);
      expect(stage.gandi.renewed).toMatchObject([{ name: NAME, by: 'ORDER', termEndedAt: EXPIRES_AT }]);
      expect(stage.gandi.sentOf('renew')).toHaveLength(1);
      const { rows } = await stage.store.orders.list({
        visibility: { organizationId: null, clientId: null },
        filter: {},
        orderBy: { field: 'CREATED_AT', direction: 'ASC' },
        page: { first: 10 },
      });
      expect(rows.map(({ row }) => [row.kind, row.domainName, row.actor])).toEqual([['RENEW', NAME, 'system:guard']]);
    });

    test('goes by the dates it kept when Gandi tells none of a domain that is off', async () => {
      stage.gandi.shown.attempts = 'WHEN_ON';
      await stage.until(stage.clock.now() + HOUR_MS);
      await stage.sync();
      await stage.settle();
      expect(stage.gandi.renewed).toMatchObject([{ by: 'ORDER' }]);
    });

    test('tries again until there is money on the account', async () => {
      stage.gandi.account.balance = 0;
      await stage.settle();
      await later(2 * HOUR_MS);
      expect(stage.gandi.renewed).toEqual([]);
      expect(await stage.decisionOf()).toMatchObject({
        detail: { own: { failure: expect.stringMatching(/^INSUFFICIENT_FUNDS/) } },
      });
      stage.gandi.account.balance = 1_200;
      await later(2 * HOUR_MS);
      expect([stage.gandi.renewed.length, stage.gandi.account.balance]).toEqual([1, 0]);
    });

    test('tells a failure once, however often it is tried', async () => {
      stage.gandi.account.balance = 0;
      for (let time = 0; time < 3; time++) await later(2 * HOUR_MS);
      const told = await stage.told();
      expect(told.filter((line) => line === 'DECIDED PAID')).toHaveLength(2);
    });

    test('whose order was lost on the way repeats it under the same key, and it is charged once', async () => {
      stage.gandi.willBe('renew', 'taken-unanswered');
      await stage.settle();
      for (let time = 0; time < 3; time++) {
        await stage.until(stage.clock.now() + HOUR_MS);
        await stage.reconcile();
        await stage.settle();
      }
      expect([stage.gandi.renewed.length, stage.gandi.sentOf('renew').length]).toEqual([1, 1]);
    });

    test('orders again under another key when Gandi refused the first', async () => {
      const no = new UpstreamError('no', { kind: 'invalid', endpoint: 'POST', status: 400 });
      stage.gandi.willBe('renew', no);
      await stage.settle();
      expect(stage.gandi.renewed).toEqual([]);
      for (let time = 0; time < 3; time++) await later(HOUR_MS);
      expect(stage.gandi.renewed).toMatchObject([{ by: 'ORDER' }]);
    });

    test('of one that was on waits for what Gandi may still be doing', async () => {
      const other = await createTestStore(backend);
      try {
        const poor = await setup(other, ONE, { balance: 0 });
        await poor.setPolicy();
        await poor.pay();
        await poor.settle();
        await poor.until(LAST);
        poor.gandi.account.balance = 5_000;
        await poor.settle();
        expect([poor.gandi.failed.length, poor.gandi.sentOf('renew')]).toEqual([3, []]);
        await poor.until(LAST + 2 * HOUR_MS);
        await poor.settle();
        expect(poor.gandi.renewed).toMatchObject([{ by: 'ORDER' }]);
      } finally {
        await other.close();
      }
    });

    test('is off when it is not paid after all', async () => {
      await stage.pay(NAME, 'UNPAID');
      for (let time = 0; time < 3; time++) await later(2 * HOUR_MS);
      expect([stage.gandi.renewed, stage.gandi.sentOf('renew')]).toEqual([[], []]);
    });
  });

  test('a term that is over is not taken for one whose attempts were missed', async () => {
    await stage.setPolicy({ policy: 'ALWAYS', leadHours: 2_160 });
    await stage.until(LAST - HOUR_MS);
    await stage.sync();
    await stage.settle();
    await stage.until(FIRST + 275 * DAY_MS);
    await stage.sync({ details: false });
    await stage.settle();
    expect([stage.gandi.renewed.length, stage.gandi.sentOf('renew')]).toEqual([1, []]);
  });

  test('one whose attempts were never read is read first', async () => {
    const other = await createTestStore(backend);
    try {
      const fresh = await setup(other, ONE);
      await other.query('UPDATE domains SET detail = NULL, detail_as_of = NULL');
      await fresh.setPolicy();
      await fresh.round();
      expect(fresh.gandi.fake.sent()).toEqual([`domain:${NAME}`]);
      expect(await fresh.round()).toBe(DUE);
      await fresh.round();
      expect(fresh.gandi.fake.sent()).toEqual([`domain:${NAME}`]);
    } finally {
      await other.close();
    }
  });

  test('one for which Gandi tells no attempts is off as soon as there may be one, unless it is paid', async () => {
    stage.gandi.shown.attempts = false;
    await stage.until(stage.clock.now() + HOUR_MS);
    await stage.sync();
    await stage.setPolicy();
    await stage.settle();
    expect(stage.gandi.switchesOf(NAME)).toEqual([false]);
  });

  test('prices that cannot be read keep nobody from deciding', async () => {
    const port = { ...stage.gandi.port, prices: async () => Promise.reject(refused) };
    const gateway = startGuardGateway({ store: stage.store, port, clock: stage.clock });
    await stage.setPolicy({ policy: 'NEVER', priceHoldPercent: 10 });
    await gateway.round();
    expect(stage.gandi.switchesOf(NAME)).toEqual([false]);
  });

  test('one domain that cannot be decided keeps no other from it', async () => {
    const other = await createTestStore(backend);
    try {
      const two = await setup(other, [...ONE, { name: 'b.example', clientId: 'c00', expiresAt: EXPIRES_AT }]);
      await two.setPolicy({ policy: 'NEVER' });
      const decide: typeof two.store.autoRenew.decide = async (decision, expected, events) => {
        if (decision.domainName === NAME) throw new Error('broken');
        return two.store.autoRenew.decide(decision, expected, events);
      };
      const store = { ...two.store, autoRenew: { ...two.store.autoRenew, decide } };
      await startGuardGateway({ store, port: two.gandi.port, clock: two.clock }).round();
      expect(two.gandi.switches.map(({ name }) => name)).toEqual(['b.example']);
    } finally {
      await other.close();
    }
  });

  test('a stop gives up the round and leaves what was not done for the next process', async () => {
    await stage.setPolicy({ policy: 'NEVER' });
    const stopping = new AbortController();
    stage.gandi.fake.onAnswer(() => stopping.abort(new Error('stop')));
    await expect(stage.round(stopping.signal)).rejects.toThrow('stop');
    expect(stage.gandi.switches).toEqual([]);
    await stage.clock.advance(61_000);
    const next = stage.another();
    await next.round();
    expect(stage.gandi.switchesOf(NAME)).toEqual([false]);
  });
});

describeStore('two guards on one database', (backend) => {
  let database: TestStore;
  beforeEach(async () => {
    database = await createTestStore(backend);
  });
  afterEach(() => database.close());

  test('switch each domain once, and tell each flip once', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `d${index}.example`);
    const stage = await setup(
      database,
      names.map((name) => ({ name, clientId: 'c00', expiresAt: EXPIRES_AT })),
    );
    await stage.setPolicy({ policy: 'NEVER' });
    const other = stage.another();
    for (let turn = 0; turn < 3; turn++) {
      await Promise.all([stage.round(), other.round()]);
      await stage.clock.advance(10_000);
    }
    expect(stage.gandi.sentOf('switch').sort()).toEqual(names.map((name) => `switch:${name}:off`).sort());
    for (const name of names) expect(await stage.told(name)).toEqual(['DECIDED POLICY_NEVER', 'SWITCHED POLICY_NEVER']);
  });

  test('order a renewal that Gandi missed once', async () => {
    const stage = await setup(database, ONE);
    await stage.setPolicy({ failSafe: 'SWITCH_OFF' });
    await stage.settle();
    await stage.until(LAST + 1);
    await stage.pay();
    const other = stage.another();
    for (let turn = 0; turn < 4; turn++) {
      await Promise.all([stage.round(), other.round()]);
      await stage.clock.advance(20 * 60_000);
    }
    expect([stage.gandi.renewed.length, stage.gandi.sentOf('renew').length]).toEqual([1, 1]);
  });
});

describeStore('a process that dies', (backend) => {
  let database: TestStore;
  beforeEach(async () => {
    database = await createTestStore(backend);
  });
  afterEach(() => database.close());

  /** The rounds of a process that dies, then those of the next one. */
  async function live(stage: Stage, death: number | null): Promise<{ readonly calls: number; readonly died: boolean }> {
    const mortal = createMortal(death);
    const store = mortal.wrap(stage.store);
    const gateway = startGuardGateway({ store, port: mortal.wrap(stage.gandi.port), clock: stage.clock });
    const signal = new AbortController().signal;
    for (let turn = 0; turn < 3; turn++) {
      await gateway.round(signal).catch(() => null);
      await stage.clock.advance(6_000);
    }
    return { calls: mortal.calls(), died: mortal.isDead() };
  }
  async function restart(stage: Stage): Promise<void> {
    const next = stage.another();
    for (let turn = 0; turn < 6; turn++) {
      await stage.clock.advance(11 * 60_000);
      await next.reconcile();
      await next.round();
    }
  }
  test('at any call of a switch: after a restart it is off, and told once', async () => {
    const cast = async (death: number | null) => {
      const stage = await setup(database, ONE);
      await stage.setPolicy({ policy: 'NEVER' });
      const lived = await live(stage, death);
      await restart(stage);
      const found = [stage.gandi.isOn(NAME), await stage.told(), (await stage.decisionOf())?.state];
      const sent = stage.gandi.sentOf('switch').length;
      await database.close();
      database = await createTestStore(backend);
      return { ...lived, found, sent };
    };
    const whole = await cast(null);
    const right = [false, ['DECIDED POLICY_NEVER', 'SWITCHED POLICY_NEVER'], 'CONFIRMED'];
    expect(whole).toMatchObject({ died: false, found: right, sent: 1 });
    expect(whole.calls).toBeGreaterThan(8);
    for (const death of deathsAt(whole.calls, backend)) {
      const { died, found, sent } = await cast(death);
      expect([death, died, found, sent]).toEqual([death, true, right, 1]);
    }
  });

  test('at any call of its own renewal: after a restart the domain was renewed exactly once', async () => {
    const cast = async (death: number | null) => {
      const stage = await setup(database, ONE);
      await stage.setPolicy({ failSafe: 'SWITCH_OFF' });
      await stage.settle();
      await stage.until(LAST + 1);
      await stage.pay();
      const lived = await live(stage, death);
      await restart(stage);
      const found = stage.gandi.renewed.map(({ by, termEndedAt }) => [by, termEndedAt]);
      await database.close();
      database = await createTestStore(backend);
      return { ...lived, found };
    };
    const whole = await cast(null);
    expect(whole).toMatchObject({ died: false, found: [['ORDER', EXPIRES_AT]] });
    for (const death of deathsAt(whole.calls, backend)) {
      const { died, found } = await cast(death);
      expect([death, died, found]).toEqual([death, true, [['ORDER', EXPIRES_AT]]]);
    }
  });
});
