// How long an operation waited for permits: the time in which at least one of its calls was waiting.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createUpstreamMeter } from '../../src/lib/upstream-meter.ts';
import { createWaitMeter } from '../../src/upstream/wait-meter.ts';
import { fakeClock } from '../helpers/fake-clock.ts';

describe('the wait of an operation', () => {
  it('counts waits that overlap once, wherever they begin and end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { minLength: 1, maxLength: 6 }), async (spans) => {
        const clock = fakeClock();
        const waits = createWaitMeter(clock);
        const meter = createUpstreamMeter();
        const waiting = new Array(41).fill(false);
        const ends: (() => void)[] = [];
        for (const [from, lasts] of spans) waiting.fill(true, from, from + lasts);
        for (let now = 0; now <= 41; now++) {
          for (const [index, [from, lasts]] of spans.entries()) {
            if (from === now) ends[index] = waits.begin(meter);
            if (from + lasts === now) ends[index]?.();
          }
          await clock.advance(1);
        }
        expect(meter.waitedMs).toBe(waiting.filter(Boolean).length);
      }),
      { numRuns: 50 },
    );
  });

  it('ends once, and is kept apart for each operation', async () => {
    const clock = fakeClock();
    const waits = createWaitMeter(clock);
    const [one, other] = [createUpstreamMeter(), createUpstreamMeter()];
    const end = waits.begin(one);
    await clock.advance(5);
    end();
    await clock.advance(5);
    end();
    expect([one.waitedMs, other.waitedMs]).toEqual([5, 0]);
  });
});
