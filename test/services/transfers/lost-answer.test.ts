// Answers that never came: the order says so, the reconciler looks until it knows, and nothing is sent twice.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RequestFault } from '../../../src/services/errors.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { upstreamError } from './gandi.ts';
import { maple, type Stage, scopeOf, setup, wish } from './setup.ts';

let database: TestStore;
let stage: Stage;

beforeEach(async () => {
  database = await createTestStore();
  stage = setup(database);
});
afterEach(() => database.close());

const request = (more: Parameters<typeof wish>[0] = {}) => stage.transfers.request(scopeOf(), wish(more));
const stored = async (id: string) => (await stage.store.orders.byIds([id]))[0];

describe('an order whose answer was lost', () => {
  test('comes back as SUBMITTED, with words that say so', async () => {
    stage.gandi.willBe('order', 'taken-unanswered');
    const { order, transfer, replayed } = await request();
    expect({ state: order.state, lease: order.leaseOwner, step: transfer.step, replayed }).toEqual({
      state: 'SUBMITTED',
      lease: null,
      step: 'SUBMITTING',
      replayed: false,
    });
    expect(stage.transfers.explain(scopeOf().session, transfer).text).toContain('looks at Gandi');
  });

  test('and that landed is ACCEPTED by a look, without another order', async () => {
    stage.gandi.willBe('order', 'taken-unanswered');
    const { order } = await request();
    await stage.reconcile();
    expect(await stored(order.id)).toMatchObject({ state: 'ACCEPTED', leaseOwner: null });
    expect(stage.gandi.orders).toHaveLength(1);
  });

  test('and whose domain has arrived meanwhile is ACCEPTED too, and then COMPLETED', async () => {
    stage.gandi.willBe('order', 'taken-unanswered');
    const { order } = await request();
    stage.gandi.complete('moving.com');
    await stage.reconcile();
    expect((await stage.look()).step).toBe('COMPLETED');
    expect(await stored(order.id)).toMatchObject({ state: 'COMPLETED' });
  });

  test('is repeated with the same key without being sent', async () => {
    stage.gandi.willBe('order', 'lost');
    await request();
    const again = await request();
    expect(again).toMatchObject({ replayed: true, order: { state: 'SUBMITTED' } });
    expect(stage.gandi.sent.filter((what) => what.startsWith('order'))).toHaveLength(1);
  });

  test('is given back to its caller after two empty looks further apart than a call can be under way', async () => {
    stage.gandi.willBe('order', 'lost');
    const { order } = await request();
    await stage.reconcile();
    expect(await stored(order.id)).toMatchObject({ state: 'SUBMITTED' });
    await stage.clock.advance(60_000);
    await stage.reconcile();
    expect(await stored(order.id)).toMatchObject({ state: 'SUBMITTED' });
    await stage.clock.advance(1_000);
    await stage.reconcile();
    expect(await stored(order.id)).toMatchObject({ state: 'CLAIMED' });
    expect(stage.gandi.orders).toHaveLength(0);
    expect((await request()).order.state).toBe('ACCEPTED');
    expect(stage.gandi.orders).toHaveLength(1);
  });

  test('that lands between the two looks is found by the second', async () => {
    stage.gandi.willBe('order', 'lost');
    const { order } = await request();
    await stage.reconcile();
    stage.gandi.report('moving.com', {});
    await stage.clock.advance(61_000);
    await stage.reconcile();
    expect(await stored(order.id)).toMatchObject({ state: 'ACCEPTED' });
  });

  test('that lands after both looks is found before the caller’s repeat is sent', async () => {
    stage.gandi.willBe('order', 'lost');
    await request();
    await stage.reconcile();
    await stage.clock.advance(61_000);
    await stage.reconcile();
    stage.gandi.report('moving.com', {});
    stage.gandi.clear();
    expect((await request()).order.state).toBe('ACCEPTED');
    expect(stage.gandi.sent).toEqual(['transfer:moving.com']);
  });

  test.each(['timeout', 'unavailable', 'forbidden', 'contract', 'unreachable'] as const)(
    'stays open while Gandi answers looks with %s, for however long',
    async (kind) => {
      stage.gandi.willBe('order', 'lost');
      const { order } = await request();
      stage.gandi.failReads(upstreamError(kind));
      for (let round = 0; round < 3; round++) {
        await stage.reconcile().catch(() => null);
        await stage.clock.advance(600_000);
      }
      expect(await stored(order.id)).toMatchObject({ state: 'SUBMITTED' });
    },
  );

  test('stays open while the domain cannot be looked for', async () => {
    stage.gandi.willBe('order', 'lost');
    const { order } = await request();
    stage.gandi.fake.fail(/^domain:/, upstreamError('unavailable', { status: 502 }));
    for (let round = 0; round < 3; round++) {
      await stage.reconcile().catch(() => null);
      await stage.clock.advance(600_000);
    }
    expect(await stored(order.id)).toMatchObject({ state: 'SUBMITTED' });
  });

  test('of a domain that the mirror once saw elsewhere and Gandi no longer has is given back too', async () => {
    const page = await stage.gandi.port.domains({ page: 1, perPage: 1 }, { lane: 'bulk', tenant: 't' });
    const [row] = page.items;
    if (row === undefined) return expect.unreachable();
    await stage.store.domains.upsertRows([
      { ...row, name: 'moving.com', organizationId: 'person', rowAsOf: stage.clock.now() },
    ]);
    stage.gandi.willBe('order', 'lost');
    const { order } = await request();
    for (let round = 0; round < 2; round++) {
      await stage.reconcile();
      await stage.clock.advance(61_000);
    }
    await stage.reconcile();
    expect(await stored(order.id)).toMatchObject({ state: 'CLAIMED' });
  });

  test('is not taken for an earlier, failed transfer of the same name', async () => {
    stage.gandi.report('moving.com', {
      step: 'ERROR',
      errorType: 'foa_refused',
      createdAt: stage.clock.now() - 86_400_000,
    });
    stage.gandi.willBe('order', 'lost');
    const { order } = await request();
    await stage.reconcile();
    expect(await stored(order.id)).toMatchObject({ state: 'SUBMITTED' });
  });

  test('is not taken for one that failed a minute ago either', async () => {
    await request();
    stage.gandi.report('moving.com', { step: 'ERROR', errorType: 'foa_refused' });
    expect((await stage.look()).step).toBe('FAILED');
    await stage.clock.advance(60_000);
    stage.gandi.willBe('order', 'lost');
    const { order } = await request({ idempotencyKey: 'wish-2' });
    await stage.reconcile();
    expect(await stored(order.id)).toMatchObject({ state: 'SUBMITTED' });
  });

  test('is left alone while somebody works on it', async () => {
    stage.gandi.willBe('order', 'lost');
    const { order } = await request();
    await stage.store.orders.lease(order.id, 'another', stage.clock.now() + 10_000, stage.clock.now());
    stage.gandi.clear();
    await stage.reconcile();
    expect(stage.gandi.allCalls()).toBe(0);
  });
});

