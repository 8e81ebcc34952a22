// Whether a domain may be renewed by itself: every rule by table, and what must hold whatever the facts are.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decideRenewal,
  type PolicyScope,
  policyFor,
  type RenewFacts,
  type RenewPolicy,
} from '../../src/policy/auto-renew.ts';

const DAY_MS = 86_400_000;
const EXPIRES_AT = Date.UTC(2031, 0, 1);
const ATTEMPTS = [31, 15, 1].map((days) => EXPIRES_AT - days * DAY_MS);
const LEAD_MS = 3 * DAY_MS;
const [FIRST = 0, SECOND = 0, LAST = 0] = ATTEMPTS;
const EARLY = FIRST - LEAD_MS - 1;
const DUE = FIRST - LEAD_MS;

const policyOf = (more: Partial<RenewPolicy> = {}): RenewPolicy => ({
  policy: 'ONLY_IF_PAID',
  leadMs: LEAD_MS,
  failSafe: 'SWITCH_OFF',
  priceHoldPercent: null,
  ...more,
});

const factsOf = (policy: Partial<RenewPolicy>, more: Partial<RenewFacts> = {}): RenewFacts => ({
  policy: policyOf(policy),
  payment: 'UNPAID',
  attemptsAt: ATTEMPTS,
  expiresAt: EXPIRES_AT,
  approval: null,
  price: { before: null, approved: null, now: null },
  ...more,
});

type Row = readonly [
  name: string,
  policy: Partial<RenewPolicy>,
  facts: Partial<RenewFacts>,
  now: number,
  autoRenew: boolean | null,
  reason: string,
  asks?: boolean,
];

const dearer = { before: 1_000, approved: null, now: 1_201 };
const HOLD = 20;

const ROWS: readonly Row[] = [
  ['ALWAYS, unpaid, early', { policy: 'ALWAYS' }, {}, EARLY, true, 'POLICY_ALWAYS'],
  ['ALWAYS, unpaid, due', { policy: 'ALWAYS' }, {}, DUE, true, 'POLICY_ALWAYS'],
  ['ALWAYS that somebody approved', { policy: 'ALWAYS' }, { approval: 'YES' }, DUE, true, 'APPROVED'],
  ['ALWAYS that somebody refused', { policy: 'ALWAYS' }, { approval: 'NO' }, EARLY, false, 'REFUSED'],
  ['NEVER, paid, early', { policy: 'NEVER' }, { payment: 'PAID' }, EARLY, false, 'POLICY_NEVER'],
  ['NEVER that somebody approved', { policy: 'NEVER' }, { approval: 'YES' }, DUE, false, 'POLICY_NEVER'],
  ['ONLY_IF_PAID, paid, early', {}, { payment: 'PAID' }, EARLY, true, 'PAID'],
  ['ONLY_IF_PAID, paid, due', {}, { payment: 'PAID' }, DUE, true, 'PAID'],
  ['ONLY_IF_PAID, paid, after the last attempt', {}, { payment: 'PAID' }, LAST, true, 'PAID'],
  ["ONLY_IF_PAID, the reseller's own", {}, { payment: 'OWN' }, DUE, true, 'PAID'],
  ['ONLY_IF_PAID, unpaid, early, SWITCH_OFF', {}, {}, EARLY, false, 'NOT_PAID_YET'],
  ['ONLY_IF_PAID, unpaid, early, LEAVE_ON', { failSafe: 'LEAVE_ON' }, {}, EARLY, null, 'NOT_PAID_YET'],
  ['ONLY_IF_PAID, unpaid, due, SWITCH_OFF', {}, {}, DUE, false, 'NOT_PAID'],
  ['ONLY_IF_PAID, unpaid, due, LEAVE_ON', { failSafe: 'LEAVE_ON' }, {}, DUE, false, 'NOT_PAID'],
  ['ONLY_IF_PAID, unpaid, between attempts', { failSafe: 'LEAVE_ON' }, {}, FIRST + 1, false, 'NOT_PAID'],
  ['ONLY_IF_PAID, unpaid, after the last attempt', { failSafe: 'LEAVE_ON' }, {}, LAST + 1, false, 'NOT_PAID'],
  ['ONLY_IF_PAID, unknown, due', { failSafe: 'LEAVE_ON' }, { payment: 'UNKNOWN' }, DUE, false, 'NOT_PAID'],
  ['ONLY_IF_PAID, unpaid, dates unknown, SWITCH_OFF', {}, { attemptsAt: [] }, LAST, false, 'NOT_PAID_YET'],
  ['ONLY_IF_PAID, unpaid, and the price approved', {}, { approval: 'YES' }, DUE, false, 'NOT_PAID'],
  ['ONLY_IF_PAID, paid, refused', {}, { payment: 'PAID', approval: 'NO' }, DUE, false, 'REFUSED'],
  ['ASK, early, SWITCH_OFF', { policy: 'ASK' }, {}, EARLY, false, 'NOT_ANSWERED_YET', true],
  ['ASK, early, LEAVE_ON', { policy: 'ASK', failSafe: 'LEAVE_ON' }, {}, EARLY, null, 'NOT_ANSWERED_YET', true],
  ['ASK, due, SWITCH_OFF', { policy: 'ASK' }, {}, DUE, false, 'NOT_ANSWERED', true],
  ['ASK, due, LEAVE_ON', { policy: 'ASK', failSafe: 'LEAVE_ON' }, {}, DUE, false, 'NOT_ANSWERED', true],
  ['ASK, paid and not answered', { policy: 'ASK' }, { payment: 'PAID' }, DUE, false, 'NOT_ANSWERED', true],
  ['ASK, yes', { policy: 'ASK' }, { approval: 'YES' }, EARLY, true, 'APPROVED'],
  ['ASK, no', { policy: 'ASK' }, { approval: 'NO' }, DUE, false, 'REFUSED'],
  [
    'a price risen by the percentage',
    { priceHoldPercent: HOLD, policy: 'ALWAYS' },
    at(1_200),
    DUE,
    true,
    'POLICY_ALWAYS',
  ],
  ['a price risen above it', { priceHoldPercent: HOLD, policy: 'ALWAYS' }, at(1_201), DUE, false, 'PRICE_RISE', true],
  ['a price that fell', { priceHoldPercent: 0, policy: 'ALWAYS' }, at(1), DUE, true, 'POLICY_ALWAYS'],
  ['a rise, paid', { priceHoldPercent: HOLD }, { payment: 'PAID', price: dearer }, EARLY, false, 'PRICE_RISE', true],
  ['a rise with no percentage set', {}, { payment: 'PAID', price: { ...dearer, now: 99_999 } }, DUE, true, 'PAID'],
  ['a rise of an unknown price', { priceHoldPercent: 0 }, { payment: 'PAID' }, DUE, true, 'PAID'],
  [
    'a rise that was approved',
    { priceHoldPercent: HOLD },
    { payment: 'PAID', approval: 'YES', price: { ...dearer, approved: 1_201 } },
    DUE,
    true,
    'PAID',
  ],
  [
    'a rise above the one that was approved',
    { priceHoldPercent: HOLD },
    { payment: 'PAID', approval: 'YES', price: { before: 1_000, approved: 1_201, now: 5_600 } },
    DUE,
    false,
    'PRICE_RISE',
    true,
  ],
  ['a rise under NEVER', { policy: 'NEVER', priceHoldPercent: 0 }, at(9_999), DUE, false, 'POLICY_NEVER'],
];

