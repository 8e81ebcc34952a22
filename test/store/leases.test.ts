// Work of one process at a time: held, kept, given back, and taken over from who died.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { NOON } from './samples.ts';

describeStore('leases', (backend) => {
  let test: TestStore;
  beforeEach(async () => {
    test = await createTestStore(backend);
  });
  afterEach(() => test.close());

  it('are with one owner at a time, who may keep them, until they run out', async () => {
    const { leases } = test.store;
    expect(await leases.hold('sync', 'a', NOON, NOON + 10)).toBe(true);
    expect(await leases.hold('sync', 'b', NOON + 9, NOON + 19)).toBe(false);
    expect(await leases.hold('sync', 'a', NOON + 9, NOON + 20)).toBe(true);
    expect(await leases.hold('sync', 'b', NOON + 19, NOON + 29)).toBe(false);
    expect(await leases.hold('sync', 'b', NOON + 20, NOON + 30)).toBe(true);
    expect(await leases.hold('sync', 'a', NOON + 21, NOON + 31)).toBe(false);
    expect(await leases.hold('watch', 'a', NOON, NOON + 10)).toBe(true);
  });

  it('given back are free at once, and only their owner gives them back', async () => {
    const { leases } = test.store;
    await leases.hold('sync', 'a', NOON, NOON + 10);
    await leases.release('sync', 'b');
    expect(await leases.hold('sync', 'b', NOON, NOON + 10)).toBe(false);
    await leases.release('sync', 'a');
    expect(await leases.hold('sync', 'b', NOON, NOON + 10)).toBe(true);
  });

  it('go to exactly one of many who ask at once', async () => {
    const owners = Array.from({ length: 10 }, (_, n) => `owner-${n}`);
    const taken = await Promise.all(owners.map((owner) => test.store.leases.hold('sync', owner, NOON, NOON + 10)));
    expect(taken.filter(Boolean)).toHaveLength(1);
  });
});
