// What is special about the WebSocket: the protocol's close codes, queries over it, pages of other origins.
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import WebSocket from 'ws';
import { DRAIN_CODE } from '../../src/server/websocket-connection.ts';
import { createFakeServices } from '../helpers/fake-services.ts';
import { STREAM_TRANSPORTS } from '../helpers/stream-clients.ts';
import { startTestApp, type TestApp } from '../helpers/test-app.ts';

const KEY = 'a-key-of-sixteen-or-more';
const running: TestApp[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.server.close()));
});

async function start(apiKey: string | null = null) {
  const app = await startTestApp({ services: createFakeServices().services, apiKey });
  running.push(app);
  return app;
}

interface Dialogue {
  readonly socket: WebSocket;
  readonly opened: Promise<void>;
  /** Messages one after another. */
  next(): Promise<Record<string, unknown>>;
  readonly closed: Promise<{ code: number; reason: string }>;
  /** HTTP status when the upgrade was refused. */
  readonly refused: Promise<number>;
}

function talk(app: TestApp, { headers = {}, protocol = 'graphql-transport-ws', path = '/graphql' } = {}): Dialogue {
  const socket = new WebSocket(app.origin.replace('http:', 'ws:') + path, protocol, { headers });
  const received: Record<string, unknown>[] = [];
  let waiting: ((message: Record<string, unknown>) => void) | null = null;
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Record<string, unknown>;
    if (waiting) waiting(message);
    else received.push(message);
    waiting = null;
  });
  socket.on('error', () => {});
  return {
    socket,
    opened: new Promise((resolve) => socket.once('open', () => resolve())),
    next: () => {
      const message = received.shift();
      if (message) return Promise.resolve(message);
      return new Promise((resolve) => {
        waiting = resolve;
      });
    },
    closed: new Promise((resolve) => socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }))),
    refused: new Promise((resolve) =>
      socket.once('unexpected-response', (_request, { statusCode = 0 }) => resolve(statusCode)),
    ),
  };
}

const send = ({ socket }: Dialogue, message: unknown) => socket.send(JSON.stringify(message));

test('connection_init is acknowledged with the id of the connection; operations have ids below it', async () => {
  const dialogue = talk(await start(), { headers: { 'x-request-id': 'desk-7' } });
  await dialogue.opened;
  send(dialogue, { type: 'connection_init' });
  expect(await dialogue.next()).toEqual({ type: 'connection_ack', payload: { requestId: 'desk-7' } });
  send(dialogue, { type: 'subscribe', id: 'a', payload: { query: '{ viewer { requestId mode } }' } });
  expect(await dialogue.next()).toMatchObject({
    type: 'next',
    id: 'a',
    payload: { data: { viewer: { requestId: 'desk-7:a', mode: 'SANDBOX' } }, extensions: { upstream: { made: 0 } } },
  });
  expect(await dialogue.next()).toEqual({ type: 'complete', id: 'a' });
  dialogue.socket.close();
});

test.each([
  ['no key', undefined, undefined],
  ['a wrong key in connection_init', { authorization: 'Bearer wrong-key-of-sixteen' }, undefined],
  ['a wrong key in the header', undefined, 'Bearer wrong-key-of-sixteen'],
])('%s closes the connection with 4403', async (_name, payload, authorization) => {
  const dialogue = talk(await start(KEY), authorization === undefined ? {} : { headers: { authorization } });
  await dialogue.opened;
  send(dialogue, { type: 'connection_init', payload });
  expect(await dialogue.closed).toEqual({ code: 4403, reason: 'Forbidden' });
});

test.each([
  ['in connection_init, in any letter case', { Authorization: `Bearer ${KEY}` }, {}],
  ['in the header of the upgrade', undefined, { authorization: `Bearer ${KEY}` }],
])('the key is taken %s', async (_name, payload, headers) => {
  const dialogue = talk(await start(KEY), { headers });
  await dialogue.opened;
  send(dialogue, { type: 'connection_init', payload });
  expect(await dialogue.next()).toMatchObject({ type: 'connection_ack' });
  dialogue.socket.close();
});

test('an operation before connection_init closes the connection with 4401', async () => {
  const dialogue = talk(await start());
  await dialogue.opened;
  send(dialogue, { type: 'subscribe', id: 'a', payload: { query: '{ viewer { mode } }' } });
  expect(await dialogue.closed).toMatchObject({ code: 4401 });
});

test('another sub-protocol is not spoken', async () => {
  const dialogue = talk(await start(), { protocol: 'graphql-ws' });
  expect(await dialogue.closed).toMatchObject({ code: expect.any(Number) });
});

test('a page of another origin is refused, one of our own is not', async () => {
  const app = await start();
  expect(await talk(app, { headers: { origin: 'https://elsewhere.example' } }).refused).toBe(403);
  const own = talk(app, { headers: { origin: app.origin } });
  await own.opened;
  own.socket.close();
});

test('another path is not found', async () => {
  expect(await talk(await start(), { path: '/other' }).refused).toBe(404);
});

test('limits and errors are those of HTTP', async () => {
  const app = await start();
  const client = STREAM_TRANSPORTS[0].connect(app);
  const refusal = client
    .iterate('{ clients(first: 100) { edges { node { domains(first: 100) { edges { node { name } } } } } } }')
    .next();
  expect((await refusal).value).toMatchObject({ errors: [{ extensions: { code: 'COST_LIMIT_EXCEEDED' } }] });
  const missing = client.iterate('{ domains(first: 1000) { totalCount } }').next();
  expect((await missing).value).toMatchObject({
    data: { domains: null },
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  client.dispose();
});

test(`a draining server closes connections with ${DRAIN_CODE} and takes no new ones`, async () => {
  const app = await start();
  const dialogue = talk(app);
  await dialogue.opened;
  send(dialogue, { type: 'connection_init' });
  await dialogue.next();
  const closing = app.server.close();
  expect(await dialogue.closed).toEqual({ code: DRAIN_CODE, reason: 'Service restart' });
  await closing;
  await expect(fetch(`${app.origin}/health`)).rejects.toThrow();
});

test('a peer that resets its connection in the middle of an upgrade harms nobody else', async () => {
  const app = await start();
  const port = Number(new URL(app.origin).port);
  const upgrade = (path: string, origin: string) =>
    new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        const headers = [`Host: 127.0.0.1:${port}`, `Origin: ${origin}`, 'Upgrade: websocket', 'Connection: Upgrade'];
        socket.write(`GET ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`, () => socket.resetAndDestroy());
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve());
    });
  for (let attempt = 0; attempt < 40; attempt++) {
    await upgrade('/graphql', 'https://elsewhere.example');
    await upgrade('/other', app.origin);
  }
  const response = await app.post({ query: '{ viewer { mode } }' });
  expect(await response.json()).toMatchObject({ data: { viewer: { mode: 'SANDBOX' } } });
});

test.each([
  ['a line break', 'a\nlevel=error'],
  ['more than 128 characters', 'a'.repeat(129)],
])('an operation id with %s does not become part of the request id', async (_name, id) => {
  const dialogue = talk(await start(), { headers: { 'x-request-id': 'desk-7' } });
  await dialogue.opened;
  send(dialogue, { type: 'connection_init' });
  await dialogue.next();
  send(dialogue, { type: 'subscribe', id, payload: { query: '{ viewer { requestId } }' } });
  expect(await dialogue.next()).toMatchObject({
    id,
    payload: { data: { viewer: { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) } } },
  });
});
