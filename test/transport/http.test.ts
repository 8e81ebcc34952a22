// What an app meets over plain HTTP: keys, ids of requests, errors and their statuses, headers, limits.
import { Buffer } from 'node:buffer';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { MissingScopeError } from '../../src/auth/session.ts';
import { MAX_BODY_BYTES } from '../../src/server/pipeline.ts';
import { COST_LIMIT } from '../../src/server/plugins/use-cost-limit.ts';
import { DOCUMENT_LIMITS } from '../../src/server/plugins/use-document-limits.ts';
import { RequestFault } from '../../src/services/errors.ts';
import type { OperationScope } from '../../src/services/services.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createFakeServices, type FakePortfolio } from '../helpers/fake-services.ts';
import { startTestApp, type TestApp, type TestAppOptions } from '../helpers/test-app.ts';

interface Body {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { message: string; path?: string[]; extensions: Record<string, unknown> }[];
  readonly extensions: { upstream: Record<string, unknown> };
}

const KEY = 'a-key-of-sixteen-or-more';
const running: TestApp[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.server.close()));
});

async function start(portfolio: FakePortfolio = {}, options: Partial<TestAppOptions> = {}) {
  const fake = createFakeServices(portfolio);
  const app = await startTestApp({ services: fake.services, ...options });
  running.push(app);
  const ask = async (body: unknown, headers?: Record<string, string>) => {
    const response = await app.post(body, headers);
    return { response, body: (await response.json()) as Body };
  };
  return { ...app, ...fake, ask };
}

/** Services whose `viewer` throws this. */
const failing = (error: () => unknown): FakePortfolio => ({
  overrides: () => ({
    organizations: {
      viewer: () => {
        throw error();
      },
      list: () => {
        throw error();
      },
    },
  }),
});

describe('the key', () => {
  test.each([
    ['none', undefined],
    ['another', 'Bearer another-key-of-sixteen'],
    ['another scheme', `Basic ${KEY}`],
    ['a longer one', `Bearer ${KEY}x`],
    ['an empty one', 'Bearer '],
  ])('with %s the answer is 401, whatever was asked, and no service is asked', async (_name, authorization) => {
    const { ask, calls } = await start({}, { apiKey: KEY });
    const { response, body } = await ask(
      { query: '{ viewer { mode } }' },
      authorization === undefined ? {} : { authorization },
    );
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', retryable: false });
    expect(body).not.toHaveProperty('data');
    expect(calls).toEqual([]);
  });

  test('with the key the answer comes, and the scheme may be written in any letter case', async () => {
    const { ask } = await start({}, { apiKey: KEY });
    const { response, body } = await ask({ query: '{ viewer { mode } }' }, { authorization: `bearer ${KEY}` });
    expect([response.status, body.data]).toEqual([200, { viewer: { mode: 'SANDBOX' } }]);
  });

  test('a wrong key is 401 under application/json too', async () => {
    const { ask } = await start({}, { apiKey: KEY });
    const { response } = await ask({ query: '{ viewer { mode } }' }, { accept: 'application/json' });
    expect(response.status).toBe(401);
  });

  test('health, readiness and the explorer page need none', async () => {
    const { origin, url } = await start({}, { apiKey: KEY });
    expect((await fetch(`${origin}/health`)).status).toBe(200);
    expect((await fetch(`${origin}/ready`)).status).toBe(200);
    expect((await fetch(url, { headers: { accept: 'text/html' } })).status).toBe(200);
  });
});

