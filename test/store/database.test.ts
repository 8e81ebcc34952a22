// Opening the database: what is kept, what is locked, and what an operator reads when it cannot be opened.
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { DatabaseError, DataFolderLockedError } from '../../src/store/errors.ts';
import { createLogger, silentLogger } from '../../src/telemetry/logger.ts';
import { createPostgresqlDatabase, TEST_DATABASE_URL } from '../helpers/test-store.ts';
import { domainRow, NOON } from './samples.ts';

const embedded = (dataFolder: string) => openDatabase({ databaseUrl: null, dataFolder, logger: silentLogger });
const server = (databaseUrl: string) => openDatabase({ databaseUrl, dataFolder: '', logger: silentLogger });

async function problem(opening: Promise<{ close(): Promise<void> }>): Promise<DatabaseError> {
  const error = await opening.then(
    (opened) => opened.close().then(() => null),
    (reason: unknown) => reason,
  );
  if (error instanceof DatabaseError) return error;
  throw new Error('expected a DatabaseError', { cause: error });
}

let root: string;
let folder: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'database-'));
  folder = join(root, 'deep', 'data');
  await (await embedded(folder)).close();
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('the embedded database', () => {
  it('keeps what was written after it is closed, in a folder made for it', async () => {
    const before = await embedded(folder);
    expect([before.kind, before.describe()]).toEqual(['embedded', `PGlite in ${folder}`]);
    await before.store.facts.set('account', 'kept');
    await before.close();
    await before.store.close();
    await expect(before.store.facts.get('account')).rejects.toThrow();
    const after = await embedded(folder);
    expect(await after.store.facts.get('account')).toBe('kept');
    await after.close();
    expect((await readdir(folder)).filter((name) => name !== 'database')).toEqual([]);
  });

  it('is made anew when a process died while making it, and says that it is made', async () => {
    const interrupted = join(root, 'interrupted');
    await mkdir(join(interrupted, 'database.unfinished', 'base'), { recursive: true });
    await writeFile(join(interrupted, 'database.unfinished', 'PG_VERSION'), '18\n');
    const lines: string[] = [];
    const logger = createLogger({ level: 'info', pretty: false, destination: { write: (line) => lines.push(line) } });
    const opened = await openDatabase({ databaseUrl: null, dataFolder: interrupted, logger });
    await opened.store.ping();
    await opened.close();
    expect(await readdir(interrupted)).toEqual(['database']);
    expect(lines.join('')).toMatch(/making a new one/);
  });

  it('syncs every commit to the disk, and tells the planner about many new rows', async () => {
    const opened = await embedded(folder);
    for (let page = 0; page < 11; page++)
      await opened.store.domains.upsertRows(
        Array.from({ length: 100 }, (_, n) => domainRow({ name: `${page}-${n}.fr` })),
      );
    await opened.close();
    const { client, close } = await openEmbedded({ dataFolder: folder, onCreate: () => {} });
    const { rows } = await client.query(
      "SELECT current_setting('fsync') AS fsync, current_setting('wal_sync_method') AS method, reltuples FROM pg_class WHERE oid = 'domains'::regclass",
    );
    expect(rows).toMatchObject([{ fsync: 'on', method: 'fsync', reltuples: expect.closeTo(1_000, -3) }]);
    await close();
  });

  it('is in use by one at a time, also within a process, and is free after it is closed', async () => {
    const first = await embedded(folder);
    const error = await problem(embedded(folder));
    expect(error).toBeInstanceOf(DataFolderLockedError);
    expect(error).toMatchObject({ variable: 'DATA_DIR', folder, pid: process.pid });
    expect(error.message).toContain(`${folder} is in use by process ${process.pid}`);
    await first.close();
    await (await embedded(folder)).close();
  });

  it('names DATA_DIR when the folder cannot be made or holds something else', async () => {
    const file = join(root, 'file');
    await writeFile(file, 'text');
    expect((await problem(embedded(join(file, 'below')))).message).toBe(
      `DATA_DIR: ${join(file, 'below')} cannot be used (ENOTDIR); expected a folder this user may write to.`,
    );
    const strange = join(root, 'strange');
    await mkdir(strange);
    await writeFile(join(strange, 'database'), 'text');
    for (let attempt = 0; attempt < 2; attempt++)
      expect((await problem(embedded(strange))).message).toMatch(/^DATA_DIR: the database in .* cannot be opened/);
    expect(await readdir(strange)).toEqual(['database']);
  });

  it('refuses a schema of a newer version', async () => {
    const { client, close } = await openEmbedded({ dataFolder: folder, onCreate: () => {} });
    await client.exec(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '9_future', now())",
    );
    await close();
    const error = await problem(embedded(folder));
    expect(error.message).toMatch(/^DATA_DIR: the database is newer than this program: it has migration 9_future/);
    expect(await problem(embedded(folder))).not.toBeInstanceOf(DataFolderLockedError);
  });
});

