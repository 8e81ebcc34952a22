// Refund rules: complete, dated, with sources; unknown is never a yes, and an edition counts from its day on.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allRefundRules, type RefundRule, refundRule } from '../../src/policy/refund-rules.ts';

const ALL = allRefundRules();
const each = ALL.map((rule) => [rule.id, rule] as const);
const NOW = Date.parse('2027-01-01');
const DAY = 86_400_000;
const domain = (operation: RefundRule['operation'], tld: string, at = NOW) =>
  refundRule({ product: 'DOMAIN', operation, tld, at });

describe('the table', () => {
  test('has 89 rules, each with an id of its own', () => {
    expect(ALL).toHaveLength(89);
    expect(new Set(ALL.map(({ id }) => id)).size).toBe(89);
  });

  test('answers yes 29 times, no 27 times and admits 33 times not to know', () => {
    const count = (refundable: RefundRule['refundable']) => ALL.filter((rule) => rule.refundable === refundable).length;
    expect([count('YES'), count('NO'), count('UNKNOWN')]).toEqual([29, 27, 33]);
  });

  test.each(each)('has for %s a source, a date and conditions in words', (_id, rule) => {
    expect(rule.source.length).toBeGreaterThan(0);
    for (const day of [rule.validFrom, ...rule.source.map(({ asOf }) => asOf)])
      expect(new Date(day).toISOString().slice(0, 10)).toBe(day);
    expect(rule.conditions.length).toBeGreaterThan(0);
    for (const condition of rule.conditions) expect(condition).toMatch(/^[A-Z].*\.$/);
  });

  test.each(each)('has for %s no window below a day, and a clock with every window', (_id, rule) => {
    if (rule.windowDays !== null) expect(rule.windowDays).toBeGreaterThanOrEqual(1);
    expect(rule.clock === null).toBe(rule.windowDays === null);
  });

  test('has a window with every yes, and none with a no', () => {
    for (const { refundable, windowDays } of ALL) {
      if (refundable === 'YES') expect(windowDays).not.toBeNull();
      if (refundable === 'NO') expect(windowDays).toBeNull();
    }
  });

  test('has a yes on general knowledge alone for nothing', () => {
    for (const { refundable, source } of ALL)
      if (refundable === 'YES') expect(source.some(({ kind }) => kind !== 'GENERAL')).toBe(true);
  });

  test('has one answer for every other extension in each operation', () => {
    for (const { product, operation } of ALL)
      expect(refundRule({ product, operation, tld: 'never-heard-of', at: NOW })?.tld).toBe('*');
  });
});

describe('the rule', () => {
  test('for a registration under .com is five days from the order', () => {
    expect(domain('CREATE', 'com')).toMatchObject({
      id: 'domain/create/com',
      refundable: 'YES',
      windowDays: 5,
      clock: 'ORDER',
    });
  });

  test('for a certificate is thirty days from the order, for any name', () => {
    expect(refundRule({ product: 'CERTIFICATE', operation: 'ISSUE', tld: 'fr', at: NOW })).toMatchObject({
      refundable: 'YES',
      windowDays: 30,
      clock: 'ORDER',
    });
  });

  test('for a reissue is no, so that the time of the first issue does not begin again', () => {
    expect(refundRule({ product: 'CERTIFICATE', operation: 'REISSUE', tld: '*', at: NOW })?.refundable).toBe('NO');
  });

  test('for renewals, transfers, restores and owner changes is never a yes, under any extension', () => {
    const operations = ['RENEW', 'TRANSFER', 'RESTORE', 'CHANGE_OWNER'] as const;
    const tlds = fc.oneof(fc.constantFrom(...ALL.map(({ tld }) => tld)), fc.domain());
    fc.assert(
      fc.property(fc.constantFrom(...operations), tlds, fc.integer({ min: 0, max: 2 ** 42 }), (operation, tld, at) => {
        expect(domain(operation, tld, at)).toMatchObject({ refundable: 'NO', windowDays: null });
      }),
    );
  });

  test('of an extension wins over the one for all', () => {
    expect(domain('CREATE', 'de')).toMatchObject({ tld: 'de', refundable: 'NO' });
    expect(domain('TRANSFER', 'lu')?.id).toBe('domain/transfer/lu');
  });

  test('of an extension that is unknown stays unknown, even with a window', () => {
    expect(domain('CREATE', 'app')).toMatchObject({ tld: 'app', refundable: 'UNKNOWN', windowDays: 5 });
    expect(domain('CREATE', 'fr')).toMatchObject({ tld: 'fr', refundable: 'UNKNOWN', windowDays: null });
  });

  test('is a yes only for an extension whose own row, or that for all, says so', () => {
    const products = ['DOMAIN', 'CERTIFICATE', 'MAIL'] as const;
    const operations = [...new Set(ALL.map(({ operation }) => operation))];
    const tlds = fc.oneof(fc.constantFrom(...ALL.map(({ tld }) => tld)), fc.domain(), fc.string());
    fc.assert(
      fc.property(
        fc.constantFrom(...products),
        fc.constantFrom(...operations),
        tlds,
        fc.integer({ min: -(2 ** 42), max: 2 ** 42 }),
        (product, operation, tld, at) => {
          const rows = ALL.filter((rule) => rule.product === product && rule.operation === operation);
          const wanted = tld.trim().toLowerCase().replace(/^\./, '').replace(/\.$/, '');
          const own = rows.filter((rule) => rule.tld === wanted || rule.tld === '*');
          const isYes = refundRule({ product, operation, tld, at })?.refundable === 'YES';
          expect(isYes && own.every(({ refundable }) => refundable !== 'YES')).toBe(false);
          if (own.some((rule) => rule.tld === wanted && rule.refundable !== 'YES')) expect(isYes).toBe(false);
        },
      ),
    );
  });

  test('under an extension sold below another one is not the other’s', () => {
    expect(domain('CREATE', 'uk.com')).toMatchObject({ tld: '*', refundable: 'UNKNOWN' });
  });

  test.each(['COM', '.com', 'com.', ' com '])('is found for the extension written %j', (tld) => {
    expect(domain('CREATE', tld)?.tld).toBe('com');
  });

  test('does not exist for an operation the product does not know', () => {
    expect(refundRule({ product: 'CERTIFICATE', operation: 'TRANSFER', tld: 'com', at: NOW })).toBeNull();
  });
});

describe('of several editions', () => {
  const first = ALL.find(({ id }) => id === 'certificate/issue/*');
  if (first === undefined) throw new Error('There is no rule for certificates.');
  const later: RefundRule = { ...first, windowDays: 14, validFrom: '2027-06-01' };
  const begins = Date.parse(later.validFrom);
  const days = (at: number) =>
    refundRule({ product: 'CERTIFICATE', operation: 'ISSUE', tld: '*', at }, [later, first])?.windowDays;

  test('the newest that had begun counts, from its first millisecond on', () => {
    expect([days(begins - 1), days(begins), days(begins + DAY)]).toEqual([30, 14, 14]);
  });

  test('the oldest counts before any had begun', () => {
    expect(days(0)).toBe(30);
  });

  test('of an extension all win over those for all, even one that begins later', () => {
    const named: RefundRule = { ...later, id: 'certificate/issue/com', tld: 'com', refundable: 'UNKNOWN' };
    const found = refundRule({ product: 'CERTIFICATE', operation: 'ISSUE', tld: 'com', at: 0 }, [first, named]);
    expect(found?.refundable).toBe('UNKNOWN');
  });
});
