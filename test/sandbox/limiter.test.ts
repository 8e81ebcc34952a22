// The limit is exact: never one call more in any window, never one refused without need.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../src/sandbox/limiter.ts';
import { parseRateLimit } from '../../src/sandbox/options.ts';
import { bench } from './support.ts';

const arrivals = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 120 }).map((gaps) => {
  let at = 0;
  return gaps.map((gap) => {
    at += gap;
    return at;
  });
});
const limits = fc.record({ calls: fc.integer({ min: 1, max: 8 }), windowMs: fc.integer({ min: 1, max: 3000 }) });

describe('the limiter', () => {
  it('accepts a call exactly when fewer than the limit were accepted in the window that ends with it', () => {
    fc.assert(
      fc.property(arrivals, limits, (times, limit) => {
        const limiter = createLimiter(limit);
        const accepted: number[] = [];
        let peak = 0;
        let refused = 0;
        times.forEach((at, index) => {
          const inWindow = accepted.filter((earlier) => at - earlier < limit.windowMs).length;
          const verdict = limiter.arrive(at);
          expect(verdict.accepted).toBe(inWindow < limit.calls);
          if (verdict.accepted) accepted.push(at);
          else refused++;
          peak = Math.max(peak, times.slice(0, index + 1).filter((earlier) => at - earlier < limit.windowMs).length);
        });
        expect(limiter.peakInWindow).toBe(peak);
        expect([limiter.total, limiter.overLimit]).toEqual([times.length, refused]);
      }),
    );
  });

  it('says how long to wait, and accepts at that very instant but not before', () => {
    fc.assert(
      fc.property(arrivals, limits, (times, limit) => {
        const limiter = createLimiter(limit);
        for (const at of times) {
          const verdict = limiter.arrive(at);
          if (verdict.accepted) continue;
          expect(limiter.arrive(at + verdict.retryAfterMs - 0.5).accepted).toBe(false);
          expect(limiter.arrive(at + verdict.retryAfterMs).accepted).toBe(true);
          return;
        }
      }),
    );
  });
});

describe('the API over its limit', () => {
  it('answers 429 with Retry-After, counts the call, and leaves control calls alone', async () => {
    const { call, control, realClock } = bench({ limit: { calls: 30, windowMs: 2000 } });
    for (let i = 0; i < 30; i++) expect((await call('GET', '/organization/user-info')).status).toBe(200);
    const over = await call('GET', '/organization/user-info');
    expect(over.status).toBe(429);
    expect(over.headers.get('retry-after')).toBe('2');
    expect(over.headers.get('content-type')).toBe('application/json');
    expect(over.body).toMatchObject({ object: 'HTTPTooManyRequests', code: 429 });
    const counters = await control('GET', '/counters');
    expect(counters.body).toMatchObject({ total: 31, overLimit: 1, peakInWindow: 31 });
    await realClock.advance(1999);
    expect((await call('GET', '/organization/user-info')).status).toBe(429);
    await realClock.advance(1);
    expect((await call('GET', '/organization/user-info')).status).toBe(200);
  });

  it('counts calls without a credential and to unknown routes too', async () => {
    const { sandbox, call } = bench({ limit: { calls: 2, windowMs: 2000 } });
    await sandbox.app.request('/v5/domain/domains');
    await sandbox.app.request('/v5/nowhere');
    expect((await call('GET', '/domain/domains')).status).toBe(429);
  });

  it('can be changed while running', async () => {
    const { call, control } = bench({ limit: { calls: 1, windowMs: 2000 } });
    await call('GET', '/organization/user-info');
    expect((await call('GET', '/organization/user-info')).status).toBe(429);
    await control('PUT', '/limit', { limit: '2/1s' });
    expect((await call('GET', '/organization/user-info')).status).toBe(200);
    const wrong = await control('PUT', '/limit', { limit: 'fast' });
    expect([wrong.status, wrong.body]).toMatchObject([400, { errors: [{ name: 'limit' }] }]);
  });
});

describe('a written limit', () => {
  it('is calls per window in ms, s or m', () => {
    expect(parseRateLimit('30/2s')).toEqual({ calls: 30, windowMs: 2000 });
    expect(parseRateLimit('1000/1m')).toEqual({ calls: 1000, windowMs: 60_000 });
    expect(parseRateLimit('5/250ms')).toEqual({ calls: 5, windowMs: 250 });
  });
  it.each(['', '30', '0/2s', '30/0s', '30/2h', 'x/2s', '-1/2s'])('like "%s" is refused', (text) => {
    expect(() => parseRateLimit(text)).toThrow(/looks like 30\/2s/);
  });
});
