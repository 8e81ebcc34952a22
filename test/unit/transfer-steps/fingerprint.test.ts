// The same input has the same fingerprint, other input another; a digest proves the auth code and does not hold it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestSecret, fingerprintOf, matchesDigest } from '../../../src/services/order-fingerprint.ts';

test('the order of properties and what is undefined do not matter', () => {
  expect(fingerprintOf({ a: 1, b: { c: [1, 2], d: undefined } })).toBe(fingerprintOf({ b: { c: [1, 2] }, a: 1 }));
});

test('two inputs have the same fingerprint only when they are the same JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (a, b) => {
      const sorted = (value: unknown): unknown => {
        if (Array.isArray(value)) return { list: value.map(sorted) };
        if (typeof value !== 'object' || value === null) return value;
        const entries = Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1));
        return { entries: entries.map(([key, entry]) => [key, sorted(entry)]) };
      };
      const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
      expect(fingerprintOf(a) === fingerprintOf(b)).toBe(same);
    }),
  );
});

test('the digest of a code matches that code and salt only', async () => {
  const digest = await digestSecret('Code-1', 'order-1');
  expect(digest).not.toContain('Code-1');
  expect(await matchesDigest('Code-1', 'order-1', digest)).toBe(true);
  expect(await matchesDigest('code-1', 'order-1', digest)).toBe(false);
  expect(await matchesDigest('Code-1', 'order-2', digest)).toBe(false);
  expect(await matchesDigest('Code-1', 'order-1', null)).toBe(false);
  expect(await matchesDigest('Code-1', 'order-1', 'broken')).toBe(false);
});
