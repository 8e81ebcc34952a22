// The log: sequence numbers become readable in their order, so that a reader who remembers the last one it saw misses nothing.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendEvents } from '../../src/store/events.ts';
import type { NewEvent } from '../../src/store/store.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { NOON, order, transfer } from './samples.ts';

const event = (subjectId: string): NewEvent => ({
  organizationId: 'org-1',
  clientId: null,
  domainName: null,
  type: 'TRANSFER_CHANGED',
  subjectType: 'Transfer',
  subjectId,
  payload: { id: subjectId },
  occurredAt: NOON,
});

describeStore('events', (backend) => {
  let test: TestStore;
  beforeEach(async () => {
    test = await createTestStore(backend);
  });
  afterEach(() => test.close());
  const append = (...subjects: string[]) =>
    test.prisma.$transaction((transaction) => appendEvents(transaction, subjects.map(event)));

  it('are read after a sequence number, in order, as many as asked for', async () => {
    expect(await test.store.events.head()).toBe(0n);
    const appended = [...(await append('a', 'b')), ...(await append('a'))];
    expect(appended.map(({ sequence }) => sequence)).toEqual([1n, 2n, 3n]);
    expect(await test.store.events.after(0n, 1000)).toEqual(appended);
    expect(await test.store.events.after(1n, 1)).toEqual(appended.slice(1, 2));
    expect(await test.store.events.after(3n, 10)).toEqual([]);
    expect(await test.store.events.head()).toBe(3n);
    for (const limit of [0, 1001, 1.5]) await expect(test.store.events.after(0n, limit)).rejects.toThrow(RangeError);
  });

  it('are appended in the order given, many at a time', async () => {
    const subjects = Array.from({ length: 2_500 }, (_, at) => String(at));
    const appended = await append(...subjects);
    expect(appended.map(({ subjectId }) => subjectId)).toEqual(subjects);
    expect(appended.map(({ sequence }) => Number(sequence))).toEqual(subjects.map((_, at) => at + 1));
    expect((await test.store.events.after(2_400n, 1_000)).map(({ subjectId }) => subjectId)).toEqual(
      subjects.slice(2_400),
    );
  });

  describe('that are old', () => {
    const DAY = 86_400_000;
    const bounds = { olderThan: NOON, keep: 1_000, keepAfter: 1_000n, olderThanInAnyCase: NOON, limit: 100 };
    const left = async () => (await test.store.events.after(0n, 1_000)).map(({ sequence }) => Number(sequence));
    const appendAt = (...times: number[]) =>
      test.prisma.$transaction((transaction) =>
        appendEvents(
          transaction,
          times.map((occurredAt) => ({ ...event('a'), occurredAt })),
        ),
      );

    it('are removed up to the first that is young, and the floor says so', async () => {
      await appendAt(NOON - DAY, NOON - 2 * DAY, NOON, NOON - DAY);
      expect(await test.store.events.floor()).toEqual({ sequence: 0n, occurredAt: null });
      expect(await test.store.events.prune(bounds)).toBe(2);
      expect(await left()).toEqual([3, 4]);
      expect(await test.store.events.floor()).toEqual({ sequence: 2n, occurredAt: NOON - 2 * DAY });
      expect(await test.store.events.prune(bounds)).toBe(0);
    });

    it('go by number too, however young, in batches', async () => {
      await appendAt(...Array.from({ length: 9 }, () => NOON));
      expect(await test.store.events.prune({ ...bounds, keep: 3, limit: 4 })).toBe(4);
      expect(await test.store.events.prune({ ...bounds, keep: 3, limit: 4 })).toBe(2);
      expect(await left()).toEqual([7, 8, 9]);
      expect((await test.store.events.floor()).sequence).toBe(6n);
    });

    it('stay while somebody has to be told of them, but not for ever', async () => {
      await appendAt(NOON - 9 * DAY, NOON - 2 * DAY, NOON - DAY);
      const waiting = { ...bounds, keepAfter: 0n, olderThanInAnyCase: NOON - 5 * DAY };
      expect(await test.store.events.prune(waiting)).toBe(1);
      expect(await test.store.events.prune(waiting)).toBe(0);
      expect(await test.store.events.prune({ ...waiting, keepAfter: 2n })).toBe(1);
      expect(await left()).toEqual([3]);
    });

    it('leave the end of the log where it was, and new ones come after it', async () => {
      await appendAt(NOON - DAY, NOON - DAY);
      expect(await test.store.events.prune(bounds)).toBe(2);
      expect(await test.store.events.head()).toBe(2n);
      await appendAt(NOON);
      expect(await left()).toEqual([3]);
    });

    it('are removed once by two at the same time, and the floor never goes back', async () => {
      await appendAt(...Array.from({ length: 60 }, () => NOON - DAY));
      const removed = await Promise.all(
        Array.from({ length: 8 }, () => test.store.events.prune({ ...bounds, limit: 10 })),
      );
      const sum = removed.reduce((total, count) => total + count, 0);
      expect(await left()).toHaveLength(60 - sum);
      expect((await test.store.events.floor()).sequence).toBe(BigInt(sum));
    });
  });

  it('leave no trace of a change that failed', async () => {
    const failing = test.prisma.$transaction(async (transaction) => {
      await appendEvents(transaction, [event('a')]);
      throw new Error('after the append');
    });
    await expect(failing).rejects.toThrow('after the append');
    expect(await test.store.events.after(0n, 10)).toEqual([]);
    await append('b');
    expect(await test.store.events.after(0n, 10)).toMatchObject([{ subjectId: 'b' }]);
  });

  it('make an append wait for the one before it, so that the later one is never seen first', async () => {
    const appended = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const slow = test.prisma.$transaction(async (transaction) => {
      await appendEvents(transaction, [event('slow')]);
      appended.resolve();
      await mayCommit.promise;
    });
    await appended.promise;
    const quick = append('quick');
    if (backend === 'postgresql') {
      const waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
      while ((await test.query(waiting)).length === 0);
      expect(await test.store.events.after(0n, 10)).toEqual([]);
    }
    mayCommit.resolve();
    await Promise.all([slow, quick]);
    expect((await test.store.events.after(0n, 10)).map(({ subjectId }) => subjectId)).toEqual(['slow', 'quick']);
  });

  it('reach a reader each once and in order while many change at once', async () => {
    const orders = Array.from({ length: 12 }, () => order());
    const movings = orders.map((one) => transfer(one));
    await Promise.all(orders.map((one, n) => test.store.orders.claim(one, movings[n] ?? transfer(one))));
    let writing = true;
    const writers = Promise.all(
      orders.map(async ({ id }) => {
        for (let round = 1; round <= 8; round++)
          await test.store.orders.change(
            id,
            { from: ['CLAIMED'] },
            { transfer: { deadlineAt: NOON + round } },
            NOON + round,
          );
      }),
    ).finally(() => {
      writing = false;
    });
    const seen: { sequence: bigint; subjectId: string; version: unknown }[] = [];
    for (let last = false; ; ) {
      const found = await test.store.events.after(seen.at(-1)?.sequence ?? 0n, 5);
      seen.push(
        ...found.map(({ sequence, subjectId, payload }) => ({ sequence, subjectId, version: payload.version })),
      );
      if (found.length === 0 && last) break;
      last = !writing;
    }
    await writers;
    const written = await test.query('SELECT sequence::text AS number FROM events ORDER BY events.sequence');
    expect(seen.map(({ sequence }) => sequence.toString())).toEqual(written.map(({ number }) => number));
    expect(seen).toHaveLength(12 * (2 + 8));
    for (const { id } of movings)
      expect(seen.filter(({ subjectId }) => subjectId === id).map(({ version }) => version)).toEqual([
        1, 2, 3, 4, 5, 6, 7, 8, 9,
      ]);
  });
});
