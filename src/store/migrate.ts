// Brings a database to the schema this code was written for: each migration once, in order, in a transaction of its own.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file in hex, as Prisma records it. */
  readonly checksum: string;
}

/** One transaction on the database to migrate. */
export interface MigrationSession {
  /** Runs a script of several statements. */
  exec(script: string): Promise<void>;
  query(sql: string, parameters?: readonly string[]): Promise<readonly Record<string, unknown>[]>;
}

export interface MigrationTarget {
  /** Commits when `run` resolves, rolls back when it throws. */
  transaction<T>(run: (session: MigrationSession) => Promise<T>): Promise<T>;
}

/** The database's history and this code do not fit together; nothing was changed. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../prisma/migrations/', import.meta.url));

/** The number Prisma's own tools lock with, so that `prisma migrate deploy` and a starting gateway wait for each other. */
const LOCK = 72707369;

/** Migrations of a folder in the order they apply. */
export async function readMigrations(folder = MIGRATIONS_FOLDER): Promise<readonly Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const file = await readFile(join(folder, name, 'migration.sql'));
      return { name, sql: file.toString('utf8'), checksum: createHash('sha256').update(file).digest('hex') };
    }),
  );
}

/**
 * Applies what is missing. Several processes may call it at once: one works, the others wait and find it done.
 * @returns names of the migrations applied by this call.
 * @throws {MigrationError} when the database is newer than this code, a migration was edited after it was applied, an earlier one failed half-way,
 * or the database holds tables that are not the gateway's.
 */
export async function migrate(target: MigrationTarget, migrations: readonly Migration[]): Promise<readonly string[]> {
  const applied: string[] = [];
  for (;;) {
    const name = await target.transaction((session) => applyNext(session, migrations));
    if (name === null) return applied;
    applied.push(name);
  }
}

async function applyNext(session: MigrationSession, migrations: readonly Migration[]): Promise<string | null> {
  await session.query(`SELECT pg_advisory_xact_lock(${LOCK})`);
  const history = await readHistory(session);
  checkHistory(history, migrations);
  const known = new Set(history.map((row) => row.name));
  const next = migrations.find((migration) => !known.has(migration.name));
  if (next === undefined) return null;
  await session.exec(next.sql);
  await session.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES (gen_random_uuid()::text, $1, $2, now(), clock_timestamp(), 1)`,
    [next.checksum, next.name],
  );
  return next.name;
}

interface HistoryRow {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

async function readHistory(session: MigrationSession): Promise<readonly HistoryRow[]> {
  const tables = await session.query(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
       AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`,
  );
  if (!tables.some((table) => table.name === '_prisma_migrations')) {
    if (tables.length > 0)
      throw new MigrationError(
        `the database already holds other tables (${String(tables[0]?.name)}); expected an empty one, or one made by the gateway.`,
      );
    await session.exec(HISTORY_TABLE);
  }
  const rows = await session.query(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
     FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  return rows.map((row) => ({
    name: String(row.name),
    checksum: String(row.checksum),
    finished: row.finished === true,
  }));
}

function checkHistory(history: readonly HistoryRow[], migrations: readonly Migration[]): void {
  const byName = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of history) {
    const ours = byName.get(row.name);
    if (ours === undefined)
      throw new MigrationError(
        `the database is newer than this program: it has migration ${row.name}, which this version does not know; start the newer version.`,
      );
    if (!row.finished)
      throw new MigrationError(
        `migration ${row.name} was started and never finished; repair it with \`prisma migrate resolve\`, then start again.`,
      );
    if (row.checksum !== ours.checksum)
      throw new MigrationError(
        `migration ${row.name} was changed after it had been applied; restore prisma/migrations/${row.name}/migration.sql.`,
      );
  }
}

/** As Prisma's schema engine creates it (prisma-engines, schema-connector for PostgreSQL). */
const HISTORY_TABLE = `
CREATE TABLE _prisma_migrations (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         TIMESTAMPTZ,
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      TIMESTAMPTZ,
  started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;
