// Pauses between attempts: drawn anew each time, never past the end of the day, and the last attempt at that very end.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextAttemptAt, RETRY_SCHEDULE } from '../../src/webhooks/retry-schedule.ts';

const { firstMs, longestMs, shortestMs, forMs } = RETRY_SCHEDULE;
const asks = fc.record({
  attempt: fc.integer({ min: 1, max: 60 }),
  after: fc.integer({ min: 0, max: forMs * 2 }),
  retryAfterMs: fc.option(fc.integer({ min: 1, max: forMs * 2 })),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

describe('the next attempt', () => {
  test('lies between the shortest pause and its bound, no sooner than the receiver asked, and within the day', () => {
    fc.assert(
      fc.property(asks, ({ attempt, after, retryAfterMs, random }) => {
        const at = nextAttemptAt({ attempt, firstAttemptAt: 0, now: after, retryAfterMs, random });
        if (after >= forMs) {
          expect(at).toBeNull();
          return;
        }
        const bound = Math.min(longestMs, firstMs * 2 ** (attempt - 1));
        const pause = (at ?? Number.NaN) - after;
        const left = forMs - after;
        expect(pause).toBeGreaterThanOrEqual(Math.min(left, Math.max(shortestMs, retryAfterMs ?? 0)));
        expect(pause).toBeLessThanOrEqual(Math.min(left, Math.max(bound, retryAfterMs ?? 0)));
      }),
    );
  });

  test('is drawn evenly from nothing to the bound, so that what failed together comes back apart', () => {
    const pauses = [0.1, 0.5, 0.9].map((random) =>
      nextAttemptAt({ attempt: 8, firstAttemptAt: 0, now: 0, retryAfterMs: null, random }),
    );
    expect(pauses).toEqual([64_000, 320_000, 576_000]);
  });

  test('of a receiver that never answers comes until 24 hours are over, and then never', () => {
    let now = 0;
    let attempts = 1;
    for (;;) {
      const next = nextAttemptAt({ attempt: attempts, firstAttemptAt: 0, now, retryAfterMs: null, random: 0.5 });
      if (next === null) break;
      now = next;
      attempts += 1;
    }
    expect(now).toBe(forMs);
    expect(attempts).toBeLessThan(50);
  });
});
