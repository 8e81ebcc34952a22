// Restores: bought once for each key, completed when Gandi lists the domain again, and told apart from everything that stands against them.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deathsAt } from '../../helpers/mortal.ts';
import { createTestStore, describeStore, type TestStore } from '../../helpers/test-store.ts';
import { eur, upstreamError } from '../buying/gandi.ts';
import { HELD_NAME, outcome, recover, restoring, SETTLE_MS, type Stage, setup } from '../buying/setup.ts';

/** Expired before the gateway saw it: Gandi lists it no more. */
const UNSEEN = 'long-gone.example';

describeStore('restores', (backend) => {
  let database: TestStore;
  let stage: Stage;
  const renewStage = async (resellers: 1 | 2 = 2) => {
    await database?.close();
    database = await createTestStore(backend);
    stage = setup(database);
    const { world } = stage.gandi;
    if (resellers === 1) world.organizations = world.organizations.filter(({ id }) => id !== 'other');
    stage.gandi.redeemable.add(UNSEEN);
    await stage.learn(HELD_NAME);
    stage.gandi.expire(HELD_NAME);
    stage.gandi.clear();
  };
  beforeEach(() => renewStage());
  afterEach(() => database.close());

  const expectNothingBought = async () => {
    expect([stage.gandi.bought, stage.gandi.sentOf('restore')]).toEqual([[], []]);
    expect(await stage.allOrders()).toEqual([]);
  };

  describe('a restore', () => {
    test('is one order, one call in lane money, and one charge of its price', async () => {
      const { order, replayed } = await stage.restore({ expectedPrice: eur(10_800) });
      expect(order).toMatchObject({
        kind: 'RESTORE',
        state: 'ACCEPTED',
        domainName: HELD_NAME,
        organizationId: 'reseller',
        clientId: 'c00',
        price: { beforeTaxes: eur(9_000), afterTaxes: eur(10_800) },
      });
      expect(replayed).toBe(false);
      expect(stage.gandi.sent).toEqual([`restorable:${HELD_NAME}`, 'billing:reseller', `restore:${HELD_NAME}`]);
      expect(stage.gandi.bought).toEqual([{ process: 'restore', lane: 'money', name: HELD_NAME, payerId: 'reseller' }]);
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 10_800]]);
    });

    test('is completed by the follower once Gandi lists the domain again, and looked at no more', async () => {
      stage.gandi.terms.restoreMs = 4_000;
      const { order } = await stage.restore();
      expect((await stage.look(order.id)).state).toBe('WAITING');
      await stage.follow(8);
      expect(await stage.order(order.id)).toMatchObject({ state: 'COMPLETED', nextLookAt: null });
      expect(await stage.store.orders.nextDueAt()).toBeNull();
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 10_800]]);
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('is not done while Gandi shows the domain and still has it in redemption', async () => {
      const { order } = await stage.restore();
      stage.gandi.giveBack(HELD_NAME);
      stage.gandi.redeemable.add(HELD_NAME);
      expect((await stage.look(order.id)).state).toBe('WAITING');
      stage.gandi.redeemable.delete(HELD_NAME);
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
    });

    test('is not done when the domain turns up in another organization', async () => {
      const { order } = await stage.restore();
      stage.gandi.giveBack(HELD_NAME, 'other');
      stage.gandi.world.domains = stage.gandi.world.domains.map((domain) =>
        domain.name === HELD_NAME ? { ...domain, clientId: 'x00' } : domain,
      );
      expect((await stage.look(order.id)).state).toBe('WAITING');
    });

    test('that Gandi took two days ago and has not carried out asks for somebody to act, once', async () => {
      const { order } = await stage.restore();
      await stage.clock.advance(2 * 86_400_000);
      expect((await stage.look(order.id)).state).toBe('ACTION_REQUIRED');
      const { timeline } = await stage.look(order.id);
      expect(timeline.filter(({ state }) => state === 'ACTION_REQUIRED')).toHaveLength(1);
      stage.gandi.giveBack(HELD_NAME);
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
    });

    test('of a domain that the mirror has given up is still possible', async () => {
      await stage.store.domains.setPresence(
        await stage.store.domains.byNames([HELD_NAME]),
        'ABSENT_CONFIRMED',
        'gone',
        stage.clock.now(),
      );
      expect((await stage.restore()).order).toMatchObject({ state: 'ACCEPTED', organizationId: 'reseller' });
    });
  });

  describe('a domain that the gateway never saw', () => {
    beforeEach(() => renewStage(1));

    test('is restored for a caller without a limit, and completed when Gandi lists it', async () => {
      const { order } = await stage.restore({ domain: UNSEEN });
      expect(order).toMatchObject({ state: 'ACCEPTED', organizationId: 'reseller', clientId: null });
      stage.gandi.giveBack(UNSEEN);
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test.each([[{ organizationId: 'reseller' }], [{ organizationId: 'reseller', clientId: 'c00' }]])(
      'is "not found" for a caller limited to %j, and Gandi is not asked whether it can be had',
      async (limit) => {
        expect(await outcome(stage.restore({ domain: UNSEEN }, limit))).toMatchObject({ code: 'NOT_FOUND' });
        expect(stage.gandi.sentOf('restorable')).toEqual([]);
        await expectNothingBought();
      },
    );

    test('and that is not in redemption cannot be restored', async () => {
      expect(await outcome(stage.restore({ domain: 'nowhere.example' }))).toMatchObject({ code: 'NOT_RESTORABLE' });
      await expectNothingBought();
    });

    test('is refused where it is not clear which of several organizations pays', async () => {
      await renewStage(2);
      expect(await outcome(stage.restore({ domain: UNSEEN }))).toMatchObject({ code: 'INVALID_INPUT' });
      await expectNothingBought();
    });
  });

  describe('the same key', () => {
    test('is the same order, and Gandi is not asked', async () => {
      const { order } = await stage.restore();
      stage.gandi.clear();
      const again = await stage.restore();
      expect([again.order.id, again.replayed]).toEqual([order.id, true]);
      expect(stage.gandi.allCalls()).toBe(0);
    });

    test('after the domain is back is the completed order', async () => {
      const { order } = await stage.restore();
      stage.gandi.giveBack(HELD_NAME);
      await stage.look(order.id);
      expect(await stage.restore()).toMatchObject({ replayed: true, order: { id: order.id, state: 'COMPLETED' } });
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('with another price agreed to is refused', async () => {
      const { order } = await stage.restore();
      expect(await outcome(stage.restore({ expectedPrice: eur(10_800) }))).toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
        orderId: order.id,
      });
    });

    test('by twins at once, in one process or two, buys once', async () => {
      const other = stage.another();
      const answers = await Promise.all([stage.restore(), stage.restore(), other.restore(), other.restore()]);
      expect(new Set(answers.map(({ order }) => order.id)).size).toBe(1);
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(stage.gandi.bought).toHaveLength(1);
    });
  });

  test('another key while one is under way is refused with the order in the way, and after it as not restorable', async () => {
    const { order } = await stage.restore();
    const second = () => outcome(stage.restore({ idempotencyKey: 'wish-2' }));
    expect(await second()).toMatchObject({ code: 'OPERATION_IN_PROGRESS', orderId: order.id });
    stage.gandi.giveBack(HELD_NAME);
    await stage.look(order.id);
    expect(await second()).toMatchObject({ code: 'NOT_RESTORABLE' });
    expect(stage.gandi.bought).toHaveLength(1);
  });

  describe('what stands against a restore is told before any money', () => {
    test('a domain that is not in redemption', async () => {
      expect(await outcome(stage.restore({ domain: 'd0001.example' }))).toMatchObject({
        code: 'NOT_RESTORABLE',
        path: ['input', 'domain'],
      });
      await expectNothingBought();
    });

    test('another price', async () => {
      expect(await outcome(stage.restore({ expectedPrice: eur(9_000) }))).toMatchObject({
        code: 'PRICE_CHANGED',
        expected: eur(9_000),
        actual: eur(10_800),
      });
      await expectNothingBought();
    });

    test('an account that does not hold the price', async () => {
      stage.gandi.terms.balance = eur(10_799);
      expect(await outcome(stage.restore())).toMatchObject({
        code: 'INSUFFICIENT_FUNDS',
        needed: eur(10_800),
        available: eur(10_799),
      });
      await expectNothingBought();
    });

    test.each([[{ organizationId: 'other' }], [{ organizationId: 'reseller', clientId: 'c01' }]])(
      'a domain that is not of the caller limited to %j: not found, before and after it was ordered',
      async (limit) => {
        expect(await outcome(stage.restore({}, limit))).toMatchObject({ code: 'NOT_FOUND', path: ['input', 'domain'] });
        await expectNothingBought();
        await stage.restore();
        expect(await outcome(stage.restore({}, limit))).toMatchObject({ code: 'NOT_FOUND' });
        expect(stage.gandi.bought).toHaveLength(1);
      },
    );

    test('a ceiling that it would pass', async () => {
      await database.close();
      database = await createTestStore(backend);
      stage = setup(database, { ceilings: { day: null, month: eur(10_799) } });
      await stage.learn(HELD_NAME);
      stage.gandi.expire(HELD_NAME);
      expect(await outcome(stage.restore())).toMatchObject({ code: 'SPEND_CEILING_REACHED', period: 'month' });
      await expectNothingBought();
    });
  });

  test('what Gandi refuses is FAILED, without a charge, and another key can order', async () => {
    stage.gandi.willBe('restore', upstreamError('invalid', { problems: [{ field: '', message: 'too late' }] }));
    expect(await outcome(stage.restore())).toMatchObject({
      code: 'REJECTED_BY_GANDI',
      message: expect.stringContaining('too late'),
    });
    const [order] = await stage.allOrders();
    expect(order).toMatchObject({ state: 'FAILED', failureCode: 'REJECTED_BY_GANDI' });
    expect(await stage.ledger(order?.id ?? '')).toEqual([]);
    expect((await stage.restore({ idempotencyKey: 'wish-2' })).order.state).toBe('ACCEPTED');
    expect(stage.gandi.bought).toHaveLength(1);
  });

  test.each(['busy', 'rate-limited', 'unauthorized'] as const)(
    'what Gandi did not take in (%s) is sent by the same key at once, exactly once',
    async (kind) => {
      stage.gandi.willBe('restore', upstreamError(kind));
      expect(await outcome(stage.restore())).toMatchObject({ code: expect.stringMatching(/^UPSTREAM_/) });
      expect(await stage.restore()).toMatchObject({ replayed: true, order: { state: 'ACCEPTED' } });
      expect(stage.gandi.bought).toHaveLength(1);
    },
  );

  describe('an answer that was lost after the effect', () => {
    beforeEach(() => stage.gandi.willBe('restore', 'taken-unanswered'));

    test('is settled once Gandi lists the domain, and completed, bought once', async () => {
      stage.gandi.terms.restoreMs = 30_000;
      const { order } = await stage.restore();
      expect(order.state).toBe('SUBMITTED');
      await stage.clock.advance(11_000);
      await stage.reconcile();
      expect((await stage.order(order.id)).state).toBe('SUBMITTED');
      expect(await stage.restore()).toMatchObject({ replayed: true, order: { id: order.id, state: 'SUBMITTED' } });
      await stage.clock.advance(20_000);
      await stage.reconcile();
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
      expect(stage.gandi.bought).toHaveLength(1);
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 10_800]]);
    });

    test('and that shows only after it was given back to its caller is found before the repeat is sent', async () => {
      const { order } = await stage.restore();
      await stage.clock.advance(SETTLE_MS);
      await stage.reconcileLate(2);
      expect((await stage.order(order.id)).state).toBe('CLAIMED');
      stage.gandi.giveBack(HELD_NAME);
      expect((await stage.restore()).order).toMatchObject({ id: order.id, state: 'ACCEPTED' });
      expect(stage.gandi.bought).toHaveLength(1);
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 10_800]]);
    });

    test('and that shows while the repeat is on its way is found when Gandi has nothing to restore', async () => {
      const { order } = await stage.restore();
      await stage.clock.advance(SETTLE_MS);
      await stage.reconcileLate(2);
      const { restore } = stage.gandi.port;
      stage.gandi.port.restore = async (request, call) => {
        stage.gandi.giveBack(HELD_NAME);
        await restore(request, call);
      };
      expect((await stage.restore()).order).toMatchObject({ id: order.id, state: 'ACCEPTED' });
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('stays open while Gandi cannot be asked, for however long', async () => {
      const { order } = await stage.restore();
      const heal = stage.gandi.fake.fail(/^domain:/, upstreamError('unavailable', { status: 502 }));
      for (let round = 0; round < 4; round++) {
        await stage.clock.advance(SETTLE_MS);
        await stage.reconcile().catch(() => null);
      }
      expect((await stage.order(order.id)).state).toBe('SUBMITTED');
      heal();
      stage.gandi.giveBack(HELD_NAME);
      await stage.reconcile();
      expect((await stage.order(order.id)).state).toBe('ACCEPTED');
      expect(stage.gandi.bought).toHaveLength(1);
    });
  });

  describe('an answer that was lost before the effect', () => {
    beforeEach(() => stage.gandi.willBe('restore', 'lost'));

    test('is not sent again before a restore would have shown; then the same key buys it exactly once', async () => {
      const { order } = await stage.restore();
      await stage.clock.advance(SETTLE_MS - 1_000);
      await stage.reconcile();
      await stage.restore();
      expect(stage.gandi.sentOf('restore')).toHaveLength(1);
      await stage.reconcileLate(2);
      expect((await stage.order(order.id)).state).toBe('CLAIMED');
      expect(stage.gandi.bought).toEqual([]);
      expect(await stage.restore()).toMatchObject({ replayed: true, order: { id: order.id, state: 'ACCEPTED' } });
      await stage.restore();
      expect(stage.gandi.bought).toHaveLength(1);
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 10_800]]);
    });

    test('and whose redemption ended meanwhile is refused at the repeat', async () => {
      const { order } = await stage.restore();
      stage.gandi.redeemable.delete(HELD_NAME);
      await stage.clock.advance(SETTLE_MS);
      await stage.reconcileLate(2);
      expect(await outcome(stage.restore())).toMatchObject({ code: 'REJECTED_BY_GANDI' });
      expect((await stage.order(order.id)).state).toBe('FAILED');
      expect(stage.gandi.bought).toEqual([]);
      expect(await stage.ledger(order.id)).toEqual([]);
    });

    test('and that nobody comes back for is cancelled, and the domain can be restored by another key', async () => {
      const { order } = await stage.restore();
      await stage.clock.advance(SETTLE_MS);
      await stage.reconcileLate(2);
      await stage.clock.advance(3_601_000);
      await stage.reconcile();
      expect((await stage.order(order.id)).state).toBe('CANCELLED');
      expect((await stage.restore({ idempotencyKey: 'wish-2' })).order.state).toBe('ACCEPTED');
      expect(stage.gandi.bought).toHaveLength(1);
    });
  });

  test('a dry run tells price and effects, or what stands against it, and writes and buys nothing', async () => {
    const quote = (more: Parameters<typeof restoring>[0] = {}) =>
      stage.restores.quote(stage.scopeOf(), restoring(more));
    expect(await quote()).toMatchObject({
      name: HELD_NAME,
      price: { afterTaxes: eur(10_800) },
      blockers: [],
      effects: [expect.stringContaining('never refunded')],
      upstreamCalls: 1,
    });
    stage.gandi.terms.balance = eur(1);
    expect((await quote({ expectedPrice: eur(1) })).blockers.map(({ code }) => code)).toEqual([
      'PRICE_CHANGED',
      'INSUFFICIENT_FUNDS',
    ]);
    expect((await quote({ domain: 'd0001.example' })).blockers).toMatchObject([{ code: 'NOT_RESTORABLE' }]);
    await expectNothingBought();
    expect(await database.query('SELECT count(*)::int AS entries FROM ledger_entries')).toEqual([{ entries: 0 }]);
  });

  describe.each([
    ['a domain of the mirror', HELD_NAME],
    ['a domain that the gateway never saw', UNSEEN],
  ])('a process that dies while it restores %s', (_, domain) => {
    const scene = async () => {
      await renewStage(1);
      stage.gandi.terms.restoreMs = 5_000;
    };
    const boundaries = async () => {
      await scene();
      const rehearsal = stage.dying(null);
      await rehearsal.gateway.restore({ domain });
      return rehearsal.calls();
    };

    test.each(['taken', 'lost', 'taken-unanswered'] as const)(
      'at any of its calls, and whose answer is %s, has bought once after a restart',
      async (fate) => {
        const last = await boundaries();
        expect(last).toBeGreaterThan(8);
        const found: unknown[][] = [];
        for (const at of deathsAt(last, backend)) {
          await scene();
          stage.gandi.willBe('restore', fate);
          const dying = stage.dying(at);
          await dying.gateway.restore({ domain }).catch(() => null);
          const state = await recover(stage, (gateway) => gateway.restore({ domain }));
          const [order] = await stage.allOrders();
          found.push([at, state, stage.gandi.bought.length, await stage.ledger(order?.id ?? '')]);
        }
        expect(found).toEqual(found.map(([at]) => [at, 'ACCEPTED', 1, [['CHARGE', 10_800]]]));
      },
    );
  });
});
