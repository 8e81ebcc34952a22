// One connection to the Redis (or Valkey) server of REDIS_URL: quick to fail, never a queue of old commands, and back by itself.
import type { Redis } from 'ioredis';
import type { Logger } from '../telemetry/logger.ts';
import { RedisError } from './errors.ts';

export interface RedisConnection {
  /**
   * Sends commands and subscribes to channels. A command fails at once while there is no connection, after a second without an answer, and when the connection
   * breaks; it is never sent twice. Subscriptions end with the connection: subscribe again when it is back.
   * What it throws carries the arguments of the command: log `message` alone.
   */
  readonly client: Redis;
  readonly isUp: boolean;
  /** Calls `listener` each time the connection is lost. @returns how to stop. */
  onLost(listener: () => void): () => void;
  /** Calls `listener` each time the connection works again after it was lost. @returns how to stop. */
  onBack(listener: () => void): () => void;
  /** What answers and where, without user or password. */
  describe(): string;
  /** Lets commands under way end, then closes. Nothing is told of it. Idempotent. */
  close(): Promise<void>;
}

const CONNECT_WITHIN_MS = 5_000;
const ANSWER_WITHIN_MS = 1_000;
/** A server that leaves a command without a byte for so long is taken for gone, and a new connection is made. */
const SILENT_FOR_MS = 2_000;
/** An idle connection is tried so often: a server that vanished without a word is found out also when nothing is sent to it. */
const BEAT_MS = 5_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
/** Redis 6.2, the oldest that the client is made for; every Valkey counts as newer. */
const OLDEST_VERSION = [6, 2] as const;

/**
 * Connects before it resolves.
 * @throws {RedisError} naming what is wrong when the server cannot be reached, refuses the user, is none that can be written to, or is too old.
 */
export async function openRedis(redisUrl: string, logger: Logger): Promise<RedisConnection> {
  const place = readAddress(redisUrl);
  let lastError: Error | null = null;
  let state: 'opening' | 'up' | 'lost' | 'closed' = 'opening';
  const lost = new Set<() => void>();
  const back = new Set<() => void>();
  const ioredis = await import('ioredis');
  const client = new ioredis.Redis({
    ...place.options,
    lazyConnect: true,
    connectionName: 'gandi-reseller-gateway',
    connectTimeout: CONNECT_WITHIN_MS,
    commandTimeout: ANSWER_WITHIN_MS,
    socketTimeout: SILENT_FOR_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => (state === 'opening' ? null : pauseMs(times, Math.random())),
  });
  client.on('error', (error: Error) => {
    lastError = error;
  });
  let server: string;
  try {
    await client.connect();
    // The client stays in database 0 when it could not choose another, and only mentions it.
    if (lastError !== null) throw lastError;
    server = checkServer(await client.info(), place.server);
  } catch (error) {
    state = 'closed';
    client.disconnect();
    throw error instanceof RedisError ? error : explain(lastError ?? error, place);
  }
  state = 'up';
  client.on('close', () => {
    if (state !== 'up') return;
    state = 'lost';
    logger.warn({ server: place.server, reason: reasonOf(lastError) }, 'redis: the connection was lost; trying again');
    for (const listener of [...lost]) listener();
  });
  client.on('ready', () => {
    lastError = null;
    if (state !== 'lost') return;
    state = 'up';
    logger.info({ server: place.server }, 'redis: the connection is back');
    for (const listener of [...back]) listener();
  });
  const beat = setInterval(() => {
    if (state === 'up') client.ping().catch(() => {});
  }, BEAT_MS);
  beat.unref();

  const listen = (listeners: Set<() => void>, listener: () => void): (() => void) => {
    const entry = (): void => listener();
    listeners.add(entry);
    return () => void listeners.delete(entry);
  };
  const close = async (): Promise<void> => {
    const wasUp = state === 'up';
    state = 'closed';
    clearInterval(beat);
    if (wasUp) await client.quit().catch(() => {});
    client.disconnect();
  };
  let closing: Promise<void> | undefined;
  return {
    client,
    get isUp() {
      return state === 'up';
    },
    onLost: (listener) => listen(lost, listener),
    onBack: (listener) => listen(back, listener),
    describe: () => `${server} at ${place.server}/${place.options.db}`,
    close: () => (closing ??= close()),
  };
}

