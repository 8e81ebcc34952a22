// Every way a call to Gandi can fail, in one class with a kind that the rest of the gateway decides by.
import type { UpstreamFieldProblem } from './port.ts';

/**
 * - `busy`: our own budget refused; nothing was sent. - `timeout` / `unreachable`: no answer came. - `unauthorized`: 401. - `forbidden`: 403.
 * - `not-found`: 404 in Gandi's JSON. - `invalid`: 400 with fields. - `conflict`: 409. - `rate-limited`: 429 or throttling told otherwise.
 * - `unavailable`: 5xx, HTML where JSON was due, or an open circuit. - `contract`: an answer whose shape we do not know. - `refused`: any other 4xx.
 */
export type UpstreamErrorKind =
  | 'busy'
  | 'timeout'
  | 'unreachable'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'invalid'
  | 'conflict'
  | 'rate-limited'
  | 'unavailable'
  | 'contract'
  | 'refused';

export interface UpstreamErrorDetails {
  readonly kind: UpstreamErrorKind;
  /** Method and path without query, for example `POST /domain/transferin`. */
  readonly endpoint: string;
  readonly status?: number;
  /** Gandi's own words: `object`, `cause` or an error type. */
  readonly vendorCode?: string;
  readonly problems?: readonly UpstreamFieldProblem[];
  readonly retryAfterMs?: number;
  readonly attempts?: number;
  /** True when a write may have taken effect although no usable answer came. */
  readonly ambiguous?: boolean;
  readonly traceId?: string;
  readonly cause?: unknown;
}

export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly kind: UpstreamErrorKind;
  readonly endpoint: string;
  readonly status: number | null;
  readonly vendorCode: string | null;
  readonly problems: readonly UpstreamFieldProblem[];
  readonly retryAfterMs: number | null;
  readonly attempts: number;
  readonly ambiguous: boolean;
  readonly traceId: string | null;

  constructor(message: string, details: UpstreamErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = details.kind;
    this.endpoint = details.endpoint;
    this.status = details.status ?? null;
    this.vendorCode = details.vendorCode ?? null;
    this.problems = details.problems ?? [];
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.attempts = details.attempts ?? 1;
    this.ambiguous = details.ambiguous ?? false;
    this.traceId = details.traceId ?? null;
  }
}
