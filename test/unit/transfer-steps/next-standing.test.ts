// What Gandi's reports mean: every word of the reference, words nobody knows, and no report at all.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TransferParty, TransferStep, TransferUpstreamRecord } from '../../../src/services/services.ts';
import { NOTHING_REPORTED, nextStanding, orderStateFor, sameStanding } from '../../../src/services/transfer-steps.ts';

const DAY = 86_400_000;
const ordered = Date.UTC(2030, 0, 1);
const now = ordered + DAY;

const report = (fields: Partial<TransferUpstreamRecord>): TransferUpstreamRecord => ({
  ...NOTHING_REPORTED,
  createdAt: ordered,
  updatedAt: now,
  ...fields,
});
const standing = (step: TransferStep = 'PAYMENT', upstream: TransferUpstreamRecord = report({ step: 'BILL' })) => ({
  step,
  waitingOn: 'GANDI' as TransferParty,
  deadlineAt: null as number | null,
  upstream,
  startedAt: ordered,
});
const see = (fields: Partial<TransferUpstreamRecord>, from = standing(), name = 'example.com') =>
  nextStanding(name, from, { report: report(fields), arrived: false, at: now });

const foa = [{ email: 'holder@example.net', answer: 'W' }];

describe('the step and who must act', () => {
  test.each<[Partial<TransferUpstreamRecord>, TransferStep, TransferParty]>([
    [{ step: 'BILL' }, 'PAYMENT', 'GANDI'],
    [{ step: 'bill' }, 'PAYMENT', 'GANDI'],
    [{ step: 'WAIT', innerStep: 'foa_pending', approvals: foa }, 'HOLDER_APPROVAL', 'HOLDER'],
    [{ step: 'WAIT', innerStep: 'checking_foa_response' }, 'HOLDER_APPROVAL', 'HOLDER'],
    [{ step: 'WAIT', innerStep: 'losing_registrar' }, 'LOSING_REGISTRAR', 'LOSING_REGISTRAR'],
    [{ step: 'WAIT', innerStep: 'registry_request' }, 'REGISTRY', 'REGISTRY'],
    [{ step: 'WAIT', approvals: foa }, 'HOLDER_APPROVAL', 'HOLDER'],
    [{ step: 'WAIT', approvals: [{ email: 'a@b.example', answer: null }] }, 'HOLDER_APPROVAL', 'HOLDER'],
    [{ step: 'WAIT', approvals: [{ email: 'a@b.example', answer: 'T' }] }, 'UNKNOWN', 'GANDI'],
    [{ step: 'WAIT', registryAcceptedAt: now }, 'LOSING_REGISTRAR', 'LOSING_REGISTRAR'],
    [{ step: 'WAIT' }, 'UNKNOWN', 'GANDI'],
    [{ step: 'WAIT', innerStep: 'quux' }, 'UNKNOWN', 'GANDI'],
    [{ step: 'RUN', innerStep: 'registry_request' }, 'REGISTRY', 'REGISTRY'],
    [{ step: 'RUN' }, 'REGISTRY', 'REGISTRY'],
    [{ step: 'RUN', innerStep: 'quux' }, 'REGISTRY', 'REGISTRY'],
    [{ step: 'RUN', registryAcceptedAt: now }, 'LOSING_REGISTRAR', 'LOSING_REGISTRAR'],
    [{ step: 'SUPPORT' }, 'SUPPORT', 'GANDI'],
    [{ step: 'DONE' }, 'REGISTRY', 'GANDI'],
    [{ step: 'ERROR', errorType: 'invalid_authinfo' }, 'ACTION_REQUIRED', 'RESELLER'],
    [{ step: 'ERROR', errorType: 'domain_locked' }, 'ACTION_REQUIRED', 'RESELLER'],
    [{ step: 'ERROR', errorType: 'insufficient_funds' }, 'ACTION_REQUIRED', 'RESELLER'],
    [{ step: 'ERROR', errorType: 'refused_by_registrar' }, 'ACTION_REQUIRED', 'RESELLER'],
    [{ step: 'ERROR', errorType: 'foa_refused' }, 'FAILED', 'NOBODY'],
    [{ step: 'ERROR', errorType: 'foa_timeout' }, 'FAILED', 'NOBODY'],
    [{ step: 'ERROR', errorType: 'quux' }, 'ACTION_REQUIRED', 'RESELLER'],
    [{ step: 'ERROR', errorLabel: 'The auth code is missing or wrong.' }, 'ACTION_REQUIRED', 'RESELLER'],
    [{ step: 'ERROR' }, 'ACTION_REQUIRED', 'RESELLER'],
    [{ step: 'QUUX' }, 'UNKNOWN', 'GANDI'],
    [{ step: '' }, 'UNKNOWN', 'GANDI'],
  ])('%j is %s, waiting on %s', (fields, step, waitingOn) => {
    expect(see(fields)).toMatchObject({ step, waitingOn });
  });

  test('whatever words Gandi finds, a report alone never completes a transfer and only a known final error fails one', () => {
    const word = fc.option(fc.string(), { nil: null });
    fc.assert(
      fc.property(word, word, word, word, (step, innerStep, errorType, errorLabel) => {
        const next = see({ step, innerStep, errorType, errorLabel });
        expect(next.step).not.toBe('COMPLETED');
        if (next.step === 'FAILED') expect(step?.toUpperCase()).toBe('ERROR');
      }),
    );
  });
});

