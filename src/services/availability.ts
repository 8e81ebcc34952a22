// Whether names can be had: one call for each distinct name, shared for a short while, and a partial answer rather than a late one.
import { assertCan } from '../auth/session.ts';
import type { Clock } from '../lib/clock.ts';
import { createRecentAnswers } from '../lib/recent-answers.ts';
import { createSharedWork } from '../lib/shared-work.ts';
import { wholeMs } from '../lib/whole-ms.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { GandiPort, UpstreamAvailability } from '../upstream/port.ts';
import { type AvailabilityQuestion, type NameAsked, readAvailabilityQuery } from './availability-query.ts';
import { callFor } from './calls.ts';
import type { AvailabilityOffer, AvailabilityResult, CatalogService, OperationScope } from './services.ts';
import { toRequestFault } from './upstream-faults.ts';

export interface AvailabilityLimits {
  /** Names in one request. */
  readonly maxNames: number;
  /** Longest wait for a permit in milliseconds; a name that would wait longer is not checked. */
  readonly maxWaitMs: number;
  /** With more calls than this a request goes to the bulk lane, where it holds up nobody's single calls. */
  readonly maxInteractive: number;
  /** How long an answer serves identical questions, in milliseconds. */
  readonly sharedForMs: number;
}

export const AVAILABILITY_LIMITS: AvailabilityLimits = {
  maxNames: 200,
  maxWaitMs: 15_000,
  maxInteractive: 10,
  sharedForMs: 30_000,
};

type Outcome = AvailabilityResult['outcome'];
type Lane = 'interactive' | 'bulk';

const MAX_REMEMBERED = 10_000;

export function createAvailability(deps: {
  readonly port: Pick<GandiPort, 'availability'>;
  readonly clock: Clock;
  readonly limits: AvailabilityLimits;
}): CatalogService['availability'] {
  const { port, clock, limits } = deps;
  const recent = createRecentAnswers<readonly UpstreamAvailability[]>({
    clock,
    keptForMs: limits.sharedForMs,
    maxEntries: MAX_REMEMBERED,
  });
  const underWay = createSharedWork<readonly UpstreamAvailability[]>();
  const flightOf = (lane: Lane, key: string) => `${lane} ${key}`;

  /** A small request does not wait for a call in the slower lane; a large one takes what is under way anywhere. */
  const join = (key: string, lane: Lane, signal: AbortSignal | undefined) =>
    underWay.join(flightOf('interactive', key), signal) ??
    (lane === 'bulk' ? underWay.join(flightOf('bulk', key), signal) : null);

  const send = (scope: OperationScope, name: string, question: AvailabilityQuestion, lane: Lane) => {
    const key = question.keyOf(name);
    scope.meter.planned += 1;
    const call = async (signal: AbortSignal) => {
      const options = { ...callFor(scope, lane), maxWaitMs: limits.maxWaitMs, signal };
      const products = await port.availability({ name, ...question.parameters }, options);
      if (products.every(isSettled)) recent.put(key, products);
      return products;
    };
    return underWay.start(flightOf(lane, key), call, scope.signal);
  };

  const outcomeOf = async (answer: Promise<readonly UpstreamAvailability[]>, question: AvailabilityQuestion) => {
    try {
      return { kind: 'answer', offers: toOffers(await answer, question) } satisfies Outcome;
    } catch (error) {
      if (error instanceof UpstreamError) return toRefusal(error);
      throw error;
    }
  };

  return async (scope, query) => {
    assertCan(scope.session, 'portfolio:read');
    const { question, asked } = readAvailabilityQuery(scope.session, query, limits.maxNames);
    const maxAgeMs = scope.maxAgeSeconds === null ? limits.sharedForMs : scope.maxAgeSeconds * 1_000;
    const outcomes = new Map<string, Promise<Outcome>>();
    const unknown: string[] = [];
    for (const name of distinct(asked)) {
      const known = recent.get(question.keyOf(name), maxAgeMs);
      if (known === undefined) unknown.push(name);
      else {
        scope.meter.fromMirror += 1;
        outcomes.set(name, outcomeOf(Promise.resolve(known), question));
      }
    }
    const lane = unknown.length > limits.maxInteractive ? 'bulk' : 'interactive';
    for (const name of unknown) {
      const joined = join(question.keyOf(name), lane, scope.signal);
      if (joined) scope.meter.coalesced += 1;
      outcomes.set(name, outcomeOf(joined ?? send(scope, name, question, lane), question));
    }
    await Promise.all(outcomes.values());
    return Promise.all(asked.map(async (entry) => toResult(entry, await outcomes.get(entry.name ?? ''))));
  };
}

function distinct(asked: readonly NameAsked[]): Set<string> {
  return new Set(asked.flatMap(({ name }) => name ?? []));
}

function toResult(asked: NameAsked, outcome: Outcome | undefined): AvailabilityResult {
  const { input, name, unicodeName } = asked;
  return { input, name, unicodeName, outcome: outcome ?? { kind: 'invalid-name', message: asked.problem ?? '' } };
}

/** Words of Gandi's for a product (Gandi v5 docs, domain check); the set is open. */
const STATUSES: ReadonlyMap<string, AvailabilityOffer['status']> = new Map([
  ['available', 'AVAILABLE'],
  ['available_reserved', 'AVAILABLE_RESERVED'],
  ['available_preorder', 'AVAILABLE_PREORDER'],
  ['unavailable', 'UNAVAILABLE'],
  ['unavailable_premium', 'UNAVAILABLE_PREMIUM'],
  ['unavailable_restricted', 'UNAVAILABLE_RESTRICTED'],
  ['reserved_corporate', 'RESERVED_CORPORATE'],
  ['pending', 'PENDING'],
]);

function statusOf(word: string): AvailabilityOffer['status'] {
  return STATUSES.get(word) ?? (word.startsWith('error') ? 'ERROR' : 'UNKNOWN');
}

/** Asking again may give another answer when Gandi was still looking or failed to look. */
function isSettled(product: UpstreamAvailability): boolean {
  const status = statusOf(product.status);
  return status !== 'PENDING' && status !== 'ERROR';
}

/** One offer for each process asked for; UNKNOWN where Gandi said nothing about it. */
function toOffers(products: readonly UpstreamAvailability[], question: AvailabilityQuestion): AvailabilityOffer[] {
  return question.processes.flatMap((process) => {
    const offers = products.filter((product) => product.process === process);
    if (offers.length === 0) return { process, status: 'UNKNOWN', prices: [] } as const;
    return offers.map(({ status, prices }) => ({ process, status: statusOf(status), prices }));
  });
}

function toRefusal(error: UpstreamError): Outcome {
  const aboutName = error.kind === 'invalid' ? error.problems.find(({ field }) => field === 'name') : undefined;
  if (aboutName) return { kind: 'invalid-name', message: aboutName.message };
  const { message, retryAfterMs } = toRequestFault(error);
  return { kind: 'not-checked', message, retryAfterMs: retryAfterMs === null ? null : wholeMs(retryAfterMs) };
}
