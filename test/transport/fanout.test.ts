// Subscribers of one question over real connections: executed once, bounded, resumable, and the same over WebSocket and Server-Sent Events.
import { connect as connectTcp, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ExecutionResult } from 'graphql';
import { afterEach, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { systemClock } from '../../src/lib/clock.ts';
import { TOO_SLOW_CODE } from '../../src/server/websocket-connection.ts';
import type { Services, TransferUpdate } from '../../src/services/services.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { createFakeServices, NOW, organization, transfer } from '../helpers/fake-services.ts';
import { createLogFeed } from '../helpers/log-feed.ts';
import { STREAM_TRANSPORTS, type StreamClient, type StreamResult } from '../helpers/stream-clients.ts';
import { startTestApp, type TestApp, type TestAppOptions } from '../helpers/test-app.ts';

const UPDATES =
  'subscription ($after: String) { transferUpdates(after: $after) { cursor ... on TransferUpdate { transfer { version } } } }';
const NAMED =
  'subscription { transferUpdates { ... on TransferUpdate { transfer { version organization { name } } } } }';

const open: { dispose(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.dispose();
});

async function start(options: Partial<TestAppOptions> = {}, transfers: Partial<Services['transfers']> = {}) {
  const feed = createLogFeed<TransferUpdate>(systemClock, ({ sequence }, cursor) => ({
    cursor,
    occurredAt: NOW,
    transfer: { ...transfer, version: Number(sequence) },
  }));
  let loads = 0;
  const fake = createFakeServices({
    overrides: () => ({
      transfers: { updates: (_session, { after, signal }) => feed.updates(after, signal), ...transfers },
      organizations: {
        byId: async () => {
          loads += 1;
          return organization;
        },
      },
    }),
  });
  const { log, tail } = feed;
  const again = async () => {
    const app = await startTestApp({ services: fake.services, events: { log, tail }, ...options });
    open.push({ dispose: () => app.server.close() });
    return app;
  };
  const app = await again();
  let places = 0;
  return {
    app,
    /** Another server over the same events. */
    again,
    feed,
    loads: () => loads,
    /** How many will have begun when one more has. */
    place() {
      places += 1;
      return places;
    },
  };
}

const versionOf = (result: StreamResult | ExecutionResult | undefined) =>
  (result?.data as { transferUpdates: { transfer: { version: number } } } | undefined)?.transferUpdates.transfer
    .version;
const cursorOf = (result: StreamResult) =>
  (result.data as { transferUpdates: { cursor: string } }).transferUpdates.cursor;

describe.each(STREAM_TRANSPORTS)('over $name', ({ connect }) => {
  const clientOf = (app: TestApp, headers: Record<string, string> = {}): StreamClient => {
    const client = connect(app, headers);
    open.push(client);
    return client;
  };
  /** Subscribes and waits until everything that is appended from now on will reach it. */
  async function follow(
    gateway: Awaited<ReturnType<typeof start>>,
    query = UPDATES,
    variables = {},
    headers: Record<string, string> = {},
  ) {
    const place = gateway.place();
    const events = clientOf(gateway.app, headers).iterate(query, variables);
    const first = events.next();
    first.catch(() => {});
    await vi.waitFor(() => expect(gateway.feed.begun).toBeGreaterThanOrEqual(place), { interval: 5 });
    return { first, next: async () => (await events.next()).value as StreamResult };
  }
  const firstOf = async ({ first }: Awaited<ReturnType<typeof follow>>) => (await first).value as StreamResult;

  test('an event is executed once for all who ask the same, and once more for each who asks otherwise', async () => {
    const gateway = await start();
    const same = await Promise.all([follow(gateway, NAMED), follow(gateway, NAMED), follow(gateway, NAMED)]);
    const other = await follow(gateway, NAMED.replace('version', 'version step'));
    const french = await follow(gateway, NAMED, {}, { 'accept-language': 'fr' });
    gateway.feed.append();
    for (const one of [...same, other, french]) expect(versionOf(await firstOf(one))).toBe(1);
    expect(gateway.loads()).toBe(3);
  });

  test('those who begin elsewhere are served together from then on', async () => {
    const gateway = await start();
    gateway.feed.append(3);
    const late = await follow(gateway, UPDATES, { after: gateway.feed.cursorAt(1n) });
    expect([versionOf(await firstOf(late)), versionOf(await late.next())]).toEqual([2, 3]);
    const live = await follow(gateway);
    gateway.feed.append();
    expect([versionOf(await late.next()), versionOf(await firstOf(live))]).toEqual([4, 4]);
    expect(gateway.feed.watchers).toBe(1);
  });

  test('one that was cut off misses nothing and gets nothing twice when it comes back with its cursor', async () => {
    const gateway = await start();
    const before = await follow(gateway);
    gateway.feed.append(2);
    expect(versionOf(await firstOf(before))).toBe(1);
    const last = await before.next();
    for (const one of open.splice(1)) await one.dispose();
    gateway.feed.append(2);
    const again = await follow(gateway, UPDATES, { after: cursorOf(last) });
    gateway.feed.append();
    expect([versionOf(await firstOf(again)), versionOf(await again.next()), versionOf(await again.next())]).toEqual([
      3, 4, 5,
    ]);
  });

  test('text that is not ASCII arrives as it is', async () => {
    const gateway = await start();
    const french = await follow(
      gateway,
      'subscription { transferUpdates { ... on TransferUpdate { explanation } } }',
      {},
      { 'accept-language': 'fr' },
    );
    gateway.feed.append();
    expect((await firstOf(french)).data).toEqual({ transferUpdates: { explanation: 'Étape HOLDER_APPROVAL.' } });
  });

  test('a tenant that has too many open is refused with a code, and served again when some have ended', async () => {
    const gateway = await start({ limits: { perTenant: 2 } });
    const kept = await Promise.all([follow(gateway), follow(gateway)]);
    const refused = await clientOf(gateway.app).iterate(UPDATES).next();
    expect((refused.value as StreamResult).errors?.[0]).toMatchObject({
      extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', retryable: true, retryAfterMs: 5_000 },
    });
    for (const one of open.splice(1)) await one.dispose();
    await vi.waitFor(() => expect(gateway.feed.watchers).toBe(0), { interval: 5 });
    const after = await follow(gateway);
    gateway.feed.append();
    expect(versionOf(await firstOf(after))).toBe(1);
    await Promise.allSettled(kept.map(({ first }) => first));
  });

  test('a gateway that stops ends them all at once, without completing; at the next one they miss nothing and get nothing twice', async () => {
    const gateway = await start();
    const all = await Promise.all([follow(gateway), follow(gateway), follow(gateway)]);
    gateway.feed.append();
    const cursors = [];
    for (const one of all) cursors.push(cursorOf(await firstOf(one)));
    const cut = all.map(({ next }) => next());
    for (const one of cut) one.catch(() => {});
    await gateway.app.server.close();
    for (const one of cut) await expect(one).rejects.toBeDefined();
    expect(gateway.app.server.subscriptions).toEqual({ subscribers: 0, groups: 0, members: 0 });
    gateway.feed.append(2);
    const next = { ...gateway, app: await gateway.again() };
    for (const after of cursors) {
      const back = await follow(next, UPDATES, { after });
      expect([versionOf(await firstOf(back)), versionOf(await back.next())]).toEqual([2, 3]);
    }
  });

  test('when connections have come and gone, nothing of them is left', async () => {
    const gateway = await start();
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 8 }, () => follow(gateway)));
      for (const one of open.splice(1)) await one.dispose();
    }
    await vi.waitFor(() => expect([gateway.feed.watchers, gateway.feed.tail.followers]).toEqual([0, 0]), {
      interval: 5,
    });
  });
});

