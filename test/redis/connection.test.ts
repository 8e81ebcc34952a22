// The connection to Redis: what an operator reads when it cannot be used, and what happens when it is lost.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openRedis, pauseMs, type RedisConnection } from '../../src/redis/connection.ts';
import { RedisError } from '../../src/redis/errors.ts';
import { createLogger, silentLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../helpers/eventually.ts';
import { type OwnRedis, startOwnRedis, TEST_REDIS_URL } from '../helpers/test-redis.ts';

async function open(url: string, logger = silentLogger): Promise<RedisConnection> {
  const connection = await openRedis(url, logger);
  onTestFinished(() => connection.close());
  return connection;
}

async function problem(url: string): Promise<string> {
  const error = await open(url).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof RedisError) return error.message;
  throw new Error('expected a RedisError', { cause: error });
}

describe('an address that cannot be used is named without its password:', () => {
  it('nobody listens', async () => {
    expect(await problem('redis://me:hunter2@127.0.0.1:1')).toBe(
      'REDIS_URL: no server answers at 127.0.0.1:1 (ECONNREFUSED); expected a Redis or Valkey server that is running and reachable.',
    );
    expect(await problem('redis://:hunter2@no-such-host.invalid')).toMatch(
      /^REDIS_URL: no server answers at no-such-host\.invalid:6379 \((ENOTFOUND|EAI_AGAIN)\)/,
    );
  });

  it('it accepts and says nothing', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    expect(await problem(`redis://127.0.0.1:${portOf(server)}`)).toMatch(/no answer in time/);
  });

  it('something else answers', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    expect(await problem(`redis://127.0.0.1:${portOf(server)}`)).toMatch(/is no Redis server/);
  });

  it('it is no address, or its database no number', async () => {
    expect(await problem('redis://')).toMatch(/^REDIS_URL: expected redis:\/\//);
    expect(await problem('redis://127.0.0.1:1/prod')).toBe(
      'REDIS_URL: found the database "prod", expected a number such as 0 after the last slash.',
    );
  });
});

const portOf = (server: ReturnType<typeof createServer>): number => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
};

describe.skipIf(TEST_REDIS_URL === null)('a server of our own', () => {
  let own: OwnRedis;
  beforeAll(async () => {
    own = await startOwnRedis();
  });
  afterAll(() => own.kill());

  it('is described with its version, without password', async () => {
    const { describe: describeIt } = await open(`${own.url}/3`);
    expect(describeIt()).toMatch(new RegExp(`^(Redis|Valkey) \\d+\\.\\d+\\.\\d+ at 127\\.0\\.0\\.1:${own.port}/3$`));
  });

  it('that refuses the password, lacks the database, throws keys away or only copies says so', async () => {
    const guarded = await startOwnRedis(['--requirepass', 'right-one', '--databases', '2']);
    onTestFinished(() => guarded.kill());
    const at = `127.0.0.1:${guarded.port}`;
    const refused = `REDIS_URL: the server at ${at} refused user "default" or its password; expected redis://user:password@host:port.`;
    expect(await problem(`redis://:hunter2@${at}`)).toBe(refused);
    expect(await problem(`redis://${at}`)).toBe(refused);
    expect(await problem(`redis://:right-one@${at}/7`)).toMatch(/has no database 7/);
    const settle = await open(`redis://:right-one@${at}`);
    await settle.client.config('SET', 'maxmemory', '50mb');
    await settle.client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await problem(`redis://:right-one@${at}`)).toMatch(/throws keys away .*allkeys-lru.*expected noeviction/);
    await settle.client.config('SET', 'maxmemory-policy', 'noeviction');
    await settle.client.replicaof('127.0.0.1', '1');
    expect(await problem(`redis://:right-one@${at}`)).toMatch(/is a read-only copy; expected the primary server/);
  });

  it('that is lost fails commands at once, tells it, and is taken up again by itself', async () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'info', pretty: false, destination: { write: (line) => lines.push(line) } });
    const connection = await open(own.url, logger);
    const heard: string[] = [];
    connection.onLost(() => heard.push('lost'));
    const leave = connection.onBack(() => heard.push('back'));
    const underWay = connection.client.blpop('nothing-comes', 0);
    underWay.catch(() => {});
    await own.kill();
    await expect(underWay).rejects.toThrow();
    await eventually('the loss is known', () => !connection.isUp);
    await expect(connection.client.incr('counter')).rejects.toThrow();
    await own.start();
    await eventually('the connection is back', () => connection.isUp);
    expect(heard).toEqual(['lost', 'back']);
    expect(await connection.client.incr('counter')).toBe(1);
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
      'redis: the connection was lost; trying again',
      'redis: the connection is back',
    ]);
    leave();
    await own.kill();
    await own.start();
    await eventually('the connection is back', () => connection.isUp && heard.length === 3);
    expect(heard).toEqual(['lost', 'back', 'lost']);
  });

  it('that keeps its connections and says nothing is found out', async () => {
    const connection = await open(own.url);
    own.pause();
    onTestFinished(() => own.resume());
    await expect(connection.client.get('anything')).rejects.toThrow(/timed out/i);
    await eventually('the loss is known', () => !connection.isUp);
    own.resume();
    await eventually('the connection is back', () => connection.isUp);
  });

  it('is closed without a word, once', async () => {
    const connection = await open(own.url);
    let told = 0;
    connection.onLost(() => {
      told += 1;
    });
    await Promise.all([connection.close(), connection.close()]);
    await expect(connection.client.get('anything')).rejects.toThrow();
    expect([told, connection.isUp]).toEqual([0, false]);
  });
});

it('pauses between attempts double up to two seconds and differ between replicas', () => {
  expect([1, 2, 3, 6, 7, 1_000].map((times) => pauseMs(times, 0.5))).toEqual([50, 100, 200, 1_600, 2_000, 2_000]);
  expect([pauseMs(10, 0), pauseMs(10, 0.999)]).toEqual([1_000, 2_998]);
});
