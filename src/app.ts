// The composition root: the only file that knows every part, in the order data flows through them.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { schema } from '../schema/index.ts';
import { createAccessTokens } from './auth/access-tokens.ts';
import { ALL_SCOPES, type Session } from './auth/session.ts';
import type { Config } from './config.ts';
import { createLocalBus, type Hint } from './events/bus.ts';
import { createInterest } from './events/interest.ts';
import { createEventLog, identityOfLog } from './events/log.ts';
import { createRedisBus } from './events/redis-bus.ts';
import { createEventTail } from './events/tail.ts';
import { createLogRetention } from './jobs/log-retention.ts';
import { createMirrorSync } from './jobs/mirror-sync.ts';
import { createOneAtATime, type Job } from './jobs/one-at-a-time.ts';
import { createOperationPoller } from './jobs/operation-poller.ts';
import { createOrderSource, createTransferSource } from './jobs/operation-sources.ts';
import { createPeriodic, type PeriodicRound } from './jobs/periodic.ts';
import { REAL_CADENCE, SANDBOX_CADENCE } from './jobs/poll-cadence.ts';
import { createPollPace } from './jobs/poll-pace.ts';
import { createReconciler } from './jobs/reconciler.ts';
import { createWebhookDispatcher } from './jobs/webhook-dispatcher.ts';
import { createWebhookRetention } from './jobs/webhook-retention.ts';
import { createWebhookSender } from './jobs/webhook-sender.ts';
import { createWorkRunner } from './jobs/work-runner.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { createUpstreamMeter } from './lib/upstream-meter.ts';
import { createLoaders } from './loaders/loaders.ts';
import { createMirror } from './mirror/mirror.ts';
import { openRedis } from './redis/connection.ts';
import { createServer } from './server/http.ts';
import { createWebhookPayloads } from './server/webhook-payloads.ts';
import { createAccessTokensService } from './services/access-tokens.ts';
import { createAdoptionService } from './services/adoption.ts';
import { createBalanceWatch } from './services/balance-watch.ts';
import { createBudgetWatch } from './services/budget-watch.ts';
import { createBulkJobsService } from './services/bulk-jobs.ts';
import { createCatalogService } from './services/catalog.ts';
import { createClientsService } from './services/clients.ts';
import { createContactsService } from './services/contacts.ts';
import { createCredentialWatch } from './services/credential-watch.ts';
import { createDomainSettingsService } from './services/domain-settings.ts';
import { createDomainsService } from './services/domains.ts';
import { createEventsService } from './services/events.ts';
import { createExposureService } from './services/exposure.ts';
import { createOrderFollowing } from './services/order-follow.ts';
import { createOrderWork } from './services/order-reconcile.ts';
import { createOrdersService } from './services/orders.ts';
import { createOrganizationsService } from './services/organizations.ts';
import { createPaymentsService } from './services/payments.ts';
import { createPlansService } from './services/plans.ts';
import { createPlanWork } from './services/plans-run.ts';
import { callsPerSecondOf } from './services/plans-summary.ts';
import { createPortfolioRefresh } from './services/portfolio-refresh.ts';
import { createRefundAccounts } from './services/refund-accounts.ts';
import { createRefundWatch } from './services/refund-watch.ts';
import { createRefundsService } from './services/refunds.ts';
import { createRegistrantChangesService } from './services/registrant-changes.ts';
import { createRegistrationsService } from './services/registrations.ts';
import { createRenewalBook } from './services/renewal-book.ts';
import { createRenewalGuard } from './services/renewal-guard.ts';
import { createRenewalPoliciesService } from './services/renewal-policies.ts';
import { createRenewalWatch } from './services/renewal-watch.ts';
import { createRenewalsService, QUICK_RENEWAL_SETTLE_MS, RENEWAL_SETTLE_MS } from './services/renewals.ts';
import { createRestoresService } from './services/restores.ts';
import type { OperationScope, Services, TransferRecord } from './services/services.ts';
import { createSharedTurns } from './services/shared-turns.ts';
import { createTransfersService, defaultNewId, TRANSFER_SETTINGS } from './services/transfers.ts';
import { createUpstreamService } from './services/upstream.ts';
import { createWebhookAttempts } from './services/webhook-attempts.ts';
import { createWebhookRedelivery } from './services/webhook-redelivery.ts';
import { createWebhooksService } from './services/webhooks.ts';
import { openDatabase } from './store/database.ts';
import type { Store } from './store/store.ts';
import type { Logger } from './telemetry/logger.ts';
import { type Budget, createBudget } from './upstream/budget/budget.ts';
import { partOf } from './upstream/budget/parts.ts';
import { createRedisPermitStore } from './upstream/budget/redis-permit-store.ts';
import { createRedisScriptServer } from './upstream/budget/redis-script-server.ts';
import { createGandiV5 } from './upstream/v5.ts';
import { ANSWER_WITHIN_MS, createWebhookClient } from './webhooks/client.ts';
import { openSecretBox } from './webhooks/secrets-key.ts';
import { createTargets } from './webhooks/targets.ts';

