// Plans being carried out: in order, once each, stopped by drift, cancelled between items, shared between replicas, followed live.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfirmationNeededError } from '../../../src/services/errors.ts';
import { isGap } from '../../../src/services/events-types.ts';
import { keyOf } from '../../../src/services/plans-items.ts';
import type { PlanUpdate } from '../../../src/services/services.ts';
import { UpstreamError } from '../../../src/upstream/errors.ts';
import { createTestStore, describeStore, type TestStore } from '../../helpers/test-store.ts';
import { nameOf, renewal, type Stage, setup } from './setup.ts';

let database: TestStore;
let stage: Stage;
const eur = (minor: number) => ({ minor, currency: 'EUR' });
const range = (count: number) => Array.from({ length: count }, (_, at) => at);

describeStore('an approved plan', (backend) => {
  beforeEach(async () => {
    database = await createTestStore(backend);
    stage = setup(database);
  });
  afterEach(() => database.close());

  test('orders each item once, in order, at the approved price, and completes with its orders', async () => {
    const plan = await stage.draft(...range(10).map((at) => renewal(at)));
    await stage.approve(plan);
    const ended = await stage.carryOut(plan);
    expect(ended).toMatchObject({ state: 'COMPLETED', stopReason: null, endedAt: expect.any(Number) });
    expect(await stage.itemsNow(plan)).toEqual(range(10).map((at) => `RENEW ${nameOf(at)} DONE`));
    expect(stage.bought()).toEqual(Object.fromEntries(range(10).map((at) => [nameOf(at), 1])));
    const items = await stage.store.plans.items(plan.id, { after: null, limit: 10 });
    const orders = await stage.store.orders.byIds(items.map(({ orderId }) => orderId ?? ''));
    expect(orders).toHaveLength(10);
    for (const order of orders)
      expect(order).toMatchObject({
        actor: `system:plan:${plan.id}`,
        idempotencyKey: expect.stringMatching(`^plan:${plan.id}:`),
        input: { expectedPrice: eur(1_200) },
      });
    expect(orders.find(({ domainName }) => domainName === nameOf(3))?.idempotencyKey).toBe(keyOf(plan.id, 3));
    const kept = stage.plans.execute(stage.scopeOf(), { planId: plan.id, hash: plan.hash, skipBlocked: false });
    expect(await kept).toMatchObject({ replayed: true, plan: { state: 'COMPLETED' } });
  });

  test('stops at an item that has become dearer; resumed, it leaves that one out', async () => {
    const plan = await stage.draft(...range(12).map((at) => renewal(at)));
    stage.gandi.premium.set(nameOf(1), eur(9_900));
    await stage.approve(plan);
    const stopped = await stage.carryOut(plan);
    expect(stopped).toMatchObject({
      state: 'STOPPED',
      stopReason: expect.stringMatching(/^Item 1 \(d0001\.example\): The price is 99\.00 EUR/),
    });
    const items = await stage.store.plans.items(plan.id, { after: null, limit: 20 });
    expect(items[1]).toMatchObject({ state: 'FAILED', orderId: null, failure: { code: 'PRICE_CHANGED' } });
    expect(items.slice(5).map(({ state }) => state)).toEqual(range(7).map(() => 'PLANNED'));
    const before = Object.keys(stage.bought()).length;
    expect(before).toBeLessThanOrEqual(4);

    await stage.another().plans.resume(stage.scopeOf(), { planId: plan.id });
    expect(await stage.carryOut(plan, [stage.another()])).toMatchObject({ state: 'COMPLETED', stopReason: null });
    const others = range(12).filter((at) => at !== 1);
    expect(stage.bought()).toEqual(Object.fromEntries(others.map((at) => [nameOf(at), 1])));
  });

  test('stops at an expiry that moved, at a refusal of Gandi, and at an empty account', async () => {
    const drifts: [string, () => void][] = [
      ['EXPIRY_CHANGED', () => stage.gandi.extend(nameOf(0), 1)],
      ['REJECTED_BY_GANDI', () => stage.gandi.willBe(refusal())],
      ['INSUFFICIENT_FUNDS', () => Object.assign(stage.gandi.terms, { balance: eur(100) })],
    ];
    for (const [at, [code, drift]] of drifts.entries()) {
      const plan = await stage.draft(renewal(at));
      drift();
      await stage.approve(plan);
      expect(await stage.carryOut(plan, [stage.another()])).toMatchObject({ state: 'STOPPED' });
      const [item] = await stage.store.plans.items(plan.id, { after: null, limit: 1 });
      expect(item).toMatchObject({ state: 'FAILED', failure: { code } });
    }
    expect(stage.bought()).toEqual({});
  });

  test('stops at the ceiling of its operator', async () => {
    stage = setup(database, { day: eur(2_500), month: null });
    const plan = await stage.draft(...range(3).map((at) => renewal(at)));
    await stage.approve(plan);
    expect(await stage.carryOut(plan)).toMatchObject({ state: 'STOPPED' });
    expect(Object.keys(stage.bought())).toHaveLength(2);
  });

  test('agrees to the side effects that were quoted, and stops at any other', async () => {
    const { renewals } = stage;
    const notice = { name: 'FORFEITS_REFUND', message: 'It can be given back no more.' } as const;
    const agreed: unknown[] = [];
    const gateway = stage.another({
      ordering: {
        renewals: {
          quote: async (...asked) => ({ ...(await renewals.quote(...asked)), toAcknowledge: [notice] }),
          async renew(scope, input) {
            agreed.push(input.acknowledge);
            if (input.domain === nameOf(1)) throw new ConfirmationNeededError('More than that.', [notice]);
            return renewals.renew(scope, input);
          },
        },
      },
    });
    const items = [renewal(0), renewal(1)];
    const plan = await gateway.plans.plan(stage.scopeOf(), { payerId: null, items });
    await stage.approve(plan);
    expect(await stage.carryOut(plan, [gateway])).toMatchObject({ state: 'STOPPED' });
    expect(agreed).toEqual([['FORFEITS_REFUND'], ['FORFEITS_REFUND']]);
    const [, second] = await stage.store.plans.items(plan.id, { after: null, limit: 2 });
    expect(second).toMatchObject({ state: 'FAILED', failure: { code: 'CONFIRMATION_NEEDED' } });
    expect(stage.bought()).toEqual({ [nameOf(0)]: 1 });
  });

  test('waits while Gandi is away and goes on with the same keys', async () => {
    const plan = await stage.draft(...range(6).map((at) => renewal(at)));
    const away = () => new UpstreamError('away', { kind: 'unreachable', endpoint: 'POST', ambiguous: false });
    stage.gandi.willBe(...range(9).map(away));
    await stage.approve(plan);
    expect(await stage.carryOut(plan)).toMatchObject({ state: 'COMPLETED' });
    expect(stage.bought()).toEqual(Object.fromEntries(range(6).map((at) => [nameOf(at), 1])));
  });

  test('gives up what cannot be reached for half an hour', async () => {
    const plan = await stage.draft(renewal(0), renewal(1));
    const away = () => new UpstreamError('away', { kind: 'unreachable', endpoint: 'POST', ambiguous: false });
    stage.gandi.willBe(...range(100).map(away));
    await stage.approve(plan);
    expect(await stage.carryOut(plan, [stage], 3_600, 60)).toMatchObject({ state: 'STOPPED' });
    expect(stage.bought()).toEqual({});
  });

  test.each(['lost', 'taken-unanswered'] as const)('buys an item whose answer was %s once', async (fate) => {
    const plan = await stage.draft(renewal(0), renewal(1));
    stage.gandi.willBe(fate, fate);
    await stage.approve(plan);
    const end = await stage.carryOut(plan, [stage], 1_500, 20);
    expect(end).toMatchObject({ state: 'COMPLETED' });
    expect(stage.bought()).toEqual({ [nameOf(0)]: 1, [nameOf(1)]: 1 });
  });

  test('cancelled between items begins none after it, and follows what was ordered to its end', async () => {
    const plan = await stage.draft(...range(12).map((at) => renewal(at)));
    await stage.approve(plan);
    let cancelled = 0;
    const { renewals } = stage;
    const renew: typeof renewals.renew = async (...order) => {
      const placed = await renewals.renew(...order);
      if (cancelled++ === 0) await stage.plans.cancel(stage.scopeOf(), { planId: plan.id });
      return placed;
    };
    const gateway = stage.another({ ordering: { renewals: { ...renewals, renew } } });
    expect(await stage.carryOut(plan, [gateway])).toMatchObject({ state: 'CANCELLED', endedAt: expect.any(Number) });
    const bought = Object.keys(stage.bought()).length;
    expect(bought).toBeGreaterThan(0);
    expect(bought).toBeLessThanOrEqual(4);

    const settling = stage.another();
    settling.runner.start();
    settling.follower.start();
    for (let second = 0; second < 30; second++) await stage.clock.advance(1_000);
    await Promise.all([settling.runner.stop(), settling.follower.stop()]);
    const states = (await stage.itemsNow(plan)).map((text) => text.split(' ')[2]);
    expect(states.filter((state) => state === 'DONE')).toHaveLength(bought);
    expect(states.filter((state) => state === 'PLANNED')).toHaveLength(12 - bought);
    expect(Object.keys(stage.bought())).toHaveLength(bought);
    const again = stage.plans.execute(stage.scopeOf(), { planId: plan.id, hash: plan.hash, skipBlocked: false });
    await expect(again).rejects.toMatchObject({ code: 'WRONG_PLAN_STATE', state: 'CANCELLED' });
  });

  test('is cancelled as a draft, and then neither approved nor resumed', async () => {
    const plan = await stage.draft(renewal(0));
    expect(await stage.plans.cancel(stage.scopeOf(), { planId: plan.id })).toMatchObject({ state: 'CANCELLED' });
    expect(await stage.plans.cancel(stage.scopeOf(), { planId: plan.id })).toMatchObject({ state: 'CANCELLED' });
    await expect(stage.approve(plan)).rejects.toMatchObject({ code: 'WRONG_PLAN_STATE' });
    await expect(stage.plans.resume(stage.scopeOf(), { planId: plan.id })).rejects.toMatchObject({
      code: 'WRONG_PLAN_STATE',
    });
  });

  test('by two replicas at once is bought once', async () => {
    const plans = await Promise.all([0, 4, 8].map((at) => stage.draft(...range(4).map((more) => renewal(at + more)))));
    for (const plan of plans) await stage.approve(plan);
    const replicas = [stage.another(), stage.another()];
    for (const { runner, follower } of replicas) {
      runner.start();
      follower.start();
    }
    for (let second = 0; second < 40; second++) await stage.clock.advance(1_000);
    for (const { runner, follower } of replicas) await Promise.all([runner.stop(), follower.stop()]);
    for (const plan of plans) expect((await stage.planNow(plan)).state).toBe('COMPLETED');
    expect(stage.bought()).toEqual(Object.fromEntries(range(12).map((at) => [nameOf(at), 1])));
  });

  test('by a worker that lost its lease begins nothing more', async () => {
    const plan = await stage.draft(...range(12).map((at) => renewal(at)));
    await stage.approve(plan);
    let taken = false;
    const { renewals } = stage;
    const renew: typeof renewals.renew = async (...order) => {
      if (!taken) {
        taken = true;
        await database.query(`UPDATE plans SET lease_owner = 'another'`);
      }
      return renewals.renew(...order);
    };
    await stage.carryOut(plan, [stage.another({ ordering: { renewals: { ...renewals, renew } } })], 40);
    expect(Object.keys(stage.bought()).length).toBeLessThanOrEqual(4);
    await database.query('UPDATE plans SET lease_owner = NULL');
    expect(await stage.carryOut(plan, [stage.another()])).toMatchObject({ state: 'COMPLETED' });
    expect(stage.bought()).toEqual(Object.fromEntries(range(12).map((at) => [nameOf(at), 1])));
  });

  test('is followed from how it stands to its end, and resumed after any cursor', async () => {
    const plan = await stage.draft(...range(3).map((at) => renewal(at)));
    const stop = new AbortController();
    const { session } = stage.scopeOf();
    const follow = (after: string | null) =>
      stage.plans.updates(session, { planId: plan.id, after, signal: stop.signal });
    const live: PlanUpdate[] = [];
    const reading = (async () => {
      for await (const update of follow(null)) {
        if (isGap(update)) return;
        live.push(update);
        if (update.plan.state === 'COMPLETED') return;
      }
    })();
    await stage.clock.advance(0);
    await stage.approve(plan);
    await stage.carryOut(plan);
    for (let second = 0; second < 5; second++) await stage.clock.advance(1_000);
    await reading;
    expect(live[0]).toMatchObject({ plan: { state: 'DRAFT' }, counts: { PLANNED: 3, DONE: 0 } });
    expect(live.at(-1)).toMatchObject({ plan: { state: 'COMPLETED' }, counts: { PLANNED: 0, DONE: 3 } });
    expect(live.map(({ counts }) => counts.DONE)).toEqual(live.map(({ counts }) => counts.DONE).toSorted());
    const third = live[2]?.cursor ?? expect.unreachable();
    const rest: PlanUpdate[] = [];
    for await (const update of follow(third)) {
      if (isGap(update)) break;
      rest.push(update);
      if (update.plan.state === 'COMPLETED') break;
    }
    expect(rest).toEqual(live.slice(3));
    stop.abort();
  });
});

const refusal = () =>
  new UpstreamError('no', {
    kind: 'refused',
    endpoint: 'POST',
    ambiguous: false,
    status: 409,
    problems: [{ field: '', message: 'Not this one.' }],
  });
