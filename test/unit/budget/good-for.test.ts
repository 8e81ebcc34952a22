// How long something stays good, whatever stops or whoever sets a clock.
import { expect, it } from 'vitest';
import type { Clock } from '../../../src/lib/clock.ts';
import { goodFor } from '../../../src/upstream/budget/good-for.ts';
import { partOf } from '../../../src/upstream/budget/parts.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

/** A clock whose two readings are set apart. */
function torn(): { clock: Clock; monotonic: number; now: number } {
  const hands = { clock: fakeClock() as Clock, monotonic: 0, now: 1_000_000 };
  hands.clock = { ...hands.clock, monotonic: () => hands.monotonic, now: () => hands.now };
  return hands;
}

it('is good until its time is over', async () => {
  const clock = fakeClock();
  const isGood = goodFor(clock, 2_000);
  await clock.advance(2_000);
  expect(isGood()).toBe(true);
  await clock.advance(1);
  expect(isGood()).toBe(false);
});

it('is over after a machine was suspended, though its monotonic clock stood still', () => {
  const hands = torn();
  const isGood = goodFor(hands.clock, 2_000);
  hands.now += 60_000;
  expect(isGood()).toBe(false);
});

it('is over in time though the wall clock was set back', () => {
  const hands = torn();
  const isGood = goodFor(hands.clock, 2_000);
  hands.monotonic += 2_001;
  hands.now -= 3_600_000;
  expect(isGood()).toBe(false);
});

it('is a whole part of each limit, at least one call, and together no more than the limits', () => {
  const limits = [
    { limit: 30, windowMs: 2_000 },
    { limit: 1_000, windowMs: 60_000 },
  ];
  expect(partOf(limits, 1)).toEqual(limits);
  expect(partOf(limits, 7)).toEqual([
    { limit: 4, windowMs: 2_000 },
    { limit: 142, windowMs: 60_000 },
  ]);
  expect(partOf(limits, 64).map(({ limit }) => limit)).toEqual([1, 15]);
});
