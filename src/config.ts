// Environment -> one validated, frozen Config. Every problem is found in one go and named with its variable.
import { isIP } from 'node:net';
import { z } from 'zod';
import { type Money, minorDigits, moneyFromDecimal } from './lib/money.ts';
import { SECRET_KEY_BYTES } from './lib/secret-box.ts';
import { parseRateLimits, type RateLimit } from './upstream/budget/rate-limit.ts';

export interface Config {
  /** SANDBOX: no token is set, so a local Gandi is started beside the gateway. GANDI: a real credential. */
  readonly mode: 'SANDBOX' | 'GANDI';
  /** Where Gandi is and how to sign in; null in sandbox mode, where the sandbox tells once it listens. */
  readonly gandi: { readonly apiUrl: string; readonly token: string } | null;
  /** When the token ends, as its owner told, epoch milliseconds; null = not told. */
  readonly tokenExpiresAt: number | null;
  readonly rateLimits: readonly RateLimit[];
  /** What callers must send as `Authorization: Bearer`; null = no key is asked for (sandbox mode only). */
  readonly apiKey: string | null;
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** How long a gateway that stops still takes requests while `/ready` is 503, so that a proxy in front finds out before it is refused. */
  readonly drainSeconds: number;
  readonly databaseUrl: string | null;
  /** Server by which several replicas on one database share the call budget and wake each other; null = they do not. */
  readonly redisUrl: string | null;
  /** How many replicas may call Gandi for this account; each may use so small a part of the limits when they cannot count together. */
  readonly replicas: number;
  /** Folder of the embedded database and of the sandbox's memory; each mode has its own below it. */
  readonly dataDir: string;
  readonly sandbox: { readonly port: number; readonly domains: number; readonly people: 'quick' | 'realistic' };
  /** Oldest answer in seconds that is given without asking Gandi again. */
  readonly maxAgeSeconds: {
    readonly organizations: number;
    readonly clients: number;
    readonly domains: number;
    readonly details: number;
    readonly catalog: number;
  };
  /** How long a call that was sent is taken to be possibly still on its way; an order without a trace at Gandi may be sent again only after that. */
  readonly orderTransitSeconds: number;
  /**
   * How long Gandi may take to carry out a renewal, a restore or a deletion it has received, before one whose answer was lost counts as not landed: it tells
   * nothing of them in between. Counted from the end of the time in which the call may still be on its way. null = a day, half a minute in front of a quick sandbox.
   */
  readonly orderSettleSeconds: number | null;
  /** How long the log keeps events, in days, and how many of the newest at most. */
  readonly eventRetention: { readonly days: number; readonly events: number };
  /** The most each paying organization may order in a UTC day and month, after taxes; null = no ceiling. */
  readonly spendCeilings: { readonly day: Money | null; readonly month: Money | null };
  /** Subscriptions of one connection, of one organization, client or key, and connections in all. */
  readonly subscriptionLimits: {
    readonly perConnection: number;
    readonly perTenant: number;
    readonly connections: number;
  };
  /** What secrets at rest are sealed with; null = none is set. */
  readonly secretsKey: Uint8Array | null;
  /** Whether webhooks may be sent to private and loopback addresses, and over http. */
  readonly webhookPrivateTargets: 'refuse' | 'allow';
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
}

/** One variable that cannot be used. */
export interface ConfigProblem {
  readonly variable: string;
  /** What was found; null when the variable is missing or its value is secret. */
  readonly found: string | null;
  readonly expected: string;
}

