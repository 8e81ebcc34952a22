// What a failed call to Gandi becomes for the caller.
import { describe, expect, it } from 'vitest';
import { toRequestFault } from '../../../src/services/upstream-faults.ts';
import { UpstreamError, type UpstreamErrorKind } from '../../../src/upstream/errors.ts';

const failed = (kind: UpstreamErrorKind, more: Partial<ConstructorParameters<typeof UpstreamError>[1]> = {}) =>
  new UpstreamError('words of the adapter', { kind, endpoint: 'GET /domain/check', ...more });

describe('a failed call to Gandi', () => {
  it.each([
    ['busy', 'UPSTREAM_BUSY'],
    ['timeout', 'UPSTREAM_TIMEOUT'],
    ['unreachable', 'UPSTREAM_UNAVAILABLE'],
    ['unavailable', 'UPSTREAM_UNAVAILABLE'],
    ['unauthorized', 'UPSTREAM_UNAUTHORIZED'],
    ['forbidden', 'UPSTREAM_FORBIDDEN'],
    ['not-found', 'UPSTREAM_REJECTED'],
    ['invalid', 'UPSTREAM_REJECTED'],
    ['conflict', 'UPSTREAM_REJECTED'],
    ['refused', 'UPSTREAM_REJECTED'],
    ['rate-limited', 'UPSTREAM_RATE_LIMITED'],
    ['contract', 'UPSTREAM_CONTRACT'],
  ] as const)('of the kind %s is the fault %s, in a sentence, with the call as its cause', (kind, code) => {
    const error = failed(kind, { retryAfterMs: 700 });
    const fault = toRequestFault(error);
    expect(fault).toMatchObject({ code, retryAfterMs: 700, cause: error });
    expect(fault.message).toMatch(/^[A-Z]/);
  });

  it('names what Gandi said of each field, and the status where there was one', () => {
    const problems = [{ field: 'owner.phone', message: 'is no telephone number' }];
    expect(toRequestFault(failed('invalid', { problems })).message).toContain('owner.phone: is no telephone number');
    expect(toRequestFault(failed('unavailable', { status: 502 })).message).toContain('502');
  });

  it('without a time to wait gives none', () => {
    expect(toRequestFault(failed('timeout')).retryAfterMs).toBeNull();
  });
});
