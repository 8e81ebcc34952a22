// Turns what went wrong with a request into the one error class of the port.
import { redactor } from '../telemetry/redact.ts';
import type { BudgetRefused } from './budget/refusal.ts';
import type { BadAnswer, Effect } from './classify.ts';
import { UpstreamError, type UpstreamErrorKind } from './errors.ts';
import type { NoAnswer, NoAnswerReason } from './transport.ts';

/** What all failures of one request have in common. */
export interface FailedRequest {
  /** Method and path without query. */
  readonly endpoint: string;
  readonly effect: Effect;
  /** Taken out of whatever Gandi echoes. */
  readonly secrets: readonly string[];
}

const changes = (effect: Effect): boolean => effect === 'write' || effect === 'order';

/** Our budget refused before anything was sent. */
export function refusedByBudget(request: FailedRequest, refused: BudgetRefused, attempts: number): UpstreamError {
  return new UpstreamError(`${request.endpoint} was not sent: ${refused.message}`, {
    kind: 'busy',
    endpoint: request.endpoint,
    retryAfterMs: refused.retryAfterMs,
    attempts,
    cause: refused,
  });
}

/** The circuit is open: nothing was sent. */
export function refusedByCircuit(request: FailedRequest, waitMs: number, attempts: number): UpstreamError {
  return new UpstreamError(`${request.endpoint} was not sent: Gandi has not been answering.`, {
    kind: 'unavailable',
    endpoint: request.endpoint,
    retryAfterMs: Math.max(1, Math.ceil(waitMs)),
    attempts,
  });
}

const KIND_OF_SILENCE: Readonly<Record<NoAnswerReason, UpstreamErrorKind>> = {
  connect: 'unreachable',
  reset: 'unreachable',
  timeout: 'timeout',
  'too-large': 'contract',
};

/** No answer came, or none that could be read to its end. */
export function noAnswer(request: FailedRequest, silence: NoAnswer, attempts: number): UpstreamError {
  return new UpstreamError(`${request.endpoint} got no answer from Gandi: ${silence.message}`, {
    kind: KIND_OF_SILENCE[silence.reason],
    endpoint: request.endpoint,
    attempts,
    ambiguous: silence.sent && changes(request.effect),
    cause: silence,
  });
}

/** Gandi answered, but not with what was asked for. @param retryAfterMs see {@link UpstreamError.retryAfterMs}. */
export function badAnswer(
  request: FailedRequest,
  bad: BadAnswer,
  answer: { readonly status: number; readonly traceId: string | null; readonly attempts: number },
  retryAfterMs: number | null,
): UpstreamError {
  const clean = redactor(request.secrets);
  const wasCarriedOut = request.effect === 'dry-run' && answer.status === 202;
  return new UpstreamError(`${request.endpoint} failed (${answer.status}): ${clean(bad.reason)}`, {
    kind: bad.kind,
    endpoint: request.endpoint,
    status: answer.status,
    problems: bad.problems.map(({ field, message }) => ({ field: clean(field), message: clean(message) })),
    attempts: answer.attempts,
    ambiguous: wasCarriedOut || (changes(request.effect) && !bad.isRefusal),
    ...(bad.vendorCode === null ? {} : { vendorCode: clean(bad.vendorCode) }),
    ...(answer.traceId === null ? {} : { traceId: answer.traceId }),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  });
}
