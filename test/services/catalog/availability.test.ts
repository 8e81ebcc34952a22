// Availability of many names: what the caller gets, and which calls Gandi gets for it.
import { describe, expect, it } from 'vitest';
import { MissingScopeError } from '../../../src/auth/session.ts';
import type { AvailabilityLimits } from '../../../src/services/availability.ts';
import type { CatalogService } from '../../../src/services/services.ts';
import { UpstreamError, type UpstreamErrorKind } from '../../../src/upstream/errors.ts';
import type { UpstreamAvailability } from '../../../src/upstream/port.ts';
import { euros, ORGANIZATION, type Script, scopeOf, setup } from './setup.ts';

type Query = Parameters<CatalogService['availability']>[1];

const of = (names: readonly string[], more: Partial<Query> = {}): Query => ({
  names,
  processes: ['CREATE'],
  organizationId: null,
  currency: null,
  years: null,
  ...more,
});
const available = ({ name, processes }: { name: string; processes: readonly UpstreamAvailability['process'][] }) =>
  processes.map((process) => ({ name, process, status: 'available', prices: [euros(1500)] }));
const open = (script: Script['availability'] = available, limits: Partial<AvailabilityLimits> = {}) =>
  setup({ script: { availability: script }, limits });
const namesOf = (asked: readonly { query: unknown }[]) => asked.map(({ query }) => (query as { name: string }).name);
const failing = (kind: UpstreamErrorKind, details: { retryAfterMs?: number } = {}) =>
  new UpstreamError(`Gandi: ${kind}`, { kind, endpoint: 'GET /domain/check', ...details });

