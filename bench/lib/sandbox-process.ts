// A sandbox in a process of its own with Gandi's limit, for benches that count what Gandi sees.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from './gateway-process.ts';

export interface SandboxProcess {
  readonly url: string;
  readonly token: string;
  counters(): Promise<SandboxCounters>;
  /** Pages that the lists of all clients have. Asks the sandbox itself, without its limit from then on. */
  clientListPages(pageSize: number): Promise<number>;
  stop(): Promise<void>;
}

export interface SandboxCounters {
  readonly total: number;
  readonly overLimit: number;
  readonly peakInWindow: number;
  /** Calls by `METHOD route`. */
  readonly byRoute: Readonly<Record<string, number>>;
}

export interface SandboxProcessOptions {
  readonly domains: number;
  readonly clients: number;
  readonly rowSharingIds?: boolean;
  /** How long each answer takes, in milliseconds. */
  readonly latencyMs: readonly [number, number];
}

/** Its clock stands still, so that the portfolio stays what it is. Limit: 30 calls in any 2 seconds. */
export async function startSandboxProcess(options: SandboxProcessOptions): Promise<SandboxProcess> {
  const { domains, clients, rowSharingIds = true, latencyMs } = options;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const token = 'sandbox-token';
  const numbers = { port, domains, clients, transfers: 0, speed: 0 };
  const flags = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(
    process.execPath,
    ['src/sandbox/main.ts', ...flags, ...(rowSharingIds ? [] : ['--no-row-sharing-id'])],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const control = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/sandbox/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!response.ok) throw new Error(`The sandbox refused ${method} ${path}: ${await response.text()}`);
    return response.json();
  };
  while (
    !(await fetch(`${url}/sandbox/`).then(
      (response) => response.ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error('The sandbox ended at start.');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const [minMs, maxMs] = latencyMs;
  await control('POST', 'faults', { path: '/v5/**', effect: { kind: 'latency', minMs, maxMs } });
  return {
    url,
    token,
    counters: async () => (await control('GET', 'counters')) as SandboxCounters,
    async clientListPages(pageSize) {
      await control('PUT', 'limit', { limit: '1000000/1s' });
      await control('DELETE', 'faults');
      const get = (path: string) => fetch(`${url}/v5${path}`, { headers: { authorization: `Bearer ${token}` } });
      const list = async (path: string) => (await (await get(path)).json()) as { id: string; reseller?: boolean }[];
      const reseller = (await list('/organization/organizations')).find((organization) => organization.reseller);
      const clients = await list(`/organization/organizations/${reseller?.id}/customers?per_page=500`);
      const pages = clients.map(async ({ id }) => {
        const { headers } = await get(`/domain/domains?resellee_id=${id}&per_page=1`);
        return Math.max(1, Math.ceil(Number(headers.get('filtered-count')) / pageSize));
      });
      return (await Promise.all(pages)).reduce((sum, count) => sum + count, 0);
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
