// PGlite in a data folder: one process at a time, created whole or not at all, every commit on the disk before it is acknowledged.
import { fsyncSync } from 'node:fs';
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite, type postgresMod } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { DatabaseError } from './errors.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';

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
  const folder = await prepareFolder(resolve(dataFolder));
  const lock = await takeFolder(folder);
  try {
    const database = join(folder, 'database');
    if (!(await exists(database))) {
      onCreate();
      await create(folder, database);
    }
    const client = await start(database);
    return { client, close: () => client.close().finally(() => lock.release()) };
  } catch (error) {
    await lock.release();
    if (error instanceof DatabaseError) throw error;
    throw new DatabaseError(
      'DATA_DIR',
      `the database in ${folder} cannot be opened (${reasonOf(error)}); expected one made by this program, or an empty folder.`,
      { cause: error },
    );
  }
}

async function prepareFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await realpath(folder);
  } catch (error) {
    throw unusable(folder, error);
  }
}

async function takeFolder(folder: string): Promise<FolderLock> {
  try {
    return await lockFolder(folder);
  } catch (error) {
    throw error instanceof DatabaseError ? error : unusable(folder, error);
  }
}

function unusable(folder: string, error: unknown): DatabaseError {
  return new DatabaseError(
    'DATA_DIR',
    `${folder} cannot be used (${reasonOf(error)}); expected a folder this user may write to.`,
    { cause: error },
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'not a database folder';
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message.split('\n')[0] ?? '';
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
  const handle = await open(folder);
  await handle.sync().finally(() => handle.close());
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

/** PGlite starts PostgreSQL with fsync off (`-F`); here it is on, by the one method that reaches {@link DurableFolder}. */
const DURABLE_START = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'wal_sync_method=fsync',
];

type PostgresModule = postgresMod.PostgresMod;

/** PGlite's folder on disk, with the fsync that Emscripten's NODEFS lacks. */
class DurableFolder extends NodeFS {
  override async init(
    client: PGlite,
    options: Partial<PostgresModule>,
  ): Promise<{ emscriptenOpts: Partial<PostgresModule> }> {
    const { emscriptenOpts } = await super.init(client, options);
    const addSync = (module: PostgresModule) => {
      const { stream_ops } = module.NODEFS as unknown as { stream_ops: StreamOperations };
      stream_ops.fsync = ({ nfd }) => {
        if (nfd !== undefined) fsyncSync(nfd);
        return 0;
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), addSync] } };
  }
}

/** @property nfd Node's file descriptor; undefined for a folder. */
interface StreamOperations {
  fsync?: (stream: { readonly nfd?: number }) => number;
}
