// Cursors of the log: opaque outside, exact inside, refused when they are not ours or not yours.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LogPosition, NOTHING_YET } from '../../src/events/cursors.ts';
import { createEventLog, identityOfLog } from '../../src/events/log.ts';
import { CursorError, encodeCursor } from '../../src/lib/cursor.ts';
import { createTestStore } from '../helpers/test-store.ts';

const events = {
  after: async () => [],
  head: async () => 41n,
  floor: async () => ({ sequence: 0n, occurredAt: null }),
};
const ours = { name: 'ours', secret: 'a secret' };
const log = createEventLog(events, ours);
const rights = { organizationId: 'o1', clientId: null };
const cursors = log.cursorsFor(rights);

const positions: fc.Arbitrary<LogPosition> = fc.record({
  sequence: fc.bigInt({ min: 0n, max: 9_223_372_036_854_775_807n }),
  snapshot: fc.option(
    fc.record({
      of: fc.constantFrom(
        'Transfer' as const,
        'Order' as const,
        'Plan' as const,
        'BulkJob' as const,
        'Domain' as const,
      ),
      until: fc.oneof(fc.uuid(), fc.constant(NOTHING_YET)),
    }),
    { nil: null },
  ),
});
const cursorOf = ({ sequence, snapshot }: LogPosition) => cursors.cursorAt(sequence, snapshot);
const refused = (cursor: string, by = cursors) => expect(() => by.positionOf(cursor)).toThrow(CursorError);

test('a position comes back as it was', () => {
  fc.assert(
    fc.property(positions, (position) => {
      expect(cursors.positionOf(cursorOf(position))).toEqual(position);
    }),
  );
});

test('a place has one cursor, and nothing in it tells how far it is from another', () => {
  const texts = Array.from({ length: 200 }, (_, index) => cursors.cursorAt(BigInt(index)));
  expect(texts).toEqual(Array.from({ length: 200 }, (_, index) => cursors.cursorAt(BigInt(index))));
  const firstBytes = texts.map((text) => Buffer.from(text, 'base64url').subarray(0, 8).toString('hex'));
  expect(new Set(firstBytes).size).toBe(texts.length);
});

test('a cursor in which one bit or one character is another is refused', () => {
  const change = fc.record({ at: fc.nat(), bit: fc.nat(7), character: fc.constantFrom(...'Aa0-_=+/ \u0000é') });
  fc.assert(
    fc.property(positions, change, (position, { at, bit, character }) => {
      const cursor = cursorOf(position);
      const bytes = Buffer.from(cursor, 'base64url');
      bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ (1 << bit), at % bytes.length);
      refused(bytes.toString('base64url'));
      const place = at % cursor.length;
      const other = `${cursor.slice(0, place)}${character}${cursor.slice(place + 1)}`;
      if (other !== cursor) refused(other);
      refused(`${cursor}${character}`);
      refused(cursor.slice(0, place));
    }),
    { numRuns: 300 },
  );
});

test('random bytes and random texts are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.string(), (bytes, text) => {
      refused(Buffer.from(bytes).toString('base64url'));
      refused(text);
    }),
  );
  for (const text of ['', 'nonsense', encodeCursor('events', ['ours', '1', null]), 'A'.repeat(100_000)]) refused(text);
});

test('a cursor given under other rights, by another log, or by the same log under another secret is refused in the same words', () => {
  const id = fc.option(fc.string(), { nil: null });
  const words = new Set<string>();
  fc.assert(
    fc.property(positions, id, id, (position, organizationId, clientId) => {
      const cursor = cursorOf(position);
      if (organizationId !== rights.organizationId || clientId !== rights.clientId)
        refused(cursor, log.cursorsFor({ organizationId, clientId }));
      for (const other of [
        { ...ours, name: 'another' },
        { ...ours, secret: 'another' },
      ])
        try {
          createEventLog(events, other).cursorsFor(rights).positionOf(cursor);
          expect.unreachable();
        } catch (error) {
          words.add(String(error));
        }
    }),
  );
  expect(words.size).toBe(1);
});

test('a position beyond the end of the log, which was cut or belongs to another one, is refused', async () => {
  await expect(log.assertHolds({ sequence: 42n, snapshot: null })).rejects.toThrow(CursorError);
  await log.assertHolds({ sequence: 41n, snapshot: null });
});

test('the log of a database keeps its name and secret, and that of another database has others', async () => {
  const [one, two] = [await createTestStore(), await createTestStore()];
  const [first, ...again] = await Promise.all(Array.from({ length: 4 }, () => identityOfLog(one.store.facts)));
  for (const identity of again) expect(identity).toEqual(first);
  const other = await identityOfLog(two.store.facts);
  expect(other.name).not.toBe(first?.name);
  expect(other.secret).not.toBe(first?.secret);
  await Promise.all([one.close(), two.close()]);
});
