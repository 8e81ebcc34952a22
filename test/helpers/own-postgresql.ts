// A PostgreSQL server of a test's own, in a folder of its own on a free port, that it may stop and start again.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../bench/lib/gateway-process.ts';
import { eventually } from './eventually.ts';

export interface OwnPostgresql {
  /** Of a database that is empty at first. */
  readonly url: string;
  /** Breaks every connection at once, as a crash does; what was committed stays. */
  crash(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes everything. */
  remove(): Promise<void>;
}

const INSTALLED = '/usr/lib/postgresql';

/** Null where no PostgreSQL server is installed. */
export function postgresqlPrograms(): string | null {
  try {
    const [newest] = readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a));
    return newest === undefined ? null : join(INSTALLED, newest, 'bin');
  } catch {
    return null;
  }
}

export async function startOwnPostgresql(): Promise<OwnPostgresql> {
  const programs = postgresqlPrograms();
  if (programs === null) throw new Error(`No PostgreSQL server is installed below ${INSTALLED}.`);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'postgresql-'));
  const data = join(folder, 'data');
  const user = serverUser();
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'gateway', '-A', 'trust', '--no-sync'], {
    ...user,
    stdio: 'ignore',
    cwd: folder,
  });
  const url = (database: string) => `postgresql://gateway@127.0.0.1:${port}/${database}`;
  let child: ChildProcess | null = null;
  const own: OwnPostgresql = {
    url: url('postgres'),
    async start() {
      const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off'];
      const started = spawn(
        join(programs, 'postgres'),
        ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
        { ...user, stdio: 'ignore', cwd: folder },
      );
      child = started;
      await eventually('the PostgreSQL server answers', async () => {
        if (started.exitCode !== null) throw new Error(`postgres ended with ${started.exitCode}.`);
        const client = new pg.Client({ connectionString: url('postgres') });
        client.on('error', () => {});
        return client.connect().then(
          () => client.end().then(() => true),
          () => false,
        );
      });
    },
    async crash() {
      const ending = child;
      child = null;
      if (ending === null || ending.exitCode !== null) return;
      const ended = once(ending, 'exit');
      ending.kill('SIGQUIT');
      await ended;
    },
    async remove() {
      await own.crash();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await own.start();
  return own;
}

/** The server refuses to run as root; Debian makes a user for it. */
function serverUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (kind: '-u' | '-g') => Number(execFileSync('id', [kind, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}
