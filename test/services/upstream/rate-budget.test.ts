// What callers see of the call budget.
import { describe, expect, it } from 'vitest';
import { createUpstreamService } from '../../../src/services/upstream.ts';
import { createBudget } from '../../../src/upstream/budget/budget.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

function setup() {
  const clock = fakeClock();
  const limits = [
    { limit: 2, windowMs: 1_000 },
    { limit: 100, windowMs: 60_000 },
  ];
  const budget = createBudget({ clock, limits });
  return { clock, budget, service: createUpstreamService({ budget }) };
}

describe('rateBudget', () => {
  it('shows an idle budget with every window untouched and no lane waiting', () => {
    const { service } = setup();
    expect(service.rateBudget()).toEqual({
      mode: 'local',
      limits: [
        { limit: 2, windowMs: 1_000, remaining: 2 },
        { limit: 100, windowMs: 60_000, remaining: 100 },
      ],
      inFlight: 0,
      pausedUntil: null,
      nextSlotInMs: 0,
      lanes: ['money', 'interactive', 'poll', 'bulk', 'backfill'].map((lane) => ({
        lane,
        queued: 0,
        granted: 0,
        refused: 0,
        estimatedWaitMs: 0,
      })),
    });
  });

  it('shows calls in flight, calls that wait and calls refused, each in its lane', async () => {
    const { budget, service } = setup();
    const leave = new AbortController();
    await budget.acquire({ lane: 'interactive', tenant: 'a' });
    await budget.acquire({ lane: 'interactive', tenant: 'a' });
    const waiting = budget.acquire({ lane: 'poll', tenant: 'a', signal: leave.signal });
    await expect(budget.acquire({ lane: 'bulk', tenant: 'a', maxWaitMs: 0 })).rejects.toThrow();
    const seen = service.rateBudget();
    expect(seen.inFlight).toBe(2);
    expect(seen.limits.map(({ remaining }) => remaining)).toEqual([0, 98]);
    expect(seen.lanes.find(({ lane }) => lane === 'interactive')).toMatchObject({ granted: 2, queued: 0 });
    expect(seen.lanes.find(({ lane }) => lane === 'poll')).toMatchObject({ granted: 0, queued: 1 });
    expect(seen.lanes.find(({ lane }) => lane === 'bulk')).toMatchObject({ refused: 1, queued: 0 });
    expect(seen.lanes.find(({ lane }) => lane === 'interactive')?.estimatedWaitMs).toBeGreaterThan(0);
    leave.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    expect(service.rateBudget().lanes.map(({ queued }) => queued)).toEqual([0, 0, 0, 0, 0]);
  });

  it('gives waits in whole milliseconds that fit a GraphQL Int, also a wait without end', () => {
    const snapshot = { ...setup().budget.snapshot(), nextSlotInMs: 12.3 };
    const budget = { snapshot: () => snapshot, estimate: () => Number.POSITIVE_INFINITY };
    const seen = createUpstreamService({ budget }).rateBudget();
    expect(seen.nextSlotInMs).toBe(13);
    expect(seen.lanes.map(({ estimatedWaitMs }) => estimatedWaitMs)).toEqual(Array(5).fill(2 ** 31 - 1));
  });

  it('shows until when Gandi asked for a pause', () => {
    const { clock, budget, service } = setup();
    budget.backOff({ retryAfterMs: 5_000 });
    expect(service.rateBudget().pausedUntil).toBe(clock.now() + 5_000);
    expect(service.rateBudget().nextSlotInMs).toBeGreaterThanOrEqual(5_000);
  });
});
