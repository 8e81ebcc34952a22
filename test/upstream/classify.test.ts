// What each answer of Gandi means, for each thing that was asked: the table that the rest of the gateway decides by.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify, type Effect } from '../../src/upstream/classify.ts';
import { parseRetryAfter } from '../../src/upstream/retry-after.ts';
import type { RawAnswer } from '../../src/upstream/transport.ts';
import { readFixture } from '../helpers/scripted-gandi.ts';

function fixture(name: string): RawAnswer {
  const { status, headers, body } = readFixture(name);
  return { status, headers, text: body };
}

/** refusal = Gandi clearly did nothing; outage = counts against the host; transient = worth reading again. */
const READS: readonly (readonly [name: string, kind: string, facts: string])[] = [
  ['401-no-credential', 'unauthorized', 'refusal'],
  ['401-wrong-key', 'unauthorized', 'refusal'],
  ['403-forbidden', 'forbidden', 'refusal'],
  ['403-html', 'unavailable', 'outage transient'],
  ['403-throttled', 'rate-limited', 'refusal transient'],
  ['404-not-found', 'not-found', 'refusal'],
  ['404-as-text', 'not-found', 'refusal'],
  ['404-unknown-route', 'unavailable', 'outage transient'],
  ['404-html-as-json', 'unavailable', 'outage transient'],
  ['404-one-key', 'contract', ''],
  ['404-empty', 'contract', ''],
  ['404-other-code', 'contract', ''],
  ['400-fields', 'invalid', 'refusal'],
  ['400-four-keys', 'invalid', 'refusal'],
  ['409-conflict', 'conflict', 'refusal'],
  ['409-one-key', 'conflict', 'refusal'],
  ['410-gone', 'refused', 'refusal'],
  ['429-seconds', 'rate-limited', 'refusal transient'],
  ['429-date', 'rate-limited', 'refusal transient'],
  ['429-bare', 'rate-limited', 'refusal transient'],
  ['429-html', 'rate-limited', 'refusal transient'],
  ['500-json', 'unavailable', 'outage'],
  ['500-empty', 'unavailable', 'outage'],
  ['502-html', 'unavailable', 'outage transient'],
  ['503-json', 'unavailable', 'outage transient'],
  ['503-retry-after', 'rate-limited', 'transient'],
  ['200-html', 'unavailable', 'outage transient'],
  ['200-truncated-json', 'contract', ''],
  ['200-status-error', 'invalid', 'refusal'],
  ['200-throttled', 'rate-limited', 'transient'],
  ['200-empty', 'good', ''],
  ['202-truncated-json', 'contract', ''],
  ['204-empty', 'good', ''],
  ['303-created', 'contract', ''],
];

function summary(answer: RawAnswer, effect: Effect, accepts?: readonly number[]): readonly [string, string] {
  const verdict = classify(answer, effect, accepts);
  if (verdict.good) return ['good', ''];
  const facts = [verdict.isRefusal && 'refusal', verdict.isOutage && 'outage', verdict.isTransient && 'transient'];
  return [verdict.kind, facts.filter(Boolean).join(' ')];
}

describe('an answer to a read', () => {
  it.each(READS)('%s means %s (%s)', (name, kind, facts) => {
    expect(summary(fixture(`errors/${name}`), 'read')).toEqual([kind, facts]);
  });

  it('is read as JSON whatever the content type says', () => {
    const verdict = classify(fixture('errors/404-as-text'), 'read');
    expect(verdict).toMatchObject({ kind: 'not-found', vendorCode: 'HTTPNotFound' });
  });

  it('carries the parsed body, and null for an empty one', () => {
    expect(classify(fixture('user/ok'), 'read')).toMatchObject({ good: true, body: { username: 'ines.mora' } });
    expect(classify(fixture('errors/204-empty'), 'read')).toEqual({ good: true, body: null });
  });

  it('may be a redirect where the caller expects one', () => {
    expect(summary(fixture('errors/303-created'), 'read', [200, 303])).toEqual(['good', '']);
  });

  it('never becomes "not found" without a 404 in Gandi\'s own form', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 599 }),
        fc.oneof(fc.string(), fc.json(), fc.constant('<html></html>'), fc.constant('{"message":"gone"}')),
        (status, text) => {
          const verdict = classify({ status, headers: {}, text }, 'read');
          if (!verdict.good) expect(verdict.kind).not.toBe('not-found');
        },
      ),
    );
  });
});

