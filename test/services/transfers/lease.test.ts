// One pair of hands for each order: who works on it keeps it, and who lost it sends nothing more.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holdLease, LeaseLostError } from '../../../src/services/order-lease.ts';
import { TRANSFER_SETTINGS } from '../../../src/services/transfers.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { maple, type Stage, scopeOf, setup, startGateway, wish } from './setup.ts';

let database: TestStore;
let stage: Stage;

beforeEach(async () => {
  database = await createTestStore();
  stage = setup(database);
});
afterEach(() => database.close());

const request = (more: Parameters<typeof wish>[0] = {}) => stage.transfers.request(scopeOf(), wish(more));
const settings = TRANSFER_SETTINGS;
const unfinished = async () => (await stage.unfinished())[0] ?? expect.unreachable();
/** Makes Gandi's answer to a write wait, and tells when it has begun to. */
function holdWrite(name: 'createClient' | 'requestTransfer') {
  const begun = Promise.withResolvers<AbortSignal | undefined>();
  const release = Promise.withResolvers<void>();
  const write = stage.gandi.port[name] as (...given: unknown[]) => Promise<unknown>;
  Object.assign(stage.gandi.port, {
    [name]: async (...given: unknown[]) => {
      begun.resolve((given.at(-1) as { signal?: AbortSignal }).signal);
      await release.promise;
      return write(...given);
    },
  });
  return { begun: begun.promise, release: release.resolve };
}

test('a slow order stays with who works on it', async () => {
  const slow = holdWrite('requestTransfer');
  const result = request();
  await slow.begun;
  const { id } = await unfinished();
  await stage.pass(7 * settings.leaseMs, settings.leaseMs / 3);
  expect(await stage.store.orders.lease(id, 'another', stage.clock.now() + 1, stage.clock.now())).toBe(false);
  slow.release();
  expect((await result).order.state).toBe('ACCEPTED');
});

test('who repeats meanwhile gets the order as it is and sends nothing', async () => {
  const slow = holdWrite('requestTransfer');
  const result = request();
  await slow.begun;
  expect(await request()).toMatchObject({ replayed: true, order: { state: 'SUBMITTED' } });
  slow.release();
  await result;
  expect(stage.gandi.orders).toHaveLength(1);
});

test('an order that was taken over while its client was made is not sent from here', async () => {
  const slow = holdWrite('createClient');
  const result = request({ client: { create: maple } });
  const signal = await slow.begun;
  await database.query(`UPDATE orders SET lease_owner = 'another', lease_until = now() + interval '100 years'`);
  await stage.pass(settings.leaseMs / 3, settings.leaseMs / 3);
  expect(signal?.reason).toBeInstanceOf(LeaseLostError);
  slow.release();
  expect((await result).order).toMatchObject({ state: 'CLAIMED', leaseOwner: 'another' });
  expect(stage.gandi.orders).toEqual([]);
});

test('a process that slept through its lease finds it lost, even if nobody took it', async () => {
  const { order } = await request();
  const now = stage.clock.now();
  const lease = holdLease({ ...stage, settings }, order.id, 'sleeper', now + settings.leaseMs);
  lease.stop();
  await stage.clock.advance(settings.leaseMs);
  await expect(lease.renew()).rejects.toThrow(LeaseLostError);
  expect(lease.signal.aborted).toBe(true);
});

test('a database that cannot be reached for longer than the lease loses it', async () => {
  const { order } = await request();
  const store = { orders: { ...stage.store.orders, lease: () => Promise.reject(new Error('away')) } };
  const lease = holdLease({ ...stage, store, settings } as never, order.id, 'me', stage.clock.now() + settings.leaseMs);
  await stage.clock.advance(settings.leaseMs / 2);
  expect(lease.signal.aborted).toBe(false);
  await stage.clock.advance(settings.leaseMs);
  expect(lease.signal.aborted).toBe(true);
  expect(stage.clock.pending).toBe(0);
});

test('a process that wakes after another has settled and sent its order sends nothing', async () => {
  const waiting = Promise.withResolvers<void>();
  const woken = Promise.withResolvers<void>();
  const { requestTransfer } = stage.gandi.port;
  const port: typeof stage.gandi.port = {
    ...stage.gandi.port,
    async requestTransfer(wanted, call) {
      waiting.resolve();
      await woken.promise;
      call.beforeSending?.();
      return requestTransfer(wanted, call);
    },
  };
  const clock = { ...stage.clock, after: () => ({ cancel: () => {} }) };
  const sleeper = startGateway({ store: stage.store, port, clock, logger: stage.logger });
  const slept = sleeper.transfers.request(scopeOf(), wish());
  await waiting.promise;
  await stage.clock.advance(settings.leaseMs);
  await stage.reconcile();
  await stage.clock.advance(settings.transitMs + 1);
  await stage.reconcile();
  expect((await request()).order.state).toBe('ACCEPTED');
  woken.resolve();
  expect((await slept).order.state).toBe('ACCEPTED');
  expect(stage.gandi.orders).toHaveLength(1);
});
