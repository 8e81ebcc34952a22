// Replicas that count together: what they use, who goes first, and what becomes of one that dies or is stopped.
import { describe, expect, it } from 'vitest';
import { usedShare } from '../../../../bench/lib/arrivals.ts';
import { mostInAnyWindow } from '../receiver.ts';
import { createRig } from './rig.ts';

const WINDOW = { limit: 30, windowMs: 2_000 };
const limits = [WINDOW];
const patient = { tenant: 'a', maxWaitMs: Number.POSITIVE_INFINITY } as const;
const usedFrom = (arrivals: readonly number[], from: number) =>
  usedShare(arrivals, from, WINDOW.limit, WINDOW.windowMs);

describe('three replicas on one Redis', () => {
  it('use up one limit together, in equal shares, and never go over it', async () => {
    const { clock, replicas, arrivals } = createRig({ replicas: 3, limits });
    for (const replica of replicas) replica.keepBusy(30, { lane: 'interactive', ...patient });
    await clock.advance(20_000);
    expect(mostInAnyWindow(arrivals(), WINDOW)).toBeLessThanOrEqual(WINDOW.limit);
    expect(usedFrom(arrivals(), 4_000)).toBeGreaterThan(0.95);
    for (const { arrivals: own } of replicas) expect(own.length / arrivals().length).toBeGreaterThan(0.2);
  });

  it('let one use what the others do not need', async () => {
    const { clock, replicas, arrivals } = createRig({ replicas: 3, limits });
    replicas[0]?.keepBusy(30, { lane: 'bulk', ...patient });
    await clock.advance(20_000);
    expect(usedFrom(arrivals(), 4_000)).toBeGreaterThan(0.95);
  });

  it('let a person on one replica go before the backfill of all, within a moment', async () => {
    const { clock, replicas } = createRig({ replicas: 3, limits });
    for (const replica of replicas) replica.keepBusy(30, { lane: 'backfill', ...patient });
    await clock.advance(10_000);
    const waits: number[] = [];
    for (let person = 0; person < 20; person += 1) {
      const askedAt = clock.monotonic();
      void replicas[person % 3]
        ?.call({ lane: 'money', ...patient })
        .then(() => waits.push(clock.monotonic() - askedAt));
      await clock.advance(370);
    }
    expect(waits).toHaveLength(20);
    expect(Math.max(...waits)).toBeLessThan(200);
  });

  it('space the background evenly over all of them together', async () => {
    const { clock, replicas, arrivals } = createRig({ replicas: 3, limits });
    for (const replica of replicas) replica.keepBusy(30, { lane: 'backfill', ...patient });
    await clock.advance(20_000);
    const late = arrivals().filter((at) => at > 6_000);
    const gaps = late.slice(1).map((at, index) => at - (late[index] ?? at));
    expect(Math.min(...gaps)).toBeGreaterThan(40);
    expect(Math.max(...gaps)).toBeLessThan(140);
  });

  it('starve no replica that has background work alone, beside one full of people', async () => {
    const { clock, replicas } = createRig({ replicas: 2, limits });
    replicas[0]?.keepBusy(60, { lane: 'interactive', ...patient });
    replicas[1]?.keepBusy(60, { lane: 'backfill', ...patient });
    await clock.advance(20_000);
    const [people = 0, background = 0] = replicas.map(({ arrivals }) => arrivals.length);
    expect(background / (people + background)).toBeGreaterThan(0.02);
    expect(background / (people + background)).toBeLessThan(0.2);
  });

  it('all pause when Gandi refuses a call of one of them, and begin gently afterwards', async () => {
    const { clock, replicas, arrivals } = createRig({ replicas: 3, limits });
    for (const replica of replicas) replica.keepBusy(30, { lane: 'interactive', ...patient });
    await clock.advance(10_000);
    replicas[1]?.budget.backOff({ retryAfterMs: 5_000 });
    await clock.advance(20_000);
    expect(arrivals().filter((at) => at > 10_020 && at < 15_000)).toEqual([]);
    for (const { budget } of replicas) expect(budget.snapshot().pausedUntil).toBeNull();
    const gentle = arrivals().filter((at) => at >= 15_000 && at < 19_000);
    expect(gentle.length).toBeGreaterThan(20);
    expect(gentle.length).toBeLessThan(36);
    expect(usedFrom(arrivals(), 22_000)).toBeGreaterThan(0.95);
  });

  it('get the whole limit back when one of them is killed', async () => {
    const { clock, replicas, arrivals } = createRig({ replicas: 3, limits });
    for (const replica of replicas) replica.keepBusy(30, { lane: 'interactive', ...patient });
    await clock.advance(10_000);
    replicas[2]?.kill();
    await clock.advance(20_000);
    expect(mostInAnyWindow(arrivals(), WINDOW)).toBeLessThanOrEqual(WINDOW.limit);
    expect(usedFrom(arrivals(), 15_000)).toBeGreaterThan(0.95);
    for (const { store } of replicas.slice(0, 2)) expect(store.mode).toBe('shared');
  });

  it('do not send what one of them was permitted before it was stopped, when it goes on', async () => {
    const { clock, replicas, arrivals } = createRig({ replicas: 2, limits });
    await clock.advance(1_000);
    const [stopped, other] = replicas;
    for (let call = 0; call < 30; call += 1) void stopped?.call({ lane: 'money', ...patient }, { connectMs: 100 });
    await clock.advance(80);
    expect(other?.budget.snapshot().inFlight).toBe(0);
    stopped?.stop();
    other?.keepBusy(60, { lane: 'interactive', ...patient });
    await clock.advance(10_000);
    stopped?.proceed();
    await clock.advance(10_000);
    expect(stopped?.voided()).toBe(30);
    expect(stopped?.arrivals).toHaveLength(30);
    expect(mostInAnyWindow(arrivals(), WINDOW)).toBeLessThanOrEqual(WINDOW.limit);
  });

  it('show what is left of the limit to all of them, and estimate waits by it', async () => {
    const { clock, replicas } = createRig({ replicas: 2, limits });
    await clock.advance(1_000);
    for (let call = 0; call < 30; call += 1) void replicas[0]?.call({ lane: 'money', ...patient });
    await clock.advance(1_500);
    const budget = replicas[1]?.budget;
    expect(budget?.snapshot()).toMatchObject({ mode: 'shared', limit: 30, remaining: 0, inFlight: 0 });
    const wait = budget?.estimate({ lane: 'money', tenant: 'a' }) ?? 0;
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThan(2_100);
    await expect(budget?.acquire({ lane: 'money', tenant: 'a', maxWaitMs: 1 })).rejects.toMatchObject({
      code: 'UPSTREAM_BUSY',
    });
  });
});