/** How often accounts, cases and coming renewals are looked at without being asked, in milliseconds. */
const LOOK_MS = 900_000;
/** The first look after something came to be expected. */
const SHORT_LOOK_MS = 30_000;
/** The same in front of a sandbox whose people are quick. */
const QUICK_LOOK_MS = 5_000;
const BALANCE_LOOK_MS = 3_600_000;
/** How often the log is looked through for events that were kept long enough. */
const RETENTION_MS = 600_000;
/** Mostly one look into the database. */
const CREDENTIAL_LOOK_MS = 60_000;
const BUDGET_LOOK_MS = 5_000;
/** Switches are carried out as soon as they are due; all coming renewals are gone through at most so often, unless something was said of them. */
const DECIDE_MS = 60_000;
/** Longest time until an event that nobody gave a hint of has its deliveries. */
const DISPATCH_MS = 5_000;
/** How long a delivery that has ended is kept, and how often is looked for older ones. */
const KEEP_DELIVERIES_MS = 30 * 86_400_000;
const FORGET_MS = 3_600_000;

/** After so long nothing remains of a replica that did not take its leave. */
const REPLICA_FORGOTTEN_MS = 86_400_000;

/** Where Gandi is and how to sign in. */
export interface GandiAccess {
  readonly apiUrl: string;
  readonly token: string;
}

export interface App {
  readonly services: Services;
  /** What the database is and where, without its password. */
  readonly database: string;
  /** How far the first fill of the mirror is. */
  progress(): { readonly isComplete: boolean; readonly domains: number; readonly total: number | null };
  /** Starts serving, then the jobs. @throws {ListenError} in one line for the operator. */
  listen(): Promise<{ readonly url: string }>;
  /** Takes nothing new, lets what runs come to its end, and closes everything. Idempotent. */
  close(reason: string): Promise<void>;
}

/** The database holds the mirror of another Gandi account. */
export class OtherAccountError extends Error {
  override readonly name = 'OtherAccountError';
}

/**
 * Wires one gateway. Nothing is sent to Gandi before {@link App.listen}.
 * @throws {DatabaseError | DataFolderLockedError | OtherAccountError | SecretsKeyError | RedisError} in one line for the operator; nothing stays open then.
 */
