// One look at a transfer: its step, its order and its event change together, and only by what Gandi really said.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { upstreamError } from './gandi.ts';
import { type Stage, scopeOf, setup, wish } from './setup.ts';

let database: TestStore;
let stage: Stage;

beforeEach(async () => {
  database = await createTestStore();
  stage = setup(database);
  await stage.transfers.request(scopeOf(), wish());
  stage.gandi.clear();
});
afterEach(() => database.close());

const order = async () =>
  (await stage.store.orders.byKey('reseller', 'transferDomainIn', 'wish-1')) ?? expect.unreachable();
const events = async () => {
  const all = await stage.store.events.after(0n, 1_000);
  return all.filter(({ type }) => type === 'TRANSFER_CHANGED').map(({ payload }) => payload.step);
};

test('goes from payment to the account step by step, each with one event, and the order with it', async () => {
  const seen: unknown[] = [];
  for (const report of [
    { step: 'BILL' },
    {
      step: 'WAIT',
      innerStep: 'foa_pending',
      startedAt: stage.clock.now(),
      approvals: [{ email: 'h@example.net', answer: 'W' }],
    },
    { step: 'RUN', innerStep: 'registry_request', approvals: [] },
    { step: 'WAIT', innerStep: 'losing_registrar', registryAcceptedAt: stage.clock.now() },
  ]) {
    stage.gandi.report('moving.com', report);
    const { step } = await stage.look();
    seen.push([step, (await order()).state]);
  }
  stage.gandi.complete('moving.com');
  const { step, waitingOn, endedAt, nextPollAt } = await stage.look();
  expect(seen).toEqual([
    ['PAYMENT', 'ACCEPTED'],
    ['HOLDER_APPROVAL', 'WAITING'],
    ['REGISTRY', 'WAITING'],
    ['LOSING_REGISTRAR', 'WAITING'],
  ]);
  expect({ step, waitingOn, endedAt, nextPollAt }).toEqual({
    step: 'COMPLETED',
    waitingOn: 'NOBODY',
    endedAt: stage.clock.now(),
    nextPollAt: null,
  });
  expect(await order()).toMatchObject({ state: 'COMPLETED', endedAt: stage.clock.now() });
  expect((await events()).slice(2)).toEqual([
    'PAYMENT',
    'HOLDER_APPROVAL',
    'REGISTRY',
    'LOSING_REGISTRAR',
    'COMPLETED',
  ]);
});

test('costs one call in lane poll, and no event when nothing changed', async () => {
  stage.gandi.report('moving.com', { step: 'BILL' });
  await stage.look();
  const before = await events();
  stage.gandi.clear();
  stage.gandi.report('moving.com', { updatedAt: stage.clock.now() + 5 });
  await stage.look();
  expect(stage.gandi.lanes).toEqual(['poll transfer:moving.com']);
  expect(stage.gandi.fake.calls).toEqual([]);
  expect(await events()).toEqual(before);
});

test('the domain is in the mirror once the transfer is done', async () => {
  stage.gandi.complete('moving.com', 'c01');
  await stage.look();
  expect(await stage.store.domains.byNames(['moving.com'])).toEqual([
    expect.objectContaining({ organizationId: 'reseller', clientId: 'c01', presence: 'PRESENT' }),
  ]);
});

describe('unknown is not gone', () => {
  test('no report and no domain keeps the step, says so, and is neither success nor failure', async () => {
    stage.gandi.report('moving.com', { step: 'RUN' });
    await stage.look();
    stage.gandi.reports.delete('moving.com');
    const transfer = await stage.look();
    expect(transfer).toMatchObject({ step: 'REGISTRY', endedAt: null, upstream: { missingSince: stage.clock.now() } });
    expect(stage.transfers.explain(scopeOf().session, transfer).text).toContain('no longer reports');
    await stage.clock.advance(86_400_000);
    expect((await stage.look()).step).toBe('REGISTRY');
    stage.gandi.complete('moving.com');
    expect((await stage.look()).step).toBe('COMPLETED');
  });

  test('a domain that is in another organization has not arrived', async () => {
    stage.gandi.reports.delete('moving.com');
    stage.gandi.world.domains.push({ name: 'moving.com', organizationId: 'person', clientId: null });
    await stage.clock.advance(61_000);
    expect((await stage.look()).endedAt).toBeNull();
  });

  test.each(['timeout', 'unavailable', 'forbidden', 'unauthorized', 'contract', 'busy', 'not-found'] as const)(
    'a look that fails with %s changes nothing',
    async (kind) => {
      stage.gandi.report('moving.com', { step: 'RUN' });
      const before = await stage.look();
      stage.gandi.failReads(upstreamError(kind));
      await expect(stage.look()).rejects.toThrow();
      expect((await stage.store.transfers.byIds([before.id]))[0]).toMatchObject({
        step: 'REGISTRY',
        version: before.version,
      });
    },
  );

  test('a failing reading of the domain changes nothing', async () => {
    stage.gandi.report('moving.com', { step: 'RUN' });
    const { version } = await stage.look();
    stage.gandi.complete('moving.com');
    stage.gandi.fake.fail(/^domain:/, upstreamError('unavailable', { status: 502 }));
    await stage.look().catch(() => null);
    const [transfer] = await stage.store.transfers.byOrderIds([(await order()).id]);
    expect(transfer?.step).toBe('REGISTRY');
    expect(transfer?.version).toBeLessThanOrEqual(version + 1);
  });
});

test('a final refusal of the holder fails the order with Gandi’s reason', async () => {
  stage.gandi.report('moving.com', { step: 'ERROR', errorType: 'foa_refused', errorLabel: 'The holder refused.' });
  await stage.look();
  expect(await order()).toMatchObject({
    state: 'FAILED',
    failureCode: 'HOLDER_REFUSED',
    failureMessage: 'The holder refused.',
  });
});

test('a look that was overtaken by another change writes nothing', async () => {
  stage.gandi.report('moving.com', { step: 'RUN' });
  const [stale] = await stage.store.transfers.byOrderIds([(await order()).id]);
  await stage.look();
  stage.gandi.report('moving.com', { step: 'BILL' });
  const { transfer } = await stage.transfers.look(stale ?? expect.unreachable(), new AbortController().signal);
  expect(transfer.step).toBe('REGISTRY');
});