describe('availability', () => {
  it('answers every name in its place, with what was typed and both forms of the name', async () => {
    const { catalog, asked } = open();
    const answers = await catalog.availability(scopeOf(), of(['Bücher.example', 'a.example']));
    expect(answers).toEqual([
      {
        input: 'Bücher.example',
        name: 'xn--bcher-kva.example',
        unicodeName: 'bücher.example',
        outcome: { kind: 'answer', offers: [{ process: 'CREATE', status: 'AVAILABLE', prices: [euros(1500)] }] },
      },
      expect.objectContaining({ input: 'a.example', name: 'a.example' }),
    ]);
    expect(namesOf(asked)).toEqual(['xn--bcher-kva.example', 'a.example']);
  });

  it('asks once for a name however often and however it is written', async () => {
    const { catalog, asked } = open();
    const scope = scopeOf();
    const answers = await catalog.availability(scope, of(['a.example', 'A.Example', 'a.example.', 'a.example']));
    expect(answers.map(({ name }) => name)).toEqual(Array(4).fill('a.example'));
    expect(answers.every(({ outcome }) => outcome.kind === 'answer')).toBe(true);
    expect(asked).toHaveLength(1);
    expect(scope.meter.planned).toBe(1);
  });

  it('answers what is no domain name in its place, without a call for it', async () => {
    const { catalog, asked } = open();
    const answers = await catalog.availability(scopeOf(), of(['not a name', 'a.example', '', 'com', 'x'.repeat(300)]));
    expect(answers.map(({ outcome }) => outcome.kind)).toEqual([
      'invalid-name',
      'answer',
      'invalid-name',
      'invalid-name',
      'invalid-name',
    ]);
    expect(answers[0]).toMatchObject({ input: 'not a name', name: null, unicodeName: null });
    expect(namesOf(asked)).toEqual(['a.example']);
  });

  it('refuses more names than allowed, says how many it found, and asks nothing', async () => {
    const { catalog, asked } = open();
    const names = Array.from({ length: 201 }, (_, index) => `a${index}.example`);
    const refused = catalog.availability(scopeOf(), of(names));
    await expect(refused).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: { name: 'names', found: '201 names', expected: 'at most 200 names' },
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ['years', { years: 11 }],
    ['years', { years: 1.5 }],
    ['currency', { currency: 'EURO' }],
    ['processes', { processes: [] }],
  ] as const)('refuses a wrong %s and asks nothing', async (argument, wrong) => {
    const { catalog, asked } = open();
    const refused = catalog.availability(scopeOf(), of(['a.example'], wrong));
    await expect(refused).rejects.toMatchObject({ code: 'BAD_USER_INPUT', argument: { name: argument } });
    expect(asked).toEqual([]);
  });

  it('passes organization, currency and years on to Gandi', async () => {
    const { catalog, asked } = open();
    const more = {
      organizationId: ORGANIZATION,
      currency: 'usd',
      years: 2,
      processes: ['TRANSFER', 'CREATE'],
    } as const;
    await catalog.availability(scopeOf(), of(['a.example'], more));
    expect(asked[0]?.query).toEqual({
      name: 'a.example',
      organizationId: ORGANIZATION,
      currency: 'USD',
      years: 2,
      processes: ['TRANSFER', 'CREATE'],
    });
  });

  it('asks in the name of the one organization the caller is limited to, and knows no other', async () => {
    const { catalog, asked } = open();
    const scope = scopeOf({ organizationId: ORGANIZATION });
    await catalog.availability(scope, of(['a.example']));
    expect(asked[0]).toMatchObject({ query: { organizationId: ORGANIZATION }, call: { tenant: ORGANIZATION } });
    await expect(catalog.availability(scope, of(['b.example'], { organizationId: 'another' }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(asked).toHaveLength(1);
  });

  it('needs the scope to read the portfolio', async () => {
    const { catalog, asked } = open();
    const refused = catalog.availability(scopeOf({ scopes: new Set() }), of(['a.example']));
    await expect(refused).rejects.toThrow(MissingScopeError);
    expect(asked).toEqual([]);
  });

  it.each([
    ['available', 'AVAILABLE'],
    ['available_reserved', 'AVAILABLE_RESERVED'],
    ['available_preorder', 'AVAILABLE_PREORDER'],
    ['unavailable', 'UNAVAILABLE'],
    ['unavailable_premium', 'UNAVAILABLE_PREMIUM'],
    ['unavailable_restricted', 'UNAVAILABLE_RESTRICTED'],
    ['reserved_corporate', 'RESERVED_CORPORATE'],
    ['pending', 'PENDING'],
    ['error_timeout', 'ERROR'],
    ['error_of_tomorrow', 'ERROR'],
    ['a_word_of_tomorrow', 'UNKNOWN'],
  ])('reads %s as %s', async (word, status) => {
    const { catalog } = open(({ name }) => [{ name, process: 'CREATE', status: word, prices: [] }]);
    const [answer] = await catalog.availability(scopeOf(), of(['a.example']));
    expect(answer?.outcome).toEqual({ kind: 'answer', offers: [{ process: 'CREATE', status, prices: [] }] });
  });

  it('offers the processes in the order asked, UNKNOWN where Gandi says nothing', async () => {
    const { catalog } = open(({ name }) => [{ name, process: 'CREATE', status: 'unavailable', prices: [] }]);
    const [answer] = await catalog.availability(scopeOf(), of(['a.example'], { processes: ['TRANSFER', 'CREATE'] }));
    expect(answer?.outcome).toMatchObject({
      offers: [
        { process: 'TRANSFER', status: 'UNKNOWN' },
        { process: 'CREATE', status: 'UNAVAILABLE' },
      ],
    });
  });
});

describe('a name Gandi does not answer for', () => {
  it('is not checked and says when to ask again, while the others are answered', async () => {
    const { catalog } = open((query) => {
      if (query.name === 'busy.example') throw failing('busy', { retryAfterMs: 4_199.5 });
      return available(query);
    });
    const answers = await catalog.availability(scopeOf(), of(['a.example', 'busy.example', 'b.example']));
    expect(answers.map(({ outcome }) => outcome.kind)).toEqual(['answer', 'not-checked', 'answer']);
    expect(answers[1]?.outcome).toMatchObject({ retryAfterMs: 4_200, message: expect.stringMatching(/\w/) });
  });

  it.each([
    'timeout',
    'unreachable',
    'unauthorized',
    'forbidden',
    'not-found',
    'rate-limited',
    'unavailable',
    'contract',
    'refused',
    'invalid',
  ] as const)('because of %s is not checked, and the whole is not lost', async (kind) => {
    const { catalog } = open((query) => {
      if (query.name === 'bad.example') throw failing(kind);
      return available(query);
    });
    const answers = await catalog.availability(scopeOf(), of(['bad.example', 'a.example']));
    expect(answers.map(({ outcome }) => outcome.kind)).toEqual(['not-checked', 'answer']);
  });

  it('because it is no name to Gandi is invalid, in the words of Gandi', async () => {
    const { catalog } = open(() => {
      throw new UpstreamError('Bad request', {
        kind: 'invalid',
        endpoint: 'GET /domain/check',
        problems: [{ field: 'name', message: 'No such extension.' }],
      });
    });
    const [answer] = await catalog.availability(scopeOf(), of(['a.example']));
    expect(answer?.outcome).toEqual({ kind: 'invalid-name', message: 'No such extension.' });
  });

  it('is asked for again next time', async () => {
    let broken = true;
    const { catalog, asked } = open((query) => {
      if (broken) throw failing('unavailable');
      return available(query);
    });
    await catalog.availability(scopeOf(), of(['a.example']));
    broken = false;
    const [answer] = await catalog.availability(scopeOf(), of(['a.example']));
    expect(answer?.outcome.kind).toBe('answer');
    expect(asked).toHaveLength(2);
  });

  it('because of a bug of ours is no partial answer but an error', async () => {
    const { catalog } = open(() => {
      throw new TypeError('a bug');
    });
    await expect(catalog.availability(scopeOf(), of(['a.example']))).rejects.toThrow(TypeError);
  });
});

describe('what a check costs', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `a${index}.example`);

  it('is one call for each distinct name, each with the wait limit of the operation', async () => {
    const { catalog, asked } = open(available, { maxWaitMs: 7_000 });
    const scope = scopeOf();
    await catalog.availability(scope, of(names(200)));
    expect(asked).toHaveLength(200);
    expect(asked.every(({ call }) => call.maxWaitMs === 7_000)).toBe(true);
    expect(scope.meter.planned).toBe(200);
  });

  it.each([
    [1, 'interactive'],
    [10, 'interactive'],
    [11, 'bulk'],
    [200, 'bulk'],
  ] as const)('%i names go in the lane %s', async (count, lane) => {
    const { catalog, asked } = open();
    await catalog.availability(scopeOf(), of(names(count)));
    expect(new Set(asked.map(({ call }) => call.lane))).toEqual(new Set([lane]));
  });

  it('counts only what must be asked when choosing the lane', async () => {
    const { catalog, asked } = open();
    await catalog.availability(scopeOf(), of(names(20)));
    asked.length = 0;
    await catalog.availability(scopeOf(), of([...names(20), 'new.example']));
    expect(asked.map(({ call }) => call.lane)).toEqual(['interactive']);
  });

  it('is nothing when the same was asked a moment ago, and one call again when that is too long ago', async () => {
    const { catalog, asked, clock } = open();
    await catalog.availability(scopeOf(), of(['a.example']));
    const scope = scopeOf();
    await catalog.availability(scope, of(['a.example']));
    expect(asked).toHaveLength(1);
    expect(scope.meter).toMatchObject({ planned: 0, fromMirror: 1 });
    await clock.advance(30_000);
    await catalog.availability(scopeOf(), of(['a.example']));
    expect(asked).toHaveLength(2);
  });

  it('is one call when the operation demands an answer younger than the one at hand', async () => {
    const { catalog, asked, clock } = open();
    await catalog.availability(scopeOf(), of(['a.example']));
    await clock.advance(5_000);
    await catalog.availability(scopeOf({ maxAgeSeconds: 10 }), of(['a.example']));
    expect(asked).toHaveLength(1);
    await catalog.availability(scopeOf({ maxAgeSeconds: 5 }), of(['a.example']));
    await catalog.availability(scopeOf({ maxAgeSeconds: 0 }), of(['a.example']));
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['organization', { organizationId: ORGANIZATION }],
    ['currency', { currency: 'USD' }],
    ['years', { years: 2 }],
    ['processes', { processes: ['RENEW'] }],
  ] as const)('is a call of its own for another %s', async (_, more) => {
    const { catalog, asked } = open();
    await catalog.availability(scopeOf(), of(['a.example']));
    await catalog.availability(scopeOf(), of(['a.example'], more));
    expect(asked).toHaveLength(2);
  });

  it('is shared by operations that ask the same at the same moment', async () => {
    const { catalog, asked } = open(async (query) => available(query));
    const scopes = Array.from({ length: 50 }, () => scopeOf());
    const answers = await Promise.all(scopes.map((scope) => catalog.availability(scope, of(['a.example']))));
    expect(asked).toHaveLength(1);
    expect(answers.every(([answer]) => answer?.outcome.kind === 'answer')).toBe(true);
    expect(scopes.map(({ meter }) => meter.planned + meter.coalesced)).toEqual(Array(50).fill(1));
  });

  it('is not waited for in the slower lane by a request for a single name', async () => {
    const answering = Promise.withResolvers<void>();
    const { catalog, asked } = open(async (query, { lane }) => {
      if (lane === 'bulk') await answering.promise;
      return available(query);
    });
    const many = catalog.availability(scopeOf(), of(names(20)));
    const [single] = await catalog.availability(scopeOf(), of(['a0.example']));
    expect(single?.outcome.kind).toBe('answer');
    expect(asked.filter(({ query }) => (query as { name: string }).name === 'a0.example')).toHaveLength(2);
    answering.resolve();
    await many;
  });

  it('keeps no answer that Gandi was still looking for', async () => {
    let status = 'pending';
    const { catalog, asked } = open(({ name }) => [{ name, process: 'CREATE', status, prices: [] }]);
    await catalog.availability(scopeOf(), of(['a.example']));
    status = 'available';
    const [answer] = await catalog.availability(scopeOf(), of(['a.example']));
    expect(answer?.outcome).toMatchObject({ offers: [{ status: 'AVAILABLE' }] });
    expect(asked).toHaveLength(2);
  });
});

describe('an operation that is given up', () => {
  it('ends with the reason, and its call is given up unless someone else waits for it', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const { catalog } = open((_query, { signal }) => {
      signals.push(signal);
      return new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    });
    const [one, two] = [new AbortController(), new AbortController()];
    const first = catalog.availability(scopeOf({ signal: one.signal }), of(['a.example']));
    const second = catalog.availability(scopeOf({ signal: two.signal }), of(['a.example']));
    await Promise.resolve();
    one.abort(new Error('closed by the client'));
    await expect(first).rejects.toThrow('closed by the client');
    expect(signals.map((signal) => signal?.aborted)).toEqual([false]);
    two.abort(new Error('also closed'));
    await expect(second).rejects.toThrow('also closed');
    expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
  });
});
