// The real scripts on a real Redis server, in virtual time: what they ask of the server's clock and of its run is given by the test.
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { FakeClock } from '../../../helpers/fake-clock.ts';
import type { Runner } from './model-redis.ts';

const KEYS = ['state', 'settled', 'flight', 'holders', 'waiting'];

export interface RealRedis {
  readonly run: Runner;
  restart(keepsData: boolean): void;
  /** Removes what was written. */
  clear(): Promise<void>;
}

export function createRealRedis(client: Redis, clock: FakeClock): RealRedis {
  let runs = 1;
  let name = randomUUID();
  const names = [name];
  const keysOf = (of: string) => KEYS.map((key) => `test-budget:{${of}}:${key}`);
  let working = 0;
  // Virtual time stands still while the server works.
  clock.settlesWith(async () => {
    while (working > 0) await new Promise((resolve) => setImmediate(resolve));
  });
  return {
    async run(script, argument) {
      const inTest = script
        .replace("redis.call('TIME')", '{ tonumber(ARGV[2]), tonumber(ARGV[3]) }')
        .replace("string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')", 'ARGV[4]');
      const micros = Math.round((clock.monotonic() + 1_000_000) * 1_000);
      const time = [Math.floor(micros / 1_000_000), micros % 1_000_000];
      working += 1;
      try {
        return String(await client.eval(inTest, KEYS.length, ...keysOf(name), argument, ...time, `abc${runs}`));
      } finally {
        working -= 1;
      }
    },
    restart(keepsData) {
      runs += 1;
      if (keepsData) return;
      name = randomUUID();
      names.push(name);
    },
    async clear() {
      for (const each of names) await client.del(...keysOf(each));
    },
  };
}
