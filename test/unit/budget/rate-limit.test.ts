// Rate limits as text: what is understood, and what the operator is told when it is not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertRateLimits,
  evenGapMs,
  formatRateLimits,
  parseRateLimits,
} from '../../../src/upstream/budget/rate-limit.ts';

describe('parseRateLimits', () => {
  it.each([
    ['30/2s', [{ limit: 30, windowMs: 2_000 }]],
    ['1000/60s', [{ limit: 1_000, windowMs: 60_000 }]],
    ['1000/1m', [{ limit: 1_000, windowMs: 60_000 }]],
    ['5/250ms', [{ limit: 5, windowMs: 250 }]],
    ['1/1.5s', [{ limit: 1, windowMs: 1_500 }]],
    [
      ' 30 / 2s , 1000/1h ',
      [
        { limit: 30, windowMs: 2_000 },
        { limit: 1_000, windowMs: 3_600_000 },
      ],
    ],
  ])('reads %j', (text, limits) => {
    expect(parseRateLimits(text)).toEqual(limits);
  });

  it.each(['', '30', '30/2', '0/2s', '30/0s', '-1/2s', '30/2s;5/1s', '30/2 days', '1e3/2s', 'abc', '30/2s,', '3.5/2s'])(
    'refuses %j and says what it expects',
    (text) => {
      expect(() => parseRateLimits(text)).toThrow(/found ".*", expected <calls>\/<time> such as 30\/2s/);
    },
  );

  it('names the part of a list that is wrong', () => {
    expect(() => parseRateLimits('30/2s, nine/1s')).toThrow('found "nine/1s"');
  });

  it('reads back what formatRateLimits writes', () => {
    const limit = fc.record({ limit: fc.integer({ min: 1, max: 9_999_999 }), windowMs: fc.integer({ min: 1 }) });
    fc.assert(
      fc.property(fc.array(limit, { minLength: 1, maxLength: 4 }), (limits) => {
        expect(parseRateLimits(formatRateLimits(limits))).toEqual(limits);
      }),
    );
  });
});

describe('limits as numbers', () => {
  it('spreads calls under the limit with the lowest mean rate', () => {
    expect(evenGapMs(parseRateLimits('30/2s,300/1m'))).toBe(200);
  });

  it.each([
    [[]],
    [[{ limit: 0, windowMs: 1 }]],
    [[{ limit: 1.5, windowMs: 1 }]],
    [[{ limit: 1, windowMs: 0 }]],
    [[{ limit: 1, windowMs: Number.NaN }]],
  ])('refuses %j', (limits) => {
    expect(() => assertRateLimits(limits)).toThrow(RangeError);
  });
});
