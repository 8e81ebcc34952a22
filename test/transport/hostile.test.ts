// Clients that mean harm or are badly made: they reuse ids, flood, never read, never hang up, or go on after they were told to go.
import { connect as connectTcp, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createAccessTokens } from '../../src/auth/access-tokens.ts';
import { ALL_SCOPES } from '../../src/auth/session.ts';
import { TOKEN_EXPIRED_CODE, TOO_MANY_CODE, TOO_SLOW_CODE } from '../../src/server/websocket-connection.ts';
import type { TransferUpdate } from '../../src/services/services.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { createFakeServices, NOW, ORGANIZATION_ID, organization, transfer } from '../helpers/fake-services.ts';
import { createLogFeed } from '../helpers/log-feed.ts';
import { startTestApp, type TestAppOptions } from '../helpers/test-app.ts';

const KEY = 'a-key-of-sixteen-or-more';
const QUERY = '{ organizations { name } }';
const UPDATES = 'subscription { transferUpdates { ... on TransferUpdate { transfer { version } } } }';
const TEXT = 'x'.repeat(1_000);
const LARGE = `subscription { transferUpdates { ... on TransferUpdate { ${Array.from({ length: 40 }, (_, index) => `a${index}: explanation`).join(' ')} } } }`;

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A server whose `organizations` answer when told to. */
async function start(options: Partial<TestAppOptions> = {}) {
  const clock = fakeClock(NOW);
  const feed = createLogFeed<TransferUpdate>(clock, ({ sequence }, cursor) => ({
    cursor,
    occurredAt: NOW,
    transfer: { ...transfer, version: Number(sequence) },
  }));
  const answers: (() => void)[] = [];
  const { services } = createFakeServices({
    overrides: () => ({
      transfers: {
        updates: (_session, { after, signal }) => feed.updates(after, signal),
        explain: () => ({ text: TEXT, helpingMutation: null }),
      },
      organizations: {
        list: () =>
          new Promise((resolve) => {
            answers.push(() => resolve([organization]));
          }),
      },
    }),
  });
  const { log, tail } = feed;
  const app = await startTestApp({ services, clock, events: { log, tail }, ...options });
  open.push(() => app.server.close());
  return { app, clock, feed, answers };
}
type Gateway = Awaited<ReturnType<typeof start>>;

/** A connection written and read by hand. */
function connect({ app }: Gateway, options: { readonly allowHalfOpen?: boolean } = {}) {
  const socket = connectTcp({ port: Number(new URL(app.origin).port), host: '127.0.0.1', ...options });
  const connection = {
    socket,
    received: Buffer.alloc(0),
    closed: new Promise((resolve) => socket.on('close', resolve)),
  };
  socket.on('error', () => {});
  socket.on('data', (data) => {
    connection.received = Buffer.concat([connection.received, Buffer.from(data)]);
  });
  open.push(() => socket.destroy());
  return connection;
}

const upgrade = (...headers: readonly string[]) =>
  [
    'GET /graphql HTTP/1.1',
    'Host: localhost',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
    ...headers,
    '\r\n',
  ].join('\r\n');

/** A frame of a client, masked with zeros. */
function frame(message: unknown): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(14);
  head.set([0x81, 0xff]);
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

/** What a server's bytes say after the answer to the upgrade: texts as JSON, and the code it closes with. */
function messagesOf({ received }: { readonly received: Buffer }): readonly unknown[] {
  const messages: unknown[] = [];
  let at = received.indexOf('\r\n\r\n') + 4;
  while (at > 3 && at + 2 <= received.length) {
    const kind = (received[at] ?? 0) & 0x0f;
    const short = received[at + 1] ?? 0;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (at + head > received.length) break;
    const length =
      short < 126 ? short : short === 126 ? received.readUInt16BE(at + 2) : Number(received.readBigUInt64BE(at + 2));
    if (at + head + length > received.length) break;
    const payload = received.subarray(at + head, at + head + length);
    if (kind === 1) messages.push(JSON.parse(String(payload)));
    if (kind === 8) messages.push(payload.readUInt16BE(0));
    at += head + length;
  }
  return messages;
}

