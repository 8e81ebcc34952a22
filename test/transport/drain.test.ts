// Closing: what runs is answered within a bound, what is new is refused, and nothing stays open.
import { afterEach, describe, expect, test } from 'vitest';
import { fakeClock } from '../helpers/fake-clock.ts';
import { createFakeServices, organization } from '../helpers/fake-services.ts';
import { STREAM_TRANSPORTS } from '../helpers/stream-clients.ts';
import { NO_EVENTS, startTestApp, type TestApp } from '../helpers/test-app.ts';

let app: TestApp | undefined;
afterEach(() => app?.server.close());

/** A server whose `organizations` answers when told to. */
async function startHeld() {
  const asked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const clock = fakeClock();
  const { services } = createFakeServices({
    overrides: () => ({
      organizations: {
        list: async () => {
          asked.resolve();
          await release.promise;
          return [organization];
        },
      },
    }),
  });
  app = await startTestApp({ services, clock, drainMs: 5_000 });
  return { app, clock, asked: asked.promise, release: release.resolve };
}

const QUERY = '{ organizations { name } }';
const ANSWER = { organizations: [{ name: organization.name }] };

describe('a request under way when the server closes', () => {
  test('is answered over HTTP, and the connection is not kept', async () => {
    const { app, asked, release } = await startHeld();
    const answer = app.post({ query: QUERY });
    await asked;
    const closing = app.server.close();
    release();
    expect(await (await answer).json()).toMatchObject({ data: ANSWER });
    await closing;
  });

  test('is answered over WebSocket before the connection is closed', async () => {
    const { app, asked, release } = await startHeld();
    const client = STREAM_TRANSPORTS[0].connect(app);
    const answer = client.iterate(QUERY).next();
    await asked;
    const closing = app.server.close();
    release();
    expect((await answer).value).toMatchObject({ data: ANSWER });
    await closing;
  });

  test.each(['HTTP', 'WebSocket'])('that takes longer than the bound is cut, over %s', async (transport) => {
    const { app, clock, asked } = await startHeld();
    const answer =
      transport === 'HTTP' ? app.post({ query: QUERY }) : STREAM_TRANSPORTS[0].connect(app).iterate(QUERY).next();
    answer.catch(() => {});
    await asked;
    const closing = app.server.close();
    await clock.advance(4_999);
    await expect(Promise.race([closing.then(() => 'closed'), clock.advance(0).then(() => 'open')])).resolves.toBe(
      'open',
    );
    await clock.advance(1);
    await closing;
    await expect(answer).rejects.toBeDefined();
    expect(clock.pending).toBe(0);
  });
});

test('new connections are refused once closing began', async () => {
  const { app, asked, release } = await startHeld();
  const answer = app.post({ query: QUERY });
  await asked;
  const closing = app.server.close();
  await expect(app.post({ query: '{ viewer { mode } }' })).rejects.toThrow();
  release();
  await answer;
  await closing;
});

test('behind a proxy, requests are taken while /ready says that it stops, and only then refused', async () => {
  const clock = fakeClock();
  const { services } = createFakeServices();
  app = await startTestApp({ services, clock, drainSeconds: 3 });
  const { origin, post, server } = app;
  const follower = STREAM_TRANSPORTS[0].connect(app);
  expect((await fetch(`${origin}/ready`)).status).toBe(200);
  const closing = server.close();
  await clock.advance(2_999);
  expect((await fetch(`${origin}/ready`)).status).toBe(503);
  expect((await fetch(`${origin}/health`)).status).toBe(200);
  const answer = await post({ query: QUERY });
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
  expect((await follower.iterate(QUERY).next()).value).toMatchObject({ data: ANSWER });
  await clock.advance(1);
  await closing;
  await expect(post({ query: QUERY })).rejects.toThrow();
  expect(clock.pending).toBe(0);
});

test('closing twice is closing once', async () => {
  const { app, asked, release } = await startHeld();
  const answer = app.post({ query: QUERY });
  await asked;
  const both = Promise.all([app.server.close(), app.server.close()]);
  release();
  await answer;
  await both;
});

test('a port in use is told in one line that names the variable', async () => {
  const { createServer } = await import('../../src/server/http.ts');
  const { schema } = await import('../../schema/index.ts');
  const { silentLogger } = await import('../../src/telemetry/logger.ts');
  const { services } = createFakeServices();
  app = await startTestApp({ services });
  const port = Number(new URL(app.origin).port);
  const second = createServer({
    services,
    schema,
    config: {
      host: '127.0.0.1',
      port,
      apiKey: null,
      drainSeconds: 0,
      subscriptionLimits: { perConnection: 1, perTenant: 1, connections: 1 },
    },
    tokens: null,
    events: NO_EVENTS,
    logger: silentLogger,
    clock: fakeClock(),
    budgetSnapshot: () => ({ limit: 30, windowMs: 2_000, remaining: 30, nextSlotInMs: 0 }),
    isReady: async () => true,
  });
  await expect(second.listen()).rejects.toMatchObject({
    name: 'ListenError',
    message: `PORT: ${port} on 127.0.0.1 is in use by another process; set PORT to a free one.`,
  });
});
