// The bus of several processes on one database: listeners here are woken at once, those of other processes over a channel of Redis.
import { randomUUID } from 'node:crypto';
import type { RedisConnection } from '../redis/connection.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createLocalBus, type EventBus, HINTS, type Hint } from './bus.ts';

export interface RedisBusOptions {
  readonly redis: RedisConnection;
  /** Name of the event log: gateways on other databases may use the same Redis and must not wake each other. */
  readonly logName: string;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * While Redis is away only this process is woken; the others find what was written when they next look by themselves. When it is back every kind of hint is
 * given here once, because some may have been missed.
 * @throws {Error} when the channel cannot be listened to.
 */
export async function createRedisBus({ redis, logName, logger }: RedisBusOptions): Promise<EventBus> {
  const { client } = redis;
  const channel = `gandi-gateway:bus:${logName}`;
  const self = randomUUID();
  const local = createLocalBus();
  const untold = new Set<Hint>();

  const tellOthers = (hint: Hint): void => {
    untold.delete(hint);
    if (redis.isUp) client.publish(channel, `${self} ${hint}`).catch(() => {});
  };
  const listen = (): Promise<unknown> => client.subscribe(channel);
  client.on('message', (from: string, message: string) => {
    if (from !== channel) return;
    const [sender, kind] = message.split(' ');
    const hint = HINTS.find((known) => known === kind);
    if (sender !== self && hint !== undefined) local.publish(hint);
  });
  redis.onBack(() => {
    listen().then(
      () => HINTS.forEach(local.publish),
      (error: Error) => logger.warn({ reason: error.message }, 'bus: the channel cannot be listened to again'),
    );
  });
  await listen();

  return {
    publish(hint) {
      local.publish(hint);
      if (untold.has(hint)) return;
      untold.add(hint);
      setImmediate(tellOthers, hint);
    },
    subscribe: (hint, listener) => local.subscribe(hint, listener),
  };
}
