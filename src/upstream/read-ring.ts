// Identical reads that are under way in several processes at the same time become one call: who comes first makes it, the others wait for its answer.
import { randomUUID } from 'node:crypto';
import { type Clock, sleep } from '../lib/clock.ts';
import type { RedisConnection } from '../redis/connection.ts';
import type { Logger } from '../telemetry/logger.ts';
import { LANES } from './budget/lanes.ts';
import type { SealedAnswers } from './sealed-answers.ts';
import type { ReadCall, StartRead } from './shared-reads.ts';
import type { WaitMeter } from './wait-meter.ts';

export interface ReadRingOptions {
  readonly redis: RedisConnection;
  readonly sealed: SealedAnswers;
  readonly clock: Clock;
  readonly waits: WaitMeter;
  readonly logger: Pick<Logger, 'warn'>;
  /** How long the others wait for a process that gives no sign of life, in milliseconds. */
  readonly leaseMs?: number;
}

export interface ReadRing<T> {
  /**
   * `start`, unless another process has the same read under way: then its answer. As within a process, a caller waits only for a call that is sent or waits in a
   * lane at least as urgent as its own, and for one that is not sent no longer than half of its patience; a failure is not shared. When the other process dies,
   * the answer does not come, or Redis is lost, the caller makes its own call. A read in lane `money` is never taken from another process.
   */
  share(key: string, start: StartRead<T>): StartRead<T>;
  /** Something changed upstream: reads that begin once this has resolved do not wait for earlier ones, in any process that Redis reaches. Never rejects. */
  forget(): Promise<void>;
}

const LEASE_MS = 3_000;
/** An answer is kept only for those who wait for it already: never long enough to be told to somebody who asks later. */
const KEEP_ANSWER_MS = 5_000;
/** Larger answers are not worth the way: the others ask Gandi themselves. */
const MAX_ANSWER_LENGTH = 2 * 1024 * 1024;

/** What is held: lane, whether the call has left, and whose it is. The generation is part of the name, so that a write parts what is before from what comes after. */
const CLAIM = `
local generation = redis.call('GET', KEYS[1]) or '0'
local key = ARGV[1] .. generation .. ':' .. ARGV[2]
local held = redis.call('GET', key)
if held then
  local lane, sent, token = string.match(held, '^(%d+):(%d):(.+)$')
  if sent == '1' or tonumber(lane) <= tonumber(ARGV[3]) then
    redis.call('SET', ARGV[1] .. 'awaited:' .. token, '1', 'PX', ARGV[5] * 10)
    return {key, token}
  end
end
redis.call('SET', key, ARGV[3] .. ':0:' .. ARGV[4], 'PX', ARGV[5])
return {key, ARGV[4]}`;

const SIGN_OF_LIFE = `
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, -#ARGV[1]) == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2] .. ':' .. ARGV[3] .. ':' .. ARGV[1], 'PX', ARGV[4])
end`;

/** @returns 1 when somebody waits for the answer. */
const FINISH = `
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, -#ARGV[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return redis.call('EXISTS', KEYS[2])`;

/** @returns the answer, or where the call is: waiting, sent, gone. */
const LOOK = `
local answer = redis.call('GET', KEYS[2])
if answer then return {'answered', answer} end
local held = redis.call('GET', KEYS[1])
if not held or string.sub(held, -#ARGV[1]) ~= ARGV[1] then return {'gone'} end
redis.call('PEXPIRE', KEYS[3], ARGV[2] * 10)
return {string.match(held, '^%d+:1:') and 'sent' or 'waiting'}`;

type Standing = 'answered' | 'waiting' | 'sent' | 'gone';

