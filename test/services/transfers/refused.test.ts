// Gandi says no at once: the order fails with the reason, and no client is left behind unsaid.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InvalidAuthCodeError, RejectedByGandiError } from '../../../src/services/errors.ts';
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
const thrownBy = (more: Parameters<typeof wish>[0] = {}) =>
  request(more).then(
    () => null,
    (error: unknown) => error,
  );
const latest = async () => {
  const page = await stage.store.orders.list({
    visibility: { organizationId: null, clientId: null },
    filter: {},
    orderBy: { field: 'CREATED_AT', direction: 'DESC' },
    page: { first: 1 },
  });
  return page.rows[0]?.row;
};
const noMoney = upstreamError('invalid', {
  status: 400,
  problems: [{ field: 'sharing_id', message: 'not enough money' }],
});

test.each([
  upstreamError('invalid', { status: 400 }),
  upstreamError('forbidden', { status: 403 }),
  upstreamError('conflict', { status: 409 }),
  upstreamError('not-found', { status: 404 }),
  upstreamError('refused', { status: 422 }),
])('$kind fails the order with the reason', async (refusal) => {
  stage.gandi.willBe('order', refusal);
  expect(await thrownBy()).toBeInstanceOf(RejectedByGandiError);
  expect(await latest()).toMatchObject({
    state: 'FAILED',
    failureCode: 'REJECTED_BY_GANDI',
    failureMessage: refusal.message,
    endedAt: stage.clock.now(),
  });
  const [transfer] = await stage.store.transfers.byOrderIds([(await latest())?.id ?? '']);
  expect(transfer).toMatchObject({ step: 'FAILED', waitingOn: 'NOBODY', nextPollAt: null });
  expect(stage.transfers.explain(scopeOf().session, transfer as never).text).toContain('never started');
});

test('Gandi’s fields come along', async () => {
  stage.gandi.willBe('order', noMoney);
  expect(await thrownBy()).toMatchObject({ problems: noMoney.problems, createdClientId: null });
});

test('a refused auth code is told as that', async () => {
  stage.gandi.willBe('order', upstreamError('invalid', { problems: [{ field: 'authinfo', message: 'bad' }] }));
  expect(await thrownBy()).toBeInstanceOf(InvalidAuthCodeError);
});

test('the domain is free for another order afterwards', async () => {
  stage.gandi.willBe('order', noMoney);
  await thrownBy();
  expect((await request({ idempotencyKey: 'wish-2' })).order.state).toBe('ACCEPTED');
});

describe('the client made on the fly', () => {
  test('is removed again, and the mirror knows', async () => {
    stage.gandi.willBe('order', noMoney);
    expect(await thrownBy({ client: { create: maple } })).toMatchObject({ createdClientId: null });
    expect(stage.gandi.clientsOf(maple.email)).toBe(0);
    expect(await latest()).toMatchObject({ state: 'FAILED', clientId: null });
  });

  test('is named when it cannot be removed, and the order keeps it', async () => {
    stage.gandi.willBe('order', noMoney);
    stage.gandi.willBe('delete', upstreamError('conflict'));
    const error = await thrownBy({ client: { create: maple } });
    const [made] = stage.gandi.world.clients.filter(({ client }) => client.email === maple.email);
    expect(error).toMatchObject({ createdClientId: made?.client.id, message: expect.stringContaining('can be used') });
    expect(await latest()).toMatchObject({ state: 'FAILED', clientId: made?.client.id, createdClient: true });
  });

  test('is kept when another order uses it by now', async () => {
    await request({ client: { create: maple } });
    stage.gandi.willBe('order', noMoney);
    await thrownBy({ domain: 'other.com', idempotencyKey: 'wish-2', client: { create: maple } });
    expect(stage.gandi.clientsOf(maple.email)).toBe(1);
    expect(stage.gandi.sent.filter((what) => what.startsWith('delete'))).toEqual([]);
  });

  test('that existed before is never removed', async () => {
    stage.gandi.willBe('order', noMoney);
    await thrownBy();
    expect(stage.gandi.sent).not.toContain('delete-client:c00');
    expect(await latest()).toMatchObject({ clientId: 'c00' });
  });

  test('that Gandi refuses fails the order before the transfer is asked for', async () => {
    stage.gandi.willBe('create', upstreamError('invalid', { problems: [{ field: 'phone', message: 'bad phone' }] }));
    expect(await thrownBy({ client: { create: maple } })).toMatchObject({
      code: 'REJECTED_BY_GANDI',
      problems: [{ field: 'phone', message: 'bad phone' }],
    });
    expect(stage.gandi.orders).toEqual([]);
    expect(await latest()).toMatchObject({ state: 'FAILED' });
  });
});
