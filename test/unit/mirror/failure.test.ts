// Every kind of failed call: the code of the fault it becomes, and the words that stand on an answer that is old because of it.
import { describe, expect, test } from 'vitest';
import { failureReason, isUpstreamFailure, SuddenlyEmptyError } from '../../../src/mirror/failure.ts';
import { RequestFault } from '../../../src/services/errors.ts';
import { toRequestFault } from '../../../src/services/upstream-faults.ts';
import { failure } from '../../helpers/fake-gandi.ts';

describe('a failed call', () => {
  test.each([
    ['busy', { retryAfterMs: 1_200 }, 'UPSTREAM_BUSY', 'The call budget is full for another 2 s'],
    ['busy', {}, 'UPSTREAM_BUSY', 'The call budget is full'],
    ['timeout', {}, 'UPSTREAM_TIMEOUT', 'Gandi did not answer in time'],
    ['unreachable', {}, 'UPSTREAM_UNAVAILABLE', 'Gandi could not be reached'],
    ['unauthorized', { status: 401 }, 'UPSTREAM_UNAUTHORIZED', 'Gandi does not accept the credential'],
    ['forbidden', { status: 403 }, 'UPSTREAM_FORBIDDEN', /^Gandi answered 403/],
    ['not-found', { status: 404 }, 'UPSTREAM_REJECTED', 'Gandi answered 404'],
    ['invalid', { status: 400 }, 'UPSTREAM_REJECTED', 'Gandi answered 400'],
    ['conflict', { status: 409 }, 'UPSTREAM_REJECTED', 'Gandi answered 409'],
    ['refused', {}, 'UPSTREAM_REJECTED', 'Gandi refused'],
    ['rate-limited', { status: 429, retryAfterMs: 5_000 }, 'UPSTREAM_RATE_LIMITED', /wait 5 s$/],
    ['unavailable', { status: 503 }, 'UPSTREAM_UNAVAILABLE', 'Gandi answered 503'],
    ['unavailable', {}, 'UPSTREAM_UNAVAILABLE', 'Gandi fails too often at the moment to be asked'],
    ['contract', { status: 200 }, 'UPSTREAM_CONTRACT', 'Gandi answered in a form the gateway does not know'],
  ] as const)('of kind %s %j is %s: %s', (kind, details, code, words) => {
    const error = failure(kind, details);
    const fault = toRequestFault(error);
    expect(fault).toBeInstanceOf(RequestFault);
    expect(fault.code).toBe(code);
    expect(fault.cause).toBe(error);
    expect(fault.retryAfterMs).toBe('retryAfterMs' in details ? details.retryAfterMs : null);
    expect(failureReason(error)).toMatch(words);
  });

  test('a list that is suddenly empty says which', () => {
    expect(failureReason(new SuddenlyEmptyError('domains', 'GET /domain/domains'))).toBe(
      'Gandi’s list of domains is suddenly empty',
    );
  });

  test('is told apart from bugs', () => {
    expect(isUpstreamFailure(failure('timeout'))).toBe(true);
    expect(isUpstreamFailure(new SuddenlyEmptyError('domains', 'GET /domain/domains'))).toBe(true);
    expect(isUpstreamFailure(new TypeError('a bug'))).toBe(false);
  });
});
