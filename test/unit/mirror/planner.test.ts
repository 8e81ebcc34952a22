// The planner: which calls bring what is wanted, as a table and as properties over all portfolios.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  minimumCalls,
  type Portfolio,
  pagesOf,
  planDomains,
  planListing,
  type Wanted,
} from '../../../src/mirror/planner.ts';

const portfolio = (more: Partial<Portfolio> = {}): Portfolio => ({
  domains: 1_000,
  clientListPages: 60,
  rowsTellClient: false,
  pageSize: 100,
  ...more,
});

describe('the cheapest way', () => {
  test.each<[string, Wanted, number, Partial<Portfolio>, string]>([
    ['nothing wanted takes no call', 'rows', 0, {}, 'nothing 0'],
    ['one row is one detail', 'rows', 1, {}, 'details 1'],
    ['nine rows are nine details', 'rows', 9, {}, 'details 9'],
    ['as many rows as pages: details, which carry more', 'rows', 10, {}, 'details 10'],
    ['more rows than pages: the list', 'rows', 11, {}, 'list 10'],
    ['rows of a list of unknown length: details', 'rows', 500, { domains: null }, 'details 500'],
    ['a portfolio of one page: one row is a detail', 'rows', 1, { domains: 80 }, 'details 1'],
    ['a portfolio of one page: two rows are the list', 'rows', 2, { domains: 80 }, 'list 1'],
    ['clients that rows tell: the list', 'clients', 20, { rowsTellClient: true }, 'list 10'],
    ['clients that rows tell, of a few: details', 'clients', 3, { rowsTellClient: true }, 'details 3'],
    ['clients that rows do not tell, of many: one list each', 'clients', 100, {}, 'client-lists 60'],
    ['clients that rows do not tell, of a page of twenty: details', 'clients', 20, {}, 'details 20'],
    ['as many domains as client lists: details', 'clients', 60, {}, 'details 60'],
    ['two clients with many domains each', 'clients', 20, { clientListPages: 11 }, 'client-lists 11'],
    ['clients that are not known: details', 'clients', 900, { clientListPages: null }, 'details 900'],
    [
      'the list is no help for clients that rows do not tell',
      'clients',
      900,
      { clientListPages: null, domains: 1 },
      'details 900',
    ],
    ['an empty portfolio still has one page to read', 'rows', 2, { domains: 0 }, 'list 1'],
  ])('%s', (_name, wanted, count, more, expected) => {
    const { kind, calls } = planDomains(wanted, count, portfolio(more));
    expect(`${kind} ${calls}`).toBe(expected);
  });

  test.each<[string, Partial<Portfolio>, number | null, string]>([
    ['no clients named: the list', {}, null, 'list'],
    ['one client of a large portfolio: its list', {}, 1, 'client-lists'],
    ['one client of a portfolio of one page: the list, which brings more for the same', { domains: 80 }, 1, 'list'],
    ['more clients than pages: the list', {}, 12, 'list'],
    ['a portfolio of unknown size is read whole first', { domains: null }, 1, 'list'],
  ])('a listing with %s', (_name, more, pages, expected) => {
    expect(planListing(portfolio(more), pages)).toBe(expected);
  });
});

const anyPortfolio = fc.record({
  domains: fc.option(fc.nat(200_000), { nil: null }),
  clientListPages: fc.option(fc.nat(5_000), { nil: null }),
  rowsTellClient: fc.boolean(),
  pageSize: fc.integer({ min: 1, max: 500 }),
});
const anyWanted = fc.constantFrom<Wanted>('rows', 'clients');

describe('every plan', () => {
  test('takes no more calls than any way that yields what is wanted', () => {
    fc.assert(
      fc.property(anyWanted, fc.nat(200_000), anyPortfolio, (wanted, count, shape) => {
        const { calls } = planDomains(wanted, count, shape);
        expect(calls).toBeLessThanOrEqual(count);
        if (count === 0) return;
        const listHelps = shape.domains !== null && (wanted === 'rows' || shape.rowsTellClient);
        if (listHelps) expect(calls).toBeLessThanOrEqual(Math.max(1, Math.ceil((shape.domains ?? 0) / shape.pageSize)));
        if (wanted === 'clients' && shape.clientListPages !== null)
          expect(calls).toBeLessThanOrEqual(shape.clientListPages);
      }),
    );
  });

  test('yields what is wanted, and costs what its kind costs', () => {
    fc.assert(
      fc.property(anyWanted, fc.integer({ min: 1, max: 200_000 }), anyPortfolio, (wanted, count, shape) => {
        const { kind, calls } = planDomains(wanted, count, shape);
        expect(kind).not.toBe('nothing');
        if (kind === 'details') expect(calls).toBe(count);
        if (kind === 'list') {
          expect(wanted === 'rows' || shape.rowsTellClient).toBe(true);
          expect(calls).toBe(pagesOf(shape.domains ?? Number.NaN, shape.pageSize));
        }
        if (kind === 'client-lists') {
          expect(wanted).toBe('clients');
          expect(calls).toBe(shape.clientListPages);
        }
      }),
    );
  });

  test('never costs more for fewer domains', () => {
    fc.assert(
      fc.property(anyWanted, fc.nat(5_000), fc.nat(5_000), anyPortfolio, (wanted, a, b, shape) => {
        const fewer = planDomains(wanted, Math.min(a, b), shape).calls;
        expect(fewer).toBeLessThanOrEqual(planDomains(wanted, Math.max(a, b), shape).calls);
      }),
    );
  });
});

describe('the minimum for a cold mirror', () => {
  const cold = { domains: 1_000, clients: 60, pageSize: 100, rowsTellClient: true, links: 0, details: 0 };
  test.each([
    ['1,000 domains of 60 clients, rows naming the client', { links: 1_000 }, 12],
    ['the same without names in the rows', { rowsTellClient: false, links: 1_000 }, 72],
    ['twenty of them with their clients, without names', { rowsTellClient: false, links: 20 }, 32],
    ['twenty details tell twenty clients', { rowsTellClient: false, links: 20, details: 20 }, 32],
    ['twenty details beside clients that rows tell', { links: 20, details: 20 }, 32],
    ['250 clients have three pages', { clients: 250 }, 14],
  ])('%s', (_name, more, expected) => {
    expect(minimumCalls({ ...cold, ...more })).toBe(expected);
  });
});
