// One alarm for all credentials: each connection is warned, then told of the end, never early, by one timer however many there are.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createExpiryAlarm } from '../../../src/server/fanout/expiry.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

const SECOND = 1_000;

function setUp() {
  const clock = fakeClock();
  const start = clock.now();
  const alarm = createExpiryAlarm(clock);
  const told: string[] = [];
  const add = (name: string, seconds: number | null) =>
    alarm.add(seconds === null ? null : start + seconds * SECOND, {
      warn: (expiresAt) =>
        told.push(`${name} warned of ${(expiresAt - start) / SECOND} at ${(clock.now() - start) / SECOND}`),
      expire: () => told.push(`${name} ended at ${(clock.now() - start) / SECOND}`),
    });
  return { add, clock, told };
}

test('the warning comes a minute before the end, or after nine tenths of a shorter life', async () => {
  const { add, clock, told } = setUp();
  add('long', 3_600);
  add('short', 100);
  await clock.advance(3_600 * SECOND);
  expect(told).toEqual([
    'short warned of 100 at 90',
    'short ended at 100',
    'long warned of 3600 at 3540',
    'long ended at 3600',
  ]);
  expect(clock.pending).toBe(0);
});

test('ten thousand have one timer, and none when they have left; what does not end has none', () => {
  const { add, clock, told } = setUp();
  add('forever', null);
  expect(clock.pending).toBe(0);
  const stops = Array.from({ length: 10_000 }, (_, index) => add(String(index), 60 + (index % 500)));
  expect(clock.pending).toBe(1);
  for (const stop of stops) stop();
  for (const stop of stops) stop();
  expect(clock.pending).toBe(0);
  expect(told).toEqual([]);
});

test('whoever comes and goes when: those who stay are warned once and ended once, in the second of their end; nobody who left is told', async () => {
  const visit = fc.record({
    wait: fc.integer({ min: 0, max: 3_000 }),
    life: fc.integer({ min: 1, max: 300 }),
    stay: fc.option(fc.integer({ min: 0, max: 300 })),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(visit, { maxLength: 12 }), async (visits) => {
      const clock = fakeClock();
      const alarm = createExpiryAlarm(clock);
      const seen = visits.map(() => ({ warned: 0, endedAt: null as number | null, leftAt: null as number | null }));
      const ends: number[] = [];
      for (const [index, { wait, life, stay }] of visits.entries()) {
        await clock.advance(wait);
        const one = seen[index];
        const expiresAt = clock.now() + life * SECOND;
        ends.push(expiresAt);
        const stop = alarm.add(expiresAt, {
          warn: () => {
            if (one) one.warned += 1;
          },
          expire: () => {
            if (one) one.endedAt = clock.now();
          },
        });
        if (stay !== null)
          clock.after(stay * SECOND, () => {
            stop();
            if (one) one.leftAt = clock.now();
          });
      }
      await clock.advance(400 * SECOND);
      for (const [index, { warned, endedAt, leftAt }] of seen.entries()) {
        const end = ends[index] ?? 0;
        if (leftAt !== null && leftAt < end) expect(endedAt).toBeNull();
        if (leftAt !== null) continue;
        expect(warned).toBe(1);
        expect(endedAt).toBeGreaterThanOrEqual(end);
        expect(endedAt).toBeLessThan(end + SECOND);
      }
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 50 },
  );
});
