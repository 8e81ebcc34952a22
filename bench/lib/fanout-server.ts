// One process that tells many subscribers of `transferUpdates` of a busy organization: the gateway's server, or (`stock`) graphql-ws as it comes over an
// in-memory pub/sub. The same schema, resolvers and document; both have their events in memory.
import { setMaxListeners } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { schema } from '../../schema/index.ts';
import { ALL_SCOPES, type Session } from '../../src/auth/session.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { TransferUpdate } from '../../src/services/services.ts';
import { createFakeServices, NOW, transfer } from '../../test/helpers/fake-services.ts';
import { createLogFeed } from '../../test/helpers/log-feed.ts';
import { startTestApp } from '../../test/helpers/test-app.ts';

export type FanoutOrder =
  | { readonly kind: 'memory' }
  /** Commits a batch of events. */
  | { readonly kind: 'commit'; readonly events: number }
  | { readonly kind: 'cpu' }
  | { readonly kind: 'stop' };

export type FanoutReply =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'memory'; readonly rss: number; readonly heap: number }
  /** When it was committed, in milliseconds of the machine's monotonic clock. */
  | { readonly kind: 'committed'; readonly at: number }
  /** Microseconds spent since the process began. */
  | { readonly kind: 'cpu'; readonly micros: number };

const reply = (message: FanoutReply): void => void process.send?.(message);
const updateOf = (version: number, cursor: string): TransferUpdate => ({
  cursor,
  occurredAt: NOW,
  transfer: { ...transfer, version },
});

/** @returns how to commit events. */
async function startGateway(): Promise<(events: number) => void> {
  const feed = createLogFeed(systemClock, ({ sequence }, cursor) => updateOf(Number(sequence), cursor), {});
  const { services } = createFakeServices({
    overrides: () => ({ transfers: { updates: (_session, { after, signal }) => feed.updates(after, signal) } }),
  });
  const { log, tail } = feed;
  const limits = { perConnection: 100, perTenant: 100_000, connections: 100_000 };
  const app = await startTestApp({ services, events: { log, tail }, limits });
  reply({ kind: 'listening', port: Number(new URL(app.origin).port) });
  return (events) => void feed.append(events);
}

async function startStock(): Promise<(events: number) => void> {
  const eventTarget = new EventTarget();
  setMaxListeners(0, eventTarget);
  const pubSub = createPubSub<{ changed: [TransferUpdate] }>({ eventTarget });
  const { services } = createFakeServices({
    overrides: () => ({ transfers: { updates: () => pubSub.subscribe('changed') } }),
  });
  const session: Session = {
    actor: { kind: 'local', id: 'local' },
    organizationId: null,
    clientId: null,
    scopes: ALL_SCOPES,
    language: 'en',
    requestId: 'stock',
    expiresAt: null,
  };
  const server = createHttpServer();
  useServer(
    {
      schema,
      context: () => ({ services, scope: services.scope(session, { maxAgeSeconds: null, signal: undefined }) }),
    },
    new WebSocketServer({ server, path: '/graphql' }),
  );
  server.listen(0, '127.0.0.1', () => reply({ kind: 'listening', port: (server.address() as AddressInfo).port }));
  let version = 0;
  return (events) => {
    for (let index = 0; index < events; index++) {
      version += 1;
      pubSub.publish(
        'changed',
        updateOf(version, `WzEsImV2ZW50cyIsIm1lbW9yeSIsIi${String(version).padStart(24, '0')}`),
      );
    }
  };
}

const commit = await (process.argv[2] === 'stock' ? startStock() : startGateway());

process.on('message', async (order: FanoutOrder) => {
  if (order.kind === 'stop') process.exit(0);
  if (order.kind === 'cpu') {
    const { user, system } = process.cpuUsage();
    reply({ kind: 'cpu', micros: user + system });
  }
  if (order.kind === 'commit') {
    const at = Number(process.hrtime.bigint()) / 1e6;
    commit(order.events);
    reply({ kind: 'committed', at });
  }
  if (order.kind === 'memory') {
    for (let round = 0; round < 4; round++) {
      globalThis.gc?.({ execution: 'sync', type: 'major', flavor: 'last-resort' });
      await wait(100);
    }
    const { rss, heapUsed } = process.memoryUsage();
    reply({ kind: 'memory', rss, heap: heapUsed });
  }
});
