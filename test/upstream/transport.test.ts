// One exchange: what becomes of the permit in each ending, and the bounds on time and size.

import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Permit } from '../../src/upstream/budget/permit.ts';
import { createTransport, PermitExpired, type Transport, type TransportOptions } from '../../src/upstream/transport.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';

const request = { method: 'GET', target: '/v5/x', headers: {}, body: null } as const;

/** What the permit was told, in order. */
function permit(mayBeSent = () => true): { permit: Permit; told: string[] } {
  const told: string[] = [];
  const tell = (word: string) => () => void told.push(word);
  return {
    told,
    permit: { lane: 'poll', waitedMs: 0, mayBeSent, done: tell('done'), lost: tell('lost'), release: tell('release') },
  };
}

let server: Server;
let clock: FakeClock;
let transport: Transport;
let received: string;
/** What the server writes when a request has come. */
let script: (write: (text: string) => void, end: () => void) => void;

const listen = () =>
  new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
const open = async (options: Partial<TransportOptions> = {}) => {
  transport = createTransport({ origin: await listen(), clock, ...options });
};
const until = async (condition: () => boolean) => {
  for (let turns = 0; !condition(); turns++) {
    if (turns > 50_000) throw new Error('what the test waits for did not happen');
    await nextTurn();
  }
};

beforeEach(() => {
  clock = fakeClock();
  received = '';
  script = () => {};
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      received += data;
      script(
        (text) => void socket.write(text),
        () => void socket.destroy(),
      );
    });
  });
});
afterEach(async () => {
  server.close();
  await transport.close();
});

const exchange = (signal?: AbortSignal, abortOnceSent = true) => {
  const { permit: given, told } = permit();
  const outcome = transport
    .exchange(request, { permit: given, signal, abortOnceSent })
    .catch((error: unknown) => error);
  return { outcome, told };
};

describe('an exchange', () => {
  it('settles its permit at the headers, before the body has come', async () => {
    let finish = (_text: string): void => {};
    script = (write) => {
      write('HTTP/1.1 200 OK\r\nX-Twice: a\r\nX-Twice: b\r\nContent-Length: 2\r\n\r\n');
      finish = write;
    };
    await open();
    const { outcome, told } = exchange();
    await until(() => told.length > 0);
    expect(told).toEqual(['done']);
    finish('{}');
    expect(await outcome).toMatchObject({ status: 200, text: '{}', headers: { 'x-twice': 'a, b' } });
    expect(told).toEqual(['done']);
  });

  it('does not take an early hint for the answer', async () => {
    script = (write) => {
      write('HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n');
    };
    await open();
    const { outcome, told } = exchange();
    expect(await outcome).toMatchObject({ status: 204, text: '' });
    expect(told).toEqual(['done']);
  });

  it('counts its permit as lost when the connection breaks before the headers', async () => {
    script = (_write, end) => end();
    await open();
    const { outcome, told } = exchange();
    expect(await outcome).toMatchObject({ name: 'NoAnswer', reason: 'reset', sent: true });
    expect(told).toEqual(['lost']);
  });

  it('is no answer when its body does not end in time', async () => {
    script = (write) => write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"half');
    await open();
    const { outcome, told } = exchange();
    await until(() => told.length > 0);
    await clock.advance(60_000);
    expect(await outcome).toMatchObject({ reason: 'timeout', sent: true });
    expect(told).toEqual(['done']);
  });

  it('does not leave on a permit that is over once the connection stands, and gives it back', async () => {
    await open();
    const { permit: given, told } = permit(() => false);
    let sent = 0;
    const onSent = () => {
      sent += 1;
    };
    const outcome = transport.exchange(request, { permit: given, abortOnceSent: true, onSent });
    await expect(outcome).rejects.toBeInstanceOf(PermitExpired);
    expect({ told, sent, received }).toEqual({ told: ['release'], sent: 0, received: '' });
  });

  it('gives its permit back when nobody listens', async () => {
    await open();
    await new Promise((resolve) => server.close(resolve));
    const { outcome, told } = exchange();
    expect(await outcome).toMatchObject({ reason: 'connect', sent: false });
    expect(told).toEqual(['release']);
  });

  it('ends at its time limit: lost when the request had left', async () => {
    await open({ timeouts: { totalMs: 3_000 } });
    const { outcome, told } = exchange();
    await until(() => received !== '');
    await clock.advance(2_999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(await outcome).toMatchObject({ reason: 'timeout', sent: true });
    expect(told).toEqual(['lost']);
  });

  it('given up while it waits for a connection gives its permit back and is never sent', async () => {
    let answerFirst = (_text: string): void => {};
    script = (write) => {
      answerFirst = write;
    };
    await open({ connections: 1 });
    const first = exchange();
    await until(() => received !== '');
    const abort = new AbortController();
    const second = exchange(abort.signal, false);
    await nextTurn();
    abort.abort('changed my mind');
    expect(await second.outcome).toBe('changed my mind');
    expect(second.told).toEqual(['release']);
    answerFirst('HTTP/1.1 204 No Content\r\n\r\n');
    await first.outcome;
    script = (write) => write('HTTP/1.1 204 No Content\r\n\r\n');
    const third = exchange();
    expect(await third.outcome).toMatchObject({ status: 204 });
    expect(received.match(/GET /g)).toHaveLength(2);
  });

  it('stops reading at the size bound', async () => {
    script = (write) => write(`HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n${'x'.repeat(5_000)}`);
    await open({ maxBodyBytes: 1_000 });
    const { outcome, told } = exchange();
    expect(await outcome).toMatchObject({ reason: 'too-large', sent: true });
    expect(told).toEqual(['done']);
  });

  it('aborted under way is lost, and its reason is thrown as it is', async () => {
    await open();
    const abort = new AbortController();
    const { outcome, told } = exchange(abort.signal);
    await until(() => received !== '');
    const reason = { why: 'nobody waits' };
    abort.abort(reason);
    expect(await outcome).toBe(reason);
    expect(told).toEqual(['lost']);
  });

  it('aborted beforehand sends nothing and gives its permit back', async () => {
    await open();
    const { outcome, told } = exchange(AbortSignal.abort('no'), false);
    expect(await outcome).toBe('no');
    expect(told).toEqual(['release']);
    expect(received).toBe('');
  });

  it('leaves no timer behind', async () => {
    script = (write) => write('HTTP/1.1 204 No Content\r\n\r\n');
    await open();
    await exchange().outcome;
    expect(clock.pending).toBe(0);
  });
});
