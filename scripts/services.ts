// Says whether the servers of TEST_DATABASE_URL and TEST_REDIS_URL can be used, so that tests on them are run and not left out unnoticed.
import { openRedis } from '../src/redis/connection.ts';
import { openPostgresql } from '../src/store/postgresql.ts';
import { silentLogger } from '../src/telemetry/logger.ts';

const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env;
if (!TEST_DATABASE_URL || !TEST_REDIS_URL) throw new Error('Set TEST_DATABASE_URL and TEST_REDIS_URL.');

const described = await Promise.allSettled([
  openPostgresql(TEST_DATABASE_URL, silentLogger).then(async ({ address, close }) => {
    await close();
    return `PostgreSQL at ${address}`;
  }),
  openRedis(TEST_REDIS_URL, silentLogger).then(async ({ describe, close }) => {
    await close();
    return describe();
  }),
]);
for (const result of described) {
  if (result.status === 'fulfilled') console.log(result.value);
  else {
    console.error(`TEST_${result.reason instanceof Error ? result.reason.message : String(result.reason)}`);
    process.exitCode = 1;
  }
}
