// Redis for tests: the shared server when one is named, and servers of a test's own that it may stop, freeze and start again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { freePort } from '../../bench/lib/gateway-process.ts';
import { eventually } from './eventually.ts';

/** A server to run tests on, when one is named; then `redis-server` is installed too. */
export const TEST_REDIS_URL = process.env.TEST_REDIS_URL ?? process.env.REDIS_URL ?? null;

export interface OwnRedis {
  readonly url: string;
  readonly port: number;
  /** SIGKILL: what it held is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
  /** It keeps its connections and says nothing any more. */
  pause(): void;
  resume(): void;
}

/** Starts an empty `redis-server` that writes nothing to disk; `settings` as on its command line. */
export async function startOwnRedis(settings: readonly string[] = []): Promise<OwnRedis> {
  const port = await freePort();
  let child: ChildProcess | null = null;
  const own: OwnRedis = {
    url: `redis://127.0.0.1:${port}`,
    port,
    async start() {
      const base = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      child = spawn('redis-server', [...base, ...settings], { stdio: 'ignore' });
      const started = child;
      await eventually('the Redis server listens', () => {
        if (started.exitCode !== null) throw new Error(`redis-server ended with ${started.exitCode}.`);
        return accepts(port);
      });
    },
    async kill() {
      const ending = child;
      child = null;
      if (ending === null || ending.exitCode !== null) return;
      const ended = once(ending, 'exit');
      ending.kill('SIGKILL');
      await ended;
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  };
  await own.start();
  return own;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const answer = (is: boolean) => () => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', answer(true));
    socket.once('error', answer(false));
  });
}