describe('the deadline', () => {
  test('the holder has five days from when Gandi began, not from when it was last updated', () => {
    const startedAt = ordered + 3_600_000;
    const next = see({ step: 'WAIT', innerStep: 'foa_pending', startedAt });
    expect(next.deadlineAt).toBe(startedAt + 5 * DAY);
  });

  test.each([
    ['example.com', 5],
    ['example.fr', 8],
    ['example.lu', 15],
    ['example.es', 10],
    ['example.io', 5],
  ])('the losing registrar of %s has %i days from the acceptance of the registry', (name, days) => {
    const next = see({ step: 'WAIT', innerStep: 'losing_registrar', registryAcceptedAt: now }, standing(), name);
    expect(next.deadlineAt).toBe(now + days * DAY);
  });

  test('without the acceptance the first sight of the step counts, and later reports do not move the deadline', () => {
    const first = see({ step: 'WAIT', innerStep: 'losing_registrar' });
    const later = nextStanding(
      'example.com',
      { ...first, startedAt: ordered },
      {
        report: report({ step: 'WAIT', innerStep: 'losing_registrar', updatedAt: now + DAY }),
        arrived: false,
        at: now + DAY,
      },
    );
    expect([first.deadlineAt, later.deadlineAt]).toEqual([now + 5 * DAY, now + 5 * DAY]);
  });

  test('nothing else has one', () => {
    for (const step of ['BILL', 'RUN', 'SUPPORT', 'ERROR', 'QUUX']) expect(see({ step }).deadlineAt).toBeNull();
  });
});

describe('no report', () => {
  const waiting = standing('LOSING_REGISTRAR', report({ step: 'WAIT', innerStep: 'losing_registrar' }));

  test('with the domain here it is done', () => {
    const next = nextStanding('example.com', waiting, { report: null, arrived: true, at: now });
    expect(next).toMatchObject({ step: 'COMPLETED', waitingOn: 'NOBODY', deadlineAt: null });
  });

  test('without the domain nothing ends: the step stays and says since when nothing is reported', () => {
    const next = nextStanding('example.com', waiting, { report: null, arrived: false, at: now });
    expect(next).toMatchObject({ step: 'LOSING_REGISTRAR', upstream: { missingSince: now } });
    const later = nextStanding(
      'example.com',
      { ...next, startedAt: ordered },
      { report: null, arrived: false, at: now + DAY },
    );
    expect(later.upstream.missingSince).toBe(now);
    expect(sameStanding(next, later)).toBe(true);
  });

  test('just after the order it means nothing yet', () => {
    const fresh = standing('PAYMENT', NOTHING_REPORTED);
    const next = nextStanding('example.com', fresh, { report: null, arrived: false, at: ordered + 59_000 });
    expect(next.upstream).toEqual(NOTHING_REPORTED);
  });

  test('a report that comes back takes the mark away', () => {
    const lost = nextStanding('example.com', waiting, { report: null, arrived: false, at: now });
    const next = nextStanding(
      'example.com',
      { ...lost, startedAt: ordered },
      { report: report({ step: 'RUN' }), arrived: false, at: now },
    );
    expect(next.upstream.missingSince).toBeUndefined();
  });

  test('DONE completes only with the domain here', () => {
    expect(
      nextStanding('example.com', waiting, { report: report({ step: 'DONE' }), arrived: true, at: now }).step,
    ).toBe('COMPLETED');
    expect(see({ step: 'DONE' }, waiting).step).toBe('LOSING_REGISTRAR');
  });
});

describe('what counts as news', () => {
  test('a new time of update alone is none, an answer of the holder is', () => {
    const first = see({ step: 'WAIT', innerStep: 'foa_pending', approvals: foa });
    const touched = see({ step: 'WAIT', innerStep: 'foa_pending', approvals: foa, updatedAt: now + 1 });
    const answered = see({
      step: 'WAIT',
      innerStep: 'foa_pending',
      approvals: [{ email: 'holder@example.net', answer: 'T' }],
    });
    expect(sameStanding(first, touched)).toBe(true);
    expect(sameStanding(first, answered)).toBe(false);
  });
});

test('the order follows the transfer and never goes back to ACCEPTED', () => {
  expect(orderStateFor('PAYMENT', 'ACCEPTED')).toBe('ACCEPTED');
  expect(orderStateFor('PAYMENT', 'ACTION_REQUIRED')).toBe('WAITING');
  expect(orderStateFor('REGISTRY', 'ACCEPTED')).toBe('WAITING');
  expect(orderStateFor('UNKNOWN', 'WAITING')).toBe('WAITING');
  expect(orderStateFor('COMPLETED', 'WAITING')).toBe('COMPLETED');
});
