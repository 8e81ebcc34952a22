// The scripts on a real Redis server: step by step they answer as the model does, so what was proven with the model holds for them.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { openRedis } from '../../../../src/redis/connection.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';
import { LANES } from '../../../../src/upstream/budget/lanes.ts';
import { createRedisScriptServer } from '../../../../src/upstream/budget/redis-script-server.ts';
import { REPORT, TAKE } from '../../../../src/upstream/budget/redis-scripts.ts';
import { createSharedWindows, type SharedAnswer } from '../../../../src/upstream/budget/shared-windows.ts';
import { fakeClock } from '../../../helpers/fake-clock.ts';
import { TEST_REDIS_URL } from '../../../helpers/test-redis.ts';
import { mostInAnyWindow } from '../receiver.ts';
import { createModelRedis } from './model-redis.ts';
import { createRealRedis } from './real-redis.ts';
import { createRig } from './rig.ts';

const holder = fc.constantFrom('a', 'b', 'c');
const laterMs = fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 2_500 }));
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('take' as const),
      ...{ holder, laterMs },
      lane: fc.integer({ min: 0, max: LANES.length - 1 }),
      isSpaced: fc.boolean(),
      isDue: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      ...{ holder, laterMs },
      ends: fc.integer({ min: 0, max: 3 }),
      inMs: fc.double({ min: -500, max: 500, noNaN: true }),
      isWhole: fc.boolean(),
      pauseMs: fc.constantFrom(0, 0, 0, 0, 700),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), laterMs, keepsData: fc.boolean() }) },
);

