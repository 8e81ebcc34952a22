// Stores for tests: each one empty, alone and quick to get, on PGlite in memory and, where one is named, on a PostgreSQL server.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { afterAll, describe } from 'vitest';
import { createPrisma, pgliteTarget } from '../../src/store/database.ts';
import type { PrismaClient } from '../../src/store/generated/client.ts';
import { migrate, readMigrations } from '../../src/store/migrate.ts';
import { createPGliteAdapter } from '../../src/store/pglite-adapter.ts';
import { openPostgresql } from '../../src/store/postgresql.ts';
import { createStore } from '../../src/store/prisma-store.ts';
import type { Store } from '../../src/store/store.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';

export type Backend = 'embedded' | 'postgresql';

export interface TestStore {
  readonly store: Store;
  /** Runs SQL beside the store, to look at what it wrote. */
  query(sql: string, parameters?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** The client below the store. */
  readonly prisma: PrismaClient;
  /** Closes the store; the database behind it is emptied and used again. */
  close(): Promise<void>;
}

/** A server to run the same tests on, when one is named. */
export const TEST_DATABASE_URL = process.env.TEST_DATABASE_URL ?? process.env.DATABASE_URL ?? null;

/** Runs `define` for each backend there is: PGlite always, PostgreSQL when {@link TEST_DATABASE_URL} is set. */
export function describeStore(name: string, define: (backend: Backend) => void): void {
  describe.each<Backend>(TEST_DATABASE_URL === null ? ['embedded'] : ['embedded', 'postgresql'])(
    `${name} (%s)`,
    define,
  );
}

/** An empty store on a database of its own. Default: PostgreSQL when {@link TEST_DATABASE_URL} is set, PGlite otherwise. */
export async function createTestStore(
  backend: Backend = TEST_DATABASE_URL === null ? 'embedded' : 'postgresql',
): Promise<TestStore> {
  const database = idle[backend].pop() ?? (await make[backend]());
  const { store, revoke } = revocable(createStore(database.prisma, async () => {}));
  let closing: Promise<void> | null = null;
  const giveBack = async () => {
    revoke();
    await database.query(EMPTY_ALL);
    idle[backend].push(database);
  };
  const close = () => {
    closing ??= giveBack();
    return closing;
  };
  return { store: { ...store, close }, query: database.query, prisma: database.prisma, close };
}

interface TestDatabase {
  readonly prisma: PrismaClient;
  query(sql: string, parameters?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  drop(): Promise<void>;
}

const require = createRequire(import.meta.url);
const idle: Record<Backend, TestDatabase[]> = { embedded: [], postgresql: [] };
const make: Record<Backend, () => Promise<TestDatabase>> = { embedded: makeEmbedded, postgresql: makePostgresql };
const made: TestDatabase[] = [];

afterAll(async () => {
  for (const database of made) await database.drop();
});

/** Deleting a handful of rows is far quicker than TRUNCATE, which makes new files. What points to other rows goes before them. */
const EMPTY_ALL = `DO $$ DECLARE t text; BEGIN
  FOR t IN SELECT quote_ident(tablename) FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' ORDER BY tablename NOT IN ('transfers', 'plan_items')
  LOOP EXECUTE 'DELETE FROM ' || t; END LOOP;
  ALTER SEQUENCE events_sequence_seq RESTART;
END $$`;

async function makeEmbedded(): Promise<TestDatabase> {
  const client = await PGlite.create({ loadDataDir: await migratedDump() });
  const database: TestDatabase = {
    prisma: createPrisma(createPGliteAdapter(client)),
    query: async (sql, parameters = []) => (await client.query<Record<string, unknown>>(sql, [...parameters])).rows,
    drop: () => client.close(),
  };
  made.push(database);
  return database;
}

/** A migrated database as a tar file, kept between runs under a name that changes with PGlite and with the migrations. */
async function migratedDump(): Promise<Blob> {
  const migrations = await readMigrations();
  const pglite = await readFile(join(dirname(require.resolve('@electric-sql/pglite')), '../package.json'));
  const key = createHash('sha256').update(pglite).update(JSON.stringify(migrations)).digest('hex').slice(0, 16);
  const folder = join(import.meta.dirname, '../../node_modules/.cache/test-database');
  const file = join(folder, `${key}.tar`);
  const kept = await readFile(file).catch(() => null);
  if (kept !== null) return new Blob([kept]);
  const client = await PGlite.create();
  await migrate(pgliteTarget(client), migrations);
  const dump = await client.dumpDataDir('none');
  await client.close();
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.${process.pid}`, Buffer.from(await dump.arrayBuffer()));
  await rename(`${file}.${process.pid}`, file);
  return dump;
}

async function makePostgresql(): Promise<TestDatabase> {
  const { url, drop } = await createPostgresqlDatabase();
  const { adapter, target, close } = await openPostgresql(url, silentLogger);
  await migrate(target, await readMigrations());
  const prisma = createPrisma(adapter);
  const side = new pg.Pool({ connectionString: url, max: 1 });
  const database: TestDatabase = {
    prisma,
    query: async (sql, parameters = []) => (await side.query(sql, [...parameters])).rows,
    async drop() {
      await side.end();
      await prisma.$disconnect();
      await close();
      await drop();
    },
  };
  made.push(database);
  return database;
}

/** A new, empty database on the server of {@link TEST_DATABASE_URL}. */
export async function createPostgresqlDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  if (TEST_DATABASE_URL === null) throw new Error('TEST_DATABASE_URL is not set.');
  const admin = new pg.Client({ connectionString: TEST_DATABASE_URL });
  await admin.connect();
  const name = `gateway_test_${randomUUID().replaceAll('-', '')}`;
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.query(`ALTER DATABASE ${name} SET synchronous_commit = off`);
  const url = new URL(TEST_DATABASE_URL);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      await dropUnused(admin, name);
      await admin.end();
    },
  };
}

/** The server may see our connections for a moment longer than we do. */
async function dropUnused(admin: pg.Client, name: string): Promise<void> {
  const giveUpAt = Date.now() + 5_000;
  for (;;) {
    try {
      await admin.query(`DROP DATABASE ${name}`);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== OBJECT_IN_USE || Date.now() > giveUpAt) throw error;
    }
    await wait(10);
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const OBJECT_IN_USE = '55006';

/** The store until it is revoked; afterwards using it throws, so that nothing left over from one test reaches the next. */
function revocable(store: Store): { store: Store; revoke(): void } {
  const revokes: (() => void)[] = [];
  const nouns = Object.entries(store).map(([name, noun]: [string, unknown]) => {
    if (typeof noun !== 'object' || noun === null) return [name, noun];
    const { proxy, revoke } = Proxy.revocable(noun, {});
    revokes.push(revoke);
    return [name, proxy];
  });
  return {
    store: Object.fromEntries(nouns) as Store,
    revoke: () => {
      for (const revoke of revokes) revoke();
    },
  };
}