/** Doubles up to two seconds; between half and one and a half of that, so that replicas do not all come back at the same moment. */
export function pauseMs(times: number, random: number): number {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(times - 1, 20));
  return Math.round(pause * (0.5 + random));
}

interface Place {
  readonly options: {
    readonly host: string;
    readonly port: number;
    readonly db: number;
    readonly username?: string;
    readonly password?: string;
    readonly tls?: object;
  };
  /** Host and port. */
  readonly server: string;
  readonly user: string;
}

function readAddress(redisUrl: string): Place {
  const url = URL.parse(redisUrl);
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '')
    throw new RedisError('expected redis://user:password@host:port/database, or rediss:// for TLS.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || 6_379);
  const path = url.pathname.slice(1);
  if (!/^\d{0,4}$/.test(path))
    throw new RedisError(
      `found the database ${JSON.stringify(path)}, expected a number such as 0 after the last slash.`,
    );
  const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  return {
    options: {
      host,
      port,
      db: Number(path),
      ...(username !== '' && { username }),
      ...(password !== '' && { password }),
      ...(url.protocol === 'rediss:' && { tls: {} }),
    },
    server: `${url.hostname}:${port}`,
    user: username || 'default',
  };
}

/** @returns name and version. @throws {RedisError} when replicas could not share anything by this server. */
function checkServer(info: string, server: string): string {
  const facts = new Map(
    info.split('\r\n').flatMap((line) => {
      const at = line.indexOf(':');
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
  const version = facts.get('redis_version') ?? '';
  const valkey = facts.get('valkey_version');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (version !== '' && (major < OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1])))
    throw new RedisError(`the server at ${server} is Redis ${version}; expected version 6.2 or newer, or Valkey.`);
  if (facts.get('cluster_enabled') === '1')
    throw new RedisError(`the server at ${server} is part of a cluster; expected a single server.`);
  if (facts.get('role') === 'slave')
    throw new RedisError(`the server at ${server} is a read-only copy; expected the primary server.`);
  const evicts = facts.get('maxmemory') !== '0' && facts.get('maxmemory_policy') !== 'noeviction';
  if (evicts && facts.has('maxmemory_policy'))
    throw new RedisError(
      `the server at ${server} throws keys away when its memory is full (maxmemory-policy ${facts.get('maxmemory_policy')}); expected noeviction, because the call budget is kept there.`,
    );
  return valkey === undefined ? `Redis ${version}` : `Valkey ${valkey}`;
}

/** Codes of Redis come first in its messages: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors */
function explain(error: unknown, { server, user, options }: Place): RedisError {
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
  if (/^(?:WRONGPASS|NOAUTH)\b|invalid password|AUTH failed/i.test(message))
    return new RedisError(
      `the server at ${server} refused user "${user}" or its password; expected redis://user:password@host:port.`,
    );
  if (/^NOPERM\b/.test(message)) return new RedisError(`user "${user}" lacks a right at ${server} (${message}).`);
  if (/DB index is out of range/.test(message))
    return new RedisError(
      `the server at ${server} has no database ${options.db}; expected one that exists, such as 0.`,
    );
  if (/^Unknown RESP type/.test(message))
    return new RedisError(`what answers at ${server} is no Redis server; expected the port of Redis or Valkey.`);
  if (code.startsWith('ERR_') || /CERT|SSL/.test(code))
    return new RedisError(`no TLS connection to ${server} (${code}); expected redis:// for a server without TLS.`);
  const isClosed = /connection is closed/i.test(message);
  if (/^E[A-Z_]{4,}$/.test(code) || isClosed || /timed out|socket timeout/i.test(message))
    return new RedisError(
      `no server answers at ${server} (${code || (isClosed ? 'it closed the connection' : 'no answer in time')}); expected a Redis or Valkey server that is running and reachable.`,
    );
  return new RedisError(`the server at ${server} cannot be used (${message}).`);
}

/** Errors of the client carry what was sent, the password included: only what they say is for the log. */
function reasonOf(error: Error | null): string {
  if (error === null) return 'the server closed it';
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.message;
}