/** A client by hand: sends a request and reads only when told to. */
function rawSocket(app: TestApp): Socket {
  const socket = connectTcp(Number(new URL(app.origin).port), '127.0.0.1');
  socket.on('error', () => {});
  open.push({ dispose: () => socket.destroy() });
  return socket;
}

const sse = (query: string, headers: readonly string[] = []) => {
  const body = JSON.stringify({ query });
  return [
    'POST /graphql HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    'Accept: text/event-stream',
    `Content-Length: ${body.length}`,
    ...headers,
    '',
    body,
  ].join('\r\n');
};

const UPGRADE = [
  'GET /graphql HTTP/1.1',
  'Host: localhost',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Protocol: graphql-transport-ws',
  '\r\n',
].join('\r\n');

/** A text frame of a client, masked with zeros. */
function textFrame(message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const { length } = payload;
  const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0xfe, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}

/** The payload of the close frame: the code in two bytes, then the reason. */
const CLOSED_AS_TOO_SLOW = `${String.fromCharCode(TOO_SLOW_CODE >> 8, TOO_SLOW_CODE & 0xff)}Subscriber too slow`;

test('an event stream names the cursor as the id of each event, whether it is asked for or not, and says when to come back', async () => {
  const { app, feed } = await start();
  const socket = rawSocket(app);
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  socket.write(sse('subscription { transferUpdates { ... on TransferUpdate { transfer { version } } } }'));
  await vi.waitFor(() => expect(text).toContain('retry: 1000\n'), { interval: 5 });
  expect(text).toContain('RateLimit-Policy'.toLowerCase());
  await vi.waitFor(() => expect(feed.tail.followers).toBe(1), { interval: 5 });
  feed.append();
  await vi.waitFor(() => expect(text).toContain(`event: next\nid: ${feed.cursorAt(1n)}\ndata: {"data":`), {
    interval: 5,
  });
});

