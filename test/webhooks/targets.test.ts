// Where webhooks may be sent: whatever a name server says, a connection goes only to an address that was checked.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { isPublicAddress } from '../../src/webhooks/addresses.ts';
import { createWebhookClient, type WebhookClient } from '../../src/webhooks/client.ts';
import { createTargets, type Resolve } from '../../src/webhooks/targets.ts';
import { fakeClock } from '../helpers/fake-clock.ts';

const LOOPBACK = { address: '127.0.0.1', family: 4 };
const PUBLIC = { address: '93.184.215.14', family: 4 };

let server: Server;
let seen: string[];
let port: number;
let answer: (path: string) => { status: number; headers?: Record<string, string>; body?: string } | 'hang' | 'endless';
const clients: WebhookClient[] = [];

beforeEach(async () => {
  seen = [];
  answer = () => ({ status: 204 });
  server = createServer((request, response) => {
    seen.push(request.url ?? '');
    request.resume();
    const told = answer(request.url ?? '');
    if (told === 'hang') return;
    if (told === 'endless') {
      response.writeHead(200);
      const write = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', write);
      };
      return write();
    }
    response.writeHead(told.status, told.headers).end(told.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function clientOf(privateTargets: 'refuse' | 'allow', resolve?: Resolve, clock = systemClock) {
  const targets = createTargets({ privateTargets, connectMs: 1_000, ...(resolve && { resolve }) });
  const client = createWebhookClient({ targets, clock });
  clients.push(client);
  return { targets, client };
}
const post = (client: WebhookClient, url: string) => client.post({ url, headers: {}, body: '{}' });

describe('an address', () => {
  test.each([
    '127.0.0.1',
    '127.255.0.9',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    'fc00::1',
    'fdff::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '2002:7f00:1::1',
    '2001::1',
    '2001:db8::1',
    '::127.0.0.1',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '93.184.215.14', '2606:4700:4700::1111', '2a00:1450:4001::1'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  test('of a private network is refused in every form that IPv6 has for it', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.constantFrom(10, 127), octet, octet, octet, (a, b, c, d) => {
        const hex = [(a << 8) | b, (c << 8) | d].map((part) => part.toString(16)).join(':');
        for (const form of [`${a}.${b}.${c}.${d}`, `::ffff:${hex}`, `64:ff9b::${hex}`, `::${hex}`, `2002:${hex}::`])
          expect([form, isPublicAddress(form)]).toEqual([form, false]);
      }),
    );
  });
});

describe('a connection', () => {
  test('is not opened to a name that is public when it is checked and private when it is connected to', async () => {
    const answers = [[PUBLIC], [LOOPBACK], [LOOPBACK]];
    const { targets, client } = clientOf('refuse', async () => answers.shift() ?? [LOOPBACK]);
    const url = `https://rebinding.example:${port}/`;
    expect(await targets.problemOf(url)).toBeNull();
    expect(await post(client, url)).toMatchObject({ status: null, error: 'ADDRESS_REFUSED' });
    expect(seen).toEqual([]);
  });

  test('is not opened to a name that leads to a public and a private address', async () => {
    const { client } = clientOf('refuse', async () => [PUBLIC, LOOPBACK]);
    expect(await post(client, `http://both.example:${port}/`)).toMatchObject({ error: 'ADDRESS_REFUSED' });
    expect(seen).toEqual([]);
  });

  test.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', 'localhost', '0'])(
    'is not opened to %s, which needs no name server',
    async (host) => {
      const { targets, client } = clientOf('refuse');
      expect(await targets.problemOf(`https://${host}:${port}/`)).toMatchObject({ message: expect.any(String) });
      expect(await post(client, `http://${host}:${port}/`)).toMatchObject({ error: 'ADDRESS_REFUSED' });
      expect(seen).toEqual([]);
    },
  );

  test('is opened to private addresses when that is allowed, by the address that was resolved', async () => {
    const { targets, client } = clientOf('allow', async () => [LOOPBACK]);
    const url = `http://receiver.example:${port}/hook`;
    expect(await targets.problemOf(url)).toBeNull();
    expect(await post(client, url)).toMatchObject({ status: 204, error: null });
    expect(seen).toEqual(['/hook']);
  });

  test.each([
    'http://receiver.example/',
    'ftp://receiver.example/',
    'receiver',
    'https://me:secret@receiver.example/',
    'https://receiver.example/#x',
  ])('%s is no address for a webhook, and no password is repeated', async (url) => {
    const { targets } = clientOf('refuse', async () => [PUBLIC]);
    const problem = await targets.problemOf(url);
    expect(problem).not.toBeNull();
    expect(JSON.stringify(problem)).not.toContain('secret@');
  });
});

describe('an answer', () => {
  test('that redirects is a failure, and nobody is asked at the other place', async () => {
    const { client } = clientOf('allow');
    answer = () => ({ status: 302, headers: { location: '/elsewhere' } });
    expect(await post(client, `http://127.0.0.1:${port}/hook`)).toMatchObject({ status: 302, error: 'REDIRECT' });
    expect(seen).toEqual(['/hook']);
  });

  test('that asks to wait is heard in seconds and as a date, and only with 429 and 503', async () => {
    const clock = fakeClock(Date.UTC(2030, 0, 1));
    const { client } = clientOf('allow', undefined, clock);
    const url = `http://127.0.0.1:${port}/`;
    answer = () => ({ status: 429, headers: { 'retry-after': '120' } });
    expect(await post(client, url)).toMatchObject({ status: 429, error: 'STATUS', retryAfterMs: 120_000 });
    answer = () => ({ status: 503, headers: { 'retry-after': 'Tue, 01 Jan 2030 00:10:00 GMT' } });
    expect(await post(client, url)).toMatchObject({ retryAfterMs: 600_000 });
    answer = () => ({ status: 500, headers: { 'retry-after': '120' } });
    expect(await post(client, url)).toMatchObject({ retryAfterMs: null });
  });

  test('that never comes ends after 15 seconds', async () => {
    const clock = fakeClock();
    const { client } = clientOf('allow', undefined, clock);
    const answered = Promise.withResolvers<void>();
    answer = () => {
      answered.resolve();
      return 'hang';
    };
    const posting = post(client, `http://127.0.0.1:${port}/`);
    await answered.promise;
    await clock.advance(15_000);
    expect(await posting).toMatchObject({ status: null, error: 'TIMEOUT', durationMs: 15_000 });
    expect(clock.pending).toBe(0);
  });

  test('without an end is taken by its status, and read no further than a little', async () => {
    const { client } = clientOf('allow');
    answer = () => 'endless';
    expect(await post(client, `http://127.0.0.1:${port}/`)).toMatchObject({ status: 200, error: null });
  });

  test('from nobody is a failure of the connection', async () => {
    const { client } = clientOf('allow');
    expect(await post(client, 'http://127.0.0.1:1/')).toMatchObject({ status: null, error: 'CONNECTION' });
  });
});
