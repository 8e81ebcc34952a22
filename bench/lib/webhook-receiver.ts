// A receiver of webhooks that fails three times in ten: by a 500, by breaking the connection, or by never answering. A process of its own when run, a client of
// that process when imported. What it gets it verifies at once with the public library.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';

/** One POST as it came. */
export interface Receipt {
  readonly path: string;
  /** `webhook-id`; empty when there was none. */
  readonly id: string;
  /** Name of the event, from the body. */
  readonly name: string;
  /** Epoch milliseconds with fractions. */
  readonly at: number;
  readonly isTaken: boolean;
  /** null: nobody said with which secret. */
  readonly isVerified: boolean | null;
}

export interface WebhookReceiverProcess {
  readonly origin: string;
  /** From now on what comes to `path` is verified with the secret. */
  expect(path: string, secret: string): void;
  /** How many different events each path has taken, in all. */
  taken(): Promise<number>;
  receipts(): Promise<readonly Receipt[]>;
  stop(): Promise<void>;
}

type Ask = 'taken' | 'receipts' | { readonly path: string; readonly secret: string };

/** @param failing share of calls that fail, from 0 to 1; the three ways take turns at random. */
export async function startWebhookReceiver(failing: number): Promise<WebhookReceiverProcess> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), [String(failing)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const answer = async <T>(ask?: Ask): Promise<T> => {
    const told = once(child, 'message');
    if (ask !== undefined) child.send(ask);
    const [message] = (await told) as [T];
    return message;
  };
  const port = await answer<number>();
  return {
    origin: `http://127.0.0.1:${port}`,
    expect: (path, secret) => void child.send({ path, secret }),
    taken: () => answer('taken'),
    receipts: () => answer('receipts'),
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

function isVerified(secret: string, body: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

async function serve(send: (message: number | readonly Receipt[]) => void, failing: number): Promise<void> {
  const secrets = new Map<string, string>();
  const receipts: Receipt[] = [];
  const taken = new Set<string>();
  const server = createServer(async (request, response) => {
    const at = performance.timeOrigin + performance.now();
    const body = await text(request).catch(() => null);
    if (body === null) return;
    const path = request.url ?? '/';
    const secret = secrets.get(path);
    const headers = request.headers as Record<string, string>;
    const { data } = JSON.parse(body) as { data: { name: string } };
    const fate = Math.random() / failing;
    receipts.push({
      path,
      id: headers['webhook-id'] ?? '',
      name: data.name,
      at,
      isTaken: fate >= 1,
      isVerified: secret === undefined ? null : isVerified(secret, body, headers),
    });
    if (fate < 1 / 3) response.writeHead(500).end();
    else if (fate < 2 / 3) request.socket.resetAndDestroy();
    else if (fate >= 1) {
      taken.add(`${path} ${data.name}`);
      response.writeHead(204).end();
    }
  });
  process.on('message', (ask: Ask) => {
    if (ask === 'taken') send(taken.size);
    else if (ask === 'receipts') send(receipts);
    else secrets.set(ask.path, ask.secret);
  });
  process.on('disconnect', () => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  send((server.address() as AddressInfo).port);
}

if (import.meta.main && process.send) await serve(process.send.bind(process), Number(process.argv[2]));
