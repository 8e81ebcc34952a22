// Replicas that count together: what they use, who goes first, and what becomes of one that dies or is stopped.
import { expect, it } from 'vitest';
import { mostInAnyWindow } from '../receiver.ts';
import { createRig } from './rig.ts';

const WINDOW = { limit: 30, windowMs: 2_000 };
const patient = { tenant: 'a', maxWaitMs: Number.POSITIVE_INFINITY } as const;

it('use up one limit together and never go over it', async () => {
  const rig = createRig({ replicas: 3, limits: [WINDOW] });
  for (const replica of rig.replicas) replica.keepBusy(30, { lane: 'interactive', ...patient });
  await rig.clock.advance(30_000);
  expect(mostInAnyWindow(rig.arrivals(), WINDOW)).toBeLessThanOrEqual(WINDOW.limit);
  expect(rig.replicas.map(({ log }) => log)).toEqual([[], [], []].map(() => expect.anything()));
  console.log(rig.arrivals().length, rig.replicas.map(({ arrivals, log }) => [arrivals.length, log, arrivals.slice(0,3)]), rig.replicas[0]?.budget.snapshot());
});
