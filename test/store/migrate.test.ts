// Migrations: applied once whoever starts, recorded as Prisma records them, refused when database and code do not fit.
import { readFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { SchemaEngine } from '@prisma/schema-engine-wasm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pgliteTarget } from '../../src/store/database.ts';
import {
  MIGRATIONS_FOLDER,
  type Migration,
  type MigrationTarget,
  migrate,
  readMigrations,
} from '../../src/store/migrate.ts';
import { createPGliteAdapter } from '../../src/store/pglite-adapter.ts';
import { openPostgresql } from '../../src/store/postgresql.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createPostgresqlDatabase, describeStore } from '../helpers/test-store.ts';

const first: Migration = {
  name: '1_first',
  checksum: 'a',
  sql: 'CREATE TABLE one (id int); INSERT INTO one VALUES (1);',
};
const second: Migration = { name: '2_second', checksum: 'b', sql: 'CREATE TABLE two (id int);' };
const broken: Migration = { name: '3_broken', checksum: 'c', sql: 'CREATE TABLE three (id int); SELECT 1 / 0;' };

let blank: Blob | null = null;

async function blankDump(): Promise<Blob> {
  const client = await PGlite.create();
  return client.dumpDataDir('none').finally(() => client.close());
}

describeStore('migrations', (backend) => {
  let target: MigrationTarget;
  let close: () => Promise<void>;
  const query = (sql: string) => target.transaction((session) => session.query(sql));

  beforeEach(async () => {
    if (backend === 'embedded') {
      blank ??= await blankDump();
      const client = await PGlite.create({ loadDataDir: blank });
      target = pgliteTarget(client);
      close = () => client.close();
      return;
    }
    const database = await createPostgresqlDatabase();
    const opened = await openPostgresql(database.url, silentLogger);
    target = opened.target;
    close = () => opened.close().then(database.drop);
  });
  afterEach(() => close());

  it('apply each once, in order, and do nothing the next time', async () => {
    expect(await migrate(target, [first, second])).toEqual(['1_first', '2_second']);
    expect(await migrate(target, [first, second])).toEqual([]);
    expect(await query('SELECT * FROM one')).toEqual([{ id: 1 }]);
    expect(
      await query('SELECT migration_name, checksum, finished_at IS NOT NULL AS finished FROM _prisma_migrations'),
    ).toEqual([
      { migration_name: '1_first', checksum: 'a', finished: true },
      { migration_name: '2_second', checksum: 'b', finished: true },
    ]);
  });

  it('keep an order that an older gateway wrote, with neutral values in what is new', async () => {
    const all = await readMigrations();
    await migrate(target, all.slice(0, 1));
    const id = '01890000-0000-7000-8000-000000000001';
    await query(`INSERT INTO orders (id, organization_id, kind, state, domain_name, mutation, idempotency_key, fingerprint, input, timeline, actor, created_at, updated_at)
      VALUES ('${id}', 'org-1', 'TRANSFER_IN', 'ACCEPTED', 'old.example', 'transferDomainIn', 'key', 'print', '{}', '[]', 'key:app', now(), now())`);
    expect(await migrate(target, all)).toEqual(all.slice(1).map(({ name }) => name));
    const columns = 'id, state, years, price_after_taxes, is_premium, client_payment, progress, next_look_at';
    expect(await query(`SELECT ${columns} FROM orders`)).toEqual([
      {
        id,
        state: 'ACCEPTED',
        years: null,
        price_after_taxes: null,
        is_premium: false,
        client_payment: 'UNKNOWN',
        progress: {},
        next_look_at: null,
      },
    ]);
  });

  it('are applied by one of several processes that start at once', async () => {
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(target, [first, second])));
    expect(applied.flat().toSorted()).toEqual(['1_first', '2_second']);
    expect(await query('SELECT * FROM one')).toEqual([{ id: 1 }]);
  });

  it('leave nothing of one that fails, and go on from there once it is repaired', async () => {
    await expect(migrate(target, [first, second, broken])).rejects.toThrow(/division by zero/);
    expect(await query("SELECT to_regclass('three') IS NULL AS absent")).toEqual([{ absent: true }]);
    expect(await migrate(target, [first, second, { ...broken, sql: 'CREATE TABLE three (id int)' }])).toEqual([
      '3_broken',
    ]);
  });

  it('refuse a database that is newer than the code', async () => {
    await migrate(target, [first, second]);
    await expect(migrate(target, [first])).rejects.toThrow(/newer than this program: it has migration 2_second/);
  });

  it('refuse to go on when an applied one was changed', async () => {
    await migrate(target, [first]);
    await expect(migrate(target, [{ ...first, checksum: 'x' }, second])).rejects.toThrow(/1_first was changed after/);
    expect(await query("SELECT to_regclass('two') IS NULL AS absent")).toEqual([{ absent: true }]);
  });

  it('refuse to go on after one that another tool left unfinished', async () => {
    await migrate(target, [first]);
    await query(`INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', 'b', '2_second')`);
    await expect(migrate(target, [first, second])).rejects.toThrow(/2_second was started and never finished/);
    await query("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE id = 'x'");
    expect(await migrate(target, [first, second])).toEqual(['2_second']);
  });

  it('refuse a database with tables of something else', async () => {
    await query('CREATE TABLE stranger (id int)');
    await expect(migrate(target, [first])).rejects.toThrow(/other tables \(stranger\)/);
    expect(await query("SELECT to_regclass('_prisma_migrations') IS NULL AS absent")).toEqual([{ absent: true }]);
  });

  it('of this repository hold what Prisma cannot say', async () => {
    await migrate(target, await readMigrations());
    const insert = (id: number, state: string, endedAt: string) =>
      query(`INSERT INTO orders (id, organization_id, kind, state, domain_name, mutation, idempotency_key, fingerprint, input, timeline, actor,
        created_at, updated_at, ended_at) VALUES ('00000000-0000-7000-8000-00000000000${id}', 'o', 'TRANSFER_IN', '${state}', 'a.fr', 'm', '${id}',
        'f', '{}', '[]', 'me', now(), now(), ${endedAt})`);
    await insert(1, 'CLAIMED', 'NULL');
    await expect(insert(2, 'SUBMITTED', 'NULL')).rejects.toThrow(/orders_unfinished_key/);
    await expect(insert(3, 'COMPLETED', 'NULL')).rejects.toThrow(/orders_ended_when_final/);
    await expect(insert(4, 'LOST', 'NULL')).rejects.toThrow(/orders_state_known/);
    await insert(5, 'COMPLETED', 'now()');
    const plan = await query(
      "EXPLAIN SELECT * FROM domains ORDER BY COALESCE(expires_at, 'infinity'::timestamptz), organization_id, name LIMIT 10",
    );
    expect(JSON.stringify(plan)).toContain('domains_expires_at_idx');
  });
});

