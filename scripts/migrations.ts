// Writes the migration that leads from prisma/migrations to prisma/schema.prisma, or with --check fails when there is one to write.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import { SchemaEngine } from '@prisma/schema-engine-wasm';
import { MIGRATIONS_FOLDER, readMigrations } from '../src/store/migrate.ts';
import { createPGliteAdapter } from '../src/store/pglite-adapter.ts';

const SCHEMA_FILE = fileURLToPath(new URL('../prisma/schema.prisma', import.meta.url));

/** The SQL that is missing in prisma/migrations; empty when the two agree. */
async function missingSql(): Promise<string> {
  const schema = { path: SCHEMA_FILE, content: await readFile(SCHEMA_FILE, 'utf8') };
  const migrations = await readMigrations();
  const databases: PGlite[] = [];
  const open = async () => {
    const database = await PGlite.create();
    databases.push(database);
    return createPGliteAdapter(database);
  };
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    ...(await open()),
    connectToShadowDb: async () => (await open()).connect(),
  };
  try {
    const engine = await SchemaEngine.new(
      { datamodels: [[schema.path, schema.content]] },
      () => {},
      bindMigrationAwareSqlAdapterFactory(factory),
    );
    const diff = await engine.diff({
      from: {
        tag: 'migrations',
        baseDir: MIGRATIONS_FOLDER,
        lockfile: { path: 'migration_lock.toml', content: LOCKFILE },
        shadowDbInitScript: '',
        migrationDirectories: migrations.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
        })),
      },
      to: { tag: 'schemaDatamodel', files: [schema] },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    return diff.exitCode === 0 ? '' : (diff.stdout ?? '').trim();
  } finally {
    for (const database of databases) await database.close();
  }
}

const LOCKFILE = `# Kept by scripts/migrations.ts: which database the migrations are for.
provider = "postgresql"
`;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { check: { type: 'boolean' } } });
const sql = await missingSql();
if (sql === '') {
  console.log('prisma/migrations and prisma/schema.prisma agree.');
} else if (values.check === true) {
  console.error(
    `prisma/schema.prisma has changes that prisma/migrations lacks; write them with: npm run db:diff -- <name>\n\n${sql}`,
  );
  process.exitCode = 1;
} else {
  const [name = 'change'] = positionals;
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(MIGRATIONS_FOLDER, `${stamp}_${name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'migration.sql'), `${sql}\n`);
  await writeFile(join(MIGRATIONS_FOLDER, 'migration_lock.toml'), LOCKFILE);
  console.log(`Wrote ${join(folder, 'migration.sql')}; read it before you commit it.`);
}
