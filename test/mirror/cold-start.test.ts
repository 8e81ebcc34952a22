// The first fill: who waits how long, what is lifted, what an interruption leaves.
import { afterEach, describe, expect, test } from 'vitest';
import { failure, fakePortfolio } from '../helpers/fake-gandi.ts';
import { allDomains, type MirrorTest, mirrorTest } from './setup.ts';

let t: MirrorTest;
afterEach(() => t.close());

const LIST = { withClients: false };

describe('the first query', () => {
  test('joins a backfill under way and lifts it to its own lane: no call is made twice', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 500, clients: 3 }));
    const hold = t.gandi.hold(/^domains:[2-5]$/, 'before-sending');
    const sync = t.mirror.ensureDomains(LIST, t.demand({ lane: 'backfill', maxWaitMs: Number.POSITIVE_INFINITY }));
    await waitUntil(() => hold.waiting().length === 4);
    await waitUntil(async () => (await allDomains(t.store)).length === 100);
    expect(hold.waiting().every(({ lane }) => lane === 'backfill')).toBe(true);
    const query = t.demand();
    const answer = t.mirror.ensureDomains(LIST, query);
    await waitUntil(() => hold.waiting().length === 4 && hold.waiting().every(({ lane }) => lane === 'interactive'));
    hold.release();
    expect(await answer).toMatchObject({ state: 'LIVE', isComplete: true, fetched: 500 });
    await sync;
    expect(t.gandi.sent().toSorted()).toEqual(
      [
        'organizations',
        'clients:reseller:1',
        'domains:1',
        'domains:2',
        'domains:3',
        'domains:4',
        'domains:5',
      ].toSorted(),
    );
    expect(query.meter).toMatchObject({ made: 0, coalesced: 4 });
  });

  test('waits up to its limit and then gets what is there, told that more will come', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 300, clients: 3 }), { waits: { coldMs: 20_000 } });
    const hold = t.gandi.hold(/^domains:3$/, 'before-answering');
    const answer = t.mirror.ensureDomains(LIST, t.demand());
    await waitUntil(async () => (await allDomains(t.store)).length === 200);
    await t.clock.advance(19_999);
    let isAnswered = false;
    void answer.then(() => {
      isAnswered = true;
    });
    await t.clock.advance(0);
    expect(isAnswered).toBe(false);
    await t.clock.advance(1);
    expect(await answer).toMatchObject({
      state: 'STALE',
      asOf: null,
      isComplete: false,
      fetched: 200,
      total: 300,
      reason: 'The first fill of the mirror is still under way.',
    });
    hold.release();
    await t.mirror.idle();
    expect(await t.mirror.ensureDomains(LIST, t.demand())).toMatchObject({ isComplete: true, fetched: 300 });
    expect(t.gandi.calls).toHaveLength(5);
  });

  test('shows how far it is', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 300, clients: 3 }));
    expect(t.mirror.progress()).toEqual({ isComplete: false, domains: 0, total: null, lastError: null });
    const hold = t.gandi.hold(/^domains:3$/, 'before-answering');
    const answer = t.mirror.ensureDomains(LIST, t.demand());
    await waitUntil(() => t.mirror.progress().domains === 200);
    expect(t.mirror.progress()).toEqual({ isComplete: false, domains: 200, total: 300, lastError: null });
    hold.release();
    await answer;
    expect(t.mirror.progress()).toEqual({ isComplete: true, domains: 300, total: 300, lastError: null });
  });
});

describe('a process that ends in the middle of the first fill', () => {
  test('leaves a mirror that goes on where it was', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 500, clients: 3 }), { atOnce: 1 });
    const hold = t.gandi.hold(/^domains:4$/, 'before-answering');
    const abort = new AbortController();
    const first = t.mirror.ensureDomains(LIST, t.demand({ signal: abort.signal }));
    await waitUntil(() => hold.waiting().length === 1);
    await waitUntil(async () => (await allDomains(t.store)).length === 300);
    abort.abort(new Error('killed'));
    await expect(first).rejects.toThrow('killed');
    await t.clock.advance(5_000);
    const restarted = t.restart();
    t.gandi.clearCalls();
    hold.release();
    const demand = t.demand();
    expect(await restarted.ensureDomains(LIST, demand)).toMatchObject({ isComplete: true, fetched: 500, total: 500 });
    expect(t.gandi.sent()).toEqual(['domains:4', 'domains:5']);
    expect(demand.meter).toMatchObject({ planned: 2, made: 2 });
    expect(await allDomains(t.store)).toHaveLength(500);
  });

  test('is as old as its beginning: what was read before the interruption is not called younger', async () => {
    t = await mirrorTest(fakePortfolio({ domains: 300, clients: 3 }), { atOnce: 1 });
    const began = t.clock.now();
    t.gandi.fail(/^domains:3$/, failure('timeout'), 1);
    await t.mirror.ensureDomains(LIST, t.demand());
    await t.clock.advance(10_000);
    expect(await t.restart().ensureDomains(LIST, t.demand())).toMatchObject({ isComplete: true, asOf: began });
  });
});

async function waitUntil(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 5_000; turn++) {
    if (await isSo()) return;
    await t.clock.advance(0);
  }
  throw new Error('It never became so.');
}
