// The receiver of docs/webhooks.md does what the page says: it takes what the gateway signed and nothing else.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { newSecret, signedHeaders } from '../../src/webhooks/signature.ts';

const secret = newSecret();
const [, sample = ''] = /```ts\n(.*?)```/s.exec(readFileSync('docs/webhooks.md', 'utf8')) ?? [];
let url: string;
let receiver: ReturnType<typeof spawn>;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}/`;
  receiver = spawn(process.execPath, ['--input-type=module-typescript', '--eval', sample], {
    env: { ...process.env, SIGNING_SECRET: secret, RECEIVER_PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await vi.waitFor(() => fetch(url, { method: 'POST' }), { timeout: 20_000 });
}, 30_000);
afterAll(async () => {
  receiver.kill('SIGTERM');
  await once(receiver, 'exit');
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const body = JSON.stringify({ id: '1', type: 'ORDER_CHANGED', timestamp: '2030-01-01T00:00:00Z', data: {} });
const post = async (sent: string, secrets: readonly string[], at = Date.now()) => {
  const headers = signedHeaders({ id: 'message-1', body, at }, secrets);
  return (await fetch(url, { method: 'POST', headers: { ...headers }, body: sent })).status;
};

test('what the gateway signed is taken, also while the secret is rotated', async () => {
  expect(await post(body, [secret])).toBe(204);
  expect(await post(body, [newSecret(), secret])).toBe(204);
});

test('what was changed, signed by another or sent again much later is refused', async () => {
  expect(await post(body.replace('1', '2'), [secret])).toBe(400);
  expect(await post(body, [newSecret()])).toBe(400);
  expect(await post(body, [secret], Date.now() - 600_000)).toBe(400);
});
