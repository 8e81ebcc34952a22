// The guard with the services around it, over the real mirror, store and orders, and a Gandi in memory that renews by itself.
import type { Session } from '../../../src/auth/session.ts';
import { createLocalBus } from '../../../src/events/bus.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { createUpstreamMeter } from '../../../src/lib/upstream-meter.ts';
import { createLoaders } from '../../../src/loaders/loaders.ts';
import { createMirror } from '../../../src/mirror/create-mirror.ts';
import { createBalanceWatch } from '../../../src/services/balance-watch.ts';
import { createCatalogService } from '../../../src/services/catalog.ts';
import { createExposureService } from '../../../src/services/exposure.ts';
import { createOrderWork } from '../../../src/services/order-reconcile.ts';
import { createPaymentsService } from '../../../src/services/payments.ts';
import { createRenewalBook } from '../../../src/services/renewal-book.ts';
import { createRenewalGuard } from '../../../src/services/renewal-guard.ts';
import { createRenewalPoliciesService } from '../../../src/services/renewal-policies.ts';
import { createRenewalsService } from '../../../src/services/renewals.ts';
import type { OperationScope, SetRenewalPolicyInput } from '../../../src/services/services.ts';
import { defaultNewId, TRANSFER_SETTINGS } from '../../../src/services/transfers.ts';
import type { Store } from '../../../src/store/store.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import type { GandiPort } from '../../../src/upstream/port.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import { createRenewingGandi, type PortfolioDomain, type RenewingGandi } from '../../helpers/renewing-gandi.ts';
import type { TestStore } from '../../helpers/test-store.ts';
import { sessionOf } from '../transfers/setup.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const NAME = 'd0.example';
export const START = Date.UTC(2030, 0, 1);
/** Gandi tries on 1 March, 17 March and 31 March. */
export const EXPIRES_AT = Date.UTC(2030, 3, 1);
export const FIRST = EXPIRES_AT - 31 * DAY_MS;
export const SECOND = EXPIRES_AT - 15 * DAY_MS;
export const LAST = EXPIRES_AT - DAY_MS;
export const LEAD_HOURS = 24;
export const DUE = FIRST - LEAD_HOURS * HOUR_MS;

/** How long a renewal may take at Gandi before it counts as not landed. */
const SETTLE_MS = 600_000;

export const policy = (more: Partial<SetRenewalPolicyInput> = {}): SetRenewalPolicyInput => ({
  organizationId: null,
  scope: 'ORGANIZATION',
  scopeValue: null,
  policy: 'ONLY_IF_PAID',
  leadHours: LEAD_HOURS,
  failSafe: 'LEAVE_ON',
  priceHoldPercent: null,
  ...more,
});

/** One process of the gateway. Another one on the same store and Gandi is what a restart gives. */
export function startGateway({
  store,
  port,
  clock,
}: {
  readonly store: Store;
  readonly port: GandiPort;
  readonly clock: Clock;
}) {
  const bus = createLocalBus();
  const mirror = createMirror({ port, store, clock });
  const catalog = createCatalogService({ port, store, clock, maxAgeSeconds: 3_600 });
  const settings = { ...TRANSFER_SETTINGS, renewalSettleMs: SETTLE_MS, ceilings: { day: null, month: null } };
  const deps = { store, bus, clock, logger: silentLogger, settings, newId: defaultNewId };
  const renewals = createRenewalsService({ ...deps, port, mirror, catalog });
  const orders = createOrderWork(deps, [renewals.procedure]);
  const scopeOf = (session: Partial<Session> = {}): OperationScope => {
    const meter = createUpstreamMeter();
    const caller = sessionOf(session);
    const shared = { session: caller, meter, maxAgeSeconds: null, signal: undefined };
    return { ...shared, loaders: createLoaders({ ...shared, mirror, store, clock }) };
  };
  const ownScope = (organizationId: string) => scopeOf({ actor: { kind: 'system', id: 'guard' }, organizationId });
  const book = createRenewalBook({ store, catalog, currency: 'EUR' });
  const exposure = createExposureService({ store, port, mirror, book, clock });
  const guard = createRenewalGuard({
    ...{ store, port, mirror, book, renewals, bus, clock, logger: silentLogger },
    owner: crypto.randomUUID(),
    scopeOf: ownScope,
  });
  const demand = () => ({
    maxAgeSeconds: 0,
    lane: 'backfill' as const,
    tenant: 'sync',
    meter: createUpstreamMeter(),
    maxWaitMs: Number.POSITIVE_INFINITY,
  });
  return {
    bus,
    mirror,
    guard,
    exposure,
    orders,
    scopeOf,
    payments: createPaymentsService({ store, bus, clock }),
    policies: createRenewalPoliciesService({ store, mirror, bus, clock, newId: defaultNewId }),
    balances: createBalanceWatch({ store, exposure, bus, clock, logger: silentLogger, scopeOf: ownScope }),
    round: (signal = new AbortController().signal) => guard.round(signal),
    /** Brings the rows as the sync of the mirror does; with `details` also what only they tell. */
    async sync({ details = true } = {}): Promise<void> {
      await mirror.ensureClients(null, demand());
      await mirror.ensureDomains({ withClients: true }, demand());
      const all = { limit: 10_000, olderThan: clock.now() + 1, expiringBefore: clock.now() };
      if (details) await mirror.refreshDetails(all, demand());
    },
    async reconcile(): Promise<void> {
      for (const { settle } of await orders.unresolved()) await settle();
    },
  };
}

