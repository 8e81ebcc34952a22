// The renewals service over the real mirror and store, and a Gandi in memory that renews whatever it is asked to, also twice, so that a double shows.
import { createLocalBus } from '../../../src/events/bus.ts';
import { createOrderSource } from '../../../src/jobs/operation-sources.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import type { Money } from '../../../src/lib/money.ts';
import { createUpstreamMeter } from '../../../src/lib/upstream-meter.ts';
import { createLoaders } from '../../../src/loaders/loaders.ts';
import { createMirror } from '../../../src/mirror/create-mirror.ts';
import { createOrderFollowing } from '../../../src/services/order-follow.ts';
import { createOrderWork } from '../../../src/services/order-reconcile.ts';
import { createRenewalsService } from '../../../src/services/renewals.ts';
import { termAfter } from '../../../src/services/renewals-procedure.ts';
import type { CatalogService, OperationScope, RenewDomainInput } from '../../../src/services/services.ts';
import { defaultNewId, TRANSFER_SETTINGS } from '../../../src/services/transfers.ts';
import type { SpendCeilings, Store } from '../../../src/store/store.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { UpstreamError } from '../../../src/upstream/errors.ts';
import type { GandiPort, RenewalRequest } from '../../../src/upstream/port.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import { createFakeGandi, fakePortfolio } from '../../helpers/fake-gandi.ts';
import { createTestPoller } from '../../helpers/test-poller.ts';
import type { TestStore } from '../../helpers/test-store.ts';
import { tracked } from '../../helpers/tracked.ts';
import { sessionOf } from '../transfers/setup.ts';

export const NAME = 'd0000.example';
export const EXPIRES_AT = Date.UTC(2031, 0, 1);
/** How long a renewal may take at Gandi before it counts as not landed. */
export const SETTLE_MS = 600_000;

export const wish = (more: Partial<RenewDomainInput> = {}): RenewDomainInput => ({
  domain: NAME,
  years: 1,
  currentExpiryYear: 2031,
  expectedPrice: null,
  acknowledge: [],
  idempotencyKey: 'wish-1',
  ...more,
});

const eur = (minor: number): Money => ({ minor, currency: 'EUR' });

const LIST_PRICE = {
  minYears: 1,
  maxYears: 9,
  beforeTaxes: eur(1_000),
  afterTaxes: eur(1_200),
  normalBeforeTaxes: null,
  normalAfterTaxes: null,
  isDiscounted: false,
  isPremium: false,
};

export const catalog: Pick<CatalogService, 'prices'> = {
  async prices(_scope, { tlds, processes }) {
    const freshness = { asOf: 0, state: 'MIRRORED', reason: null } as const;
    return (tlds ?? []).flatMap((tld) =>
      processes.map((process) => ({ tld, process, prices: [LIST_PRICE], freshness })),
    );
  },
};

/** What becomes of one renewal: done, done and unanswered, never there and unanswered, or refused. */
export type Fate = 'taken' | 'taken-unanswered' | 'lost' | UpstreamError;