function at(now: number): Partial<RenewFacts> {
  return { price: { before: 1_000, approved: null, now } };
}

describe('a decision', () => {
  test.each(ROWS.map((row) => [row[0], row] as const))('of %s', (_name, row) => {
    const [, policy, facts, now, autoRenew, reason, asks = false] = row;
    expect(decideRenewal(factsOf(policy, facts), now)).toMatchObject({ autoRenew, reason, asks });
  });

  test.each([
    ['before the first attempt', EARLY, FIRST - LEAD_MS],
    ['at the first attempt', FIRST, SECOND - LEAD_MS],
    ['between attempts', SECOND - 1, SECOND - LEAD_MS],
    ['before the last attempt', SECOND, LAST - LEAD_MS],
    ['at the last attempt', LAST, null],
  ])('is due the lead time before the next attempt: %s', (_name, now, dueAt) => {
    expect(decideRenewal(factsOf({}), now).dueAt).toBe(dueAt);
  });
});

const anyPolicy: fc.Arbitrary<RenewPolicy> = fc.record({
  policy: fc.constantFrom('ALWAYS', 'ONLY_IF_PAID', 'ASK', 'NEVER'),
  leadMs: fc.integer({ min: 1, max: 90 * DAY_MS }),
  failSafe: fc.constantFrom('SWITCH_OFF', 'LEAVE_ON'),
  priceHoldPercent: fc.option(fc.integer({ min: 0, max: 200 })),
});
const anyPrice = fc.option(fc.integer({ min: 0, max: 1_000_000 }));
const anyFacts: fc.Arbitrary<RenewFacts> = fc.record({
  policy: anyPolicy,
  payment: fc.constantFrom('PAID', 'UNPAID', 'UNKNOWN', 'OWN'),
  attemptsAt: fc.array(fc.integer({ min: EXPIRES_AT - 92 * DAY_MS, max: EXPIRES_AT }), { maxLength: 4 }),
  expiresAt: fc.constant(EXPIRES_AT),
  approval: fc.constantFrom('YES', 'NO', null),
  price: fc.record({ before: anyPrice, approved: anyPrice, now: anyPrice }),
});
const anyNow = fc.integer({ min: EXPIRES_AT - 200 * DAY_MS, max: EXPIRES_AT });

