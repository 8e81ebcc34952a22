// The bus across processes: everybody on the same database is woken, nobody else, and nothing stays unheard when Redis was away.
import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type EventBus, HINTS, type Hint } from '../../src/events/bus.ts';
import { createRedisBus } from '../../src/events/redis-bus.ts';
import { openRedis, type RedisConnection } from '../../src/redis/connection.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../helpers/eventually.ts';
import { startOwnRedis, TEST_REDIS_URL } from '../helpers/test-redis.ts';

interface Process {
  readonly bus: EventBus;
  readonly redis: RedisConnection;
  readonly heard: Hint[];
}

async function startProcess(url: string, logName: string): Promise<Process> {
  const redis = await openRedis(url, silentLogger);
  onTestFinished(() => redis.close());
  const bus = await createRedisBus({ redis, logName, logger: silentLogger });
  const heard: Hint[] = [];
  for (const hint of HINTS) bus.subscribe(hint, () => heard.push(hint));
  return { bus, redis, heard };
}

describe.skipIf(TEST_REDIS_URL === null)('the bus over Redis', () => {
  const url = TEST_REDIS_URL ?? '';

  it('wakes the listeners here and in every other process on the same log, each once for hints given together', async () => {
    const logName = randomUUID();
    const [one, two, three] = await Promise.all([1, 2, 3].map(() => startProcess(url, logName)));
    if (!one || !two || !three) throw new Error('three processes');
    one.bus.publish('events');
    one.bus.publish('events');
    one.bus.publish('polls');
    await eventually('all have heard', () => [one, two, three].every(({ heard }) => heard.length >= 2));
    two.bus.publish('orders');
    await eventually('all have heard', () => [one, two, three].every(({ heard }) => heard.length >= 3));
    for (const { heard } of [one, two, three]) expect(heard).toEqual(['events', 'polls', 'orders']);
  });

  it('does not wake a gateway on another database, and says nothing of what happened', async () => {
    const [ours, theirs] = [randomUUID(), randomUUID()];
    const one = await startProcess(url, ours);
    const two = await startProcess(url, ours);
    const other = await startProcess(url, theirs);
    const spy = await openRedis(url, silentLogger);
    onTestFinished(() => spy.close());
    const told: string[] = [];
    await spy.client.psubscribe(`*${ours}*`);
    spy.client.on('pmessage', (_pattern: string, _channel: string, message: string) => told.push(message));
    one.bus.publish('refunds');
    await eventually('the other process has heard', () => two.heard.length === 1);
    other.bus.publish('events');
    await eventually('its own hint came back', () => other.heard.length === 1);
    expect(other.heard).toEqual(['events']);
    await eventually('the channel was read', () => told.length === 1);
    expect(told[0]).toMatch(/^[0-9a-f-]{36} refunds$/);
  });

  it('wakes listeners here while Redis is away, and gives every kind of hint once when it is back', async () => {
    const own = await startOwnRedis();
    onTestFinished(() => own.kill());
    const one = await startProcess(own.url, 'log');
    const two = await startProcess(own.url, 'log');
    await own.kill();
    await eventually('the loss is known', () => !one.redis.isUp && !two.redis.isUp);
    one.bus.publish('payments');
    await eventually('the hint was heard here', () => one.heard.length === 1);
    expect(two.heard).toEqual([]);
    await own.start();
    await eventually('all kinds were given', () => two.heard.length === HINTS.length);
    expect(two.heard).toEqual(HINTS);
    await eventually('all kinds were given', () => one.heard.length === HINTS.length + 1);
    two.bus.publish('events');
    await eventually('the channel works again', () => one.heard.length === HINTS.length + 2);
  });

  it('ignores kinds it does not know, which a newer process may give', async () => {
    const logName = randomUUID();
    const one = await startProcess(url, logName);
    await one.redis.client.publish(`gandi-gateway:bus:${logName}`, 'somebody weather');
    await one.redis.client.publish(`gandi-gateway:bus:${logName}`, 'somebody polls');
    await eventually('the known kind was heard', () => one.heard.length === 1);
    expect(one.heard).toEqual(['polls']);
  });
});
