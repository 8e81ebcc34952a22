// What can be wrong with Redis at start-up, in one sentence an operator can act on. Never a password.

/** The Redis server cannot be used; the message names the variable, what was found and what is expected. */
export class RedisError extends Error {
  override readonly name = 'RedisError';
  readonly variable = 'REDIS_URL';
  constructor(sentence: string) {
    super(`REDIS_URL: ${sentence}`);
  }
}