const until = (check: () => void) => vi.waitFor(check, { interval: 5, timeout: 10_000 });
const subscribe = (id: string, query: string) => frame({ id, type: 'subscribe', payload: { query } });
const complete = (id: string) => frame({ id, type: 'complete' });

async function dialogue(gateway: Gateway, ...headers: readonly string[]) {
  const connection = connect(gateway);
  connection.socket.write(upgrade(...headers));
  connection.socket.write(frame({ type: 'connection_init' }));
  await until(() => expect(messagesOf(connection)).toHaveLength(1));
  return {
    ...connection,
    messages: () => messagesOf(connection).slice(1),
    write: (...frames: readonly Buffer[]) => connection.socket.write(Buffer.concat(frames)),
  };
}
const beat = (socket: Socket) => new Promise<void>((resolve) => socket.write('', () => resolve()));

describe('the id of an operation', () => {
  test('can be used again right after `complete`, and what comes under it is of the new one', async () => {
    const gateway = await start();
    const { messages, write } = await dialogue(gateway);
    write(subscribe('a', UPDATES));
    await until(() => expect(gateway.feed.watchers).toBe(1));
    await until(() => expect(gateway.app.server.subscriptions.members).toBe(1));
    write(complete('a'), subscribe('a', UPDATES));
    await until(() => expect(gateway.feed.begun).toBe(2));
    await until(() => expect(gateway.app.server.subscriptions).toEqual({ subscribers: 1, groups: 1, members: 1 }));
    gateway.feed.append();
    await until(() => expect(messages()).toHaveLength(1));
    expect(messages()).toMatchObject([{ id: 'a', type: 'next' }]);
  });

  test('of a query that was given up and still runs cannot be used: its answer is never taken for another', async () => {
    const gateway = await start();
    const { messages, write } = await dialogue(gateway);
    write(subscribe('a', QUERY));
    await until(() => expect(gateway.answers).toHaveLength(1));
    write(complete('a'), subscribe('a', UPDATES));
    await until(() => expect(messages()).toEqual([4409]));
    for (const answer of gateway.answers) answer();
    await until(() => expect(gateway.app.server.subscriptions.subscribers).toBe(0));
    expect(messages()).toEqual([4409]);
  });

  test('is free again after an operation that was refused', async () => {
    const gateway = await start();
    const { messages, write } = await dialogue(gateway);
    for (const query of ['{ nothing }', '{', UPDATES]) write(subscribe('a', query));
    write(frame({ id: 'b', type: 'subscribe', payload: { query: UPDATES, operationName: 'Other' } }));
    await until(() => expect(gateway.app.server.subscriptions.members).toBe(1));
    await until(() => expect(messages()).toHaveLength(3));
    expect(messages()).toMatchObject([
      { id: 'a', type: 'error', payload: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
      { id: 'a', type: 'error', payload: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }] },
      { id: 'b', type: 'error', payload: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    ]);
  });

  test('of more than 256 characters, which every message would repeat, closes the connection', async () => {
    const { messages, write } = await dialogue(await start());
    write(subscribe('i'.repeat(257), UPDATES));
    await until(() => expect(messages()).toEqual([4400]));
  });
});

test('a client has a thousand queries under way at most', async () => {
  const gateway = await start();
  const { messages, write } = await dialogue(gateway);
  write(...Array.from({ length: 1_001 }, (_, index) => subscribe(`q${index}`, QUERY)));
  await until(() => expect(messages()).toEqual([TOO_MANY_CODE]));
  expect(gateway.answers).toHaveLength(1_000);
  for (const answer of gateway.answers) answer();
});

