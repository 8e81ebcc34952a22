// What a failed call to Gandi becomes for the caller: one code, one sentence, and when to try again.
import type { UpstreamError, UpstreamErrorKind } from '../upstream/errors.ts';
import { RequestFault, type RequestFaultCode } from './errors.ts';

interface Words {
  readonly code: RequestFaultCode;
  readonly text: (error: UpstreamError) => string;
}

const status = ({ status }: UpstreamError) => (status === null ? '' : ` (HTTP ${status})`);

const WORDS: Readonly<Record<UpstreamErrorKind, Words>> = {
  busy: { code: 'UPSTREAM_BUSY', text: () => 'The call budget for Gandi is used up for the moment; nothing was sent.' },
  timeout: { code: 'UPSTREAM_TIMEOUT', text: () => 'Gandi did not answer in time.' },
  unreachable: { code: 'UPSTREAM_UNAVAILABLE', text: () => 'Gandi cannot be reached.' },
  unavailable: { code: 'UPSTREAM_UNAVAILABLE', text: (error) => `Gandi is not available${status(error)}.` },
  unauthorized: { code: 'UPSTREAM_UNAUTHORIZED', text: () => 'Gandi does not accept the credential of the gateway.' },
  forbidden: { code: 'UPSTREAM_FORBIDDEN', text: () => 'The credential of the gateway may not do this at Gandi.' },
  'not-found': { code: 'UPSTREAM_REJECTED', text: () => 'Gandi does not know what was asked for.' },
  invalid: { code: 'UPSTREAM_REJECTED', text: (error) => `Gandi refused the request: ${reasons(error)}` },
  conflict: { code: 'UPSTREAM_REJECTED', text: (error) => `Gandi refused the request: ${reasons(error)}` },
  refused: { code: 'UPSTREAM_REJECTED', text: (error) => `Gandi refused the request${status(error)}.` },
  'rate-limited': { code: 'UPSTREAM_RATE_LIMITED', text: () => 'Gandi asked the gateway to slow down.' },
  contract: { code: 'UPSTREAM_CONTRACT', text: () => 'Gandi answered in a form the gateway does not know.' },
};

/** The fault of the request that a failed call leads to; the call's error is its cause. */
export function toRequestFault(error: UpstreamError): RequestFault {
  const { code, text } = WORDS[error.kind];
  return new RequestFault(code, text(error), { retryAfterMs: error.retryAfterMs, cause: error });
}

function reasons(error: UpstreamError): string {
  return error.problems.length === 0
    ? error.message
    : error.problems.map(({ field, message }) => `${field}: ${message}`).join(' ');
}
