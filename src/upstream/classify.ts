// What an answer of Gandi v5 means: decided on status and body, never on the content type (Gandi v5 docs, errors).
import type { BackOff } from './budget/penalty.ts';
import type { UpstreamErrorKind } from './errors.ts';
import type { UpstreamFieldProblem } from './port.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { RawAnswer } from './transport.ts';
import { type ErrorBody, errorBodySchema } from './wire/errors.ts';

/**
 * What sending the request can do. - `read`: nothing. - `dry-run`: nothing; 200 is the only good answer. - `write`: a change; any 2xx is good.
 * - `order`: spends money; 202 is the only good answer, since a 200 on a payable route is the answer to a dry run.
 */
export type Effect = 'read' | 'dry-run' | 'write' | 'order';

export interface GoodAnswer {
  readonly good: true;
  /** The parsed JSON; null for an empty body. */
  readonly body: unknown;
}

export interface BadAnswer {
  readonly good: false;
  readonly kind: UpstreamErrorKind;
  /** What Gandi said, or what is wrong with the answer. */
  readonly reason: string;
  readonly vendorCode: string | null;
  readonly problems: readonly UpstreamFieldProblem[];
  /** Gandi refused for the rate: what it asked for. */
  readonly backOff: BackOff | null;
  /** Gandi said clearly that it did not do what was asked. */
  readonly isRefusal: boolean;
  /** Counts against the host: it did not work, whatever was asked. */
  readonly isOutage: boolean;
  /** The same read may succeed a moment later. */
  readonly isTransient: boolean;
}

type Body =
  | { readonly form: 'empty' | 'html' | 'unreadable' }
  | { readonly form: 'json'; readonly value: unknown; readonly error: ErrorBody | null };

/** @param accepts statuses that are good, when not the usual ones of the effect. */
export function classify(answer: RawAnswer, effect: Effect, accepts?: readonly number[]): GoodAnswer | BadAnswer {
  const { status } = answer;
  const body = readBody(answer.text);
  if (isThrottled(answer, body)) {
    const backOff = parseRetryAfter(answer.headers['retry-after']);
    const isRefusal = status >= 400 && status < 500;
    return bad('rate-limited', sentence(body, 'Too many requests'), body, { backOff, isRefusal, isTransient: true });
  }
  if (body.form === 'html')
    return bad('unavailable', 'An HTML page instead of JSON', body, { isOutage: true, isTransient: true });
  if (status >= 500) {
    const isTransient = status === 502 || status === 503 || status === 504;
    return bad('unavailable', sentence(body, 'Server error'), body, { isOutage: true, isTransient });
  }
  if (status >= 400) return refusal(status, body);
  if (body.form === 'unreadable') return bad('contract', 'A body that is not JSON', body);
  if (status >= 200 && status < 300 && isErrorReport(body) && effect !== 'dry-run') {
    const isRefusal = effect !== 'order' || status !== 202;
    return bad('invalid', sentence(body, 'Refused'), body, { problems: problemsOf(body), isRefusal });
  }
  if (!isExpected(status, effect, accepts)) return bad('contract', unexpected(status, effect), body);
  return { good: true, body: body.form === 'json' ? body.value : null };
}

function isExpected(status: number, effect: Effect, accepts: readonly number[] | undefined): boolean {
  if (effect === 'order') return status === 202;
  if (effect === 'dry-run') return status === 200;
  return accepts ? accepts.includes(status) : status >= 200 && status < 300;
}

function unexpected(status: number, effect: Effect): string {
  if (effect === 'order') return `Status ${status} where 202 says that an order was accepted`;
  if (effect === 'dry-run') return `Status ${status} to a dry run, which may have been carried out`;
  return `Status ${status}, which is not documented here`;
}

/** 404 counts as "not found" only in Gandi's own words: a proxy in between says 404 too. */
function refusal(status: number, body: Body): BadAnswer {
  const said = (fallback: string) => sentence(body, fallback);
  const clear = { isRefusal: true };
  switch (status) {
    case 400:
    case 422:
      return bad('invalid', said('Invalid input'), body, { problems: problemsOf(body), ...clear });
    case 401:
      return bad('unauthorized', said('Not signed in'), body, clear);
    case 403:
      return bad('forbidden', said('Access was denied'), body, clear);
    case 404:
      return isGandi404(body)
        ? bad('not-found', said('Not found'), body, clear)
        : bad('contract', 'A 404 that is not in the form Gandi uses', body);
    case 408:
      return bad('unavailable', said('The host gave up reading the request'), body, { isTransient: true });
    case 409:
      return bad('conflict', said('Conflict'), body, { problems: problemsOf(body), ...clear });
    default:
      return bad('refused', said('Refused'), body, { problems: problemsOf(body), ...clear });
  }
}

function bad(
  kind: UpstreamErrorKind,
  reason: string,
  body: Body,
  more: Partial<Omit<BadAnswer, 'good' | 'kind' | 'reason' | 'vendorCode'>> = {},
): BadAnswer {
  const defaults = { problems: [], backOff: null, isRefusal: false, isOutage: false, isTransient: false };
  return { ...defaults, ...more, good: false, kind, reason, vendorCode: vendorCode(body) };
}

function readBody(text: string): Body {
  const trimmed = text.trim();
  if (trimmed === '') return { form: 'empty' };
  if (trimmed.startsWith('<')) return { form: 'html' };
  try {
    const value: unknown = JSON.parse(trimmed);
    return { form: 'json', value, error: asError(value) };
  } catch {
    return { form: 'unreadable' };
  }
}

function asError(value: unknown): ErrorBody | null {
  const parsed = errorBodySchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

const errorOf = (body: Body): ErrorBody | null => (body.form === 'json' ? body.error : null);

/** Told by 429, by 503 with `Retry-After`, or in the words of an error body under another status. */
function isThrottled({ status, headers }: RawAnswer, body: Body): boolean {
  if (status === 429) return true;
  if (status === 503 && headers['retry-after'] !== undefined) return true;
  const error = errorOf(body);
  if (!error?.object && !error?.cause) return false;
  if (error.code === 429) return true;
  return status >= 400 && /too\s?many\s?requests|rate\s?limit|throttl/i.test(`${error.object} ${error.cause}`);
}

const isErrorReport = (body: Body): boolean => errorOf(body)?.status === 'error';

function isGandi404(body: Body): boolean {
  const error = errorOf(body);
  if (!error) return false;
  return (error.code === 404 || (!error.code && Boolean(error.cause))) && Boolean(error.object ?? error.cause);
}

function vendorCode(body: Body): string | null {
  const error = errorOf(body);
  return error?.object ?? error?.cause ?? null;
}

function problemsOf(body: Body): readonly UpstreamFieldProblem[] {
  return (errorOf(body)?.errors ?? []).map(({ location, name, description }) => ({
    field: name ?? location ?? '',
    message: description ?? '',
  }));
}

function sentence(body: Body, fallback: string): string {
  const error = errorOf(body);
  if (error?.message) return error.message;
  const problems = problemsOf(body).map(({ field, message }) => `${field}: ${message}`);
  return problems.length > 0 ? problems.join('; ') : (error?.cause ?? fallback);
}
