// PGlite's files in a folder on disk, with the fsync that Emscripten's NODEFS lacks: what PostgreSQL asks to be on the disk is there.
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite, type postgresMod } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** PGlite starts PostgreSQL with fsync off (`-F`); here it is on, by the one method that reaches {@link DurableFolder}. */
export const DURABLE_START = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'wal_sync_method=fsync',
];

type PostgresModule = postgresMod.PostgresMod;

/**
 * Remembers which files were written and syncs only those. So it must be given a folder whose files are all on the disk: one that was closed
 * cleanly, or that {@link prepareForRecovery} has seen. Before it recovers from a crash, PostgreSQL syncs every file there is, one by one, which
 * would take seconds.
 */
export class DurableFolder extends NodeFS {
  override async init(
    client: PGlite,
    options: Partial<PostgresModule>,
  ): Promise<{ emscriptenOpts: Partial<PostgresModule> }> {
    const { emscriptenOpts } = await super.init(client, options);
    const preRun = [
      ...(emscriptenOpts.preRun ?? []),
      (module: PostgresModule) => addSync(module.NODEFS as unknown as NodeFiles),
    ];
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
  }
}

/** The parts of Emscripten's NODEFS used here (emscripten, src/lib/libnodefs.js). */
interface NodeFiles {
  realPath(node: object): string;
  readonly node_ops: { setattr(node: object, attributes: { readonly size?: number }): void };
  readonly stream_ops: {
    write(stream: OpenFile, ...rest: readonly unknown[]): number;
    fsync?: (stream: OpenFile) => number;
  };
}

/** @property nfd Node's file descriptor; undefined for a folder. */
interface OpenFile {
  readonly node: object;
  readonly nfd?: number;
}

function addSync(files: NodeFiles): void {
  const written = new WeakSet<object>();
  const { write } = files.stream_ops;
  const { setattr } = files.node_ops;
  files.stream_ops.write = (stream, ...rest) => {
    written.add(stream.node);
    return write(stream, ...rest);
  };
  files.node_ops.setattr = (node, attributes) => {
    if (attributes.size !== undefined) written.add(node);
    setattr(node, attributes);
  };
  files.stream_ops.fsync = ({ node, nfd }) => {
    if (nfd === undefined) syncFolder(files.realPath(node));
    else if (written.delete(node)) fsyncSync(nfd);
    return 0;
  };
}

/** Makes the names in a folder as durable as its files. Windows cannot sync a folder and has no need to. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** After a crash, brings every file of a database to the disk, many at a time; does nothing to one that was closed cleanly. */
export async function prepareForRecovery(database: string): Promise<void> {
  if (await wasShutDown(database)) return;
  const entries = await readdir(database, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const take = async () => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
      const handle = await open(path, 'r+');
      await handle.sync().finally(() => handle.close());
    }
  };
  await Promise.all(Array.from({ length: SYNCS_AT_ONCE }, take));
}

const SYNCS_AT_ONCE = 16;
/** Where `state` stands in pg_control, and its value after a clean shutdown (PostgreSQL, src/include/catalog/pg_control.h). */
const STATE_OFFSET = 16;
const SHUT_DOWN = 1;

async function wasShutDown(database: string): Promise<boolean> {
  const handle = await open(join(database, 'global', 'pg_control'));
  try {
    const state = Buffer.alloc(4);
    await handle.read(state, 0, 4, STATE_OFFSET);
    return state.readInt32LE() === SHUT_DOWN;
  } finally {
    await handle.close();
  }
}
