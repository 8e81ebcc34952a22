// The same key again: the same order comes back, other input is refused, twins at once become one.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { IdempotencyKeyReusedError, OperationInProgressError, RequestFault } from '../../../src/services/errors.ts';
import { createTestStore, describeStore, type TestStore } from '../../helpers/test-store.ts';
import { upstreamError } from './gandi.ts';
import { maple, type Stage, scopeOf, setup, wish } from './setup.ts';

let database: TestStore;
let stage: Stage;

const request = (more: Parameters<typeof wish>[0] = {}, session = {}) =>
  stage.transfers.request(scopeOf(session), wish(more));

describe('a repeated order', () => {
  beforeEach(async () => {
    database = await createTestStore();
    stage = setup(database);
  });
  afterEach(() => database.close());

  test('is the first one, told as replayed, and costs no call', async () => {
    const first = await request();
    stage.gandi.clear();
    const again = await request({ domain: 'MOVING.com', authCode: ` ${wish().authCode}` });
    expect(again).toEqual({ ...first, replayed: true });
    expect(stage.gandi.allCalls()).toBe(0);
  });

  test('costs no call in another week either', async () => {
    await request();
    stage.gandi.clear();
    await stage.clock.advance(6 * 86_400_000);
    expect((await request()).replayed).toBe(true);
    expect(stage.gandi.allCalls()).toBe(0);
  });

  test('of a refused order is that refused order', async () => {
    stage.gandi.willBe('order', upstreamError('invalid', { problems: [{ field: 'duration', message: 'too long' }] }));
    await expect(request()).rejects.toThrow('too long');
    const again = await request();
    expect(again).toMatchObject({ replayed: true, order: { state: 'FAILED', failureMessage: 'too long' } });
    expect(stage.gandi.orders).toEqual([]);
  });

  test('under the key of an order for another client, by a key limited to its own, does not tell that order', async () => {
    await request();
    const limited = { organizationId: 'reseller', clientId: 'c01' };
    const error = await request({ client: { id: 'c01' } }, limited).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IdempotencyKeyReusedError);
    expect(error).toMatchObject({ orderId: null });
  });

  test.each([
    [{ domain: 'other.com' }],
    [{ client: { id: 'c01' } }],
    [{ client: { create: maple } }],
    [{ years: 2 }],
    [{ changeRegistrant: false }],
    [{ authCode: 'another-code' }],
  ])('with other input, %j, is refused and names the order', async (more) => {
    const { order } = await request();
    stage.gandi.clear();
    const error = await request(more).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IdempotencyKeyReusedError);
    expect(error).toMatchObject({ orderId: order.id });
    expect(String(error)).not.toContain('another-code');
    expect(stage.gandi.sent).toEqual([]);
  });

  test('whose first attempt sent nothing goes on and is bought', async () => {
    stage.gandi.willBe('order', upstreamError('busy', { retryAfterMs: 700 }));
    const error = await request().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RequestFault);
    expect(error).toMatchObject({ code: 'UPSTREAM_BUSY', retryAfterMs: 700 });
    const again = await request();
    expect(again).toMatchObject({ replayed: true, order: { state: 'ACCEPTED' } });
    expect(stage.gandi.orders).toHaveLength(1);
  });

  test.each(['unauthorized', 'rate-limited', 'unreachable', 'unavailable'] as const)(
    'after %s, which Gandi never took in, goes on and is bought',
    async (kind) => {
      stage.gandi.willBe('order', upstreamError(kind));
      await expect(request()).rejects.toThrow(RequestFault);
      const [order] = await stage.unfinished();
      expect(order).toMatchObject({ state: 'CLAIMED', leaseOwner: null });
      await request();
      expect(stage.gandi.orders).toHaveLength(1);
    },
  );
});

describeStore('twins at the same moment', (backend) => {
  beforeEach(async () => {
    database = await createTestStore(backend);
    stage = setup(database);
  });
  afterEach(() => database.close());

  test('under one key are one order, bought once, and both see it', async () => {
    const both = await Promise.all([request(), request(), request()]);
    expect(new Set(both.map(({ order }) => order.id)).size).toBe(1);
    expect(both.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(stage.gandi.orders).toHaveLength(1);
  });

  test('under two keys are one order and one refusal', async () => {
    const both = await Promise.allSettled([request(), request({ idempotencyKey: 'wish-2' })]);
    const refused = both.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toEqual([expect.any(OperationInProgressError)]);
    expect(stage.gandi.orders).toHaveLength(1);
  });

  test('for one new client make that client once', async () => {
    const wishes = ['a', 'b', 'c'].map((name) => ({
      domain: `${name}.com`,
      idempotencyKey: name,
      client: { create: maple },
    }));
    const all = await Promise.all(wishes.map(request));
    expect(stage.gandi.clientsOf(maple.email)).toBe(1);
    expect(new Set(all.map(({ order }) => order.clientId)).size).toBe(1);
    expect(all.filter(({ order }) => order.createdClient)).toHaveLength(1);
    expect(stage.gandi.orders).toHaveLength(3);
  });
});
