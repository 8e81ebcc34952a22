// Durable work: taken once whoever asks, taken up again after a death, handed back at a stop, put aside, woken, and given up in the end.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLocalBus } from '../../src/events/bus.ts';
import { createWorkRunner, type WorkRunner } from '../../src/jobs/work-runner.ts';
import { sleep } from '../../src/lib/clock.ts';
import type { WorkHandler } from '../../src/services/work.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { tracked } from '../helpers/tracked.ts';

let database: TestStore;
let clock: FakeClock;
let store: TestStore['store'];
let runners: WorkRunner[];

const bus = createLocalBus();

/** One more process that does pieces of kind `plan` like this. */
function process(run: WorkHandler['run'], more: Partial<WorkHandler> = {}): WorkRunner {
  const handler: WorkHandler = {
    kind: 'plan',
    atOnce: 4,
    mostFailures: 5,
    run,
    giveUp: async () => {},
    unfinished: async () => [],
    ...more,
  };
  const runner = createWorkRunner({ store, handlers: [handler], bus, clock, logger: silentLogger });
  runners.push(runner);
  runner.start();
  return runner;
}

async function stop(...some: readonly WorkRunner[]): Promise<void> {
  const stopped = Promise.all(some.map((runner) => runner.stop()));
  await clock.advance(0);
  await stopped;
}

/** Takes a piece and never says a word again. */
const die = async (): Promise<void> => {
  expect(await store.work.take('plan', 1)).toHaveLength(1);
};

describeStore('durable work', (backend) => {
  beforeEach(async () => {
    database = await createTestStore(backend);
    clock = fakeClock();
    const { value, settled } = tracked(database.store);
    store = value;
    clock.settlesWith(settled);
    database.timeIs(clock.now);
    runners = [];
  });
  afterEach(async () => {
    await stop(...runners);
    await database.close();
  });

  test('is done once, whichever of two processes takes it, and however often it was sent before', async () => {
    const done: string[] = [];
    for (const key of ['a', 'b', 'c', 'a']) await store.work.wake('plan', key);
    const run = async (key: string) => {
      done.push(key);
      return null;
    };
    process(run);
    process(run);
    await clock.advance(20_000);
    expect(done.toSorted()).toEqual(['a', 'b', 'c']);
  });

  test('is never done by two at once, and what is sent meanwhile is done afterwards', async () => {
    let now = 0;
    let most = 0;
    let times = 0;
    const run = async () => {
      times += 1;
      now += 1;
      most = Math.max(most, now);
      await sleep(clock, 7_000);
      now -= 1;
      return null;
    };
    await store.work.wake('plan', 'a');
    process(run);
    process(run);
    await clock.advance(1_000);
    await store.work.wake('plan', 'a');
    await clock.advance(30_000);
    expect([times, most]).toEqual([2, 1]);
  });

  test('of a process that died is taken up by another within half a minute', async () => {
    const done: string[] = [];
    await store.work.wake('plan', 'a');
    await die();
    process(async (key) => {
      done.push(key);
      return null;
    });
    await clock.advance(9_000);
    expect(done).toEqual([]);
    await clock.advance(21_000);
    expect(done).toEqual(['a']);
  });

  test('that goes on for long stays with its process', async () => {
    let begun = 0;
    const run = async () => {
      begun += 1;
      await sleep(clock, 120_000);
      return null;
    };
    await store.work.wake('plan', 'a');
    process(run);
    process(run);
    await clock.advance(130_000);
    expect(begun).toBe(1);
  });

  test('is handed back at a stop, and taken up at once by who comes next', async () => {
    let begun = 0;
    const run: WorkHandler['run'] = async (_key, { signal }) => {
      begun += 1;
      await sleep(clock, 60_000, signal).catch(() => {});
      return null;
    };
    await store.work.wake('plan', 'a');
    const first = process(run);
    await clock.advance(1_000);
    await stop(first);
    process(run);
    await clock.advance(1_000);
    expect(begun).toBe(2);
  });

  test('tells a process that was asleep and lost it, and does not let it settle what another has', async () => {
    const lost: boolean[] = [];
    const owners: string[] = [];
    await store.work.wake('plan', 'a');
    const [asleep] = await store.work.take('plan', 1);
    if (asleep === undefined) return expect.unreachable();
    process(async (_key, { owner, signal }) => {
      owners.push(owner);
      await sleep(clock, 40_000, signal).catch(() => lost.push(true));
      return null;
    });
    await clock.advance(30_000);
    expect(owners).toHaveLength(1);
    expect(owners[0]).not.toBe(asleep.owner);
    expect(await store.work.beat('plan', [asleep])).toEqual([]);
    await store.work.done(asleep, null);
    await store.work.failed(asleep);
    await clock.advance(15_000);
    expect([owners.length, lost]).toEqual([1, []]);
  });

  test('that only waits gives its place to others, and is woken before its time', async () => {
    const seen: string[] = [];
    for (const key of ['slow 1', 'slow 2', 'quick']) await store.work.wake('plan', key);
    process(
      async (key) => {
        seen.push(key);
        return key === 'quick' ? null : 600_000;
      },
      { atOnce: 1 },
    );
    await clock.advance(20_000);
    expect(seen.toSorted()).toEqual(['quick', 'slow 1', 'slow 2']);
    await store.work.wake('plan', 'slow 2');
    bus.publish('work');
    await clock.advance(1_000);
    expect(seen.at(-1)).toBe('slow 2');
    await clock.advance(610_000);
    expect(seen.filter((key) => key === 'slow 1')).toHaveLength(2);
  });

  test('that fails is tried again with pauses, and given up in words after its last attempt', async () => {
    const attempts: number[] = [];
    const givenUp: string[] = [];
    await store.work.wake('plan', 'a');
    process(
      async () => {
        attempts.push(clock.now());
        throw new Error('no');
      },
      {
        mostFailures: 3,
        giveUp: async (key) => {
          givenUp.push(key);
        },
      },
    );
    await clock.advance(300_000);
    expect(attempts).toHaveLength(3);
    expect(givenUp).toEqual(['a']);
  });

  test('that kills every process is given up too', async () => {
    const givenUp: string[] = [];
    await store.work.wake('plan', 'a');
    for (let death = 0; death < 3; death++) {
      await die();
      await clock.advance(15_000);
      await store.work.reap();
      await clock.advance(70_000);
    }
    process(async () => expect.unreachable(), {
      mostFailures: 3,
      giveUp: async (key) => {
        givenUp.push(key);
      },
    });
    await clock.advance(10_000);
    expect(givenUp).toEqual(['a']);
  });

  test('that our tables know of and nobody sent is sent at a start', async () => {
    const done: string[] = [];
    process(
      async (key) => {
        done.push(key);
        return null;
      },
      { unfinished: async () => ['forgotten'] },
    );
    await clock.advance(1_000);
    expect(done).toEqual(['forgotten']);
  });
});