test('one that is told to go because its token has expired does nothing more, though it stays on the line', async () => {
  const gateway = await start({ apiKey: KEY });
  const rights = { organizationId: ORGANIZATION_ID, clientId: null, scopes: ALL_SCOPES, expiresAt: NOW + 5_000 };
  const token = await createAccessTokens(KEY).issue(rights, NOW);
  const { messages, write, socket } = await dialogue(gateway, `Authorization: Bearer ${token}`);
  await gateway.clock.advance(5_000);
  await until(() => expect(messages().at(-1)).toBe(TOKEN_EXPIRED_CODE));
  write(subscribe('a', QUERY));
  await beat(socket);
  const { status } = await gateway.app.post({ query: '{ viewer { mode } }' }, { authorization: `Bearer ${KEY}` });
  expect(status).toBe(200);
  expect(gateway.answers).toEqual([]);
});

test('one that asks on without taking the answers is closed, and what waits for it is bounded', async () => {
  const gateway = await start();
  const connection = await dialogue(gateway);
  connection.socket.pause();
  const ping = frame({ type: 'ping', payload: { text: 'x'.repeat(500_000) } });
  for (let sent = 0; sent < 120; sent++) {
    if (!connection.socket.write(ping)) await new Promise((resolve) => connection.socket.once('drain', resolve));
    await nextTurn();
  }
  connection.socket.resume();
  await until(() => expect(connection.messages().at(-1)).toBe(TOO_SLOW_CODE));
  expect(connection.messages().length).toBeLessThan(60);
}, 20_000);

test('one whose upgrade is refused does not keep the connection by not hanging up', async () => {
  const connection = connect(await start(), { allowHalfOpen: true });
  connection.socket.write(upgrade('Origin: https://elsewhere.example'));
  await until(() => expect(String(connection.received)).toContain('403 Forbidden'));
  const again = setInterval(() => connection.socket.write('x'), 5);
  await connection.closed;
  clearInterval(again);
});

test('the end of an event stream that nobody takes keeps its place until it is cut off', async () => {
  const gateway = await start({ limits: { connections: 1 } });
  const stuck = connect(gateway);
  stuck.socket.pause();
  const body = JSON.stringify({ query: LARGE });
  const head = ['Content-Type: application/json', 'Accept: text/event-stream', `Content-Length: ${body.length}`];
  stuck.socket.write(['POST /graphql HTTP/1.1', 'Host: localhost', ...head, '', body].join('\r\n'));
  await until(() => expect(gateway.app.server.subscriptions.members).toBe(1));
  while (gateway.app.server.subscriptions.subscribers > 0) {
    gateway.feed.append(10);
    await nextTurn();
  }
  const another = async () => {
    const leave = new AbortController();
    const response = await fetch(gateway.app.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: UPDATES }),
      signal: leave.signal,
    });
    const first = await response.body?.getReader().read();
    leave.abort();
    return String(Buffer.from(first?.value ?? []));
  };
  expect(await another()).toContain('TOO_MANY_SUBSCRIPTIONS');
  for (let beats = 0; beats < 6; beats++) await gateway.clock.advance(12_000);
  await vi.waitFor(async () => expect(await another()).toContain('retry: 1000'), { interval: 20, timeout: 5_000 });
}, 20_000);

describe('when the gateway stops', () => {
  test('an answer is followed by its `complete`, so that nobody asks again for what was done', async () => {
    const gateway = await start();
    const { messages, write } = await dialogue(gateway);
    write(subscribe('a', QUERY));
    await until(() => expect(gateway.answers).toHaveLength(1));
    const closing = gateway.app.server.close();
    for (const answer of gateway.answers) answer();
    await until(() => expect(messages()).toHaveLength(3));
    expect(messages()).toMatchObject([{ id: 'a', type: 'next' }, { id: 'a', type: 'complete' }, 1012]);
    open.at(-1)?.();
    await closing;
  });

  test('a connection whose last operation was refused is closed at once', async () => {
    const gateway = await start();
    const { messages, write } = await dialogue(gateway);
    write(subscribe('a', '{ nothing }'));
    await until(() => expect(messages()).toHaveLength(1));
    const closing = gateway.app.server.close();
    await until(() => expect(messages().at(-1)).toBe(1012));
    open.at(-1)?.();
    await closing;
  });
});