export interface Stage extends ReturnType<typeof startGateway> {
  readonly gandi: RenewingGandi;
  readonly clock: FakeClock;
  readonly store: Store;
  /** Time goes on to this instant, at Gandi too. */
  until(instant: number): Promise<void>;
  /** The guard works until nothing more is to be done within a minute or so. */
  settle(): Promise<void>;
  pay(name?: string, state?: 'PAID' | 'UNPAID'): Promise<void>;
  setPolicy(more?: Partial<SetRenewalPolicyInput>): Promise<void>;
  /** Of one domain, in order: the type and the reason of each event of the guard. */
  told(name?: string): Promise<readonly string[]>;
  decisionOf(name?: string): Promise<Record<string, unknown> | undefined>;
  another(): ReturnType<typeof startGateway>;
}

export const ONE: readonly PortfolioDomain[] = [{ name: NAME, clientId: 'c00', expiresAt: EXPIRES_AT }];

export async function setup(
  test: TestStore,
  domains: readonly PortfolioDomain[] = ONE,
  more: Omit<Parameters<typeof createRenewingGandi>[1], 'domains'> = {},
): Promise<Stage> {
  const clock = fakeClock(START);
  const gandi = createRenewingGandi(clock, { domains, ...more });
  const { store } = test;
  const another = () => startGateway({ store, port: gandi.port, clock });
  const gateway = another();
  await gateway.sync();
  gandi.clear();
  const record = (subject: Parameters<typeof gateway.payments.record>[1]['subject'], state: 'PAID' | 'UNPAID') =>
    gateway.payments.record(gateway.scopeOf(), { subject, state, reference: null });
  return {
    ...gateway,
    gandi,
    clock,
    store,
    another,
    async until(instant) {
      await clock.advance(instant - clock.now());
      gandi.live();
    },
    async settle() {
      for (let turn = 0; turn < 4; turn++) {
        await gateway.round();
        await clock.advance(61_000);
      }
    },
    async pay(name = NAME, state = 'PAID') {
      await record({ domain: name }, state);
    },
    async setPolicy(wanted = {}) {
      await gateway.policies.set(gateway.scopeOf(), policy(wanted));
    },
    async told(name = NAME) {
      const events = await store.events.after(0n, 1_000);
      return events
        .filter(({ type, subjectId }) => type.startsWith('AUTO_RENEW') && subjectId === `reseller:${name}`)
        .map(({ type, payload }) => `${type.slice('AUTO_RENEW_'.length)} ${(payload as { reason: string }).reason}`);
    },
    async decisionOf(name = NAME) {
      const decisions = await store.autoRenew.decisions('reseller', [name]);
      return decisions.at(-1) as Record<string, unknown> | undefined;
    },
  };
}
