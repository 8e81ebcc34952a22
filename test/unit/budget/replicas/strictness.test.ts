// The first promise with several replicas: in no window does Gandi see more calls than allowed, whatever becomes of the replicas, of Redis and of the database.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANES } from '../../../../src/upstream/budget/lanes.ts';
import { mostInAnyWindow } from '../receiver.ts';
import { createRig, type Rig } from './rig.ts';

const REPLICAS = 3;
const TRANSIT_MS = 300;

const replica = fc.integer({ min: 0, max: REPLICAS - 1 });
const at = fc.integer({ min: 0, max: 25_000 });
const forMs = fc.integer({ min: 50, max: 9_000 });
const misfortune = fc.oneof(
  fc.record({ kind: fc.constant('kill' as const), at, replica }),
  fc.record({ kind: fc.constantFrom('stop' as const, 'cut' as const, 'cut board' as const), at, replica, forMs }),
  fc.record({ kind: fc.constant('stop redis' as const), at, forMs, keepsData: fc.boolean() }),
  fc.record({ kind: fc.constant('set clock' as const), at, byMs: fc.integer({ min: -3_000, max: 3_000 }) }),
);
type Misfortune = typeof misfortune extends fc.Arbitrary<infer M> ? M : never;

const scene = fc.record({
  limits: fc.constantFrom(
    [{ limit: 6, windowMs: 1_000 }],
    [{ limit: 3, windowMs: 400 }],
    [
      { limit: 6, windowMs: 500 },
      { limit: 20, windowMs: 3_000 },
    ],
  ),
  parts: fc.constantFrom(1, 2, 3, 3, 3),
  slowMs: fc.constantFrom(1, 5, 40, 300),
  boardSlowMs: fc.constantFrom(1, 20, 300),
  misfortunes: fc.array(misfortune, { maxLength: 6 }),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});

/** Uniform numbers from 0 (included) to 1 (excluded), the same for the same seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function befall(rig: Rig, misfortune: Misfortune): void {
  const { clock, replicas } = rig;
  clock.after(misfortune.at, () => {
    if (misfortune.kind === 'stop redis') {
      rig.stopRedis();
      clock.after(misfortune.forMs, () => rig.startRedis(misfortune.keepsData));
      return;
    }
    if (misfortune.kind === 'set clock') return rig.setRedisClock(misfortune.byMs);
    const victim = replicas[misfortune.replica];
    if (misfortune.kind === 'kill') return victim?.kill();
    const [begin, end] = {
      stop: [() => victim?.stop(), () => victim?.proceed()],
      cut: [() => victim?.link.cut(), () => victim?.link.mend()],
      'cut board': [() => victim?.cutBoard(true), () => victim?.cutBoard(false)],
    }[misfortune.kind];
    begin?.();
    clock.after(misfortune.forMs, () => end?.());
  });
}

describe('the limit at the receiver, with three replicas', () => {
  it('holds in every window, over slow and lost answers, kills, stops, partitions, and a Redis that comes back with or without its data', async () => {
    let most = 0;
    await fc.assert(
      fc.asyncProperty(scene, async ({ limits, parts, slowMs, boardSlowMs, misfortunes, seed }) => {
        const random = dice(seed);
        const rig = createRig({
          ...{ replicas: REPLICAS, parts, limits, maxTransitMs: TRANSIT_MS },
          delayMs: () => random() * slowMs,
          boardDelayMs: () => random() * boardSlowMs,
        });
        for (const { keepBusy } of rig.replicas) {
          for (const lane of LANES) {
            keepBusy(3, { lane, tenant: 'a', maxWaitMs: Number.POSITIVE_INFINITY }, () => ({
              connectMs: random() < 0.3 ? random() * 2_500 : 0,
              outMs: random() * TRANSIT_MS,
              backMs: random() * 100,
              isLost: random() < 0.05,
            }));
          }
        }
        for (const each of misfortunes) befall(rig, each);
        await rig.clock.advance(30_000);
        for (const window of limits) expect(mostInAnyWindow(rig.arrivals(), window)).toBeLessThanOrEqual(window.limit);
        most = Math.max(most, rig.arrivals().length);
      }),
      { numRuns: 20 },
    );
    expect(most).toBeGreaterThan(100);
  });
});
