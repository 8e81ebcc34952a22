// A far end that takes HTTP calls and notes exactly when each arrived; a process of its own when run, a client of that process when imported.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MIN_LATENCY_MS = 20;
const MAX_LATENCY_MS = 80;

export interface ReceiverProcess {
  readonly origin: string;
  /** Arrivals at `path` since the start, ascending, in epoch milliseconds with fractions. */
  arrivals(path: string): Promise<number[]>;
  stop(): Promise<void>;
}

/**
 * Every call takes 20 to 80 ms: a random part of that passes on the way, before the arrival is noted, the rest before the answer.
 * Each path has its own log.
 */
export async function startReceiver(): Promise<ReceiverProcess> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [port] = (await once(child, 'message')) as [number];
  return {
    origin: `http://127.0.0.1:${port}`,
    async arrivals(path) {
      child.send(path);
      const [arrivals] = (await once(child, 'message')) as [number[]];
      return arrivals;
    },
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

async function serve(send: (message: number | number[]) => void): Promise<void> {
  const logs = new Map<string, number[]>();
  const logOf = (path: string): number[] => {
    const log = logs.get(path) ?? [];
    logs.set(path, log);
    return log;
  };
  const server = createServer(async (request, response) => {
    const latencyMs = MIN_LATENCY_MS + (MAX_LATENCY_MS - MIN_LATENCY_MS) * Math.random();
    const thereMs = latencyMs * Math.random();
    await pause(thereMs);
    logOf(request.url ?? '/').push(performance.timeOrigin + performance.now());
    await pause(latencyMs - thereMs);
    response.writeHead(204).end();
  });
  process.on('message', (path: string) => send(logOf(path)));
  process.on('disconnect', () => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  send((server.address() as AddressInfo).port);
}

if (import.meta.main && process.send) await serve(process.send.bind(process));
