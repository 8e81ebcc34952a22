// What can be chosen about a sandbox, with the defaults.
import type { Clock } from '../lib/clock.ts';

export interface RateLimit {
  /** Calls allowed in any window. */
  readonly calls: number;
  readonly windowMs: number;
}

/** How long each actor takes, in milliseconds of sandbox time. */
export interface People {
  /** The prepaid account is debited. */
  readonly paymentMs: number;
  /** The holder answers the approval mail. */
  readonly holderMs: number;
  /** A registry answers. */
  readonly registryMs: number;
  /** The losing registrar answers. */
  readonly losingRegistrarMs: number;
  /** A change of a domain we already manage takes effect. */
  readonly platformMs: number;
  /** What was paid for a registration taken back is on the account again. */
  readonly creditMs: number;
}

/** Which of the sandbox's three organizations a personal access token belongs to. */
export type OrganizationRole = 'individual' | 'reseller' | 'company';

export interface Credential {
  readonly token: string;
  /** Accepted as `Bearer` (bound to one organization), as `Apikey` (all organizations of the user), or both. Default: both. */
  readonly schemes?: readonly ('bearer' | 'apikey')[];
  /** The organization of the bearer form. Default: reseller. */
  readonly organization?: OrganizationRole;
}

export interface SandboxOptions {
  /** Domains in the list of the reseller at the start. Default 400, up to 100,000. */
  readonly domains?: number;
  /** Clients of the reseller. Default 6 per 100 domains, at least 4. */
  readonly clients?: number;
  /** Transfers in ordered in the days before the start. Default 1 per 40 domains between 12 and 200; none below 20 domains. */
  readonly transfers?: number;
  /** Same seed, same size and same `startAt` give the same portfolio. Default 1. */
  readonly seed?: number;
  /** Epoch milliseconds at which the sandbox starts. Default: the machine's clock. */
  readonly startAt?: number;
  readonly speed?: number;
  readonly limit?: RateLimit;
  readonly people?: 'quick' | 'realistic' | Partial<People>;
  /** Default: the token `sandbox-token`, both forms, bearer bound to the reseller. */
  readonly credentials?: readonly Credential[];
  /** Prepaid account of the reseller in euro cents at the start. Default 2,500,000. */
  readonly prepaidCents?: number;
  /** List rows carry `sharing_id`. Default true. */
  readonly rowSharingId?: boolean;
  /** JSON type of a contact's `type` in answers. Default string. */
  readonly contactTypeAs?: 'string' | 'integer';
  /** Calls kept in the call log. Default 10,000. */
  readonly callLogSize?: number;
  /** File that remembers what changed this sandbox; one started again on it goes on where it was. Default: none, nothing outlives the process. */
  readonly journal?: string;
  /** Real time, for the limiter, the call log and latency. Default: the machine's clock. */
  readonly clock?: Clock;
}

/** What a reset may change. */
export type SandboxReset = Pick<
  SandboxOptions,
  'domains' | 'clients' | 'transfers' | 'seed' | 'speed' | 'limit' | 'people' | 'prepaidCents'
>;

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
export const day = 24 * hour;

export const quickPeople: People = {
  paymentMs: 2 * second,
  holderMs: 6 * second,
  registryMs: 4 * second,
  losingRegistrarMs: 8 * second,
  platformMs: 1 * second,
  creditMs: 10 * second,
};

export const realisticPeople: People = {
  paymentMs: 45 * second,
  holderMs: 9 * hour,
  registryMs: 20 * minute,
  losingRegistrarMs: 3 * day,
  platformMs: 20 * second,
  creditMs: 2 * day,
};

export function peopleFrom(choice: SandboxOptions['people']): People {
  if (choice === undefined || choice === 'quick') return quickPeople;
  if (choice === 'realistic') return realisticPeople;
  return { ...quickPeople, ...choice };
}

export const defaultLimit: RateLimit = { calls: 30, windowMs: 2000 };
export const defaultToken = 'sandbox-token';

const unitMs: Record<string, number> = { ms: 1, s: second, m: minute };

/**
 * Reads a limit such as `30/2s`, `1000/60s` or `5/250ms`.
 * @throws RangeError that says what was expected and what was found.
 */
export function parseRateLimit(text: string): RateLimit {
  const found = /^(\d+)\/(\d+)(ms|s|m)$/.exec(text);
  const calls = Number(found?.[1]);
  const windowMs = Number(found?.[2]) * (unitMs[found?.[3] ?? ''] ?? Number.NaN);
  if (!(calls >= 1 && windowMs >= 1)) throw new RangeError(`a limit looks like 30/2s (calls/window), not "${text}"`);
  return { calls, windowMs };
}
