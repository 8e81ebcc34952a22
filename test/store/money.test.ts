// The money path in the database: ceilings within the claim, a ledger without doubles, and what is told once.
import { randomUUIDv7 } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type {
  AutoRenewDecisionRecord,
  AutoRenewPolicyRecord,
  ClientPaymentRecord,
  PlanItemRecord,
  PlanRecord,
  RefundCaseRecord,
} from '../../src/store/records.ts';
import type { NewEvent, SpendCeilings } from '../../src/store/store.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { DAY, EVERYTHING, NOON, order } from './samples.ts';

const eur = (minor: number) => ({ minor, currency: 'EUR' });
const priced = (minor: number, more: Parameters<typeof order>[0] = {}) =>
  order({ kind: 'RENEW', price: { beforeTaxes: eur(minor - 1), afterTaxes: eur(minor) }, ...more });

describeStore('money', (backend) => {
  let test: TestStore;
  beforeEach(async () => {
    test = await createTestStore(backend);
  });
  afterEach(() => test.close());

  it('keeps the price, the progress and the next look of an order exactly', async () => {
    const one = priced(1_860, {
      years: 3,
      isPremium: true,
      clientPayment: 'PAID',
      clientPaymentAt: NOON,
      progress: { expiresAtBefore: NOON },
      nextLookAt: NOON + 1,
    });
    await test.store.orders.claim(one, null);
    expect(await test.store.orders.byIds([one.id])).toEqual([one]);
    const listed = await test.store.orders.list({
      visibility: EVERYTHING,
      filter: { kinds: ['RENEW'], clientPayment: ['PAID'], createdAfter: NOON - 1 },
      orderBy: { field: 'CREATED_AT', direction: 'DESC' },
      page: { first: 1 },
    });
    expect(listed.rows.map(({ row }) => row)).toEqual([one]);
  });

  it('lets no two claims at once exceed a ceiling together', async () => {
    const ceilings: SpendCeilings = { day: eur(5_000), month: null };
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => test.store.orders.claim(priced(1_000), null, ceilings)),
    );
    expect(answers.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(5);
    expect(answers.find(({ outcome }) => outcome === 'over-ceiling')).toMatchObject({
      period: 'day',
      ceiling: eur(5_000),
      spent: eur(5_000),
    });
  });

  it('counts days and months in UTC, each organization and currency for itself, and not what came to nothing', async () => {
    const month: SpendCeilings = { day: null, month: eur(1_000) };
    const claim = async (...given: Parameters<typeof priced>) =>
      (await test.store.orders.claim(priced(...given), null, month)).outcome;
    const failed = priced(1_000);
    await test.store.orders.claim(failed, null, month);
    await test.store.orders.change(failed.id, { from: ['CLAIMED'] }, { order: { state: 'FAILED' } }, NOON);
    expect(await claim(1_000)).toBe('claimed');
    expect(await claim(1)).toBe('over-ceiling');
    expect(await claim(1_000, { organizationId: 'org-2' })).toBe('claimed');
    expect(await claim(1_000, { createdAt: Date.UTC(2030, 0, 31, 23, 59) })).toBe('over-ceiling');
    expect(await claim(1_000, { createdAt: Date.UTC(2030, 1, 1) })).toBe('claimed');
    const dollars = { beforeTaxes: { minor: 1, currency: 'USD' }, afterTaxes: { minor: 9_999, currency: 'USD' } };
    expect((await test.store.orders.claim(order({ price: dollars }), null, month)).outcome).toBe('claimed');
  });

  it('tells a twin of its order, and not of the ceiling that the order itself fills', async () => {
    const ceilings: SpendCeilings = { day: eur(1_000), month: null };
    const first = priced(1_000, { idempotencyKey: 'one' });
    await test.store.orders.claim(first, null, ceilings);
    const twin = priced(1_000, { idempotencyKey: 'one', domainName: first.domainName });
    expect(await test.store.orders.claim(twin, null, ceilings)).toMatchObject({ outcome: 'key-taken', order: first });
  });

  it('lets one order of any kind have a domain', async () => {
    const first = priced(1, { domainName: 'busy.example' });
    await test.store.orders.claim(first, null);
    const other = order({ kind: 'REGISTER', domainName: 'busy.example' });
    expect(await test.store.orders.claim(other, null)).toMatchObject({ outcome: 'domain-busy', order: first });
  });

  it('writes a movement of money with the change, once for each kind', async () => {
    const one = priced(1_860);
    await test.store.orders.claim(one, null);
    const charge = { kind: 'CHARGE', amount: eur(1_860), domainName: one.domainName, note: null } as const;
    for (const state of ['SUBMITTED', 'ACCEPTED'] as const)
      await test.store.orders.change(
        one.id,
        { from: ['CLAIMED', 'SUBMITTED'] },
        { order: { state }, ledger: [charge] },
        NOON + 1,
      );
    await test.store.orders.change(one.id, { from: ['CLAIMED'] }, { ledger: [{ ...charge, kind: 'VOID' }] }, NOON + 2);
    expect(await test.store.ledger.ofOrders([one.id, 'no uuid'])).toMatchObject([
      { kind: 'CHARGE', amount: eur(1_860), orderId: one.id, organizationId: 'org-1', occurredAt: NOON + 1 },
    ]);
    expect(await test.store.ledger.totals({ organizationId: 'org-1' })).toEqual([
      { kind: 'CHARGE', amount: eur(1_860), count: 1 },
    ]);
    const visible = async (clientId: string | null) =>
      (
        await test.store.ledger.list({
          visibility: { organizationId: 'org-1', clientId },
          filter: { kinds: ['CHARGE'], from: NOON, until: NOON + 2 },
          page: { first: 10 },
        })
      ).rows.length;
    expect([await visible(null), await visible('client-1'), await visible('stranger')]).toEqual([1, 1, 0]);
  });

  it('leases orders that are due to one follower at a time, and gives them back with their next look', async () => {
    const late = priced(1, { nextLookAt: NOON - 2 });
    const due = priced(1, { nextLookAt: NOON - 1 });
    for (const one of [due, late, priced(1, { nextLookAt: NOON + 1 }), priced(1)])
      await test.store.orders.claim(one, null);
    const taken = await test.store.orders.leaseDue('a', NOON, NOON + 50, 10);
    expect(taken.map(({ id }) => id)).toEqual([late.id, due.id]);
    expect(await test.store.orders.leaseDue('b', NOON, NOON + 50, 10)).toEqual([]);
    await test.store.orders.reschedule(late.id, 'b', NOON);
    await test.store.orders.reschedule(due.id, 'a', null);
    expect(await test.store.orders.leaseDue('b', NOON + 50, NOON + 99, 10)).toHaveLength(2);
    expect(await test.store.orders.nextDueAt()).toBe(NOON - 2);
    expect(await test.store.orders.countPending()).toBe(2);
  });

  it('keeps the last word on who paid, and tells a change once', async () => {
    const word = (more: Partial<ClientPaymentRecord>): ClientPaymentRecord => ({
      organizationId: 'org-1',
      clientId: 'client-1',
      domainName: null,
      termEndsAt: null,
      state: 'UNPAID',
      reference: null,
      actor: 'key:biller',
      recordedAt: NOON,
      ...more,
    });
    expect(await test.store.payments.record(word({}))).toMatchObject([
      { type: 'CLIENT_PAYMENT_RECORDED', subjectId: 'client-1', payload: { state: 'UNPAID' } },
    ]);
    expect(await test.store.payments.record(word({ recordedAt: NOON + 1 }))).toEqual([]);
    const paid = word({ state: 'PAID', recordedAt: NOON + 2 });
    const term = word({ domainName: 'a.example', termEndsAt: NOON + DAY, reference: 'INV-1' });
    await test.store.payments.record(paid);
    await test.store.payments.record(term);
    const known = await test.store.payments.ofClients('org-1', ['client-1', 'nobody']);
    expect(known.toSorted((a, b) => (a.domainName ?? '').localeCompare(b.domainName ?? ''))).toEqual([paid, term]);
    expect(await test.store.payments.ofClients('org-2', ['client-1'])).toEqual([]);
  });

  it('has one policy for each scope', async () => {
    const policy: AutoRenewPolicyRecord = {
      id: randomUUIDv7(),
      organizationId: 'org-1',
      scope: 'TLD',
      scopeValue: 'com',
      policy: 'ONLY_IF_PAID',
      leadMs: 3 * DAY,
      failSafe: 'SWITCH_OFF',
      priceHoldPercent: 20,
      actor: 'key:reseller',
      updatedAt: NOON,
    };
    await test.store.autoRenew.putPolicy(policy);
    const next = { ...policy, id: randomUUIDv7(), policy: 'NEVER' as const, updatedAt: NOON + 1 };
    expect(await test.store.autoRenew.putPolicy(next)).toEqual({ ...next, id: policy.id });
    expect(await test.store.autoRenew.policies('org-1')).toEqual([{ ...next, id: policy.id }]);
    expect(await test.store.autoRenew.removePolicy('org-1', 'TLD', 'com')).toBe(true);
    expect(await test.store.autoRenew.removePolicy('org-1', 'TLD', 'com')).toBe(false);
  });

  it('lets one of two deciders write a decision, and leases what is due', async () => {
    const decision: AutoRenewDecisionRecord = {
      organizationId: 'org-1',
      domainName: 'a.example',
      termEndsAt: NOON + 30 * DAY,
      clientId: 'client-1',
      policy: 'ONLY_IF_PAID',
      wanted: 'OFF',
      reason: 'UNPAID',
      decidedAt: NOON,
      dueAt: NOON + DAY,
      state: 'PENDING',
      detail: { attempts: 0 },
      nextLookAt: NOON,
      updatedAt: NOON,
    };
    const both = await Promise.all([1, 2].map(() => test.store.autoRenew.decide(decision, null, [])));
    expect(both.filter((events) => events !== null)).toHaveLength(1);
    const sent = { ...decision, state: 'SENT' as const, updatedAt: NOON + 1 };
    expect(await test.store.autoRenew.decide(sent, NOON - 1, [])).toBeNull();
    expect(await test.store.autoRenew.decide(sent, NOON, [])).toEqual([]);
    expect(await test.store.autoRenew.decisions('org-1', ['a.example'])).toEqual([sent]);
    expect(await test.store.autoRenew.leaseDue('a', NOON, NOON + 50, 10)).toEqual([sent]);
    expect(await test.store.autoRenew.leaseDue('b', NOON, NOON + 50, 10)).toEqual([]);
    expect(await test.store.autoRenew.nextDueAt()).toBe(NOON);
    const recent = await test.store.autoRenew.recent({
      visibility: EVERYTHING,
      filter: { wanted: ['OFF'] },
      page: { first: 1 },
    });
    expect(recent.rows.map(({ row }) => row)).toEqual([sent]);
  });

  it('announces once, also when two announce at once', async () => {
    const event: NewEvent = {
      organizationId: 'org-1',
      clientId: null,
      domainName: 'a.example',
      type: 'REFUND_WINDOW_CLOSING',
      subjectType: 'Order',
      subjectId: 'order-1',
      payload: { lead: '4h' },
      occurredAt: NOON,
    };
    const told = await Promise.all([1, 2, 3].map(() => test.store.announcements.once('4h', event)));
    expect(told.filter((one) => one !== null)).toHaveLength(1);
    expect(await test.store.events.after(0n, 10)).toHaveLength(1);
    expect(await test.store.announcements.once('24h', event)).not.toBeNull();
    expect(await test.store.announcements.known('Order', ['order-1', 'order-2'])).toEqual(
      new Map([['order-1', new Set(['4h', '24h'])]]),
    );
  });

  it('opens one refund case for an order and ground, and changes it only while it is open', async () => {
    const one: RefundCaseRecord = {
      id: randomUUIDv7(),
      orderId: randomUUIDv7(),
      organizationId: 'org-1',
      ground: 'POLICY',
      state: 'OPEN',
      reason: null,
      deadlineAt: NOON + DAY,
      actor: 'key:reseller',
      createdAt: NOON,
      checkedAt: null,
      endedAt: null,
    };
    expect(await test.store.refundCases.open(one)).toEqual(one);
    expect(await test.store.refundCases.open({ ...one, id: randomUUIDv7() })).toEqual(one);
    expect(await test.store.refundCases.toCheck(10)).toEqual([one]);
    const done = { ...one, state: 'DONE' as const, checkedAt: NOON + 1, endedAt: NOON + 1 };
    const change = { state: 'DONE' as const, checkedAt: NOON + 1, endedAt: NOON + 1 };
    expect(await test.store.refundCases.change(one.id, change)).toEqual(done);
    expect(await test.store.refundCases.change(one.id, { state: 'EXPIRED' })).toBeNull();
    expect(await test.store.refundCases.ofOrders([one.orderId])).toEqual([done]);
    expect(await test.store.refundCases.byIds([one.id])).toEqual([done]);
  });

  it('carries a plan and its items from state to state under guards, and tells how far it is', async () => {
    const plan: PlanRecord = {
      id: randomUUIDv7(),
      organizationId: 'org-1',
      state: 'DRAFT',
      hash: 'digest',
      stopReason: null,
      actor: 'key:reseller',
      createdAt: NOON,
      expiresAt: NOON + DAY,
      startedAt: null,
      endedAt: null,
      updatedAt: NOON,
    };
    const item = (position: number): PlanItemRecord => ({
      planId: plan.id,
      position,
      kind: 'RENEW',
      domainName: `d${position}.example`,
      input: { years: 1 },
      quote: {},
      state: 'PLANNED',
      orderId: null,
      failure: null,
      updatedAt: NOON,
    });
    const { plans } = test.store;
    await plans.create(plan, [item(0), item(1)]);
    expect(await plans.byIds([plan.id])).toEqual([plan]);
    expect(await plans.items(plan.id, { after: 0, limit: 10 })).toEqual([item(1)]);
    expect(await plans.hold(plan.id, 'a')).toBeNull();
    expect(await plans.unfinished()).toEqual([]);
    expect(await test.store.work.take('plan', 10)).toEqual([]);
    expect(await plans.change(plan.id, { from: ['RUNNING'] }, { state: 'STOPPED' }, NOON)).toBeNull();
    await plans.change(plan.id, { from: ['DRAFT'] }, { state: 'RUNNING', startedAt: NOON }, NOON);
    expect(await plans.unfinished()).toEqual([plan.id]);
    expect(await test.store.work.take('plan', 10)).toMatchObject([{ key: plan.id, attempt: 0 }]);
    expect(await plans.hold(plan.id, 'asleep')).toMatchObject({ id: plan.id, state: 'RUNNING' });
    expect(await plans.hold(plan.id, 'a')).toMatchObject({ id: plan.id });
    const late = { from: ['RUNNING'] as const, leaseOwner: 'asleep' };
    expect(await plans.changeItem(item(1), ['PLANNED'], { state: 'RUNNING' }, NOON, late)).toBeNull();
    const failure = { code: 'NOT_FOUND', message: 'gone' };
    const failed = await plans.changeItem(item(0), ['PLANNED'], { state: 'FAILED', failure }, NOON + 1);
    expect(failed).toMatchObject({
      item: { state: 'FAILED', failure },
      events: [{ payload: { counts: { FAILED: 1 } } }],
    });
    expect(await plans.changeItem(item(0), ['PLANNED'], { state: 'DONE' }, NOON + 2)).toBeNull();
    expect(await plans.counts(plan.id)).toMatchObject({ PLANNED: 1, FAILED: 1 });
    const guard = { from: ['RUNNING'] as const, leaseOwner: 'a' };
    const stopped = await plans.change(plan.id, guard, { state: 'STOPPED', stopReason: 'drift' }, NOON + 3);
    expect(stopped?.plan).toMatchObject({ state: 'STOPPED', stopReason: 'drift', updatedAt: NOON + 3 });
    const listed = await plans.list({ visibility: EVERYTHING, filter: { states: ['STOPPED'] }, page: { first: 1 } });
    expect(listed.rows).toHaveLength(1);
  });
});
