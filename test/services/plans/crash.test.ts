// The process dies at every single call of a plan being carried out: after a restart each of its orders was bought exactly once.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import type { GandiPort } from '../../../src/upstream/port.ts';
import { createMortal } from '../../helpers/mortal.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import type { Fate } from '../renewals/setup.ts';
import { nameOf, renewal, type Stage, setup } from './setup.ts';

/** By then the work of a dead process is in other hands. */
const DEAD_MS = 30_000;

let database: TestStore;
let stage: Stage;
beforeEach(async () => {
  database = await createTestStore();
  stage = setup(database);
});
afterEach(() => database.close());

/** Approves a plan of two and carries it on in a process that dies at the given call, for as long as that takes. */
async function begin(diesAt: number | null, first = 0) {
  const plan = await stage.draft(renewal(first), renewal(first + 1));
  const mortal = createMortal(diesAt);
  const store: Store = mortal.wrap(stage.store);
  const port: GandiPort = mortal.wrap(stage.gandi.port);
  const gateway = stage.another({ store, port });
  await stage.approve(plan);
  gateway.runner.start();
  for (let step = 0; step < 40 && !mortal.isDead(); step++) {
    await stage.clock.advance(250);
    const items = await stage.itemsNow(plan);
    if (items.every((item) => item.endsWith('ORDERED'))) break;
  }
  const stopped = gateway.runner.stop();
  await stage.clock.advance(1);
  await stopped;
  return { plan, mortal };
}

/** One call more than the last that matters for ordering both items. */
async function lastCall(): Promise<number> {
  const { mortal } = await begin(null);
  return mortal.calls();
}

/** Each death has two domains of its own. */
async function findAll(fates: readonly Fate[], step = 1): Promise<readonly unknown[]> {
  const last = await lastCall();
  expect(last).toBeGreaterThan(25);
  const found: unknown[] = [];
  for (let at = 1; at <= last; at += step) {
    stage.gandi.bought.splice(0);
    stage.gandi.willBe(...fates);
    const { plan } = await begin(at, at * 2);
    await stage.clock.advance(DEAD_MS);
    const end = await stage.carryOut(plan, [stage.another()], 1_200, 15);
    found.push({ at, state: end.state, items: await stage.itemsNow(plan), bought: stage.bought() });
  }
  return found;
}

const everyTime = (found: readonly unknown[], step = 1) =>
  found.map((_, index) => {
    const at = index * step + 1;
    const [one, other] = [nameOf(at * 2), nameOf(at * 2 + 1)];
    return {
      at,
      state: 'COMPLETED',
      items: [`RENEW ${one} DONE`, `RENEW ${other} DONE`],
      bought: { [one]: 1, [other]: 1 },
    };
  });

describe('a plan of two renewals', () => {
  test('survives a death at any of its calls', async () => {
    const found = await findAll([]);
    expect(found).toEqual(everyTime(found));
  }, 300_000);

  test('survives it when the answers of Gandi are lost as well', async () => {
    const found = await findAll(['taken-unanswered', 'taken-unanswered'], 2);
    expect(found).toEqual(everyTime(found, 2));
  }, 300_000);
});

describe('what the process dies of while it approves, cancels or stops', () => {
  test('an approval whose answer is lost is the same approval when it is repeated', async () => {
    for (let at = 1; at <= 6; at++) {
      stage.gandi.bought.splice(0);
      const plan = await stage.draft(renewal(at));
      const dying = stage.another({ store: createMortal(at).wrap(stage.store) });
      const input = { planId: plan.id, hash: plan.hash, skipBlocked: false };
      await dying.plans.execute(stage.scopeOf(), input).catch(() => null);
      await stage.plans.execute(stage.scopeOf(), input);
      expect(await stage.carryOut(plan, [stage.another()])).toMatchObject({ state: 'COMPLETED' });
      expect(stage.bought()).toEqual({ [nameOf(at)]: 1 });
    }
  });

  test('a plan cancelled after a death buys nothing more, and tells what it had bought', async () => {
    const last = await lastCall();
    for (let at = 20; at <= last; at += 5) {
      stage.gandi.bought.splice(0);
      const { plan } = await begin(at, at * 2);
      const before = stage.bought();
      await stage.plans.cancel(stage.scopeOf(), { planId: plan.id });
      const settling = stage.another();
      settling.runner.start();
      settling.follower.start();
      for (let minute = 0; minute < 15; minute++) {
        await stage.clock.advance(60_000);
        for (const { settle } of await settling.orders.unresolved()) await settle();
      }
      await Promise.all([settling.runner.stop(), settling.follower.stop()]);
      expect(stage.bought()).toEqual(before);
      for (const item of await stage.itemsNow(plan)) {
        const [, name = '', state] = item.split(' ');
        if (name in before) expect(state).toBe('DONE');
        else expect(['PLANNED', 'ORDERED', 'FAILED']).toContain(state);
      }
    }
  }, 300_000);

  test('a drift stops the plan wherever the process dies: nothing behind it is ordered', async () => {
    const found: unknown[] = [];
    for (let at = 1; at <= 40; at += 3) {
      stage.gandi.bought.splice(0);
      const items = Array.from({ length: 9 }, (_, position) => renewal(at * 9 + position));
      const plan = await stage.draft(...items);
      stage.gandi.premium.set(nameOf(at * 9), { minor: 9_900, currency: 'EUR' });
      await stage.approve(plan);
      const mortal = createMortal(at);
      const dying = stage.another({ store: mortal.wrap(stage.store), port: mortal.wrap(stage.gandi.port) });
      await stage.carryOut(plan, [dying], 3);
      await stage.clock.advance(DEAD_MS);
      const end = await stage.carryOut(plan, [stage.another()]);
      const bought = Object.values(stage.bought());
      found.push({ at, state: end.state, once: bought.every((count) => count === 1), few: bought.length < 5 });
    }
    expect(found).toEqual(found.map((_, index) => ({ at: index * 3 + 1, state: 'STOPPED', once: true, few: true })));
  }, 300_000);
});
