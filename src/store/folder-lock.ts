// One process at a time in a data folder. The lock is a listening socket, so it ends with the process, however that ends.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DataFolderLockedError } from './errors.ts';

export interface FolderLock {
  /** Lets the next process in. Safe to call twice. */
  release(): Promise<void>;
}

/** A socket's path is limited to 108 bytes on Linux and 104 on macOS (unix(7), sun_path). */
const MAX_SOCKET_PATH = 100;
const ANSWER_WITHIN_MS = 2_000;
const LOOK_AGAIN_MS = 20;
const SOCKET_NAME = /^lock-([0-9a-f]{16})\.sock$/;

/**
 * Takes the folder, or fails at once when a living process has it.
 *
 * Every contender listens on a socket of a name never used before, then asks all others it finds: whoever does not answer is dead and its
 * file is removed; a holder ends the attempt; among contenders the smallest name stays. Since each listens before it asks, of two that
 * start together at least one sees the other.
 * @param folder absolute path of an existing folder.
 * @throws {DataFolderLockedError}
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  if (process.platform === 'win32') return lockByPipe(folder);
  const place = socketFolder(folder);
  const id = randomBytes(8).toString('hex');
  const own = `lock-${id}.sock`;
  const state: { role: 'contender' | 'holder' } = { role: 'contender' };
  const server = await listen(join(place, own), () => `${state.role} ${id} ${process.pid}`);
  try {
    await outlast(place, own, id, folder);
    state.role = 'holder';
  } catch (error) {
    await close(server);
    throw error;
  }
  return { release: () => close(server) };
}

/** The folder itself, or where its path is too long one in the system's folder for temporary files, named after it. */
function socketFolder(folder: string): string {
  if (Buffer.byteLength(join(folder, 'lock-0123456789abcdef.sock')) <= MAX_SOCKET_PATH) return folder;
  const place = join(tmpdir(), `gandi-gateway-${digest(folder)}`);
  mkdirSync(place, { recursive: true });
  return place;
}

async function outlast(place: string, own: string, id: string, folder: string): Promise<void> {
  for (;;) {
    const names = readdirSync(place).filter((name) => SOCKET_NAME.test(name));
    if (!names.includes(own)) throw new DataFolderLockedError(folder, null);
    const others = await Promise.all(names.filter((name) => name !== own).map((name) => ask(join(place, name))));
    const living = others.filter((other) => other !== 'dead');
    const stronger = living.find((other) => other.role === 'holder' || other.id < id);
    if (stronger !== undefined) throw new DataFolderLockedError(folder, stronger.pid);
    if (living.length === 0) return;
    await wait(LOOK_AGAIN_MS);
  }
}

interface Other {
  readonly role: 'contender' | 'holder';
  readonly id: string;
  readonly pid: number | null;
}

/** Who listens there. One that accepts and keeps silent is a stopped process that still holds the folder. */
async function ask(path: string): Promise<Other | 'dead'> {
  const answer = await readAll(path);
  if (answer === null) {
    unlinkIfThere(path);
    return 'dead';
  }
  const match = /^(contender|holder) ([0-9a-f]+) (\d+)$/.exec(answer);
  if (match === null) return { role: 'holder', id: '', pid: null };
  return { role: match[1] === 'contender' ? 'contender' : 'holder', id: match[2] ?? '', pid: Number(match[3]) };
}

/** What the listener says before it hangs up; null when nobody listens. */
function readAll(path: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let text = '';
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(text);
    }, ANSWER_WITHIN_MS);
    const finish = (value: string | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(value);
    };
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => finish(text));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') return finish(null);
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return finish(text);
      clearTimeout(timer);
      reject(error);
    });
  });
}

function listen(path: string, greeting: () => string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(greeting());
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Windows ends a pipe with its process and lets one server only have its name. */
async function lockByPipe(folder: string): Promise<FolderLock> {
  const path = `\\\\.\\pipe\\gandi-gateway-${digest(folder)}`;
  try {
    const server = await listen(path, () => `holder 0 ${process.pid}`);
    return { release: () => close(server) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const holder = await ask(path);
    throw new DataFolderLockedError(folder, holder === 'dead' ? null : holder.pid);
  }
}

function digest(folder: string): string {
  return createHash('sha256').update(folder).digest('hex').slice(0, 32);
}