export function createRenewalGandi() {
  const world = fakePortfolio({ domains: 2, clients: 1 });
  const fake = createFakeGandi(world);
  const bought: (RenewalRequest & { readonly lane: string })[] = [];
  const sent: string[] = [];
  const fates: Fate[] = [];
  const premium = new Map<string, Money>();
  const terms: { durations: readonly number[]; prohibited: boolean; balance: Money | null } = {
    durations: [1, 2, 3, 4, 5, 6, 7, 8, 9],
    prohibited: false,
    balance: eur(1_000_000),
  };
  const extend = (name: string, years: number): void => {
    world.domains = world.domains.map((domain) =>
      domain.name === name ? { ...domain, expiresAt: termAfter(domain.expiresAt ?? EXPIRES_AT, years) } : domain,
    );
  };
  const port: GandiPort = {
    ...fake.port,
    renewalOptions: async (name) => {
      sent.push(`options:${name}`);
      return { beginsAt: null, endsAt: null, durationsYears: terms.durations, isProhibited: terms.prohibited };
    },
    availability: async ({ name, processes }) => {
      sent.push(`check:${name}`);
      const own = premium.get(name);
      const price = { ...LIST_PRICE, afterTaxes: own ?? LIST_PRICE.afterTaxes, isPremium: true };
      return processes.map((process) => ({ name, process, status: 'available', prices: own ? [price] : [] }));
    },
    dryRunRenewal: async ({ name, years }) => {
      sent.push(`dry-run:${name}:${years}`);
      return { problems: [], warning: null };
    },
    billing: async (organizationId) => {
      sent.push(`billing:${organizationId}`);
      return { grid: 'A', prepaid: terms.balance && { balance: terms.balance, warningThreshold: null } };
    },
    renew: async (request, call) => {
      call.beforeSending?.();
      sent.push(`renew:${request.name}:${request.years}`);
      await null;
      const fate = fates.shift() ?? 'taken';
      if (fate instanceof UpstreamError) throw fate;
      const unanswered = () => new UpstreamError('lost', { kind: 'timeout', endpoint: 'POST', ambiguous: true });
      if (fate === 'lost') throw unanswered();
      bought.push({ ...request, lane: call.lane });
      extend(request.name, request.years);
      if (fate === 'taken-unanswered') throw unanswered();
    },
  };
  return {
    port,
    world,
    fake,
    bought,
    sent,
    terms,
    premium,
    extend,
    willBe: (...next: Fate[]) => void fates.push(...next),
  };
}

/** One process of the gateway. Another one on the same store and Gandi is what a restart gives. */
export function startGateway(parts: {
  readonly store: Store;
  readonly port: GandiPort;
  readonly clock: Clock;
  readonly ceilings?: SpendCeilings;
}) {
  const { store, port, clock, ceilings = { day: null, month: null } } = parts;
  const bus = createLocalBus();
  const mirror = createMirror({ port, store, clock });
  const settings = { ...TRANSFER_SETTINGS, renewalSettleMs: SETTLE_MS, ceilings };
  const deps = { store, bus, clock, logger: silentLogger, settings, newId: defaultNewId };
  const renewals = createRenewalsService({ ...deps, port, mirror, catalog });
  const orders = createOrderWork(deps, [renewals.procedure]);
  const following = createOrderFollowing(deps, [renewals.procedure]);
  const follower = createTestPoller([createOrderSource({ store, following, perCall: 1 })], { bus, clock });
  const scopeOf = (session: Parameters<typeof sessionOf>[0] = {}): OperationScope => {
    const meter = createUpstreamMeter();
    const caller = sessionOf(session);
    const loaders = createLoaders({
      session: caller,
      meter,
      maxAgeSeconds: null,
      signal: undefined,
      mirror,
      store,
      clock,
    });
    return { session: caller, meter, maxAgeSeconds: null, signal: undefined, loaders };
  };
  return { renewals, orders, follower, scopeOf };
}

export interface Stage extends ReturnType<typeof startGateway> {
  readonly gandi: ReturnType<typeof createRenewalGandi>;
  readonly clock: FakeClock;
  readonly store: Store;
  renew(more?: Partial<RenewDomainInput>): ReturnType<Stage['renewals']['renew']>;
  reconcile(): Promise<void>;
}

export function setup(test: TestStore, ceilings?: SpendCeilings): Stage {
  const clock = fakeClock();
  const gandi = createRenewalGandi();
  const { value: store, settled } = tracked(test.store);
  clock.settlesWith(settled);
  const gateway = startGateway({ store, port: gandi.port, clock, ...(ceilings && { ceilings }) });
  return {
    ...gateway,
    gandi,
    clock,
    store,
    renew: (more = {}) => gateway.renewals.renew(gateway.scopeOf(), wish(more)),
    async reconcile() {
      for (const { settle } of await gateway.orders.unresolved()) await settle();
    },
  };
}
