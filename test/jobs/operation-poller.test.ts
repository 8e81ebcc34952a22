// The poller over real transfers: one look for each whoever watches, within bounds, through failures and restarts.
import { setTimeout as realTime } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OperationPoller, OperationPollerDeps } from '../../src/jobs/operation-poller.ts';
import { createTransferSource, type TransferSourceDeps } from '../../src/jobs/operation-sources.ts';
import type { TransferRecord } from '../../src/services/services.ts';
import { createTestPoller } from '../helpers/test-poller.ts';
import { createTestStore, type TestStore } from '../helpers/test-store.ts';
import { upstreamError } from '../services/transfers/gandi.ts';
import { type Stage, scopeOf, setup, wish } from '../services/transfers/setup.ts';

let database: TestStore;
let stage: Stage;
let pollers: OperationPoller[];

beforeEach(async () => {
  database = await createTestStore();
  stage = setup(database);
  pollers = [];
});
afterEach(async () => {
  await Promise.all(pollers.map((poller) => poller.stop()));
  await database.close();
});

const order = (name: string) => stage.transfers.request(scopeOf(), wish({ domain: name, idempotencyKey: name }));
const stored = async (name: string) => {
  const page = await stage.store.transfers.list({
    visibility: { organizationId: null, clientId: null },
    filter: { domainName: name },
    orderBy: { field: 'STARTED_AT', direction: 'DESC' },
    page: { first: 1 },
  });
  return page.rows[0]?.row ?? expect.unreachable();
};
const polls = (name = '') => stage.gandi.sent.filter((what) => what.startsWith(`transfer:${name}`)).length;

/** One more poller of the same transfers, which takes this for a look. */
const pollerWith = (look: TransferSourceDeps['transfers']['look'], more: Partial<OperationPollerDeps> = {}) => {
  const { store, clock, logger, bus, interest } = stage;
  const source = createTransferSource({ store, interest, transfers: { look }, perCall: 1 });
  return createTestPoller([source], { clock, logger, bus, ...more });
};

function start(poller: OperationPoller = stage.poller): OperationPoller {
  pollers.push(poller);
  poller.start();
  return poller;
}
const pass = (ms: number, step?: number) => stage.pass(ms, step);

test('follows a transfer from its order to its end and then lets it be', async () => {
  await order('a.com');
  start();
  stage.gandi.report('a.com', { step: 'WAIT', innerStep: 'foa_pending', approvals: [] });
  await pass(2_000);
  expect((await stored('a.com')).step).toBe('HOLDER_APPROVAL');
  stage.gandi.complete('a.com');
  await pass(7_000);
  expect((await stored('a.com')).step).toBe('COMPLETED');
  const before = polls();
  await pass(10_000);
  expect(polls()).toBe(before);
});

test('takes up what an earlier process left, also where that one died in the middle of a look', async () => {
  await order('a.com');
  await stage.clock.advance(2_000);
  const now = stage.clock.now();
  expect(await stage.store.transfers.leaseDue('dead', now, now + 20_000, 8)).toHaveLength(1);
  stage.gandi.report('a.com', { step: 'RUN' });
  start();
  await pass(2_000);
  expect(polls()).toBe(0);
  await stage.clock.advance(20_000);
  await pass(1_000);
  expect((await stored('a.com')).step).toBe('REGISTRY');
});

test('looks at a quiet transfer ever more slowly, and as slowly with a thousand watchers as with one', async () => {
  await order('a.com');
  stage.gandi.report('a.com', { step: 'RUN' });
  start();
  await pass(120_000, 1_000);
  stage.gandi.clear();
  await pass(30_000, 500);
  const unwatched = polls();
  stage.interest.add(() => true);
  await pass(10_000, 500);
  stage.gandi.clear();
  await pass(30_000, 500);
  const one = polls();
  for (let count = 0; count < 1_000; count++) stage.interest.add(() => true);
  stage.gandi.clear();
  await pass(30_000, 500);
  const thousand = polls();
  expect(unwatched).toBeLessThan(10);
  expect(one).toBeGreaterThan(unwatched);
  expect(Math.abs(thousand - one)).toBeLessThanOrEqual(2);
});

