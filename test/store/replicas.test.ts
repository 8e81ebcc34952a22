// The board of the gateways: who is there, who goes on alone, and who knows of it.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ReplicaReport } from '../../src/store/records.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';

describeStore('the board of the replicas', (backend) => {
  let test: TestStore;
  let turn = 0;
  const next = () => {
    turn += 1;
    return turn;
  };
  beforeEach(async () => {
    test = await createTestStore(backend);
  });
  afterEach(() => test.close());

  const [one, two] = [randomUUID(), randomUUID()];
  const report = (id: string, more: Partial<ReplicaReport> = {}) =>
    test.store.replicas.report({
      id,
      turn: next(),
      epoch: null,
      part: null,
      announces: false,
      acknowledged: [],
      ...more,
    });

  it('is empty for the first, and shows each what the other said last', async () => {
    expect(await report(one, { epoch: 'e1' })).toEqual({ announcement: null, others: [] });
    const { others } = await report(two);
    expect(others).toEqual([
      { id: one, ageMs: expect.any(Number), epoch: 'e1', part: null, announcement: null, acknowledged: [] },
    ]);
    expect(others[0]?.ageMs).toBeLessThan(60_000);
    expect((await report(one)).others.map(({ id }) => id)).toEqual([two]);
  });

  it('gives an announcement to who goes on alone, keeps it while that lasts, and a new one when it is said anew', async () => {
    const first = await report(one, { part: '10/2s', announces: true });
    expect(first.announcement).toMatch(/^\d+$/);
    expect(await report(one, { part: '10/2s' })).toEqual(first);
    const again = await report(one, { part: '10/2s', announces: true });
    expect(Number(again.announcement)).toBeGreaterThan(Number(first.announcement));
    expect((await report(two)).others).toMatchObject([{ part: '10/2s', announcement: again.announcement }]);
    expect(await report(one)).toMatchObject({ announcement: null });
    expect((await report(two)).others).toMatchObject([{ part: null, announcement: null }]);
  });

  it('numbers announcements in the order in which they could be known of', async () => {
    const first = await report(one, { part: '10/2s', announces: true });
    const seen = (await report(two)).others[0]?.announcement;
    expect(seen).toBe(first.announcement);
    const second = await report(two, { part: '10/2s', announces: true, acknowledged: [seen ?? ''] });
    expect(Number(second.announcement)).toBeGreaterThan(Number(first.announcement));
    expect((await report(one)).others).toMatchObject([{ acknowledged: [first.announcement] }]);
  });

  it('takes no notice of a report that comes after a later one of the same process', async () => {
    const late = next();
    await report(one, { part: '10/2s', announces: true });
    expect(await report(one, { turn: late, part: null })).toMatchObject({ announcement: null });
    expect((await report(two)).others).toMatchObject([{ id: one, part: '10/2s' }]);
  });

  it('forgets who leaves, and who has not been seen for long', async () => {
    await report(one);
    await report(two);
    await test.store.replicas.leave(one);
    expect((await report(two)).others).toEqual([]);
    await report(one);
    await test.query("UPDATE replicas SET seen_at = now() - interval '2 days' WHERE id = $1", [one]);
    await test.store.replicas.forget(86_400_000);
    expect(await test.query('SELECT id FROM replicas')).toEqual([{ id: two }]);
  });
});
