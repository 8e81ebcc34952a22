// Ages, states, and what several lists together amount to.
import { describe, expect, test } from 'vitest';
import { createUpstreamMeter } from '../../../src/lib/upstream-meter.ts';
import { freshnessOf, isTooOld, type ListFreshness, worstOf } from '../../../src/mirror/freshness.ts';
import { noteWait } from '../../../src/mirror/waits.ts';

describe('an age', () => {
  test.each([
    ['never fetched', null, 1_000, true],
    ['exactly the maximum', 9_000, 1_000, false],
    ['one millisecond more', 8_999, 1_000, true],
    ['a maximum of 0: from before the question', 9_999, 0, true],
    ['a maximum of 0: from the moment of the question', 10_000, 0, false],
    ['a maximum of 0: from after the question', 10_500, 0, false],
  ])('%s', (_name, asOf, maxAgeMs, expected) => {
    expect(isTooOld(asOf, { askedAt: 10_000, maxAgeMs })).toBe(expected);
  });

  test('fetched since the question is LIVE, young enough is MIRRORED, older is STALE with the reason', () => {
    const limit = { askedAt: 10_000, maxAgeMs: 1_000 };
    expect(freshnessOf(10_001, limit, 'unused')).toEqual({ asOf: 10_001, state: 'LIVE', reason: null });
    expect(freshnessOf(9_500, limit, 'unused')).toEqual({ asOf: 9_500, state: 'MIRRORED', reason: null });
    expect(freshnessOf(5_000, limit, 'Gandi answered 502.')).toEqual({
      asOf: 5_000,
      state: 'STALE',
      reason: 'Gandi answered 502.',
    });
    expect(freshnessOf(5_000, limit, null).reason).not.toBeNull();
  });
});

describe('an answer that rests on several lists', () => {
  const list = (more: Partial<ListFreshness>): ListFreshness => ({
    asOf: 1_000,
    state: 'LIVE',
    reason: null,
    isComplete: true,
    fetched: 5,
    total: 5,
    ...more,
  });
  test('is as old, as stale and as incomplete as the worst of them', () => {
    expect(worstOf(list({}), list({ asOf: 500, state: 'MIRRORED' }))).toMatchObject({ asOf: 500, state: 'MIRRORED' });
    expect(worstOf(list({ state: 'MIRRORED' }), list({ state: 'STALE', reason: 'because' }))).toMatchObject({
      state: 'STALE',
      reason: 'because',
    });
    expect(worstOf(list({}), list({ asOf: null, isComplete: false, state: 'STALE' }))).toMatchObject({
      asOf: null,
      isComplete: false,
      fetched: 5,
    });
    expect(worstOf(list({ asOf: 7 }))).toEqual(list({ asOf: 7 }));
  });
});

describe('waits for permits', () => {
  test('that ran side by side count once, those one after the other add up', () => {
    const meter = createUpstreamMeter();
    noteWait(meter, 0, 100);
    noteWait(meter, 50, 150);
    expect(meter.waitedMs).toBe(150);
    noteWait(meter, 1_000, 1_010);
    noteWait(meter, 1_002, 1_004);
    expect(meter.waitedMs).toBe(160);
    noteWait(meter, 5, 5);
    expect(meter.waitedMs).toBe(160);
  });
});
