// Whether a list has more pages: from Link where there is one, and never "no" in doubt.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextQuery, pageOf } from '../../src/upstream/rest/paging.ts';

const items = (count: number) => Array.from({ length: count }, (_, index) => index);
const next = '<https://api.example/v5/domain/domains?page=2&per_page=100>; rel="next"';
const last = '<https://api.example/v5/domain/domains?page=9&per_page=100>; rel="last"';

type Row = readonly [
  title: string,
  count: number,
  page: number,
  perPage: number,
  isFiltered: boolean,
  headers: Record<string, string>,
  hasNext: boolean,
  total: number | null,
];
const TABLE: readonly Row[] = [
  ['a next link', 100, 1, 100, false, { link: `${next}, ${last}`, 'total-count': '850' }, true, 850],
  ['a next link behind another', 100, 1, 100, false, { link: `${last}, ${next}` }, true, null],
  ['a Link without next', 100, 9, 100, false, { link: last, 'total-count': '9000' }, false, 9000],
  ['no Link and the count reached', 50, 9, 100, false, { 'total-count': '850' }, false, 850],
  ['no Link and a full last page', 100, 2, 100, false, { 'total-count': '200' }, false, 200],
  ['no Link and the count not reached', 100, 1, 100, false, { 'total-count': '850' }, true, 850],
  ['no Link and pages smaller than asked', 100, 2, 500, false, { 'total-count': '850' }, true, 850],
  ['no Link and the last of smaller pages', 50, 9, 500, false, { 'total-count': '450' }, false, 450],
  ['no headers and a full page', 100, 1, 100, false, {}, true, null],
  ['no headers and a short page', 99, 1, 100, false, {}, false, null],
  ['an empty page, whatever the headers say', 0, 9, 100, false, { link: next, 'total-count': '999' }, false, 999],
  ['a filtered list by its own count', 20, 1, 100, true, { 'total-count': '850', 'filtered-count': '20' }, false, 20],
  ['a filtered list with more', 100, 1, 100, true, { 'total-count': '850', 'filtered-count': '180' }, true, 180],
  [
    'a filtered list whose count may mean "returned"',
    100,
    1,
    100,
    true,
    { 'total-count': '850', 'filtered-count': '100' },
    true,
    null,
  ],
  [
    'a filtered next link whose count means "returned"',
    100,
    1,
    100,
    true,
    { link: next, 'filtered-count': '100' },
    true,
    null,
  ],
  ['a filtered list without its count', 20, 1, 100, true, { 'total-count': '850' }, true, null],
];

describe('a page', () => {
  it.each(TABLE)('with %s', (_title, count, page, perPage, isFiltered, headers, hasNext, total) => {
    expect(pageOf(items(count), { headers }, { page, perPage, isFiltered })).toMatchObject({ hasNext, total });
  });

  it('leads to every item and then ends: by Link even when pages are cut smaller than asked, by counts, or by size alone', () => {
    fc.assert(
      fc.property(
        fc.nat(60),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        fc.boolean(),
        (size, perPage, cap, hasLink, hasCount) => {
          const step = hasLink ? Math.min(cap, perPage) : perPage;
          const seen: number[] = [];
          for (let page = 1; page < 100; page++) {
            const rows = items(size).slice((page - 1) * step, page * step);
            const headers = {
              ...(hasCount ? { 'total-count': String(size) } : {}),
              ...(hasLink && page * step < size ? { link: next } : {}),
            };
            seen.push(...rows);
            if (!pageOf(rows, { headers }, { page, perPage, isFiltered: false }).hasNext) break;
          }
          expect(seen).toEqual(items(size));
        },
      ),
    );
  });
});

describe('the next link', () => {
  it('is followed as given, even with two question marks in it', () => {
    const link = '<https://api.example/v5/x?sharing_id=7?page=2&per_page=9>; rel="next"';
    expect(nextQuery({ headers: { link } })?.toString()).toBe('sharing_id=7&page=2&per_page=9');
  });

  it('is absent when only other relations are there', () => {
    expect(nextQuery({ headers: { link: last } })).toBeNull();
    expect(nextQuery({ headers: {} })).toBeNull();
  });
});
