// Reading a list page by page: how many calls, in which order, and what is noticed when items move meanwhile.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Caller } from '../../../src/mirror/flights.ts';
import { type SweepOptions, type SweepProgress, sweep } from '../../../src/mirror/sweep.ts';
import type { Page } from '../../../src/upstream/port.ts';

interface Listing {
  items: string[];
  /** What Gandi says the total is; null = it says nothing. */
  count?: (truth: number) => number | null;
  /** Largest page Gandi gives, whatever is asked for. */
  cap?: number;
}

function setup(listing: Listing, options: Partial<SweepOptions<string>> = {}) {
  const pages: number[] = [];
  const seen: string[] = [];
  const progress: SweepProgress[] = [];
  let planned = 0;
  let underWay = 0;
  let mostUnderWay = 0;
  const caller: Caller = {
    send: (call) => call({ lane: 'backfill', tenant: 't' }),
    plan: (calls) => {
      planned += calls;
    },
    share: () => Promise.reject(new Error('not used')),
  };
  const pageSize = options.pageSize ?? 10;
  const fetchPage = async (page: number): Promise<Page<string>> => {
    pages.push(page);
    underWay += 1;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    await null;
    underWay -= 1;
    const size = Math.min(pageSize, listing.cap ?? pageSize);
    const { length } = listing.items;
    const items = listing.items.slice((page - 1) * size, page * size);
    const total = listing.count ? listing.count(length) : length;
    onFetched(page);
    return { items, total, hasNext: page * size < length };
  };
  let onFetched: (page: number) => void = () => {};
  const run = () =>
    sweep({
      caller,
      now: () => 0,
      pageSize,
      atOnce: 4,
      fetchPage,
      keyOf: (item) => item,
      onPage: async (items) => void seen.push(...items),
      onProgress: async (state) => void progress.push(state),
      ...options,
    });
  return {
    run,
    pages,
    seen,
    progress,
    planned: () => planned,
    mostUnderWay: () => mostUnderWay,
    afterPage: (run: (page: number) => void) => {
      onFetched = run;
    },
  };
}

const items = (count: number) => Array.from({ length: count }, (_, index) => `i${String(index).padStart(4, '0')}`);

describe('reading a list', () => {
  test.each([
    [0, 1],
    [1, 1],
    [10, 1],
    [11, 2],
    [100, 10],
    [101, 11],
  ])('of %i items in pages of ten takes %i calls', async (count, calls) => {
    const t = setup({ items: items(count) });
    const result = await t.run();
    expect(t.pages).toHaveLength(calls);
    expect(t.planned()).toBe(calls);
    expect(t.seen.toSorted()).toEqual(items(count));
    expect(result).toMatchObject({ total: count, surplus: 0, isSteady: true });
  });

  test('asks for the first page alone and then for a bounded number at the same time', async () => {
    const t = setup({ items: items(95) });
    await t.run();
    expect(t.pages.slice(0, 1)).toEqual([1]);
    expect(t.mostUnderWay()).toBe(4);
  });

  test('follows the pages one by one when Gandi does not count', async () => {
    const t = setup({ items: items(35), count: () => null });
    expect(await t.run()).toMatchObject({ total: null, surplus: null });
    expect(t.pages).toEqual([1, 2, 3, 4]);
    expect(t.planned()).toBe(4);
  });

  test('gets everything when Gandi gives smaller pages than asked for', async () => {
    const t = setup({ items: items(35), cap: 5 });
    await t.run();
    expect(t.seen.toSorted()).toEqual(items(35));
    expect(t.planned()).toBe(t.pages.length);
  });

  test('goes on from a later page, and then does not compare with the count', async () => {
    const t = setup({ items: items(35) }, { fromPage: 3 });
    const result = await t.run();
    expect(t.pages.toSorted()).toEqual([3, 4]);
    expect(result.keys.size).toBe(15);
    expect(t.progress.at(-1)).toEqual({ fetched: 35, total: 35, contiguous: 4 });
  });

  test('says how far it is without gaps', async () => {
    const t = setup({ items: items(55) });
    await t.run();
    expect(t.progress.map(({ contiguous }) => contiguous).at(-1)).toBe(6);
    expect(t.progress.map(({ fetched }) => fetched).at(-1)).toBe(55);
  });

  test('stops at the first failure', async () => {
    const t = setup({ items: items(995) });
    t.afterPage((page) => {
      if (page === 3) throw new Error('page 3');
    });
    await expect(t.run()).rejects.toThrow('page 3');
    expect(t.pages.length).toBeLessThan(12);
  });
});

