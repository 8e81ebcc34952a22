// Puts a sandbox on a local port.
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { SandboxOptions } from './options.ts';
import { replay } from './recorder.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';

export interface RunningSandbox {
  /** `http://127.0.0.1:<port>`; the API lives under `/v5`, the control API under `/sandbox`. */
  readonly url: string;
  readonly port: number;
  readonly sandbox: Sandbox;
  /** Stops listening, breaks open connections and drops timers. Idempotent. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly port?: number;
  readonly ownProcess?: boolean;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken
          ? new Error(`port ${port} is already in use: choose another one, or 0 for any free one`, { cause: error })
          : error,
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/**
 * Starts a sandbox on 127.0.0.1.
 * @param options `port` 0 or absent takes any free one; `ownProcess` lets hono replace the process's global Request and
 * Response by faster ones, which is only for a process that does nothing else.
 * @throws Error when the port is taken; RangeError for an option out of range.
 */
export async function startSandbox(options: SandboxOptions & ServerOptions = {}): Promise<RunningSandbox> {
  const sandbox = createSandbox(options);
  const { journal } = sandbox.state;
  if (journal) await replay(sandbox, journal);
  const server = createAdaptorServer({
    fetch: (request, env) => sandbox.app.fetch(request, env),
    overrideGlobalObjects: options.ownProcess ?? false,
    serverOptions: { keepAliveTimeout: 60_000 },
  }) as Server;
  try {
    const port = await listen(server, options.port ?? 0);
    return {
      url: `http://127.0.0.1:${port}`,
      port,
      sandbox,
      close: () =>
        new Promise((resolve) => {
          sandbox.close();
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    };
  } catch (error) {
    sandbox.close();
    throw error;
  }
}
