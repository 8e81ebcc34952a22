// Setting policies, recording payments and answering: what is taken, what is refused and to whom; and what the exposure and the account come to.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Session } from '../../../src/auth/session.ts';
import { createTestStore, describeStore, type TestStore } from '../../helpers/test-store.ts';
import { DAY_MS, EXPIRES_AT, FIRST, HOUR_MS, NAME, policy, START, type Stage, setup } from './setup.ts';

const OF_A_CLIENT: Partial<Session> = { organizationId: 'reseller', clientId: 'c00' };
const outcome = (asked: Promise<unknown>) => asked.catch((error: unknown) => error);

describeStore('policies, payments and exposure', (backend) => {
  let database: TestStore;
  let stage: Stage;
  beforeEach(async () => {
    database = await createTestStore(backend);
    stage = await setup(
      database,
      [
        { name: NAME, clientId: 'c00', expiresAt: EXPIRES_AT },
        { name: 'd1.example', clientId: 'c01', expiresAt: EXPIRES_AT + DAY_MS, years: 2 },
        { name: 'own.example', clientId: null, expiresAt: EXPIRES_AT + 2 * DAY_MS },
        { name: 'off.example', clientId: 'c01', expiresAt: EXPIRES_AT, autoRenew: false },
        { name: 'elsewhere.example', clientId: 'c01', expiresAt: EXPIRES_AT, payerId: 'another' },
      ],
      { balance: 4_000, threshold: 4_000 },
    );
  });
  afterEach(() => database.close());

  describe('a key that is limited to one client', () => {
    test('sets and removes no policy, answers nothing and records no payment', async () => {
      const scope = stage.scopeOf(OF_A_CLIENT);
      const asked = [
        stage.policies.set(scope, policy({ scope: 'CLIENT', scopeValue: 'c00', policy: 'ALWAYS' })),
        stage.policies.remove(scope, { organizationId: null, scope: 'ORGANIZATION', scopeValue: null }),
        stage.policies.answer(scope, { domain: NAME, renew: true }),
        stage.payments.record(scope, { subject: { domain: NAME }, state: 'PAID', reference: null }),
        stage.payments.record(scope, { subject: { clientId: 'c00' }, state: 'PAID', reference: null }),
      ];
      for (const one of asked) expect(await outcome(one)).toMatchObject({ name: 'MissingScopeError' });
      expect(await stage.store.autoRenew.policies('reseller')).toEqual([]);
      expect(await stage.store.payments.ofClients('reseller', ['c00'])).toEqual([]);
      expect(await stage.store.events.head()).toBe(0n);
    });

    test('sees the exposure of its own domains alone, and never the account of the reseller', async () => {
      const query = { organizationId: null, withinDays: 330, clientPaid: null, first: 10 };
      const own = await stage.exposure.exposure(stage.scopeOf(OF_A_CLIENT), query);
      expect(own.renewals.map(({ domain }) => domain.name)).toEqual([NAME]);
      stage.gandi.clear();
      expect(await stage.exposure.balance(stage.scopeOf(OF_A_CLIENT), query)).toBeNull();
      expect(stage.gandi.sent).toEqual([]);
    });

    test('sees decisions about its own domains alone', async () => {
      await stage.setPolicy({ policy: 'NEVER' });
      await stage.settle();
      const page = { filter: {}, page: { first: 10 } };
      const all = await stage.policies.decisions(stage.scopeOf(), page);
      expect([all.edges.length, await all.totalCount()]).toEqual([5, 5]);
      const own = await stage.policies.decisions(stage.scopeOf(OF_A_CLIENT), page);
      expect(own.edges.map(({ node }) => node.domainName)).toEqual([NAME]);
    });
  });

  describe('a key without the scope', () => {
    test('records no payment and sets no policy', async () => {
      const scope = stage.scopeOf({ scopes: new Set(['portfolio:read']) });
      const paid = { subject: { domain: NAME }, state: 'PAID', reference: null } as const;
      expect(await outcome(stage.payments.record(scope, paid))).toMatchObject({ scope: 'payment:record' });
      expect(await outcome(stage.policies.set(scope, policy()))).toMatchObject({ scope: 'domain:manage' });
    });
  });

  describe('setting a policy', () => {
    test.each([
      ['a lead of no time', { leadHours: 0 }, 'leadHours'],
      ['a lead longer than 90 days', { leadHours: 2_161 }, 'leadHours'],
      ['a lead of half an hour', { leadHours: 0.5 }, 'leadHours'],
      ['a negative percentage', { priceHoldPercent: -1 }, 'priceHoldPercent'],
      ['a value for the organization', { scopeValue: 'x' }, 'scopeValue'],
      ['a domain that is none', { scope: 'DOMAIN', scopeValue: 'not a name' }, 'scopeValue'],
      ['a TLD that is none', { scope: 'TLD', scopeValue: '!' }, 'scopeValue'],
      ['an empty tag', { scope: 'TAG', scopeValue: ' ' }, 'scopeValue'],
    ] as const)('refuses %s by name', async (_name, more, field) => {
      const refused = await outcome(stage.policies.set(stage.scopeOf(), policy(more)));
      expect(refused).toMatchObject({ code: 'INVALID_INPUT', fields: [{ path: ['input', field] }] });
      expect(await stage.store.autoRenew.policies('reseller')).toEqual([]);
    });

    test('refuses a client that is not the organization’s', async () => {
      const asked = stage.policies.set(stage.scopeOf(), policy({ scope: 'CLIENT', scopeValue: 'nobody' }));
      expect(await outcome(asked)).toMatchObject({ code: 'NOT_FOUND' });
    });

    test('again for the same scope replaces it, and each change is in the audit log', async () => {
      await stage.setPolicy({ policy: 'ALWAYS' });
      await stage.setPolicy({ policy: 'ASK', priceHoldPercent: 10 });
      expect(await stage.policies.policies(stage.scopeOf(), null)).toMatchObject([
        { policy: 'ASK', priceHoldPercent: 10 },
      ]);
      const audited = await database.query('SELECT action, subject FROM audit_entries ORDER BY occurred_at');
      expect(audited).toEqual([
        { action: 'setAutoRenewPolicy', subject: 'ORGANIZATION:' },
        { action: 'setAutoRenewPolicy', subject: 'ORGANIZATION:' },
      ]);
    });

    test('costs no call', async () => {
      await stage.setPolicy();
      await stage.pay();
      expect([stage.gandi.sent, stage.gandi.fake.calls]).toEqual([[], []]);
    });
  });

  describe('answering', () => {
    test('a domain about which nothing was decided is not found', async () => {
      const asked = stage.policies.answer(stage.scopeOf(), { domain: NAME, renew: true });
      expect(await outcome(asked)).toMatchObject({ code: 'NOT_FOUND' });
    });
  });

  describe('recording a payment', () => {
    test('is told once: the same word again tells nothing', async () => {
      for (let time = 0; time < 2; time++) await stage.pay();
      const events = await stage.store.events.after(0n, 10);
      expect(events.map(({ type, clientId }) => [type, clientId])).toEqual([['CLIENT_PAYMENT_RECORDED', 'c00']]);
    });

    test("of a domain of the reseller's own is refused", async () => {
      const paid = { subject: { domain: 'own.example' }, state: 'PAID', reference: null } as const;
      expect(await outcome(stage.payments.record(stage.scopeOf(), paid))).toMatchObject({ code: 'INVALID_INPUT' });
    });
  });

  describe('the exposure', () => {
    const ask = (more: object = {}) =>
      stage.exposure.exposure(stage.scopeOf(), {
        organizationId: null,
        withinDays: 61,
        clientPaid: null,
        first: 10,
        ...more,
      });

    test('is what Gandi will renew by itself, by the dates of its attempts, with the years it will add', async () => {
      const found = await ask();
      expect(found.renewals.map(({ domain, renewsAt, price }) => [domain.name, renewsAt, price?.minor])).toEqual([
        [NAME, FIRST, 1_200],
        ['elsewhere.example', FIRST, 1_200],
        ['d1.example', FIRST + DAY_MS, 2_400],
      ]);
      expect(found).toMatchObject({ totals: [{ amount: { minor: 4_800, currency: 'EUR' }, count: 3 }], count: 3 });
    });

    test('looks as far as it is told, to the millisecond', async () => {
      const count = async (withinDays: number) => (await ask({ withinDays })).count;
      expect([await count(59), await count(60), await count(61), await count(62)]).toEqual([0, 2, 3, 4]);
      await stage.until(START + 1);
      expect([await count(59), await count(60), await count(61)]).toEqual([2, 3, 4]);
    });

    test('of the unpaid leaves out the paid and the reseller’s own, and takes the unknown for unpaid', async () => {
      await stage.pay();
      const names = async (clientPaid: boolean) =>
        (await ask({ clientPaid, withinDays: 90 })).renewals.map(({ domain }) => domain.name);
      expect(await names(false)).toEqual(['elsewhere.example', 'd1.example']);
      expect(await names(true)).toEqual([NAME, 'own.example']);
    });

    test('lists the first and counts all', async () => {
      expect(await ask({ first: 1 })).toMatchObject({ count: 3, renewals: [{ domain: { name: NAME } }] });
    });

    test('asks Gandi for prices once, then for nothing', async () => {
      await ask();
      stage.gandi.clear();
      await ask();
      expect([stage.gandi.sent, stage.gandi.fake.calls]).toEqual([[], []]);
    });

    test('tells how old the oldest data behind it is', async () => {
      await stage.until(START + HOUR_MS);
      await stage.sync({ details: false });
      expect((await ask()).asOf).toBeLessThan(START + HOUR_MS);
    });

    test('does not count a term twice that was renewed after its details were read', async () => {
      await stage.until(FIRST + HOUR_MS);
      await stage.sync({ details: false });
      const found = await ask({ withinDays: 330 });
      expect(found.renewals.filter(({ domain }) => domain.name === NAME)).toEqual([]);
    });

    test.each([0, 331, 1.5])('within %s days is refused', async (withinDays) => {
      expect(await outcome(ask({ withinDays }))).toMatchObject({ code: 'BAD_USER_INPUT' });
    });
  });

  describe('the account', () => {
    const ask = (withinDays = 90) => stage.exposure.balance(stage.scopeOf(), { organizationId: null, withinDays });

    test('names the first renewal it will not pay for, and the top-up that avoids it', async () => {
      const found = await ask();
      expect(found).toMatchObject({
        amount: { minor: 4_000 },
        threshold: { minor: 4_000 },
        isLow: true,
        runway: {
          renewals: 3,
          total: { minor: 4_800 },
          firstFailing: {
            domainName: 'own.example',
            at: FIRST + 2 * DAY_MS,
            cost: { minor: 1_200 },
            balance: { minor: 400 },
          },
          topUp: { minor: 800 },
        },
      });
      stage.gandi.account.balance += 799;
      expect((await ask())?.runway.firstFailing).not.toBeNull();
      stage.gandi.account.balance += 1;
      expect((await ask())?.runway.firstFailing).toBeNull();
      await stage.until(FIRST + 3 * DAY_MS);
      expect(stage.gandi.failed).toEqual([]);
    });

    test('leaves out what another organization pays for', async () => {
      const { runway } = (await ask()) ?? expect.unreachable();
      expect(runway.renewals).toBe(3);
    });

    test('costs one call', async () => {
      await ask();
      stage.gandi.clear();
      await ask();
      expect([stage.gandi.sent, stage.gandi.fake.calls]).toEqual([['billing:reseller'], []]);
    });
  });

  describe('the watch over the account', () => {
    const told = async () => (await stage.store.events.after(0n, 100)).map(({ type }) => type);
    const round = () => stage.balances.round(new AbortController().signal);

    test('tells that it is low and that it will not last once a day, as long as it holds', async () => {
      await stage.until(FIRST - 20 * DAY_MS);
      for (let time = 0; time < 3; time++) await round();
      expect(await told()).toEqual(['BALANCE_LOW', 'RUNWAY_SHORT']);
      await stage.until(stage.clock.now() + DAY_MS);
      await round();
      expect(await told()).toEqual(['BALANCE_LOW', 'RUNWAY_SHORT', 'BALANCE_LOW', 'RUNWAY_SHORT']);
      stage.gandi.account.balance = 1_000_000;
      await stage.until(stage.clock.now() + DAY_MS);
      await round();
      expect(await told()).toHaveLength(4);
    });
  });
});
