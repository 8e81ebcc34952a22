// Who goes next: lanes by urgency, a floor for each lane, turns between tenants, and what is unused is lent out.
import { describe, expect, it } from 'vitest';
import { type Budget, createBudget } from '../../../src/upstream/budget/budget.ts';
import { LANE_RULES, LANES, type Lane } from '../../../src/upstream/budget/lanes.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import { createReceiver, fill, type Receiver } from './receiver.ts';

const patient = { maxWaitMs: Number.POSITIVE_INFINITY };

/** A budget of one call each 100 ms at most, with its only slot taken, so that everyone has to wait. */
async function oneAtATime(): Promise<{ clock: FakeClock; budget: Budget; receiver: Receiver; open: () => void }> {
  const clock = fakeClock();
  const budget = createBudget({ clock, limits: [{ limit: 1, windowMs: 100 }] });
  const [taken] = await fill(budget, 1);
  return { clock, budget, receiver: createReceiver(clock, budget), open: () => taken?.done() };
}

function names(receiver: Receiver): string[] {
  return receiver.granted.map(({ name }) => name);
}

describe('lanes', () => {
  it('let the most urgent call go first, whoever came first', async () => {
    const { clock, receiver, open } = await oneAtATime();
    for (const lane of LANES.toReversed()) void receiver.call(lane, { lane, tenant: 'a', ...patient });
    open();
    await clock.advance(1_000);
    expect(names(receiver)).toEqual(['money', 'interactive', 'poll', 'bulk', 'backfill']);
  });

  it('keep the order of one tenant inside a lane', async () => {
    const { clock, receiver, open } = await oneAtATime();
    for (const name of ['1', '2', '3', '4']) void receiver.call(name, { lane: 'interactive', tenant: 'a' });
    open();
    await clock.advance(1_000);
    expect(names(receiver)).toEqual(['1', '2', '3', '4']);
  });

  it('keep a floor for every lane while money never stops', async () => {
    const { clock, receiver, open } = await oneAtATime();
    for (const lane of LANES) {
      for (let call = 0; call < 400; call += 1) void receiver.call(lane, { lane, tenant: 'a', ...patient });
    }
    open();
    await clock.advance(45_000);
    const first400 = names(receiver).slice(0, 400);
    const served = (lane: Lane) => first400.filter((name) => name === lane).length;
    expect(served('money')).toBeGreaterThan(270);
    for (const lane of LANES) {
      const { oneIn } = LANE_RULES[lane];
      if (oneIn !== null) expect(served(lane)).toBeGreaterThanOrEqual(Math.floor(400 / oneIn) - 1);
    }
  });

  it('make a call in the lowest lane wait for no more turns than its floor, even when it comes alone', async () => {
    const { clock, receiver, open } = await oneAtATime();
    for (let call = 0; call < 100; call += 1) void receiver.call('money', { lane: 'money', tenant: 'a', ...patient });
    void receiver.call('backfill', { lane: 'backfill', tenant: 'b' });
    open();
    await clock.advance(20_000);
    expect(names(receiver).indexOf('backfill')).toBe((LANE_RULES.backfill.oneIn ?? 0) - 1);
  });

  it('count a floor anew for a call that comes after the lane stood empty', async () => {
    const { clock, budget, receiver, open } = await oneAtATime();
    for (let call = 0; call < 100; call += 1) void receiver.call('money', { lane: 'money', tenant: 'a', ...patient });
    const stop = new AbortController();
    const first = budget.acquire({ lane: 'backfill', tenant: 'b', signal: stop.signal });
    open();
    await clock.advance(1_500);
    stop.abort();
    await expect(first).rejects.toBe(stop.signal.reason);
    const before = receiver.granted.length;
    void receiver.call('backfill', { lane: 'backfill', tenant: 'b' });
    await clock.advance(20_000);
    expect(names(receiver).indexOf('backfill') - before).toBe((LANE_RULES.backfill.oneIn ?? 0) - 1);
  });

  it('neither hold back a due floor for even spacing nor let it hold back others', async () => {
    const clock = fakeClock();
    const limits = [
      { limit: 10, windowMs: 1_000 },
      { limit: 100, windowMs: 60_000 },
    ];
    const budget = createBudget({ clock, limits });
    const receiver = createReceiver(clock, budget);
    for (let call = 0; call < 60; call += 1) void receiver.call('p', { lane: 'interactive', tenant: 'a', ...patient });
    void receiver.call('backfill', { lane: 'backfill', tenant: 'b' });
    await clock.advance(6_500);
    expect(receiver.granted).toHaveLength(61);
    expect(receiver.granted[10 + 19]?.name).toBe('backfill');
  });

  it.each(LANES)('lend the whole limit to %s when nobody else asks', async (lane) => {
    const clock = fakeClock();
    const budget = createBudget({ clock, limits: [{ limit: 10, windowMs: 1_000 }] });
    const receiver = createReceiver(clock, budget);
    for (let call = 0; call < 700; call += 1) void receiver.call(lane, { lane, tenant: 'a', ...patient }, 10, 10);
    await clock.advance(60_000);
    expect(receiver.arrivals.length).toBeGreaterThan(600 * 0.95);
  });
});

describe('tenants in a lane', () => {
  it('take turns, so that one with a long queue cannot crowd out another', async () => {
    const { clock, receiver, open } = await oneAtATime();
    for (let call = 1; call <= 6; call += 1) void receiver.call(`big${call}`, { lane: 'bulk', tenant: 'big' });
    for (let call = 1; call <= 2; call += 1) void receiver.call(`small${call}`, { lane: 'bulk', tenant: 'small' });
    void receiver.call('tiny1', { lane: 'bulk', tenant: 'tiny' });
    open();
    await clock.advance(2_000);
    expect(names(receiver)).toEqual(['big1', 'small1', 'tiny1', 'big2', 'small2', 'big3', 'big4', 'big5', 'big6']);
  });

  it('join at the end of the round, so that coming back often is no way to the front', async () => {
    const { clock, receiver, open } = await oneAtATime();
    const again = async (name: string): Promise<void> => {
      for (let call = 1; call <= 3; call += 1) await receiver.call(`${name}${call}`, { lane: 'bulk', tenant: name });
    };
    void again('one');
    for (const tenant of ['two', 'three']) {
      for (let call = 1; call <= 3; call += 1) void receiver.call(`${tenant}${call}`, { lane: 'bulk', tenant });
    }
    open();
    await clock.advance(2_000);
    const order = names(receiver);
    expect(order.slice(0, 3)).toEqual(['one1', 'two1', 'three1']);
    for (const tenant of ['one', 'two', 'three']) {
      expect(order.slice(0, 6).filter((name) => name.startsWith(tenant))).toHaveLength(2);
    }
  });

  it('do not pay in one lane for what they asked in another', async () => {
    const { clock, receiver, open } = await oneAtATime();
    for (let call = 1; call <= 3; call += 1) void receiver.call(`bulk${call}`, { lane: 'bulk', tenant: 'a' });
    void receiver.call('b', { lane: 'interactive', tenant: 'b' });
    void receiver.call('a', { lane: 'interactive', tenant: 'a' });
    open();
    await clock.advance(350);
    expect(names(receiver)).toEqual(['b', 'a', 'bulk1']);
  });
});
