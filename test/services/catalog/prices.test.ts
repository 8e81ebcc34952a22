// Prices: one call for all of them, answers from the copy, and an old copy rather than none.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CatalogService, PriceProcess } from '../../../src/services/services.ts';
import { UpstreamError } from '../../../src/upstream/errors.ts';
import type { UpstreamTldPrice } from '../../../src/upstream/port.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { euros, ORGANIZATION, type Script, scopeOf, setup } from './setup.ts';

type Query = Parameters<CatalogService['prices']>[1];

const of = (more: Partial<Query> = {}): Query => ({
  organizationId: ORGANIZATION,
  currency: 'EUR',
  tlds: null,
  processes: ['CREATE'],
  ...more,
});
const TLDS: Readonly<Record<string, number>> = { com: 1500, fr: 1200, 'co.uk': 1100 };
const grid =
  (tlds = TLDS) =>
  (query: { processes: readonly PriceProcess[] }) =>
    Object.entries(tlds).flatMap(([tld, minor]) =>
      query.processes.map((process): UpstreamTldPrice => ({ tld, process, prices: [euros(minor)] })),
    );
const down = () => {
  throw new UpstreamError('502', { kind: 'unavailable', endpoint: 'GET /billing/price/domain', status: 502 });
};

let test: TestStore;
beforeEach(async () => {
  test = await createTestStore();
});
afterEach(() => test.close());

const open = (prices: Script['prices'] = grid()) => {
  const script: Script = { prices };
  return { ...setup({ script, store: test.store }), script };
};
const briefly = (rows: Awaited<ReturnType<CatalogService['prices']>>) =>
  rows.map(({ tld, process, prices }) => `${tld} ${process} ${prices[0]?.beforeTaxes.minor}`);

describe('prices', () => {
  it('of every TLD and process cost one call', async () => {
    const { catalog, asked } = open();
    const scope = scopeOf();
    const rows = await catalog.prices(scope, of({ processes: ['CREATE', 'TRANSFER'] }));
    expect(briefly(rows)).toEqual([
      'co.uk CREATE 1100',
      'co.uk TRANSFER 1100',
      'com CREATE 1500',
      'com TRANSFER 1500',
      'fr CREATE 1200',
      'fr TRANSFER 1200',
    ]);
    expect(rows.every(({ freshness }) => freshness.state === 'LIVE')).toBe(true);
    expect(asked).toEqual([
      {
        method: 'prices',
        query: { organizationId: ORGANIZATION, currency: 'EUR', processes: ['CREATE', 'TRANSFER'] },
        call: expect.objectContaining({ lane: 'interactive' }),
      },
    ]);
    expect(scope.meter.planned).toBe(1);
  });

  it('of some TLDs come from the copy, in the order asked and written in any way', async () => {
    const { catalog, asked, clock } = open();
    await catalog.prices(scopeOf(), of());
    const askedAt = clock.now();
    await clock.advance(60_000);
    const scope = scopeOf();
    const rows = await catalog.prices(scope, of({ tlds: ['FR', '.com', 'nowhere'] }));
    expect(briefly(rows)).toEqual(['fr CREATE 1200', 'com CREATE 1500']);
    expect(rows[0]?.freshness).toEqual({ asOf: askedAt, state: 'MIRRORED', reason: null });
    expect(asked).toHaveLength(1);
    expect(scope.meter).toMatchObject({ planned: 0, fromMirror: 2 });
  });

  it('ask Gandi only for the processes that are not at hand', async () => {
    const { catalog, asked, clock } = open();
    await catalog.prices(scopeOf(), of());
    await clock.advance(1_000);
    const rows = await catalog.prices(scopeOf(), of({ processes: ['RENEW', 'CREATE'], tlds: ['com'] }));
    expect(asked[1]?.query).toMatchObject({ processes: ['RENEW'] });
    expect(rows.map(({ process, freshness }) => `${process} ${freshness.state}`)).toEqual([
      'RENEW LIVE',
      'CREATE MIRRORED',
    ]);
  });

  it.each([
    ['organization', { organizationId: null }],
    ['currency', { currency: 'USD' }],
  ] as const)('of another %s are other prices', async (_, more) => {
    const { catalog, asked } = open();
    await catalog.prices(scopeOf(), of());
    await catalog.prices(scopeOf(), of(more));
    expect(asked).toHaveLength(2);
  });

  it('without an organization are asked for without one', async () => {
    const { catalog, asked } = open();
    await catalog.prices(scopeOf(), of({ organizationId: null }));
    expect(asked[0]?.query).not.toHaveProperty('organizationId');
  });

  it('are asked for again when they are older than a day, or than the operation accepts', async () => {
    const { catalog, asked, clock } = open();
    await catalog.prices(scopeOf(), of());
    await clock.advance(86_399_000);
    await catalog.prices(scopeOf(), of());
    expect(asked).toHaveLength(1);
    await catalog.prices(scopeOf({ maxAgeSeconds: 60 }), of());
    expect(asked).toHaveLength(2);
    await clock.advance(86_400_000);
    await catalog.prices(scopeOf(), of());
    expect(asked).toHaveLength(3);
  });

  it('are asked for once by a hundred operations at the same moment', async () => {
    const { catalog, asked } = open(async (query) => grid()(query));
    const scopes = Array.from({ length: 100 }, () => scopeOf());
    const answers = await Promise.all(scopes.map((scope) => catalog.prices(scope, of({ tlds: ['com'] }))));
    expect(asked).toHaveLength(1);
    expect(new Set(answers.map((rows) => briefly(rows).join()))).toEqual(new Set(['com CREATE 1500']));
    expect(scopes.reduce((sum, { meter }) => sum + meter.planned, 0)).toBe(1);
  });

  it('leave out a TLD that Gandi stopped selling', async () => {
    const { catalog, script, clock } = open();
    await catalog.prices(scopeOf(), of());
    script.prices = grid({ com: 1600 });
    await clock.advance(86_400_000);
    expect(briefly(await catalog.prices(scopeOf(), of()))).toEqual(['com CREATE 1600']);
    expect(briefly(await catalog.prices(scopeOf(), of({ tlds: ['fr', 'com'] })))).toEqual(['com CREATE 1600']);
  });
});