describe('items that move while pages are read', () => {
  test('an insert at the front pushes one over each edge: seen twice, so all is read again', async () => {
    const listing: Listing = { items: items(30) };
    const t = setup(listing, { atOnce: 1 });
    let moved = false;
    t.afterPage((page) => {
      if (page === 1 && !moved) listing.items.unshift('a-new-one');
      moved = true;
    });
    const result = await t.run();
    expect(new Set(t.seen)).toEqual(new Set(['a-new-one', ...items(30)]));
    expect(result).toMatchObject({ isSteady: true, surplus: 0, total: 31 });
  });

  test('a removal at the front hides one behind an edge: one too few, so all is read again', async () => {
    const listing: Listing = { items: items(30) };
    const t = setup(listing, { atOnce: 1 });
    let moved = false;
    t.afterPage((page) => {
      if (page === 1 && !moved) listing.items.shift();
      moved = true;
    });
    const result = await t.run();
    expect(new Set(t.seen)).toEqual(new Set(items(30)));
    expect(result.keys.has('i0010')).toBe(true);
  });

  test('a list that never stands still is read twice and no more, and is not called steady', async () => {
    const listing: Listing = { items: items(30) };
    const t = setup(listing, { atOnce: 1 });
    let serial = 0;
    t.afterPage(() => {
      serial += 1;
      listing.items.unshift(`a${String(serial).padStart(3, '0')}`);
    });
    expect((await t.run()).isSteady).toBe(false);
    expect(t.pages.length).toBeLessThan(14);
    expect(t.planned()).toBe(t.pages.length);
  });

  test('a count that is always wrong costs a second look the first time only', async () => {
    const listing: Listing = { items: items(30), count: (truth) => truth + 2 };
    const first = setup(listing);
    const { surplus } = await first.run();
    expect(surplus).toBe(-2);
    expect(first.pages).toHaveLength(8);
    const next = setup(listing, { usualSurplus: surplus ?? 0 });
    await next.run();
    expect(next.pages).toHaveLength(4);
  });

  test('whatever is inserted and removed during the pass, nothing that stayed is missed without being noticed', async () => {
    const anyChange = fc.record({ afterPage: fc.integer({ min: 1, max: 6 }), at: fc.nat(60), remove: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.array(anyChange, { maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        async (count, changes, atOnce) => {
          const listing: Listing = { items: items(count) };
          const stayed = new Set(listing.items);
          const t = setup(listing, { atOnce });
          const pending = [...changes];
          t.afterPage((page) => {
            for (const change of pending.filter(({ afterPage }) => afterPage === page)) {
              pending.splice(pending.indexOf(change), 1);
              if (change.remove) for (const gone of listing.items.splice(change.at, 1)) stayed.delete(gone);
              else listing.items.splice(change.at, 0, `n${change.at}-${pending.length}`);
            }
          });
          const { keys, isSteady, surplus } = await t.run();
          const missed = [...stayed].filter((key) => !keys.has(key));
          if (isSteady && surplus === 0 && missed.length > 0) {
            // An insert and a removal that cancel out in both rounds leave no trace in counts: only a detail tells then.
            expect(changes.some(({ remove }) => remove) && changes.some(({ remove }) => !remove)).toBe(true);
          }
          expect(t.planned()).toBe(t.pages.length);
        },
      ),
      { numRuns: 500 },
    );
  });
});
