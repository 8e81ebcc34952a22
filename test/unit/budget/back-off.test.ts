// When Gandi says "too many calls" everyone stops for as long as it asked, and then starts gently.
import { describe, expect, it } from 'vitest';
import { createBudget } from '../../../src/upstream/budget/budget.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { createReceiver, mostInAnyWindow } from './receiver.ts';

const patient = { maxWaitMs: Number.POSITIVE_INFINITY };

function setup(limit = 30, windowMs = 2_000) {
  const clock = fakeClock();
  const budget = createBudget({ clock, limits: [{ limit, windowMs }] });
  const receiver = createReceiver(clock, budget);
  const askFor = (calls: number): void => {
    for (let call = 0; call < calls; call += 1) {
      void receiver.call('call', { lane: 'interactive', tenant: 'a', ...patient }, 20, 20);
    }
  };
  return { clock, budget, receiver, askFor };
}

describe('backOff', () => {
  it('stops every lane until the time that Gandi named has passed', async () => {
    const { clock, budget, receiver } = setup();
    budget.backOff({ retryAfterMs: 5_000 });
    for (const lane of ['money', 'interactive', 'backfill'] as const) {
      void receiver.call(lane, { lane, tenant: 'a', ...patient });
    }
    expect(budget.snapshot()).toMatchObject({ pausedUntil: clock.now() + 5_000, nextSlotInMs: 5_000 });
    await clock.advance(4_999);
    expect(receiver.granted).toEqual([]);
    await clock.advance(1);
    expect(receiver.granted).toEqual([{ name: 'money', at: 5_000 }]);
    expect(budget.snapshot().pausedUntil).toBeNull();
  });

  it('takes a date as well as a delay', async () => {
    const { clock, budget, receiver, askFor } = setup();
    budget.backOff({ untilMs: clock.now() + 3_000 });
    askFor(1);
    await clock.advance(10_000);
    expect(receiver.granted).toEqual([{ name: 'call', at: 3_000 }]);
  });

  it('measures the pause on a clock that does not jump', async () => {
    const clock = fakeClock();
    let jump = 0;
    const wall = { ...clock, now: () => clock.now() + jump };
    const budget = createBudget({ clock: wall, limits: [{ limit: 30, windowMs: 2_000 }] });
    const receiver = createReceiver(clock, budget);
    budget.backOff({ untilMs: clock.now() + 3_000 });
    jump = 3_600_000;
    void receiver.call('call', { lane: 'money', tenant: 'a' });
    await clock.advance(10_000);
    expect(receiver.granted).toEqual([{ name: 'call', at: 3_000 }]);
  });

  it('resumes at half speed without a burst, even for people, and at full speed two windows later', async () => {
    const { clock, budget, receiver, askFor } = setup();
    budget.backOff({ retryAfterMs: 1_000 });
    askFor(120);
    await clock.advance(5_000);
    expect(receiver.arrivals.length).toBeGreaterThanOrEqual(28);
    expect(receiver.arrivals.length).toBeLessThanOrEqual(31);
    expect(mostInAnyWindow(receiver.arrivals, { windowMs: 500 })).toBeLessThanOrEqual(5);
    await clock.advance(5_000);
    expect(receiver.arrivals.length).toBeGreaterThan(80);
  });

  it('refuses at once a call that cannot wait for the end of the pause', async () => {
    const { budget } = setup();
    budget.backOff({ retryAfterMs: 60_000 });
    const refused = budget.acquire({ lane: 'interactive', tenant: 'a' });
    await expect(refused).rejects.toMatchObject({ code: 'UPSTREAM_BUSY', retryAfterMs: 50_000 });
  });

  it('never shortens a pause', async () => {
    const { clock, budget } = setup();
    budget.backOff({ retryAfterMs: 5_000 });
    budget.backOff({ retryAfterMs: 1_000 });
    budget.backOff();
    expect(budget.snapshot().pausedUntil).toBe(clock.now() + 5_000);
  });

  it('pauses for one window when no time was named, however many calls were refused together', () => {
    const { clock, budget } = setup();
    for (let answer = 0; answer < 10; answer += 1) budget.backOff();
    expect(budget.snapshot().pausedUntil).toBe(clock.now() + 2_000);
  });

  it('doubles its own pause when refused again during the gentle start, up to a minute', async () => {
    const { clock, budget } = setup();
    const pauses: number[] = [];
    for (let refusal = 0; refusal < 8; refusal += 1) {
      budget.backOff();
      const pauseMs = (budget.snapshot().pausedUntil ?? 0) - clock.now();
      pauses.push(pauseMs);
      await clock.advance(pauseMs + 100);
    }
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('begins with a short pause again once a gentle start went well', async () => {
    const { clock, budget } = setup();
    budget.backOff();
    await clock.advance(2_100);
    budget.backOff();
    await clock.advance(20_000);
    budget.backOff();
    expect(budget.snapshot().pausedUntil).toBe(clock.now() + 2_000);
  });

  it('believes no pause longer than an hour, and none that lies in the past', () => {
    const { clock, budget } = setup();
    budget.backOff({ untilMs: clock.now() - 10_000 });
    expect(budget.snapshot().pausedUntil).toBe(clock.now() + 2_000);
    budget.backOff({ retryAfterMs: 86_400_000 });
    expect(budget.snapshot().pausedUntil).toBe(clock.now() + 3_600_000);
  });

  it('lets a caller give up during the pause', async () => {
    const { clock, budget } = setup();
    budget.backOff({ retryAfterMs: 5_000 });
    const stop = new AbortController();
    const waiting = budget.acquire({ lane: 'money', tenant: 'a', signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toBe(stop.signal.reason);
    expect(clock.pending).toBe(0);
  });
});
