// The guard with the services around it as one process of the gateway, over whatever store, Gandi and clock it is given.
import { ALL_SCOPES, type Session } from '../../src/auth/session.ts';
import { createLocalBus } from '../../src/events/bus.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createUpstreamMeter } from '../../src/lib/upstream-meter.ts';
import { createLoaders } from '../../src/loaders/loaders.ts';
import { createMirror } from '../../src/mirror/create-mirror.ts';
import { createBalanceWatch } from '../../src/services/balance-watch.ts';
import { createCatalogService } from '../../src/services/catalog.ts';
import { createExposureService } from '../../src/services/exposure.ts';
import { createOrderWork } from '../../src/services/order-reconcile.ts';
import { createPaymentsService } from '../../src/services/payments.ts';
import { createRenewalBook } from '../../src/services/renewal-book.ts';
import { createRenewalGuard } from '../../src/services/renewal-guard.ts';
import { createRenewalPoliciesService } from '../../src/services/renewal-policies.ts';
import { createRenewalsService } from '../../src/services/renewals.ts';
import type { OperationScope } from '../../src/services/services.ts';
import { defaultNewId, TRANSFER_SETTINGS } from '../../src/services/transfers.ts';
import type { Store } from '../../src/store/store.ts';
import { type Logger, silentLogger } from '../../src/telemetry/logger.ts';
import type { GandiPort } from '../../src/upstream/port.ts';

/** How long a renewal may take at Gandi before it counts as not landed. */
const SETTLE_MS = 600_000;
const DETAILS_AT_ONCE = 200;

/** One process of the gateway. Another one on the same store and Gandi is what a restart gives. */
export function startGuardGateway({
  store,
  port,
  clock,
  logger = silentLogger,
  decideEveryMs = 0,
  catalogSeconds = 3_600,
}: {
  readonly store: Store;
  readonly port: GandiPort;
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly decideEveryMs?: number;
  /** How old prices may be. */
  readonly catalogSeconds?: number;
}) {
  const bus = createLocalBus();
  const mirror = createMirror({ port, store, clock });
  const catalog = createCatalogService({ port, store, clock, maxAgeSeconds: catalogSeconds });
  const settings = { ...TRANSFER_SETTINGS, renewalSettleMs: SETTLE_MS, ceilings: { day: null, month: null } };
  const deps = { store, bus, clock, logger, settings, newId: defaultNewId };
  const renewals = createRenewalsService({ ...deps, port, mirror, catalog });
  const orders = createOrderWork(deps, [renewals.procedure]);
  const scopeOf = (session: Partial<Session> = {}): OperationScope => {
    const meter = createUpstreamMeter();
    const caller: Session = {
      actor: { kind: 'key', id: 'k1' },
      organizationId: null,
      clientId: null,
      scopes: ALL_SCOPES,
      language: 'en',
      requestId: 'r1',
      expiresAt: null,
      ...session,
    };
    const shared = { session: caller, meter, maxAgeSeconds: null, signal: undefined };
    return { ...shared, loaders: createLoaders({ ...shared, mirror, store, clock }) };
  };
  const ownScope = (organizationId: string) => scopeOf({ actor: { kind: 'system', id: 'guard' }, organizationId });
  const book = createRenewalBook({ store, catalog, currency: 'EUR' });
  const exposure = createExposureService({ port, mirror, book, clock });
  const guard = createRenewalGuard({
    ...{ store, port, mirror, book, renewals, bus, clock, logger },
    owner: crypto.randomUUID(),
    decideEveryMs,
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
    balances: createBalanceWatch({ store, exposure, bus, clock, logger, scopeOf: ownScope }),
    round: (signal = new AbortController().signal) => guard.round(signal),
    /** Brings the rows as the sync of the mirror does; with `details` also what only they tell. */
    async sync({ details = true } = {}): Promise<void> {
      await mirror.ensureClients(null, demand());
      await mirror.ensureDomains({ withClients: true }, demand());
      const old = { limit: DETAILS_AT_ONCE, olderThan: clock.now(), expiringBefore: clock.now() };
      while (details) {
        const { due, failed } = await mirror.refreshDetails(old, demand());
        if (due < DETAILS_AT_ONCE || failed === due) return;
      }
    },
    async reconcile(): Promise<void> {
      for (const { settle } of await orders.unresolved()) await settle();
    },
  };
}
