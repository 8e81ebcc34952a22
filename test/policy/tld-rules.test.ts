// The facts of extensions: complete, dated, plausible, and found for names however they are written.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allTldRules, tldRule } from '../../src/policy/tld-rules.ts';

const ALL = allTldRules();
const each = ALL.map((rule) => [rule.tld, rule] as const);

describe('the table', () => {
  test('has 102 extensions, 40 generic ones and 62 of countries, each once', () => {
    expect(ALL).toHaveLength(102);
    expect(new Set(ALL.map(({ tld }) => tld)).size).toBe(102);
    expect(ALL.filter(({ category }) => category === 'GTLD')).toHaveLength(40);
    expect(ALL.filter(({ category }) => category === 'CCTLD')).toHaveLength(62);
  });

  test('is spelled in A-labels, lower case, without a dot in front', () => {
    for (const { tld } of ALL) expect(tld).toMatch(/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/);
  });

  test('calls two-letter ends country extensions, and no others', () => {
    for (const { tld, category } of ALL) expect(category).toBe(/(?:^|\.)[a-z]{2}$/.test(tld) ? 'CCTLD' : 'GTLD');
  });

  test.each(each)('has whole days and years for .%s, none below zero', (_tld, rule) => {
    const days = [
      rule.addGraceDays,
      rule.autoRenewGraceDays,
      rule.redemptionDays,
      rule.pendingDeleteDays,
      rule.transferTypicalDays,
      rule.lockAfterCreateDays,
      rule.lockAfterTransferDays,
    ];
    for (const value of days) expect(value === null || (Number.isInteger(value) && value >= 0)).toBe(true);
    expect(rule.minYears ?? 1).toBeGreaterThanOrEqual(1);
    expect(rule.maxYears ?? 10).toBeGreaterThanOrEqual(rule.minYears ?? 1);
    expect(rule.maxYears ?? 10).toBeLessThanOrEqual(10);
  });

  test.each(each)('has a certainty and dated sources for .%s', (_tld, rule) => {
    expect(['DOC', 'CLIENT', 'GENERAL']).toContain(rule.certainty);
    expect(rule.source.length).toBeGreaterThan(0);
    for (const { document, asOf } of rule.source) {
      expect(document).not.toBe('');
      expect(new Date(asOf).toISOString().slice(0, 10)).toBe(asOf);
    }
  });

  test.each(each)('marks as general knowledge only what it says of .%s', (_tld, rule) => {
    expect(new Set(rule.general).size).toBe(rule.general.length);
    for (const fact of rule.general) expect(rule).toHaveProperty(fact);
  });

  test('knows what a transfer does to the expiry only where it agrees with the added year', () => {
    for (const { transferExpiry, transferAddsYear } of ALL)
      if (transferExpiry !== null) expect(transferAddsYear).toBe(transferExpiry === 'ADDED');
  });

  test('names the figures of late renewal or redemption wherever it is sure of them', () => {
    for (const { certainty, autoRenewGraceDays, redemptionDays } of ALL)
      if (certainty !== 'GENERAL') expect([autoRenewGraceDays, redemptionDays]).not.toEqual([null, null]);
  });

  test('restricts parking only where the FAQ does', () => {
    const restricted = ALL.filter(({ parkingRestricted }) => parkingRestricted === true).map(({ tld }) => tld);
    expect(restricted.toSorted()).toEqual(['cat', 'cn', 'tel', 'xxx']);
  });
});

describe('an extension', () => {
  test('of .com has 45 days of late renewal, 30 of redemption, 5 of deletion and locks of 60', () => {
    expect(tldRule('com')).toMatchObject({
      autoRenewGraceDays: 45,
      redemptionDays: 30,
      pendingDeleteDays: 5,
      transferAddsYear: true,
      lockAfterCreateDays: 60,
      lockAfterTransferDays: 60,
      changeOfRegistrant: 'FREE',
      certainty: 'DOC',
    });
  });

  test('of .es is renewed until six days before it expires', () => {
    expect(tldRule('es')).toMatchObject({ renewByDay: -6, renewFromDay: null, changeOfRegistrant: 'SUPPORT' });
  });

  test('of .jp is renewed from 30 to 7 days before it expires', () => {
    expect(tldRule('jp')).toMatchObject({ renewFromDay: -30, renewByDay: -7 });
  });

  test('of .uk is transferred by a tag and keeps its expiry', () => {
    expect(tldRule('uk')).toMatchObject({
      transferAuthCode: 'IPS_TAG',
      transferExpiry: 'UNCHANGED',
      redemptionDays: 0,
    });
  });

  test('that is not known to have a phase tells null, not zero', () => {
    expect(tldRule('pt')).toMatchObject({ autoRenewGraceDays: null, redemptionDays: null, certainty: 'GENERAL' });
  });
});

describe('a name', () => {
  test.each([
    ['a.co.uk', 'co.uk'],
    ['a.gov.uk', 'uk'],
    ['a.b.co.uk', 'co.uk'],
    ['example.com.au', 'com.au'],
    ['com', 'com'],
    ['.com', 'com'],
    ['Example.COM.', 'com'],
    [' example.fr ', 'fr'],
    ['café.fr', 'fr'],
    ['xn--caf-dma.fr', 'fr'],
    ['CAFÉ。FR', 'fr'],
  ])('%s has the rule of its longest known extension, .%s', (name, tld) => {
    expect(tldRule(name)?.tld).toBe(tld);
  });

  test.each(['example.invalid', '', '.', 'a b.com/', 'xcom', 'zz.zz'])(
    '%j has no rule where no extension of it is known',
    (name) => {
      expect(tldRule(name)).toBeNull();
    },
  );

  test('below an extension always has a rule at least as long as it', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/);
    fc.assert(
      fc.property(fc.constantFrom(...ALL), label, ({ tld }, first) => {
        expect(tldRule(`${first}.${tld}`)?.tld).toMatch(new RegExp(`(?:^|[.])${tld}$`));
      }),
    );
  });

  test('of any text is answered without an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        tldRule(text);
      }),
    );
  });
});
