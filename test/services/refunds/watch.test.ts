// The watch over refunds on a virtual clock: windows that close are announced before each lead time, also across restarts and jumps of the clock.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLocalBus } from '../../../src/events/bus.ts';
import { createPeriodic } from '../../../src/jobs/periodic.ts';
import { createRefundAccounts } from '../../../src/services/refund-accounts.ts';
import { createRefundWatch } from '../../../src/services/refund-watch.ts';
import type { OrderRecord } from '../../../src/services/services.ts';
import { defaultNewId, TRANSFER_SETTINGS } from '../../../src/services/transfers.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { UpstreamError } from '../../../src/upstream/errors.ts';
import type { GandiPort, UpstreamDomain } from '../../../src/upstream/port.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { tracked } from '../../helpers/tracked.ts';
import { order as sample } from '../../store/samples.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MARGIN = 6 * HOUR;

let database: TestStore;
beforeEach(async () => {
  database = await createTestStore();
});
afterEach(() => database.close());

function start(clock: FakeClock, { balance = { minor: 100_000 }, gone = new Set<string>() } = {}) {
  const asked: string[] = [];
  const { value: store, settled } = tracked(database.store);
  clock.settlesWith(settled);
  const bus = createLocalBus();
  const port: Pick<GandiPort, 'domain' | 'billing'> = {
    async domain(name) {
      asked.push(`domain:${name}`);
      if (gone.has(name)) throw new UpstreamError('404', { kind: 'not-found', endpoint: 'GET' });
      return {} as UpstreamDomain;
    },
    async billing(id) {
      asked.push(`billing:${id}`);
      return { grid: 'A', prepaid: { balance: { minor: balance.minor, currency: 'EUR' }, warningThreshold: null } };
    },
  };
  const orderDeps = { store, bus, clock, logger: silentLogger, settings: TRANSFER_SETTINGS, newId: defaultNewId };
  const watch = createRefundWatch({
    accounts: createRefundAccounts({ ...orderDeps, port }),
    ...orderDeps,
    port,
    lookEveryMs: { shortest: HOUR / 2, longest: HOUR },
  });
  const job = createPeriodic({
    ...{ name: 'refund-watch', round: watch.round, bus, clock, logger: silentLogger },
    shortestMs: 1_000,
    longestMs: HOUR,
  });
  return { job, asked, watch };
}

/** An order that was completed the moment it was written down. */
async function bought(clock: FakeClock, more: Partial<OrderRecord> = {}): Promise<OrderRecord> {
  const eur = (minor: number) => ({ minor, currency: 'EUR' });
  const claim = await database.store.orders.claim(
    sample({
      id: defaultNewId(),
      kind: 'REGISTER',
      organizationId: 'reseller',
      domainName: 'fresh.com',
      idempotencyKey: crypto.randomUUID(),
      price: { beforeTaxes: eur(1_000), afterTaxes: eur(1_200) },
      createdAt: clock.now(),
      ...more,
    }),
    null,
  );
  const changed = await database.store.orders.change(
    claim.outcome === 'claimed' ? claim.order.id : expect.unreachable(),
    { from: ['CLAIMED'] },
    {
      order: { state: 'COMPLETED' },
      ledger: [{ kind: 'CHARGE', amount: eur(1_200), domainName: 'fresh.com', note: null }],
    },
    clock.now(),
  );
  return changed?.order ?? expect.unreachable();
}

const announced = async () =>
  (await database.store.events.after(0n, 1_000))
    .filter(({ type }) => type.startsWith('REFUND_WINDOW'))
    .map(({ type, occurredAt, payload }) => ({ type, at: occurredAt, notice: payload.notice }));

