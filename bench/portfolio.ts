// Reading a portfolio through the gateway while Gandi's limit holds: how many calls a cold mirror takes, and a hundred of the same query at once.
// Promises: a cold mirror takes the fewest calls that can answer, a warm one none; a hundred queries at once against a cold mirror all complete, none is
// refused upstream, and they take no longer than their calls need at 15 a second plus 1.5 s.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { minimumCalls } from '../src/mirror/planner.ts';
import { freePort, startGateway } from './lib/gateway-process.ts';
import { type SandboxCounters, type SandboxProcess, startSandboxProcess } from './lib/sandbox-process.ts';
import { printTable } from './lib/table.ts';

const PAGE_SIZE = 100;
const CALLS_PER_SECOND = 15;
const SPARE_MS = 1_500;
const AT_ONCE = 100;
/** About what a call to Gandi takes. */
const LATENCY_MS: readonly [number, number] = [80, 160];

const QUERY = '{ domains(first: 100) { totalCount edges { node { name expiresAt client { name } } } } }';

interface Answer {
  readonly data?: {
    readonly domains: {
      readonly totalCount: number;
      readonly edges: readonly {
        readonly node: { readonly name: string; readonly client: { readonly name: string } | null };
      }[];
    };
  } | null;
  readonly errors?: readonly { readonly message: string }[];
  readonly extensions?: { readonly upstream: { readonly made: number; readonly planned: number } };
}

interface RateAnswer {
  readonly data: { readonly rateBudget: { readonly nextSlotInMs: number } };
}

let isKept = true;
function promise(kept: boolean, text: string): void {
  console.log(`${kept ? 'kept' : 'BROKEN'}: ${text}`);
  isKept &&= kept;
}

/**
 * A gateway of its own over a fresh data folder. It sends nothing in its first two seconds, because a process before it may have used up the limit; the
 * bench begins when that is over and the first fill with it.
 */
