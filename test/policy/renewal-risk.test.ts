// Why a domain will not be renewed although it should.
import { describe, expect, it } from 'vitest';
import { leadReached } from '../../src/policy/leads.ts';
import { type RiskFacts, renewalRisks } from '../../src/policy/renewal-risk.ts';

const NOW = Date.UTC(2030, 0, 1);
const DAY_MS = 86_400_000;
const renewal = (more: Partial<NonNullable<RiskFacts['renewal']>> = {}): NonNullable<RiskFacts['renewal']> => ({
  policy: { policy: 'ALWAYS', leadMs: DAY_MS, failSafe: 'LEAVE_ON', priceHoldPercent: null },
  ...{ payment: 'UNKNOWN', attemptsAt: [NOW + 5 * DAY_MS], expiresAt: NOW + 10 * DAY_MS, approval: null },
  price: { before: 1_000, approved: null, now: 1_000 },
  ...more,
});
const by = (rule: 'ALWAYS' | 'ONLY_IF_PAID' | 'ASK' | 'NEVER', priceHoldPercent: number | null = null) => ({
  policy: { policy: rule, leadMs: DAY_MS, failSafe: 'SWITCH_OFF' as const, priceHoldPercent },
});
const facts = (more: Partial<RiskFacts> = {}): RiskFacts => ({
  ...{ renewal: null, autoRenew: true, eppStatuses: [], reachability: 'done', isUnaffordable: false },
  ...more,
});

describe('the renewal of a domain', () => {
  it.each([
    ['renews by itself, locked against transfers', facts({ eppStatuses: ['clientTransferProhibited', 'ok'] }), []],
    ['is switched off, and no policy says why', facts({ autoRenew: false }), ['AUTO_RENEW_OFF']],
    ['is switched off by policy', facts({ autoRenew: false, renewal: renewal(by('NEVER')) }), []],
    ['was refused', facts({ autoRenew: false, renewal: renewal({ ...by('ASK'), approval: 'NO' }) }), []],
    ['is always wanted and switched off', facts({ autoRenew: false, renewal: renewal() }), ['AUTO_RENEW_OFF']],
    ['is not paid yet', facts({ autoRenew: false, renewal: renewal(by('ONLY_IF_PAID')) }), ['NOT_PAID']],
    ['is paid', facts({ renewal: renewal({ ...by('ONLY_IF_PAID'), payment: 'PAID' }) }), []],
    ['waits for an answer', facts({ renewal: renewal(by('ASK')) }), ['NOT_ANSWERED']],
    [
      'became too dear',
      facts({ renewal: renewal({ ...by('ALWAYS', 10), price: { before: 1_000, approved: null, now: 1_200 } }) }),
      ['PRICE_RISE'],
    ],
    [
      'cannot be paid for, is on hold and is not verified',
      facts({ isUnaffordable: true, eppStatuses: ['serverHold'], reachability: 'pending' }),
      ['BALANCE', 'STATUS', 'VERIFICATION'],
    ],
  ] as const)('that %s', (_name, given, risks) => {
    expect(renewalRisks(given, NOW)).toEqual(risks);
  });
});

it('is told by the shortest lead that the rest of the term fits in', () => {
  const leads = [31, 30, 15, 14, 8, 7, 4, 3, 2, 1, 0, -1].map((days) => leadReached(NOW + days * DAY_MS, NOW));
  expect(leads).toEqual([null, 30, 30, 14, 14, 7, 7, 3, 3, 1, 1, 1]);
});
