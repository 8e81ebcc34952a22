// Slots may be counted elsewhere: a store that answers later, shared by two budgets, keeps all promises of the budget.
import { describe, expect, it } from 'vitest';
import { sleep } from '../../../src/lib/clock.ts';
import { createBudget } from '../../../src/upstream/budget/budget.ts';
import { createLocalPermitStore } from '../../../src/upstream/budget/local-permit-store.ts';
import type { PermitStore } from '../../../src/upstream/budget/permit-store.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import { createReceiver, mostInAnyWindow } from './receiver.ts';

const window = { limit: 10, windowMs: 1_000 };
const patient = { maxWaitMs: Number.POSITIVE_INFINITY };

/** Answers 3 ms later, as a server next door would, and never with Infinity, since another process may free a slot. */
function createSlowStore(clock: FakeClock): PermitStore {
  const local = createLocalPermitStore([window]);
  return {
    ...local,
    async take() {
      await sleep(clock, 3);
      const now = clock.monotonic();
      const answer = await local.take(now);
      return typeof answer === 'number' ? Math.min(answer, now + 50) : answer;
    },
    get inFlight() {
      return local.inFlight;
    },
  };
}

describe('two budgets over one slow store', () => {
  it('stay under the limit together, share it fairly and use it up', async () => {
    const clock = fakeClock();
    const store = createSlowStore(clock);
    const replicas = [1, 2].map(() => createBudget({ clock, limits: [window], store }));
    const receivers = replicas.map((budget) => createReceiver(clock, budget));
    for (const receiver of receivers) {
      for (let call = 0; call < 150; call += 1) {
        void receiver.call('call', { lane: 'interactive', tenant: 'a', ...patient }, call % 40, (call * 7) % 40);
      }
    }
    await clock.advance(20_000);
    const [one = [], two = []] = receivers.map(({ arrivals }) => arrivals);
    const all = [...one, ...two].toSorted((left, right) => left - right);
    expect(mostInAnyWindow(all, window)).toBeLessThanOrEqual(window.limit);
    expect(all.length).toBeGreaterThan(20 * window.limit * 0.9);
    expect(Math.min(one.length, two.length) / all.length).toBeGreaterThan(0.3);
  });

  it('keep the order of the lanes: a more urgent call that comes while the store thinks goes first', async () => {
    const clock = fakeClock();
    const budget = createBudget({ clock, limits: [window], store: createSlowStore(clock) });
    const receiver = createReceiver(clock, budget);
    void receiver.call('bulk', { lane: 'bulk', tenant: 'a' });
    await clock.advance(1);
    void receiver.call('money', { lane: 'money', tenant: 'a' });
    await clock.advance(1_000);
    expect(receiver.granted.map(({ name }) => name)).toEqual(['money', 'bulk']);
  });

  it('ask for one slot at a time, however many calls come meanwhile', async () => {
    const clock = fakeClock();
    const slow = createSlowStore(clock);
    let asked = 0;
    let asking = 0;
    const store: PermitStore = {
      ...slow,
      async take(now, ask) {
        asked += 1;
        asking += 1;
        expect(asking).toBe(1);
        const answer = await slow.take(now, ask);
        asking -= 1;
        return answer;
      },
    };
    const budget = createBudget({ clock, limits: [window], store });
    const receiver = createReceiver(clock, budget);
    for (let call = 0; call < 5; call += 1) void receiver.call('call', { lane: 'money', tenant: 'a' });
    expect(asked).toBe(1);
    await clock.advance(100);
    expect(receiver.granted.map(({ at }) => at)).toEqual([3, 6, 9, 12, 15]);
    expect(asked).toBe(5);
  });

  it('give a slot back when everyone who wanted it gave up meanwhile', async () => {
    const clock = fakeClock();
    const store = createSlowStore(clock);
    const budget = createBudget({ clock, limits: [window], store });
    const stop = new AbortController();
    const waiting = budget.acquire({ lane: 'money', tenant: 'a', signal: stop.signal });
    await clock.advance(1);
    stop.abort();
    await expect(waiting).rejects.toBe(stop.signal.reason);
    await clock.advance(10);
    expect(store.inFlight).toBe(0);
    expect(budget.snapshot()).toMatchObject({ remaining: window.limit, granted: { money: 0 } });
  });

  it('refuse at its deadline a call for which the store never had a slot', async () => {
    const clock = fakeClock();
    const store = createSlowStore(clock);
    const busy = createBudget({ clock, limits: [window], store });
    for (let call = 0; call < window.limit; call += 1) void busy.acquire({ lane: 'money', tenant: 'a' });
    await clock.advance(100);
    const budget = createBudget({ clock, limits: [window], store });
    const refused = expect(budget.acquire({ lane: 'money', tenant: 'b', maxWaitMs: 2_000 })).rejects.toMatchObject({
      code: 'UPSTREAM_BUSY',
    });
    await clock.advance(2_000);
    await refused;
    expect(budget.snapshot().queued.money).toBe(0);
  });
});