/** Thrown by {@link loadConfig}; its message has one line for each problem. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

function describeProblem({ variable, found, expected }: ConfigProblem): string {
  return `${variable}: ${found === null ? '' : `found ${JSON.stringify(found)}, `}expected ${expected}.`;
}

const SECRETS = new Set(['GANDI_TOKEN', 'GATEWAY_API_KEY', 'DATABASE_URL', 'REDIS_URL', 'GATEWAY_SECRETS_KEY']);
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);
const MIN_KEY_LENGTH = 16;
const MOST_REPLICAS = 64;

const wholeNumber = (min: number, max: number, expected: string) =>
  z
    .string()
    .regex(/^\d+$/, expected)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected);
const port = wholeNumber(0, 65_535, 'a port from 0 to 65535');
const seconds = wholeNumber(0, 31_536_000, 'whole seconds from 0 to 31536000');
const host = z
  .string()
  .refine((text) => isIP(text) !== 0 || /^[a-z0-9.-]+$/i.test(text), 'a host name or an IP address');
const secret = (expected: string) =>
  z.string().refine((text) => /^[\x21-\x7e]+(?: [\x21-\x7e]+)?$/.test(text), expected);

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

const LIMIT_EXPECTED = 'calls per window such as 30/2s, or several such as 30/2s,1000/60s';
const rateLimits = z.string().transform((text, context) => {
  try {
    return parseRateLimits(text);
  } catch {
    context.addIssue({ code: 'custom', message: LIMIT_EXPECTED });
    return z.NEVER;
  }
});

const AMOUNT_EXPECTED = 'an amount and its currency, such as 500.00 EUR';
const amount = z.string().transform((text, context): Money => {
  const [, decimal, currency] = /^(\d{1,12}(?:\.\d{1,4})?) ([A-Z]{3})$/.exec(text) ?? [];
  const digits = decimal?.split('.')[1]?.length ?? 0;
  if (decimal !== undefined && currency !== undefined && CURRENCIES.has(currency) && digits <= minorDigits(currency))
    return moneyFromDecimal(decimal, currency);
  context.addIssue({ code: 'custom', message: AMOUNT_EXPECTED });
  return z.NEVER;
});

const SECRETS_KEY_EXPECTED = `${SECRET_KEY_BYTES} random bytes in base64, such as "openssl rand -base64 ${SECRET_KEY_BYTES}" prints`;
const secretsKey = z.string().transform((text, context): Uint8Array => {
  const key = Buffer.from(text, 'base64');
  if (key.length === SECRET_KEY_BYTES && key.toString('base64') === text) return key;
  context.addIssue({ code: 'custom', message: SECRETS_KEY_EXPECTED });
  return z.NEVER;
});

const DATE_EXPECTED = 'a day such as 2027-01-31, or an instant such as 2027-01-31T12:00:00Z';
const isoDate = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], DATE_EXPECTED)
  .transform((text) => Date.parse(text));

const API_URL_EXPECTED = 'an https:// address that ends before /v5 (http:// only for this machine)';
const apiUrl = z.string().transform((text, context) => {
  const url = URL.parse(text);
  const usable =
    url !== null &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname.replace(/^\[|\]$/g, '')))) &&
    !/\/v5\/?$/.test(url.pathname) &&
    url.search === '' &&
    url.username === '';
  if (usable) return text.replace(/\/+$/, '');
  context.addIssue({ code: 'custom', message: API_URL_EXPECTED });
  return z.NEVER;
});

/** Each variable: how it is read and what stands in when it is not set. Documented for users in .env.example. */
const VARIABLES = {
  GANDI_TOKEN: secret('a personal access token, or "Apikey" followed by an API key').optional(),
  GANDI_TOKEN_EXPIRES: isoDate.optional(),
  GANDI_API_URL: apiUrl.default('https://api.gandi.net'),
  GANDI_RATE_LIMIT: rateLimits.default(parseRateLimits('30/2s')),
  GATEWAY_API_KEY: secret(`a secret of at least ${MIN_KEY_LENGTH} characters`)
    .refine((text) => text.length >= MIN_KEY_LENGTH, `a secret of at least ${MIN_KEY_LENGTH} characters`)
    .optional(),
  HOST: host.default('127.0.0.1'),
  PORT: port.default(4000),
  DRAIN_SECONDS: wholeNumber(0, 300, 'whole seconds from 0 to 300').default(0),
  DATABASE_URL: z
    .string()
    .refine((text) => /^postgres(ql)?:$/.test(URL.parse(text)?.protocol ?? ''), 'a postgresql:// address')
    .optional(),
  REDIS_URL: z
    .string()
    .refine((text) => /^rediss?:$/.test(URL.parse(text)?.protocol ?? ''), 'a redis:// or rediss:// address')
    .optional(),
  REPLICAS: wholeNumber(1, MOST_REPLICAS, `a number of replicas from 1 to ${MOST_REPLICAS}`).default(1),
  DATA_DIR: z.string().default('.data'),
  SANDBOX_PORT: port.default(0),
  SANDBOX_DOMAINS: wholeNumber(1, 100_000, 'a number of domains from 1 to 100000').default(400),
  SANDBOX_PEOPLE: z.enum(['quick', 'realistic'], 'quick or realistic').default('quick'),
  MAX_AGE_ORGANIZATIONS: seconds.default(3_600),
  MAX_AGE_CLIENTS: seconds.default(900),
  MAX_AGE_DOMAINS: seconds.default(900),
  MAX_AGE_DETAILS: seconds.default(3_600),
  MAX_AGE_CATALOG: seconds.default(86_400),
  ORDER_TRANSIT_SECONDS: wholeNumber(1, 3_600, 'whole seconds from 1 to 3600').default(60),
  ORDER_SETTLE_SECONDS: wholeNumber(1, 604_800, 'whole seconds from 1 to 604800').optional(),
  SPEND_CEILING_DAY: amount.optional(),
  SPEND_CEILING_MONTH: amount.optional(),
  SUBSCRIPTIONS_PER_CONNECTION: wholeNumber(1, 10_000, 'whole subscriptions from 1 to 10000').default(100),
  SUBSCRIPTIONS_PER_TENANT: wholeNumber(1, 1_000_000, 'whole subscriptions from 1 to 1000000').default(12_000),
  SUBSCRIPTION_CONNECTIONS: wholeNumber(1, 1_000_000, 'whole connections from 1 to 1000000').default(15_000),
  EVENT_RETENTION_DAYS: wholeNumber(1, 3_650, 'whole days from 1 to 3650').default(90),
  EVENT_RETENTION_EVENTS: wholeNumber(1_000, 100_000_000, 'a number of events from 1000 to 100000000').default(
    1_000_000,
  ),
  GATEWAY_SECRETS_KEY: secretsKey.optional(),
  WEBHOOK_PRIVATE_TARGETS: z.enum(['refuse', 'allow'], 'refuse or allow').optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'], 'fatal, error, warn, info, debug or trace')
    .default('info'),
};

