// The Retry-After header in both its forms (RFC 9110, 10.2.3).
import type { BackOff } from './budget/penalty.ts';

const HTTP_DATE = /^[A-Z][a-z]{2,8},? \d{1,2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/;

/** Seconds or a date; empty when the header is missing or says neither. */
export function parseRetryAfter(value: string | undefined): BackOff {
  const text = value?.trim() ?? '';
  if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return { retryAfterMs: Math.ceil(Number(text) * 1_000) };
  if (!HTTP_DATE.test(text)) return {};
  const untilMs = Date.parse(text);
  return Number.isFinite(untilMs) ? { untilMs } : {};
}
