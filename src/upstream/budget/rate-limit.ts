// Rate limits as text and as numbers: `30/2s` is thirty calls in any two seconds.

/** At most `limit` calls in any window of `windowMs` milliseconds, wherever the window starts. */
export interface RateLimit {
  readonly limit: number;
  readonly windowMs: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const LIMIT_TEXT = /^(\d{1,7})\s*\/\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/;
const EXPECTED = 'expected <calls>/<time> such as 30/2s or 1000/60s (units ms, s, m, h), several separated by commas';

/**
 * Reads one limit, or a list that must all hold: `30/2s` or `30/2s,1000/60s`.
 * @throws {Error} naming the part that was not understood and what is expected.
 */
export function parseRateLimits(text: string): readonly RateLimit[] {
  return text.split(',').map((part) => {
    const [, calls = '', amount = '', unit = ''] = LIMIT_TEXT.exec(part.trim()) ?? [];
    const limit = Number(calls);
    const windowMs = Number(amount) * (UNIT_MS[unit] ?? 0);
    if (!(limit >= 1 && windowMs >= 1))
      throw new Error(`Rate limit not understood: found "${part.trim()}", ${EXPECTED}.`);
    return { limit, windowMs };
  });
}

/** The text {@link parseRateLimits} reads back to the same limits. */
export function formatRateLimits(limits: readonly RateLimit[]): string {
  return limits
    .map(({ limit, windowMs }) => `${limit}/${windowMs % 1_000 === 0 ? `${windowMs / 1_000}s` : `${windowMs}ms`}`)
    .join(',');
}

/** Milliseconds between calls spread evenly under the limit with the lowest mean rate. */
export function evenGapMs(limits: readonly RateLimit[]): number {
  return Math.max(...limits.map(({ limit, windowMs }) => windowMs / limit));
}

/** @throws {RangeError} when the list is empty, or a limit is no positive whole number, or a window not positive. */
export function assertRateLimits(limits: readonly RateLimit[]): void {
  if (limits.length === 0) throw new RangeError('A budget needs at least one rate limit.');
  for (const { limit, windowMs } of limits) {
    if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError(`Not a number of calls: ${limit}.`);
    if (!Number.isFinite(windowMs) || windowMs <= 0) throw new RangeError(`Not a window in milliseconds: ${windowMs}.`);
  }
}