export async function createApp(
  config: Config,
  gandi: GandiAccess,
  logger: Logger,
  clock: Clock = systemClock,
): Promise<App> {
  const folder = join(config.dataDir, config.mode === 'SANDBOX' ? 'sandbox' : 'gandi');
  const database = await openDatabase({
    databaseUrl: config.databaseUrl,
    dataFolder: join(folder, 'database'),
    logger,
  });
  const { store } = database;
  await assertSameAccount(store, config, gandi).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  const box = await openSecretBox({
    key: config.secretsKey,
    folder: config.mode === 'SANDBOX' ? folder : null,
    facts: store.facts,
  }).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  const redis =
    config.redisUrl === null
      ? null
      : await openRedis(config.redisUrl, logger).catch(async (error: unknown) => {
          await database.close();
          throw error;
        });

  // A process before this one may have called until the moment this one started, and Gandi counts its calls too. The sandbox starts with the gateway.
  const startedAt = clock.monotonic() - process.uptime() * 1_000;
  const usedUntil = config.mode === 'GANDI' ? { usedUntil: startedAt } : {};
  const logIdentity = await identityOfLog(store.facts);
  const permits =
    redis === null
      ? null
      : createRedisPermitStore({
          ...{ clock, logger, server: createRedisScriptServer(redis), board: store.replicas },
          ...{ id: randomUUID(), name: logIdentity.name, limits: config.rateLimits, replicas: config.replicas },
          ...usedUntil,
        });
  const budget =
    permits === null
      ? createBudget({ clock, limits: partOf(config.rateLimits, config.replicas), ...usedUntil })
      : createBudget({ clock, limits: config.rateLimits, store: permits });
  const tellEvents = () => bus.publish('events');
  const budgetWatch = createBudgetWatch({ store, snapshot: () => budget.snapshot(), clock, onEvents: tellEvents });
  const watchedBudget: Budget = {
    ...budget,
    backOff(asked) {
      budget.backOff(asked);
      budgetWatch.report('RATE_LIMITED');
    },
  };
  const calls = { budget: watchedBudget, clock, logger, redis };
  const port = createGandiV5({ baseUrl: gandi.apiUrl, token: gandi.token, ...calls });
  const ages = config.maxAgeSeconds;
  const mirror = createMirror({
    port,
    store,
    clock,
    ages: {
      organizations: ages.organizations,
      clients: ages.clients,
      clientDetail: ages.details,
      domains: ages.domains,
      domainDetail: ages.details,
    },
    onEvents: tellEvents,
  });

  // Begins to read how far the first fill is, for the first screen.
  mirror.progress();
  const bus = redis === null ? createLocalBus() : await createRedisBus({ redis, logName: logIdentity.name, logger });
  const log = createEventLog(store.events, logIdentity);
  const tail = createEventTail({ log, bus, clock, logger });
  const interest = createInterest<TransferRecord>();

  const catalog = createCatalogService({ port, store, clock, maxAgeSeconds: ages.catalog, onEvents: tellEvents });
  const isQuick = config.mode === 'SANDBOX' && config.sandbox.people === 'quick';
  const cadence = isQuick ? SANDBOX_CADENCE : REAL_CADENCE;
  const ownSettleMs = isQuick ? QUICK_RENEWAL_SETTLE_MS : RENEWAL_SETTLE_MS;
  const settleMs = config.orderSettleSeconds === null ? ownSettleMs : config.orderSettleSeconds * 1_000;
  const orderSettings = {
    ...TRANSFER_SETTINGS,
    renewalSettleMs: config.orderTransitSeconds * 1_000 + settleMs,
    transitMs: config.orderTransitSeconds * 1_000,
    ceilings: config.spendCeilings,
  };
  const turns = createSharedTurns({ store, clock, logger, newId: defaultNewId });
  const transfers = createTransfersService({
    turns,
    store,
    port,
    mirror,
    catalog,
    bus,
    log,
    tail,
    interest,
    clock,
    logger,
    settings: orderSettings,
  });
  const orderDeps = { store, bus, clock, logger, settings: orderSettings, newId: defaultNewId };
  const buying = { ...orderDeps, port, mirror, catalog, turns };
  const renewals = createRenewalsService(buying);
  const registrations = createRegistrationsService(buying);
  const restores = createRestoresService(buying);
  const accounts = createRefundAccounts({ ...orderDeps, port });
  const refunds = createRefundsService({ ...buying, accounts });
  const registrantChanges = createRegistrantChangesService(buying);
  const procedures = [transfers, renewals, registrations, restores, registrantChanges, refunds].map(
    (kind) => kind.procedure,
  );
  const orderWork = createOrderWork(orderDeps, procedures);
  const clients = createClientsService({ port, store, mirror, clock });
  const book = createRenewalBook({ store, catalog, currency: orderSettings.currency });
  const exposure = createExposureService({ port, mirror, book, clock });
  const scopeFor = (
    session: Session,
    options: Parameters<Services['scope']>[1],
    meter = createUpstreamMeter(),
  ): OperationScope => {
    const { maxAgeSeconds, signal } = options;
    return {
      session,
      meter,
      maxAgeSeconds,
      signal,
      loaders: createLoaders({ session, meter, maxAgeSeconds, signal, mirror, store, clock }),
    };
  };
  /** The gateway's own work for an organization. */
  const ownScope = (organizationId: string): OperationScope =>
    scopeFor(
      {
        actor: { kind: 'system', id: 'guard' },
        organizationId,
        clientId: null,
        scopes: ALL_SCOPES,
        language: 'en',
        requestId: randomUUID(),
        expiresAt: null,
      },
      { maxAgeSeconds: null, signal: undefined },
    );
  const ordering = { registrations, renewals, restores, registrantChanges };
  const planning = { ...orderDeps, mirror, log, tail, ordering, scope: scopeFor, currency: orderSettings.currency };
  const callsPerSecond = callsPerSecondOf(config.rateLimits);
  const plans = createPlansService({ ...planning, callsPerSecond });
  const organizations = createOrganizationsService({ mirror, mode: config.mode, clock });
  const tokens = config.apiKey === null ? null : createAccessTokens(config.apiKey);
  const targets = createTargets({ privateTargets: config.webhookPrivateTargets, connectMs: ANSWER_WITHIN_MS });
  const webhookClient = createWebhookClient({ targets, clock });
  const payloads = createWebhookPayloads({
    schema,
    services: () => services,
    cursorOf: (webhook, { sequence }) => log.cursorsFor(webhook).cursorAt(sequence),
    logger,
  });
  const webhookDeps = { store, log, bus, targets, payloads, client: webhookClient, box, clock, logger };
  const attempts = createWebhookAttempts({ ...webhookDeps, random: Math.random });
  const services: Services = {
    adoption: createAdoptionService({ store, port, mirror, catalog, currency: TRANSFER_SETTINGS.currency }),
    organizations,
    clients,
    contacts: createContactsService({ clients }),
    domains: createDomainsService({ port, store, mirror, clock }),
    settings: createDomainSettingsService({ port, store, mirror, clock }),
    catalog,
    orders: createOrdersService({ store }),
    transfers,
    renewals,
    registrations,
    restores,
    payments: createPaymentsService({ store, bus, clock }),
    exposure,
    renewalPolicies: createRenewalPoliciesService({ store, mirror, bus, clock, newId: defaultNewId }),
    refunds,
    registrantChanges,
    plans,
    events: createEventsService({ store, log, tail }),
    bulkJobs: createBulkJobsService({ store, mirror, bus, clock, newId: defaultNewId }),
    upstream: createUpstreamService({ budget }),
    accessTokens: createAccessTokensService({ tokens, organizations, clients, store, clock }),
    webhooks: createWebhooksService({ ...webhookDeps, attempts, newId: defaultNewId }),
    scope: scopeFor,
  };

  const watch = createRefundWatch({
    ...orderDeps,
    port,
    accounts,
    lookEveryMs: { shortest: isQuick ? QUICK_LOOK_MS : SHORT_LOOK_MS, longest: LOOK_MS },
  });
  const guard = createRenewalGuard({
    ...{ store, port, mirror, book, renewals, bus, clock, logger },
    owner: randomUUID(),
    decideEveryMs: isQuick ? 0 : DECIDE_MS,
    scopeOf: ownScope,
  });
  const balances = createBalanceWatch({ store, exposure, bus, clock, logger, scopeOf: ownScope });
  const dispatcher = createWebhookDispatcher(webhookDeps);
  const retention = createLogRetention({
    events: store.events,
    clock,
    days: config.eventRetention.days,
    most: config.eventRetention.events,
    handedOver: dispatcher.handedOver,
  });
  const renewalWatch = createRenewalWatch({ store, book, exposure, bus, clock, logger, scopeOf: ownScope });
  const credential = createCredentialWatch({ store, port, bus, clock, expiresAt: config.tokenExpiresAt });
  const jobOf = (name: string, round: PeriodicRound, longestMs: number, wokenBy: readonly Hint[] = []) =>
    createPeriodic({ name, round, bus, wokenBy, clock, logger, shortestMs: 1_000, longestMs });
  // The embedded database has one process at a time: the next one goes on at once, whatever became of the one before.
  const owner = config.databaseUrl === null ? 'the only one' : randomUUID();
  const oneAtATime = (name: string, make: () => Job) => createOneAtATime({ name, make, store, owner, clock, logger });
  const ofOneProcess = [
    oneAtATime('mirror-sync', () => createMirrorSync({ mirror, clock, logger })),
    oneAtATime('refund-watch', () => jobOf('refund-watch', watch.round, LOOK_MS, ['refunds'])),
    oneAtATime('renewal-guard', () =>
      jobOf('renewal-guard', guard.round, isQuick ? QUICK_LOOK_MS : LOOK_MS, ['payments']),
    ),
    oneAtATime('balance-watch', () => jobOf('balance-watch', balances.round, BALANCE_LOOK_MS)),
    oneAtATime('log-retention', () => jobOf('log-retention', retention, RETENTION_MS)),
    oneAtATime('renewal-watch', () => jobOf('renewal-watch', renewalWatch.round, BALANCE_LOOK_MS)),
    oneAtATime('credential-watch', () => jobOf('credential-watch', credential.round, CREDENTIAL_LOOK_MS)),
  ];
  const budgetJob = jobOf('budget-watch', budgetWatch.round, BUDGET_LOOK_MS);
  const following = createOrderFollowing(orderDeps, procedures);
  const isCrowded = (): boolean => {
    const { queued } = budget.snapshot();
    return queued.bulk + queued.backfill > 0;
  };
  const perCall = port.operationsPerCall;
  const poller = createOperationPoller({
    sources: [
      createTransferSource({ store, transfers, interest, perCall }),
      createOrderSource({ store, following, perCall }),
    ],
    pace: createPollPace({ clock, callsPerSecond, isCrowded }),
    ...{ bus, clock, logger, cadence },
    owner: randomUUID(),
  });
  const worker = createWorkRunner({
    store,
    handlers: [
      createPlanWork(planning),
      createPortfolioRefresh({ store, mirror, bus, clock }),
      createWebhookRedelivery({ store, bus, clock }),
    ],
    bus,
    clock,
    logger,
  });
  const reconciler = createReconciler({ orders: orderWork, bus, clock, logger });
  const forgetting = createWebhookRetention({ store, clock, keepMs: KEEP_DELIVERIES_MS });
  const webhookJobs = [
    jobOf('webhook-dispatcher', dispatcher.round, DISPATCH_MS, ['events', 'webhooks']),
    createWebhookSender({ ...webhookDeps, attempts, owner: randomUUID() }),
    jobOf('webhook-retention', forgetting.round, FORGET_MS),
  ];
  const server = createServer({
    services,
    schema,
    config,
    tokens,
    events: { log, tail },
    logger,
    clock,
    budgetSnapshot: () => budget.snapshot(),
    isReady: () => store.ping().then(() => true),
  });

  let closing: Promise<void> | undefined;
  const close = async (reason: string): Promise<void> => {
    logger.info({ reason }, 'draining');
    await server.close();
    const jobs = [...ofOneProcess, ...webhookJobs, budgetJob, poller, worker, reconciler];
    await Promise.all(jobs.map((job) => job.stop()));
    await webhookClient.close();
    await port.close();
    await permits?.close();
    await redis?.close();
    await database.close();
    logger.info('stopped');
  };

  return {
    services,
    database: database.describe(),
    progress: () => mirror.progress(),
    async listen() {
      const address = await server.listen().catch(async (error: unknown) => {
        await port.close();
        await redis?.close();
        await database.close();
        throw error;
      });
      permits?.start();
      await store.replicas.forget(REPLICA_FORGOTTEN_MS);
      budgetJob.start();
      reconciler.start();
      poller.start();
      worker.start();
      for (const job of [...ofOneProcess, ...webhookJobs]) job.start();
      return address;
    },
    close: (reason) => (closing ??= close(reason)),
  };
}

/** A mirror of one account must not be read as that of another: the address of Gandi is written into the database when it is first used. */
async function assertSameAccount(store: Store, config: Config, gandi: GandiAccess): Promise<void> {
  const wanted = config.mode === 'SANDBOX' ? `sandbox of ${config.sandbox.domains} domains` : gandi.apiUrl;
  const found = await store.facts.once('gandi', wanted);
  if (found !== wanted)
    throw new OtherAccountError(
      `${config.databaseUrl === null ? 'DATA_DIR' : 'DATABASE_URL'}: this database mirrors ${named(found)}, expected ${named(wanted)}; use another one for it.`,
    );
}

const named = (account: string): string => (account.startsWith('http') ? `Gandi at ${account}` : `the ${account}`);
