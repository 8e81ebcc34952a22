// A gateway in a process of its own, started as an operator starts it, for benches and tests that look from outside.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

export interface GatewayProcess {
  readonly url: string;
  readonly pid: number;
  /** The process itself, for those who want to kill it. */
  readonly process: ChildProcess;
  /** Everything printed so far. */
  printed(): Printed;
  query<T>(query: string, variables?: Record<string, unknown>): Promise<T>;
  /** SIGTERM, then waits for the end. @returns the exit code; null when a signal ended it. */
  stop(): Promise<number | null>;
  /** SIGKILL, then waits for the end. */
  kill(): Promise<void>;
}

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** A gateway that came to its end by itself. `code` is null when a signal ended it. */
export interface EndedGateway extends Printed {
  readonly code: number | null;
}

export interface GatewayOptions {
  readonly dataDir: string;
  readonly port?: number;
  readonly sandboxDomains?: number;
  /** A Gandi (or sandbox) that runs elsewhere; without it the gateway starts its own sandbox. */
  readonly gandi?: { readonly url: string; readonly token: string };
  readonly environment?: Record<string, string>;
}

export const BENCH_API_KEY = 'bench-key-of-the-gateway';

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port to be had.');
  return address.port;
}

/** Starts `src/main.ts` and resolves when it accepts requests. @throws with what it printed when it ends before that. */
export async function startGateway(options: GatewayOptions): Promise<GatewayProcess> {
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const { child, pid, printed } = spawnGateway(options, port);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const end = async (signal: NodeJS.Signals) => {
    if (hasEnded()) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  while (!(await answers(`${url}/health`))) {
    if (hasEnded()) throw new Error(`The gateway ended at start:\n${printed().stdout}${printed().stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    url,
    pid,
    process: child,
    printed,
    async query<T>(query: string, variables: Record<string, unknown> = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${BENCH_API_KEY}` },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as T;
    },
    async stop() {
      await end('SIGTERM');
      return child.exitCode;
    },
    kill: () => end('SIGKILL'),
  };
}

/** Runs `src/main.ts` until it ends by itself and everything that held its output has ended too. */
export async function runGateway(options: GatewayOptions): Promise<EndedGateway> {
  const { child, printed } = spawnGateway(options, options.port ?? (await freePort()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...printed() };
}

function spawnGateway(options: GatewayOptions, port: number) {
  const child = spawn(process.execPath, ['src/main.ts'], {
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      DATA_DIR: options.dataDir,
      LOG_LEVEL: 'warn',
      ...(options.sandboxDomains === undefined ? {} : { SANDBOX_DOMAINS: String(options.sandboxDomains) }),
      ...(options.gandi === undefined
        ? {}
        : { GANDI_API_URL: options.gandi.url, GANDI_TOKEN: options.gandi.token, GATEWAY_API_KEY: BENCH_API_KEY }),
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const { pid } = child;
  if (pid === undefined) throw new Error('The gateway could not be started.');
  return { child, pid, printed: (): Printed => ({ stdout, stderr }) };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** Resident memory of a process in whole megabytes (Linux). */
export function residentMegabytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(match?.[1] ?? 0) / 1_024);
}
