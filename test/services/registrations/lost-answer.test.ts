// Registrations whose answer never came, that fail after they were paid, or whose process dies: bought once, and what became of them is known.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deathsAt } from '../../helpers/mortal.ts';
import { createTestStore, describeStore, type TestStore } from '../../helpers/test-store.ts';
import { refusal, underWay, upstreamError } from '../buying/gandi.ts';
import { FREE_NAME, forMaple, maple, outcome, recover, registration, type Stage, setup } from '../buying/setup.ts';

describeStore('registrations', (backend) => {
  let database: TestStore;
  let stage: Stage;
  const renewStage = async () => {
    await database?.close();
    database = await createTestStore(backend);
    stage = setup(database);
  };
  beforeEach(renewStage);
  afterEach(() => database.close());

  const olderFailure = () =>
    void stage.gandi.registrations.set(FREE_NAME, underWay('ERROR', { type: 'older', label: 'That was last week.' }));

  describe('an answer that was lost after the effect', () => {
    beforeEach(() => stage.gandi.willBe('register', 'taken-unanswered'));

    test('comes back as SUBMITTED, is settled by createstatus and completed by the domain, for one client', async () => {
      const { order, replayed } = await stage.register(forMaple);
      expect([order.state, order.leaseOwner, replayed]).toEqual(['SUBMITTED', null, false]);
      expect(await stage.ledger(order.id)).toEqual([]);
      stage.gandi.clear();
      await stage.reconcile();
      expect(stage.gandi.sent).toEqual([`createstatus:${FREE_NAME}`]);
      expect((await stage.order(order.id)).state).toBe('ACCEPTED');
      stage.gandi.deliver(FREE_NAME);
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
      expect(await stage.register(forMaple)).toMatchObject({
        replayed: true,
        order: { id: order.id, state: 'COMPLETED' },
      });
      expect([stage.gandi.bought.length, stage.gandi.clientsOf(maple.email)]).toEqual([1, 1]);
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 1_200]]);
    });

    test('and after the domain is there already is settled by the domain', async () => {
      const { order } = await stage.register();
      stage.gandi.deliver(FREE_NAME);
      await stage.reconcile();
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('and after Gandi forgot the registration too is settled by the domain', async () => {
      const { order } = await stage.register();
      stage.gandi.deliver(FREE_NAME);
      stage.gandi.registrations.delete(FREE_NAME);
      await stage.reconcile();
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('stays open while Gandi points to the domain and does not show it yet', async () => {
      const { order } = await stage.register(forMaple);
      stage.gandi.registrations.set(FREE_NAME, { kind: 'registered' });
      await stage.reconcileLate(4);
      expect((await stage.order(order.id)).state).toBe('SUBMITTED');
      stage.gandi.deliver(FREE_NAME);
      await stage.reconcile();
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
      expect([stage.gandi.sentOf('register').length, stage.gandi.bought.length]).toEqual([1, 1]);
    });

    test('and after an older failure of the name is settled by the new report', async () => {
      olderFailure();
      const { order } = await stage.register();
      await stage.reconcile();
      expect((await stage.order(order.id)).state).toBe('ACCEPTED');
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('is not sent again by its key, nor by another, while it is open', async () => {
      const { order } = await stage.register();
      expect(await stage.register()).toMatchObject({ replayed: true, order: { id: order.id, state: 'SUBMITTED' } });
      expect(await outcome(stage.register({ idempotencyKey: 'wish-2' }))).toMatchObject({
        code: 'OPERATION_IN_PROGRESS',
        orderId: order.id,
      });
      expect(stage.gandi.sentOf('register')).toHaveLength(1);
    });

    test.each(['timeout', 'unavailable', 'forbidden', 'contract', 'unreachable'] as const)(
      'stays open while Gandi answers looks with %s, for however long',
      async (kind) => {
        const { order } = await stage.register();
        stage.gandi.failReads(upstreamError(kind));
        for (let round = 0; round < 3; round++) {
          await stage.reconcile().catch(() => null);
          await stage.clock.advance(7_200_000);
        }
        expect((await stage.order(order.id)).state).toBe('SUBMITTED');
        stage.gandi.failReads(null);
        await stage.reconcile();
        expect((await stage.order(order.id)).state).toBe('ACCEPTED');
        expect(stage.gandi.bought).toHaveLength(1);
      },
    );

    test('stays open while the domain cannot be looked for', async () => {
      const { order } = await stage.register();
      stage.gandi.registrations.delete(FREE_NAME);
      stage.gandi.fake.fail(/^domain:/, upstreamError('unavailable', { status: 502 }));
      for (let round = 0; round < 3; round++) {
        await stage.reconcile().catch(() => null);
        await stage.clock.advance(600_000);
      }
      expect((await stage.order(order.id)).state).toBe('SUBMITTED');
    });
  });

  describe('an answer that was lost before the effect', () => {
    beforeEach(() => stage.gandi.willBe('register', 'lost'));

    test('is given back to its caller after two empty looks, and the same key sends it exactly once more', async () => {
      const { order } = await stage.register(forMaple);
      await stage.reconcile();
      await stage.clock.advance(60_000);
      await stage.reconcile();
      expect((await stage.order(order.id)).state).toBe('SUBMITTED');
      await stage.reconcileLate(1);
      expect((await stage.order(order.id)).state).toBe('CLAIMED');
      expect(stage.gandi.bought).toEqual([]);
      const again = await stage.register(forMaple);
      expect(again).toMatchObject({ replayed: true, order: { id: order.id, state: 'ACCEPTED' } });
      await stage.register(forMaple);
      expect(stage.gandi.sentOf('register')).toHaveLength(2);
      expect([stage.gandi.bought.length, stage.gandi.clientsOf(maple.email)]).toEqual([1, 1]);
      expect(stage.gandi.bought).toMatchObject([{ clientId: order.clientId }]);
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 1_200]]);
    });

    test('did not land when the name is somebody else’s by now: Gandi answers 403 to a credential that works', async () => {
      const { order } = await stage.register(forMaple);
      stage.gandi.taken.add(FREE_NAME);
      stage.gandi.fake.fail(/^domain:/, upstreamError('forbidden'));
      await stage.reconcileLate(2);
      expect((await stage.order(order.id)).state).toBe('CLAIMED');
      expect(stage.gandi.sentOf('billing').length).toBeGreaterThan(0);
      expect(stage.gandi.bought).toEqual([]);
    });

    test('is sent again once by six repeats at the same time', async () => {
      await stage.register(forMaple);
      await stage.reconcileLate(2);
      await Promise.all(Array.from({ length: 6 }, () => stage.register(forMaple)));
      expect([stage.gandi.bought.length, stage.gandi.clientsOf(maple.email)]).toEqual([1, 1]);
    });

    test('and that lands between the two looks is found by the second', async () => {
      const { order } = await stage.register();
      await stage.reconcile();
      stage.gandi.registrations.set(FREE_NAME, underWay('RUN'));
      await stage.reconcileLate(1);
      expect((await stage.order(order.id)).state).toBe('ACCEPTED');
      expect(stage.gandi.sentOf('register')).toHaveLength(1);
    });

    test('and that lands after both looks is found before the repeat is sent', async () => {
      const { order } = await stage.register();
      await stage.reconcileLate(2);
      stage.gandi.registrations.set(FREE_NAME, underWay('RUN'));
      expect((await stage.register()).order).toMatchObject({ id: order.id, state: 'ACCEPTED' });
      expect(stage.gandi.sentOf('register')).toHaveLength(1);
    });

    test.each(['conflict', 'invalid'] as const)(
      'and that lands while the repeat is on its way is found when Gandi refuses the second: %s',
      async (kind) => {
        const { order } = await stage.register(forMaple);
        await stage.reconcileLate(2);
        const late = upstreamError(kind, { problems: [{ field: 'fqdn', message: 'is not available' }] });
        stage.gandi.willBe('register', late);
        const { register } = stage.gandi.port;
        stage.gandi.port.register = async (request, call) => {
          stage.gandi.registrations.set(FREE_NAME, underWay('RUN'));
          await register(request, call);
        };
        expect((await stage.register(forMaple)).order).toMatchObject({ id: order.id, state: 'ACCEPTED' });
        expect(stage.gandi.clientsOf(maple.email)).toBe(1);
      },
    );

    test('as the name was taken by somebody else is refused at the repeat, and the client removed', async () => {
      const { order } = await stage.register(forMaple);
      stage.gandi.taken.add(FREE_NAME);
      await stage.reconcileLate(2);
      expect(await outcome(stage.register(forMaple))).toMatchObject({ code: 'REJECTED_BY_GANDI' });
      expect(await stage.order(order.id)).toMatchObject({ state: 'FAILED', clientId: null });
      expect([stage.gandi.bought.length, stage.gandi.clientsOf(maple.email)]).toEqual([0, 0]);
      expect(await stage.ledger(order.id)).toEqual([]);
    });

    test('is not taken for a domain of that name in another organization', async () => {
      const { order } = await stage.register();
      stage.gandi.world.domains.push({ name: FREE_NAME, organizationId: 'other', clientId: 'x00' });
      stage.gandi.registrations.set(FREE_NAME, { kind: 'registered' });
      await stage.reconcileLate(2);
      expect((await stage.order(order.id)).state).toBe('CLAIMED');
      expect(await stage.ledger(order.id)).toEqual([]);
    });

    test('is not taken for an older registration of the name that failed', async () => {
      olderFailure();
      const { order } = await stage.register();
      await stage.reconcileLate(2);
      expect((await stage.order(order.id)).state).toBe('CLAIMED');
      expect((await stage.register()).order).toMatchObject({ id: order.id, state: 'ACCEPTED' });
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('and that nobody comes back for is cancelled after an hour, its client removed, and the name free', async () => {
      const { order } = await stage.register(forMaple);
      await stage.reconcileLate(2);
      await stage.clock.advance(3_601_000);
      await stage.reconcile();
      expect(await stage.order(order.id)).toMatchObject({ state: 'CANCELLED', clientId: null });
      expect(stage.gandi.clientsOf(maple.email)).toBe(0);
      expect((await stage.register({ idempotencyKey: 'wish-2' })).order.state).toBe('ACCEPTED');
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('and that landed all the same before it is given up is kept', async () => {
      const { order } = await stage.register(forMaple);
      await stage.reconcileLate(2);
      stage.gandi.registrations.set(FREE_NAME, underWay('RUN'));
      await stage.clock.advance(3_601_000);
      await stage.reconcile();
      expect((await stage.order(order.id)).state).toBe('ACCEPTED');
      expect(stage.gandi.clientsOf(maple.email)).toBe(1);
    });
  });

  describe('a client whose answer was lost', () => {
    test('and that was made is found and used, once', async () => {
      stage.gandi.willBe('create', 'taken-unanswered');
      const { order } = await stage.register(forMaple);
      expect(order).toMatchObject({ state: 'ACCEPTED', createdClient: true });
      expect([stage.gandi.bought.length, stage.gandi.clientsOf(maple.email)]).toEqual([1, 1]);
    });

    test('and that is not to be seen stops the order before money, and is asked for again only later', async () => {
      stage.gandi.willBe('create', 'lost');
      expect(await outcome(stage.register(forMaple))).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
      expect(stage.gandi.bought).toEqual([]);
      await stage.clock.advance(61_000);
      expect((await stage.register(forMaple)).order.state).toBe('ACCEPTED');
      expect([stage.gandi.bought.length, stage.gandi.clientsOf(maple.email)]).toEqual([1, 1]);
    });
  });

  describe('a registration that fails after it was paid', () => {
    test('is FAILED with the reason, and its charge is taken back once', async () => {
      const { order } = await stage.register(forMaple);
      const failure = { type: 'registry_refused', label: 'The registry refused it.' };
      stage.gandi.registrations.set(FREE_NAME, underWay('ERROR', failure));
      expect(await stage.look(order.id)).toMatchObject({
        state: 'FAILED',
        failureCode: 'registry_refused',
        failureMessage: 'The registry refused it.',
        nextLookAt: null,
      });
      await stage.look(order.id);
      expect(await stage.ledger(order.id)).toEqual([
        ['CHARGE', 1_200],
        ['VOID', 1_200],
      ]);
      expect(await stage.register(forMaple)).toMatchObject({ replayed: true, order: { state: 'FAILED' } });
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('and whose answer was lost as well is charged and taken back', async () => {
      stage.gandi.willBe('register', 'taken-unanswered');
      const { order } = await stage.register();
      stage.gandi.registrations.set(FREE_NAME, underWay('ERROR', { type: 'registry_refused' }));
      await stage.reconcile();
      expect((await stage.look(order.id)).state).toBe('FAILED');
      expect(await stage.ledger(order.id)).toEqual([
        ['CHARGE', 1_200],
        ['VOID', 1_200],
      ]);
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('lets another key order the name again', async () => {
      const { order } = await stage.register();
      stage.gandi.registrations.set(FREE_NAME, underWay('ERROR', { type: 'registry_refused' }));
      await stage.look(order.id);
      const second = await stage.register({ idempotencyKey: 'wish-2' });
      stage.gandi.deliver(FREE_NAME);
      expect((await stage.look(second.order.id)).state).toBe('COMPLETED');
      expect((await stage.order(order.id)).state).toBe('FAILED');
      expect(stage.gandi.bought).toHaveLength(2);
    });

    test('is not an older failure that Gandi still shows in the first moment', async () => {
      olderFailure();
      const { order } = await stage.register();
      olderFailure();
      await stage.clock.advance(1_000);
      expect((await stage.look(order.id)).state).not.toBe('FAILED');
      stage.gandi.deliver(FREE_NAME);
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 1_200]]);
    });

    test('like an older one is FAILED too, once the older one cannot be meant any more', async () => {
      olderFailure();
      const { order } = await stage.register();
      olderFailure();
      await stage.clock.advance(61_000);
      expect((await stage.look(order.id)).state).toBe('FAILED');
    });
  });

  test('a look that fails changes nothing', async () => {
    const { order } = await stage.register();
    stage.gandi.failReads(upstreamError('unavailable'));
    await expect(stage.look(order.id)).rejects.toThrow();
    expect(await stage.order(order.id)).toEqual(order);
  });

  test('a refusal with a lost removal of the client names the client that is still there', async () => {
    stage.gandi.willBe('register', refusal());
    stage.gandi.willBe('delete', 'lost');
    const made = () => stage.gandi.world.clients.find(({ client }) => client.email === maple.email)?.client.id;
    expect(await outcome(stage.register(forMaple))).toMatchObject({
      code: 'REJECTED_BY_GANDI',
      createdClientId: made(),
    });
    expect(await stage.allOrders()).toMatchObject([{ state: 'FAILED', clientId: made() }]);
  });

  describe.each([
    ['a client that exists', registration(), 0],
    ['a client made with it', registration(forMaple), 1],
  ])('a process that dies while it orders for %s', (_, wish, clients) => {
    const boundaries = async () => {
      const rehearsal = stage.dying(null);
      await rehearsal.gateway.register(wish);
      return rehearsal.calls();
    };

    test('at any of its calls has bought once, for one client, after a restart and a repeat', async () => {
      const last = await boundaries();
      expect(last).toBeGreaterThan(12);
      const found: unknown[][] = [];
      for (const at of deathsAt(last, backend)) {
        await renewStage();
        const dying = stage.dying(at);
        await dying.gateway.register(wish).catch(() => null);
        expect(dying.isDead()).toBe(true);
        const state = await recover(stage, (gateway) => gateway.register(wish));
        const charges = (await stage.allOrders()).map(({ id }) => stage.ledger(id));
        found.push([
          at,
          state,
          stage.gandi.bought.length,
          stage.gandi.clientsOf(maple.email),
          await Promise.all(charges),
        ]);
      }
      expect(found).toEqual(found.map(([at]) => [at, 'ACCEPTED', 1, clients, [[['CHARGE', 1_200]]]]));
    });

    test.each(['lost', 'taken-unanswered'] as const)(
      'and whose answers are %s as well has bought once, for one client',
      async (fate) => {
        const last = await boundaries();
        const found: unknown[][] = [];
        for (let at = Math.floor(last / 2); at <= last; at++) {
          await renewStage();
          stage.gandi.willBe('register', fate);
          stage.gandi.willBe('create', fate);
          await stage
            .dying(at)
            .gateway.register(wish)
            .catch(() => null);
          const state = await recover(stage, (gateway) => gateway.register(wish));
          found.push([at, state, stage.gandi.bought.length, stage.gandi.clientsOf(maple.email)]);
        }
        expect(found).toEqual(found.map((__, index) => [Math.floor(last / 2) + index, 'ACCEPTED', 1, clients]));
      },
    );
  });

  test('a process that dies while it follows leaves an order that another completes, with one charge', async () => {
    const rehearse = async (death: Parameters<Stage['dying']>[0]) => {
      await renewStage();
      const { order } = await stage.register(forMaple);
      stage.gandi.deliver(FREE_NAME);
      const dying = stage.dying(death);
      await dying.gateway.following.look(order, new AbortController().signal).catch(() => null);
      return { order, calls: dying.calls() };
    };
    const { calls } = await rehearse(null);
    for (let at = 1; at <= calls; at++) {
      const { order } = await rehearse(at);
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 1_200]]);
    }
  });
});
