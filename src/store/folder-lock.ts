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
const MAX_LOOKS = 250;
const SOCKET_NAME = /^lock-([0-9a-f]{16})\.sock$/;

/**
 * Takes the folder, or fails at once when a living process has it.
 *
 * Every contender listens on a socket of a name never used before, then asks all others it finds: where nobody listens the process is dead
 * and its file is removed; a holder ends the attempt; among contenders the smallest name stays, once the others have left. Since each listens
 * before it asks, of two that start together at least one sees the other.
 * @param folder absolute path of an existing folder.
 * @throws {DataFolderLockedError}
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  if (process.platform === 'win32') return lockByPipe(folder);
  const id = randomBytes(8).toString('hex');
  const own = `lock-${id}.sock`;
  let role: Role = 'contender';
  const { server, place } = await listenFor(folder, own, () => `${role} ${id} ${process.pid}`);
  try {
    await outlast(place, own, id, folder);
    role = 'holder';
  } catch (error) {
    await close(server);
    throw error;
  }
  return { release: () => close(server) };
}

type Role = 'contender' | 'holder';

/** In the folder itself; where its path is too long or its file system has no sockets, in one for temporary files that is named after it. */
async function listenFor(
  folder: string,
  own: string,
  greeting: () => string,
): Promise<{ server: Server; place: string }> {
  if (Buffer.byteLength(join(folder, own)) <= MAX_SOCKET_PATH) {
    try {
      return { server: await listen(join(folder, own), greeting), place: folder };
    } catch (error) {
      if (!NO_SOCKETS_HERE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  const place = join(tmpdir(), `gandi-gateway-${digest(folder)}`);
  mkdirSync(place, { recursive: true });
  return { server: await listen(join(place, own), greeting), place };
}

/** What bind(2) answers on file systems that cannot hold a socket. */
const NO_SOCKETS_HERE = new Set(['ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EINVAL']);

async function outlast(place: string, own: string, id: string, folder: string): Promise<void> {
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    const names = readdirSync(place).filter((name) => SOCKET_NAME.test(name));
    if (!names.includes(own)) throw new DataFolderLockedError(folder, null);
    const answers = await Promise.all(names.filter((name) => name !== own).map((name) => ask(join(place, name))));
    const others = answers.filter((other) => other !== null);
    const stronger = others.find(({ role, id: rival }) => role === 'holder' || (role === 'contender' && rival < id));
    if (stronger !== undefined) throw new DataFolderLockedError(folder, stronger.pid);
    if (others.length === 0) return;
    await wait(LOOK_AGAIN_MS);
  }
  throw new DataFolderLockedError(folder, null);
}

interface Other {
  readonly role: Role | 'leaving';
  readonly id: string;
  readonly pid: number | null;
}

/**
 * Who listens there; null when nobody does, and then the file is removed. One that accepts and keeps silent is a stopped process that still
 * holds the folder; one that hangs up is just closing.
 */
async function ask(path: string): Promise<Other | null> {
  const answer = await readAll(path);
  if (answer === 'refused') {
    unlinkIfThere(path);
    return null;
  }
  if (answer === 'hung up') return { role: 'leaving', id: '', pid: null };
  const match = /^(contender|holder) ([0-9a-f]+) (\d+)$/.exec(answer);
  if (match === null) return { role: 'holder', id: '', pid: null };
  return { role: match[1] === 'contender' ? 'contender' : 'holder', id: match[2] ?? '', pid: Number(match[3]) };
}

/** What the listener says before it ends the connection; empty when it says nothing in time. */
function readAll(path: string): Promise<string | 'refused' | 'hung up'> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let text = '';
    const finish = (answer: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(''), ANSWER_WITHIN_MS);
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => finish(text || 'hung up'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const { code } = error;
      if (code === 'ECONNREFUSED' || code === 'ENOENT') return finish('refused');
      if (code === 'ECONNRESET' || code === 'EPIPE') return finish('hung up');
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
    throw new DataFolderLockedError(folder, holder?.pid ?? null);
  }
}

function digest(folder: string): string {
  return createHash('sha256').update(folder).digest('hex').slice(0, 32);
}
