// The whole gateway as it runs, in front of a sandbox of its own, in this process: real sockets, an embedded database in a folder that goes away.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { defaultToken } from '../../src/sandbox/options.ts';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/server.ts';
import { type Logger, silentLogger } from '../../src/telemetry/logger.ts';

export interface Reply {
  readonly status: number;
  readonly data: Record<string, unknown>;
  readonly errors: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
  readonly upstream: { readonly planned: number; readonly made: number; readonly fromMirror: number };
}

export interface SandboxApp {
  readonly origin: string;
  readonly url: string;
  readonly webSocketUrl: string;
  readonly sandbox: RunningSandbox;
  ask(query: string, variables?: Record<string, unknown>, operationName?: string): Promise<Reply>;
  /** The same for whoever has this key or token. */
  as(credential: string): Pick<SandboxApp, 'ask'>;
  /** Calls the sandbox's control API. */
  control<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

/** Of a request that was refused before anything ran. */
const NO_CALLS: Reply['upstream'] = { planned: 0, made: 0, fromMirror: 0 };

/** Starts both and waits until the mirror is full. */
export async function startSandboxApp({
  domains = 120,
  environment = {},
  logger = silentLogger,
}: {
  readonly domains?: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly logger?: Logger;
} = {}): Promise<SandboxApp> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-'));
  const sandbox = await startSandbox({ domains });
  const config = { ...loadConfig({ DATA_DIR: dataDir, SANDBOX_DOMAINS: String(domains), ...environment }), port: 0 };
  const app = await createApp(config, { apiUrl: sandbox.url, token: defaultToken }, logger);
  const { url: origin } = await app.listen();
  await vi.waitFor(
    () => {
      if (!app.progress().isComplete) throw new Error('the mirror did not fill');
    },
    { timeout: 30_000, interval: 50 },
  );
  const url = `${origin}/graphql`;
  const askerAs = (credential: string | null): Pick<SandboxApp, 'ask'> => ({
    async ask(query, variables, operationName) {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
          ...(credential !== null && { authorization: `Bearer ${credential}` }),
        },
        body: JSON.stringify({ query, variables, operationName }),
      });
      const {
        data,
        errors = [],
        extensions,
      } = (await response.json()) as Omit<Reply, 'status' | 'upstream'> & {
        extensions?: { upstream: Reply['upstream'] };
      };
      return { status: response.status, data, errors, upstream: extensions?.upstream ?? NO_CALLS };
    },
  });
  return {
    origin,
    url,
    webSocketUrl: url.replace('http:', 'ws:'),
    sandbox,
    ...askerAs(null),
    as: askerAs,
    async control<T>(method: string, path: string, body?: unknown) {
      const response = await fetch(`${sandbox.url}/sandbox${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return (await response.json()) as T;
    },
    async close() {
      await app.close('the test is over');
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