test('a look that fails changes nothing, is tried again later, and does not hold up the others', async () => {
  await order('a.com');
  await order('b.com');
  const { transfer } = stage.gandi.port;
  stage.gandi.port.transfer = async (name, call) => {
    if (name === 'a.com') {
      stage.gandi.sent.push('transfer:a.com');
      throw upstreamError('unavailable', { status: 502 });
    }
    return transfer(name, call);
  };
  stage.gandi.report('b.com', { step: 'RUN' });
  start();
  await pass(8_000);
  expect((await stored('a.com')).step).toBe('PAYMENT');
  expect((await stored('b.com')).step).toBe('REGISTRY');
  expect(polls('a.com')).toBeGreaterThanOrEqual(2);
  expect(polls('a.com')).toBeLessThan(polls('b.com'));
});

test('keeps to its number of looks at a time', async () => {
  for (let index = 0; index < 7; index++) await order(`n${index}.com`);
  let now = 0;
  let most = 0;
  const release = Promise.withResolvers<void>();
  const look = async (transfer: TransferRecord) => {
    now += 1;
    most = Math.max(most, now);
    await release.promise;
    now -= 1;
    return { transfer, asOf: stage.clock.now(), changed: false };
  };
  start(pollerWith(look, { concurrency: 3 }));
  await pass(2_000);
  expect(now).toBe(3);
  release.resolve();
  await pass(1_000);
  expect(most).toBe(3);
});

test('two processes share the work and never look at the same transfer at once', async () => {
  for (let index = 0; index < 6; index++) await order(`n${index}.com`);
  const busy = new Set<string>();
  let clashes = 0;
  const seen = new Map<string, number>();
  const poller = (owner: string) =>
    pollerWith(
      async (transfer) => {
        if (busy.has(transfer.id)) clashes += 1;
        busy.add(transfer.id);
        await realTime(2);
        busy.delete(transfer.id);
        seen.set(owner, (seen.get(owner) ?? 0) + 1);
        return { transfer, asOf: stage.clock.now(), changed: false };
      },
      { owner, concurrency: 2 },
    );
  start(poller('one'));
  start(poller('two'));
  await pass(20_000);
  expect(clashes).toBe(0);
  expect(seen.size).toBe(2);
});

test('a transfer that was helped along during a look is looked at again soon', async () => {
  const { transfer } = await order('a.com');
  const release = Promise.withResolvers<void>();
  let looks = 0;
  const slow = { quickMs: 1_000, watchedMs: 600_000, slowMs: 600_000 };
  const look = async () => {
    looks += 1;
    if (looks === 1) await release.promise;
    return { transfer: { ...transfer, stepSince: 0 }, asOf: stage.clock.now(), changed: false };
  };
  start(pollerWith(look, { cadence: slow }));
  await pass(2_000);
  expect(looks).toBe(1);
  await stage.pollIn(1_500);
  await pass(500);
  release.resolve();
  await pass(2_500);
  expect(looks).toBe(2);
});

test('a poller that was asleep longer than its lease leaves the newer look as it is', async () => {
  const { transfer } = await order('a.com');
  const asleep = Promise.withResolvers<void>();
  start(
    pollerWith(
      async () => {
        await asleep.promise;
        return { transfer, asOf: 1, changed: false };
      },
      { concurrency: 1 },
    ),
  );
  await pass(2_000);
  stage.gandi.report('a.com', { step: 'RUN' });
  start();
  await pass(30_000);
  const newer = await stored('a.com');
  expect(newer.step).toBe('REGISTRY');
  asleep.resolve();
  await stage.clock.advance(1);
  const { nextPollAt, asOf } = await stored('a.com');
  expect([nextPollAt, asOf]).toEqual([newer.nextPollAt, newer.asOf]);
});

test('stops without leaving a timer, a lease or a look behind', async () => {
  await order('a.com');
  const poller = start();
  await stage.clock.advance(1_000);
  await poller.stop();
  const pending = stage.clock.pending;
  await pass(10_000);
  expect(pending).toBe(0);
  const now = stage.clock.now();
  await stage.pollIn(0);
  expect(await stage.store.transfers.leaseDue('another', now, now + 1, 8)).toHaveLength(1);
});
