// What the budget shows of itself.
import { describe, expect, it } from 'vitest';
import { createBudget } from '../../../src/upstream/budget/budget.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

describe('snapshot', () => {
  it('shows an untouched budget', () => {
    const budget = createBudget({ clock: fakeClock(), limits: [{ limit: 30, windowMs: 2_000 }] });
    const none = { money: 0, interactive: 0, poll: 0, bulk: 0, backfill: 0 };
    expect(budget.snapshot()).toEqual({
      mode: 'local',
      limit: 30,
      windowMs: 2_000,
      remaining: 30,
      windows: [{ limit: 30, windowMs: 2_000, remaining: 30 }],
      queued: none,
      granted: none,
      refused: none,
      inFlight: 0,
      pausedUntil: null,
      nextSlotInMs: 0,
    });
  });

  it('counts grants, waiters and calls in flight by lane', async () => {
    const clock = fakeClock();
    const budget = createBudget({ clock, limits: [{ limit: 2, windowMs: 1_000 }] });
    (await budget.acquire({ lane: 'interactive', tenant: 'a' })).done();
    await budget.acquire({ lane: 'money', tenant: 'a' });
    void budget.acquire({ lane: 'interactive', tenant: 'a' });
    void budget.acquire({ lane: 'bulk', tenant: 'a' });
    expect(budget.snapshot()).toMatchObject({
      remaining: 0,
      inFlight: 1,
      nextSlotInMs: 1_003,
      queued: { interactive: 1, bulk: 1, money: 0 },
      granted: { interactive: 1, money: 1, bulk: 0 },
    });
    await clock.advance(1_003);
    expect(budget.snapshot()).toMatchObject({
      inFlight: 2,
      queued: { interactive: 0, bulk: 1 },
      granted: { interactive: 2 },
    });
  });

  it('leads with the window that has the least room', async () => {
    const clock = fakeClock();
    const limits = [
      { limit: 3, windowMs: 1_000 },
      { limit: 4, windowMs: 60_000 },
    ];
    const budget = createBudget({ clock, limits });
    expect(budget.snapshot()).toMatchObject({ limit: 3, windowMs: 1_000, remaining: 3 });
    for (let call = 0; call < 3; call += 1) (await budget.acquire({ lane: 'money', tenant: 'a' })).done();
    await clock.advance(2_000);
    expect(budget.snapshot()).toMatchObject({
      limit: 4,
      windowMs: 60_000,
      remaining: 1,
      windows: [{ remaining: 3 }, { remaining: 1 }],
    });
  });

  it('does not change what it gave before', async () => {
    const budget = createBudget({ clock: fakeClock(), limits: [{ limit: 2, windowMs: 1_000 }] });
    const before = budget.snapshot();
    await budget.acquire({ lane: 'money', tenant: 'a' });
    expect(before.granted.money).toBe(0);
  });
});
