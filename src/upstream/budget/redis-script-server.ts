// The shared budget's scripts on a Redis connection: sent by their digest, and whole only to a server that does not know them yet.
import { createHash } from 'node:crypto';
import type { RedisConnection } from '../../redis/connection.ts';
import type { ScriptServer } from './script-server.ts';

export function createRedisScriptServer(redis: RedisConnection): ScriptServer {
  const digests = new Map<string, string>();
  const digestOf = (script: string): string => {
    const known = digests.get(script);
    if (known !== undefined) return known;
    const digest = createHash('sha1').update(script).digest('hex');
    digests.set(script, digest);
    return digest;
  };
  return {
    get isUp() {
      return redis.isUp;
    },
    async run(script, keys, argument) {
      const { client } = redis;
      const answer = await client.evalsha(digestOf(script), keys.length, ...keys, argument).catch((error: unknown) => {
        // The server says so before it does anything.
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return client.eval(script, keys.length, ...keys, argument);
      });
      return String(answer);
    },
    onLost: redis.onLost,
    onBack: redis.onBack,
  };
}
