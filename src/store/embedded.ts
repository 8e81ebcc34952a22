// PGlite in a data folder: one process at a time, created whole or not at all, every commit on the disk before it is acknowledged.
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { holdFolder, reasonOf } from './data-folder.ts';
import { DURABLE_START, DurableFolder, prepareForRecovery, syncFolder } from './durable-folder.ts';
import { DatabaseError } from './errors.ts';

export interface EmbeddedDatabase {
  readonly client: PGlite;
  /** Closes the database, then lets the next process into the folder. */
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Made when it does not exist. */
  readonly dataFolder: string;
  /** Called once before a new database is made, which takes a few seconds. */
  readonly onCreate: () => void;
}

/** @throws {DatabaseError} when the folder cannot be used, is in use ({@link DataFolderLockedError}), or holds what cannot be opened. */
export async function openEmbedded({ dataFolder, onCreate }: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const held = await holdFolder(dataFolder);
  const folder = held.path;
  try {
    const database = join(folder, 'database');
    if (!(await exists(database))) {
      onCreate();
      await create(folder, database);
    }
    await prepareForRecovery(database);
    const client = await start(database);
    return { client, close: () => client.close().finally(() => held.release()) };
  } catch (error) {
    await held.release();
    if (error instanceof DatabaseError) throw error;
    throw new DatabaseError(
      'DATA_DIR',
      `the database in ${folder} cannot be opened (${reasonOf(error)}); expected one made by this program, or an empty folder.`,
      { cause: error },
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Built beside its place and moved there when complete: a process killed half-way leaves nothing that looks like a database. */
async function create(folder: string, database: string): Promise<void> {
  const unfinished = join(folder, 'database.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  const client = await start(unfinished);
  await client.close();
  await rename(unfinished, database);
  syncFolder(folder);
}

/** @throws an error with PostgreSQL's own last words where it had any. */
async function start(folder: string): Promise<PGlite> {
  const lastWords: string[] = [];
  const onStderr = (line: string) => {
    const match = /(?:FATAL|PANIC): +(.*)/.exec(line);
    if (match?.[1] !== undefined) lastWords.push(match[1]);
    return false;
  };
  try {
    return await PGlite.create({ fs: new DurableFolder(folder), startParams: DURABLE_START, onStderr });
  } catch (error) {
    throw lastWords.length === 0 ? error : new Error(lastWords.join('; '), { cause: error });
  }
}
