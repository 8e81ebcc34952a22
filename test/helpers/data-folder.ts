// Data folders for gateways under test, with an empty database in them: making one takes seconds, copying one does not.
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDatabase } from '../../src/store/database.ts';
import { readMigrations } from '../../src/store/migrate.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';

export interface DataFolder {
  readonly path: string;
  /** Folder of the database of one mode. */
  database(mode: 'sandbox' | 'gandi'): string;
  remove(): Promise<void>;
}

/** A folder for DATA_DIR that holds an empty database for the given mode. */
export async function createDataFolder(mode: 'sandbox' | 'gandi'): Promise<DataFolder> {
  const path = await mkdtemp(join(tmpdir(), 'gateway-test-'));
  const database = (of: string) => join(path, of, 'database');
  await cp(await emptyDatabase(), database(mode), { recursive: true });
  return { path, database, remove: () => rm(path, { recursive: true, force: true }) };
}

const require = createRequire(import.meta.url);

/** Kept between runs under a name that changes with PGlite and with the migrations. */
async function emptyDatabase(): Promise<string> {
  const pglite = await readFile(join(dirname(require.resolve('@electric-sql/pglite')), '../package.json'));
  const key = createHash('sha256')
    .update(pglite)
    .update(JSON.stringify(await readMigrations()))
    .digest('hex')
    .slice(0, 16);
  const kept = join(import.meta.dirname, '../../node_modules/.cache/test-data-folder', key);
  if (await exists(kept)) return kept;
  const unfinished = `${kept}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  const opened = await openDatabase({ databaseUrl: null, dataFolder: unfinished, logger: silentLogger });
  await opened.close();
  await rename(unfinished, kept).catch(async (error: unknown) => {
    if (!(await exists(kept))) throw error;
    await rm(unfinished, { recursive: true });
  });
  return kept;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
