// Refunds as a decision table and as properties: never a yes after the end, never a yes out of ignorance, notices before each lead time.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchRefunds } from '../../src/policy/refund-match.ts';
import { dueNotices, LEAD_HOURS, NOTICES, nextNoticeAt, noticeDueAt } from '../../src/policy/refund-notices.ts';
import { allRefundRules, refundRule } from '../../src/policy/refund-rules.ts';
import { type RefundFacts, refundVerdict, SAFETY_MARGIN_MS } from '../../src/policy/refunds.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const ORDERED = Date.UTC(2030, 0, 1, 12);
const rule = (
  operation: Parameters<typeof refundRule>[0]['operation'],
  tld: string,
  product: 'DOMAIN' | 'CERTIFICATE' = 'DOMAIN',
) => refundRule({ product, operation, tld, at: ORDERED });

const facts = (more: Partial<RefundFacts> = {}): RefundFacts => ({
  order: 'delivered',
  isFree: false,
  isPremium: false,
  rule: rule('CREATE', 'com'),
  startedAt: [ORDERED],
  changedAt: null,
  ...more,
});

type Row = readonly [name: string, given: Partial<RefundFacts>, after: number, state: string];

const TABLE: readonly Row[] = [
  ['.com registration just bought', {}, 0, 'ELIGIBLE'],
  ['.com registration after four days', {}, 4 * DAY, 'ELIGIBLE'],
  ['.com registration a minute before the margin', {}, 5 * DAY - SAFETY_MARGIN_MS - 60_000, 'ELIGIBLE'],
  ['.com registration at the margin', {}, 5 * DAY - SAFETY_MARGIN_MS, 'EXPIRED'],
  ['.com registration at the end of day five', {}, 5 * DAY, 'EXPIRED'],
  ['.com registration months later', {}, 90 * DAY, 'EXPIRED'],
  [
    'a registry clock that began later does not lengthen it',
    { startedAt: [ORDERED, ORDERED + DAY] },
    5 * DAY - HOUR,
    'EXPIRED',
  ],
  ['a clock that began earlier shortens it', { startedAt: [ORDERED, ORDERED - DAY] }, 4 * DAY, 'EXPIRED'],
  ['premium name', { isPremium: true }, 0, 'NEVER'],
  ['renewed inside the window', { changedAt: ORDERED + HOUR }, DAY, 'FORFEITED'],
  ['renewal', { rule: rule('RENEW', 'com') }, 0, 'NEVER'],
  ['restore', { rule: rule('RESTORE', 'com') }, 0, 'NEVER'],
  ['transfer', { rule: rule('TRANSFER', 'com') }, 0, 'NEVER'],
  ['change of registrant', { rule: rule('CHANGE_OWNER', 'com') }, 0, 'NEVER'],
  ['registration of an extension nobody wrote of', { rule: rule('CREATE', 'nonesuch') }, 0, 'UNKNOWN'],
  ['no rule for the product', { rule: null }, 0, 'UNKNOWN'],
  [
    'a rule that says yes without a window',
    { rule: { ...must(rule('CREATE', 'com')), windowDays: null } },
    0,
    'UNKNOWN',
  ],
  [
    'a rule that does not know, with a window',
    { rule: { ...must(rule('CREATE', 'com')), refundable: 'UNKNOWN' } },
    0,
    'UNKNOWN',
  ],
  ['certificate on day 29', { rule: rule('ISSUE', '*', 'CERTIFICATE') }, 29 * DAY, 'ELIGIBLE'],
  ['certificate on day 30', { rule: rule('ISSUE', '*', 'CERTIFICATE') }, 30 * DAY, 'EXPIRED'],
  ['order under way', { order: 'under-way' }, 0, 'UNDER_WAY'],
  ['order that failed', { order: 'not-delivered' }, 0, 'NOTHING_PAID'],
  ['free order', { isFree: true }, 0, 'NOTHING_PAID'],
  ['given back', { order: 'taken-back' }, 0, 'PENDING'],
  ['given back and paid back', { order: 'refunded' }, 90 * DAY, 'REFUNDED'],
  ['no instant is known at which the clock began', { startedAt: [] }, 0, 'UNKNOWN'],
];

function must<T>(value: T | null): T {
  if (value === null) throw new Error('no such rule');
  return value;
}

