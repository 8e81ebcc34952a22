// The HTTP server: routes a request to health, explorer or GraphQL, and drains on close.
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { GraphQLSchema } from 'graphql';
import type { AccessTokens } from '../auth/access-tokens.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import type { Services } from '../services/services.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createAuthenticate } from './authenticate.ts';
import { createSession, languageOf, requestIdOf } from './context.ts';
import { createEventStreams } from './event-streams.ts';
import { createExplorer } from './explorer.ts';
import { type Connection, leaveAll } from './fanout/connection.ts';
import { createExpiryAlarm } from './fanout/expiry.ts';
import type { Fanout } from './fanout/fanout.ts';
import { createSlots, type SubscriptionLimits } from './fanout/slots.ts';
import { createHealth } from './health.ts';
import { createHeartbeat } from './heartbeat.ts';
import { createPipeline, ENDPOINT, type PipelineOptions } from './pipeline.ts';
import type { BudgetView } from './plugins/use-upstream-report.ts';
import { createWebSockets, refuseUpgrade } from './websocket.ts';

export interface ServerOptions {
  readonly services: Services;
  readonly schema: GraphQLSchema;
  readonly config: {
    readonly host: string;
    readonly port: number;
    readonly apiKey: string | null;
    /** How long requests are still taken after closing began, while `/ready` tells proxies to send no more. */
    readonly drainSeconds: number;
    readonly subscriptionLimits: SubscriptionLimits;
  };
  /** Tokens that stand beside the key; null when there is no key. */
  readonly tokens: AccessTokens | null;
  /** What subscriptions follow. */
  readonly events: Pick<PipelineOptions['events'], 'log' | 'tail'>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly budgetSnapshot: () => BudgetView;
  /** Whether the database answers. */
  readonly isReady: () => Promise<boolean>;
  /** Longest wait for running requests when closing, in milliseconds. */
  readonly drainMs?: number;
}

export interface GatewayServer {
  /** @returns the address people open. @throws {ListenError} when the port cannot be had. */
  listen(): Promise<{ readonly url: string }>;
  /** Tells proxies to look elsewhere, then takes nothing new, ends subscriptions so that clients reconnect elsewhere, waits for running requests within the bound, then cuts. Idempotent. */
  close(): Promise<void>;
  /** What there is of subscriptions at the moment. */
  readonly subscriptions: Fanout['counts'];
}

