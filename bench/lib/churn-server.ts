// A gateway over events in memory, in a process of its own, that says what it holds of subscriptions. Needs --expose-gc.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import { WebSocket } from 'ws';
import { createAccessTokens } from '../../src/auth/access-tokens.ts';
import { ALL_SCOPES } from '../../src/auth/session.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { Group } from '../../src/server/fanout/group.ts';
import { Subscriber } from '../../src/server/fanout/subscriber.ts';
import { WebSocketConnection } from '../../src/server/websocket-connection.ts';
import type { TransferUpdate } from '../../src/services/services.ts';
import { createFakeServices, NOW, ORGANIZATION_ID, transfer } from '../../test/helpers/fake-services.ts';
import { createLogFeed } from '../../test/helpers/log-feed.ts';
import { startTestApp } from '../../test/helpers/test-app.ts';
import type { Place } from '../../test/helpers/visitors.ts';

export type ChurnOrder =
  /** Commits events. */
  | { readonly kind: 'append'; readonly events: number }
  | { readonly kind: 'count' }
  /** Collects garbage and looks at everything there is. */
  | { readonly kind: 'look' };

export type ChurnReply =
  | { readonly kind: 'listening'; readonly place: Place }
  | { readonly kind: 'counted'; readonly subscribers: number; readonly members: number }
  | { readonly kind: 'seen'; readonly holdings: Readonly<Record<string, number>>; readonly heapBytes: number };

const KEY = 'the-key-of-the-bench';
const TOKEN_SECONDS = 3_600;
const KINDS = {
  Subscriber,
  Group,
  WebSocketConnection,
  WebSocket,
  Socket,
  IncomingMessage,
  ServerResponse,
  AbortSignal,
};
const anyTimer = setTimeout(() => {}, 0);

const feed = createLogFeed<TransferUpdate>(systemClock, ({ sequence }, cursor) => ({
  cursor,
  occurredAt: NOW,
  transfer: { ...transfer, version: Number(sequence) },
}));
const { services } = createFakeServices({
  overrides: () => ({ transfers: { updates: (_session, { after, signal }) => feed.updates(after, signal) } }),
});
const { log, tail } = feed;
const limits = { perConnection: 100, perTenant: 100_000, connections: 100_000 };
const { server, url } = await startTestApp({ services, apiKey: KEY, events: { log, tail }, limits });

const reply = (message: ChurnReply): void => void process.send?.(message);
const listenersOf = (emitter: NodeJS.EventEmitter): number =>
  emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);

function holdings(): Record<string, number> {
  const { subscribers, groups, members } = server.subscriptions;
  return {
    subscriptions: subscribers,
    groups,
    'members of groups': members,
    'followers of the log': tail.followers,
    interests: feed.watchers,
    'listeners of the bus': feed.listeners,
    'listeners of the process': listenersOf(process),
    'timers, objects': queryObjects(anyTimer.constructor, { format: 'count' }),
    ...Object.fromEntries(
      Object.entries(KINDS).map(([name, kind]) => [`${name}, objects`, queryObjects(kind, { format: 'count' })]),
    ),
  };
}

process.on('message', async (order: ChurnOrder) => {
  if (order.kind === 'append') feed.append(order.events);
  if (order.kind === 'count') {
    const { subscribers, members } = server.subscriptions;
    reply({ kind: 'counted', subscribers, members });
  }
  if (order.kind === 'look') {
    for (let round = 0; round < 4; round++) {
      globalThis.gc?.({ execution: 'sync', type: 'major', flavor: 'last-resort' });
      await wait(100);
    }
    reply({ kind: 'seen', holdings: holdings(), heapBytes: process.memoryUsage().heapUsed });
  }
});

const expiresAt = Date.now() + TOKEN_SECONDS * 1_000;
const token = await createAccessTokens(KEY).issue(
  { organizationId: ORGANIZATION_ID, clientId: null, scopes: ALL_SCOPES, expiresAt },
  Date.now(),
);
reply({ kind: 'listening', place: { url, authorization: `Bearer ${token}` } });