describe('an answer to a payable order', () => {
  it.each([
    ['order/accepted', 'good', ''],
    ['order/dry-run-answer', 'contract', ''],
    ['order/created', 'contract', ''],
    ['errors/204-empty', 'contract', ''],
    ['errors/303-created', 'contract', ''],
    ['errors/200-status-error', 'invalid', 'refusal'],
    ['errors/202-status-error', 'invalid', ''],
    ['errors/202-truncated-json', 'contract', ''],
    ['errors/200-html', 'unavailable', 'outage transient'],
    ['errors/502-html', 'unavailable', 'outage transient'],
    ['errors/500-json', 'unavailable', 'outage'],
    ['errors/503-retry-after', 'rate-limited', 'transient'],
    ['errors/429-seconds', 'rate-limited', 'refusal transient'],
    ['errors/400-fields', 'invalid', 'refusal'],
    ['errors/404-unknown-route', 'unavailable', 'outage transient'],
  ])('%s means %s (%s)', (name, kind, facts) => {
    expect(summary(fixture(name), 'order')).toEqual([kind, facts]);
  });

  it('is good with 202 only', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 399 }), fc.constantFrom('', '{}', '{"message":"ok"}'), (status, text) => {
        expect(classify({ status, headers: {}, text }, 'order').good).toBe(status === 202);
      }),
    );
  });
});

describe('an answer to a dry run', () => {
  it.each([
    ['dry-run/success', 'good', ''],
    ['dry-run/problems', 'good', ''],
    ['dry-run/problems-400', 'invalid', 'refusal'],
    ['order/accepted', 'contract', ''],
    ['errors/403-forbidden', 'forbidden', 'refusal'],
  ])('%s means %s (%s)', (name, kind, facts) => {
    expect(summary(fixture(name), 'dry-run')).toEqual([kind, facts]);
  });
});

describe('an answer to a write', () => {
  it('is good with any 2xx unless the caller knows better', () => {
    expect(summary(fixture('create-client/created'), 'write')).toEqual(['good', '']);
    expect(summary(fixture('delete-client/done'), 'write', [202, 204])).toEqual(['good', '']);
    expect(summary(fixture('delete-client/message-only'), 'write', [202, 204])).toEqual(['contract', '']);
  });
});

describe('what a refusal carries', () => {
  it('names the fields of invalid input, by place where Gandi gives no name', () => {
    expect(classify(fixture('errors/400-fields'), 'read')).toMatchObject({
      problems: [
        { field: 'owner.phone', message: "'12' does not look like a phone number" },
        { field: 'querystring', message: 'is required' },
      ],
    });
  });

  it("carries Gandi's sentence and code", () => {
    expect(classify(fixture('errors/403-forbidden'), 'read')).toMatchObject({
      reason: 'Access was denied to this resource.',
      vendorCode: 'HTTPForbidden',
    });
    expect(classify(fixture('errors/409-one-key'), 'read')).toMatchObject({
      reason: 'The customer still has products.',
      vendorCode: null,
    });
  });

  it('carries what Gandi asked for when it is too many calls', () => {
    expect(classify(fixture('errors/429-seconds'), 'read')).toMatchObject({ backOff: { retryAfterMs: 7_000 } });
    const untilMs = Date.UTC(2030, 0, 1, 0, 0, 9);
    expect(classify(fixture('errors/429-date'), 'read')).toMatchObject({ backOff: { untilMs } });
    expect(classify(fixture('errors/429-bare'), 'read')).toMatchObject({ backOff: {} });
    expect(classify(fixture('errors/503-json'), 'read')).toMatchObject({ backOff: null });
  });
});

describe('Retry-After', () => {
  it.each([
    ['0', { retryAfterMs: 0 }],
    ['120', { retryAfterMs: 120_000 }],
    [' 5 ', { retryAfterMs: 5_000 }],
    ['1.5', { retryAfterMs: 1_500 }],
    ['Sun, 06 Nov 1994 08:49:37 GMT', { untilMs: Date.UTC(1994, 10, 6, 8, 49, 37) }],
    ['-3', {}],
    ['soon', {}],
    ['2030-01-01', {}],
    ['', {}],
    [undefined, {}],
  ])('%j is read as %j', (value, expected) => {
    expect(parseRetryAfter(value)).toEqual(expected);
  });
});
