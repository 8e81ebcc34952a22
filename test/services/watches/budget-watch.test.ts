// The ends of an episode in which Gandi can be asked less than wanted: each told once, with its first reason, whichever replicas are in it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBudgetWatch } from '../../../src/services/budget-watch.ts';
import { perLane } from '../../../src/upstream/budget/snapshot.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';

const START = Date.UTC(2030, 0, 1);

describe('the budget', () => {
  let test: TestStore;
  let clock: FakeClock;
  let hints: number;
  beforeEach(async () => {
    test = await createTestStore();
    clock = fakeClock(START);
    hints = 0;
  });
  afterEach(() => test.close());

  function replica() {
    const seen = {
      pausedUntil: null as number | null,
      refused: perLane(() => 0),
      mode: 'shared' as 'shared' | 'alone',
    };
    const onEvents = () => {
      hints += 1;
    };
    return { seen, watch: createBudgetWatch({ store: test.store, snapshot: () => seen, clock, onEvents }) };
  }
  const rounds = async (count: number, ...watches: readonly ReturnType<typeof replica>[]) => {
    for (let done = 0; done < count; done++) {
      await clock.advance(5_000);
      for (const { watch } of watches) await watch.round();
    }
  };
  const told = async () =>
    (await test.store.events.after(0n, 1_000)).map(({ type, organizationId, subjectType, payload }) => {
      expect([organizationId, subjectType]).toEqual([null, 'Gateway']);
      return `${type} ${payload.reason}`;
    });

  it('says nothing while all is well, nor for one look without the others or a burst of refusals', async () => {
    const one = replica();
    await rounds(3, one);
    one.seen.mode = 'alone';
    await rounds(1, one);
    one.seen.mode = 'shared';
    one.seen.refused.bulk = 500;
    await rounds(30, one);
    expect(await told()).toEqual([]);
  });

  it('is degraded as soon as Gandi asks for fewer calls, once, and restored when it was quiet for a minute', async () => {
    const one = replica();
    const other = replica();
    one.seen.pausedUntil = START + 60_000;
    other.seen.pausedUntil = START + 60_000;
    await rounds(3, one, other);
    expect(await told()).toEqual(['BUDGET_DEGRADED RATE_LIMITED']);
    one.seen.pausedUntil = null;
    other.seen.pausedUntil = null;
    await rounds(10, one, other);
    other.watch.report('RATE_LIMITED');
    await rounds(12, one, other);
    expect(await told()).toHaveLength(1);
    await rounds(2, one, other);
    await rounds(20, one, other);
    expect(await told()).toEqual(['BUDGET_DEGRADED RATE_LIMITED', 'BUDGET_RESTORED RATE_LIMITED']);
    expect((await test.store.events.after(0n, 10)).map(({ payload }) => payload)).toMatchObject([
      { since: START + 5_000, pausedUntil: START + 60_000 },
      { since: START + 5_000, until: START + 70_000 },
    ]);
    expect(hints).toBe(2);
  });

  it('tells a pause between two looks, work refused for a minute, and replicas that lost each other', async () => {
    const one = replica();
    one.watch.report('RATE_LIMITED');
    await rounds(20, one);
    for (let turn = 0; turn < 20; turn++) {
      one.seen.refused.bulk += 1;
      await rounds(1, one);
    }
    await rounds(20, one);
    one.seen.mode = 'alone';
    await rounds(3, one);
    one.seen.mode = 'shared';
    await rounds(20, one);
    expect(await told()).toEqual([
      'BUDGET_DEGRADED RATE_LIMITED',
      'BUDGET_RESTORED RATE_LIMITED',
      'BUDGET_DEGRADED SATURATED',
      'BUDGET_RESTORED SATURATED',
      'BUDGET_DEGRADED SHARED_BUDGET_LOST',
      'BUDGET_RESTORED SHARED_BUDGET_LOST',
    ]);
  });

  it('is restored by another process when the one that was in trouble has died', async () => {
    const one = replica();
    one.seen.pausedUntil = START + 10_000;
    await rounds(1, one);
    await rounds(20, replica());
    expect(await told()).toEqual(['BUDGET_DEGRADED RATE_LIMITED', 'BUDGET_RESTORED RATE_LIMITED']);
  });
});
