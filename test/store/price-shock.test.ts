// Prices that move too much are told to whom they concern, in the transaction that keeps the new price.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PriceRecord, TldPriceRecord } from '../../src/store/records.ts';
import { createTestStore, describeStore, type TestStore } from '../helpers/test-store.ts';
import { domainRow, NOON } from './samples.ts';

const eur = (minor: number) => ({ minor, currency: 'EUR' });
const offer = (minor: number, more: Partial<PriceRecord> = {}): PriceRecord => ({
  ...{ minYears: 1, maxYears: 9, beforeTaxes: eur(minor), afterTaxes: eur(minor) },
  ...{ normalBeforeTaxes: null, normalAfterTaxes: null, isDiscounted: false, isPremium: false },
  ...more,
});
const price = (prices: readonly PriceRecord[], more: Partial<TldPriceRecord> = {}): TldPriceRecord => ({
  ...{ organizationId: 'org-1', currency: 'EUR', tld: 'fr', process: 'RENEW', prices, asOf: NOON },
  ...more,
});

describeStore('prices that move', (backend) => {
  let test: TestStore;
  beforeEach(async () => {
    test = await createTestStore(backend);
    await test.store.domains.upsertRows(['a.fr', 'b.fr', 'c.com'].map((name) => domainRow({ name })));
  });
  afterEach(() => test.close());

  const log = () => test.store.events.after(0n, 1_000);

  it('by more than ten percent are told with before and after, once, whichever replicas read them', async () => {
    await test.store.prices.put([price([offer(1_000)]), price([offer(900)], { tld: 'com' })]);
    expect(await log()).toEqual([]);
    const risen = [price([offer(1_101)], { asOf: NOON + 1 }), price([offer(990)], { tld: 'com', asOf: NOON + 1 })];
    await Promise.all([1, 2, 3, 4].map(() => test.store.prices.put(risen)));
    expect(await log()).toMatchObject([
      {
        ...{ type: 'PRICE_SHOCK', organizationId: 'org-1', clientId: null, domainName: null, occurredAt: NOON + 1 },
        ...{ subjectType: 'Organization', subjectId: 'org-1' },
        payload: {
          ...{ tld: 'fr', process: 'RENEW', minYears: 1, maxYears: 9, isPremium: false, domains: 2 },
          ...{ price: { before: eur(1_000), after: eur(1_101) }, percent: 10.1, thresholdPercent: 10 },
        },
      },
    ]);
    await test.store.prices.put([price([offer(500)])]);
    expect(await log()).toHaveLength(1);
    await test.store.prices.put([price([offer(500)], { asOf: NOON + 2 })]);
    expect((await log()).at(-1)?.payload).toMatchObject({ percent: -54.6 });
  });

  it('are told of the greatest movement alone, and not where nothing of the organization is concerned', async () => {
    const before = [offer(1_000, { maxYears: 1 }), offer(1_000, { minYears: 2 }), offer(0, { isPremium: true })];
    const after = [offer(1_200, { maxYears: 1 }), offer(1_500, { minYears: 2 }), offer(9, { isPremium: true })];
    const others = [{}, { tld: 'net' }, { organizationId: 'org-2' }, { organizationId: '' }, { currency: 'USD' }];
    for (const [at, prices] of [before, after].entries())
      await test.store.prices.put(
        others.map((more) => price('currency' in more ? [offer(1_000)] : prices, { ...more, asOf: NOON + at })),
      );
    expect((await log()).map(({ payload }) => payload)).toMatchObject([{ tld: 'fr', minYears: 2, percent: 50 }]);
  });
});
