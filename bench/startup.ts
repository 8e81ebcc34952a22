// Start-up as an operator feels it: time to the first answered query on a fresh and on an existing data folder, and the memory of everything together.
// Promises: an existing folder answers within 5 s; gateway, sandbox and embedded database need no more than 700 MB with 1,000 domains.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { residentMegabytes, startGateway } from './lib/gateway-process.ts';
import { printTable } from './lib/table.ts';

const DOMAINS = 1_000;
const MAX_RESTART_MS = 5_000;
const MAX_MEGABYTES = 700;

const PORTFOLIO = `{
  organizations { name isReseller clients(first: 5) { totalCount edges { node { name } } } }
  domains(first: 100, filter: { presence: [PRESENT] }) { totalCount freshness { isComplete } edges { node { name expiresAt client { name } } } }
}`;

interface Answer {
  readonly data?: {
    readonly domains: { readonly totalCount: number; readonly freshness: { readonly isComplete: boolean } };
  };
  readonly errors?: readonly { readonly message: string }[];
}

async function measure(dataDir: string) {
  const startedAt = performance.now();
  const gateway = await startGateway({ dataDir, sandboxDomains: DOMAINS });
  try {
    const first = await gateway.query<Answer>(PORTFOLIO);
    const answeredMs = performance.now() - startedAt;
    if (first.errors) throw new Error(first.errors[0]?.message);
    let answer = first;
    while (!answer.data?.domains.freshness.isComplete) answer = await gateway.query<Answer>(PORTFOLIO);
    return { answeredMs, domains: answer.data.domains.totalCount, megabytes: residentMegabytes(gateway.pid) };
  } finally {
    await gateway.stop();
  }
}

const dataDir = mkdtempSync(join(tmpdir(), 'gateway-startup-'));
try {
  const fresh = await measure(dataDir);
  const existing = await measure(dataDir);
  printTable(
    ['data folder', 'start to first answer', 'domains', 'resident memory'],
    [
      ['fresh', `${(fresh.answeredMs / 1_000).toFixed(1)} s`, String(fresh.domains), `${fresh.megabytes} MB`],
      [
        'existing',
        `${(existing.answeredMs / 1_000).toFixed(1)} s`,
        String(existing.domains),
        `${existing.megabytes} MB`,
      ],
    ],
  );
  const memory = Math.max(fresh.megabytes, existing.megabytes);
  const kept = existing.answeredMs <= MAX_RESTART_MS && memory <= MAX_MEGABYTES;
  console.log(
    `${kept ? 'kept' : 'BROKEN'}: an existing folder answers within ${MAX_RESTART_MS / 1_000} s; at most ${MAX_MEGABYTES} MB with ${DOMAINS} domains`,
  );
  process.exitCode = kept ? 0 : 1;
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
