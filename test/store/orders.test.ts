// Orders: claimed once whatever happens at the same moment, changed under a guard, and every change told in the log.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { DAY, NOON, order, transfer } from './samples.ts';

const orderOf = (answer: Awaited<ReturnType<TestStore['store']['orders']['claim']>>): string | null =>
  'order' in answer ? answer.order.id : null;

describeStore('orders', (backend) => {
  let test: TestStore;
  beforeEach(async () => {
    test = await createTestStore(backend);
  });
  afterEach(() => test.close());

  async function claimed(given: Parameters<typeof order>[0] = {}) {
    const first = order(given);
    const answer = await test.store.orders.claim(first, transfer(first));
    if (answer.outcome !== 'claimed' || answer.transfer === null)
      throw new Error(`expected a claim, got ${answer.outcome}`);
    return { order: answer.order, transfer: answer.transfer };
  }

  it('gives back an order and its transfer exactly as they were claimed', async () => {
    const first = order({ input: { client: { name: 'Čapek & Søn' }, years: 2, nested: [1, null, true] } });
    const moving = transfer(first, { deadlineAt: NOON + 5 * DAY, nextPollAt: NOON + 1_001 });
    const claim = await test.store.orders.claim(first, moving);
    expect(claim).toMatchObject({
      outcome: 'claimed',
      order: first,
      transfer: moving,
      events: [
        { type: 'ORDER_CHANGED', payload: { ...first, secretDigest: null } },
        { type: 'TRANSFER_CHANGED', payload: moving },
      ],
    });
    expect(await test.store.events.after(0n, 10)).toHaveLength(2);
    expect(await test.store.orders.byIds([first.id])).toEqual([first]);
    expect(await test.store.orders.byKey('org-1', 'transferDomainIn', first.idempotencyKey)).toEqual(first);
    expect(await test.store.transfers.byIds([moving.id])).toEqual([moving]);
    expect(await test.store.transfers.byOrderIds([first.id])).toEqual([moving]);
  });

  it('inserts one of many twins that claim at once, and gives the others the same order', async () => {
    const twins = Array.from({ length: 8 }, () => order({ idempotencyKey: 'one key', domainName: 'twin.example' }));
    const answers = await Promise.all(twins.map((twin) => test.store.orders.claim(twin, transfer(twin))));
    const winners = answers.filter((answer) => answer.outcome === 'claimed');
    expect(winners).toHaveLength(1);
    expect(answers.filter((answer) => answer.outcome === 'key-taken')).toHaveLength(7);
    expect(new Set(answers.map(orderOf)).size).toBe(1);
    expect(await test.query('SELECT count(*)::int AS orders FROM orders')).toEqual([{ orders: 1 }]);
    expect(await test.query('SELECT count(*)::int AS transfers FROM transfers')).toEqual([{ transfers: 1 }]);
    expect(await test.store.events.head()).toBe(2n);
  });

  it('lets one of many orders with different keys have a domain, and names it to the others', async () => {
    const rivals = Array.from({ length: 6 }, () => order({ domainName: 'wanted.example' }));
    const answers = await Promise.all(rivals.map((rival) => test.store.orders.claim(rival, transfer(rival))));
    expect(answers.filter((answer) => answer.outcome === 'claimed')).toHaveLength(1);
    expect(answers.filter((answer) => answer.outcome === 'domain-busy')).toHaveLength(5);
    expect(new Set(answers.map(orderOf)).size).toBe(1);
  });

  it('lets a domain be ordered again once its order has ended', async () => {
    const { order: first } = await claimed({ domainName: 'again.example' });
    await test.store.orders.change(first.id, { from: ['CLAIMED'] }, { order: { state: 'FAILED' } }, NOON + 1);
    expect((await claimed({ domainName: 'again.example' })).order.id).not.toBe(first.id);
  });

  it('keeps keys of different organizations and mutations apart', async () => {
    await claimed({ idempotencyKey: 'same' });
    await claimed({ idempotencyKey: 'same', organizationId: 'org-2' });
    await claimed({ idempotencyKey: 'same', mutation: 'renewDomain' });
    expect(await test.store.orders.byKey('org-3', 'transferDomainIn', 'same')).toBeNull();
  });

  it('changes order and transfer together and tells both changes in the log', async () => {
    const { order: first, transfer: moving } = await claimed();
    const timeline = [...first.timeline, { at: NOON + 5, state: 'SUBMITTED' as const, note: null }];
    const answer = await test.store.orders.change(
      first.id,
      { from: ['CLAIMED'] },
      {
        order: { state: 'SUBMITTED', submittedAt: NOON + 5, timeline },
        transfer: { step: 'PAYMENT', waitingOn: 'GANDI' },
      },
      NOON + 5,
    );
    const after = { ...first, state: 'SUBMITTED', submittedAt: NOON + 5, timeline, updatedAt: NOON + 5 };
    const moved = {
      ...moving,
      step: 'PAYMENT',
      waitingOn: 'GANDI',
      stepSince: NOON + 5,
      updatedAt: NOON + 5,
      version: 2,
    };
    expect(answer).toMatchObject({ order: after, transfer: moved });
    expect(await test.store.orders.byIds([first.id])).toEqual([after]);
    expect(await test.store.transfers.byIds([moving.id])).toEqual([moved]);
    expect(await test.store.events.after(2n, 10)).toEqual(answer?.events);
    expect(answer?.events).toMatchObject([
      { sequence: 3n, type: 'ORDER_CHANGED', subjectType: 'Order', subjectId: first.id, clientId: 'client-1' },
      { sequence: 4n, type: 'TRANSFER_CHANGED', subjectId: moving.id, payload: moved, occurredAt: NOON + 5 },
    ]);
  });

  it('keeps the digest of the secret out of the log', async () => {
    const { order: first } = await claimed();
    const answer = await test.store.orders.change(
      first.id,
      { from: ['CLAIMED'] },
      { order: { state: 'SUBMITTED' } },
      NOON,
    );
    expect(answer?.order.secretDigest).toBe('digest-of-a-secret');
    const rows = await test.query('SELECT payload::text AS payload FROM events');
    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(rows)).not.toContain('digest-of-a-secret');
  });

  it('grows the version only for what followers can see, and is silent otherwise', async () => {
    const { order: first } = await claimed();
    const change = (transferChange: object) =>
      test.store.orders.change(first.id, { from: ['CLAIMED'] }, { transfer: transferChange }, NOON + 9);
    expect(await change({ asOf: NOON + 9, nextPollAt: NOON + 60_000 })).toMatchObject({
      transfer: { version: 1, asOf: NOON + 9, updatedAt: NOON },
      events: [],
    });
    expect(await change({ step: 'SUBMITTING', waitingOn: 'GATEWAY' })).toMatchObject({
      transfer: { version: 1 },
      events: [],
    });
    expect(await change({ deadlineAt: NOON + DAY })).toMatchObject({
      transfer: { version: 2, stepSince: NOON },
      events: [{ type: 'TRANSFER_CHANGED' }],
    });
  });

  it('says when a final state was reached, and forgets it when the order is open again', async () => {
    const { order: first } = await claimed();
    const failed = await test.store.orders.change(
      first.id,
      { from: ['CLAIMED'] },
      { order: { state: 'FAILED', failureCode: 'REFUSED' }, transfer: { step: 'FAILED', waitingOn: 'NOBODY' } },
      NOON + 3,
    );
    expect(failed).toMatchObject({ order: { endedAt: NOON + 3 }, transfer: { endedAt: NOON + 3 } });
    const reopened = await test.store.orders.change(
      first.id,
      { from: ['FAILED'] },
      { order: { state: 'CLAIMED' } },
      NOON + 4,
    );
    expect(reopened?.order.endedAt).toBeNull();
  });

  it('changes nothing when the state, the lease or the version is another', async () => {
    const { order: first } = await claimed();
    await test.store.orders.lease(first.id, 'me', NOON + DAY, NOON);
    const change = { order: { state: 'SUBMITTED' as const } };
    expect(await test.store.orders.change(first.id, { from: ['ACCEPTED'] }, change, NOON)).toBeNull();
    expect(await test.store.orders.change(first.id, { from: ['CLAIMED'], leaseOwner: 'you' }, change, NOON)).toBeNull();
    expect(
      await test.store.orders.change(first.id, { from: ['CLAIMED'], transferVersion: 2 }, change, NOON),
    ).toBeNull();
    expect(await test.store.orders.change('no such order', { from: ['CLAIMED'] }, change, NOON)).toBeNull();
    expect(await test.store.events.head()).toBe(2n);
    expect(
      await test.store.orders.change(
        first.id,
        { from: ['CLAIMED'], leaseOwner: 'me', transferVersion: 1 },
        change,
        NOON,
      ),
    ).toMatchObject({ order: { state: 'SUBMITTED' } });
  });

  it('lets one of many changes from the same state win', async () => {
    const { order: first } = await claimed();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        test.store.orders.change(
          first.id,
          { from: ['CLAIMED'] },
          { order: { state: 'SUBMITTED', actor: `${n}` } },
          NOON,
        ),
      ),
    );
    expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
    expect(await test.store.events.head()).toBe(3n);
  });

  it('leases an order to one owner until the lease ends', async () => {
    const { order: first } = await claimed();
    const { lease } = test.store.orders;
    const takers = await Promise.all(['a', 'b', 'c'].map((owner) => lease(first.id, owner, NOON + 100, NOON)));
    expect(takers.filter(Boolean)).toHaveLength(1);
    const owner = ['a', 'b', 'c'][takers.indexOf(true)] ?? '';
    expect(await lease(first.id, owner, NOON + 200, NOON + 1)).toBe(true);
    expect(await lease(first.id, 'd', NOON + 300, NOON + 199)).toBe(false);
    expect(await lease(first.id, 'd', NOON + 300, NOON + 200)).toBe(true);
    expect(await lease('no such order', 'd', NOON + 300, NOON)).toBe(false);
  });

  it('stores texts that PostgreSQL cannot hold without what it cannot hold', async () => {
    const { order: first } = await claimed();
    const failureMessage = 'Gandi said \u0000 and \ud800 here';
    const answer = await test.store.orders.change(
      first.id,
      { from: ['CLAIMED'] },
      { order: { failureMessage, input: { 'k\u0000': 'v\u0000' } } },
      NOON,
    );
    expect(answer?.order).toMatchObject({ failureMessage: 'Gandi said  and \ufffd here', input: { k: 'v' } });
    expect(await test.store.orders.byIds([first.id])).toEqual([answer?.order]);
    expect(await test.store.orders.byKey('org-1', 'transferDomainIn', `${first.idempotencyKey}\u0000`)).toBeNull();
  });
});
