// The process dies at every single point of an order: after a restart and a repeat with the same key it was bought exactly once.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import type { GandiPort } from '../../../src/upstream/port.ts';
import { createMortal } from '../../helpers/mortal.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { maple, type Stage, scopeOf, setup, startGateway, wish } from './setup.ts';

let database: TestStore;
let stage: Stage;

beforeEach(async () => {
  database = await createTestStore();
  stage = setup(database);
  await stage.transfers.quote(scopeOf(), wish({ client: { create: maple } }));
});
afterEach(() => database.close());

function mortalGateway(diesAt: number | null) {
  const mortal = createMortal(diesAt);
  const store: Store = mortal.wrap(stage.store);
  const port: GandiPort = mortal.wrap(stage.gandi.port);
  return { mortal, ...startGateway({ store, port, clock: stage.clock, logger: stage.logger }) };
}

/** Restarts until the order is bought: leases run out, the reconciler looks, the caller repeats with the same key. */
async function recover(input: ReturnType<typeof wish>): Promise<string> {
  const restarted = startGateway({
    store: stage.store,
    port: stage.gandi.port,
    clock: stage.clock,
    logger: stage.logger,
  });
  for (let round = 0; round < 8; round++) {
    for (const { settle } of await restarted.orders.unresolved()) await settle();
    const state = await restarted.transfers.request(scopeOf(), input).then(
      ({ order }) => order.state,
      (error: { code?: string }) => String(error.code),
    );
    if (state === 'ACCEPTED') return state;
    await stage.clock.advance(31_000);
  }
  return 'not bought';
}

async function boundaries(input: ReturnType<typeof wish>): Promise<number> {
  const { mortal, transfers } = mortalGateway(null);
  await transfers.request(scopeOf(), input);
  return mortal.calls();
}

describe.each([
  ['a client that exists', wish()],
  ['a client made on the fly', wish({ client: { create: maple } })],
])('an order for %s', (_, input) => {
  test('goes through a known number of calls that can each be the last', async () => {
    expect(await boundaries(input)).toBeGreaterThan(12);
  });

  test('survives a death at any of its calls', async () => {
    const last = await boundaries(input);
    const found: unknown[] = [];
    for (let at = 1; at <= last; at++) {
      await database.close();
      database = await createTestStore();
      stage = setup(database);
      await stage.transfers.quote(scopeOf(), wish({ client: { create: maple } }));
      const { mortal, transfers } = mortalGateway(at);
      await transfers.request(scopeOf(), input).catch(() => null);
      expect(mortal.isDead()).toBe(true);
      const state = await recover(input);
      found.push({ at, state, bought: stage.gandi.orders.length, clients: stage.gandi.clientsOf(maple.email) });
    }
    const clients = 'create' in input.client ? 1 : 0;
    expect(found).toEqual(found.map((_, index) => ({ at: index + 1, state: 'ACCEPTED', bought: 1, clients })));
  });
});

describe('a death while the answer of Gandi is lost as well', () => {
  test.each(['lost', 'taken-unanswered'] as const)('an order that was %s is bought once', async (fate) => {
    const input = wish({ client: { create: maple } });
    const last = await boundaries(input);
    for (let at = Math.floor(last / 2); at <= last; at++) {
      await database.close();
      database = await createTestStore();
      stage = setup(database);
      await stage.transfers.quote(scopeOf(), input);
      stage.gandi.willBe('order', fate);
      stage.gandi.willBe('create', fate);
      const { transfers } = mortalGateway(at);
      await transfers.request(scopeOf(), input).catch(() => null);
      expect(await recover(input)).toBe('ACCEPTED');
      expect([stage.gandi.orders.length, stage.gandi.clientsOf(maple.email)]).toEqual([1, 1]);
    }
  });
});
