// Changes of registrant: what has to be agreed to by name, what stands against one, what Gandi is sent, and how one is followed to its end.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeClient } from '../../helpers/fake-gandi.ts';
import { createTestStore, describeStore, type TestStore } from '../../helpers/test-store.ts';
import { contactOf, eur, refusal, upstreamError } from '../buying/gandi.ts';
import {
  createCatalog,
  forMaple,
  HELD_NAME,
  handing,
  ITS_EFFECTS,
  maple,
  outcome,
  type Stage,
  setup,
} from '../buying/setup.ts';

const DAY = 86_400_000;

describeStore('changes of registrant', (backend) => {
  let database: TestStore;
  let stage: Stage;
  const renewStage = async (options: Parameters<typeof setup>[1] = {}) => {
    await database?.close();
    database = await createTestStore(backend);
    stage = setup(database, options);
  };
  beforeEach(() => renewStage());
  afterEach(() => database.close());

  const expectNothingBought = async () => {
    expect([stage.gandi.bought, stage.gandi.sentOf('change')]).toEqual([[], []]);
    expect(await stage.allOrders()).toEqual([]);
  };

  describe('a change of registrant', () => {
    test('is one order, one call in lane money, and one charge of its price', async () => {
      const { order, replayed } = await stage.change({ expectedPrice: eur(600) });
      expect(order).toMatchObject({
        kind: 'CHANGE_REGISTRANT',
        state: 'ACCEPTED',
        domainName: HELD_NAME,
        organizationId: 'reseller',
        clientId: 'c02',
        years: null,
        price: { beforeTaxes: eur(500), afterTaxes: eur(600) },
      });
      expect(replayed).toBe(false);
      expect(stage.gandi.bought).toMatchObject([
        {
          process: 'change_owner',
          lane: 'money',
          name: HELD_NAME,
          payerId: 'reseller',
          registrant: { givenName: 'Nia', companyName: 'Company c02', email: 'c02@example.net' },
        },
      ]);
      expect(stage.gandi.bought[0]).not.toHaveProperty('admin');
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 600]]);
    });

    test('to somebody new makes no client: Gandi does, and the order names it in the end', async () => {
      const { order } = await stage.change(forMaple);
      expect(order).toMatchObject({ clientId: null, createdClient: false });
      expect(stage.gandi.sentOf('create-client')).toEqual([]);
      expect(stage.gandi.bought).toMatchObject([{ registrant: { email: maple.email, phone: '+358.401234567' } }]);
      stage.gandi.world.clients.push({
        organizationId: 'reseller',
        client: { ...fakeClient('made'), email: maple.email },
      });
      stage.gandi.handOver(HELD_NAME);
      expect(await stage.look(order.id)).toMatchObject({ state: 'COMPLETED', clientId: 'made' });
    });

    test('waits for both parties and the registry, and tells each step and answer once', async () => {
      const { order } = await stage.change();
      expect((await stage.look(order.id)).state).toBe('ACCEPTED');
      stage.gandi.reportChange(HELD_NAME, { step: 'WAIT', oldRegistrantAnswer: 'W', newRegistrantAnswer: 'W' });
      expect((await stage.look(order.id)).state).toBe('WAITING');
      stage.gandi.reportChange(HELD_NAME, { oldRegistrantAnswer: 'T' });
      const halfway = await stage.look(order.id);
      expect(halfway).toMatchObject({ state: 'WAITING', progress: { step: 'WAIT', oldAnswer: 'T', newAnswer: 'W' } });
      expect(await stage.look(order.id)).toEqual(halfway);
      stage.gandi.reportChange(HELD_NAME, { step: 'RUN', newRegistrantAnswer: 'T' });
      await stage.look(order.id);
      stage.gandi.handOver(HELD_NAME);
      const done = await stage.look(order.id);
      expect(done).toMatchObject({ state: 'COMPLETED', nextLookAt: null, clientId: 'c02' });
      expect(done.timeline.map(({ state, note }) => [state, note?.split(' ')[0] ?? null]).slice(2)).toEqual([
        ['ACCEPTED', null],
        ['ACCEPTED', 'Gandi'],
        ['WAITING', 'The'],
        ['WAITING', 'The'],
        ['COMPLETED', null],
      ]);
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 600]]);
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('is completed by the follower, and looked at no more', async () => {
      const { order } = await stage.change();
      stage.gandi.handOver(HELD_NAME);
      await stage.follow(3);
      expect(await stage.order(order.id)).toMatchObject({ state: 'COMPLETED', nextLookAt: null });
      expect(await stage.store.orders.nextDueAt()).toBeNull();
    });

    test('is not done by Gandi’s word alone: the domain has to show the new registrant', async () => {
      const { order } = await stage.change();
      stage.gandi.reportChange(HELD_NAME, { step: 'DONE' });
      expect((await stage.look(order.id)).state).not.toBe('COMPLETED');
      stage.gandi.handOver(HELD_NAME);
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
    });

    test('is done when Gandi has forgotten it and the domain shows the new registrant', async () => {
      const { order } = await stage.change();
      stage.gandi.handOver(HELD_NAME);
      stage.gandi.changes.delete(HELD_NAME);
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
    });

    test.each([
      ['one party refused', { oldRegistrantAnswer: 'T', newRegistrantAnswer: 'F', errorType: 'foa_refused' }],
      ['nobody answered', { oldRegistrantAnswer: 'W', newRegistrantAnswer: 'W', errorType: 'foa_timeout' }],
    ])('as %s is FAILED with the reason, and its charge is taken back once', async (_, report) => {
      const { order } = await stage.change();
      stage.gandi.reportChange(HELD_NAME, { step: 'WAIT' });
      await stage.look(order.id);
      stage.gandi.reportChange(HELD_NAME, { ...report, step: 'ERROR', errorLabel: 'It did not come about.' });
      expect(await stage.look(order.id)).toMatchObject({
        state: 'FAILED',
        failureCode: report.errorType,
        failureMessage: 'It did not come about.',
        nextLookAt: null,
      });
      await stage.look(order.id);
      expect(await stage.ledger(order.id)).toEqual([
        ['CHARGE', 600],
        ['VOID', 600],
      ]);
      expect(stage.gandi.registrantOf(HELD_NAME)).toContain('c00@example.net');
      expect(await stage.change()).toMatchObject({ replayed: true, order: { state: 'FAILED' } });
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('that failed can be ordered again by another key, which the old failure does not end', async () => {
      const { order } = await stage.change();
      stage.gandi.reportChange(HELD_NAME, { step: 'ERROR', errorType: 'foa_refused' });
      await stage.look(order.id);
      await stage.clock.advance(60_000);
      const old = stage.gandi.changes.get(HELD_NAME) ?? expect.unreachable();
      const second = await stage.change({ idempotencyKey: 'wish-2' });
      stage.gandi.changes.set(HELD_NAME, old);
      expect((await stage.look(second.order.id)).state).toBe('ACCEPTED');
      stage.gandi.handOver(HELD_NAME);
      expect((await stage.look(second.order.id)).state).toBe('COMPLETED');
      expect(stage.gandi.bought).toHaveLength(2);
    });

    test('that has not ended after twelve days asks for somebody to act, once', async () => {
      const { order } = await stage.change();
      stage.gandi.reportChange(HELD_NAME, { step: 'WAIT' });
      await stage.look(order.id);
      await stage.clock.advance(12 * DAY);
      expect((await stage.look(order.id)).state).toBe('ACTION_REQUIRED');
      const { timeline } = await stage.look(order.id);
      expect(timeline.filter(({ state }) => state === 'ACTION_REQUIRED')).toHaveLength(1);
      stage.gandi.handOver(HELD_NAME);
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
    });
  });

  describe('side effects have to be acknowledged by name, and nothing is sent before', () => {
    const names = (error: unknown) =>
      (error as { effects: readonly { name: string }[] }).effects.map(({ name }) => name);

    test.each([[[]], [['CERTIFICATES_STAY']], [['TRANSFER_LOCKED_AFTERWARDS', 'PREMIUM_PRICE']]] as const)(
      'acknowledging %j is not enough',
      async (acknowledge) => {
        const error = await outcome(stage.change({ acknowledge }));
        expect(error).toMatchObject({ code: 'CONFIRMATION_NEEDED', path: ['input', 'acknowledge'] });
        expect(names(error)).toEqual(ITS_EFFECTS);
        await expectNothingBought();
        expect(stage.gandi.sentOf('dry-run')).toEqual([]);
      },
    );

    test('auto-renewal that is on is switched off by it', async () => {
      stage.gandi.show(HELD_NAME, { autoRenew: true });
      expect(names(await outcome(stage.change()))).toEqual(['AUTO_RENEW_SWITCHED_OFF', ...ITS_EFFECTS]);
      await expectNothingBought();
      await stage.change({ acknowledge: ['AUTO_RENEW_SWITCHED_OFF', ...ITS_EFFECTS] });
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('a country’s registry keeps no domain from a transfer afterwards', async () => {
      stage.gandi.world.domains.push({ name: 'shop.fr', organizationId: 'reseller', clientId: 'c01' });
      const error = await outcome(stage.change({ domain: 'shop.fr', acknowledge: [] }));
      expect(names(error)).toEqual(['CERTIFICATES_STAY']);
    });

    test('a fresh registration can be given back no more', async () => {
      const fresh = await stage.register({ domain: 'fresh.com', idempotencyKey: 'fresh' });
      stage.gandi.deliver('fresh.com');
      await stage.look(fresh.order.id);
      const error = await outcome(stage.change({ domain: 'fresh.com' }));
      expect(names(error)).toEqual([...ITS_EFFECTS, 'FORFEITS_REFUND']);
      const acknowledge = [...ITS_EFFECTS, 'FORFEITS_REFUND'] as const;
      expect((await stage.change({ domain: 'fresh.com', acknowledge })).order.state).toBe('ACCEPTED');
    });
  });

  describe('the same key', () => {
    test('with the same input is the same order, and Gandi is not asked', async () => {
      const { order } = await stage.change(forMaple);
      stage.gandi.clear();
      const again = await stage.change({ ...forMaple, acknowledge: [] });
      expect([again.order.id, again.replayed]).toEqual([order.id, true]);
      expect(stage.gandi.allCalls()).toBe(0);
    });

    test('after the change is the completed order', async () => {
      const { order } = await stage.change();
      stage.gandi.handOver(HELD_NAME);
      await stage.look(order.id);
      expect(await stage.change()).toMatchObject({ replayed: true, order: { id: order.id, state: 'COMPLETED' } });
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test.each([
      ['client', { client: { id: 'c01' } }],
      ['price agreed to', { expectedPrice: eur(600) }],
      ['domain', { domain: 'd0001.example' }],
    ])('with another %s is refused', async (_, more) => {
      const { order } = await stage.change();
      expect(await outcome(stage.change(more))).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', orderId: order.id });
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('by twins at once, in one process or two, orders once', async () => {
      const other = stage.another();
      const answers = await Promise.all([stage.change(), stage.change(), other.change(), other.change()]);
      expect(new Set(answers.map(({ order }) => order.id)).size).toBe(1);
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(stage.gandi.bought).toHaveLength(1);
    });
  });

  test('another key while one is under way is refused with the order in the way', async () => {
    const { order } = await stage.change();
    expect(await outcome(stage.change({ idempotencyKey: 'wish-2' }))).toMatchObject({
      code: 'OPERATION_IN_PROGRESS',
      orderId: order.id,
    });
    expect(stage.gandi.bought).toHaveLength(1);
  });

  describe('what stands against a change is told before any money', () => {
    test.each([
      ['no such domain', { domain: 'nowhere.example' }, { code: 'NOT_FOUND', path: ['input', 'domain'] }],
      ['no such client', { client: { id: 'nobody' } }, { code: 'NOT_FOUND', path: ['input', 'client', 'id'] }],
      ['a client of another organization', { client: { id: 'x00' } }, { code: 'NOT_FOUND' }],
      ['another price', { expectedPrice: eur(599) }, { code: 'PRICE_CHANGED', expected: eur(599), actual: eur(600) }],
      [
        'data that cannot be used',
        { client: { create: { ...maple, email: 'nobody' } } },
        { code: 'INVALID_INPUT', path: ['input', 'client', 'create', 'email'] },
      ],
      ['the registrant that it has', { client: { id: 'c00' } }, { code: 'INVALID_INPUT', path: ['input', 'client'] }],
    ])('%s', async (_, more, told) => {
      expect(await outcome(stage.change(more))).toMatchObject(told);
      await expectNothingBought();
    });

    test('the registrant that it has, written in other case', async () => {
      const { email, companyName = '' } = contactOf('c00');
      const same = { ...maple, email: email.toUpperCase(), companyName: companyName.toUpperCase() };
      expect(await outcome(stage.change({ client: { create: same } }))).toMatchObject({ code: 'INVALID_INPUT' });
      await expectNothingBought();
    });

    test.each(['clientUpdateProhibited', 'serverUpdateProhibited', 'pendingTransfer'])(
      'the status %s of the domain',
      async (status) => {
        stage.gandi.show(HELD_NAME, { eppStatuses: ['clientTransferProhibited', status] });
        expect(await outcome(stage.change())).toMatchObject({ code: 'DOMAIN_LOCKED', statuses: [status] });
        await expectNothingBought();
      },
    );

    test('but not the lock against transfers', async () => {
      stage.gandi.show(HELD_NAME, { eppStatuses: ['clientTransferProhibited'] });
      expect((await stage.change()).order.state).toBe('ACCEPTED');
    });

    test('an extension whose registrants cannot be changed online; where Gandi does not say, it is tried', async () => {
      await renewStage({ catalog: createCatalog(false) });
      expect(await outcome(stage.change())).toMatchObject({
        code: 'REGISTRANT_CHANGE_UNSUPPORTED',
        path: ['input', 'domain'],
      });
      await expectNothingBought();
      await renewStage({ catalog: createCatalog(null) });
      expect((await stage.change()).order.state).toBe('ACCEPTED');
    });

    test('a change that is under way at Gandi without us', async () => {
      stage.gandi.reportChange(HELD_NAME, { step: 'WAIT' });
      expect(await outcome(stage.change())).toMatchObject({ code: 'OPERATION_IN_PROGRESS', orderId: null });
      await expectNothingBought();
    });

    test('an account that does not hold the price', async () => {
      stage.gandi.terms.balance = eur(599);
      expect(await outcome(stage.change())).toMatchObject({ code: 'INSUFFICIENT_FUNDS', needed: eur(600) });
      await expectNothingBought();
    });

    test('what Gandi objects to in a dry run', async () => {
      stage.gandi.terms.dryRun = { problems: [{ field: 'owner.zip', message: 'is missing' }], warning: null };
      expect(await outcome(stage.change(forMaple))).toMatchObject({
        code: 'REJECTED_BY_GANDI',
        problems: [{ field: 'owner.zip' }],
      });
      await expectNothingBought();
    });
  });

  test('what Gandi refuses is FAILED, without a charge, and another key can order', async () => {
    stage.gandi.willBe('change', refusal('no'));
    expect(await outcome(stage.change())).toMatchObject({ code: 'REJECTED_BY_GANDI', createdClientId: null });
    const [order] = await stage.allOrders();
    expect(order).toMatchObject({ state: 'FAILED', failureCode: 'REJECTED_BY_GANDI' });
    expect(await stage.ledger(order?.id ?? '')).toEqual([]);
    expect((await stage.change({ idempotencyKey: 'wish-2' })).order.state).toBe('ACCEPTED');
    expect(stage.gandi.bought).toHaveLength(1);
  });

  test('what Gandi was too busy to take is sent by the same key, exactly once', async () => {
    stage.gandi.willBe('change', upstreamError('busy'));
    expect(await outcome(stage.change())).toMatchObject({ code: 'UPSTREAM_BUSY' });
    expect(await stage.change()).toMatchObject({ replayed: true, order: { state: 'ACCEPTED' } });
    expect(stage.gandi.bought).toHaveLength(1);
  });

  describe('a key', () => {
    test.each([[{ organizationId: 'other' }], [{ organizationId: 'reseller', clientId: 'c02' }]])(
      'limited to %j gets "not found" for a domain of another, before and after it was ordered',
      async (limit) => {
        await stage.learn(HELD_NAME);
        expect(await outcome(stage.change({}, limit))).toMatchObject({ code: 'NOT_FOUND', path: ['input', 'domain'] });
        await expectNothingBought();
        await stage.change();
        const after = await outcome(stage.change({}, limit));
        expect(after).toMatchObject({ code: 'NOT_FOUND' });
        expect(after).not.toHaveProperty('orderId');
        expect(stage.gandi.bought).toHaveLength(1);
      },
    );

    test('limited to one client cannot give its domain to another', async () => {
      await stage.learn(HELD_NAME);
      const limit = { organizationId: 'reseller', clientId: 'c00' };
      expect(await outcome(stage.change({}, limit))).toMatchObject({ code: 'NOT_FOUND' });
      expect(await outcome(stage.change(forMaple, limit))).toMatchObject({ code: 'INVALID_INPUT' });
      await expectNothingBought();
    });

    test('without the right to change registrants is refused', async () => {
      const scopes = new Set(['portfolio:read', 'client:write', 'registration:order'] as const);
      expect(await outcome(stage.change({}, { scopes }))).toMatchObject({
        name: 'MissingScopeError',
        scope: 'registrant:change',
      });
      expect(stage.gandi.allCalls()).toBe(0);
    });
  });

  describe('a dry run', () => {
    const quote = (more: Parameters<typeof handing>[0] = {}) =>
      stage.changes.quote(stage.scopeOf(), handing({ acknowledge: [], ...more }));

    test('tells price, approvals and what has to be acknowledged, and writes and buys nothing', async () => {
      const told = await quote(forMaple);
      expect(told).toMatchObject({
        name: HELD_NAME,
        price: { afterTaxes: eur(600) },
        blockers: [],
        effects: [expect.stringContaining('five days')],
        upstreamCalls: 1,
      });
      expect(told.toAcknowledge.map(({ name }) => name)).toEqual(ITS_EFFECTS);
      expect(stage.gandi.sentOf('dry-run')).toEqual([`dry-run:${HELD_NAME}`]);
      await expectNothingBought();
      expect(await database.query('SELECT count(*)::int AS entries FROM ledger_entries')).toEqual([{ entries: 0 }]);
    });

    test('tells what stands against it', async () => {
      stage.gandi.terms.balance = eur(1);
      stage.gandi.terms.dryRun = { problems: [{ field: 'owner.zip', message: 'is missing' }], warning: null };
      expect((await quote({ expectedPrice: eur(1) })).blockers.map(({ code }) => code)).toEqual([
        'PRICE_CHANGED',
        'INSUFFICIENT_FUNDS',
        'REJECTED_BY_GANDI',
      ]);
      stage.gandi.show(HELD_NAME, { eppStatuses: ['serverUpdateProhibited'] });
      expect((await quote()).blockers).toMatchObject([{ code: 'DOMAIN_LOCKED' }]);
      await expectNothingBought();
    });
  });

  describe('sending the approval mail again', () => {
    const resend = (orderId: string, email = 'c02@example.net', session: Parameters<Stage['scopeOf']>[0] = {}) =>
      outcome(stage.changes.resendApproval(stage.scopeOf(session), { orderId, email }));

    test('asks Gandi once, for that address, and changes nothing', async () => {
      const { order } = await stage.change();
      expect(await resend(order.id)).toEqual(order);
      expect(stage.gandi.sentOf('mail')).toEqual([`mail:${HELD_NAME}:c02@example.net`]);
    });

    test('needs an address, and an order of this kind that the caller may see', async () => {
      const { order } = await stage.change();
      const registration = await stage.register({ idempotencyKey: 'wish-2' });
      expect(await resend(order.id, 'nobody')).toMatchObject({ code: 'INVALID_INPUT', path: ['input', 'email'] });
      for (const [id, session] of [
        [registration.order.id, {}],
        ['no-id', {}],
        [order.id, { organizationId: 'other' }],
        [order.id, { organizationId: 'reseller', clientId: 'c01' }],
      ] as const)
        expect(await resend(id, 'c02@example.net', session)).toMatchObject({ code: 'NOT_FOUND' });
      expect(stage.gandi.sentOf('mail')).toEqual([]);
    });

    test('that Gandi refuses is told as that, and one that did not get there as a fault', async () => {
      const { order } = await stage.change();
      stage.gandi.willBe('mail', upstreamError('conflict'), upstreamError('timeout'));
      expect(await resend(order.id)).toMatchObject({ code: 'REJECTED_BY_GANDI' });
      expect(await resend(order.id)).toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
    });
  });
});
