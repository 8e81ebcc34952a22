// A gateway is killed 20 times at random while an app orders 50 transfers through it and repeats with the same keys whatever it hears: in the end 50
// transfers were ordered at Gandi, each once, each client made once, and each transfer was followed to its end. By default a fifth of that;
// `--full` for all of it. Options: --full --kills --transfers --seed.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort, type GatewayProcess, startGateway } from './lib/gateway-process.ts';
import { seededRandom } from './lib/load.ts';
import { printTable } from './lib/table.ts';
import { ask, orderTransfer } from './lib/transfer-orders.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { full: { type: 'boolean' }, kills: text, transfers: text, seed: text } });
const KILLS = Number(values.kills ?? (values.full ? 20 : 4));
const TRANSFERS = Number(values.transfers ?? (values.full ? 50 : 10));
const SEED = Number(values.seed ?? Date.now() % 1_000_000);
const random = seededRandom(SEED);

/** The app begins a new order this often. */
const ORDER_EVERY_MS = 500;
/** The gateway lives for so long, at random, after it answers. */
const LIFE_MS = { shortest: 50, longest: 1_500 };
/** Longest time from the last kill to the end of the last transfer. */
const PATIENCE_MS = 120_000;
/** An app that heard nothing useful waits so long before it repeats. */
const REPEAT_MS = 250;
/** The sandbox is on this machine: what a killed process has sent arrives at once or never. Its people take a fifth of their time. */
const TRANSIT_SECONDS = '2';
const SPEED = '5';
const LIMIT = '300/2s';

interface Tally {
  sent: number;
  replayed: number;
  faults: number;
  broken: number;
}

const OPEN = new Set(['CLAIMED', 'SUBMITTED']);

