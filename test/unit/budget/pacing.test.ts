// Even spacing: background lanes leave slots free at even times, so that people rarely wait, and a call on an idle budget never does.
import { describe, expect, it } from 'vitest';
import { type Clock, sleep } from '../../../src/lib/clock.ts';
import { createBudget } from '../../../src/upstream/budget/budget.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { createReceiver, mostInAnyWindow } from './receiver.ts';

const limits = [{ limit: 30, windowMs: 2_000 }];
const patient = { maxWaitMs: Number.POSITIVE_INFINITY };

describe('an idle budget', () => {
  it.each(['interactive', 'money'] as const)(
    'lets a burst of 30 %s calls go at once, without a timer',
    async (lane) => {
      const clock = fakeClock();
      const budget = createBudget({ clock, limits });
      const permits = await Promise.all(Array.from({ length: 30 }, () => budget.acquire({ lane, tenant: 'a' })));
      expect(permits.map(({ waitedMs }) => waitedMs)).toEqual(new Array(30).fill(0));
      expect(clock.pending).toBe(0);
    },
  );

  it.each(['poll', 'bulk', 'backfill'] as const)(
    'serves %s from the start at the rate that the limit allows, spread evenly',
    async (lane) => {
      const clock = fakeClock();
      const budget = createBudget({ clock, limits });
      const receiver = createReceiver(clock, budget);
      for (let call = 0; call < 200; call += 1) void receiver.call('call', { lane, tenant: 'a', ...patient }, 25, 25);
      await clock.advance(2_000);
      expect(receiver.arrivals.length).toBeGreaterThanOrEqual(29);
      expect(mostInAnyWindow(receiver.arrivals, { windowMs: 200 })).toBeLessThanOrEqual(5);
      await clock.advance(8_000);
      expect(receiver.arrivals.length).toBeGreaterThanOrEqual(150 * 0.95);
    },
  );

  it('leaves the slots after a burst of people to people, until all calls together are back at an even rate', async () => {
    const clock = fakeClock();
    const budget = createBudget({ clock, limits });
    const receiver = createReceiver(clock, budget);
    for (let call = 0; call < 10; call += 1) void receiver.call('p', { lane: 'interactive', tenant: 'a' });
    for (let call = 0; call < 3; call += 1) void receiver.call('b', { lane: 'backfill', tenant: 'a' });
    await clock.advance(300);
    void receiver.call('p', { lane: 'interactive', tenant: 'a' });
    await clock.advance(1_000);
    const evenMs = 2_000 / 30;
    const [first = 0, second = 0] = receiver.granted.filter(({ name }) => name === 'b').map(({ at }) => at);
    expect(receiver.granted[10]).toEqual({ name: 'p', at: 300 });
    expect(first).toBeGreaterThan(11 * evenMs * 0.9);
    expect(first).toBeLessThanOrEqual(11 * evenMs);
    expect(second - first).toBeGreaterThan(evenMs * 0.9);
    expect(second - first).toBeLessThanOrEqual(evenMs);
  });

  it('spreads background calls out again after a burst of people took all slots together', async () => {
    const clock = fakeClock();
    const budget = createBudget({ clock, limits });
    const receiver = createReceiver(clock, budget);
    for (let call = 0; call < 30; call += 1) void receiver.call('p', { lane: 'interactive', tenant: 'a' }, 25, 25);
    for (let call = 0; call < 200; call += 1) void receiver.call('b', { lane: 'backfill', tenant: 'a' }, 25, 25);
    await clock.advance(8_000);
    const second = receiver.arrivals.filter((at) => at > 4_200);
    expect(second.length).toBeGreaterThan(50);
    expect(mostInAnyWindow(second, { windowMs: 300 })).toBeLessThanOrEqual(6);
  });
});

describe('a backfill that never ends', () => {
  it('leaves people who come at random a wait under 300 ms for 95 in 100, and still uses 90 % of the limit', async () => {
    const clock = fakeClock();
    const budget = createBudget({ clock, limits });
    const receiver = createReceiver(clock, budget);
    const random = pseudoRandom(20_260_101);
    const there = () => 10 + 30 * random();
    const minutes = 3;
    for (let worker = 0; worker < 60; worker += 1) {
      void repeat(clock, minutes, () =>
        receiver.call('backfill', { lane: 'backfill', tenant: 'nightly' }, there(), there()),
      );
    }
    const waits: number[] = [];
    void repeat(clock, minutes, async () => {
      await sleep(clock, -Math.log(1 - random()) * 200);
      const lane = random() < 0.5 ? 'money' : 'interactive';
      const askedAt = clock.monotonic();
      void budget.acquire({ lane, tenant: 'shop' }).then(async (permit) => {
        waits.push(clock.monotonic() - askedAt);
        await sleep(clock, there() + there());
        permit.done();
      });
    });
    await clock.advance(minutes * 60_000);
    const { granted } = budget.snapshot();
    const all = granted.money + granted.interactive + granted.backfill;
    expect(waits.length).toBeGreaterThan(minutes * 60 * 4);
    expect(waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.95)]).toBeLessThan(300);
    expect(all / (minutes * 60 * 15)).toBeGreaterThan(0.9);
    expect(mostInAnyWindow(receiver.arrivals, { windowMs: 2_000 })).toBeLessThanOrEqual(30);
  });
});

async function repeat(clock: Clock, minutes: number, one: () => Promise<unknown>): Promise<void> {
  while (clock.monotonic() < minutes * 60_000) await one();
}

function pseudoRandom(seed: number): () => number {
  let state = seed % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
