// The first promise of the gateway: in no window does the receiver see more calls than allowed, whatever the network and the callers do.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sleep } from '../../../src/lib/clock.ts';
import { type Budget, createBudget } from '../../../src/upstream/budget/budget.ts';
import { LANES } from '../../../src/upstream/budget/lanes.ts';
import type { Permit } from '../../../src/upstream/budget/permit.ts';
import type { RateLimit } from '../../../src/upstream/budget/rate-limit.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import { createReceiver, mostInAnyWindow } from './receiver.ts';

const MAX_TRANSIT_MS = 700;

const limit = fc.record({ limit: fc.integer({ min: 1, max: 8 }), windowMs: fc.integer({ min: 20, max: 2_000 }) });
const limits = fc.array(limit, { minLength: 1, maxLength: 3 });

/** Parts are of the time that remains: 0 at once, 1 at the last moment. */
const plannedCall = fc.record({
  at: fc.integer({ min: 0, max: 5_000 }),
  lane: fc.constantFrom(...LANES),
  tenant: fc.constantFrom('a', 'b', 'c'),
  outcome: fc.constantFrom('answered', 'answered', 'answered', 'seen earlier', 'lost', 'unsent'),
  tookMs: fc.oneof(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 3_000 })),
  arrivalPart: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  seenPart: fc.double({ min: 0, max: 1, noNaN: true }),
  abortAfterMs: fc.option(fc.integer({ min: 0, max: 3_000 }), { freq: 6 }),
  maxWaitMs: fc.option(fc.integer({ min: 0, max: 4_000 })),
});
type PlannedCall = typeof plannedCall extends fc.Arbitrary<infer Call> ? Call : never;

interface Arrival {
  readonly grant: number;
  readonly at: number;
}

/** Runs the plan to its end and gives every arrival with the number of its grant. */
async function play(
  clock: FakeClock,
  budget: Budget,
  plan: readonly PlannedCall[],
): Promise<{ arrivals: Arrival[]; grants: number; refusals: number }> {
  const arrivals: Arrival[] = [];
  let grants = 0;
  let refusals = 0;
  const send = async (call: PlannedCall, permit: Permit, grant: number): Promise<void> => {
    const sentAt = clock.monotonic();
    if (call.outcome === 'unsent') {
      await sleep(clock, call.tookMs);
      return permit.release();
    }
    const lost = call.outcome === 'lost';
    const arrivesAt = sentAt + call.arrivalPart * (call.tookMs + (lost ? MAX_TRANSIT_MS : 0));
    clock.after(arrivesAt - sentAt, () => arrivals.push({ grant, at: clock.monotonic() }));
    await sleep(clock, call.tookMs);
    const answeredAt = clock.monotonic();
    if (lost) permit.lost();
    else if (call.outcome === 'answered') permit.done();
    else permit.done(arrivesAt + call.seenPart * (answeredAt - arrivesAt));
  };
  for (const call of plan) {
    clock.after(call.at, () => {
      const stop = new AbortController();
      if (call.abortAfterMs !== null) clock.after(call.abortAfterMs, () => stop.abort(new Error('gave up')));
      const { lane, tenant } = call;
      const wait = call.maxWaitMs === null ? Number.POSITIVE_INFINITY : call.maxWaitMs;
      budget.acquire({ lane, tenant, maxWaitMs: wait, signal: stop.signal }).then(
        (permit) => {
          grants += 1;
          return send(call, permit, grants);
        },
        () => {
          refusals += 1;
        },
      );
    });
  }
  for (let step = 0; step < 400 && (grants + refusals < plan.length || budget.snapshot().inFlight > 0); step += 1) {
    await clock.advance(2_500);
  }
  return { arrivals, grants, refusals };
}