/** The address cannot be listened on; the message is one line that says what helps. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

export function createServer(options: ServerOptions): GatewayServer {
  const {
    services,
    schema,
    config,
    tokens,
    events,
    logger,
    clock,
    budgetSnapshot,
    isReady,
    drainMs = 10_000,
  } = options;
  const authenticate = createAuthenticate(config.apiKey, { tokens, clock });
  const hasKey = config.apiKey !== null;
  const slots = createSlots(config.subscriptionLimits);
  const heartbeat = createHeartbeat(clock);
  const alarm = createExpiryAlarm(clock);
  const streams = createEventStreams({ heartbeat, alarm });
  const pipeline = createPipeline({
    ...{ services, schema, slots, streams, logger },
    events: { ...events, clock },
    budget: budgetSnapshot,
  });
  const webSockets = createWebSockets({ pipeline, authenticate, slots, heartbeat, alarm, logger });
  const explorer = createExplorer({ endpoint: ENDPOINT, needsKey: hasKey, clock });
  const running = new Set<ServerResponse>();
  let closing: Promise<void> | undefined;
  let leaving = false;
  let draining = false;
  const answerHealth = createHealth({ isReady, isDraining: () => leaving });

  const server = createHttpServer((request, response) => {
    const requestId = requestIdOf(request.headers['x-request-id']);
    response.setHeader('X-Request-Id', requestId);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (leaving) response.setHeader('Connection', 'close');
    const path = pathOf(request);
    if (answerHealth(path, response)) return;
    if (path === '/') return void response.writeHead(302, { Location: ENDPOINT }).end();
    if (path !== ENDPOINT) return notFound(response);
    if (!hasUsableHost(request)) return void response.writeHead(400, { Connection: 'close' }).end();
    running.add(response);
    response.once('close', () => {
      running.delete(response);
      if (draining) server.closeIdleConnections();
    });
    if (explorer.isVisit(request)) {
      explorer.answer(request, response).catch((error: unknown) => fail(error, requestId, response));
      return;
    }
    answerGraphql(request, response, requestId).catch((error: unknown) => fail(error, requestId, response));
  });

  server.on('upgrade', (request, socket, head) => {
    // Node takes its own listener off a connection it hands over: without one, a peer that resets it would end the process.
    socket.on('error', () => socket.destroy());
    if (draining || pathOf(request) !== ENDPOINT)
      return void refuseUpgrade(socket, draining ? '503 Service Unavailable' : '404 Not Found');
    webSockets.upgrade(request, socket as Socket, head);
  });

  async function answerGraphql(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const startedAt = clock.monotonic();
    const gone = new AbortController();
    const connection: Connection = { subscribers: new Set() };
    response.once('close', () => {
      leaveAll(connection);
      if (!response.writableFinished) gone.abort();
      const ms = Math.round(clock.monotonic() - startedAt);
      logger.debug({ requestId, status: response.statusCode, ms }, 'answered a GraphQL request');
    });
    response.setHeader('Cache-Control', 'no-store');
    const language = languageOf(request.headers['accept-language']);
    const caller = await authenticate(request.headers.authorization);
    await pipeline.yoga(request, response, {
      session: createSession(caller, { language, requestId }),
      isAuthenticated: caller !== null,
      signal: gone.signal,
      http: response,
      connection,
      resumeAfter: lastEventIdOf(request),
    });
  }

  function fail(error: unknown, requestId: string, response: ServerResponse): void {
    logger.error({ requestId, error }, 'a request could not be answered');
    if (!response.headersSent) response.writeHead(500).end();
  }

  async function close(): Promise<void> {
    leaving = true;
    if (config.drainSeconds > 0) await sleep(clock, config.drainSeconds * 1_000);
    draining = true;
    const answered = new Promise<void>((resolve) => server.close(() => resolve()));
    const closed = Promise.all([answered, webSockets.drain()]);
    streams.drain();
    const bound = Promise.withResolvers<void>();
    const timer = clock.after(drainMs, bound.resolve);
    await Promise.race([closed, bound.promise]);
    timer.cancel();
    webSockets.terminate();
    server.closeAllConnections();
    await closed;
  }

  return {
    async listen() {
      server.listen(config.port, config.host);
      await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
        throw new ListenError(reasonOf(error, config), { cause: error });
      });
      const { port } = server.address() as AddressInfo;
      return { url: `http://${shownHost(config.host)}:${port}` };
    },
    close: () => (closing ??= close()),
    get subscriptions() {
      return pipeline.fanout.counts;
    },
  };
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

/** Yoga builds the address of a request from it, before anything of ours could answer. */
function hasUsableHost({ headers: { host } }: IncomingMessage): boolean {
  return host === undefined || URL.canParse(`http://${host}`);
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'Content-Type': 'text/plain' }).end(`The GraphQL endpoint is ${ENDPOINT}.\n`);
}

/** What a client that reconnects by itself received last (HTML standard, section 9.2.4). */
function lastEventIdOf({ headers }: IncomingMessage): string | null {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : null;
}

function reasonOf({ code, message }: NodeJS.ErrnoException, { host, port }: ServerOptions['config']): string {
  if (code === 'EADDRINUSE') return `PORT: ${port} on ${host} is in use by another process; set PORT to a free one.`;
  if (code === 'EACCES') return `PORT: this user may not listen on ${port}; set PORT to one above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST: ${host} is no address of this machine.`;
  return `Cannot listen on ${host}:${port}: ${message}`;
}

/** An address people can open: a wildcard is shown as this machine, IPv6 in brackets. */
function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