it('migrations are recorded so that Prisma finds nothing to apply, to repair or to change', async () => {
  const client = await PGlite.create();
  const migrations = await readMigrations();
  await migrate(pgliteTarget(client), migrations);
  const schema = {
    path: 'schema.prisma',
    content: await readFile(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8'),
  };
  const shadow = await PGlite.create();
  const engine = await SchemaEngine.new(
    { datamodels: [[schema.path, schema.content]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory({
      ...createPGliteAdapter(client),
      connectToShadowDb: () => createPGliteAdapter(shadow).connect(),
    }),
  );
  const migrationsList = {
    baseDir: MIGRATIONS_FOLDER,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
    })),
  };
  const filters = { externalTables: [], externalEnums: [] };
  const state = await engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters });
  expect(state).toMatchObject({
    hasMigrationsTable: true,
    history: null,
    failedMigrationNames: [],
    editedMigrationNames: [],
  });
  expect(await engine.applyMigrations({ migrationsList, filters })).toEqual({ appliedMigrationNames: [] });
  const diff = await engine.diff({
    from: { tag: 'migrations', ...migrationsList },
    to: { tag: 'schemaDatamodel', files: [schema] },
    script: true,
    exitCode: true,
    filters,
  });
  expect(diff.exitCode, diff.stdout ?? '').toBe(0);
  await client.close();
  await shadow.close();
});
