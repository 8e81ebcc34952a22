// Giving an order back while the process dies: where Gandi keeps deletions to its people, the case is there in the end, once.
import { describe, expect, test } from 'vitest';
import { createLocalBus } from '../../../src/events/bus.ts';
import { createLoaders } from '../../../src/loaders/loaders.ts';
import { createMirror } from '../../../src/mirror/create-mirror.ts';
import { createOrderWork } from '../../../src/services/order-reconcile.ts';
import { createRefundAccounts } from '../../../src/services/refund-accounts.ts';
import { createRefundsService } from '../../../src/services/refunds.ts';
import type { OperationScope } from '../../../src/services/services.ts';
import { defaultNewId, TRANSFER_SETTINGS } from '../../../src/services/transfers.ts';
import type { Store } from '../../../src/store/store.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import type { GandiPort } from '../../../src/upstream/port.ts';
import { createMortal, deathsAt } from '../../helpers/mortal.ts';
import { createTestStore, describeStore } from '../../helpers/test-store.ts';
import { upstreamError } from '../buying/gandi.ts';
import { type Stage, setup } from '../buying/setup.ts';

const NAME = 'second-thoughts.com';

describeStore('a registration given back', (backend) => {
  /** A fresh registration, and a Gandi that lets none of ours be deleted. */
  async function scene() {
    const database = await createTestStore(backend);
    const stage = setup(database);
    const { order } = await stage.register({ domain: NAME });
    stage.gandi.deliver(NAME);
    expect((await stage.look(order.id)).state).toBe('COMPLETED');
    return { database, stage, orderId: order.id };
  }
  async function cancel(stage: Stage, orderId: string, death: number | null) {
    const mortal = createMortal(death);
    const store: Store = mortal.wrap(stage.store);
    const gandi: GandiPort = {
      ...stage.gandi.port,
      deleteDomain: async (_name, call) => {
        call.beforeSending?.();
        throw upstreamError('forbidden', { status: 403 });
      },
    };
    const port = mortal.wrap(gandi);
    const { clock } = stage;
    const mirror = createMirror({ port, store, clock });
    const settings = { ...TRANSFER_SETTINGS, renewalSettleMs: 60_000 };
    const deps = {
      store,
      port,
      mirror,
      bus: createLocalBus(),
      clock,
      logger: silentLogger,
      settings,
      newId: defaultNewId,
    };
    const refunds = createRefundsService({ ...deps, accounts: createRefundAccounts(deps) });
    const plain = stage.scopeOf();
    const parts = { session: plain.session, meter: plain.meter, maxAgeSeconds: null, signal: undefined };
    const scope: OperationScope = { ...parts, loaders: createLoaders({ ...parts, mirror, store, clock }) };
    const input = { orderId, reason: null, acknowledge: ['DELETES_DOMAIN'] as const, idempotencyKey: 'give back' };
    for (const { settle } of death === null ? await createOrderWork(deps, [refunds.procedure]).unresolved() : [])
      await settle();
    const answer = await refunds.cancel(scope, input).catch((error: unknown) => error);
    return { answer, calls: mortal.calls() };
  }

  describe('where Gandi keeps deletions to its people', () => {
    test('ends in one case whatever the process died of, for the same key', async () => {
      const rehearsal = await scene();
      const whole = await cancel(rehearsal.stage, rehearsal.orderId, null);
      expect(whole.answer).toMatchObject({ guidedCase: { ground: 'POLICY', state: 'OPEN' } });
      await rehearsal.database.close();
      expect(whole.calls).toBeGreaterThan(10);
      for (const at of deathsAt(whole.calls, backend)) {
        const { database, stage, orderId } = await scene();
        await cancel(stage, orderId, at);
        let answer: unknown = null;
        for (let life = 0; life < 4; life++) {
          await stage.clock.advance(60_000 + TRANSFER_SETTINGS.transitMs);
          ({ answer } = await cancel(stage, orderId, null));
        }
        const cases = await database.store.refundCases.ofOrders([orderId]);
        const { state } = await stage.order(orderId);
        await database.close();
        expect([at, answer]).toMatchObject([at, { guidedCase: { ground: 'POLICY', state: 'OPEN' } }]);
        expect([at, cases.length, state]).toEqual([at, 1, 'COMPLETED']);
      }
    });
  });
});
