// Tokens over every transport: each sees its own client alone, and what it opened ends when it does.
import type { ExecutionResult } from 'graphql';
import { afterEach, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { createAccessTokens } from '../../src/auth/access-tokens.ts';
import { ALL_SCOPES, canSee } from '../../src/auth/session.ts';
import { TOKEN_EXPIRED_CODE } from '../../src/server/websocket-connection.ts';
import type { OperationScope, TransferUpdate } from '../../src/services/services.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';
import { createFakeServices, NOW, ORGANIZATION_ID, transfer } from '../helpers/fake-services.ts';
import { createLogFeed } from '../helpers/log-feed.ts';
import { STREAM_TRANSPORTS, type StreamResult } from '../helpers/stream-clients.ts';
import { startTestApp } from '../helpers/test-app.ts';

const KEY = 'a-key-of-sixteen-or-more';
const tokens = createAccessTokens(KEY);
const UPDATES = 'subscription { transferUpdates { cursor ... on TransferUpdate { transfer { version } } } }';
const CLIENTS = ['client-a', 'client-b'] as const;

const open: { dispose(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.dispose();
});

/** Events belong to the clients in turns; everybody sees what their session may. */
async function start() {
  const clock = fakeClock(NOW);
  const sessions: OperationScope['session'][] = [];
  const ownerOf = (sequence: bigint) => ({
    organizationId: ORGANIZATION_ID,
    clientId: CLIENTS[Number(sequence % 2n)] ?? null,
  });
  const feeds = createLogFeed<TransferUpdate>(clock, ({ sequence }, cursor) => ({
    cursor,
    occurredAt: NOW,
    transfer: { ...transfer, ...ownerOf(sequence), version: Number(sequence) },
  }));
  const { services } = createFakeServices({
    overrides: () => ({
      transfers: {
        updates: (session, { after, signal }) => {
          sessions.push(session);
          return feeds.updates(after, signal, ({ transfer }) => canSee(session, transfer));
        },
      },
      organizations: { viewer: async ({ session }) => ({ session, user: null, mode: 'SANDBOX' as const }) },
    }),
  });
  const { log, tail } = feeds;
  const app = await startTestApp({ services, apiKey: KEY, clock, events: { log, tail } });
  open.push({ dispose: () => app.server.close() });
  return { app, clock, feeds, sessions };
}

const tokenFor = (clock: FakeClock, clientId: string | null, seconds: number) =>
  tokens.issue(
    { organizationId: ORGANIZATION_ID, clientId, scopes: ALL_SCOPES, expiresAt: clock.now() + seconds * 1_000 },
    clock.now(),
  );
const versionOf = (value: StreamResult | ExecutionResult) =>
  (value.data as { transferUpdates: { transfer: { version: number } } }).transferUpdates.transfer.version;

test('a token comes in over HTTP with its own rights until it ends, and not after', async () => {
  const { app, clock } = await start();
  const authorization = `Bearer ${await tokenFor(clock, 'client-a', 60)}`;
  const ask = () => app.post({ query: '{ viewer { scopes } }' }, { authorization });
  expect((await ask()).status).toBe(200);
  await clock.advance(60_000);
  const refused = await ask();
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
});

describe.each(STREAM_TRANSPORTS)('over $name', ({ connect }) => {
  async function follow(gateway: Awaited<ReturnType<typeof start>>, clientId: string | null, seconds: number) {
    const before = gateway.feeds.begun;
    const authorization = `Bearer ${await tokenFor(gateway.clock, clientId, seconds)}`;
    const client = connect(gateway.app, { authorization });
    open.push(client);
    const events = client.iterate(UPDATES);
    const first = events.next();
    first.catch(() => {});
    await vi.waitFor(() => expect(gateway.feeds.begun).toBe(before + 1), { interval: 5 });
    return { first, next: () => events.next() };
  }

  test('subscribers of two clients with the same document get each their own alone', async () => {
    const gateway = await start();
    const [a, b, all] = [
      await follow(gateway, 'client-a', 600),
      await follow(gateway, 'client-b', 600),
      await follow(gateway, null, 600),
    ];
    expect(gateway.sessions.map(({ clientId, organizationId }) => [organizationId, clientId])).toEqual([
      [ORGANIZATION_ID, 'client-a'],
      [ORGANIZATION_ID, 'client-b'],
      [ORGANIZATION_ID, null],
    ]);
    gateway.feeds.append(4);
    const two = async ({ first, next }: typeof a) => [versionOf((await first).value), versionOf((await next()).value)];
    expect(await two(a)).toEqual([2, 4]);
    expect(await two(b)).toEqual([1, 3]);
    expect([...(await two(all)), versionOf((await all.next()).value)]).toEqual([1, 2, 3]);
  });

  test('when its token ends, a subscription says so last, with the cursor to go on after; others go on', async () => {
    const gateway = await start();
    const short = await follow(gateway, 'client-a', 60);
    const long = await follow(gateway, 'client-a', 600);
    gateway.feeds.append(2);
    expect(versionOf((await short.first).value)).toBe(2);
    const last = short.next();
    await gateway.clock.advance(59_000);
    await gateway.clock.advance(1_000);
    expect((await last).value.errors[0]).toMatchObject({
      extensions: { code: 'TOKEN_EXPIRED', retryable: false, lastCursor: gateway.feeds.cursorAt(2n) },
    });
    expect(await short.next()).toMatchObject({ done: true });
    gateway.feeds.append(2);
    expect([versionOf((await long.first).value), versionOf((await long.next()).value)]).toEqual([2, 4]);
  });
});

test('a WebSocket is warned before its token ends, by a ping of the protocol, and then closed', async () => {
  const { app, clock } = await start();
  const socket = new WebSocket(app.webSocketUrl, 'graphql-transport-ws');
  const messages: Record<string, unknown>[] = [];
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.once('open', resolve));
  const authorization = `Bearer ${await tokenFor(clock, 'client-a', 20)}`;
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
  await vi.waitFor(() => expect(messages).toHaveLength(1), { interval: 5 });
  await clock.advance(17_000);
  expect(messages).toHaveLength(1);
  await clock.advance(1_000);
  await vi.waitFor(() => expect(messages).toHaveLength(2), { interval: 5 });
  const expiresAt = new Date(NOW + 20_000).toISOString();
  expect(messages[1]).toEqual({ type: 'ping', payload: { warning: 'TOKEN_EXPIRES', expiresAt } });
  await clock.advance(2_000);
  expect(await closed).toBe(TOKEN_EXPIRED_CODE);
});

test('an event stream is warned by a comment', async () => {
  const { app, clock } = await start();
  const response = await fetch(app.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await tokenFor(clock, 'client-a', 100)}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ query: UPDATES }),
  });
  let text = '';
  const read = (async () => {
    for await (const chunk of response.body ?? []) text += new TextDecoder().decode(chunk);
  })();
  await vi.waitFor(() => expect(text).toContain('retry: 1000'), { interval: 5 });
  await clock.advance(90_000);
  const warning = { warning: 'TOKEN_EXPIRES', expiresAt: new Date(NOW + 100_000).toISOString() };
  await vi.waitFor(() => expect(text).toContain(`: ${JSON.stringify(warning)}\n\n`), { interval: 5 });
  await clock.advance(10_000);
  await read;
  expect(text).toContain('"code":"TOKEN_EXPIRED"');
  expect(text.endsWith('event: complete\ndata:\n\n')).toBe(true);
});