describe('a PostgreSQL server', () => {
  it('that nothing answers for is named without the password', async () => {
    const { message } = await problem(server('postgresql://me:hunter2@127.0.0.1:1/gateway'));
    expect(message).toBe(
      'DATABASE_URL: no database answers at 127.0.0.1:1 (ECONNREFUSED); expected a PostgreSQL server that is running and reachable.',
    );
    expect((await problem(server('postgresql://me:hunter2@no-such-host.invalid/gateway'))).message).toMatch(
      /no database answers at no-such-host.invalid:5432 \(E\w+\)/,
    );
  });

  it.each([
    ['28P01', 'refused user "me" or its password; expected postgresql://user:password@host:port/database.'],
    ['28000', 'refused user "me" or its password; expected postgresql://user:password@host:port/database.'],
    ['3D000', 'has no database "gateway"; create it (CREATE DATABASE), or name one that exists.'],
    ['53300', 'takes no more connections; expected up to 10 free ones.'],
  ])('that answers %s is explained in one sentence', async (code, expected) => {
    const refusing = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(errorResponse(code)));
    }).listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    const { port } = refusing.address() as { port: number };
    const { message } = await problem(server(`postgresql://me:hunter2@127.0.0.1:${port}/gateway`));
    expect(message).toBe(`DATABASE_URL: the server at 127.0.0.1:${port} ${expected}`);
    refusing.close();
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

describe.runIf(TEST_DATABASE_URL !== null)('a real PostgreSQL server', () => {
  it('is described without user and password, keeps data, and is shared by several processes', async () => {
    const { url, drop } = await createPostgresqlDatabase();
    const [one, two] = await Promise.all([server(url), server(url)]);
    const { host, pathname } = new URL(url);
    expect([one.kind, one.describe()]).toEqual(['postgresql', `PostgreSQL at ${host}${pathname}`]);
    await one.store.facts.set('account', 'kept');
    expect(await two.store.facts.get('account')).toBe('kept');
    await one.close();
    await expect(one.store.ping()).rejects.toThrow();
    await two.close();
    await drop();
  });

  it('that has no such database is explained', async () => {
    const url = new URL(TEST_DATABASE_URL ?? '');
    url.pathname = '/no_such_database';
    expect((await problem(server(url.href))).message).toContain('has no database "no_such_database"');
  });

  it('keeps instants exact whatever its time zone, and works in a schema of its own', async () => {
    const { url, drop } = await createPostgresqlDatabase();
    const plain = await server(url);
    await plain.close();
    const { default: pg } = await import('pg');
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    await admin.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET timezone TO 'America/New_York'`);
    const opened = await server(`${url}?schema=Apart`);
    const row = domainRow({ name: 'a.fr', expiresAt: NOON + 123, rowAsOf: NOON });
    await opened.store.domains.upsertRows([row]);
    await opened.store.mirrorLists.put({
      key: 'k',
      completeAt: NOON,
      startedAt: null,
      total: 1,
      fetched: 1,
      lastError: null,
      lastErrorAt: null,
    });
    expect(await opened.store.domains.byNames(['a.fr'])).toMatchObject([{ expiresAt: NOON + 123, rowAsOf: NOON }]);
    expect(await opened.store.mirrorLists.get('k')).toMatchObject({ completeAt: NOON });
    const { rows } = await admin.query(
      'SELECT expires_at FROM "Apart".domains UNION ALL SELECT expires_at FROM public.domains',
    );
    expect(rows).toEqual([{ expires_at: new Date(NOON + 123) }]);
    await opened.close();
    await admin.end();
    await drop();
  });
});