test('one connection has so many at most, also when it asks for all of them at once', async () => {
  const { app } = await start({ limits: { perConnection: 3 } });
  const socket = new WebSocket(app.webSocketUrl, 'graphql-transport-ws');
  open.push({ dispose: () => socket.terminate() });
  const refused: unknown[] = [];
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data));
    if (type === 'next') refused.push(payload.errors[0].extensions.code);
    if (type !== 'connection_ack') return;
    for (const id of 'abcde')
      socket.send(
        JSON.stringify({
          id,
          type: 'subscribe',
          payload: { query: UPDATES.replace('($after: String)', '').replace('(after: $after)', '') },
        }),
      );
  });
  socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
  await vi.waitFor(() => expect(app.server.subscriptions.members).toBe(3), { interval: 5 });
  await vi.waitFor(() => expect(refused).toEqual(['TOO_MANY_SUBSCRIPTIONS', 'TOO_MANY_SUBSCRIPTIONS']), {
    interval: 5,
  });
});

test('a client that stops reading holds nobody else, and is ended with the cursor to go on after', async () => {
  const text = 'x'.repeat(1_000);
  const { app, feed } = await start({}, { explain: () => ({ text, helpingMutation: null }) });
  const stuck = rawSocket(app);
  const many = Array.from({ length: 40 }, (_, index) => `a${index}: explanation`).join(' ');
  stuck.pause();
  stuck.write(sse(`subscription { transferUpdates { ... on TransferUpdate { transfer { version } ${many} } } }`));
  const reader = STREAM_TRANSPORTS[0].connect(app);
  open.push(reader);
  const events = reader.iterate(UPDATES);
  const first = events.next();
  await vi.waitFor(() => expect(feed.tail.followers).toBe(2), { interval: 5 });
  for (let seen = 0; feed.tail.followers === 2 && seen < 2_000; ) {
    feed.append(10);
    for (let index = 0; index < 10; index++) {
      seen += 1;
      const { value } = seen === 1 ? await first : await events.next();
      expect(versionOf(value as StreamResult)).toBe(seen);
    }
  }
  expect(feed.tail.followers).toBe(1);
  let received = '';
  stuck.on('data', (data) => {
    received = (received + data).slice(-60_000);
  });
  stuck.resume();
  await vi.waitFor(() => expect(received).toContain('event: complete'), { interval: 5, timeout: 5_000 });
  const { errors } = JSON.parse(/data: (\{"errors".*)\n/.exec(received)?.[1] ?? '{}');
  expect(errors[0].extensions).toMatchObject({ code: 'SUBSCRIBER_TOO_SLOW', retryable: true });
  expect(received.split('id: ').at(-1)?.split('\n')[0]).toBe(errors[0].extensions.lastCursor);
}, 20_000);

test('a WebSocket that stops reading is closed once the end of its subscription cannot be told, after everything up to its last cursor', async () => {
  const clock = fakeClock(NOW);
  const text = 'x'.repeat(1_000);
  const { app, feed } = await start({ clock }, { explain: () => ({ text, helpingMutation: null }) });
  const stuck = rawSocket(app);
  let received = '';
  stuck.on('data', (data) => {
    received = (received + data.toString('latin1')).slice(-60_000);
  });
  const many = Array.from({ length: 40 }, (_, index) => `a${index}: explanation`).join(' ');
  const query = `subscription { transferUpdates { ... on TransferUpdate { transfer { version } ${many} } } }`;
  stuck.write(UPGRADE);
  stuck.write(textFrame({ type: 'connection_init' }));
  await vi.waitFor(() => expect(received).toContain('connection_ack'), { interval: 5 });
  stuck.write(textFrame({ id: 'a', type: 'subscribe', payload: { query } }));
  await vi.waitFor(() => expect(feed.tail.followers).toBe(1), { interval: 5 });
  stuck.pause();
  while (feed.tail.followers === 1) {
    feed.append(10);
    await nextTurn();
  }
  await clock.advance(12_000);
  stuck.resume();
  await vi.waitFor(() => expect(received).toContain(CLOSED_AS_TOO_SLOW), { interval: 5, timeout: 5_000 });
  const last = /\{"id":"a","type":"next","payload":(\{"errors":.*?\})\}\x81/s.exec(received)?.[1] ?? '{}';
  const { code, lastCursor } = JSON.parse(last).errors[0].extensions;
  expect(code).toBe('SUBSCRIBER_TOO_SLOW');
  const versions = [...received.matchAll(/"version":(\d+)/g)].map(([, version]) => BigInt(version ?? 0));
  expect(lastCursor).toBe(feed.cursorAt(versions.at(-1) ?? 0n));
}, 20_000);
