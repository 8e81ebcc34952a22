// An estimate is honest: under a load that does not change, the wait is what was foretold.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sleep } from '../../../src/lib/clock.ts';
import { type Budget, createBudget } from '../../../src/upstream/budget/budget.ts';
import { LANES, type Lane } from '../../../src/upstream/budget/lanes.ts';
import type { Permit } from '../../../src/upstream/budget/permit.ts';
import type { RateLimit } from '../../../src/upstream/budget/rate-limit.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import { fill, spend } from './receiver.ts';

const limits = fc.constantFrom<readonly RateLimit[]>(
  [{ limit: 30, windowMs: 2_000 }],
  [{ limit: 5, windowMs: 1_000 }],
  [
    { limit: 30, windowMs: 2_000 },
    { limit: 60, windowMs: 10_000 },
  ],
);
const lane = fc.constantFrom(...LANES);
const group = fc.record({ lane, tenant: fc.constantFrom('a', 'b', 'c'), calls: fc.integer({ min: 1, max: 60 }) });
const load = fc.record({
  limits,
  earlier: fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 40 }),
  pauseMs: fc.option(fc.integer({ min: 1, max: 5_000 })),
  waiting: fc.array(group, { maxLength: 8 }),
  probe: fc.record({ lane, tenant: fc.constantFrom('a', 'b', 'new') }),
  roundTripsMs: fc.infiniteStream(fc.integer({ min: 20, max: 80 })),
});

const patient = { maxWaitMs: Number.POSITIVE_INFINITY };

async function callOnce(clock: FakeClock, budget: Budget, tookMs: number, call: { lane: Lane; tenant: string }) {
  const permit: Permit = await budget.acquire({ ...call, ...patient });
  await sleep(clock, tookMs);
  permit.done();
  return permit.waitedMs;
}

describe('the estimate', () => {
  it('is kept within 6 % and a fifth of a second, when nobody else comes', async () => {
    await fc.assert(
      fc.asyncProperty(load, async ({ limits: windows, earlier, pauseMs, waiting, probe, roundTripsMs }) => {
        const clock = fakeClock();
        const budget = createBudget({ clock, limits: windows });
        const tookMs = () => roundTripsMs.next().value ?? 50;
        for (const gapMs of earlier) {
          void callOnce(clock, budget, tookMs(), { lane: 'money', tenant: 'earlier' });
          await clock.advance(gapMs);
        }
        if (pauseMs !== null) budget.backOff({ retryAfterMs: pauseMs });
        for (const { lane: inLane, tenant, calls } of waiting) {
          for (let call = 0; call < calls; call += 1) void callOnce(clock, budget, tookMs(), { lane: inLane, tenant });
        }
        const estimatedMs = budget.estimate(probe);
        let waitedMs: number | undefined;
        void callOnce(clock, budget, tookMs(), probe).then((ms) => {
          waitedMs = ms;
        });
        for (let second = 0; second < 300 && waitedMs === undefined; second += 1) await clock.advance(1_000);
        expect(waitedMs).toBeDefined();
        expect(waitedMs).toBeLessThanOrEqual(estimatedMs * 1.06 + 200);
        expect(estimatedMs).toBeLessThanOrEqual((waitedMs ?? 0) * 1.06 + 200);
      }),
      { numRuns: 200 },
    );
  });

  it('is 0 exactly when the call would go at once', async () => {
    const clock = fakeClock();
    const budget = createBudget({ clock, limits: [{ limit: 2, windowMs: 1_000 }] });
    const call = { lane: 'interactive', tenant: 'a' } as const;
    expect(budget.estimate(call)).toBe(0);
    await spend(budget, 2);
    expect(budget.estimate(call)).toBe(1_003);
    await clock.advance(1_002);
    expect(budget.estimate(call)).toBe(1);
    await clock.advance(1);
    expect(budget.estimate(call)).toBe(0);
  });

  it('expects calls in flight to be answered soon, not never', async () => {
    const budget = createBudget({ clock: fakeClock(), limits: [{ limit: 2, windowMs: 1_000 }] });
    await fill(budget, 2);
    const waitMs = budget.estimate({ lane: 'interactive', tenant: 'a' });
    expect(waitMs).toBeGreaterThan(1_003);
    expect(waitMs).toBeLessThan(1_500);
  });

  it('is not thrown off by a queue of thousands', async () => {
    const clock = fakeClock();
    const budget = createBudget({ clock, limits: [{ limit: 30, windowMs: 2_000 }], maxQueuedPerTenant: 10_000 });
    await spend(budget, 30);
    for (let call = 0; call < 6_000; call += 1) void budget.acquire({ lane: 'bulk', tenant: 'a', ...patient });
    const waitMs = budget.estimate({ lane: 'bulk', tenant: 'a' });
    expect(waitMs / (6_000 * (2_104 / 30))).toBeGreaterThan(0.95);
    expect(waitMs / (6_000 * (2_104 / 30))).toBeLessThan(1.05);
  });
});