describe('a client whose answer was lost', () => {
  const onTheFly = { client: { create: maple } };

  test('and that was made is found in the list and used', async () => {
    stage.gandi.willBe('create', 'taken-unanswered');
    const { order } = await request(onTheFly);
    expect(order).toMatchObject({ state: 'ACCEPTED', createdClient: true });
    expect(stage.gandi.clientsOf(maple.email)).toBe(1);
  });

  test('and that is not to be seen yet stops the order before money is spent', async () => {
    stage.gandi.willBe('create', 'lost');
    const error = await request(onTheFly).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RequestFault);
    expect(error).toMatchObject({ code: 'UPSTREAM_TIMEOUT', retryAfterMs: expect.any(Number) });
    expect(stage.gandi.orders).toEqual([]);
  });

  test('is asked for again only when the first had time to land', async () => {
    stage.gandi.willBe('create', 'lost');
    await request(onTheFly).catch(() => null);
    await stage.clock.advance(30_000);
    await expect(request(onTheFly)).rejects.toThrow(RequestFault);
    expect(stage.gandi.sent.filter((what) => what.startsWith('create'))).toHaveLength(1);
    await stage.clock.advance(31_000);
    expect((await request(onTheFly)).order.state).toBe('ACCEPTED');
    expect(stage.gandi.clientsOf(maple.email)).toBe(1);
  });

  test('and that was found by its data is not removed when the order is refused', async () => {
    stage.gandi.willBe('create', 'taken-unanswered');
    stage.gandi.willBe('order', upstreamError('invalid', { problems: [{ field: 'owner', message: 'no' }] }));
    const made = () => stage.gandi.world.clients.find(({ client }) => client.email === maple.email)?.client.id;
    const error = await request(onTheFly).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'REJECTED_BY_GANDI', createdClientId: made() });
    expect(stage.gandi.clientsOf(maple.email)).toBe(1);
  });

  test('is not taken for one with the same name that was there before', async () => {
    const { zip: _zip, ...other } = maple;
    await stage.transfers.request(
      scopeOf(),
      wish({ domain: 'first.com', idempotencyKey: 'first', client: { create: other } }),
    );
    stage.gandi.willBe('create', 'lost');
    await expect(request(onTheFly)).rejects.toThrow(RequestFault);
  });
});

