// When an operation is looked at next: quick when something may happen, slow when nothing can, never at the same moment for all.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextPollAt, REAL_CADENCE, SANDBOX_CADENCE } from '../../src/jobs/poll-cadence.ts';

const MINUTE = 60_000;
const now = Date.UTC(2030, 0, 1);
const transfer = (ageMs: number, deadlineInMs: number | null = null) => ({
  since: now - ageMs,
  deadlineAt: deadlineInMs === null ? null : now + deadlineInMs,
  endedAt: null,
});
const facts = { now, watched: false, failures: 0, random: 0.5 };
const wait = (subject: ReturnType<typeof transfer>, more = {}, bounds = REAL_CADENCE) =>
  (nextPollAt(subject, { ...facts, ...more }, bounds) ?? Number.NaN) - now;

test.each([
  ['right after a change', 0, 10_000],
  ['a minute later', MINUTE, 10_000],
  ['after eight minutes', 8 * MINUTE, MINUTE],
  ['after days', 3 * 1_440 * MINUTE, 30 * MINUTE],
])('%s', (_, age, expected) => {
  expect(wait(transfer(age))).toBe(expected);
});

test('while somebody watches it is never longer than half a minute', () => {
  expect(wait(transfer(3 * 1_440 * MINUTE), { watched: true })).toBe(30_000);
});

test('a deadline is looked at when it has come', () => {
  expect(wait(transfer(1_440 * MINUTE, 5 * MINUTE))).toBe(5 * MINUTE + 10_000);
  expect(wait(transfer(1_440 * MINUTE, -MINUTE))).toBe(30 * MINUTE);
});

test('failures back off, to the slowest and no further', () => {
  expect([1, 2, 3, 20, 1_000].map((failures) => wait(transfer(0), { failures }))).toEqual([
    20_000,
    40_000,
    80_000,
    30 * MINUTE,
    30 * MINUTE,
  ]);
});

test('what has ended is not looked at', () => {
  expect(nextPollAt({ ...transfer(0), endedAt: now }, facts, REAL_CADENCE)).toBeNull();
});

test('in the sandbox every wait is seconds', () => {
  expect(wait(transfer(1_440 * MINUTE), {}, SANDBOX_CADENCE)).toBe(5_000);
});

test('whatever the facts, the wait lies between nine tenths of the quickest and eleven tenths of the slowest', () => {
  const any = fc.record({
    age: fc.integer({ min: 0, max: 1e10 }),
    deadline: fc.option(fc.integer({ min: -1e9, max: 1e9 })),
    watched: fc.boolean(),
    failures: fc.nat(100),
    random: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(any, ({ age, deadline, ...more }) => {
      const ms = wait(transfer(age, deadline), more);
      expect(ms).toBeGreaterThanOrEqual(REAL_CADENCE.quickMs * 0.9);
      expect(ms).toBeLessThanOrEqual(REAL_CADENCE.slowMs * 1.1);
    }),
  );
});