describe('the limit at the receiver', () => {
  it('holds in every window, over any delays, lanes, aborts, lost and unsent calls, and every caller gets an answer', async () => {
    await fc.assert(
      fc.asyncProperty(limits, fc.array(plannedCall, { minLength: 1, maxLength: 60 }), async (windows, plan) => {
        const clock = fakeClock();
        const budget = createBudget({ clock, limits: windows, maxTransitMs: MAX_TRANSIT_MS });
        const { arrivals, grants, refusals } = await play(clock, budget, plan);
        expect(grants + refusals).toBe(plan.length);
        const times = arrivals.map(({ at }) => at);
        for (const window of windows) expect(mostInAnyWindow(times, window)).toBeLessThanOrEqual(window.limit);
      }),
      { numRuns: 150 },
    );
  });

  it('holds for a receiver whose clock runs 0.05 % slow while ours runs 0.05 % fast', async () => {
    await fc.assert(
      fc.asyncProperty(limits, fc.array(plannedCall, { minLength: 20, maxLength: 60 }), async (windows, plan) => {
        const clock = fakeClock();
        const budget = createBudget({ clock, limits: windows, maxTransitMs: MAX_TRANSIT_MS });
        const { arrivals } = await play(clock, budget, plan);
        const times = arrivals.map(({ at }) => Math.floor(at * 0.999));
        for (const window of windows) expect(mostInAnyWindow(times, window)).toBeLessThanOrEqual(window.limit);
      }),
      { numRuns: 50 },
    );
  });

  it('holds after limits change: no call is sent into a window that is full under the limits of its own time', async () => {
    const change = fc.record({ at: fc.integer({ min: 0, max: 6_000 }), limits });
    const plans = fc.array(plannedCall, { minLength: 10, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(limits, plans, fc.array(change, { maxLength: 4 }), async (first, plan, changes) => {
        const clock = fakeClock();
        const budget = createBudget({ clock, limits: first, maxTransitMs: MAX_TRANSIT_MS });
        const eras: { fromGrant: number; limits: readonly RateLimit[] }[] = [{ fromGrant: 0, limits: first }];
        for (const { at, limits: next } of changes) {
          clock.after(at, () => {
            const { granted } = budget.snapshot();
            eras.push({ fromGrant: Object.values(granted).reduce((sum, lane) => sum + lane, 0), limits: next });
            budget.setLimits(next);
          });
        }
        const { arrivals } = await play(clock, budget, plan);
        for (const { grant, at } of arrivals) {
          const era = eras.findLast(({ fromGrant }) => fromGrant < grant);
          const earlier = arrivals.filter((other) => other.grant <= grant).map((other) => other.at);
          for (const window of era?.limits ?? []) {
            const near = earlier.filter((other) => Math.abs(other - at) <= window.windowMs);
            const withThisCall = windowsAround(near, at, window.windowMs);
            expect(Math.max(...withThisCall)).toBeLessThanOrEqual(window.limit);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** How many of `times` lie in each window that contains `at` and begins with one of them. */
function windowsAround(times: readonly number[], at: number, windowMs: number): number[] {
  return times
    .filter((from) => from <= at && at <= from + windowMs)
    .map((from) => times.filter((time) => time >= from && time <= from + windowMs).length);
}

describe('the bound, case by case', () => {
  const windows: readonly RateLimit[] = [{ limit: 1, windowMs: 1_000 }];
  const setup = (maxTransitMs = 5_000): { clock: FakeClock; budget: Budget } => {
    const clock = fakeClock();
    return { clock, budget: createBudget({ clock, limits: windows, maxTransitMs }) };
  };
  const grantTimes = (clock: FakeClock, budget: Budget): number[] => {
    const times: number[] = [];
    void budget.acquire({ lane: 'money', tenant: 'b' }).then(() => times.push(clock.monotonic()));
    return times;
  };

  it('frees a slot one window and a small margin after the answer, not after the sending', async () => {
    const { clock, budget } = setup();
    const permit = await budget.acquire({ lane: 'money', tenant: 'a' });
    const next = grantTimes(clock, budget);
    await clock.advance(400);
    permit.done();
    await clock.advance(1_000);
    expect(next).toEqual([]);
    await clock.advance(4);
    expect(next).toEqual([1_403]);
  });

  it('keeps the slot of a call in flight however long it takes', async () => {
    const { clock, budget } = setup();
    await budget.acquire({ lane: 'money', tenant: 'a' });
    const next = grantTimes(clock, budget);
    await clock.advance(29_000);
    expect(next).toEqual([]);
  });

  it('counts from when the answer was seen, if the caller knows it better', async () => {
    const { clock, budget } = setup();
    const permit = await budget.acquire({ lane: 'money', tenant: 'a' });
    await clock.advance(400);
    permit.done(150);
    const next = grantTimes(clock, budget);
    await clock.advance(2_000);
    expect(next).toEqual([1_153]);
  });

  it('believes no answer seen before the sending or after now', async () => {
    const { clock, budget } = setup();
    await clock.advance(100);
    const early = await budget.acquire({ lane: 'money', tenant: 'a' });
    early.done(-50_000);
    const second = grantTimes(clock, budget);
    await clock.advance(2_000);
    expect(second).toEqual([1_103]);
  });

  it('holds the slot of a lost call for as long as it may still be under way', async () => {
    const { clock, budget } = setup(5_000);
    const permit = await budget.acquire({ lane: 'money', tenant: 'a' });
    await clock.advance(300);
    permit.lost();
    const next = grantTimes(clock, budget);
    await clock.advance(10_000);
    expect(next).toEqual([6_303]);
  });

  it('gives the slot of an unsent call back at once, to who waits', async () => {
    const { clock, budget } = setup();
    const permit = await budget.acquire({ lane: 'money', tenant: 'a' });
    const next = grantTimes(clock, budget);
    await clock.advance(300);
    permit.release();
    await clock.advance(0);
    expect(next).toEqual([300]);
  });

  it('lets only the first word about a permit count', async () => {
    const { clock, budget } = setup();
    const permit = await budget.acquire({ lane: 'money', tenant: 'a' });
    permit.done();
    permit.release();
    permit.lost();
    permit.done();
    const next = grantTimes(clock, budget);
    await clock.advance(500);
    expect(next).toEqual([]);
    expect(budget.snapshot().inFlight).toBe(0);
    await clock.advance(600);
    expect(next).toEqual([1_003]);
  });

  it('keeps the limit across a restart, when told until when the process before may have sent', async () => {
    const clock = fakeClock();
    const limits = [
      { limit: 30, windowMs: 2_000 },
      { limit: 50, windowMs: 4_000 },
    ];
    await clock.advance(10_000);
    const before = createReceiver(clock, createBudget({ clock, limits }));
    for (let call = 0; call < 30; call += 1) void before.call('before', { lane: 'interactive', tenant: 'a' }, 10, 10);
    await clock.advance(20);
    const started = clock.monotonic();
    await clock.advance(300);
    const after = createReceiver(clock, createBudget({ clock, limits, usedUntil: started }));
    for (let call = 0; call < 50; call += 1) void after.call('after', { lane: 'interactive', tenant: 'a' }, 10, 10);
    await clock.advance(20_000);
    expect(after.arrivals).toHaveLength(50);
    for (const window of limits) {
      expect(mostInAnyWindow([...before.arrivals, ...after.arrivals], window)).toBeLessThanOrEqual(window.limit);
    }
  });

  it('does not care where the wall clock jumps', async () => {
    const clock = fakeClock();
    let jump = 0;
    const budget = createBudget({ clock: { ...clock, now: () => clock.now() + jump }, limits: windows });
    const permit = await budget.acquire({ lane: 'money', tenant: 'a' });
    permit.done();
    const next = grantTimes(clock, budget);
    jump = 86_400_000;
    await clock.advance(500);
    jump = -86_400_000;
    await clock.advance(500);
    expect(next).toEqual([]);
    await clock.advance(10);
    expect(next).toEqual([1_003]);
  });
});

describe('limits changed at run time', () => {
  it('lets waiting calls go when the limit is raised', async () => {
    const clock = fakeClock();
    const budget = createBudget({ clock, limits: [{ limit: 1, windowMs: 1_000 }] });
    (await budget.acquire({ lane: 'money', tenant: 'a' })).done();
    const waiting = [1, 2].map(() => budget.acquire({ lane: 'money', tenant: 'a' }));
    budget.setLimits([{ limit: 3, windowMs: 1_000 }]);
    await Promise.all(waiting);
    expect(clock.monotonic()).toBe(0);
    expect(budget.snapshot()).toMatchObject({ limit: 3, remaining: 0 });
  });

  it('counts calls already made against a lowered limit', async () => {
    const clock = fakeClock();
    const budget = createBudget({ clock, limits: [{ limit: 3, windowMs: 1_000 }] });
    for (let call = 0; call < 3; call += 1) {
      (await budget.acquire({ lane: 'money', tenant: 'a' })).done();
      await clock.advance(100);
    }
    budget.setLimits([{ limit: 1, windowMs: 1_000 }]);
    const next = budget.acquire({ lane: 'money', tenant: 'a' });
    await clock.advance(900);
    expect(budget.snapshot().queued.money).toBe(1);
    await clock.advance(10);
    await next;
  });

  it('assumes the worst of calls it no longer remembers when a window becomes longer', async () => {
    const clock = fakeClock();
    const budget = createBudget({ clock, limits: [{ limit: 2, windowMs: 100 }] });
    for (let call = 0; call < 4; call += 1) {
      (await budget.acquire({ lane: 'money', tenant: 'a' })).done();
      await clock.advance(200);
    }
    budget.setLimits([{ limit: 4, windowMs: 60_000 }]);
    expect(budget.snapshot().remaining).toBe(0);
  });

  it('refuses limits that make no sense and keeps the old ones', async () => {
    const budget = createBudget({ clock: fakeClock(), limits: [{ limit: 2, windowMs: 100 }] });
    expect(() => budget.setLimits([])).toThrow(RangeError);
    expect(() => budget.setLimits([{ limit: 0, windowMs: 100 }])).toThrow(RangeError);
    expect(budget.snapshot().limit).toBe(2);
  });
});