async function withGateway<T>(sandbox: SandboxProcess, use: (query: () => Promise<Answer>) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-portfolio-'));
  try {
    const gateway = await startGateway({ dataDir, gandi: { url: sandbox.url, token: sandbox.token } });
    try {
      const { data } = await gateway.query<RateAnswer>('{ rateBudget { nextSlotInMs } }');
      await pause(data.rateBudget.nextSlotInMs);
      return await use(() => gateway.query<Answer>(QUERY));
    } finally {
      await gateway.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Calls for lists; single domains are read ahead by the gateway's own job and belong to no query. */
function listCalls({ total, byRoute }: SandboxCounters): number {
  return total - (byRoute['GET /v5/domain/domains/:fqdn'] ?? 0);
}

async function coldAndWarm(rowSharingIds: boolean): Promise<readonly (string | number)[]> {
  const domains = 1_000;
  const clients = 60;
  const sandbox = await startSandboxProcess({ domains, clients, rowSharingIds, latencyMs: LATENCY_MS });
  try {
    return await withGateway(sandbox, async (query) => {
      const startedAt = performance.now();
      const cold = await query();
      const coldMs = performance.now() - startedAt;
      const after = await sandbox.counters();
      const warm = await query();
      const linked = cold.data?.domains.edges.filter(({ node }) => node.client !== null).length ?? 0;
      const made = listCalls(after);
      const fewest = minimumCalls({
        domains,
        clients,
        clientListPages: await sandbox.clientListPages(PAGE_SIZE),
        pageSize: PAGE_SIZE,
        rowsTellClient: rowSharingIds,
        links: PAGE_SIZE,
        details: 0,
      });
      const warmMade = warm.extensions?.upstream.made ?? Number.NaN;
      const name = rowSharingIds ? 'rows name the client' : 'rows do not name the client';
      if (cold.errors || warm.errors) throw new Error((cold.errors ?? warm.errors)?.[0]?.message);
      promise(
        made === fewest && cold.data?.domains.totalCount === domains,
        `1,000 domains, cold, ${name}: ${made} calls, the fewest possible are ${fewest}`,
      );
      promise(warmMade === 0, `1,000 domains, warm, ${name}: ${warmMade} calls`);
      promise(after.overLimit === 0, `1,000 domains, ${name}: ${after.overLimit} calls over the limit`);
      return [name, made, fewest, warmMade, `${(coldMs / 1_000).toFixed(2)} s`, linked, after.peakInWindow];
    });
  } finally {
    await sandbox.stop();
  }
}

interface Crowd {
  readonly complete: number;
  readonly calls: number;
  readonly refused: number;
  readonly tookMs: number;
}

async function crowd(sandbox: SandboxProcess, query: () => Promise<Answer>): Promise<Crowd> {
  const startedAt = performance.now();
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => query()));
  const tookMs = performance.now() - startedAt;
  const complete = answers.filter(
    ({ data, errors }) => !errors && data?.domains.edges.length === PAGE_SIZE && data.domains.totalCount === 200,
  ).length;
  const counters = await sandbox.counters();
  return { complete, calls: listCalls(counters), refused: counters.overLimit, tookMs };
}

/** The plain server beside ours, in a process of its own too. */
async function withPlainYoga<T>(
  sandbox: SandboxProcess,
  queue: 'none' | 'p-queue',
  use: (query: () => Promise<Answer>) => Promise<T>,
): Promise<T> {
  const port = await freePort();
  const child = spawn(process.execPath, ['bench/lib/plain-yoga.ts'], {
    env: {
      PATH: process.env.PATH,
      GANDI_API_URL: sandbox.url,
      GANDI_TOKEN: sandbox.token,
      PORT: String(port),
      QUEUE: queue,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const post = async (query: string): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as Answer;
  };
  try {
    while (
      !(await post('{ __typename }').then(
        () => true,
        () => false,
      ))
    )
      await new Promise((resolve) => setTimeout(resolve, 25));
    return await use(() => post(QUERY));
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

async function atOnce(
  name: string,
  run: (sandbox: SandboxProcess, use: (query: () => Promise<Answer>) => Promise<Crowd>) => Promise<Crowd>,
): Promise<Crowd & { readonly name: string }> {
  const sandbox = await startSandboxProcess({ domains: 200, clients: 12, latencyMs: LATENCY_MS });
  try {
    return { name, ...(await run(sandbox, (query) => crowd(sandbox, query))) };
  } finally {
    await sandbox.stop();
  }
}

printTable(
  [
    '1,000 domains, 60 clients',
    'calls cold',
    'fewest',
    'calls warm',
    'cold answer',
    'of 100 with client',
    'peak in 2 s',
  ],
  [await coldAndWarm(true), await coldAndWarm(false)],
);

const ours = await atOnce('this gateway', withGateway);
const others = [
  await atOnce('Yoga + DataLoader', (sandbox, use) => withPlainYoga(sandbox, 'none', use)),
  await atOnce('Yoga + DataLoader + p-queue', (sandbox, use) => withPlainYoga(sandbox, 'p-queue', use)),
];
console.log();
printTable(
  [`${AT_ONCE} queries at once, 200 domains, cold`, 'complete', 'calls', 'refused by Gandi', 'all answered in'],
  [ours, ...others].map(({ name, complete, calls, refused, tookMs }) => [
    name,
    complete,
    calls,
    refused,
    `${(tookMs / 1_000).toFixed(2)} s`,
  ]),
);
const allowedMs = (ours.calls / CALLS_PER_SECOND) * 1_000 + SPARE_MS;
promise(ours.complete === AT_ONCE, `${AT_ONCE} queries at once: ${ours.complete} complete`);
promise(ours.refused === 0, `${AT_ONCE} queries at once: ${ours.refused} calls refused by Gandi`);
promise(
  ours.tookMs <= allowedMs,
  `${AT_ONCE} queries at once: ${Math.round(ours.tookMs)} ms, allowed ${Math.round(allowedMs)} ms`,
);
process.exitCode = isKept ? 0 : 1;
