// What an operator reads when the gateway cannot start: one line for each problem, and nothing left behind.
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayOptions, type GatewayProcess, runGateway, startGateway } from '../../bench/lib/gateway-process.ts';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/server.ts';
import { createDataFolder, type DataFolder } from '../helpers/data-folder.ts';
import { eventually } from '../helpers/eventually.ts';

const SECONDS = 1_000;
const TOKEN = 'sandbox-token';

let folder: DataFolder;
const servers: Server[] = [];
const gateways: GatewayProcess[] = [];

beforeAll(async () => {
  folder = await createDataFolder('sandbox');
}, 120 * SECONDS);
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.stop();
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => folder.remove());

/** Starts a gateway that is expected to give up. @returns its lines on standard error. */
async function refusal(options: Partial<GatewayOptions>): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runGateway({ dataDir: folder.path, sandboxDomains: 40, ...options });
  expect(code).toBe(1);
  expect(stderr.endsWith('\n')).toBe(true);
  expect(`${stdout}${stderr}`).not.toMatch(/^\s+at /m);
  return stderr.trimEnd().split('\n');
}

async function start(options: Partial<GatewayOptions> = {}): Promise<GatewayProcess> {
  const gateway = await startGateway({ dataDir: folder.path, sandboxDomains: 40, ...options });
  gateways.push(gateway);
  return gateway;
}

/** Listens on a free port of this machine. */
async function occupy(onConnection?: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer({}, onConnection).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

async function locksIn(path: string): Promise<readonly string[]> {
  return (await readdir(path, { recursive: true })).filter((name) => name.endsWith('.sock'));
}

describe('variables', () => {
  it('names every one that cannot be used in one go, with what was found and what is expected', async () => {
    const lines = await refusal({
      environment: {
        PORT: 'http',
        GANDI_RATE_LIMIT: 'fast',
        SANDBOX_DOMAINS: '0',
        MAX_AGE_DOMAINS: '-1',
        LOG_LEVEL: 'loud',
        GATEWAY_API_KEY: 'short-secret',
        DATABASE_URL: 'mysql://me:hunter2@localhost/gateway',
      },
    });
    expect(lines).toEqual([
      'GANDI_RATE_LIMIT: found "fast", expected calls per window such as 30/2s, or several such as 30/2s,1000/60s.',
      'GATEWAY_API_KEY: expected a secret of at least 16 characters.',
      'PORT: found "http", expected a port from 0 to 65535.',
      'DATABASE_URL: expected a postgresql:// address.',
      'SANDBOX_DOMAINS: found "0", expected a number of domains from 1 to 100000.',
      'MAX_AGE_DOMAINS: found "-1", expected whole seconds from 0 to 31536000.',
      'LOG_LEVEL: found "loud", expected fatal, error, warn, info, debug or trace.',
      'All variables are listed in .env.example.',
    ]);
  });

  it('does not serve a real account without a key', async () => {
    const lines = await refusal({ environment: { GANDI_TOKEN: 'pat-which-nobody-may-read' } });
    expect(lines[0]).toBe(
      'GATEWAY_API_KEY: expected a secret of at least 16 characters, because GANDI_TOKEN is set and callers could spend its money.',
    );
    expect(lines.join()).not.toContain('pat-which');
  });
});

describe('DATABASE_URL', () => {
  it('is told to be unreachable without its password', async () => {
    expect(await refusal({ environment: { DATABASE_URL: 'postgresql://me:hunter2@127.0.0.1:1/gateway' } })).toEqual([
      'DATABASE_URL: no database answers at 127.0.0.1:1 (ECONNREFUSED); expected a PostgreSQL server that is running and reachable.',
    ]);
  });

  it.each([
    [
      'refuses the password',
      '28P01',
      'refused user "me" or its password; expected postgresql://user:password@host:port/database.',
    ],
    ['lacks the database', '3D000', 'has no database "gateway"; create it (CREATE DATABASE), or name one that exists.'],
  ])('names a server that %s, without the password', async (_what, code, sentence) => {
    const port = await occupy((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(errorResponse(code)));
    });
    expect(
      await refusal({ environment: { DATABASE_URL: `postgresql://me:hunter2@127.0.0.1:${port}/gateway` } }),
    ).toEqual([`DATABASE_URL: the server at 127.0.0.1:${port} ${sentence}`]);
  });
});

describe('DATA_DIR', () => {
  it.each(['sandbox', 'gandi'] as const)('must be a folder that can be written to (mode %s)', async (mode) => {
    const file = join(folder.path, 'file');
    await writeFile(file, '');
    const gandi = { url: 'http://127.0.0.1:9', token: TOKEN };
    const lines = await refusal({ dataDir: join(file, 'below'), ...(mode === 'gandi' && { gandi }) });
    const wanted = join(file, 'below', mode === 'gandi' ? 'gandi/database' : 'sandbox');
    expect(lines).toEqual([`DATA_DIR: ${wanted} cannot be used (ENOTDIR); expected a folder this user may write to.`]);
  });

  it('is told to hold something else than a journal of a sandbox', async () => {
    const strange = join(folder.path, 'strange');
    await mkdir(join(strange, 'sandbox'), { recursive: true });
    await writeFile(join(strange, 'sandbox', 'journal.jsonl'), '"text"\n');
    expect(await refusal({ dataDir: strange })).toEqual([
      expect.stringMatching(
        /^DATA_DIR: the sandbox cannot be started: .*journal\.jsonl is not the journal of a sandbox/,
      ),
    ]);
    expect(await locksIn(strange)).toEqual([]);
  });
});

