// A gateway in front of a sandbox that can go away, come back and misbehave; everything over real sockets, the mirror warm at the start.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { defaultToken } from '../../src/sandbox/options.ts';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/server.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createDataFolder } from '../helpers/data-folder.ts';
import { eventually } from '../helpers/eventually.ts';

export interface Answer<T> {
  readonly status: number;
  readonly data: T | null | undefined;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: unknown;
    readonly extensions: Record<string, unknown>;
  }[];
  readonly extensions: { readonly upstream?: { readonly planned: number; readonly made: number } };
}

export interface FaultyGandi {
  ask<T>(query: string, variables?: Record<string, unknown>): Promise<Answer<T>>;
  /** Calls Gandi has seen, refused ones included. */
  calls(): number;
  /** How often each domain was ordered. */
  ordered(): Readonly<Record<string, number>>;
  /** Clients that exist at Gandi. */
  clients(): number;
  strike(...rules: readonly FaultRule[]): void;
  heal(): void;
  /** Nothing listens any more. */
  leave(): Promise<void>;
  /** Listens again at the same address, with everything it knew. */
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** The credential sees all organizations of its user: a person's, a reseller's, an empty one. */
export async function startFaultyGandi(domains: number): Promise<FaultyGandi> {
  const memory = await mkdtemp(join(tmpdir(), 'gandi-'));
  const options = { domains, journal: join(memory, 'journal.jsonl') };
  let sandbox: RunningSandbox = await startSandbox(options);
  const { port, url } = sandbox;
  const folder = await createDataFolder('sandbox');
  const config = { ...loadConfig({ DATA_DIR: folder.path, SANDBOX_DOMAINS: String(domains) }), port: 0 };
  const app = await createApp(config, { apiUrl: url, token: `Apikey ${defaultToken}` }, silentLogger);
  const { url: origin } = await app.listen();
  await eventually('the mirror is complete', () => app.progress().isComplete);
  return {
    async ask(query, variables) {
      const response = await fetch(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors = [], extensions = {} } = await response.json();
      return { status: response.status, data, errors, extensions };
    },
    calls: () => sandbox.sandbox.state.calls.total,
    ordered: () => Object.fromEntries(sandbox.sandbox.state.transfersOrdered),
    clients: () => sandbox.sandbox.state.world.customers.size,
    strike(...rules) {
      for (const rule of rules) sandbox.sandbox.state.faults.add(rule);
    },
    heal: () => sandbox.sandbox.state.faults.clear(),
    leave: () => sandbox.close(),
    async comeBack() {
      sandbox = await startSandbox({ ...options, port });
    },
    async close() {
      await app.close('the test is over');
      await sandbox.close();
      await folder.remove();
      await rm(memory, { recursive: true });
    },
  };
}
