// Renewals are bought once for each key, settled by the expiry the registry shows, and told apart from everything that stands against them.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../src/upstream/errors.ts';
import { createMortal } from '../../helpers/mortal.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { EXPIRES_AT, NAME, SETTLE_MS, type Stage, setup, startGateway, wish } from './setup.ts';

let database: TestStore;
let stage: Stage;
beforeEach(async () => {
  database = await createTestStore();
  stage = setup(database);
});
afterEach(() => database.close());

const outcome = (order: Promise<unknown>) => order.catch((error: unknown) => error);
const orderNow = async (id: string) => (await stage.store.orders.byIds([id]))[0] ?? expect.unreachable();

describe('a renewal', () => {
  test('is one order, one call in lane money, and one charge of its price', async () => {
    const { order, replayed } = await stage.renew({ years: 2 });
    expect(order).toMatchObject({
      kind: 'RENEW',
      state: 'ACCEPTED',
      domainName: NAME,
      clientId: 'c00',
      years: 2,
      price: { beforeTaxes: { minor: 2_000, currency: 'EUR' }, afterTaxes: { minor: 2_400, currency: 'EUR' } },
      progress: { expiresAtBefore: EXPIRES_AT },
    });
    expect(replayed).toBe(false);
    expect(stage.gandi.bought).toEqual([{ name: NAME, payerId: 'reseller', years: 2, lane: 'money' }]);
    expect(await stage.store.ledger.ofOrders([order.id])).toMatchObject([
      { kind: 'CHARGE', amount: { minor: 2_400, currency: 'EUR' }, domainName: NAME },
    ]);
  });

  test('is completed by the follower once the registry shows the new expiry, and looked at no more', async () => {
    const { order } = await stage.renew();
    stage.follower.start();
    for (let second = 0; second < 5; second++) await stage.clock.advance(1_000);
    await stage.follower.stop();
    expect(await orderNow(order.id)).toMatchObject({ state: 'COMPLETED', nextLookAt: null });
    expect(await stage.store.orders.nextDueAt()).toBeNull();
  });

  test('of a premium name has the price of the name, not that of its extension', async () => {
    stage.gandi.premium.set(NAME, { minor: 99_000, currency: 'EUR' });
    const cheap = { minor: 2_400, currency: 'EUR' };
    expect(await outcome(stage.renew({ years: 2, expectedPrice: cheap }))).toMatchObject({
      code: 'PRICE_CHANGED',
      actual: { minor: 198_000, currency: 'EUR' },
    });
    const { order } = await stage.renew({ years: 2 });
    expect(order).toMatchObject({ isPremium: true, price: { afterTaxes: { minor: 198_000 } } });
  });

  test('repeated with its key is the same order, and Gandi is not asked', async () => {
    const { order } = await stage.renew();
    stage.gandi.sent.splice(0);
    stage.gandi.fake.clearCalls();
    const again = await stage.renew();
    expect([again.order.id, again.replayed]).toEqual([order.id, true]);
    expect([stage.gandi.sent, stage.gandi.fake.sent()]).toEqual([[], []]);
  });

  test('by twins at once is bought once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => stage.renew()));
    expect(new Set(answers.map(({ order }) => order.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(stage.gandi.bought).toHaveLength(1);
  });

  test('by two processes on one database at once is bought once', async () => {
    const other = startGateway({ store: stage.store, port: stage.gandi.port, clock: stage.clock });
    await Promise.all([stage.renew(), other.renewals.renew(other.scopeOf(), wish())]);
    expect(stage.gandi.bought).toHaveLength(1);
  });

  test('repeated before it was checked is the same order, though what it bought stands against it by then', async () => {
    const { store, clock, gandi } = stage;
    const list: typeof store.orders.list = async (query) => {
      const underWay = await store.orders.list(query);
      await stage.renew();
      return underWay;
    };
    const slow = startGateway({ store: { ...store, orders: { ...store.orders, list } }, port: gandi.port, clock });
    expect(await slow.renewals.renew(slow.scopeOf(), wish())).toMatchObject({
      replayed: true,
      order: { state: 'ACCEPTED' },
    });
    expect(gandi.bought).toHaveLength(1);
  });

  test('of a term that another order bought and got while this one was checked fails, and buys nothing', async () => {
    const { billing } = stage.gandi.port;
    stage.gandi.port.billing = async (...call) => {
      stage.gandi.port.billing = billing;
      await stage.renew({ idempotencyKey: 'wish-2' });
      stage.follower.start();
      for (let second = 0; second < 5; second++) await stage.clock.advance(1_000);
      await stage.follower.stop();
      return billing(...call);
    };
    expect(await outcome(stage.renew())).toMatchObject({ code: 'EXPIRY_CHANGED' });
    expect(stage.gandi.bought).toHaveLength(1);
    const orders = await stage.store.orders.list({
      visibility: { organizationId: null, clientId: null },
      filter: { domainName: NAME },
      orderBy: { field: 'CREATED_AT', direction: 'ASC' },
      page: { first: 9 },
    });
    expect(orders.rows.map(({ row }) => [row.idempotencyKey, row.state])).toEqual([
      ['wish-2', 'COMPLETED'],
      ['wish-1', 'FAILED'],
    ]);
  });

  test('with another key while one is under way is refused with the order in the way', async () => {
    const { order } = await stage.renew();
    expect(await outcome(stage.renew({ idempotencyKey: 'wish-2' }))).toMatchObject({
      code: 'OPERATION_IN_PROGRESS',
      orderId: order.id,
    });
    expect(stage.gandi.bought).toHaveLength(1);
  });

  test('with other input under a used key is refused', async () => {
    const { order } = await stage.renew();
    expect(await outcome(stage.renew({ years: 3 }))).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      orderId: order.id,
    });
  });
});

