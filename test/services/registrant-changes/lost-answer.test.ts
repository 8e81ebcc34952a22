// Changes of registrant whose answer never came, or whose process dies: ordered once, and never mistaken for an earlier change of the same domain.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { UpstreamRegistrantChange } from '../../../src/upstream/port.ts';
import { deathsAt } from '../../helpers/mortal.ts';
import { createTestStore, describeStore, type TestStore } from '../../helpers/test-store.ts';
import { refusal, upstreamError } from '../buying/gandi.ts';
import { forMaple, HELD_NAME, handing, outcome, recover, type Stage, setup } from '../buying/setup.ts';

describeStore('changes of registrant', (backend) => {
  let database: TestStore;
  let stage: Stage;
  const renewStage = async () => {
    await database?.close();
    database = await createTestStore(backend);
    stage = setup(database);
  };
  beforeEach(renewStage);
  afterEach(() => database.close());

  describe('an answer that was lost after the effect', () => {
    beforeEach(() => stage.gandi.willBe('change', 'taken-unanswered'));

    test('comes back as SUBMITTED, is settled by Gandi’s report and completed by the domain', async () => {
      const { order } = await stage.change();
      expect(order).toMatchObject({ state: 'SUBMITTED', leaseOwner: null });
      await stage.reconcile();
      expect((await stage.order(order.id)).state).toBe('ACCEPTED');
      stage.gandi.handOver(HELD_NAME);
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
      expect(await stage.change()).toMatchObject({ replayed: true, order: { id: order.id, state: 'COMPLETED' } });
      expect(stage.gandi.bought).toHaveLength(1);
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 600]]);
    });

    test.each([
      ['still reports', false],
      ['no longer reports', true],
    ])('of a change that is done and Gandi %s is settled', async (_, isForgotten) => {
      const { order } = await stage.change(forMaple);
      stage.gandi.handOver(HELD_NAME);
      if (isForgotten) stage.gandi.changes.delete(HELD_NAME);
      await stage.reconcile();
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('of a change that one party refused meanwhile is charged and taken back', async () => {
      const { order } = await stage.change();
      stage.gandi.reportChange(HELD_NAME, { step: 'ERROR', errorType: 'foa_refused' });
      await stage.reconcile();
      expect((await stage.look(order.id)).state).toBe('FAILED');
      expect(await stage.ledger(order.id)).toEqual([
        ['CHARGE', 600],
        ['VOID', 600],
      ]);
    });

    test('is not sent again by its key, nor by another, while it is open', async () => {
      const { order } = await stage.change();
      expect(await stage.change()).toMatchObject({ replayed: true, order: { id: order.id, state: 'SUBMITTED' } });
      expect(await outcome(stage.change({ idempotencyKey: 'wish-2' }))).toMatchObject({
        code: 'OPERATION_IN_PROGRESS',
        orderId: order.id,
      });
      expect(stage.gandi.sentOf('change')).toHaveLength(1);
    });

    test('stays open while Gandi cannot be asked, for however long', async () => {
      const { order } = await stage.change();
      stage.gandi.failReads(upstreamError('unavailable'));
      for (let round = 0; round < 3; round++) {
        await stage.reconcile().catch(() => null);
        await stage.clock.advance(7_200_000);
      }
      expect((await stage.order(order.id)).state).toBe('SUBMITTED');
      stage.gandi.failReads(null);
      await stage.reconcile();
      expect((await stage.order(order.id)).state).toBe('ACCEPTED');
      expect(stage.gandi.bought).toHaveLength(1);
    });
  });

  describe('an answer that was lost before the effect', () => {
    beforeEach(() => stage.gandi.willBe('change', 'lost'));

    test('is given back to its caller after two empty looks, and the same key sends it exactly once more', async () => {
      const { order } = await stage.change();
      await stage.reconcile();
      await stage.clock.advance(60_000);
      await stage.reconcile();
      expect((await stage.order(order.id)).state).toBe('SUBMITTED');
      await stage.reconcileLate(1);
      expect((await stage.order(order.id)).state).toBe('CLAIMED');
      expect(stage.gandi.bought).toEqual([]);
      expect(await stage.change()).toMatchObject({ replayed: true, order: { id: order.id, state: 'ACCEPTED' } });
      await stage.change();
      expect(stage.gandi.bought).toHaveLength(1);
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 600]]);
    });

    test('and that lands after both looks is found before the repeat is sent', async () => {
      const { order } = await stage.change();
      await stage.reconcileLate(2);
      stage.gandi.reportChange(HELD_NAME, { step: 'WAIT' });
      expect((await stage.change()).order).toMatchObject({ id: order.id, state: 'ACCEPTED' });
      expect(stage.gandi.sentOf('change')).toHaveLength(1);
    });

    test.each(['conflict', 'invalid'] as const)(
      'and that lands while the repeat is on its way is found when Gandi refuses the second: %s',
      async (kind) => {
        const { order } = await stage.change();
        await stage.reconcileLate(2);
        const { changeRegistrant } = stage.gandi.port;
        stage.gandi.willBe('change', upstreamError(kind));
        stage.gandi.port.changeRegistrant = async (request, call) => {
          stage.gandi.reportChange(HELD_NAME, { step: 'WAIT' });
          await changeRegistrant(request, call);
        };
        expect((await stage.change()).order).toMatchObject({ id: order.id, state: 'ACCEPTED' });
      },
    );

    test('and that Gandi refuses at the repeat is FAILED, without a charge', async () => {
      const { order } = await stage.change();
      await stage.reconcileLate(2);
      stage.gandi.willBe('change', refusal());
      expect(await outcome(stage.change())).toMatchObject({ code: 'REJECTED_BY_GANDI' });
      expect((await stage.order(order.id)).state).toBe('FAILED');
      expect(await stage.ledger(order.id)).toEqual([]);
    });

    test('and that nobody comes back for is cancelled after an hour, and the domain free', async () => {
      const { order } = await stage.change();
      await stage.reconcileLate(2);
      await stage.clock.advance(3_601_000);
      await stage.reconcile();
      expect((await stage.order(order.id)).state).toBe('CANCELLED');
      expect((await stage.change({ idempotencyKey: 'wish-2' })).order.state).toBe('ACCEPTED');
      expect(stage.gandi.bought).toHaveLength(1);
    });
  });

  describe('an earlier change that Gandi still reports', () => {
    const earlier: readonly (readonly [string, (now: number) => Partial<UpstreamRegistrantChange>])[] = [
      ['was done a month ago', (now) => ({ step: 'DONE', createdAt: now - 30 * 86_400_000 })],
      ['was done a minute ago', (now) => ({ step: 'DONE', createdAt: now - 60_000 })],
      ['failed a minute ago', (now) => ({ step: 'ERROR', errorType: 'foa_refused', createdAt: now - 60_000 })],
      ['was done, Gandi does not say when', () => ({ step: 'DONE', createdAt: null })],
      ['failed, Gandi does not say when', () => ({ step: 'ERROR', errorType: 'foa_refused', createdAt: null })],
    ];

    test.each(earlier)('and that %s is not taken for ours when ours was lost before the effect', async (_, report) => {
      stage.gandi.reportChange(HELD_NAME, report(stage.clock.now()));
      stage.gandi.willBe('change', 'lost');
      const { order } = await stage.change();
      await stage.reconcileLate(2);
      expect((await stage.order(order.id)).state).toBe('CLAIMED');
      expect((await stage.change()).order).toMatchObject({ id: order.id, state: 'ACCEPTED' });
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test.each(earlier)('and that %s neither completes nor fails ours', async (_, report) => {
      const before = report(stage.clock.now());
      stage.gandi.reportChange(HELD_NAME, before);
      const { order } = await stage.change();
      stage.gandi.reportChange(HELD_NAME, before);
      await stage.clock.advance(1_000);
      expect((await stage.look(order.id)).state).toBe('ACCEPTED');
      stage.gandi.handOver(HELD_NAME);
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 600]]);
    });

    test('does not hide ours once Gandi reports that', async () => {
      stage.gandi.reportChange(HELD_NAME, { step: 'DONE', createdAt: stage.clock.now() - 60_000 });
      stage.gandi.willBe('change', 'taken-unanswered');
      const { order } = await stage.change();
      await stage.reconcile();
      expect((await stage.order(order.id)).state).toBe('ACCEPTED');
      stage.gandi.reportChange(HELD_NAME, { step: 'ERROR', errorType: 'foa_refused' });
      expect((await stage.look(order.id)).state).toBe('FAILED');
    });
  });

  test('a report without a date is ours when there was none before', async () => {
    stage.gandi.willBe('change', 'taken-unanswered');
    const { order } = await stage.change();
    stage.gandi.reportChange(HELD_NAME, { createdAt: null, step: 'WAIT' });
    await stage.reconcile();
    expect((await stage.look(order.id)).state).toBe('WAITING');
    stage.gandi.reportChange(HELD_NAME, { createdAt: null, step: 'ERROR', errorType: 'foa_timeout' });
    expect((await stage.look(order.id)).state).toBe('FAILED');
  });

  describe.each([
    ['a client that exists', handing()],
    ['somebody new', handing(forMaple)],
  ])('a process that dies while it gives a domain to %s', (_, wish) => {
    const boundaries = async () => {
      const rehearsal = stage.dying(null);
      await rehearsal.gateway.change(wish);
      return rehearsal.calls();
    };

    test.each(['taken', 'lost', 'taken-unanswered'] as const)(
      'at any of its calls, and whose answer is %s, has ordered once after a restart',
      async (fate) => {
        const last = await boundaries();
        expect(last).toBeGreaterThan(10);
        const found: unknown[][] = [];
        for (const at of deathsAt(last, backend)) {
          await renewStage();
          stage.gandi.willBe('change', fate);
          const dying = stage.dying(at);
          await dying.gateway.change(wish).catch(() => null);
          const state = await recover(stage, (gateway) => gateway.change(wish));
          const [order] = await stage.allOrders();
          found.push([at, state, stage.gandi.bought.length, await stage.ledger(order?.id ?? '')]);
        }
        expect(found).toEqual(found.map(([at]) => [at, 'ACCEPTED', 1, [['CHARGE', 600]]]));
      },
    );
  });
});
