// Cursors of the log: opaque outside, exact inside, refused when they are not ours.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventLog, cursorAt, positionOf } from '../../src/events/log.ts';
import { CursorError, encodeCursor } from '../../src/lib/cursor.ts';

test('a position comes back as it was', () => {
  const sequences = fc.bigInt({ min: 0n, max: 9_223_372_036_854_775_807n });
  fc.assert(
    fc.property(sequences, fc.option(fc.uuid(), { nil: null }), (sequence, snapshotUntil) => {
      expect(positionOf(cursorAt(sequence, snapshotUntil))).toEqual({ sequence, snapshotUntil });
    }),
  );
});

describe('refused', () => {
  test.each([
    '',
    'nonsense',
    encodeCursor('transfers:STARTED_AT:ASC', [1, 'x']),
    encodeCursor('events', ['1']),
    encodeCursor('events', [1, null]),
    encodeCursor('events', ['-1', null]),
    encodeCursor('events', ['01', null]),
    encodeCursor('events', ['1e9', null]),
    encodeCursor('events', ['1', "'; DROP TABLE events"]),
    encodeCursor('events', ['1', 7]),
  ])('%j', (cursor) => {
    expect(() => positionOf(cursor)).toThrow(CursorError);
  });

  test('a position beyond the end of the log, which belongs to another one', async () => {
    const log = createEventLog({ after: async () => [], head: async () => 41n });
    await expect(log.assertHolds({ sequence: 42n, snapshotUntil: null })).rejects.toThrow(CursorError);
    await log.assertHolds({ sequence: 41n, snapshotUntil: null });
  });
});
