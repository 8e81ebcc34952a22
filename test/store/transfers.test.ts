// Transfers due for a poll: each goes to one poller at a time, the longest overdue first.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { NOON, order, transfer } from './samples.ts';

describeStore('transfers', (backend) => {
  let test: TestStore;
  beforeEach(async () => {
    test = await createTestStore(backend);
  });
  afterEach(() => test.close());

  async function moving(nextPollAt: number | null) {
    const first = order();
    const answer = await test.store.orders.claim(first, transfer(first, { nextPollAt }));
    if (answer.outcome !== 'claimed' || answer.transfer === null)
      throw new Error(`expected a claim, got ${answer.outcome}`);
    return answer.transfer;
  }

  it('leases what is due, longest overdue first, and nothing twice', async () => {
    const late = await moving(NOON - 1);
    const later = await moving(NOON - 2);
    await moving(NOON + 1);
    await moving(null);
    expect(await test.store.transfers.leaseDue('a', NOON, NOON + 50, 10)).toEqual([later, late]);
    expect(await test.store.transfers.leaseDue('b', NOON + 49, NOON + 99, 10)).toHaveLength(1);
    expect(await test.store.transfers.leaseDue('b', NOON + 50, NOON + 99, 10)).toHaveLength(2);
  });

  it('shares due transfers between pollers that ask at once', async () => {
    const ids = new Set<string>();
    for (let n = 0; n < 20; n++) ids.add((await moving(NOON - n)).id);
    const taken = await Promise.all(
      ['a', 'b', 'c', 'd'].map((owner) => test.store.transfers.leaseDue(owner, NOON, NOON + 50, 5)),
    );
    const rest = await test.store.transfers.leaseDue('e', NOON, NOON + 50, 100);
    const all = [...taken.flat(), ...rest].map(({ id }) => id);
    expect(all).toHaveLength(20);
    expect(new Set(all)).toEqual(ids);
  });

  const polled = async (id: string) => (await test.store.transfers.byIds([id]))[0];

  it('gives a lease up with the next poll time, and says when Gandi was last asked', async () => {
    const one = await moving(NOON);
    await test.store.transfers.leaseDue('a', NOON, NOON + 1_000, 10);
    await test.store.transfers.reschedule(one.id, { owner: 'a', dueAt: NOON }, NOON + 5, NOON + 2);
    expect(await test.store.transfers.nextDueAt()).toBe(NOON + 5);
    expect(await test.store.transfers.leaseDue('b', NOON + 5, NOON + 1_000, 10)).toMatchObject([
      { id: one.id, asOf: NOON + 2, version: 1 },
    ]);
    expect(await test.store.events.head()).toBe(2n);
  });

  it('lets a poller that was asleep and lost its lease change nothing', async () => {
    const one = await moving(NOON);
    await test.store.transfers.leaseDue('asleep', NOON, NOON + 10, 10);
    await test.store.transfers.leaseDue('awake', NOON + 30, NOON + 40, 10);
    await test.store.transfers.reschedule(one.id, { owner: 'asleep', dueAt: NOON }, NOON + 99, NOON + 1);
    expect(await polled(one.id)).toMatchObject({ nextPollAt: NOON, asOf: null });
    expect(await test.store.transfers.leaseDue('third', NOON + 31, NOON + 40, 10)).toEqual([]);
    await test.store.transfers.reschedule(one.id, { owner: 'awake', dueAt: NOON }, NOON + 77, NOON + 32);
    await test.store.transfers.reschedule(one.id, { owner: 'asleep', dueAt: NOON }, NOON + 99, NOON + 33);
    expect(await polled(one.id)).toMatchObject({ nextPollAt: NOON + 77, asOf: NOON + 32 });
  });

  it('brings polls forward, never puts them off, and keeps one that was brought forward during a look', async () => {
    const [soon, far, over] = [await moving(NOON + 5), await moving(NOON + 500), await moving(NOON + 500)];
    await test.store.orders.change(
      over.orderId,
      { from: ['CLAIMED'] },
      { order: { state: 'COMPLETED' }, transfer: { step: 'COMPLETED', nextPollAt: null } },
      NOON,
    );
    await test.store.transfers.bringForward([soon.id, far.id, over.id, 'no uuid'], NOON + 50);
    const times = await Promise.all([soon, far, over].map(async ({ id }) => (await polled(id))?.nextPollAt));
    expect(times).toEqual([NOON + 5, NOON + 50, null]);
    await test.store.transfers.leaseDue('a', NOON + 50, NOON + 90, 10);
    await test.store.orders.change(
      far.orderId,
      { from: ['CLAIMED'] },
      { transfer: { nextPollAt: NOON + 60 } },
      NOON + 51,
    );
    await test.store.transfers.reschedule(far.id, { owner: 'a', dueAt: NOON + 50 }, NOON + 1_800);
    expect(await polled(far.id)).toMatchObject({ nextPollAt: NOON + 60 });
  });

  it('counts what is polled', async () => {
    for (const at of [NOON, NOON + 1, null]) await moving(at);
    await test.store.transfers.leaseDue('a', NOON, NOON + 50, 10);
    expect(await test.store.transfers.countPending()).toBe(2);
  });

  it('never polls what has ended', async () => {
    const one = await moving(NOON);
    await test.store.orders.change(
      one.orderId,
      { from: ['CLAIMED'] },
      { order: { state: 'COMPLETED' }, transfer: { step: 'COMPLETED' } },
      NOON,
    );
    expect(await test.store.transfers.leaseDue('a', NOON + 9, NOON + 10, 10)).toEqual([]);
    expect(await test.store.transfers.nextDueAt()).toBeNull();
  });
});