/** Names of all variables the gateway reads, in the order of .env.example. */
export const CONFIG_VARIABLES = Object.keys(VARIABLES) as readonly (keyof typeof VARIABLES)[];

const shape = z.object(VARIABLES);

/**
 * Reads the environment; a variable set to nothing counts as not set.
 * @throws {ConfigError} naming every variable at fault, what was found and what is expected. Secrets are never repeated.
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    CONFIG_VARIABLES.map((name) => [name, environment[name]?.trim() || undefined] as const),
  );
  const parsed = shape.safeParse(given);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => toProblem(issue, given)));
  const env = parsed.data;
  const problems = conflicts(env, given);
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze({
    mode: env.GANDI_TOKEN === undefined ? 'SANDBOX' : 'GANDI',
    gandi: env.GANDI_TOKEN === undefined ? null : { apiUrl: env.GANDI_API_URL, token: env.GANDI_TOKEN },
    tokenExpiresAt: env.GANDI_TOKEN_EXPIRES ?? null,
    rateLimits: env.GANDI_RATE_LIMIT,
    apiKey: env.GATEWAY_API_KEY ?? null,
    host: env.HOST,
    port: env.PORT,
    drainSeconds: env.DRAIN_SECONDS,
    databaseUrl: env.DATABASE_URL ?? null,
    redisUrl: env.REDIS_URL ?? null,
    replicas: env.REPLICAS,
    dataDir: env.DATA_DIR,
    sandbox: { port: env.SANDBOX_PORT, domains: env.SANDBOX_DOMAINS, people: env.SANDBOX_PEOPLE },
    maxAgeSeconds: {
      organizations: env.MAX_AGE_ORGANIZATIONS,
      clients: env.MAX_AGE_CLIENTS,
      domains: env.MAX_AGE_DOMAINS,
      details: env.MAX_AGE_DETAILS,
      catalog: env.MAX_AGE_CATALOG,
    },
    orderTransitSeconds: env.ORDER_TRANSIT_SECONDS,
    orderSettleSeconds: env.ORDER_SETTLE_SECONDS ?? null,
    eventRetention: { days: env.EVENT_RETENTION_DAYS, events: env.EVENT_RETENTION_EVENTS },
    spendCeilings: { day: env.SPEND_CEILING_DAY ?? null, month: env.SPEND_CEILING_MONTH ?? null },
    subscriptionLimits: {
      perConnection: env.SUBSCRIPTIONS_PER_CONNECTION,
      perTenant: env.SUBSCRIPTIONS_PER_TENANT,
      connections: env.SUBSCRIPTION_CONNECTIONS,
    },
    secretsKey: env.GATEWAY_SECRETS_KEY ?? null,
    webhookPrivateTargets: env.WEBHOOK_PRIVATE_TARGETS ?? (env.GANDI_TOKEN === undefined ? 'allow' : 'refuse'),
    logLevel: env.LOG_LEVEL,
  });
}

function toProblem(issue: z.core.$ZodIssue, given: Readonly<Record<string, string | undefined>>): ConfigProblem {
  const variable = String(issue.path[0]);
  return { variable, found: SECRETS.has(variable) ? null : (given[variable] ?? null), expected: issue.message };
}

/** Values that are fine alone and not together. */
function conflicts(env: z.infer<typeof shape>, given: Readonly<Record<string, string | undefined>>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (env.GANDI_TOKEN !== undefined && env.GATEWAY_API_KEY === undefined)
    problems.push({
      variable: 'GATEWAY_API_KEY',
      found: null,
      expected: `a secret of at least ${MIN_KEY_LENGTH} characters, because GANDI_TOKEN is set and callers could spend its money`,
    });
  if (env.GANDI_TOKEN === undefined && given.GANDI_API_URL !== undefined)
    problems.push({
      variable: 'GANDI_TOKEN',
      found: null,
      expected: 'a token for the address in GANDI_API_URL, or neither of the two for the sandbox',
    });
  if (env.REDIS_URL !== undefined && env.DATABASE_URL === undefined)
    problems.push({
      variable: 'DATABASE_URL',
      found: null,
      expected: 'a postgresql:// address, because REDIS_URL is set and replicas share one database',
    });
  if (env.GANDI_TOKEN === undefined && !LOOPBACK.has(env.HOST))
    problems.push({
      variable: 'HOST',
      found: env.HOST,
      expected:
        'a loopback address such as 127.0.0.1, because the sandbox asks for no key; set GANDI_TOKEN to serve others',
    });
  if (env.REPLICAS > 1 && env.DATABASE_URL === undefined)
    problems.push({
      variable: 'REPLICAS',
      found: given.REPLICAS ?? null,
      expected: '1, because the embedded database is for one replica; set DATABASE_URL to run several',
    });
  const fewestCalls = Math.min(...env.GANDI_RATE_LIMIT.map(({ limit }) => limit));
  if (env.REPLICAS > fewestCalls)
    problems.push({
      variable: 'REPLICAS',
      found: given.REPLICAS ?? null,
      expected: `at most ${fewestCalls}, the calls of GANDI_RATE_LIMIT, so that each has one`,
    });
  return problems;
}
