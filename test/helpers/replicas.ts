// Several gateways as processes of their own on one PostgreSQL and one Redis of the test's own, in front of a sandbox that keeps count.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BENCH_API_KEY, freePort, type GatewayProcess, startGateway } from '../../bench/lib/gateway-process.ts';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/server.ts';
import { eventually } from './eventually.ts';
import { type OwnPostgresql, startOwnPostgresql } from './own-postgresql.ts';
import { type OwnRedis, startOwnRedis } from './test-redis.ts';

export interface Replicas {
  readonly gandi: RunningSandbox;
  readonly postgresql: OwnPostgresql;
  readonly redis: OwnRedis;
  readonly gateways: readonly GatewayProcess[];
  /** Starts the gateway at this place anew, on its port. */
  restart(index: number): Promise<GatewayProcess>;
  close(): Promise<void>;
}

export async function startReplicas(count: number, environment: Record<string, string> = {}): Promise<Replicas> {
  const [gandi, postgresql, redis, dataDir] = await Promise.all([
    startSandbox({ domains: 20, speed: 0 }),
    startOwnPostgresql(),
    startOwnRedis(),
    mkdtemp(join(tmpdir(), 'replicas-')),
  ]);
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const start = (port: number) =>
    startGateway({
      dataDir,
      port,
      gandi: { url: gandi.url, token: 'sandbox-token' },
      environment: {
        DATABASE_URL: postgresql.url,
        REDIS_URL: redis.url,
        REPLICAS: String(count),
        LOG_LEVEL: 'info',
        // The sandbox is on this machine: what is under way arrives at once or never.
        ORDER_TRANSIT_SECONDS: '3',
        ...environment,
      },
    });
  const gateways = await Promise.all(ports.map(start));
  const [first] = gateways;
  if (first === undefined) throw new Error('no gateway');
  await eventually('the organizations are known', async () => {
    const { data } = await first.query<{ data?: { organizations: unknown[] | null } }>('{ organizations { id } }');
    return (data?.organizations ?? []).length > 0;
  });
  return {
    gandi,
    postgresql,
    redis,
    gateways,
    async restart(index) {
      const port = ports[index];
      if (port === undefined) throw new Error(`no gateway at ${index}`);
      const started = await start(port);
      gateways[index] = started;
      return started;
    },
    async close() {
      for (const gateway of gateways) gateway.process.kill('SIGCONT');
      await Promise.all(gateways.map((gateway) => gateway.kill()));
      await Promise.all([gandi.close(), redis.kill(), postgresql.remove()]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const ORDER = `mutation ($input: TransferDomainInInput!) {
  transferDomainIn(input: $input) { __typename ... on TransferDomainInSuccess { order { id state } } ... on Error { code message } }
}`;

/**
 * Orders a transfer at all of these gateways at once, again and again under the same key as an app does whose answer was lost, until one of them says that
 * Gandi has it.
 */
export async function insist(urls: readonly string[], domain: string): Promise<void> {
  const [label] = domain.split('.');
  const input = {
    domain,
    authCode: `code-of-${domain}`,
    idempotencyKey: `key-of-${domain}`,
    client: {
      create: {
        type: 'INDIVIDUAL',
        firstName: 'Nia',
        lastName: 'Okafor',
        email: `${label}@example.net`,
        street: '1 Test Way',
        zip: '00100',
        city: 'Helsinki',
        country: 'FI',
        phone: '+358 40 1234567',
      },
    },
  };
  const ask = async (url: string): Promise<true> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${BENCH_API_KEY}` },
      body: JSON.stringify({ query: ORDER, variables: { input } }),
      signal: AbortSignal.timeout(8_000),
    });
    const { data } = (await response.json()) as { data?: { transferDomainIn: { order?: { state: string } } } | null };
    const state = data?.transferDomainIn.order?.state;
    if (state === undefined || state === 'CLAIMED' || state === 'SUBMITTED') throw new Error('not ordered yet');
    return true;
  };
  await eventually(`${domain} is ordered`, () => Promise.any(urls.map(ask)).catch(() => false));
}

/** How many clients Gandi has with the address of this order. */
export function clientsOf({ gandi }: Replicas, domain: string): number {
  const { customers, organizations } = gandi.sandbox.state.world;
  const address = `${domain.split('.')[0]}@example.net`;
  return customers.ofOrganization(organizations.reseller.id).filter(({ email }) => email === address).length;
}