async function main(): Promise<void> {
  const startedAt = performance.now();
  const dataDir = mkdtempSync(join(tmpdir(), 'gateway-kill-'));
  const sandboxPort = await freePort();
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
  const sandbox = await startSandbox(sandboxPort);
  const port = await freePort();
  const start = (): Promise<GatewayProcess> =>
    startGateway({
      dataDir,
      port,
      gandi: { url: sandboxUrl, token: 'sandbox-token' },
      environment: { GANDI_RATE_LIMIT: LIMIT, ORDER_TRANSIT_SECONDS: TRANSIT_SECONDS, LOG_LEVEL: 'fatal' },
    });
  let gateway = await start();
  try {
    const tally: Tally = { sent: 0, replayed: 0, faults: 0, broken: 0 };
    const names = Array.from({ length: TRANSFERS }, (_, index) => `bench-${String(index).padStart(3, '0')}.com`);
    const ordered = Promise.all(names.map((name, index) => orderUntilAccepted(gateway.url, name, index, tally)));
    let kills = 0;
    for (; kills < KILLS; kills++) {
      await sleep(LIFE_MS.shortest + random() * (LIFE_MS.longest - LIFE_MS.shortest));
      await gateway.kill();
      gateway = await start();
    }
    const lastKillAt = performance.now();
    await Promise.race([ordered, sleep(PATIENCE_MS, undefined, { ref: false })]);
    let completed = await countCompleted(gateway.url);
    while (completed < TRANSFERS && performance.now() - lastKillAt < PATIENCE_MS) {
      await sleep(500);
      completed = await countCompleted(gateway.url);
    }
    const bought = await purchases(sandboxUrl);
    const clients = await clientsMade(sandboxUrl);
    const counts = names.map((name) => bought[name] ?? 0);
    const wantedClients = names.filter((_, index) => isNewClient(index)).length;
    const doubles = counts.filter((count) => count > 1).length;
    printTable(
      [
        'kills',
        'wishes',
        'sent',
        'connections broken',
        'faults',
        'replays',
        'ordered',
        'doubles',
        'completed',
        'clients wanted',
        'clients made',
        'seconds',
      ],
      [
        [
          kills,
          TRANSFERS,
          tally.sent,
          tally.broken,
          tally.faults,
          tally.replayed,
          counts.filter((count) => count > 0).length,
          doubles,
          completed,
          wantedClients,
          clients,
          ((performance.now() - startedAt) / 1_000).toFixed(1),
        ],
      ],
    );
    const kept = counts.every((count) => count === 1) && completed === TRANSFERS && clients === wantedClients;
    console.log(
      `${kept ? 'kept' : 'BROKEN'}: every transfer ordered once and followed to its end, every client made once (seed ${SEED})`,
    );
    process.exitCode = kept ? 0 : 1;
  } finally {
    await gateway.kill();
    sandbox.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Every second transfer is for a client made on the fly. */
function isNewClient(index: number): boolean {
  return index % 2 === 1;
}

/** What an app does: order, and repeat with the same key until the order is known to be at Gandi. */
async function orderUntilAccepted(url: string, name: string, index: number, tally: Tally): Promise<void> {
  await sleep(index * ORDER_EVERY_MS);
  for (;;) {
    tally.sent += 1;
    try {
      const client = isNewClient(index) ? { create: newClient(index) } : { id: await anyClient(url) };
      const answer = await orderTransfer(url, name, client);
      if (answer.replayed) tally.replayed += 1;
      if (answer.order !== undefined && !OPEN.has(answer.order.state)) return;
      if (answer.order === undefined) throw new Error(`${name}: ${answer.code} ${answer.message}`);
    } catch (error) {
      if (error instanceof TypeError) tally.broken += 1;
      else if (error instanceof Error && error.name === 'RequestFaultError') tally.faults += 1;
      else throw error;
    }
    await sleep(REPEAT_MS);
  }
}

function newClient(index: number) {
  return {
    type: 'COMPANY',
    companyName: `Bench ${index} Oy`,
    firstName: 'Nia',
    lastName: 'Okafor',
    email: `bench-${index}@example.net`,
    street: '1 Test Way',
    zip: '00100',
    city: 'Helsinki',
    country: 'FI',
    phone: '+358401234567',
  };
}

let known: string | undefined;
async function anyClient(url: string): Promise<string> {
  if (known !== undefined) return known;
  const query = '{ clients(first: 1, orderBy: { field: NAME, direction: ASC }) { edges { node { id } } } }';
  const { clients } = await ask<{ clients: { edges: readonly { node: { id: string } }[] } }>(url, query);
  known ??= clients.edges[0]?.node.id;
  if (known === undefined) throw new TypeError('No client yet.');
  return known;
}

async function countCompleted(url: string): Promise<number> {
  const query = '{ transfers(first: 1, filter: { steps: [COMPLETED] }) { totalCount } }';
  const { transfers } = await ask<{ transfers: { totalCount: number } }>(url, query);
  return transfers.totalCount;
}

async function purchases(sandboxUrl: string): Promise<Readonly<Record<string, number>>> {
  const response = await fetch(`${sandboxUrl}/sandbox/counters`);
  return ((await response.json()) as { transfersOrdered: Record<string, number> }).transfersOrdered;
}

/** Clients at Gandi that the app asked for, by their address. */
async function clientsMade(sandboxUrl: string): Promise<number> {
  const get = async (path: string): Promise<readonly Record<string, unknown>[]> => {
    const response = await fetch(`${sandboxUrl}/v5${path}`, { headers: { authorization: 'Apikey sandbox-token' } });
    return (await response.json()) as Record<string, unknown>[];
  };
  const organizations = await get('/organization/organizations');
  const reseller = organizations.find(({ reseller }) => reseller === true);
  const customers = await get(`/organization/organizations/${reseller?.id}/customers?per_page=500`);
  return customers.filter(({ email }) => String(email).startsWith('bench-')).length;
}

async function startSandbox(port: number): Promise<ChildProcess> {
  const flags = ['--port', String(port), '--domains', '50', '--limit', LIMIT, '--speed', SPEED];
  const child = spawn(process.execPath, ['src/sandbox/main.ts', ...flags], { stdio: ['ignore', 'ignore', 'inherit'] });
  for (;;) {
    if (child.exitCode !== null) throw new Error('The sandbox ended at start.');
    const isUp = await fetch(`http://127.0.0.1:${port}/sandbox/`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return child;
    await sleep(50);
  }
}

await main();