describe('prices while Gandi cannot be asked', () => {
  it('are the old ones, marked as such with the reason', async () => {
    const { catalog, script, clock } = open();
    await catalog.prices(scopeOf(), of());
    const asOf = clock.now();
    script.prices = down;
    await clock.advance(90_000_000);
    const rows = await catalog.prices(scopeOf(), of({ tlds: ['com'] }));
    expect(briefly(rows)).toEqual(['com CREATE 1500']);
    expect(rows[0]?.freshness).toEqual({ asOf, state: 'STALE', reason: expect.stringContaining('502') });
  });

  it('are a fault when there never were any', async () => {
    const { catalog } = open(down);
    await expect(catalog.prices(scopeOf(), of())).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });

  it('are not forgotten because of an empty answer', async () => {
    const { catalog, script } = open();
    await catalog.prices(scopeOf(), of());
    script.prices = () => [];
    const rows = await catalog.prices(scopeOf({ maxAgeSeconds: 0 }), of());
    expect(rows.map(({ freshness }) => freshness.state)).toEqual(['STALE', 'STALE', 'STALE']);
  });
});

describe('a question about prices that cannot be asked', () => {
  it.each([
    ['currency', { currency: '€' }],
    ['processes', { processes: [] }],
    ['tlds', { tlds: ['com', 'not a tld'] }],
    ['tlds', { tlds: [''] }],
  ] as const)('names the argument %s and costs no call', async (name, more) => {
    const { catalog, asked } = open();
    const refused = catalog.prices(scopeOf(), of(more));
    await expect(refused).rejects.toMatchObject({ code: 'BAD_USER_INPUT', argument: { name } });
    expect(asked).toEqual([]);
  });

  it("because the organization is not the caller's finds nothing and costs no call", async () => {
    const { catalog, asked } = open();
    const refused = catalog.prices(scopeOf({ organizationId: 'mine' }), of());
    await expect(refused).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(asked).toEqual([]);
  });
});
