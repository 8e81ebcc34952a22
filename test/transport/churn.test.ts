// Subscribers come and go in every way there is: nothing of them stays behind. (`npm run bench:churn` does it with 10,000, and looks through the heap.)
import { expect, test, vi } from 'vitest';
import { createAccessTokens } from '../../src/auth/access-tokens.ts';
import { ALL_SCOPES } from '../../src/auth/session.ts';
import type { TransferUpdate } from '../../src/services/services.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { createFakeServices, NOW, ORGANIZATION_ID, transfer } from '../helpers/fake-services.ts';
import { createLogFeed } from '../helpers/log-feed.ts';
import { STREAM_TRANSPORTS } from '../helpers/stream-clients.ts';
import { startTestApp } from '../helpers/test-app.ts';
import { visit, visitBriefly } from '../helpers/visitors.ts';

const KEY = 'a-key-of-sixteen-or-more';
const QUERY = 'subscription { transferUpdates { cursor } }';
const NOBODY = { subscribers: 0, groups: 0, members: 0 };

async function start(beforeBegin: (signal: AbortSignal) => Promise<void> = async () => {}) {
  const clock = fakeClock(NOW);
  const feed = createLogFeed<TransferUpdate>(clock, ({ sequence }, cursor) => ({
    cursor,
    occurredAt: NOW,
    transfer: { ...transfer, version: Number(sequence) },
  }));
  const updates = async (after: string | null, signal: AbortSignal) => {
    await beforeBegin(signal);
    return feed.updates(after, signal);
  };
  const { services } = createFakeServices({
    overrides: () => ({ transfers: { updates: (_session, { after, signal }) => updates(after, signal) as never } }),
  });
  const { log, tail } = feed;
  const app = await startTestApp({ services, apiKey: KEY, clock, events: { log, tail } });
  const rights = { organizationId: ORGANIZATION_ID, clientId: null, scopes: ALL_SCOPES, expiresAt: NOW + 3_600_000 };
  return { app, clock, feed, authorization: `Bearer ${await createAccessTokens(KEY).issue(rights, NOW)}` };
}

const until = (check: () => void) => vi.waitFor(check, { interval: 5, timeout: 20_000 });

test('whoever came, and however they left: no subscription, group, follower, interest, listener or timer of theirs is left', async () => {
  const { app, clock, feed, authorization } = await start();
  const { server, url } = app;
  const place = { url, authorization };
  for (let wave = 0; wave < 2; wave++) {
    const staying = visit(place, 60);
    await until(() => expect(server.subscriptions).toEqual({ subscribers: 60, groups: 1, members: 60 }));
    const brief = visitBriefly(place, 60);
    feed.append(5);
    await Promise.all(brief.map(({ gone }) => gone));
    feed.append(5);
    for (const visitor of staying) visitor.leave();
    await Promise.all(staying.map(({ gone }) => gone));
    await until(() => expect(server.subscriptions).toEqual(NOBODY));
  }

  await until(() => {
    expect([feed.watchers, feed.tail.followers, feed.listeners]).toEqual([0, 0, 0]);
    expect(clock.pending).toBe(0);
  });
  await server.close();
});

test.each(STREAM_TRANSPORTS)(
  'a client that leaves before its subscription begins is let go of, over $name',
  async ({ connect }) => {
    const asked = Promise.withResolvers<AbortSignal>();
    const held = Promise.withResolvers<void>();
    const { app, clock, feed, authorization } = await start((signal) => {
      asked.resolve(signal);
      return held.promise;
    });
    const client = connect(app, { authorization });
    client
      .iterate(QUERY)
      .next()
      .catch(() => {});
    const signal = await asked.promise;
    client.dispose();
    await until(() => expect(signal.aborted).toBe(true));
    held.resolve();
    for (let request = 0; request < 3; request++) await app.post({ query: '{ viewer { mode } }' });
    expect(app.server.subscriptions).toEqual(NOBODY);
    expect([feed.watchers, feed.tail.followers, feed.listeners, clock.pending]).toEqual([0, 0, 0, 0]);
    await app.server.close();
  },
);