describe('an answer that was lost', () => {
  test('after the effect: the expiry shows that it was bought, once', async () => {
    stage.gandi.willBe('taken-unanswered');
    const { order } = await stage.renew();
    expect(order.state).toBe('SUBMITTED');
    await stage.clock.advance(11_000);
    await stage.reconcile();
    expect((await orderNow(order.id)).state).toBe('ACCEPTED');
    expect((await stage.renew()).order.id).toBe(order.id);
    expect(stage.gandi.bought).toHaveLength(1);
    expect(await stage.store.ledger.ofOrders([order.id])).toHaveLength(1);
  });

  test('before the effect: nothing is sent again before a renewal would have shown, then the same key buys it', async () => {
    stage.gandi.willBe('lost');
    const { order } = await stage.renew();
    await stage.clock.advance(SETTLE_MS - 1_000);
    await stage.reconcile();
    await stage.renew();
    expect(stage.gandi.sent.filter((what) => what.startsWith('renew'))).toHaveLength(1);
    for (let look = 0; look < 2; look++) {
      await stage.clock.advance(61_000);
      await stage.reconcile();
    }
    expect((await orderNow(order.id)).state).toBe('CLAIMED');
    const again = await stage.renew();
    expect([again.order.id, again.order.state, again.replayed]).toEqual([order.id, 'ACCEPTED', true]);
    expect(stage.gandi.bought).toHaveLength(1);
  });

  test('and the domain was renewed another way meanwhile: the order ends, and nothing is bought', async () => {
    stage.gandi.willBe('lost');
    const { order } = await stage.renew({ years: 2 });
    stage.gandi.extend(NAME, 1);
    await stage.clock.advance(SETTLE_MS);
    for (let look = 0; look < 2; look++) {
      await stage.clock.advance(61_000);
      await stage.reconcile();
    }
    expect(await outcome(stage.renew({ years: 2 }))).toMatchObject({ code: 'EXPIRY_CHANGED' });
    expect(await orderNow(order.id)).toMatchObject({ state: 'FAILED', failureCode: 'EXPIRY_CHANGED' });
    expect(stage.gandi.bought).toEqual([]);
  });
});

