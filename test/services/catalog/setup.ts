// A catalog over a Gandi that answers as the test says and writes down every call it gets.
import { ALL_SCOPES, type Session } from '../../../src/auth/session.ts';
import { createUpstreamMeter } from '../../../src/lib/upstream-meter.ts';
import type { Loaders } from '../../../src/loaders/loaders.ts';
import type { AvailabilityLimits } from '../../../src/services/availability.ts';
import { createCatalogService } from '../../../src/services/catalog.ts';
import type { OperationScope } from '../../../src/services/services.ts';
import type { Store } from '../../../src/store/store.ts';
import type { CallOptions, GandiPort, UpstreamPrice } from '../../../src/upstream/port.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

type Port = Pick<GandiPort, 'availability' | 'prices' | 'tlds' | 'tld'>;
type Method = keyof Port;
type QueryOf<M extends Method> = Parameters<Port[M]>[0];

/** What Gandi was asked, in order. */
export interface Asked {
  readonly method: Method;
  readonly query: unknown;
  readonly call: CallOptions;
}

export type Script = {
  [M in Method]?: (query: QueryOf<M>, call: CallOptions) => Awaited<ReturnType<Port[M]>> | ReturnType<Port[M]>;
};

export const ORGANIZATION = 'aaaaaaaa-0000-4000-8000-000000000001';

export const euros = (minor: number): UpstreamPrice => ({
  minYears: 1,
  maxYears: 10,
  beforeTaxes: { minor, currency: 'EUR' },
  afterTaxes: { minor: Math.round(minor * 1.2), currency: 'EUR' },
  normalBeforeTaxes: null,
  normalAfterTaxes: null,
  isDiscounted: false,
  isPremium: false,
});

/** Stands for what must not be touched. */
function untouched<T extends object>(what: string): T {
  return new Proxy(Object.create(null), {
    get: (_, name) => {
      throw new Error(`Nobody expected a use of ${what}.${String(name)}.`);
    },
  });
}

export function scopeOf(
  options: {
    organizationId?: string | null;
    maxAgeSeconds?: number | null;
    signal?: AbortSignal;
    scopes?: Session['scopes'];
  } = {},
): OperationScope {
  return {
    session: {
      actor: { kind: 'key', id: 'k1' },
      organizationId: options.organizationId ?? null,
      clientId: null,
      scopes: options.scopes ?? ALL_SCOPES,
      language: 'en',
      requestId: 'r1',
      expiresAt: null,
    },
    meter: createUpstreamMeter(),
    maxAgeSeconds: options.maxAgeSeconds ?? null,
    signal: options.signal,
    loaders: untouched<Loaders>('loaders'),
  };
}

const untouchedStore: Pick<Store, 'prices' | 'tlds' | 'mirrorLists'> = {
  prices: untouched('prices'),
  tlds: untouched('tlds'),
  mirrorLists: untouched('mirrorLists'),
};

/** @param script how Gandi answers; a method left out must not be called. */
export function setup(options: { script: Script; store?: Store; limits?: Partial<AvailabilityLimits> }) {
  const clock = fakeClock();
  const asked: Asked[] = [];
  const method = <M extends Method>(name: M) =>
    (async (query: QueryOf<M>, call: CallOptions) => {
      asked.push({ method: name, query, call });
      const answer = options.script[name];
      if (!answer) throw new Error(`Nobody expected a call of ${name}.`);
      return answer(query, call);
    }) as Port[M];
  const port: Port = {
    availability: method('availability'),
    prices: method('prices'),
    tlds: method('tlds'),
    tld: method('tld'),
  };
  const catalog = createCatalogService({
    port,
    store: options.store ?? untouchedStore,
    clock,
    maxAgeSeconds: 86_400,
    ...(options.limits && { availability: options.limits }),
  });
  return { clock, asked, catalog };
}
