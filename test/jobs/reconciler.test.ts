// The reconciler: at the start, when an order is left open, and regularly; one that cannot be settled does not hold up the others.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestStore, type TestStore } from '../helpers/test-store.ts';
import { upstreamError } from '../services/transfers/gandi.ts';
import { type Stage, scopeOf, setup, wish } from '../services/transfers/setup.ts';

let database: TestStore;
let stage: Stage;

beforeEach(async () => {
  database = await createTestStore();
  stage = setup(database);
});
afterEach(async () => {
  await stage.reconciler.stop();
  await database.close();
});

const loseAnswer = (name: string) => {
  stage.gandi.willBe('order', 'taken-unanswered');
  return stage.transfers.request(scopeOf(), wish({ domain: name, idempotencyKey: name }));
};
const stateOf = async (id: string) => (await stage.store.orders.byIds([id]))[0]?.state;
const pass = (ms: number) => stage.pass(ms);

test('settles at the start what an earlier process left', async () => {
  const { order } = await loseAnswer('a.com');
  stage.reconciler.start();
  await pass(0);
  expect(await stateOf(order.id)).toBe('ACCEPTED');
});

test('looks at once when an order is left open', async () => {
  stage.reconciler.start();
  await pass(0);
  const { order } = await loseAnswer('a.com');
  await pass(0);
  expect(await stateOf(order.id)).toBe('ACCEPTED');
});

test('comes back regularly until it knows', async () => {
  stage.reconciler.start();
  const { transfer } = stage.gandi.port;
  stage.gandi.port.transfer = () => Promise.reject(upstreamError('unavailable'));
  const { order } = await loseAnswer('a.com');
  await pass(0);
  expect(await stateOf(order.id)).toBe('SUBMITTED');
  stage.gandi.port.transfer = transfer;
  await pass(5_000);
  expect(await stateOf(order.id)).toBe('ACCEPTED');
});

test('one that cannot be settled does not hold up the others', async () => {
  const first = await loseAnswer('a.com');
  await stage.clock.advance(10);
  const second = await loseAnswer('b.com');
  const { transfer } = stage.gandi.port;
  stage.gandi.port.transfer = (name, call) =>
    name === 'a.com' ? Promise.reject(upstreamError('timeout')) : transfer(name, call);
  stage.reconciler.start();
  await pass(0);
  expect([await stateOf(first.order.id), await stateOf(second.order.id)]).toEqual(['SUBMITTED', 'ACCEPTED']);
});

test('stops without leaving a timer behind', async () => {
  stage.reconciler.start();
  await pass(0);
  await stage.reconciler.stop();
  expect(stage.clock.pending).toBe(0);
});