describe('the id of a request', () => {
  test('is echoed when the caller sends one, also in errors and to the services', async () => {
    const { ask } = await start(failing(() => new RequestFault('UPSTREAM_BUSY', 'Later.', { retryAfterMs: 1_500 })));
    const { response, body } = await ask({ query: '{ viewer { requestId } }' }, { 'x-request-id': 'order-4711' });
    expect(response.headers.get('x-request-id')).toBe('order-4711');
    expect(body.errors?.[0]?.extensions.requestId).toBe('order-4711');
  });

  test('is made when there is none, or when it could not stand in a log line', async () => {
    const { ask } = await start();
    const made = (await ask({ query: '{ viewer { requestId } }' })).response.headers.get('x-request-id');
    const instead = (await ask({ query: '{ viewer { requestId } }' }, { 'x-request-id': 'two words' })).response;
    expect(made).toMatch(/^[0-9a-f-]{36}$/);
    expect(instead.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

test('the language comes from Accept-Language, by weight; English when it names none we speak', async () => {
  const { ask } = await start();
  const languageFor = async (header: string) => {
    const { body } = await ask({ query: '{ viewer { language } }' }, { 'accept-language': header });
    return body.data?.viewer;
  };
  expect(await languageFor('fr-CH, fr;q=0.9, en;q=0.8')).toEqual({ language: 'fr' });
  expect(await languageFor('de, en;q=0.3, fr;q=0.7')).toEqual({ language: 'fr' });
  expect(await languageFor('fr;q=0, en;q=0.1')).toEqual({ language: 'en' });
  expect(await languageFor('de-DE,nl')).toEqual({ language: 'en' });
});

describe('errors', () => {
  test('a fault that leaves nothing to answer sets the status and Retry-After of its code', async () => {
    const { ask } = await start(
      failing(() => new RequestFault('UPSTREAM_BUSY', 'The budget is used up.', { retryAfterMs: 1_500 })),
    );
    const { response, body } = await ask({ query: '{ viewer { mode } }' });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(body.data).toBeNull();
    expect(body.errors).toEqual([
      expect.objectContaining({
        message: 'The budget is used up.',
        path: ['viewer'],
        extensions: expect.objectContaining({ code: 'UPSTREAM_BUSY', retryable: true, retryAfterMs: 1_500 }),
      }),
    ]);
  });

  test('the same fault beside data is 200: the rest is there', async () => {
    const { ask } = await start(failing(() => new RequestFault('UPSTREAM_BUSY', 'Later.')));
    const { response, body } = await ask({ query: '{ organizations { name } rateBudget { inFlight } }' });
    expect(response.status).toBe(200);
    expect(body.data).toEqual({ organizations: null, rateBudget: { inFlight: 0 } });
    expect(body.errors?.[0]).toMatchObject({ path: ['organizations'], extensions: { code: 'UPSTREAM_BUSY' } });
    expect(JSON.stringify(body)).not.toContain('"http"');
  });

  test('BAD_USER_INPUT carries the argument, what was found and what is expected', async () => {
    const { ask } = await start();
    const { body } = await ask({ query: '{ domains(first: 1000) { totalCount } }' });
    expect(body.errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      retryable: false,
      argument: { name: 'first', found: '1000', expected: 'a whole number from 1 to 100' },
    });
  });

  test('a missing scope is FORBIDDEN and names the scope', async () => {
    const { ask } = await start(failing(() => new MissingScopeError('portfolio:read')));
    const { response, body } = await ask({ query: '{ viewer { mode } }' });
    expect(response.status).toBe(403);
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'portfolio:read' });
  });

  test('a bug is masked, with its request id, and logged with its cause', async () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'error', pretty: false, destination: { write: (line) => lines.push(line) } });
    const { ask } = await start(
      failing(() => new TypeError('rows is undefined at 10.0.0.7', { cause: new Error('the database said no') })),
      { logger },
    );
    const { response, body } = await ask({ query: '{ viewer { mode } }' }, { 'x-request-id': 'bug-1' });
    expect(response.status).toBe(500);
    expect(body.errors?.[0]?.extensions).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
      retryable: false,
      requestId: 'bug-1',
    });
    expect(JSON.stringify(body)).not.toMatch(/rows|10\.0\.0\.7|TypeError|stack/);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ requestId: 'bug-1', path: 'viewer' });
    expect(lines[0]).toContain('rows is undefined');
    expect(lines[0]).toContain('the database said no');
  });

  test('an error of a lower layer never reaches the caller raw', async () => {
    const raw = Object.assign(new Error('GET /domain/domains answered {"cause":"Forbidden"}'), {
      name: 'UpstreamError',
      kind: 'forbidden',
    });
    const { ask } = await start(failing(() => raw));
    const { body } = await ask({ query: '{ viewer { mode } }' });
    expect(body.errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(body)).not.toContain('Forbidden');
  });

  test.each([
    ['a document that is none', { query: '{' }, 'GRAPHQL_PARSE_FAILED', 400],
    ['an unknown field', { query: '{ viewer { mod } }' }, 'GRAPHQL_VALIDATION_FAILED', 400],
    [
      'a variable of the wrong kind',
      { query: 'query ($id: ID!) { client(id: $id) { name } }', variables: { id: null } },
      'BAD_USER_INPUT',
      400,
    ],
    [
      'an operation that is not there',
      { query: 'query A { viewer { mode } }', operationName: 'B' },
      'BAD_USER_INPUT',
      400,
    ],
    ['a body that is no JSON', '{ "query": ', 'BAD_REQUEST', 400],
    ['a batch', [{ query: '{ viewer { mode } }' }, { query: '{ viewer { mode } }' }], 'BAD_REQUEST', 400],
    [
      '@fresh without an age',
      { query: 'query ($s: Int!) @fresh(maxAgeSeconds: $s) { viewer { mode } }', variables: { s: -1 } },
      'BAD_USER_INPUT',
      400,
    ],
  ])('%s is %s', async (_name, body, code, status) => {
    const { ask, calls } = await start();
    const answer = await ask(body);
    expect([answer.response.status, answer.body.errors?.[0]?.extensions.code]).toEqual([status, code]);
    expect(answer.body.errors?.[0]?.extensions).toMatchObject({ retryable: false, requestId: expect.any(String) });
    expect(answer.body).not.toHaveProperty('data');
    expect(calls).toEqual([]);
  });

  test('a typo is answered with a suggestion', async () => {
    const { ask } = await start();
    expect((await ask({ query: '{ viewer { mod } }' })).body.errors?.[0]?.message).toContain('Did you mean "mode"?');
  });
});