describe('whether an order can be given back', () => {
  test.each(TABLE)('%s', (_name, given, after, state) => {
    expect(refundVerdict(facts(given), ORDERED + after).state).toBe(state);
  });

  test('conditions and the rule come with a yes', () => {
    const verdict = refundVerdict(facts(), ORDERED);
    expect(verdict.until).toBe(ORDERED + 5 * DAY - SAFETY_MARGIN_MS);
    expect(verdict.rule?.id).toBe('domain/create/com');
    expect(verdict.rule?.source.length).toBeGreaterThan(0);
  });

  test('is never a yes at or after its end, whatever the rule, the clocks and the time', () => {
    const anyRule = fc.constantFrom(...allRefundRules());
    const anyFacts = fc.record({
      order: fc.constantFrom('under-way', 'delivered', 'not-delivered', 'taken-back', 'refunded') as fc.Arbitrary<
        RefundFacts['order']
      >,
      isFree: fc.boolean(),
      isPremium: fc.boolean(),
      rule: fc.option(anyRule),
      startedAt: fc.array(fc.integer({ min: ORDERED - 40 * DAY, max: ORDERED + 40 * DAY }), { maxLength: 3 }),
      changedAt: fc.option(fc.integer({ min: ORDERED, max: ORDERED + 10 * DAY })),
    });
    const anyTime = fc.integer({ min: ORDERED - 60 * DAY, max: ORDERED + 90 * DAY });
    fc.assert(
      fc.property(anyFacts, anyTime, (given, now) => {
        const { state, until, rule: applied } = refundVerdict(given, now);
        if (state !== 'ELIGIBLE') return;
        expect(until).not.toBeNull();
        expect(now).toBeLessThan(until ?? 0);
        expect(applied?.refundable).toBe('YES');
        for (const start of given.startedAt) expect(until).toBeLessThan(start + (applied?.windowDays ?? 0) * DAY);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('notices', () => {
  test('at every wake-up each lead time is announced before it begins, when somebody is there', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 * DAY }), (bought) => {
        const until = ORDERED + 5 * DAY - SAFETY_MARGIN_MS;
        const told = new Map<string, number>();
        let now: number | null = ORDERED + bought;
        while (now !== null) {
          for (const notice of dueNotices(until, now, new Set(told.keys()))) told.set(notice, now);
          now = nextNoticeAt(until, now);
        }
        for (const hours of LEAD_HOURS) {
          const at = told.get(`closing-${hours}`);
          if (ORDERED + bought > until - hours * HOUR) continue;
          expect(at).toBeLessThanOrEqual(until - hours * HOUR);
        }
        expect(told.get('closed')).toBe(until);
      }),
    );
  });

  test('after a gap the tightest one that was reached is told, once, and the end in any case', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 * DAY }), { minLength: 1, maxLength: 20 }), (gaps) => {
        const until = ORDERED + 5 * DAY;
        const told: string[] = [];
        let now = ORDERED;
        for (const gap of [...gaps, 10 * DAY]) {
          now += gap;
          const due = dueNotices(until, now, new Set(told));
          for (const notice of due) {
            expect(noticeDueAt(notice, until)).toBeLessThanOrEqual(now);
            told.push(notice);
          }
        }
        expect(new Set(told).size).toBe(told.length);
        expect(told.at(-1)).toBe('closed');
        expect(told).toEqual(NOTICES.filter((notice) => told.includes(notice)));
      }),
    );
  });
});

describe('money that came back', () => {
  const pending = [
    { id: 'a', amount: 1_200, since: 1 },
    { id: 'b', amount: 3_000, since: 2 },
    { id: 'c', amount: 1_200, since: 3 },
  ];
  const ids = (difference: number) => matchRefunds(difference, pending).map(({ id }) => id);

  test('is matched to the cent: the one choice of orders that explains it, the older of two alike', () => {
    expect(ids(1_200)).toEqual(['a']);
    expect(ids(3_000)).toEqual(['b']);
    expect(ids(5_400).toSorted()).toEqual(['a', 'b', 'c']);
    expect(ids(4_200).toSorted()).toEqual(['a', 'b']);
    expect(ids(2_400)).toEqual(['a', 'c']);
  });

  test('that two choices of amounts explain is nobody’s', () => {
    const amounts = [100, 200, 300].map((amount, since) => ({ id: String(amount), amount, since }));
    expect(matchRefunds(300, amounts)).toEqual([]);
    expect(matchRefunds(600, amounts)).toHaveLength(3);
  });

  test.each([0, -1_200, 1, 1_199, 1_201, 3_600, 10_000])('a difference of %i explains nothing', (difference) => {
    expect(ids(difference)).toEqual([]);
  });
});