describe('a refund window that closes', () => {
  test('is announced before 48, 24 and 4 hours are left, and once more at its end', async () => {
    const clock = fakeClock();
    const until = clock.now() + 5 * DAY - MARGIN;
    await bought(clock);
    const { job } = start(clock);
    job.start();
    await clock.advance(6 * DAY);
    await job.stop();
    const found = await announced();
    expect(found.map(({ notice }) => notice)).toEqual(['closing-48', 'closing-24', 'closing-4', 'closed']);
    for (const [index, hours] of [48, 24, 4].entries())
      expect(found[index]?.at).toBeLessThanOrEqual(until - hours * HOUR);
    expect(found[3]?.at).toBeGreaterThanOrEqual(until);
    expect(found[3]?.type).toBe('REFUND_WINDOW_CLOSED');
  });

  test('is announced once by two gateways and over many restarts', async () => {
    const clock = fakeClock();
    await bought(clock);
    for (let life = 0; life < 6; life++) {
      const jobs = [start(clock), start(clock)];
      for (const { job } of jobs) job.start();
      await clock.advance(DAY);
      for (const { job } of jobs) await job.stop();
    }
    expect((await announced()).map(({ notice }) => notice)).toEqual([
      'closing-48',
      'closing-24',
      'closing-4',
      'closed',
    ]);
  });

  test('is told by the tightest notice after a gateway was down, and its end even when all of it was missed', async () => {
    const clock = fakeClock();
    await bought(clock);
    await clock.advance(5 * DAY - MARGIN - 3 * HOUR);
    const late = start(clock);
    late.job.start();
    await clock.advance(0);
    await late.job.stop();
    expect((await announced()).map(({ notice }) => notice)).toEqual(['closing-4']);
    await clock.advance(6 * DAY);
    const later = start(clock);
    later.job.start();
    await clock.advance(0);
    await later.job.stop();
    expect((await announced()).map(({ notice }) => notice)).toEqual(['closing-4', 'closed']);
  });

  test('of a premium name, a renewal or another extension is not announced: there is none', async () => {
    const clock = fakeClock();
    await bought(clock, { isPremium: true, domainName: 'a.com' });
    await bought(clock, { kind: 'RENEW', domainName: 'b.com' });
    await bought(clock, { domainName: 'c.nonesuch' });
    const { job } = start(clock);
    job.start();
    await clock.advance(6 * DAY);
    await job.stop();
    expect(await announced()).toEqual([]);
  });
});

describe('money that is on its way back', () => {
  beforeEach(() =>
    database.store.organizations.replaceAll(
      [
        {
          id: 'reseller',
          name: 'Reseller',
          type: 'COMPANY',
          companyName: 'Reseller',
          firstName: null,
          lastName: null,
          email: null,
          isReseller: true,
          isCorporate: false,
          vatNumber: null,
          asOf: 0,
        },
      ],
      0,
    ),
  );

  const takenBack = async (order: OrderRecord, clock: FakeClock) =>
    database.store.orders.change(
      order.id,
      { from: ['COMPLETED'] },
      { order: { state: 'REFUND_PENDING' } },
      clock.now(),
    );
  const stateOf = async ({ id }: OrderRecord) => (await database.store.orders.byIds([id]))[0]?.state;

  test('is found on the account to the cent, across a restart, and written into the ledger once', async () => {
    const clock = fakeClock();
    const order = await bought(clock);
    const balance = { minor: 50_000 };
    const first = start(clock, { balance });
    first.job.start();
    await clock.advance(2 * HOUR);
    await first.job.stop();
    await takenBack(order, clock);
    balance.minor += 1_200;
    const second = start(clock, { balance });
    second.job.start();
    await clock.advance(2 * HOUR);
    await second.job.stop();
    expect(await stateOf(order)).toBe('REFUNDED');
    expect((await database.store.ledger.ofOrders([order.id])).map(({ kind, amount }) => [kind, amount.minor])).toEqual([
      ['CHARGE', 1_200],
      ['REFUND', 1_200],
    ]);
  });

  test('is not taken for a payment in of another amount, nor looked for while an order is under way', async () => {
    const clock = fakeClock();
    const order = await bought(clock);
    const balance = { minor: 50_000 };
    const { job } = start(clock, { balance });
    job.start();
    await clock.advance(2 * HOUR);
    await takenBack(order, clock);
    balance.minor += 10_000;
    await clock.advance(2 * HOUR);
    expect(await stateOf(order)).toBe('REFUND_PENDING');
    const busy = sample({
      id: defaultNewId(),
      organizationId: 'reseller',
      domainName: 'busy.com',
      createdAt: clock.now(),
    });
    await database.store.orders.claim(busy, null);
    balance.minor += 1_200;
    await clock.advance(HOUR / 2);
    expect(await stateOf(order)).toBe('REFUND_PENDING');
    await database.store.orders.change(busy.id, { from: ['CLAIMED'] }, { order: { state: 'CANCELLED' } }, clock.now());
    await clock.advance(2 * HOUR);
    await job.stop();
    expect(await stateOf(order)).toBe('REFUNDED');
  });
});

