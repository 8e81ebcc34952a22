// Two gateways on one PostgreSQL are sent the same renewals under the same keys at the same moment: each key is one purchase at Gandi, and both answer with
// the same order. By default 100 keys; `--full` for 500. Options: --full --keys. Needs TEST_DATABASE_URL, or a PostgreSQL on 127.0.0.1:5432.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { freePort, type GatewayProcess, startGateway } from './lib/gateway-process.ts';
import { printTable } from './lib/table.ts';
import { ask, inParallel, RequestFaultError } from './lib/transfer-orders.ts';

const { values } = parseArgs({ options: { full: { type: 'boolean' }, keys: { type: 'string' } } });
const KEYS = Number(values.keys ?? (values.full ? 500 : 100));
const SERVER = process.env.TEST_DATABASE_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';
/** Each gateway keeps to half of what the sandbox takes. */
const LIMIT = { sandbox: '400/2s', gateway: '190/2s' };
const HANDS = 8;
const PATIENCE_MS = 60_000;

const RENEW = `mutation ($input: RenewDomainInput!) {
  renewDomain(input: $input) {
    ... on RenewDomainSuccess { replayed order { id state price { afterTaxes { minorUnits } } } }
    ... on Error { code message }
  }
}`;

interface Answer {
  readonly replayed?: boolean;
  readonly order?: { readonly id: string; readonly price: { readonly afterTaxes: { readonly minorUnits: number } } };
  readonly code?: string;
}
interface Domain {
  readonly name: string;
  readonly expiresAt: string;
  readonly eppStatuses: readonly string[];
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  const database = `bench_twins_${process.pid}`;
  const server = new pg.Client({ connectionString: SERVER });
  await server.connect();
  await server.query(`CREATE DATABASE ${database}`);
  const databaseUrl = new URL(SERVER);
  databaseUrl.pathname = `/${database}`;
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-twins-'));
  const sandbox = await startSandbox();
  const gateways: GatewayProcess[] = [];
  try {
    for (let twin = 0; twin < 2; twin++)
      gateways.push(
        await startGateway({
          dataDir: join(dataDir, String(twin)),
          gandi: { url: sandbox.url, token: 'sandbox-token' },
          environment: { DATABASE_URL: databaseUrl.href, GANDI_RATE_LIMIT: LIMIT.gateway, LOG_LEVEL: 'fatal' },
        }),
      );
    const url = gateways[0]?.url ?? '';
    let domains = await renewable(url);
    for (let fills = 0; domains.length < KEYS && fills < 60; fills++) {
      await sleep(500);
      domains = await renewable(url);
    }
    const replays = { count: 0 };
    let ledger = 0;
    let unlike = 0;
    await inParallel(domains, HANDS, async (domain) => {
      const answers = await Promise.all(gateways.map(({ url }) => renewed(url, domain, replays)));
      if (new Set(answers.map(({ order }) => order?.id)).size !== 1) unlike += 1;
      ledger += answers[0]?.order?.price.afterTaxes.minorUnits ?? 0;
    });
    const sold = await settled(sandbox.url, domains.length);
    const names = new Set(domains.map(({ name }) => name));
    const ours = sold.filter(({ fqdn }) => names.has(fqdn));
    const doubles = ours.filter(({ ordered }) => ordered > 1).length;
    const spent = ours.reduce((sum, purchase) => sum + Math.round(purchase.spent * 100), 0);
    printTable(
      [
        'keys',
        'sent to both',
        'bought at Gandi',
        'doubles',
        'other answers',
        'replays',
        'ours, cents',
        'Gandi, cents',
        'seconds',
      ],
      [
        [
          domains.length,
          domains.length * 2,
          ours.reduce((sum, { ordered }) => sum + ordered, 0),
          doubles,
          unlike,
          replays.count,
          ledger,
          spent,
          ((performance.now() - startedAt) / 1_000).toFixed(1),
        ],
      ],
    );
    const kept = domains.length === KEYS && ours.length === KEYS && doubles === 0 && unlike === 0 && ledger === spent;
    console.log(
      `${kept ? 'kept' : 'BROKEN'}: each key is one purchase, whichever gateway is asked, and both ledgers are equal to the cent`,
    );
    process.exitCode = kept ? 0 : 1;
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.kill()));
    sandbox.stop();
    await server.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await server.end();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Repeats with the same key until the gateway knows the order. */
async function renewed(url: string, { name, expiresAt }: Domain, replays: { count: number }): Promise<Answer> {
  const currentExpiryYear = new Date(expiresAt).getUTCFullYear();
  const input = { domain: name, years: 1, currentExpiryYear, idempotencyKey: `renew-${name}` };
  for (let attempt = 1; ; attempt++) {
    try {
      const { renewDomain } = await ask<{ renewDomain: Answer }>(url, RENEW, { input });
      if (renewDomain.order === undefined) throw new Error(`${name}: ${renewDomain.code}`);
      if (renewDomain.replayed) replays.count += 1;
      return renewDomain;
    } catch (error) {
      if (!(error instanceof RequestFaultError) || attempt === 20) throw error;
      await sleep(250);
    }
  }
}

async function renewable(url: string): Promise<readonly Domain[]> {
  const found: Domain[] = [];
  const query = `query ($after: String, $from: DateTime!) {
    domains(first: 100, after: $after, filter: { expiresAfter: $from, tlds: ["com", "net", "org", "info"] }, orderBy: { field: NAME, direction: ASC }) {
      pageInfo { hasNextPage endCursor } edges { node { name expiresAt eppStatuses } }
    }
  }`;
  const from = new Date(Date.now() + 40 * 86_400_000).toISOString();
  const latest = Date.now() + 8 * 365 * 86_400_000;
  let after: string | undefined;
  for (;;) {
    const { domains } = await ask<{
      domains: { pageInfo: { hasNextPage: boolean; endCursor: string }; edges: readonly { node: Domain }[] };
    }>(url, query, { after, from });
    for (const { node } of domains.edges)
      if (
        node.eppStatuses.every((status) => status === 'clientTransferProhibited') &&
        Date.parse(node.expiresAt) < latest
      )
        found.push(node);
    if (found.length >= KEYS || !domains.pageInfo.hasNextPage) return found.slice(0, KEYS);
    after = domains.pageInfo.endCursor;
  }
}

interface Sold {
  readonly fqdn: string;
  readonly ordered: number;
  readonly paid: number;
  readonly spent: number;
}

/** What the sandbox sold, once all of it is paid. */
async function settled(url: string, count: number): Promise<readonly Sold[]> {
  for (const since = performance.now(); ; await sleep(250)) {
    const response = await fetch(`${url}/sandbox/purchases?process=renew&limit=1000`);
    const { purchases } = (await response.json()) as { purchases: readonly Sold[] };
    const paid = purchases.reduce((sum, purchase) => sum + purchase.paid, 0);
    if (paid >= count || performance.now() - since > PATIENCE_MS) return purchases;
  }
}

async function startSandbox(): Promise<{ readonly url: string; stop(): void }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const flags = ['--port', String(port), '--domains', String(KEYS * 24), '--limit', LIMIT.sandbox];
  const child = spawn(process.execPath, ['src/sandbox/main.ts', ...flags], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (;;) {
    if (child.exitCode !== null) throw new Error('The sandbox ended at start.');
    const isUp = await fetch(`${url}/sandbox/`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) break;
    await sleep(50);
  }
  await fetch(`${url}/sandbox/prepaid`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ amount: 1_000_000 }),
  });
  return { url, stop: () => void child.kill() };
}

await main();
