// Registrations: what Gandi is sent and the caller told, what stands against one before any money, and what a dry run tells.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestStore, describeStore, type TestStore } from '../../helpers/test-store.ts';
import { eur, refusal, underWay, upstreamError } from '../buying/gandi.ts';
import {
  everythingStored,
  FREE_NAME,
  forMaple,
  HELD_NAME,
  maple,
  outcome,
  registration,
  type Stage,
  setup,
} from '../buying/setup.ts';

describeStore('registrations', (backend) => {
  let database: TestStore;
  let stage: Stage;
  beforeEach(async () => {
    database = await createTestStore(backend);
    stage = setup(database);
  });
  afterEach(() => database.close());

  const expectNothingBought = async () => {
    expect(stage.gandi.bought).toEqual([]);
    expect(stage.gandi.sentOf('register')).toEqual([]);
    expect(stage.gandi.sentOf('create-client')).toEqual([]);
    expect(await stage.allOrders()).toEqual([]);
  };

  describe('a registration', () => {
    test('for a client by its id is one order, one call in lane money, and one charge of its price', async () => {
      const { order, replayed } = await stage.register({ years: 2 });
      expect(order).toMatchObject({
        kind: 'REGISTER',
        state: 'ACCEPTED',
        domainName: FREE_NAME,
        organizationId: 'reseller',
        clientId: 'c00',
        createdClient: false,
        years: 2,
        isPremium: false,
        price: { beforeTaxes: eur(2_000), afterTaxes: eur(2_400) },
      });
      expect(replayed).toBe(false);
      expect(stage.gandi.bought).toEqual([
        {
          process: 'create',
          lane: 'money',
          name: FREE_NAME,
          payerId: 'reseller',
          clientId: 'c00',
          registrant: expect.objectContaining({
            givenName: 'Nia',
            companyName: 'Company c00',
            email: 'c00@example.net',
          }),
          years: 2,
          agreedPrice: { beforeTaxes: eur(2_000) },
          acceptsPremium: false,
          nameservers: [],
          templateId: null,
          extraParameters: {},
          language: null,
        },
      ]);
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 2_400]]);
    });

    test('for a new client asks everything first, then makes the client, then orders for it', async () => {
      const { order } = await stage.register(forMaple);
      expect(stage.gandi.sent.toSorted()).toEqual(
        [
          `check:${FREE_NAME}`,
          `createstatus:${FREE_NAME}`,
          'billing:reseller',
          `dry-run:${FREE_NAME}:null`,
          `create-client:${maple.email}`,
          `register:${FREE_NAME}`,
        ].toSorted(),
      );
      expect(stage.gandi.sent.slice(-3)).toEqual([
        `dry-run:${FREE_NAME}:null`,
        `create-client:${maple.email}`,
        `register:${FREE_NAME}`,
      ]);
      const made = stage.gandi.world.clients.at(-1)?.client;
      expect(made).toMatchObject({ email: maple.email, phone: '+358.401234567' });
      expect(order).toMatchObject({ state: 'ACCEPTED', clientId: made?.id, createdClient: true });
      expect(stage.gandi.bought).toMatchObject([
        { clientId: made?.id, registrant: { givenName: 'Nia', phone: '+358.401234567', isDataObfuscated: true } },
      ]);
      expect(await stage.store.clients.byIds([order.clientId ?? ''])).toMatchObject([{ email: maple.email }]);
    });

    test('for a client with the very same data as one that exists is for that one', async () => {
      const first = await stage.register(forMaple);
      const { order } = await stage.register({ ...forMaple, domain: 'second.example', idempotencyKey: 'wish-2' });
      expect(order).toMatchObject({ clientId: first.order.clientId, createdClient: false });
      expect(stage.gandi.clientsOf(maple.email)).toBe(1);
    });

    test('passes contacts, nameservers, parameters, template and language on', async () => {
      const templateId = '0f0f0f0f-1111-4111-8111-000000000001';
      await stage.register({
        domain: 'xn--pche-gpa.example',
        contacts: { admin: { id: 'c01' }, billing: { create: maple } },
        nameservers: ['ns1.Pêche.example', 'ns2.other.example'],
        registrantParameters: [{ name: 'birth_date', value: '1990-01-02' }],
        extraParameters: [{ name: 'x-purpose', value: 'shop' }],
        templateId,
        language: 'fre',
      });
      expect(stage.gandi.bought).toMatchObject([
        {
          name: 'xn--pche-gpa.example',
          registrant: { email: 'c00@example.net', extraParameters: { birth_date: '1990-01-02' } },
          admin: { email: 'c01@example.net' },
          billing: { email: maple.email, phone: '+358.401234567' },
          nameservers: ['ns1.xn--pche-gpa.example', 'ns2.other.example'],
          extraParameters: { 'x-purpose': 'shop' },
          templateId,
          language: 'fre',
        },
      ]);
      expect(stage.gandi.bought[0]).not.toHaveProperty('tech');
      expect(stage.gandi.clientsOf(maple.email)).toBe(0);
    });

    test('is completed by the follower once the domain is there, and looked at no more', async () => {
      const { order } = await stage.register(forMaple);
      await stage.follow(3);
      expect((await stage.order(order.id)).state).toBe('WAITING');
      stage.gandi.deliver(FREE_NAME);
      const again = stage.another();
      again.follower.start();
      for (let second = 0; second < 5; second++) await stage.clock.advance(1_000);
      await again.follower.stop();
      expect(await stage.order(order.id)).toMatchObject({
        state: 'COMPLETED',
        nextLookAt: null,
        clientId: order.clientId,
        progress: { registeredAt: expect.any(Number) },
      });
      expect(await stage.store.orders.nextDueAt()).toBeNull();
      expect(await stage.ledger(order.id)).toEqual([['CHARGE', 1_200]]);
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('that Gandi took a day ago and has not carried out asks for somebody to act, once', async () => {
      const { order } = await stage.register();
      await stage.clock.advance(86_400_000);
      expect((await stage.look(order.id)).state).toBe('ACTION_REQUIRED');
      const { timeline } = await stage.look(order.id);
      expect(timeline.filter(({ state }) => state === 'ACTION_REQUIRED')).toHaveLength(1);
      stage.gandi.deliver(FREE_NAME);
      expect((await stage.look(order.id)).state).toBe('COMPLETED');
    });
  });

  describe('a premium name', () => {
    beforeEach(() => void stage.gandi.premium.set(FREE_NAME, eur(12_000)));

    test('needs its price acknowledged by name, and nothing is sent before', async () => {
      expect(await outcome(stage.register(forMaple))).toMatchObject({
        code: 'CONFIRMATION_NEEDED',
        effects: [{ name: 'PREMIUM_PRICE' }],
      });
      await expectNothingBought();
    });

    test('whose price Gandi shows for one year only is not ordered for two at the price of the extension', async () => {
      stage.gandi.terms.premiumYears = 1;
      expect(await outcome(stage.register({ years: 2, acknowledge: ['PREMIUM_PRICE'] }))).toMatchObject({
        code: 'INVALID_INPUT',
        fields: [{ path: ['input', 'years'], found: '2', expected: '1 to 1' }],
      });
      await expectNothingBought();
    });

    test('that is acknowledged is ordered as one, at its own price', async () => {
      const { order } = await stage.register({ acknowledge: ['PREMIUM_PRICE'], expectedPrice: eur(12_000) });
      expect(order).toMatchObject({ isPremium: true, price: { afterTaxes: eur(12_000) } });
      expect(stage.gandi.bought).toMatchObject([{ acceptsPremium: true, agreedPrice: { beforeTaxes: eur(10_000) } }]);
    });
  });

  describe('the same key', () => {
    test('with the same input is the same order, and Gandi is not asked', async () => {
      const { order } = await stage.register(forMaple);
      stage.gandi.clear();
      const again = await stage.register({ ...forMaple, acknowledge: ['PREMIUM_PRICE'] });
      expect([again.order.id, again.replayed]).toEqual([order.id, true]);
      expect(stage.gandi.allCalls()).toBe(0);
    });

    test.each([
      ['name', { domain: 'second.example' }],
      ['years', { years: 2 }],
      ['client', { client: { id: 'c01' } }],
      ['nameservers', { nameservers: ['ns1.other.example', 'ns2.other.example'] }],
      ['price agreed to', { expectedPrice: eur(1_200) }],
      ['parameters', { extraParameters: [{ name: 'x-purpose', value: 'shop' }] }],
    ])('with another %s is refused', async (_, more) => {
      const { order } = await stage.register();
      expect(await outcome(stage.register(more))).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', orderId: order.id });
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('by twins at once buys once, for one client', async () => {
      const answers = await Promise.all(Array.from({ length: 6 }, () => stage.register(forMaple)));
      expect(new Set(answers.map(({ order }) => order.id)).size).toBe(1);
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect([stage.gandi.bought.length, stage.gandi.clientsOf(maple.email)]).toEqual([1, 1]);
    });

    test('by two processes on one database at once buys once, for one client', async () => {
      const answers = await Promise.all([stage.register(forMaple), stage.another().register(forMaple)]);
      expect(new Set(answers.map(({ order }) => order.id)).size).toBe(1);
      expect([stage.gandi.bought.length, stage.gandi.clientsOf(maple.email)]).toEqual([1, 1]);
    });
  });

  test('another key while one is under way is refused with the order in the way', async () => {
    const { order } = await stage.register();
    expect(await outcome(stage.register({ idempotencyKey: 'wish-2' }))).toMatchObject({
      code: 'OPERATION_IN_PROGRESS',
      orderId: order.id,
    });
    stage.gandi.deliver(FREE_NAME);
    await stage.look(order.id);
    expect(await outcome(stage.register({ idempotencyKey: 'wish-2' }))).toMatchObject({ code: 'NAME_UNAVAILABLE' });
    expect(stage.gandi.bought).toHaveLength(1);
  });

  test('another key at the same moment buys nothing more', async () => {
    const answers = await Promise.all([
      outcome(stage.register()),
      outcome(stage.another().register({ idempotencyKey: 'wish-2' })),
    ]);
    expect(answers).toContainEqual(expect.objectContaining({ code: 'OPERATION_IN_PROGRESS' }));
    expect(stage.gandi.bought).toHaveLength(1);
  });

  describe('what stands against a registration is told before any money and before any client', () => {
    test.each([
      ['a name that is held', { domain: HELD_NAME }, { code: 'NAME_UNAVAILABLE', status: 'unavailable' }],
      [
        'another price',
        { expectedPrice: eur(1_199) },
        { code: 'PRICE_CHANGED', expected: eur(1_199), actual: eur(1_200) },
      ],
      [
        'the same amount in another currency',
        { expectedPrice: { minor: 1_200, currency: 'USD' } },
        { code: 'PRICE_CHANGED' },
      ],
      ['too many years', { years: 11 }, { code: 'INVALID_INPUT', path: ['input', 'years'] }],
      ['no domain name', { domain: 'no name' }, { code: 'INVALID_INPUT', path: ['input', 'domain'] }],
      ['one nameserver', { nameservers: ['ns1.other.example'] }, { code: 'INVALID_INPUT' }],
      ['no such payer', { payerId: 'nobody' }, { code: 'NOT_FOUND', path: ['input', 'payerId'] }],
      ['a payer that is no reseller', { payerId: 'person' }, { code: 'ORG_NOT_ELIGIBLE' }],
      [
        'no such contact',
        { contacts: { tech: { id: 'nobody' } } },
        { code: 'NOT_FOUND', path: ['input', 'contacts', 'tech', 'id'] },
      ],
      [
        'a parameter given twice',
        {
          extraParameters: [
            { name: 'a', value: '1' },
            { name: 'a', value: '2' },
          ],
        },
        { code: 'INVALID_INPUT' },
      ],
    ])('%s', async (_, more, told) => {
      expect(await outcome(stage.register({ ...forMaple, ...more }))).toMatchObject(told);
      await expectNothingBought();
    });

    test('no such client', async () => {
      expect(await outcome(stage.register({ client: { id: 'nobody' } }))).toMatchObject({
        code: 'NOT_FOUND',
        path: ['input', 'client', 'id'],
      });
      await expectNothingBought();
    });

    test('every field at fault in one answer', async () => {
      const wrong = {
        years: 0,
        templateId: 'no',
        language: 'french',
        client: { create: { ...maple, email: 'nobody' } },
      };
      const { fields } = (await outcome(stage.register(wrong))) as { fields: readonly { path: readonly string[] }[] };
      expect(fields.map(({ path }) => path.join('.'))).toEqual([
        'input.client.create.email',
        'input.years',
        'input.templateId',
        'input.language',
      ]);
      expect(stage.gandi.allCalls()).toBe(0);
    });

    test('an account that does not hold the price', async () => {
      stage.gandi.terms.balance = eur(1_199);
      expect(await outcome(stage.register(forMaple))).toMatchObject({
        code: 'INSUFFICIENT_FUNDS',
        needed: eur(1_200),
        available: eur(1_199),
      });
      await expectNothingBought();
      stage.gandi.terms.balance = eur(1_200);
      expect((await stage.register(forMaple)).order.state).toBe('ACCEPTED');
    });

    test('a registration of the name that is under way at Gandi without us', async () => {
      stage.gandi.registrations.set(FREE_NAME, underWay('RUN'));
      expect(await outcome(stage.register(forMaple))).toMatchObject({ code: 'NAME_UNAVAILABLE', status: 'pending' });
      await expectNothingBought();
    });

    test('what Gandi objects to in a dry run', async () => {
      stage.gandi.terms.dryRun = { problems: [{ field: 'owner.phone', message: 'no such number' }], warning: null };
      expect(await outcome(stage.register(forMaple))).toMatchObject({
        code: 'REJECTED_BY_GANDI',
        problems: [{ field: 'owner.phone', message: 'no such number' }],
        createdClientId: null,
      });
      await expectNothingBought();
    });

    test('the ceiling of the day, which a failed registration does not count against', async () => {
      await database.close();
      database = await createTestStore(backend);
      stage = setup(database, { ceilings: { day: eur(1_200), month: null } });
      stage.gandi.willBe('register', refusal());
      expect(await outcome(stage.register())).toMatchObject({ code: 'REJECTED_BY_GANDI' });
      await stage.register({ idempotencyKey: 'wish-2' });
      const third = { domain: 'second.example', idempotencyKey: 'wish-3' };
      expect(await outcome(stage.register(third))).toMatchObject({ code: 'SPEND_CEILING_REACHED', spent: eur(1_200) });
      expect(stage.gandi.bought).toHaveLength(1);
    });
  });

  describe('what Gandi refuses', () => {
    test('as the name was taken between the check and the order: FAILED, and the new client is removed', async () => {
      stage.gandi.terms.afterDryRun = () => void stage.gandi.taken.add(FREE_NAME);
      expect(await outcome(stage.register(forMaple))).toMatchObject({
        code: 'REJECTED_BY_GANDI',
        message: expect.stringContaining('Nothing was bought'),
        createdClientId: null,
      });
      const [order] = await stage.allOrders();
      expect(order).toMatchObject({ state: 'FAILED', failureCode: 'REJECTED_BY_GANDI', clientId: null });
      expect(await stage.ledger(order?.id ?? '')).toEqual([]);
      expect([stage.gandi.bought.length, stage.gandi.clientsOf(maple.email)]).toEqual([0, 0]);
    });

    test('stays refused for its key, and another key can order', async () => {
      stage.gandi.willBe('register', refusal());
      await outcome(stage.register());
      expect(await stage.register()).toMatchObject({ replayed: true, order: { state: 'FAILED' } });
      expect(stage.gandi.bought).toEqual([]);
      expect((await stage.register({ idempotencyKey: 'wish-2' })).order.state).toBe('ACCEPTED');
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('leaves a client that existed before alone', async () => {
      stage.gandi.willBe('register', refusal());
      expect(await outcome(stage.register())).toMatchObject({ code: 'REJECTED_BY_GANDI', createdClientId: null });
      expect(stage.gandi.sentOf('delete-client')).toEqual([]);
    });

    test('leaves a new client that another order uses, and names it', async () => {
      stage.gandi.willBe('register', upstreamError('busy'));
      await outcome(stage.register(forMaple));
      const { order } = await stage.register({ ...forMaple, domain: 'second.example', idempotencyKey: 'wish-2' });
      stage.gandi.willBe('register', refusal());
      expect(await outcome(stage.register(forMaple))).toMatchObject({
        code: 'REJECTED_BY_GANDI',
        createdClientId: order.clientId,
      });
      expect(stage.gandi.clientsOf(maple.email)).toBe(1);
    });

    test('of the new client itself ends the order before anything is bought', async () => {
      stage.gandi.willBe('create', refusal('no such town'));
      expect(await outcome(stage.register(forMaple))).toMatchObject({
        code: 'REJECTED_BY_GANDI',
        createdClientId: null,
      });
      expect(await stage.allOrders()).toMatchObject([{ state: 'FAILED', clientId: null }]);
      expect(stage.gandi.sentOf('register')).toEqual([]);
    });
  });

  test('what Gandi was too busy to take is sent by the same key, for the same client', async () => {
    stage.gandi.willBe('register', upstreamError('busy'));
    expect(await outcome(stage.register(forMaple))).toMatchObject({ code: 'UPSTREAM_BUSY' });
    expect(await stage.allOrders()).toMatchObject([{ state: 'CLAIMED', createdClient: true }]);
    expect(await stage.register(forMaple)).toMatchObject({ replayed: true, order: { state: 'ACCEPTED' } });
    expect([stage.gandi.bought.length, stage.gandi.clientsOf(maple.email)]).toEqual([1, 1]);
  });

  describe('a key', () => {
    test('of another organization gets "not found", before and after the name was ordered', async () => {
      const stranger = { organizationId: 'other' };
      expect(await outcome(stage.register({}, stranger))).toMatchObject({
        code: 'NOT_FOUND',
        path: ['input', 'payerId'],
      });
      await expectNothingBought();
      await stage.register();
      const after = await outcome(stage.register({}, stranger));
      expect(after).toMatchObject({ code: 'NOT_FOUND' });
      expect(after).not.toHaveProperty('orderId');
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('of another organization cannot use our client, and learns no order of ours', async () => {
      const stranger = { organizationId: 'other' };
      expect(await outcome(stage.register({ payerId: null }, stranger))).toMatchObject({
        code: 'NOT_FOUND',
        path: ['input', 'client', 'id'],
      });
      await stage.register();
      expect(await outcome(stage.register({ payerId: null, client: { id: 'x00' } }, stranger))).toMatchObject({
        code: 'OPERATION_IN_PROGRESS',
        orderId: null,
      });
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('limited to one client orders for that client, and for no other and none that it would make', async () => {
      const limited = { organizationId: 'reseller', clientId: 'c00' };
      for (const [more, code] of [
        [{ client: { id: 'c01' } }, 'NOT_FOUND'],
        [{ contacts: { admin: { id: 'c01' } } }, 'NOT_FOUND'],
        [forMaple, 'INVALID_INPUT'],
      ] as const)
        expect(await outcome(stage.register(more, limited))).toMatchObject({ code });
      await expectNothingBought();
      expect((await stage.register({}, limited)).order).toMatchObject({ state: 'ACCEPTED', clientId: 'c00' });
    });

    test('without the right to order registrations is refused', async () => {
      const order = stage.register({}, { scopes: new Set(['portfolio:read', 'client:write']) });
      expect(await outcome(order)).toMatchObject({ name: 'MissingScopeError', scope: 'registration:order' });
      expect(stage.gandi.allCalls()).toBe(0);
    });

    test('without the right to write clients cannot have one made', async () => {
      const scopes = new Set(['portfolio:read', 'registration:order'] as const);
      expect(await outcome(stage.register(forMaple, { scopes }))).toMatchObject({
        name: 'MissingScopeError',
        scope: 'client:write',
      });
      await expectNothingBought();
    });
  });

  describe('a password among the parameters', () => {
    const SECRET = 'Hunter2-on-the-hill';

    test.each([
      'password',
      'x-domain-password',
      'user_pass',
      'PassPhrase',
      'password2',
      'passwordConfirm',
      'password_again',
      'pass_code',
      'passwd',
      'user-pwd',
      'clientSecret',
    ])('%s is refused, and its value appears nowhere', async (name) => {
      for (const field of ['extraParameters', 'registrantParameters'] as const) {
        const wish = { ...forMaple, [field]: [{ name, value: SECRET }] };
        const error = await outcome(stage.register(wish));
        expect(error).toMatchObject({ code: 'INVALID_INPUT', fields: [{ path: ['input', field], found: null }] });
        const quote = await stage.registrations.quote(stage.scopeOf(), registration(wish));
        expect(quote.blockers).toMatchObject([{ code: 'INVALID_INPUT' }]);
        const seen = [JSON.stringify(error), String(error), JSON.stringify(quote), stage.logged()].join();
        expect(seen).not.toContain(SECRET);
      }
      expect(await everythingStored(database)).not.toContain(SECRET);
      await expectNothingBought();
    });

    test.each(['passport_number', 'birth_date', 'compass', 'compassion'])('%s is none', async (name) => {
      await stage.register({ registrantParameters: [{ name, value: 'X1' }] });
      expect(stage.gandi.bought).toMatchObject([{ registrant: { extraParameters: { [name]: 'X1' } } }]);
    });
  });

  describe('a dry run', () => {
    const quote = (more: Parameters<typeof registration>[0] = {}) =>
      stage.registrations.quote(stage.scopeOf(), registration(more));

    test('tells price, effects and calls, has Gandi try the order, and writes and buys nothing', async () => {
      expect(await quote({ ...forMaple, years: 2 })).toMatchObject({
        name: FREE_NAME,
        price: { afterTaxes: eur(2_400) },
        blockers: [],
        effects: [expect.stringContaining('client')],
        toAcknowledge: [],
        upstreamCalls: 2,
      });
      expect(stage.gandi.sentOf('dry-run')).toEqual([`dry-run:${FREE_NAME}:null`]);
      await expectNothingBought();
      expect(await database.query('SELECT count(*)::int AS entries FROM ledger_entries')).toEqual([{ entries: 0 }]);
    });

    test('tells all that stands against it at once', async () => {
      stage.gandi.premium.set(FREE_NAME, eur(12_000));
      stage.gandi.terms.balance = eur(1);
      stage.gandi.terms.dryRun = { problems: [{ field: 'owner.phone', message: 'no' }], warning: 'odd' };
      const found = await quote({ expectedPrice: eur(1_200) });
      expect(found.blockers.map(({ code }) => code)).toEqual([
        'PRICE_CHANGED',
        'INSUFFICIENT_FUNDS',
        'REJECTED_BY_GANDI',
      ]);
      expect(found).toMatchObject({ toAcknowledge: [{ name: 'PREMIUM_PRICE' }], warning: 'odd' });
      await expectNothingBought();
    });

    test('tells that the name is held, or that an order of it has not ended', async () => {
      expect((await quote({ domain: HELD_NAME })).blockers).toMatchObject([{ code: 'NAME_UNAVAILABLE' }]);
      await stage.register();
      const { blockers } = await quote();
      expect(blockers).toContainEqual(expect.objectContaining({ code: 'OPERATION_IN_PROGRESS' }));
      expect(stage.gandi.bought).toHaveLength(1);
    });

    test('under the key of an order does not touch that order', async () => {
      const { order } = await stage.register();
      await quote({ years: 3 });
      expect(await stage.order(order.id)).toEqual(order);
    });
  });
});
