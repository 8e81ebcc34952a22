// The first minutes of a new user: the last commit cloned into an empty folder, the README's two commands run there with nothing set, and the time until
// the portfolio of examples/ is answered. Port 4000 must be free.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { printTable } from './lib/table.ts';

const ORIGIN = 'http://127.0.0.1:4000';
/** Longest time from `npm start` to the answer. */
const PATIENCE_MS = 120_000;
/** Only what finds programs and the user's npm settings. */
const ENVIRONMENT = { PATH: process.env.PATH, HOME: process.env.HOME };

interface Portfolio {
  readonly data?: { readonly organizations: readonly { readonly domains: { readonly totalCount: number } }[] };
}

const rows: [string, string][] = [];
async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  console.log(`${what} ...`);
  const startedAt = performance.now();
  const result = await work();
  rows.push([what, `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`]);
  return result;
}

let running: ChildProcess | undefined;

/** In a process group of its own, because npm starts others. */
function begin(command: string, flags: readonly string[], folder: string): ChildProcess {
  running = spawn(command, flags, {
    cwd: folder,
    env: ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  return running;
}

async function complete(command: string, flags: readonly string[], folder: string): Promise<void> {
  const [code] = (await once(begin(command, flags, folder), 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${flags.join(' ')} ended with ${code}`);
}

async function stop(): Promise<void> {
  if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
  const { pid } = running;
  const ended = once(running, 'exit');
  process.kill(-pid, 'SIGTERM');
  await ended;
}

async function answers(): Promise<boolean> {
  return fetch(`${ORIGIN}/health`).then(
    () => true,
    () => false,
  );
}

/** Asks until the portfolio is there with its domains. */
async function firstAnswer(gateway: ChildProcess, query: string): Promise<number> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (performance.now() < giveUpAt) {
    if (gateway.exitCode !== null) throw new Error(`npm start ended with ${gateway.exitCode}`);
    if (await answers()) {
      const response = await fetch(`${ORIGIN}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      const { data } = (await response.json()) as Portfolio;
      const domains = data?.organizations[0]?.domains.totalCount ?? 0;
      if (domains > 0) return domains;
    }
    await sleep(50);
  }
  throw new Error(`no portfolio within ${PATIENCE_MS / 1_000} s`);
}

if (await answers()) throw new Error('Port 4000 is in use; stop what runs there first.');
const folder = mkdtempSync(join(tmpdir(), 'gateway-clone-'));
const cleanUp = async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    void cleanUp().then(() => process.exit(1));
  });
try {
  const startedAt = performance.now();
  await timed('git clone', () => complete('git', ['clone', '--quiet', '--local', process.cwd(), folder], tmpdir()));
  await timed('npm ci', () => complete('npm', ['ci'], folder));
  const domains = await timed('npm start, to the first portfolio', () => {
    const gateway = begin('npm', ['start'], folder);
    return firstAnswer(gateway, readFileSync(join(folder, 'examples/01-portfolio.graphql'), 'utf8'));
  });
  rows.push(['together', `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`]);
  printTable(['step', 'time'], rows);
  console.log(`kept: a clean clone answers the portfolio (${domains} domains so far) by npm ci and npm start`);
} catch (error) {
  console.error(`BROKEN: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
