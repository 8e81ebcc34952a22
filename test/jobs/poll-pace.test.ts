// The pace of polling: a bounded part of the limit while others wait, the rest lent, and an even round when thousands are pending.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPollPace, POLL_SHARE, QUICK_PART } from '../../src/jobs/poll-pace.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';

const CALLS_PER_SECOND = 15;
const paceOn = (clock: FakeClock, isCrowded = () => true) =>
  createPollPace({ clock, callsPerSecond: CALLS_PER_SECOND, isCrowded });

/** Calls made in so many seconds by somebody who always has another one. */
async function callsIn(seconds: number, clock: FakeClock, pace: ReturnType<typeof paceOn>): Promise<number> {
  const end = clock.monotonic() + seconds * 1_000;
  for (let calls = 0; ; calls++) {
    const waitMs = pace.waitMs();
    if (clock.monotonic() + waitMs >= end) return calls;
    await clock.advance(waitMs);
    pace.made();
  }
}

describe('calls', () => {
  test('take half of the limit while others wait, and what the others do not want', async () => {
    const clock = fakeClock();
    let isCrowded = true;
    const pace = paceOn(clock, () => isCrowded);
    await callsIn(10, clock, pace);
    expect(await callsIn(60, clock, pace)).toBeCloseTo(60 * CALLS_PER_SECOND * POLL_SHARE, -1);
    isCrowded = false;
    await callsIn(20, clock, pace);
    expect(await callsIn(60, clock, pace)).toBeCloseTo(60 * CALLS_PER_SECOND, -1);
  });

  test('keep to half for some seconds after others waited last, so that a moment without a queue lends nothing', async () => {
    const clock = fakeClock();
    let asked = 0;
    const pace = paceOn(clock, () => asked++ % 20 === 0);
    await callsIn(10, clock, pace);
    expect(await callsIn(60, clock, pace)).toBeCloseTo(60 * CALLS_PER_SECOND * POLL_SHARE, -1);
  });

  test('that come rarely go at once, and a pause saves up no flood', async () => {
    const clock = fakeClock();
    const pace = paceOn(clock);
    await clock.advance(3_600_000);
    expect(await callsIn(1, clock, pace)).toBeLessThanOrEqual(CALLS_PER_SECOND);
  });
});

describe('the next look at one', () => {
  const nextIn = (pace: ReturnType<typeof paceOn>, clock: FakeClock, plannedMs: number, watched = false) =>
    pace.turnAt(clock.now() + plannedMs, watched) - clock.now();

  test('is when its step asks for it while few are pending', () => {
    const clock = fakeClock();
    const pace = paceOn(clock);
    pace.setRound(20);
    expect(nextIn(pace, clock, 10_000)).toBe(10_000);
  });

  test('is its turn in an even round while thousands are pending, and never sooner than its step asks for', () => {
    const clock = fakeClock();
    const pace = paceOn(clock);
    pace.setRound(5_000);
    const turns = Array.from({ length: 1_000 }, () => nextIn(pace, clock, 10_000));
    const share = CALLS_PER_SECOND * POLL_SHARE;
    expect(turns.at(-1)).toBeGreaterThanOrEqual(5_000_000 / share);
    expect(turns.at(-1)).toBeLessThanOrEqual(5_000_000 / (share * (1 - QUICK_PART)) + 1);
    expect(nextIn(pace, clock, 1_800_000)).toBe(1_800_000);
  });

  test('may come sooner for a few, the watched ones last of all to be put off', () => {
    const clock = fakeClock();
    const pace = paceOn(clock);
    pace.setRound(5_000);
    while (nextIn(pace, clock, 10_000) === 10_000);
    expect(nextIn(pace, clock, 30_000, true)).toBe(30_000);
  });

  test('is bounded whatever happens: all that come sooner together stay within their part', async () => {
    const steps = fc.array(fc.record({ ms: fc.nat(5_000), watched: fc.boolean() }), { minLength: 200, maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(steps, async (moments) => {
        const clock = fakeClock();
        const pace = paceOn(clock);
        pace.setRound(5_000);
        let sooner = 0;
        for (const { ms, watched } of moments) {
          await clock.advance(ms);
          if (nextIn(pace, clock, 0, watched) === 0) sooner += 1;
        }
        const perSecond = CALLS_PER_SECOND * POLL_SHARE * QUICK_PART;
        expect(sooner).toBeLessThanOrEqual(perSecond * (clock.monotonic() / 1_000 + 10) + 1);
      }),
      { numRuns: 20 },
    );
  });
});
