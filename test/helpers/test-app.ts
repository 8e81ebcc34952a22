// A running server over given services, for tests of transports: a real socket on a free port, closed with the test.
import { schema } from '../../schema/index.ts';
import { createAccessTokens } from '../../src/auth/access-tokens.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createServer, type GatewayServer, type ServerOptions } from '../../src/server/http.ts';
import type { Services } from '../../src/services/services.ts';
import { type Logger, silentLogger } from '../../src/telemetry/logger.ts';

export interface TestApp {
  /** Of the GraphQL endpoint. */
  readonly url: string;
  readonly origin: string;
  readonly webSocketUrl: string;
  readonly server: GatewayServer;
  /** Sends a query as apps do. */
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

export interface TestAppOptions {
  readonly services: Services;
  readonly apiKey?: string | null;
  readonly logger?: Logger;
  readonly isReady?: () => Promise<boolean>;
  readonly clock?: ServerOptions['clock'];
  readonly drainMs?: number;
  readonly events?: ServerOptions['events'];
  readonly limits?: Partial<ServerOptions['config']['subscriptionLimits']>;
  readonly drainSeconds?: number;
}

/** For services whose subscriptions follow no log. */
export const NO_EVENTS: ServerOptions['events'] = {
  log: { after: () => Promise.reject(new Error('the log is not part of this test')) },
  tail: {
    follow: () => {
      throw new Error('the log is not part of this test');
    },
  },
};

export async function startTestApp({
  services,
  apiKey = null,
  logger = silentLogger,
  isReady = async () => true,
  clock = systemClock,
  drainMs,
  events = NO_EVENTS,
  limits = {},
  drainSeconds = 0,
}: TestAppOptions): Promise<TestApp> {
  const server = createServer({
    services,
    schema,
    config: {
      host: '127.0.0.1',
      port: 0,
      apiKey,
      drainSeconds,
      subscriptionLimits: { perConnection: 100, perTenant: 1_000, connections: 1_000, ...limits },
    },
    tokens: apiKey === null ? null : createAccessTokens(apiKey),
    events,
    logger,
    clock,
    budgetSnapshot: () => ({ limit: 30, windowMs: 2_000, remaining: 28, nextSlotInMs: 0 }),
    isReady,
    ...(drainMs === undefined ? {} : { drainMs }),
  });
  const { url: origin } = await server.listen();
  const url = `${origin}/graphql`;
  return {
    url,
    origin,
    webSocketUrl: url.replace('http:', 'ws:'),
    server,
    post: (body, headers = {}) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}
