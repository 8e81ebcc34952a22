// A job of one process at a time: done by one, taken over from who stopped or died, given up by who was cut off.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createOneAtATime, JOB_LEASE_MS, type Job } from '../../src/jobs/one-at-a-time.ts';
import type { Store } from '../../src/store/store.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { tracked } from '../helpers/tracked.ts';

describeStore('a job that one process does at a time', (backend) => {
  let test: TestStore;
  let store: Store;
  let clock: FakeClock;
  let working: string[];
  const jobs: Job[] = [];
  beforeEach(async () => {
    test = await createTestStore(backend);
    clock = fakeClock();
    const { value, settled } = tracked(test.store);
    store = value;
    clock.settlesWith(settled);
    working = [];
  });
  afterEach(async () => {
    for (const job of jobs.splice(0)) await job.stop();
    await test.close();
  });

  /** A process that does the job; `leases` stands for its way to the database. */
  function process(owner: string, leases: Store['leases'] = store.leases): Job {
    const make = (): Job => ({
      start: () => void working.push(owner),
      stop: async () => {
        working = working.filter((one) => one !== owner);
      },
    });
    const job = createOneAtATime({ name: 'sync', make, store: { leases }, owner, clock, logger: silentLogger });
    jobs.push(job);
    job.start();
    return job;
  }

  it('is begun at once by the first and stays with it', async () => {
    process('a');
    await clock.advance(0);
    process('b');
    await clock.advance(JOB_LEASE_MS * 10);
    expect(working).toEqual(['a']);
  });

  it('is taken over from one that stops, before its lease would have run out', async () => {
    const first = process('a');
    await clock.advance(0);
    process('b');
    await first.stop();
    expect(working).toEqual([]);
    await clock.advance(JOB_LEASE_MS / 3);
    expect(working).toEqual(['b']);
  });

  it('is taken over from one that died, and given up by one that was cut off from the database', async () => {
    let isCutOff = false;
    const leases: Store['leases'] = {
      hold: (...given) => (isCutOff ? Promise.reject(new Error('cut off')) : store.leases.hold(...given)),
      release: (...given) => store.leases.release(...given),
    };
    process('a', leases);
    await clock.advance(0);
    process('b');
    isCutOff = true;
    await clock.advance(JOB_LEASE_MS * 2);
    expect(working).toEqual(['b']);
    isCutOff = false;
    await clock.advance(JOB_LEASE_MS * 2);
    expect(working).toEqual(['b']);
  });
});