describe('a sandbox', { timeout: 120 * SECONDS }, () => {
  it('shows where it is and what it is, keeps others out of its folder, and lets the next one in', async () => {
    const first = await start();
    const screen = await eventually(
      'the first screen',
      () => /Gandi Reseller Gateway[\s\S]*README/.exec(first.printed().stdout)?.[0],
    );
    expect(screen).toContain(`GraphiQL   ${first.url}/graphql\n`);
    expect(screen).toContain('Mode       SANDBOX: a local Gandi, nothing here is real or costs money\n');
    expect(screen).toMatch(/Sandbox {4}(http:\/\/127\.0\.0\.1:\d+)\/v5 {3}controls: \1\/sandbox\/\n/);
    expect(screen).toContain(`Database   PGlite in ${folder.database('sandbox')}\n`);
    expect(screen).toContain('Limit      30/2s (calls in any window)\n');
    expect(screen).toMatch(/Mirror {5}(filling.*queries work meanwhile|40 domains, complete)\n/);
    expect(screen).toContain('set GANDI_TOKEN and GATEWAY_API_KEY');
    expect(first.printed().stdout).not.toContain(TOKEN);
    expect(first.printed().stderr).toBe('');

    expect(await refusal({})).toEqual([
      `DATA_DIR: ${join(folder.path, 'sandbox')} is in use by process ${first.pid}; stop that one first, or choose another folder for this one.`,
    ]);
    expect(await first.query('{ viewer { mode } }')).toMatchObject({ data: { viewer: { mode: 'SANDBOX' } } });

    expect(await first.stop()).toBe(0);
    expect(await locksIn(folder.path)).toEqual([]);
    const second = await start();
    expect(await second.query('{ viewer { mode } }')).toMatchObject({ data: { viewer: { mode: 'SANDBOX' } } });
  });

  it('is not started with another size than it was begun with, and the folder stays usable', async () => {
    await (await start()).stop();
    const journal = join(folder.path, 'sandbox', 'journal.jsonl');
    const afresh = `with which ${journal} was begun; remove that folder to start afresh.`;
    expect(await refusal({ sandboxDomains: 41 })).toEqual([`SANDBOX_DOMAINS: found 41, expected 40, ${afresh}`]);
    expect(await refusal({ environment: { SANDBOX_PEOPLE: 'realistic' } })).toEqual([
      `SANDBOX_PEOPLE: found "realistic", expected the people ${afresh}`,
    ]);
    expect(await locksIn(folder.path)).toEqual([]);
    await start();
  });

  it('names the port that is taken, its own or that of the gateway, and leaves no lock', async () => {
    const port = await occupy();
    expect(await refusal({ port })).toEqual([
      `PORT: ${port} on 127.0.0.1 is in use by another process; set PORT to a free one.`,
    ]);
    expect(await refusal({ environment: { SANDBOX_PORT: String(port) } })).toEqual([
      `SANDBOX_PORT: port ${port} is already in use: choose another one, or 0 for any free one.`,
    ]);
    expect(await locksIn(folder.path)).toEqual([]);
  });
});

describe('the account', { timeout: 120 * SECONDS }, () => {
  let gandi: RunningSandbox;
  let data: DataFolder;
  beforeAll(async () => {
    gandi = await startSandbox({ domains: 40 });
    data = await createDataFolder('gandi');
  }, 120 * SECONDS);
  afterAll(async () => {
    await gandi.close();
    await data.remove();
  });

  it('a database belongs to is never mixed with another', async () => {
    const access = { url: gandi.url, token: TOKEN };
    const first = await start({ dataDir: data.path, gandi: access });
    expect(await refusal({ dataDir: data.path, gandi: access })).toEqual([
      `DATA_DIR: ${data.database('gandi')} is in use by process ${first.pid}; stop that one first, or choose another folder for this one.`,
    ]);
    await first.stop();
    const other = 'http://127.0.0.1:9';
    expect(await refusal({ dataDir: data.path, gandi: { url: other, token: TOKEN } })).toEqual([
      `DATA_DIR: this database mirrors Gandi at ${gandi.url}, expected Gandi at ${other}; use another one for it.`,
    ]);
    expect(await locksIn(data.path)).toEqual([]);
    await start({ dataDir: data.path, gandi: access });
  });
});

/** ErrorResponse of the frontend/backend protocol (PostgreSQL docs, 54.7). */
function errorResponse(code: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0Mrefused\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