describe('what stands against a renewal is told before any money', () => {
  test.each([
    ['another expiry year', { currentExpiryYear: 2030 }, 'EXPIRY_CHANGED'],
    ['another price', { expectedPrice: { minor: 1_199, currency: 'EUR' } }, 'PRICE_CHANGED'],
    ['no such domain', { domain: 'nowhere.example' }, 'NOT_FOUND'],
    ['too many years', { years: 10 }, 'INVALID_INPUT'],
  ])('%s', async (_, more, code) => {
    expect(await outcome(stage.renew(more))).toMatchObject({ code });
    expect(stage.gandi.sent.filter((what) => what.startsWith('renew'))).toEqual([]);
    expect(await database.query('SELECT count(*)::int AS orders FROM orders')).toEqual([{ orders: 0 }]);
  });

  test('a prohibited renewal, years that are not sold, and an account that does not hold the price', async () => {
    stage.gandi.terms.prohibited = true;
    expect(await outcome(stage.renew())).toMatchObject({ code: 'NOT_RENEWABLE' });
    stage.gandi.terms.prohibited = false;
    stage.gandi.terms.durations = [1];
    expect(await outcome(stage.renew({ years: 2 }))).toMatchObject({ code: 'INVALID_INPUT' });
    stage.gandi.terms.balance = { minor: 1_199, currency: 'EUR' };
    expect(await outcome(stage.renew())).toMatchObject({
      code: 'INSUFFICIENT_FUNDS',
      needed: { minor: 1_200 },
      available: { minor: 1_199 },
    });
    expect(stage.gandi.bought).toEqual([]);
  });

  test('a domain of another client', async () => {
    const order = stage.renewals.renew(stage.scopeOf({ organizationId: 'reseller', clientId: 'stranger' }), wish());
    expect(await outcome(order)).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('the ceiling of the day, which a failed order does not count against', async () => {
    await database.close();
    database = await createTestStore();
    stage = setup(database, { day: { minor: 2_400, currency: 'EUR' }, month: null });
    stage.gandi.willBe(new UpstreamError('no', { kind: 'refused', endpoint: 'POST' }));
    expect(await outcome(stage.renew())).toMatchObject({ code: 'REJECTED_BY_GANDI' });
    await stage.renew({ years: 2, idempotencyKey: 'wish-2' });
    const other = stage.renew({ domain: 'd0001.example', idempotencyKey: 'wish-3' });
    expect(await outcome(other)).toMatchObject({
      code: 'SPEND_CEILING_REACHED',
      period: 'day',
      spent: { minor: 2_400 },
    });
    await stage.clock.advance(86_400_000);
    expect((await stage.renew({ domain: 'd0001.example', idempotencyKey: 'wish-3' })).order.state).toBe('ACCEPTED');
  });
});

test('a dry run tells price, both expiries, effects and blockers, and writes and buys nothing', async () => {
  const quote = (more: Parameters<typeof wish>[0]) => stage.renewals.quote(stage.scopeOf(), wish(more));
  expect(await quote({ years: 2 })).toMatchObject({
    price: { afterTaxes: { minor: 2_400 } },
    expiresAt: EXPIRES_AT,
    newExpiresAt: Date.UTC(2033, 0, 1),
    blockers: [],
  });
  expect(stage.gandi.sent).toContain(`dry-run:${NAME}:2`);
  expect(await quote({ currentExpiryYear: 2029 })).toMatchObject({ blockers: [{ code: 'EXPIRY_CHANGED' }] });
  expect(stage.gandi.bought).toEqual([]);
  expect(await database.query('SELECT count(*)::int AS orders FROM orders')).toEqual([{ orders: 0 }]);
});

describe('a process that dies', () => {
  const mortalGateway = (diesAt: number | null) => {
    const mortal = createMortal(diesAt);
    const parts = { store: mortal.wrap(stage.store), port: mortal.wrap(stage.gandi.port), clock: stage.clock };
    return { mortal, ...startGateway(parts) };
  };

  test('at any of its calls has bought once after a restart and a repeat', async () => {
    const rehearsal = mortalGateway(null);
    await rehearsal.renewals.renew(rehearsal.scopeOf(), wish());
    const last = rehearsal.mortal.calls();
    expect(last).toBeGreaterThan(8);
    for (let at = 1; at <= last; at++) {
      await database.close();
      database = await createTestStore();
      stage = setup(database);
      const dying = mortalGateway(at);
      await dying.renewals.renew(dying.scopeOf(), wish()).catch(() => null);
      let state: string | undefined;
      for (let round = 0; round < 30 && state !== 'ACCEPTED'; round++) {
        await stage.clock.advance(61_000);
        await stage.reconcile();
        state = await stage.renew().then(
          ({ order }) => order.state,
          () => undefined,
        );
      }
      expect([at, state, stage.gandi.bought.length]).toEqual([at, 'ACCEPTED', 1]);
    }
  });
});