describe('the report of upstream calls', () => {
  test('is on every answer and counts what this operation took', async () => {
    const { ask } = await start({
      overrides: () => ({
        organizations: {
          list: async ({ meter }: OperationScope) => {
            Object.assign(meter, { planned: 3, made: 2, coalesced: 1, fromMirror: 4, waitedMs: 12 });
            return [];
          },
        },
      }),
    });
    const budget = { limit: 30, windowMs: 2_000, remaining: 28 };
    const counted = await ask({ query: '{ organizations { name } }' });
    expect(counted.body.extensions.upstream).toEqual({
      planned: 3,
      made: 2,
      coalesced: 1,
      fromMirror: 4,
      waitedMs: 12,
      budget,
    });
    const next = await ask({ query: '{ rateBudget { inFlight } }' });
    expect(next.body.extensions.upstream).toEqual({
      planned: 0,
      made: 0,
      coalesced: 0,
      fromMirror: 0,
      waitedMs: 0,
      budget,
    });
  });

  test.each([
    ['a document that is none', { query: '{' }],
    ['an unknown field', { query: '{ nothing }' }],
    ['a body that is no JSON', 'nothing'],
  ])('is on the answer to %s as well', async (_name, body) => {
    const { ask } = await start();
    expect((await ask(body)).body.extensions.upstream).toMatchObject({ made: 0, budget: { limit: 30 } });
  });

  test('the budget is in the RateLimit header fields', async () => {
    const { ask } = await start();
    const { response } = await ask({ query: '{ viewer { mode } }' });
    expect(response.headers.get('ratelimit-policy')).toBe('"gandi";q=30;w=2');
    expect(response.headers.get('ratelimit')).toBe('"gandi";r=28;t=0');
  });
});

