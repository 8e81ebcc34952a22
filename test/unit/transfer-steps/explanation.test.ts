// Every situation says in both languages who must act, until when, and what helps.
import { describe, expect, test } from 'vitest';
import type { TransferStep, TransferUpstreamRecord } from '../../../src/services/services.ts';
import { NOTHING_REPORTED } from '../../../src/services/transfer-steps.ts';
import { SITUATIONS, type TransferSituation } from '../../../src/services/transfer-words.ts';
import { explainTransfer, maskEmail, situationOf } from '../../../src/services/transfers-explain.ts';

const now = Date.UTC(2030, 0, 1);
const standing = (
  step: TransferStep,
  upstream: Partial<TransferUpstreamRecord> = {},
  deadlineAt: number | null = null,
) => ({
  domainName: 'example.com',
  step,
  deadlineAt,
  upstream: { ...NOTHING_REPORTED, ...upstream },
});
const error = (errorType: string) => ({ step: 'ERROR', errorType });

const CASES: readonly [ReturnType<typeof standing>, TransferSituation][] = [
  [standing('SUBMITTING'), 'SUBMITTING'],
  [standing('SUBMITTING', { missingSince: now }), 'SUBMITTING'],
  [standing('PAYMENT'), 'PAYMENT'],
  [standing('HOLDER_APPROVAL', { step: 'WAIT' }), 'HOLDER_APPROVAL'],
  [standing('REGISTRY', { step: 'RUN' }), 'REGISTRY'],
  [standing('LOSING_REGISTRAR', { step: 'WAIT' }), 'LOSING_REGISTRAR'],
  [standing('SUPPORT', { step: 'SUPPORT' }), 'SUPPORT'],
  [standing('UNKNOWN', { step: 'QUUX' }), 'UNKNOWN'],
  [standing('REGISTRY', { step: 'DONE' }), 'ARRIVING'],
  [standing('LOSING_REGISTRAR', { step: 'WAIT', missingSince: now }), 'NOT_REPORTED'],
  [standing('ACTION_REQUIRED', error('invalid_authinfo')), 'AUTH_CODE'],
  [standing('ACTION_REQUIRED', error('domain_locked')), 'LOCKED'],
  [standing('ACTION_REQUIRED', error('insufficient_funds')), 'FUNDS'],
  [standing('ACTION_REQUIRED', error('refused_by_registrar')), 'LOSING_REGISTRAR_REFUSED'],
  [standing('ACTION_REQUIRED', error('quux')), 'OTHER'],
  [standing('FAILED', error('foa_refused')), 'HOLDER_REFUSED'],
  [standing('FAILED', error('foa_timeout')), 'HOLDER_SILENT'],
  [standing('FAILED', error('quux')), 'FAILED'],
  [standing('FAILED'), 'REFUSED_AT_ONCE'],
  [standing('COMPLETED', { step: 'WAIT' }), 'COMPLETED'],
];

test.each(CASES)('%j is explained as %s', (transfer, situation) => {
  expect(situationOf(transfer)).toBe(situation);
});

test('the cases above reach every situation there are words for', () => {
  expect(new Set(CASES.map(([, situation]) => situation))).toEqual(new Set(Object.keys(SITUATIONS)));
});

describe.each(['en', 'fr'] as const)('in %s', (language) => {
  test.each(CASES)('%j gives a whole sentence without gaps', (transfer) => {
    const { text } = explainTransfer(transfer, language, now);
    expect(text).toMatch(/^\p{Lu}|^example\.com/u);
    expect(text).toMatch(/[.!]$/);
    expect(text).not.toMatch(/[{}]|undefined|null/);
  });

  test('no two situations are told alike', () => {
    const texts = Object.values(SITUATIONS).map(({ words }) => words[language]);
    expect(new Set(texts).size).toBe(texts.length);
  });
});

test('the two languages differ', () => {
  for (const { words, until } of Object.values(SITUATIONS)) {
    expect(words.en).not.toBe(words.fr);
    if (until) expect(until.en).not.toBe(until.fr);
  }
});

test('the holder is named by a masked address and the deadline by its instant', () => {
  const approvals = [
    { email: 'done@example.org', answer: 'T' },
    { email: 'holder@example.net', answer: null },
  ];
  const transfer = standing('HOLDER_APPROVAL', { step: 'WAIT', approvals }, Date.UTC(2030, 0, 6, 14, 5));
  const { text, helpingMutation } = explainTransfer(transfer, 'en', now);
  expect(text).toContain('h***@example.net');
  expect(text).toContain('6 January 2030 at 14:05 UTC');
  expect(helpingMutation).toBe('resendTransferApproval');
  expect(explainTransfer(transfer, 'fr', now).text).toContain('6 janvier 2030');
});

test('a deadline that has passed is not announced', () => {
  const transfer = standing('HOLDER_APPROVAL', { step: 'WAIT' }, now - 1);
  expect(explainTransfer(transfer, 'en', now).text).not.toContain('Without an answer');
});

test("Gandi's own reason is shown for an error nobody knows", () => {
  const transfer = standing('ACTION_REQUIRED', { step: 'ERROR', errorType: 'quux', errorLabel: 'The moon is full' });
  expect(explainTransfer(transfer, 'en', now).text).toContain('The moon is full');
});

test.each([
  ['AUTH_CODE', 'updateTransferAuthCode'],
  ['LOCKED', 'relaunchTransfer'],
  ['FUNDS', 'relaunchTransfer'],
  ['PAYMENT', null],
  ['COMPLETED', null],
  ['HOLDER_REFUSED', null],
] as const)('what helps at %s is %s', (situation, mutation) => {
  expect(SITUATIONS[situation].helpingMutation).toBe(mutation);
});

test('an address keeps its first letter and its domain', () => {
  expect(maskEmail('holder@example.net')).toBe('h***@example.net');
  expect(maskEmail('nothing')).toBe('***');
});
