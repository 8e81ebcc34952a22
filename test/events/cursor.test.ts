// Cursors of the log: opaque outside, exact inside, refused when they are not ours.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventLog, nameOfLog } from '../../src/events/log.ts';
import { CursorError, encodeCursor } from '../../src/lib/cursor.ts';
import { createTestStore } from '../helpers/test-store.ts';

const events = { after: async () => [], head: async () => 41n };
const log = createEventLog(events, 'ours');

test('a position comes back as it was', () => {
  const sequences = fc.bigInt({ min: 0n, max: 9_223_372_036_854_775_807n });
  fc.assert(
    fc.property(sequences, fc.option(fc.uuid(), { nil: null }), (sequence, snapshotUntil) => {
      expect(log.positionOf(log.cursorAt(sequence, snapshotUntil))).toEqual({ sequence, snapshotUntil });
    }),
  );
});

describe('refused', () => {
  test.each([
    '',
    'nonsense',
    encodeCursor('transfers:STARTED_AT:ASC', [1, 'x']),
    encodeCursor('events', ['ours', '1']),
    encodeCursor('events', ['ours', 1, null]),
    encodeCursor('events', ['ours', '-1', null]),
    encodeCursor('events', ['ours', '01', null]),
    encodeCursor('events', ['ours', '1e9', null]),
    encodeCursor('events', ['ours', '1', "'; DROP TABLE events"]),
    encodeCursor('events', ['ours', '1', 7]),
    encodeCursor('events', [7, '1', null]),
    createEventLog(events, 'another').cursorAt(1n),
  ])('%j', (cursor) => {
    expect(() => log.positionOf(cursor)).toThrow(CursorError);
  });

  test('a position beyond the end of the log, which was cut or belongs to another one', async () => {
    await expect(log.assertHolds({ sequence: 42n, snapshotUntil: null })).rejects.toThrow(CursorError);
    await log.assertHolds({ sequence: 41n, snapshotUntil: null });
  });
});

test('the log of a database keeps its name, and that of another database has another', async () => {
  const [one, two] = [await createTestStore(), await createTestStore()];
  const [first, ...again] = await Promise.all(Array.from({ length: 4 }, () => nameOfLog(one.store.facts)));
  expect(new Set(again)).toEqual(new Set([first]));
  expect(await nameOfLog(two.store.facts)).not.toBe(first);
  await Promise.all([one.close(), two.close()]);
});
