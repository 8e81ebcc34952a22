// Work is sent in the transaction that makes it necessary: with it or not at all, whatever the process dies of.
import { randomUUIDv7 } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BulkJobRecord, PlanRecord } from '../../src/store/records.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { NOON } from './samples.ts';

const plan = (): PlanRecord => ({
  id: randomUUIDv7(),
  organizationId: 'org-1',
  state: 'DRAFT',
  hash: 'digest',
  stopReason: null,
  actor: 'key:reseller',
  createdAt: NOON,
  expiresAt: NOON + 1,
  startedAt: null,
  endedAt: null,
  updatedAt: NOON,
});
const job = (): BulkJobRecord => ({
  id: randomUUIDv7(),
  organizationId: 'org-1',
  kind: 'REFRESH_PORTFOLIO',
  state: 'QUEUED',
  done: 0,
  failed: 0,
  total: null,
  problem: null,
  actor: 'key:reseller',
  createdAt: NOON,
  startedAt: null,
  endedAt: null,
  updatedAt: NOON,
});

describeStore('durable work in the store', (backend) => {
  let test: TestStore;
  beforeEach(async () => {
    test = await createTestStore(backend);
  });
  afterEach(() => test.close());

  /** Lets every transaction that tells something fail at its last statement. */
  async function withoutLog<T>(run: () => Promise<T>): Promise<T> {
    await test.query('ALTER TABLE events RENAME TO events_away');
    return run().finally(() => test.query('ALTER TABLE events_away RENAME TO events'));
  }
  const keys = async (kind: 'plan' | 'portfolio-refresh') =>
    (await test.store.work.take(kind, 10)).map(({ key }) => key);

  it('is sent with the approval, the stop and the cancelling of a plan, and with none of them that failed', async () => {
    const one = plan();
    await test.store.plans.create(one, []);
    expect(await keys('plan')).toEqual([]);
    const approve = () => test.store.plans.change(one.id, { from: ['DRAFT'] }, { state: 'RUNNING' }, NOON);
    await expect(withoutLog(approve)).rejects.toThrow();
    expect(await test.store.plans.byIds([one.id])).toMatchObject([{ state: 'DRAFT' }]);
    expect(await keys('plan')).toEqual([]);
    await approve();
    const [taken] = await test.store.work.take('plan', 10);
    expect(taken?.key).toBe(one.id);
    await test.store.plans.change(one.id, { from: ['RUNNING'] }, { state: 'CANCELLED' }, NOON);
    expect(await keys('plan')).toEqual([]);
    if (taken !== undefined) await test.store.work.done(taken, null);
    expect(await keys('plan')).toEqual([one.id]);
  });

  it('is sent with a bulk job, once for all who ask at the same time, and not with one that failed', async () => {
    await expect(withoutLog(() => test.store.bulkJobs.create(job()))).rejects.toThrow();
    expect(await keys('portfolio-refresh')).toEqual([]);
    const asked = await Promise.all([job(), job(), job()].map((one) => test.store.bulkJobs.create(one)));
    const ids = new Set(asked.map(({ job: { id } }) => id));
    expect(ids.size).toBe(1);
    expect(asked.flatMap(({ events }) => events)).toHaveLength(1);
    expect(await keys('portfolio-refresh')).toEqual([...ids]);
  });

  it('lets only who took a bulk job last write it, and nobody after its end', async () => {
    const { bulkJobs } = test.store;
    const one = job();
    await bulkJobs.create(one);
    expect((await bulkJobs.hold(one.id, 'asleep', NOON + 1))?.job).toMatchObject({
      state: 'RUNNING',
      startedAt: NOON + 1,
    });
    expect((await bulkJobs.hold(one.id, 'awake', NOON + 2))?.events).toEqual([]);
    expect(await bulkJobs.change(one.id, 'asleep', { done: 1 }, NOON + 3)).toBeNull();
    expect((await bulkJobs.change(one.id, 'awake', { done: 2, total: 3 }, NOON + 3))?.events).toHaveLength(1);
    expect((await bulkJobs.change(one.id, 'awake', { done: 2 }, NOON + 4))?.events).toEqual([]);
    expect(await bulkJobs.unfinished()).toEqual([{ id: one.id, kind: 'REFRESH_PORTFOLIO' }]);
    const end = await bulkJobs.change(one.id, null, { state: 'CANCELLED' }, NOON + 5);
    expect(end?.job).toEqual({
      ...one,
      state: 'CANCELLED',
      done: 2,
      total: 3,
      startedAt: NOON + 1,
      endedAt: NOON + 5,
      updatedAt: NOON + 5,
    });
    expect(await bulkJobs.change(one.id, 'awake', { done: 3 }, NOON + 6)).toBeNull();
    expect(await bulkJobs.hold(one.id, 'late', NOON + 6)).toBeNull();
    expect(await bulkJobs.unfinished()).toEqual([]);
  });
});