/** @typeParam T what can be written as JSON and read back the same. */
export function createReadRing<T>(options: ReadRingOptions): ReadRing<T> {
  const { redis, sealed, clock, waits, logger, leaseMs = LEASE_MS } = options;
  const { client } = redis;
  const prefix = `gandi-gateway:reads:${sealed.namespace}:`;
  const generationKey = `${prefix}generation`;
  const channel = `${prefix}answers`;
  const answerKey = (token: string) => `${prefix}answer:${token}`;
  const awaitedKey = (token: string) => `${prefix}awaited:${token}`;
  const wakers = new Map<string, Set<() => void>>();

  const wake = (token: string): void => {
    for (const waker of wakers.get(token) ?? []) waker();
  };
  // Without the channel, answers are found a little later.
  const listen = (): void => void client.subscribe(channel).catch(() => {});
  client.on('message', (from: string, token: string) => {
    if (from === channel) wake(token);
  });
  redis.onLost(() => [...wakers.keys()].forEach(wake));
  redis.onBack(listen);
  listen();

  /** @returns null when Redis cannot be asked. */
  const claim = async (key: string, { lane }: ReadCall, mine: string) => {
    const found = await client
      .eval(CLAIM, 1, generationKey, prefix, sealed.hide(key), LANES.indexOf(lane), mine, leaseMs)
      .catch(() => null);
    if (!Array.isArray(found)) return null;
    const [held, token] = found.map(String);
    return held === undefined || token === undefined ? null : { held, token };
  };

  /** Makes the call under a claim that is kept alive, and hands the answer to those who wait for it. */
  const own = async (start: StartRead<T>, call: ReadCall, onSent: () => void, held: string, token: string) => {
    const lane = LANES.indexOf(call.lane);
    let sent = 0;
    const beat = (): void => void client.eval(SIGN_OF_LIFE, 1, held, token, lane, sent, leaseMs).catch(() => {});
    const rest = new AbortController();
    const keepAlive = async (): Promise<void> => {
      for (;;) {
        await sleep(clock, leaseMs / 3, rest.signal);
        beat();
      }
    };
    keepAlive().catch(() => {});
    const hand = async (answer: T | null): Promise<void> => {
      const isAwaited = await client.eval(FINISH, 2, held, awaitedKey(token), token);
      if (isAwaited !== 1) return;
      const text = answer === null ? null : JSON.stringify(answer);
      if (text !== null && text.length <= MAX_ANSWER_LENGTH)
        await client.set(answerKey(token), sealed.seal(text, token), 'PX', KEEP_ANSWER_MS);
      await client.publish(channel, token);
    };
    let answer: T | null = null;
    try {
      answer = await start(call, () => {
        sent = 1;
        beat();
        onSent();
      });
      return answer;
    } finally {
      rest.abort();
      hand(answer).catch(() => {});
    }
  };

  const look = async (held: string, token: string): Promise<{ standing: Standing; answer: string | null }> => {
    const found = await client
      .eval(LOOK, 3, held, answerKey(token), awaitedKey(token), token, leaseMs)
      .catch(() => ['gone']);
    const [standing, answer = null] = found as [Standing, string?];
    return { standing, answer };
  };

  /** @param patience until when a call that has not left is waited for. @returns null when the answer does not come. */
  const wait = async (call: ReadCall, held: string, token: string, patience: number): Promise<T | null> => {
    const mine = wakers.get(token) ?? new Set();
    wakers.set(token, mine);
    let waker = (): void => {};
    const entry = (): void => waker();
    mine.add(entry);
    const endWait = waits.begin(call.meter);
    try {
      for (;;) {
        const woken = Promise.withResolvers<void>();
        waker = woken.resolve;
        const { standing, answer } = await look(held, token);
        call.signal?.throwIfAborted();
        if (answer !== null) return read(sealed.open(answer, token));
        if (standing === 'gone' || !redis.isUp) return null;
        if (standing === 'sent') endWait();
        const left = standing === 'sent' ? leaseMs : patience - clock.monotonic();
        if (left <= 0) return null;
        const pause = new AbortController();
        const signal = call.signal ? AbortSignal.any([call.signal, pause.signal]) : pause.signal;
        try {
          await Promise.race([woken.promise, sleep(clock, Math.min(left, leaseMs / 3), signal)]);
        } finally {
          pause.abort();
        }
      }
    } finally {
      endWait();
      mine.delete(entry);
      if (mine.size === 0) wakers.delete(token);
    }
  };
  const read = (text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T));

  return {
    share: (key, start) => async (call, onSent) => {
      if (call.lane === 'money') return start(call, onSent);
      const begun = clock.monotonic();
      const remaining = (): number => Math.max(0, call.maxWaitMs - (clock.monotonic() - begun));
      while (redis.isUp) {
        const mine = randomUUID();
        const claimed = await claim(key, call, mine);
        if (claimed === null) break;
        const { held, token } = claimed;
        if (token === mine) return own(start, { ...call, maxWaitMs: remaining() }, onSent, held, token);
        const answer = await wait(call, held, token, begun + call.maxWaitMs / 2);
        if (answer !== null) {
          if (call.meter) call.meter.coalesced += 1;
          return answer;
        }
        if (clock.monotonic() >= begun + call.maxWaitMs / 2) break;
      }
      return start({ ...call, maxWaitMs: remaining() }, onSent);
    },
    async forget() {
      await client
        .incr(generationKey)
        .catch((error: Error) =>
          logger.warn(
            { reason: error.message },
            'redis: other replicas could not be told of a write; they may wait for reads that began before it',
          ),
        );
    },
  };
}