test('an order that failed after it was paid is claimed back by itself, once', async () => {
  const clock = fakeClock();
  const eur = (minor: number) => ({ minor, currency: 'EUR' });
  const failed = async (name: string, kinds: readonly ('CHARGE' | 'VOID')[]) => {
    const order = sample({ id: defaultNewId(), domainName: name, idempotencyKey: name, createdAt: clock.now() });
    await database.store.orders.claim(order, null);
    const ledger = kinds.map((kind) => ({ kind, amount: eur(1_200), domainName: name, note: null }));
    await database.store.orders.change(
      order.id,
      { from: ['CLAIMED'] },
      { order: { state: 'FAILED' }, ledger },
      clock.now(),
    );
    return order;
  };
  const paid = await failed('paid.com', ['CHARGE']);
  const voided = await failed('voided.com', ['CHARGE', 'VOID']);
  const refused = await failed('refused.com', []);
  for (let life = 0; life < 2; life++) {
    const { job } = start(clock);
    job.start();
    await clock.advance(2 * HOUR);
    await job.stop();
  }
  const states = (await database.store.orders.byIds([paid.id, voided.id, refused.id])).map(({ domainName, state }) => [
    domainName,
    state,
  ]);
  expect(Object.fromEntries(states)).toEqual({
    'paid.com': 'REFUND_PENDING',
    'voided.com': 'FAILED',
    'refused.com': 'FAILED',
  });
  expect(await database.store.refundCases.ofOrders([paid.id, voided.id, refused.id])).toMatchObject([
    { orderId: paid.id, ground: 'NOT_DELIVERED', state: 'OPEN' },
  ]);
});

describe('a case for Gandi’s people', () => {
  const open = async (order: OrderRecord, clock: FakeClock) =>
    database.store.refundCases.open({
      id: defaultNewId(),
      orderId: order.id,
      organizationId: order.organizationId,
      ground: 'POLICY',
      state: 'OPEN',
      reason: null,
      deadlineAt: clock.now() + 2 * DAY,
      actor: 'local:test',
      createdAt: clock.now(),
      checkedAt: null,
      endedAt: null,
    });
  const caseOf = async ({ id }: OrderRecord) => (await database.store.refundCases.ofOrders([id]))[0];

  test('is done when Gandi knows the domain no more, and the order then waits for its money', async () => {
    const clock = fakeClock();
    const order = await bought(clock);
    await open(order, clock);
    const gone = new Set<string>();
    const { job, asked } = start(clock, { gone });
    job.start();
    await clock.advance(HOUR);
    expect(await caseOf(order)).toMatchObject({ state: 'OPEN' });
    gone.add('fresh.com');
    await clock.advance(2 * HOUR);
    await job.stop();
    expect(asked).toContain('domain:fresh.com');
    expect(await caseOf(order)).toMatchObject({ state: 'DONE' });
    expect((await database.store.orders.byIds([order.id]))[0]?.state).toBe('REFUND_PENDING');
  });

  test('has expired a day after its deadline when the domain is still there', async () => {
    const clock = fakeClock();
    const order = await bought(clock);
    await open(order, clock);
    const { job } = start(clock);
    job.start();
    await clock.advance(4 * DAY);
    await job.stop();
    expect(await caseOf(order)).toMatchObject({ state: 'EXPIRED' });
    expect((await database.store.orders.byIds([order.id]))[0]?.state).toBe('COMPLETED');
  });
});