describe('@fresh', () => {
  const ages: (number | null)[] = [];
  const portfolio: FakePortfolio = {
    overrides: () => ({
      organizations: {
        list: async ({ maxAgeSeconds }: OperationScope) => {
          ages.push(maxAgeSeconds);
          return [];
        },
      },
    }),
  };

  test('reaches the services by value, by variable and by the default of a variable; without it they get null', async () => {
    ages.length = 0;
    const { ask } = await start(portfolio);
    await ask({ query: 'query @fresh(maxAgeSeconds: 0) { organizations { name } }' });
    await ask({ query: 'query ($s: Int!) @fresh(maxAgeSeconds: $s) { organizations { name } }', variables: { s: 60 } });
    await ask({ query: 'query ($s: Int! = 90) @fresh(maxAgeSeconds: $s) { organizations { name } }' });
    await ask({ query: '{ organizations { name } }' });
    expect(ages).toEqual([0, 60, 90, null]);
  });

  test('belongs on queries only', async () => {
    const { ask } = await start();
    const { body } = await ask({ query: 'subscription @fresh(maxAgeSeconds: 0) { transferUpdates { cursor } }' });
    expect(body.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});

describe('limits', () => {
  test('an operation that costs too much is refused with what it costs and what is allowed', async () => {
    const { ask, calls } = await start();
    const { response, body } = await ask({
      query: '{ clients(first: 100) { edges { node { domains(first: 100) { edges { node { name } } } } } } }',
    });
    expect(response.status).toBe(400);
    expect(body.errors?.[0]?.extensions).toMatchObject({
      code: 'COST_LIMIT_EXCEEDED',
      cost: { found: expect.any(Number), limit: COST_LIMIT },
    });
    expect(calls).toEqual([]);
  });

  const nested = `{ domains { edges { node { ${'organization { domains { edges { node { '.repeat(4)} name ${'} } } } '.repeat(4)} } } } }`;
  test.each([
    ['depth', nested],
    [
      'aliases',
      `{ ${Array.from({ length: DOCUMENT_LIMITS.aliases + 1 }, (_, n) => `a${n}: rateBudget { inFlight }`).join(' ')} }`,
    ],
    ['directives', `{ rateBudget { inFlight ${'@include(if: true) '.repeat(DOCUMENT_LIMITS.directives + 1)} } }`],
    ['tokens', `{ rateBudget { ${'inFlight '.repeat(DOCUMENT_LIMITS.tokens)} } }`],
  ])('a document over the limit of %s is refused, the second time too', async (_name, query) => {
    const { ask, calls } = await start();
    for (const _time of [1, 2]) {
      const { response, body } = await ask({ query });
      expect([response.status, body.errors?.[0]?.extensions.code]).toEqual([400, 'DOCUMENT_LIMIT_EXCEEDED']);
      expect(body.errors?.[0]?.message).toMatch(/limit/i);
    }
    expect(calls).toEqual([]);
  });

  test('the introspection query of tools passes every limit', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    const { ask } = await start();
    const { body } = await ask({
      query: getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, directiveIsRepeatable: true }),
    });
    expect(body.errors).toBeUndefined();
  });

  test('a body that announces too much is refused', async () => {
    const { ask } = await start();
    const { response, body } = await ask({ query: `{ viewer { mode } } #${'x'.repeat(MAX_BODY_BYTES)}` });
    expect([response.status, body.errors?.[0]?.extensions.code]).toEqual([413, 'REQUEST_ENTITY_TOO_LARGE']);
  });

  const inChunks = (url: string, chunks: readonly string[]) =>
    new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const sent = httpRequest(url, { method: 'POST', headers: { 'content-type': 'application/json' } }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(parts).toString() }));
      });
      sent.on('error', reject);
      for (const chunk of chunks) sent.write(chunk);
      sent.end();
    });

  test('a body in chunks is read, up to the same size', async () => {
    const { url } = await start();
    const small = await inChunks(url, ['{"query":"{ viewer ', '{ mode } }"}']);
    expect([small.status, JSON.parse(small.body).data]).toEqual([200, { viewer: { mode: 'SANDBOX' } }]);
    const large = await inChunks(url, ['{"query":"', ...Array<string>(20).fill('x'.repeat(MAX_BODY_BYTES / 10)), '"}']);
    expect([large.status, JSON.parse(large.body).errors[0].extensions.code]).toEqual([413, 'REQUEST_ENTITY_TOO_LARGE']);
  });
});

describe('browsers of other sites', () => {
  test('a request a form could send is refused, and so is a bare GET', async () => {
    const { url, calls } = await start();
    const form = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ query: '{ viewer { mode } }' }),
    });
    const text = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{ viewer { mode } }',
    });
    const get = await fetch(`${url}?query=${encodeURIComponent('{ viewer { mode } }')}`);
    expect([form.status, text.status, get.status]).toEqual([403, 403, 403]);
    expect(((await get.json()) as Body).errors?.[0]?.extensions.code).toBe('CSRF_HEADER_MISSING');
    expect(calls).toEqual([]);
  });

  test('a GET with a header only our own code can set is answered, but never a mutation', async () => {
    const { url, calls } = await start();
    const headers = { 'graphql-require-preflight': '1', accept: 'application/graphql-response+json' };
    const query = await fetch(`${url}?query=${encodeURIComponent('{ viewer { mode } }')}`, { headers });
    const mutation = 'mutation { setTransferLock(input: { domain: "a.com", locked: false }) { __typename } }';
    const refused = await fetch(`${url}?query=${encodeURIComponent(mutation)}`, { headers });
    expect([query.status, refused.status]).toEqual([200, 405]);
    expect(calls).toEqual(['organizations.viewer']);
  });

  test('no other origin is granted anything', async () => {
    const { url, ask } = await start();
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' },
    });
    const { response } = await ask({ query: '{ viewer { mode } }' }, { origin: 'https://elsewhere.example' });
    for (const { headers } of [preflight, response])
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(preflight.ok).toBe(false);
  });
});

