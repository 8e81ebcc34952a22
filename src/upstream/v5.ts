// The v5 adapter: Gandi's REST API behind the port.
import type { Clock } from '../lib/clock.ts';
import type { RedisConnection } from '../redis/connection.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Budget } from './budget/budget.ts';
import type { BudgetSnapshot } from './budget/snapshot.ts';
import { V5_CAPABILITIES } from './capabilities.ts';
import { type CircuitState, createCircuit } from './circuit.ts';
import { type AuthScheme, readCredential } from './credential.ts';
import type { GandiPort } from './port.ts';
import { createSender } from './request.ts';
import { billingEndpoints } from './rest/billing.ts';
import { customerEndpoints } from './rest/customers.ts';
import { domainEndpoints } from './rest/domains.ts';
import { organizationEndpoints } from './rest/organizations.ts';
import { registrantChangeEndpoints } from './rest/registrant-changes.ts';
import { registrationEndpoints } from './rest/registrations.ts';
import { renewalEndpoints } from './rest/renewals.ts';
import { tldEndpoints } from './rest/tlds.ts';
import { transferEndpoints } from './rest/transfers.ts';
import { createSealedAnswers } from './sealed-answers.ts';
import { createTransport, type Timeouts } from './transport.ts';

export interface GandiV5Options {
  /** Ends before `/v5`; `https://api.gandi.net` or a sandbox. A path in it is kept. */
  readonly baseUrl: string;
  /** See {@link readCredential} for how the scheme is found. */
  readonly token: string;
  readonly authScheme?: AuthScheme;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From 0 (included) to 1 (excluded), for the pauses between retries. Default `Math.random`. */
  readonly random?: () => number;
  readonly timeouts?: Partial<Timeouts>;
  /** Connections kept at most. Default 32. */
  readonly connections?: number;
  /** By what reads are shared with other processes; null = there are none. Default null. */
  readonly redis?: RedisConnection | null;
}

export interface GandiV5 extends GandiPort {
  readonly name: 'v5';
  /** For health: whether Gandi's host is being called at all. */
  readonly circuit: CircuitState;
  budgetSnapshot(): BudgetSnapshot;
  /** Waits for calls under way, then closes the connections. Calls made afterwards fail as unreachable. */
  close(): Promise<void>;
}

/**
 * One adapter for one credential at one host.
 * @throws {Error} when the token or the address cannot be used; the message does not repeat the token.
 */
export function createGandiV5(options: GandiV5Options): GandiV5 {
  const { budget, clock, logger, random = Math.random, timeouts, connections, redis = null } = options;
  const credential = readCredential(options.token, options.authScheme);
  const { origin, pathname } = new URL(options.baseUrl);
  const transport = createTransport({
    origin,
    clock,
    ...(timeouts === undefined ? {} : { timeouts }),
    ...(connections === undefined ? {} : { connections }),
  });
  const circuit = createCircuit({
    clock,
    onChange: (state) => logger.warn({ host: new URL(origin).host, circuit: state }, `Circuit to Gandi is ${state}`),
  });
  const sender = createSender({
    transport,
    budget,
    circuit,
    clock,
    logger,
    random,
    basePath: `${pathname.replace(/\/+$/, '')}/v5`,
    headers: {
      authorization: credential.header,
      accept: 'application/json',
      'user-agent': 'gandi-reseller-gateway',
    },
    secrets: [credential.secret],
    ...(redis !== null && { shared: { redis, sealed: createSealedAnswers(credential.secret, options.baseUrl) } }),
  });
  return {
    name: 'v5',
    capabilities: V5_CAPABILITIES,
    operationsPerCall: 1,
    ...organizationEndpoints(sender),
    ...customerEndpoints(sender),
    ...domainEndpoints(sender),
    ...tldEndpoints(sender, clock),
    ...billingEndpoints(sender),
    ...transferEndpoints(sender),
    ...registrationEndpoints(sender),
    ...renewalEndpoints(sender),
    ...registrantChangeEndpoints(sender),
    get circuit() {
      return circuit.state;
    },
    budgetSnapshot: () => budget.snapshot(),
    close: () => transport.close(),
  };
}
