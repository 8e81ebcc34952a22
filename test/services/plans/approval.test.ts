// What a plan tells before anything is ordered, and what approving it asks for.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ALL_SCOPES } from '../../../src/auth/session.ts';
import { NotFoundError, RequestFault } from '../../../src/services/errors.ts';
import { PLAN_LIFE_MS } from '../../../src/services/plans.ts';
import type { RenewalQuote } from '../../../src/services/services.ts';
import { createTestStore, describeStore, type TestStore } from '../../helpers/test-store.ts';
import { nameOf, renewal, type Stage, setup } from './setup.ts';

let database: TestStore;
let stage: Stage;

const codeOf = (error: { code?: string }) => error.code;
const eur = (minor: number) => ({ minor, currency: 'EUR' });

describeStore('a plan', (backend) => {
  beforeEach(async () => {
    database = await createTestStore(backend);
    stage = setup(database);
  });
  afterEach(() => database.close());

  test('quotes every item, sums what it comes to, and orders nothing', async () => {
    const plan = await stage.draft(renewal(0), renewal(1, { years: 2 }), renewal(2, { currentExpiryYear: 2030 }));
    expect(plan).toMatchObject({ state: 'DRAFT', organizationId: 'reseller', actor: 'key:k1', startedAt: null });
    expect(plan.expiresAt - plan.createdAt).toBe(PLAN_LIFE_MS);
    const items = await stage.plans.items(stage.scopeOf(), plan, { after: null, limit: 10 });
    expect(items.map(({ quote }) => quote.price?.afterTaxes ?? null)).toEqual([eur(1_200), eur(2_400), null]);
    expect(items.map(({ quote }) => quote.blockers.map(({ code }) => code))).toEqual([[], [], ['EXPIRY_CHANGED']]);
    expect(items[2]?.quote.blockers[0]?.path).toEqual(['input', 'items', '2', 'renew', 'currentExpiryYear']);
    expect(await stage.plans.summary(stage.scopeOf(), plan)).toEqual({
      totals: [{ beforeTaxes: eur(3_000), afterTaxes: eur(3_600), items: 2 }],
      blockedItems: 1,
      upstreamCalls: 10,
      estimatedSeconds: 1,
    });
    expect(await stage.plans.items(stage.scopeOf(), plan, { after: 1, limit: 10 })).toHaveLength(1);
    expect(stage.bought()).toEqual({});
  });

  test('has the same hash for the same content, and another one for another price', async () => {
    const first = await stage.draft(renewal(0), renewal(1));
    expect((await stage.draft(renewal(0), renewal(1))).hash).toBe(first.hash);
    expect((await stage.draft(renewal(1), renewal(0))).hash).not.toBe(first.hash);
    stage.gandi.premium.set(nameOf(1), eur(9_900));
    expect((await stage.draft(renewal(0), renewal(1))).hash).not.toBe(first.hash);
  });

  test('blocks the second order for a domain, and what Gandi shows no price for', async () => {
    const unpriced = stage.another({
      ordering: { renewals: { ...stage.renewals, quote: async () => ({ ...QUOTE, price: null }) } },
    });
    const items = [renewal(0), renewal(0)];
    const plan = await unpriced.plans.plan(stage.scopeOf(), { payerId: null, items });
    const nodes = await stage.plans.items(stage.scopeOf(), plan, { after: null, limit: 10 });
    expect(nodes.map(({ quote }) => quote.blockers.map(({ code }) => code))).toEqual([
      ['PRICE_UNKNOWN'],
      ['PRICE_UNKNOWN', 'DUPLICATE_DOMAIN'],
    ]);
  });

  test('says of an item that could not be checked that it was not', async () => {
    let asked = 0;
    const quote = async () => {
      asked += 1;
      if (asked === 1) throw new RequestFault('UPSTREAM_BUSY', 'The call budget is used up.');
      return QUOTE;
    };
    const flaky = stage.another({ ordering: { renewals: { ...stage.renewals, quote } } });
    const plan = await flaky.plans.plan(stage.scopeOf(), { payerId: null, items: [renewal(0), renewal(1)] });
    const nodes = await stage.plans.items(stage.scopeOf(), plan, { after: null, limit: 10 });
    expect(nodes.map(({ quote: { blockers } }) => blockers)).toEqual([
      [{ code: 'NOT_CHECKED', message: 'The call budget is used up.', path: null }],
      [],
    ]);
  });

  test('is refused without items, with too many, for a key of one client and without each scope', async () => {
    const items = (count: number) => Array.from({ length: count }, () => renewal(0));
    const plan = (count: number, session = {}) =>
      stage.plans.plan(stage.scopeOf(session), { payerId: null, items: items(count) }).catch(codeOf);
    expect([await plan(0), await plan(501)]).toEqual(['INVALID_INPUT', 'INVALID_INPUT']);
    expect(await plan(1, { organizationId: 'reseller', clientId: 'c00' })).toBe('FORBIDDEN');
    for (const missing of ['plan:execute', 'renewal:order'] as const) {
      const scopes = new Set([...ALL_SCOPES].filter((scope) => scope !== missing));
      const refused = stage.plans.plan(stage.scopeOf({ scopes }), { payerId: null, items: items(1) });
      await expect(refused).rejects.toMatchObject({ scope: missing });
    }
  });

  test('is approved by its very hash, within a day, and again without effect', async () => {
    const plan = await stage.draft(renewal(0));
    const execute = (hash: string) =>
      stage.plans.execute(stage.scopeOf(), { planId: plan.id, hash, skipBlocked: false });
    expect(await execute('0'.repeat(64)).catch(codeOf)).toBe('PLAN_CHANGED');
    expect(await execute(plan.hash)).toMatchObject({ replayed: false, plan: { state: 'RUNNING' } });
    expect(await execute(plan.hash)).toMatchObject({ replayed: true, plan: { state: 'RUNNING' } });
    const old = await stage.draft(renewal(1));
    await stage.clock.advance(PLAN_LIFE_MS);
    expect(await stage.approve(old).catch(codeOf)).toBe('PLAN_EXPIRED');
    expect((await stage.planNow(old)).state).toBe('DRAFT');
  });

  test('whose rows were changed behind its back is not approved', async () => {
    const plan = await stage.draft(renewal(0));
    await database.query(`UPDATE plan_items SET input = jsonb_set(input::jsonb, '{years}', '9')`);
    expect(await stage.approve(plan).catch(codeOf)).toBe('PLAN_CHANGED');
  });

  test('with blocked items is refused unless they may be left out, and always when none is left', async () => {
    const plan = await stage.draft(renewal(0), renewal(1, { currentExpiryYear: 2030 }));
    expect(await stage.approve(plan).catch((error) => error)).toMatchObject({
      code: 'PLAN_BLOCKED',
      positions: [1],
      blockedItems: 1,
    });
    await stage.approve(plan, true);
    expect(await stage.carryOut(plan)).toMatchObject({ state: 'COMPLETED' });
    expect(await stage.itemsNow(plan)).toEqual(['RENEW d0000.example DONE', 'RENEW d0001.example SKIPPED']);
    const nothing = await stage.draft(renewal(2, { currentExpiryYear: 2030 }));
    expect(await stage.approve(nothing, true).catch(codeOf)).toBe('PLAN_BLOCKED');
  });

  test('is not there for another organization or a key of one client', async () => {
    const plan = await stage.draft(renewal(0));
    for (const session of [{ organizationId: 'stranger' }, { organizationId: 'reseller', clientId: 'c00' }]) {
      const scope = stage.scopeOf(session);
      expect(await stage.plans.byId(scope, plan.id)).toBeNull();
      expect(await stage.plans.items(scope, plan, { after: null, limit: 10 })).toEqual([]);
      expect((await stage.plans.list(scope, { states: null, page: { first: 10 } })).edges).toEqual([]);
    }
    const stranger = stage.scopeOf({ organizationId: 'stranger' });
    const input = { planId: plan.id, hash: plan.hash, skipBlocked: false };
    for (const act of [stage.plans.execute, stage.plans.cancel, stage.plans.resume])
      await expect(act(stranger, input)).rejects.toThrow(NotFoundError);
    const signal = new AbortController().signal;
    const updates = stage.plans.updates(stranger.session, { planId: plan.id, after: null, signal });
    await expect(updates.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await stage.plans.list(stage.scopeOf(), { states: ['DRAFT'], page: { first: 10 } })).edges).toHaveLength(1);
  });
});

const QUOTE: RenewalQuote = {
  name: nameOf(0),
  price: { beforeTaxes: eur(1_000), afterTaxes: eur(1_200) },
  blockers: [],
  effects: [],
  toAcknowledge: [],
  upstreamCalls: 1,
  warning: null,
  expiresAt: null,
  newExpiresAt: null,
};