const isUnpaid = ({ payment }: RenewFacts) => payment === 'UNPAID' || payment === 'UNKNOWN';

describe('whatever the facts', () => {
  test('an ONLY_IF_PAID domain that is not paid is never switched on, and is off from its due time on', () => {
    fc.assert(
      fc.property(anyFacts, anyNow, (facts, now) => {
        fc.pre(facts.policy.policy === 'ONLY_IF_PAID' && isUnpaid(facts));
        const { autoRenew } = decideRenewal(facts, now);
        expect(autoRenew).not.toBe(true);
        const isDue = facts.attemptsAt.some((attempt) => now >= attempt - facts.policy.leadMs);
        if (isDue) expect(autoRenew).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test('NEVER is never on', () => {
    fc.assert(
      fc.property(anyFacts, anyNow, (facts, now) => {
        const policy = { ...facts.policy, policy: 'NEVER' as const };
        expect(decideRenewal({ ...facts, policy }, now).autoRenew).toBe(false);
      }),
    );
  });

  test('with SWITCH_OFF what is unpaid, or not answered, is off at any time', () => {
    fc.assert(
      fc.property(anyFacts, anyNow, (facts, now) => {
        const policy = { ...facts.policy, failSafe: 'SWITCH_OFF' as const };
        const isOpen =
          (policy.policy === 'ONLY_IF_PAID' && isUnpaid(facts)) ||
          (policy.policy === 'ASK' && facts.approval !== 'YES');
        fc.pre(isOpen);
        expect(decideRenewal({ ...facts, policy }, now).autoRenew).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a paid domain that nobody refused and whose price did not rise is on', () => {
    fc.assert(
      fc.property(anyFacts, anyNow, (facts, now) => {
        const policy = { ...facts.policy, policy: 'ONLY_IF_PAID' as const, priceHoldPercent: null };
        const approval = facts.approval === 'NO' ? null : facts.approval;
        expect(decideRenewal({ ...facts, policy, approval, payment: 'PAID' }, now).autoRenew).toBe(true);
      }),
    );
  });

  test('nothing is switched on at a price that nobody agreed to', () => {
    fc.assert(
      fc.property(anyFacts, anyNow, (facts, now) => {
        const { policy, price, approval } = facts;
        fc.pre(decideRenewal(facts, now).autoRenew === true && policy.priceHoldPercent !== null && price.now !== null);
        const agreed = approval === 'YES' ? (price.approved ?? price.before) : price.before;
        if (agreed !== null && policy.priceHoldPercent !== null)
          expect(price.now).toBeLessThanOrEqual((agreed * (100 + policy.priceHoldPercent)) / 100);
      }),
    );
  });
});

describe('of several policies', () => {
  const domain = { name: 'lantern.co.uk', clientId: 'c1', tld: 'co.uk', tags: ['vip', 'arts'] };
  const all: readonly PolicyScope[] = [
    { scope: 'ORGANIZATION', scopeValue: '' },
    { scope: 'TLD', scopeValue: 'co.uk' },
    { scope: 'CLIENT', scopeValue: 'c1' },
    { scope: 'TAG', scopeValue: 'vip' },
    { scope: 'TAG', scopeValue: 'arts' },
    { scope: 'DOMAIN', scopeValue: 'lantern.co.uk' },
  ];

  test('the narrowest holds: domain, tag, client, TLD, organization; of several tags the first in the alphabet', () => {
    const order: string[] = [];
    let left = all;
    for (;;) {
      const found = policyFor(left, domain);
      if (found === null) break;
      order.push(`${found.scope}:${found.scopeValue}`);
      left = left.filter((policy) => policy !== found);
    }
    expect(order).toEqual(['DOMAIN:lantern.co.uk', 'TAG:arts', 'TAG:vip', 'CLIENT:c1', 'TLD:co.uk', 'ORGANIZATION:']);
  });

  test('one for another domain, tag, client or TLD is none', () => {
    const others = [
      { scope: 'TLD', scopeValue: 'uk' },
      { scope: 'CLIENT', scopeValue: 'c2' },
      { scope: 'TAG', scopeValue: 'VIP' },
      { scope: 'DOMAIN', scopeValue: 'lantern.uk' },
    ] as const;
    expect(policyFor(others, domain)).toBeNull();
    expect(policyFor([{ scope: 'CLIENT', scopeValue: '' }], { ...domain, clientId: null })).toBeNull();
  });
});