describe.skipIf(TEST_REDIS_URL === null)('the scripts on a Redis server', () => {
  let client: Redis;
  beforeAll(() => {
    client = new Redis(TEST_REDIS_URL ?? '');
  });
  afterAll(() => client.quit());

  it('answer every question as the model does, whatever was asked before', async () => {
    const windows = fc.constantFrom(
      [{ limit: 3, windowMs: 400, heldMs: 403 }],
      [
        { limit: 2, windowMs: 300, heldMs: 303 },
        { limit: 5, windowMs: 1_500, heldMs: 1_504 },
      ],
    );
    await fc.assert(
      fc.asyncProperty(windows, fc.array(step, { minLength: 10, maxLength: 60 }), async (asked, steps) => {
        const clock = fakeClock();
        const model = createModelRedis(clock);
        const real = createRealRedis(client, clock);
        const open = new Map<string, string[]>(['a', 'b', 'c'].map((each) => [each, []]));
        const epochs = { model: '', real: '' };
        let calls = 0;
        for (const each of steps) {
          await clock.advance(each.laterMs);
          if (each.kind === 'restart') {
            model.restart(each.keepsData);
            real.restart(each.keepsData);
            continue;
          }
          const mine = open.get(each.holder) ?? [];
          const common = { holder: each.holder, windows: asked, silentMs: 1_000, transitMs: 300 };
          let question: object;
          calls += 1;
          if (each.kind === 'take') {
            const { lane, isSpaced, isDue } = each;
            const oneIn = [0, 3, 3, 4, 4][lane];
            question = { ...common, call: `${each.holder}:${calls}`, ...{ lane, oneIn, isSpaced, isDue } };
          } else {
            const settled = mine.splice(0, each.ends).map((call) => [call, each.inMs]);
            const { isWhole, pauseMs } = each;
            question = { ...common, upTo: calls, open: mine, settled, isWhole, quarantineMs: 250, pauseMs };
          }
          const script = each.kind === 'take' ? TAKE : REPORT;
          const answers = [
            model.run(script, JSON.stringify({ ...question, epoch: epochs.model })),
            await real.run(script, JSON.stringify({ ...question, epoch: epochs.real })),
          ].map((text) => JSON.parse(text) as SharedAnswer);
          const [ofModel, ofReal] = answers;
          if (ofModel?.word === 'granted') mine.push(`${each.holder}:${calls}`);
          if (each.kind === 'report' && each.isWhole) {
            epochs.model = ofModel?.epoch ?? '';
            epochs.real = ofReal?.epoch ?? '';
          }
          expect(comparable(ofReal)).toEqual(comparable(ofModel));
        }
        await real.clear();
      }),
      { numRuns: 60 },
    );
  });

  it('keep the limit for three replicas through a kill, a stop, a partition and a loss of all data', async () => {
    const clock = fakeClock();
    const real = createRealRedis(client, clock);
    const limits = [{ limit: 9, windowMs: 1_000 }];
    const rig = createRig({ clock, redis: real, replicas: 3, limits, maxTransitMs: 300 });
    const [one, two, three] = rig.replicas;
    for (const replica of rig.replicas) replica.keepBusy(10, { lane: 'interactive', tenant: 'a', maxWaitMs: 1e9 });
    await clock.advance(4_000);
    one?.link.cut();
    await clock.advance(5_000);
    expect(rig.replicas.map(({ store }) => store.mode)).toEqual(['alone', 'shared', 'shared']);
    one?.link.mend();
    two?.stop();
    await clock.advance(5_000);
    two?.proceed();
    rig.stopRedis();
    await clock.advance(3_000);
    rig.startRedis(false);
    await clock.advance(12_000);
    expect(rig.replicas.map(({ store }) => store.mode)).toEqual(['shared', 'shared', 'shared']);
    three?.kill();
    const killedAt = clock.monotonic();
    await clock.advance(6_000);
    expect(mostInAnyWindow(rig.arrivals(), { windowMs: 1_000 })).toBeLessThanOrEqual(9);
    expect(rig.arrivals().filter((at) => at > killedAt + 3_000).length).toBeGreaterThan(3 * 9 * 0.9);
    await real.clear();
  });

  it("work on the server's own time and run", async () => {
    const redis = await openRedis(TEST_REDIS_URL ?? '', silentLogger);
    try {
      const server = createRedisScriptServer(redis);
      const name = `test-${randomUUID()}`;
      const deps = { server, clock: systemClock, name, holder: 'a', maxTransitMs: 300 };
      const windows = createSharedWindows(deps);
      const limits = [{ limit: 1, windowMs: 60_000 }];
      const told = { upTo: 0, open: [], settled: [], quarantineMs: 0, pauseMs: 0, limits };
      const take = { lane: 'money', isSpaced: false, isDue: false, limits } as const;
      expect(await windows.take({ ...take, epoch: 'another', call: 'a:1' })).toMatchObject({ word: 'unknown' });
      const { epoch } = await windows.report({ ...told, epoch: '', isWhole: true });
      expect(epoch).toMatch(/^[0-9a-f]{40}:/);
      expect(await windows.take({ ...take, epoch, call: 'a:1' })).toMatchObject({ word: 'granted', used: [1] });
      expect(await windows.take({ ...take, epoch, call: 'a:2' })).toMatchObject({ word: 'wait', used: [1] });
      const after = await windows.report({ ...told, epoch, upTo: 1, settled: [['a:1', 0]], isWhole: false });
      expect(after).toMatchObject({ word: 'ok', used: [1], inFlight: 0 });
      const full = await windows.take({ ...take, epoch, call: 'a:3' });
      expect(full.waitMs).toBeGreaterThan(50_000);
      const keys = await redis.client.keys(`budget:{${name}}:*`);
      await redis.client.del(...keys);
    } finally {
      await redis.close();
    }
  });
});

/** Without the name of the counters, which each server gives; times to the hundredth of a millisecond. */
function comparable(answer: SharedAnswer | undefined): object {
  const { waitMs = 0, opensInMs = 0, pauseMs = 0, epoch, at: _at, ...rest } = answer ?? {};
  const round = (ms: number): number => Math.round(ms * 10) / 10;
  return {
    ...rest,
    hasEpoch: epoch !== '',
    waitMs: round(waitMs),
    opensInMs: round(opensInMs),
    pauseMs: round(pauseMs),
  };
}
