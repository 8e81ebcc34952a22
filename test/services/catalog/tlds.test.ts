// TLDs: the list copied page by page, and the rules of each fetched when asked for.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OperationScope } from '../../../src/services/services.ts';
import { UpstreamError } from '../../../src/upstream/errors.ts';
import type { UpstreamTld } from '../../../src/upstream/port.ts';
import { createTestStore, type TestStore } from '../../helpers/test-store.ts';
import { type Script, scopeOf, setup } from './setup.ts';

let test: TestStore;
beforeEach(async () => {
  test = await createTestStore();
});
afterEach(() => test.close());

const names = (count: number) => Array.from({ length: count }, (_, index) => `tld${String(index).padStart(3, '0')}`);
const pagesOf =
  (all: readonly string[]) =>
  ({ page, perPage }: { page: number; perPage: number }) => ({
    items: all.slice((page - 1) * perPage, page * perPage).map((name) => ({ name })),
    total: all.length,
    hasNext: page * perPage < all.length,
  });
const rules = (name: string): UpstreamTld => ({
  name,
  category: 'GTLD',
  hasTransferLock: true,
  canChangeRegistrant: true,
  needsAuthCodeForTransfer: true,
  isCorporate: false,
});
const down = () => {
  throw new UpstreamError('no answer', { kind: 'timeout', endpoint: 'GET /domain/tlds' });
};
const open = (all: readonly string[] = ['com', 'fr', 'xn--p1ai']) => {
  const script: Script = { tlds: pagesOf(all), tld: rules };
  return { ...setup({ script, store: test.store }), script };
};

describe('the list of TLDs', () => {
  it('takes one call for each page, is sorted by name, and none the next time', async () => {
    const { catalog, asked } = open(names(250).toReversed());
    const scope = scopeOf();
    const listed = await catalog.tlds(scope);
    expect(listed.map(({ name }) => name)).toEqual(names(250));
    expect(asked.map(({ query }) => (query as { page: number }).page)).toEqual([1, 2, 3]);
    expect(scope.meter.planned).toBe(3);
    const again = await catalog.tlds(scopeOf());
    expect(again).toHaveLength(250);
    expect(again[0]?.freshness.state).toBe('MIRRORED');
    expect(asked).toHaveLength(3);
  });

  it('is fetched once for operations that want it at the same moment', async () => {
    const { catalog, asked } = open();
    await Promise.all(Array.from({ length: 20 }, () => catalog.tlds(scopeOf())));
    expect(asked).toHaveLength(1);
  });

  it('loses a TLD that Gandi sells no more, and keeps all when a page does not come', async () => {
    const { catalog, script, clock } = open(['com', 'fr']);
    await catalog.tlds(scopeOf());
    await clock.advance(86_400_000);
    script.tlds = down;
    const old = await catalog.tlds(scopeOf());
    expect(old.map(({ name }) => name)).toEqual(['com', 'fr']);
    expect(old[0]?.freshness).toMatchObject({ state: 'STALE', reason: expect.stringMatching(/\w/) });
    script.tlds = pagesOf(['com']);
    expect((await catalog.tlds(scopeOf())).map(({ name }) => name)).toEqual(['com']);
  });

  it('is not emptied by an empty answer', async () => {
    const { catalog, script } = open(['com']);
    await catalog.tlds(scopeOf());
    script.tlds = pagesOf([]);
    const listed = await catalog.tlds(scopeOf({ maxAgeSeconds: 0 }));
    expect(listed.map(({ name, freshness }) => `${name} ${freshness.state}`)).toEqual(['com STALE']);
  });

  it('is a fault when it was never read and cannot be read', async () => {
    const { catalog, script } = open();
    script.tlds = down;
    await expect(catalog.tlds(scopeOf())).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' });
  });
});

describe('one TLD', () => {
  it.each(['fr', 'FR', '.fr'])('is found as %s', async (written) => {
    const { catalog } = open();
    expect(await catalog.tld(scopeOf(), written)).toMatchObject({ name: 'fr' });
  });

  it('is found by its Unicode name', async () => {
    const { catalog } = open();
    expect(await catalog.tld(scopeOf(), 'рф')).toMatchObject({ name: 'xn--p1ai' });
  });

  it.each(['nowhere', '', 'not a tld', '../../etc'])('is null for %j, without a call for it', async (written) => {
    const { catalog, asked } = open();
    expect(await catalog.tld(scopeOf(), written)).toBeNull();
    expect(asked.filter(({ method }) => method === 'tld')).toEqual([]);
  });

  it('asked for many times in an operation reads the list once', async () => {
    const { catalog } = open();
    const scope = scopeOf();
    const found = await Promise.all(['com', 'fr', 'com'].map((name) => catalog.tld(scope, name)));
    expect(found.map((tld) => tld?.name)).toEqual(['com', 'fr', 'com']);
    expect(scope.meter).toMatchObject({ planned: 1, coalesced: 0 });
  });
});

describe('the rules of a TLD', () => {
  const detailsOf = async ({ catalog }: ReturnType<typeof open>, scope: OperationScope) => {
    const listed = await catalog.tlds(scope);
    return Promise.all(listed.map((tld) => catalog.tldDetail(scope, tld)));
  };

  it('take one call, and none while they are young', async () => {
    const context = open(['com', 'fr']);
    const [com] = await detailsOf(context, scopeOf());
    const { name: _name, ...value } = rules('com');
    expect(com).toEqual({ value, freshness: { asOf: context.clock.now(), state: 'LIVE', reason: null } });
    const again = await detailsOf(context, scopeOf());
    expect(again.map((depth) => depth?.freshness.state)).toEqual(['MIRRORED', 'MIRRORED']);
    expect(context.asked.filter(({ method }) => method === 'tld').map(({ query }) => query)).toEqual(['com', 'fr']);
  });

  it('of one TLD asked for twice in an operation take one call', async () => {
    const { catalog, asked } = open(['com']);
    const scope = scopeOf();
    const [com] = await catalog.tlds(scope);
    if (!com) throw new Error('no TLD');
    await Promise.all([catalog.tldDetail(scope, com), catalog.tldDetail(scope, com)]);
    await catalog.tldDetail(scope, com);
    expect(asked.filter(({ method }) => method === 'tld')).toHaveLength(1);
  });

  it.each([
    [10, 'interactive'],
    [11, 'bulk'],
  ] as const)('of %i TLDs at once go in the lane %s', async (count, lane) => {
    const context = open(names(count));
    await detailsOf(context, scopeOf());
    const lanes = context.asked.filter(({ method }) => method === 'tld').map(({ call }) => call.lane);
    expect(lanes).toEqual(Array(count).fill(lane));
  });

  it('are the old ones, marked so, when Gandi does not answer, and null when there never were any', async () => {
    const context = open(['com', 'fr']);
    context.script.tld = (name) => (name === 'fr' ? down() : rules(name));
    expect((await detailsOf(context, scopeOf())).map((depth) => depth?.freshness.state)).toEqual(['LIVE', undefined]);
    context.script.tld = down;
    await context.clock.advance(86_400_000);
    const [com, fr] = await detailsOf(context, scopeOf());
    expect(com).toMatchObject({ value: { category: 'GTLD' }, freshness: { state: 'STALE' } });
    expect(fr).toBeNull();
  });
});