describe('other paths', () => {
  test('the root leads to the endpoint, other paths say where it is', async () => {
    const { origin } = await start();
    const root = await fetch(`${origin}/`, { redirect: 'manual' });
    expect([root.status, root.headers.get('location')]).toEqual([302, '/graphql']);
    const other = await fetch(`${origin}/graph`);
    expect([other.status, await other.text()]).toEqual([404, 'The GraphQL endpoint is /graphql.\n']);
  });

  test('readiness follows the database, liveness does not', async () => {
    let ready = true;
    const { origin } = await start({}, { isReady: async () => ready });
    expect((await fetch(`${origin}/ready`)).status).toBe(200);
    ready = false;
    expect((await fetch(`${origin}/ready`)).status).toBe(503);
    expect((await fetch(`${origin}/health`)).status).toBe(200);
  });

  test('a database that throws is not ready', async () => {
    const { origin } = await start({}, { isReady: () => Promise.reject(new Error('gone')) });
    expect((await fetch(`${origin}/ready`)).status).toBe(503);
  });
});

test('answers are not kept by caches', async () => {
  const { ask } = await start();
  const { response } = await ask({ query: '{ viewer { mode } }' });
  expect(response.headers.get('cache-control')).toBe('no-store');
});

test('a mutation goes on when its caller hangs up, a query is told to stop', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const { ask } = await start({
    overrides: () => ({
      organizations: { list: async ({ signal }: OperationScope) => (signals.push(signal) > 0 ? [] : []) },
      clients: {
        create: async ({ signal }: OperationScope) => {
          signals.push(signal);
          throw new RequestFault('UPSTREAM_TIMEOUT', 'No answer.');
        },
      },
    }),
  });
  await ask({ query: '{ organizations { name } }' });
  const client = {
    type: 'INDIVIDUAL',
    firstName: 'a',
    lastName: 'b',
    email: 'c',
    street: 'd',
    city: 'e',
    country: 'FR',
    phone: 'f',
  };
  await ask({
    query: 'mutation ($input: CreateClientInput!) { createClient(input: $input) { __typename } }',
    variables: { input: { client } },
  });
  expect(signals).toEqual([expect.any(AbortSignal), undefined]);
});

/** What the server answers to these very bytes; with `hangUp` the sender leaves instead of waiting. */
function sendRaw(app: TestApp, bytes: string, { hangUp = false } = {}): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(new URL(app.origin).port), '127.0.0.1', () =>
      socket.write(bytes, () => hangUp && socket.destroy()),
    );
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

test.each(['[::1', 'no host', ':::', 'localhost:99999999'])(
  'a Host that is none, %j, is answered 400 and tells nothing of the inside',
  async (host) => {
    const app = await start();
    const body = JSON.stringify({ query: '{ viewer { mode } }' });
    const answer = await sendRaw(
      app,
      `POST /graphql HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).not.toMatch(/Error|node_modules/);
    expect(app.calls).toEqual([]);
  },
);

test.each([
  ['variables', `/graphql?query=${encodeURIComponent('{ viewer { mode } }')}&variables=none`],
  ['extensions', `/graphql?query=${encodeURIComponent('{ viewer { mode } }')}&extensions=none`],
])('%s in a query string that are no JSON are the fault of the caller, 400', async (_name, path) => {
  const { origin } = await start();
  const response = await fetch(origin + path, {
    headers: { accept: 'application/graphql-response+json', 'x-requested-with': 'test' },
  });
  const { errors } = (await response.json()) as Body;
  expect(response.status).toBe(400);
  expect(errors?.[0]).toMatchObject({
    message: 'A parameter of the request is no JSON.',
    extensions: { code: 'BAD_REQUEST', retryable: false },
  });
});

test('a caller who leaves while sending a body in chunks is no bug in the log', async () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'debug', destination: { write: (line) => lines.push(line) } });
  const app = await start({}, { logger });
  const head =
    'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n';
  await sendRaw(app, `${head}\r\n4\r\n{"qu\r\n`, { hangUp: true });
  await expect.poll(() => lines.join('')).toContain('answered a GraphQL request');
  await app.server.close();
  expect(lines.filter((line) => /"level":"(?:warn|error|fatal)"/.test(line))).toEqual([]);
});

test('input that was encoded as JSON twice is not repeated: it may hold an auth code', async () => {
  const { ask } = await start();
  const { body } = await ask({
    query: 'mutation ($input: UpdateTransferAuthCodeInput!) { updateTransferAuthCode(input: $input) { __typename } }',
    variables: { input: JSON.stringify({ transfer: { domain: 'moving.com' }, authCode: 'Secret-Code-42' }) },
  });
  expect(body.errors?.[0]).toMatchObject({
    message: 'Variable "$input": Expected value of type "UpdateTransferAuthCodeInput" to be an object.',
    extensions: { code: 'BAD_USER_INPUT' },
  });
  expect(JSON.stringify(body)).not.toContain('Secret-Code-42');
});
