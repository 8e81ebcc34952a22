// The whole life of a domain over HTTP, every cent of it explained by the ledger; and the same life after the process was killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bearer, customer, day, owner } from './support.ts';

const fqdn = 'free-lifelong.com';
let folder: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-life-'));
});
afterEach(async () => {
  await kill();
  rmSync(folder, { recursive: true, force: true });
});

async function kill(): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** A sandbox in a process of its own, standing still, on the journal of this test. */
async function start() {
  const script = `
    import { startSandbox } from './src/sandbox/server.ts';
    const options = { domains: 0, clients: 4, speed: 0, journal: ${JSON.stringify(join(folder, 'journal.jsonl'))} };
    const { url } = await startSandbox({ ...options, limit: { calls: 100000, windowMs: 1 } });
    process.stdout.write(url);
    setInterval(() => {}, 60_000);`;
  child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = await once(child.stdout ?? process.stdin, 'data');
  const request = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...bearer, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  return { request, advance: (ms: number) => request('POST', '/sandbox/clock/advance', { seconds: ms / 1000 }) };
}

type Running = Awaited<ReturnType<typeof start>>;

const domainPath = `/v5/domain/domains/${fqdn}`;
const expiryYear = async ({ request }: Running): Promise<number> =>
  new Date((await request('GET', domainPath)).body.dates.registry_ends_at).getUTCFullYear();

/** Each step is one that a crash may follow. */
const life: readonly ((running: Running) => Promise<unknown>)[] = [
  async ({ request, advance }) => {
    expect((await request('POST', '/v5/domain/domains', { fqdn, owner })).status).toBe(202);
    return advance(day);
  },
  async ({ request, advance }) => {
    expect((await request('POST', `${domainPath}/renew`, { duration: 1 })).status).toBe(202);
    return advance(2000);
  },
  async ({ request, advance }) => {
    await advance(4000);
    expect((await request('PATCH', `${domainPath}/autorenew`, { enabled: true })).status).toBe(202);
    return advance(720 * day);
  },
  async ({ request, advance }) => {
    expect((await request('PATCH', `${domainPath}/autorenew`, { enabled: false })).status).toBe(202);
    await advance(435 * day);
    expect((await request('GET', domainPath)).status).toBe(404);
  },
  async ({ request, advance }) => {
    expect((await request('POST', `${domainPath}/restore`, {})).status).toBe(202);
    return advance(2000);
  },
  async ({ request, advance }) => {
    await advance(4000);
    const { firstname: given, lastname: family, reference: _reference, ...rest } = customer;
    const bought = { ...rest, given, family, orgname: 'Other Oy', email: 'other@example.net' };
    expect((await request('POST', `/v5/domain/changeowner/${fqdn}`, { owner: bought })).status).toBe(202);
    return advance(3000);
  },
  async ({ request, advance }) => {
    await advance(day);
    expect((await request('POST', '/v5/domain/domains', { fqdn: 'free-mistake.com', owner })).status).toBe(202);
    await advance(6000);
    expect((await request('DELETE', '/v5/domain/domains/free-mistake.com')).status).toBe(202);
    return advance(6000);
  },
  ({ advance }) => advance(day),
];

async function storyOf(running: Running): Promise<Record<string, unknown>> {
  const { request } = running;
  const ledger: { kind: string; process?: string; fqdn?: string; amount: number; automatic?: true }[] = (
    await request('GET', '/sandbox/ledger')
  ).body;
  const detail = (await request('GET', domainPath)).body;
  return {
    movements: ledger
      .filter(({ amount }) => amount !== 0)
      .map(({ kind, process = null, automatic = false, amount }) => [kind, process, automatic, amount]),
    prepaid: (await request('GET', '/v5/billing/info')).body.prepaid.amount,
    sums: (await request('GET', '/sandbox/purchases')).body.sums.map(
      ({ process, ordered, paid, givenBack, spent }: Record<string, unknown>) => [
        process,
        ordered,
        paid,
        givenBack,
        spent,
      ],
    ),
    owner: detail.contacts.owner.email,
    autorenew: detail.autorenew.enabled,
    mistake: (await request('GET', '/v5/domain/domains/free-mistake.com')).status,
  };
}

const story = {
  movements: [
    ['opening', null, false, 25_000],
    ['debit', 'create', false, -18.6],
    ['debit', 'renew', false, -18.6],
    ['debit', 'renew', true, -18.6],
    ['debit', 'restore', false, -108],
    ['debit', 'create', false, -18.6],
    ['refund', 'create', false, 18.6],
  ],
  prepaid: 24_836.2,
  sums: [
    ['create', 2, 2, 1, 18.6],
    ['renew', 1, 2, 0, 37.2],
    ['restore', 1, 1, 0, 108],
    ['change_owner', 1, 1, 0, 0],
  ],
  owner: 'other@example.net',
  autorenew: false,
  mistake: 404,
};

it('a life over HTTP is explained by the ledger to the cent', async () => {
  const running = await start();
  const began = new Date((await running.request('GET', '/sandbox/clock')).body.now).getUTCFullYear();
  for (const step of life) await step(running);
  expect(await storyOf(running)).toEqual(story);
  expect(await expiryYear(running)).toBe(began + 4);
});

it('a process killed after every step lives the same life', async () => {
  let running = await start();
  for (const step of life) {
    await step(running);
    const before = (await running.request('GET', '/sandbox/ledger')).body;
    await kill();
    running = await start();
    expect((await running.request('GET', '/sandbox/ledger')).body).toEqual(before);
  }
  expect(await storyOf(running)).toEqual(story);
});
