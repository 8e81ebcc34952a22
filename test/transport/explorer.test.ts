// The explorer page as HTTP: whole, small on the wire, and free of data.

import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readExamples } from '../../src/server/explorer.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { createFakeServices } from '../helpers/fake-services.ts';
import { startTestApp, type TestApp } from '../helpers/test-app.ts';

let app: TestApp;
const clock = fakeClock();
const { services, calls } = createFakeServices();
beforeAll(async () => {
  app = await startTestApp({ services, clock, apiKey: 'a-key-of-sixteen-or-more' });
});
afterAll(() => app.server.close());

interface Page {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** As a browser does, without undoing the compression. */
function visit(headers: Record<string, string> = {}, method = 'GET'): Promise<Page> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      app.url,
      { method, headers: { accept: 'text/html,*/*;q=0.8', ...headers } },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }),
        );
      },
    );
    sent.on('error', reject).end();
  });
}

test('the page carries every example with its variables and loads nothing from elsewhere', async () => {
  const { status, headers, body } = await visit();
  const html = body.toString();
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  for (const { query, variables } of readExamples(clock.now())) {
    expect(html).toContain(JSON.stringify(query));
    if (variables !== null) expect(html).toContain(JSON.stringify(variables));
  }
  expect(html).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?\/\//);
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['content-security-policy']).toContain("connect-src 'self'");
  expect(calls).toEqual([]);
});

test('it is compressed for browsers that take it, and the same underneath', async () => {
  const plain = await visit();
  const small = await visit({ 'accept-encoding': 'gzip, br' });
  expect(small.headers['content-encoding']).toBe('br');
  expect(small.body.byteLength).toBeLessThan(plain.body.byteLength / 2);
  expect(brotliDecompressSync(small.body).equals(plain.body)).toBe(true);
});

test('a browser that has it is told so; HEAD answers without a body', async () => {
  const first = await visit();
  const again = await visit({ 'if-none-match': String(first.headers.etag) });
  expect([again.status, again.body.byteLength]).toEqual([304, 0]);
  const head = await visit({}, 'HEAD');
  expect([head.status, head.body.byteLength]).toEqual([200, 0]);
  expect(Number(head.headers['content-length'])).toBe(first.body.byteLength);
});

test('dates in the examples follow the calendar', async () => {
  const before = await visit();
  await clock.advance(2 * 86_400_000);
  const after = await visit();
  expect(after.headers.etag).not.toBe(before.headers.etag);
  expect(after.body.toString()).toContain('2030-03-04T00:00:00.000Z');
});

test('the documentation lists every tab', () => {
  const page = readFileSync(new URL('../../docs/explorer.md', import.meta.url), 'utf8');
  for (const { file } of readExamples(clock.now())) expect(page).toContain(`| \`${file.replace('.graphql', '')}\` |`);
});

test('a request of a program to the same address is no visit', async () => {
  const response = await fetch(app.url, { headers: { accept: 'application/json' } });
  expect(response.status).toBe(401);
});