describe('a claim that nobody comes back for', () => {
  test('is cancelled after an hour, its client removed, and the domain is free', async () => {
    stage.gandi.willBe('order', upstreamError('busy'));
    await request({ client: { create: maple } }).catch(() => null);
    const [claimed] = await stage.unfinished();
    await stage.clock.advance(3_599_000);
    await stage.reconcile();
    expect(await stored(claimed?.id ?? '')).toMatchObject({ state: 'CLAIMED' });
    await stage.clock.advance(2_000);
    await stage.reconcile();
    expect(await stored(claimed?.id ?? '')).toMatchObject({
      state: 'CANCELLED',
      failureCode: 'ABANDONED',
      clientId: null,
    });
    expect(stage.gandi.clientsOf(maple.email)).toBe(0);
    expect((await request({ idempotencyKey: 'wish-2' })).order.state).toBe('ACCEPTED');
  });

  test('names the client that it may have made and leaves it: somebody else may have made it meanwhile', async () => {
    await stage.transfers.quote(scopeOf(), wish({ client: { create: maple } }));
    stage.gandi.willBe('create', 'taken-unanswered');
    stage.gandi.fake.fail(/^clients:/, upstreamError('unavailable'), 1);
    await request({ client: { create: maple } }).catch(() => null);
    expect(stage.gandi.clientsOf(maple.email)).toBe(1);
    const [claimed] = await stage.unfinished();
    await stage.clock.advance(3_601_000);
    await stage.reconcile();
    expect(stage.gandi.clientsOf(maple.email)).toBe(1);
    const made = stage.gandi.world.clients.find(({ client }) => client.email === maple.email);
    expect(await stored(claimed?.id ?? '')).toMatchObject({ state: 'CANCELLED', clientId: made?.client.id });
  });

  test('leaves its client when a domain came to it by another order', async () => {
    stage.gandi.willBe('order', upstreamError('busy'));
    await request({ client: { create: maple } }).catch(() => null);
    const other = { domain: 'second.com', idempotencyKey: 'wish-2', client: { create: maple } };
    const { order } = await request(other);
    stage.gandi.complete('second.com', order.clientId);
    expect((await stage.look('second.com')).step).toBe('COMPLETED');
    await stage.clock.advance(3_601_000);
    await stage.reconcile();
    expect(stage.gandi.clientsOf(maple.email)).toBe(1);
  });
});
