// Stores for tests: each one empty, alone and quick to get, on PGlite in memory and, where one is named, on a PostgreSQL server.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { afterAll, describe } from 'vitest';
import { createPrisma, pgliteTarget, pgliteWork } from '../../src/store/database.ts';
import type { PrismaClient } from '../../src/store/generated/client.ts';
import { migrate, readMigrations } from '../../src/store/migrate.ts';
import { createPGliteAdapter } from '../../src/store/pglite-adapter.ts';
import { openPostgresql } from '../../src/store/postgresql.ts';
import { createStore } from '../../src/store/prisma-store.ts';
import type { Store } from '../../src/store/store.ts';
import { openWork, type Work, type WorkOptions } from '../../src/store/work.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';

export type Backend = 'embedded' | 'postgresql';

export interface TestStore {
  readonly store: Store;
  /** Runs SQL beside the store, to look at what it wrote. */
  query(sql: string, parameters?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** The client below the store. */
  readonly prisma: PrismaClient;
  /** From now on durable work lives by this time instead of the database's own. */
  timeIs(now: () => number): void;
  /** Closes the store; the database behind it is emptied and used again. */
  close(): Promise<void>;
}

/** A server to run the same tests on, when one is named. */
export const TEST_DATABASE_URL = process.env.TEST_DATABASE_URL ?? process.env.DATABASE_URL ?? null;

/** The one that tests of a single backend run on. */
export const DEFAULT_BACKEND: Backend = TEST_DATABASE_URL === null ? 'embedded' : 'postgresql';

/** Runs `define` for each backend there is: PGlite always, PostgreSQL when {@link TEST_DATABASE_URL} is set. */
export function describeStore(name: string, define: (backend: Backend) => void): void {
  describe.each<Backend>(TEST_DATABASE_URL === null ? ['embedded'] : ['embedded', 'postgresql'])(
    `${name} (%s)`,
    define,
  );
}

/** An empty store on a database of its own. */
export async function createTestStore(backend: Backend = DEFAULT_BACKEND): Promise<TestStore> {
  const database = idle[backend].pop() ?? (await make[backend]());
  const { close: _close, ...work } = database.work;
  const { store, revoke } = revocable(createStore(database.prisma, { ...work, close: async () => {} }, async () => {}));
  let closing: Promise<void> | null = null;
  const giveBack = async () => {
    revoke();
    database.timeIs(null);
    await database.query(EMPTY_ALL);
    idle[backend].push(database);
  };
  const close = () => {
    closing ??= giveBack();
    return closing;
  };
  const { query, prisma, timeIs } = database;
  return { store: { ...store, close }, query, prisma, timeIs, close };
}

interface TestDatabase {
  readonly prisma: PrismaClient;
  readonly work: Work;
  timeIs(now: (() => number) | null): void;
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
  DELETE FROM pgboss.job;
  UPDATE pgboss.queue SET monitor_claim_on = NULL, monitor_on = NULL, maintain_on = NULL;
  UPDATE pgboss.test_clock SET now = NULL;
END $$`;

/** Lets a test say what time it is for durable work, as pg-boss's own clock for tests does, for every connection. */
const TEST_CLOCK = `
  CREATE TABLE IF NOT EXISTS pgboss.test_clock (now timestamptz);
  INSERT INTO pgboss.test_clock SELECT NULL WHERE NOT EXISTS (SELECT 1 FROM pgboss.test_clock);
  CREATE OR REPLACE FUNCTION pgboss.job_now() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT coalesce((SELECT c.now FROM pgboss.test_clock c), pg_catalog.now())';`;

async function openTestWork(options: Omit<WorkOptions, 'logger'>): Promise<Pick<TestDatabase, 'work' | 'timeIs'>> {
  const { executeSql } = options.database;
  let now: (() => number) | null = null;
  let told: number | null = null;
  const database: WorkOptions['database'] = {
    async executeSql(...statement) {
      const time = now?.() ?? null;
      if (time !== told) {
        told = time;
        const seconds = time === null ? null : time / 1_000;
        await executeSql('UPDATE pgboss.test_clock SET now = to_timestamp($1::float8)', [seconds]);
      }
      return executeSql(...statement);
    },
  };
  const work = await openWork({ ...options, database, isAlone: false, logger: silentLogger });
  await executeSql(TEST_CLOCK);
  return {
    work,
    timeIs: (time) => {
      now = time;
    },
  };
}

async function makeEmbedded(): Promise<TestDatabase> {
  const client = await PGlite.create({ loadDataDir: await migratedDump() });
  const { work, timeIs } = await openTestWork(pgliteWork(client));
  const database: TestDatabase = {
    work,
    timeIs,
    prisma: createPrisma(createPGliteAdapter(client)),
    query: async (sql, parameters = []) => (await client.query<Record<string, unknown>>(sql, [...parameters])).rows,
    drop: () => work.close().then(() => client.close()),
  };
  made.push(database);
  return database;
}

/** Of what makes a migrated database what it is: the migrations, the tables of durable work, PGlite. */
async function schemaKey(): Promise<string> {
  const pglite = await readFile(join(dirname(require.resolve('@electric-sql/pglite')), '../package.json'));
  const work = await readFile(join(import.meta.dirname, '../../src/store/work.ts'));
  const migrations = JSON.stringify(await readMigrations());
  return createHash('sha256').update(pglite).update(work).update(migrations).digest('hex').slice(0, 16);
}

/** A migrated database as a tar file, kept between runs under a name that changes with {@link schemaKey}. */
async function migratedDump(): Promise<Blob> {
  const key = await schemaKey();
  const folder = join(import.meta.dirname, '../../node_modules/.cache/test-database');
  const file = join(folder, `${key}.tar`);
  const kept = await readFile(file).catch(() => null);
  if (kept !== null) return new Blob([kept]);
  const client = await PGlite.create();
  await migrate(pgliteTarget(client), await readMigrations());
  await (await openTestWork(pgliteWork(client))).work.close();
  const dump = await client.dumpDataDir('none');
  await client.close();
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.${process.pid}`, Buffer.from(await dump.arrayBuffer()));
  await rename(`${file}.${process.pid}`, file);
  return dump;
}

async function makePostgresql(): Promise<TestDatabase> {
  const { url, drop } = await createPostgresqlDatabase(await migratedTemplate());
  const { adapter, work: options, close } = await openPostgresql(url, silentLogger);
  const { work, timeIs } = await openTestWork(options);
  const prisma = createPrisma(adapter);
  const side = new pg.Pool({ connectionString: url, max: 1 });
  const database: TestDatabase = {
    work,
    timeIs,
    prisma,
    query: async (sql, parameters = []) => (await side.query(sql, [...parameters])).rows,
    async drop() {
      await side.end();
      await work.close();
      await prisma.$disconnect();
      await close();
      await drop();
    },
  };
  made.push(database);
  return database;
}

/** @returns name of a migrated database on the server that others are copied from, kept between runs as {@link migratedDump} is. */
async function migratedTemplate(): Promise<string> {
  const name = `gateway_template_${await schemaKey()}`;
  const admin = await connectAdmin();
  try {
    await admin.query('SELECT pg_advisory_lock(hashtext($1))', [name]);
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) {
      const { name: draft, url } = await createPostgresqlDatabase();
      const { target, work: options, close } = await openPostgresql(url, silentLogger);
      await migrate(target, await readMigrations());
      await (await openTestWork(options)).work.close();
      await close();
      await whenUnused(() => admin.query(`ALTER DATABASE ${draft} RENAME TO ${name}`));
    }
    return name;
  } finally {
    await admin.end();
  }
}

async function connectAdmin(): Promise<pg.Client> {
  if (TEST_DATABASE_URL === null) throw new Error('TEST_DATABASE_URL is not set.');
  const admin = new pg.Client({ connectionString: TEST_DATABASE_URL });
  await admin.connect();
  return admin;
}

/** A new database on the server of {@link TEST_DATABASE_URL}: empty, or a copy of another. */
export async function createPostgresqlDatabase(
  template = 'template1',
): Promise<{ name: string; url: string; drop(): Promise<void> }> {
  const admin = await connectAdmin();
  const name = `gateway_test_${randomUUID().replaceAll('-', '')}`;
  await whenUnused(() => admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  await admin.query(`ALTER DATABASE ${name} SET synchronous_commit = off`);
  const url = new URL(TEST_DATABASE_URL ?? '');
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    async drop() {
      await whenUnused(() => admin.query(`DROP DATABASE ${name}`));
      await admin.end();
    },
  };
}

/** The server may see our connections for a moment longer than we do. */
async function whenUnused(act: () => Promise<unknown>): Promise<void> {
  const giveUpAt = Date.now() + 5_000;
  for (;;) {
    try {
      await act();
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
