// The transfers service over the real mirror, store, log and tail, and a Gandi in memory.
import { ALL_SCOPES, type Session } from '../../../src/auth/session.ts';
import { createLocalBus, type EventBus } from '../../../src/events/bus.ts';
import { createInterest } from '../../../src/events/interest.ts';
import { createEventLog } from '../../../src/events/log.ts';
import { createEventTail } from '../../../src/events/tail.ts';
import type { OperationPoller } from '../../../src/jobs/operation-poller.ts';
import { createTransferSource } from '../../../src/jobs/operation-sources.ts';
import { createReconciler } from '../../../src/jobs/reconciler.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { createUpstreamMeter } from '../../../src/lib/upstream-meter.ts';
import type { Loaders } from '../../../src/loaders/loaders.ts';
import { createMirror } from '../../../src/mirror/create-mirror.ts';
import { createOrderWork, type OrderWork } from '../../../src/services/order-reconcile.ts';
import { UNFINISHED } from '../../../src/services/order-steps.ts';
import type {
  CatalogService,
  ClientDataInput,
  OperationScope,
  OrderRecord,
  TransferDomainInInput,
  TransferRecord,
} from '../../../src/services/services.ts';
import {
  createTransfersService,
  defaultNewId,
  TRANSFER_SETTINGS,
  type TransferSettings,
} from '../../../src/services/transfers.ts';
import type { Store } from '../../../src/store/store.ts';
import { createLogger, type Logger } from '../../../src/telemetry/logger.ts';
import type { GandiPort } from '../../../src/upstream/port.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import type { FakeWorld } from '../../helpers/fake-gandi.ts';
import { createTestPoller } from '../../helpers/test-poller.ts';
import type { TestStore } from '../../helpers/test-store.ts';
import { tracked } from '../../helpers/tracked.ts';
import { createTransferGandi, type TransferGandi } from './gandi.ts';

export const CODE = 'Secret-Code-42';

export const maple: ClientDataInput = {
  type: 'COMPANY',
  companyName: 'Maple Oy',
  firstName: 'Nia',
  lastName: 'Okafor',
  email: 'nia@maple.example',
  street: '1 Test Way',
  zip: '00100',
  city: 'Helsinki',
  country: 'FI',
  phone: '040 123 4567',
  reference: 'ACC-0042',
};

export const wish = (more: Partial<TransferDomainInInput> = {}): TransferDomainInInput => ({
  domain: 'moving.com',
  payerId: 'reseller',
  client: { id: 'c00' },
  authCode: CODE,
  years: 1,
  changeRegistrant: true,
  idempotencyKey: 'wish-1',
  ...more,
});

export function sessionOf(more: Partial<Session> = {}): Session {
  return {
    actor: { kind: 'key', id: 'k1' },
    organizationId: null,
    clientId: null,
    scopes: ALL_SCOPES,
    language: 'en',
    requestId: 'r1',
    expiresAt: null,
    ...more,
  };
}

/** A scope whose loaders know how to forget and nothing else. */
export function scopeOf(session: Partial<Session> = {}): OperationScope {
  const forgetful = { clear: () => forgetful, prime: () => forgetful };
  const loaders = new Proxy({} as Loaders, { get: () => forgetful });
  return { session: sessionOf(session), meter: createUpstreamMeter(), maxAgeSeconds: null, signal: undefined, loaders };
}

export const catalog: Pick<CatalogService, 'prices'> = {
  async prices(_scope, { tlds, currency }) {
    const money = (minor: number) => ({ minor, currency });
    const price = {
      minYears: 1,
      maxYears: 9,
      beforeTaxes: money(1_550),
      afterTaxes: money(1_860),
      normalBeforeTaxes: null,
      normalAfterTaxes: null,
      isDiscounted: false,
      isPremium: false,
    };
    const freshness = { asOf: 0, state: 'MIRRORED', reason: null } as const;
    return (tlds ?? []).flatMap((tld) =>
      tld === 'com' ? [{ tld, process: 'TRANSFER' as const, prices: [price], freshness }] : [],
    );
  },
};

export interface Gateway {
  readonly transfers: ReturnType<typeof createTransfersService>;
  readonly orders: OrderWork;
  readonly bus: EventBus;
  readonly poller: OperationPoller;
  readonly reconciler: ReturnType<typeof createReconciler>;
  readonly interest: ReturnType<typeof createInterest<TransferRecord>>;
  readonly tail: ReturnType<typeof createEventTail>;
}

/** One process of the gateway. Another one on the same store and Gandi is what a restart gives. */
export function startGateway(parts: {
  readonly store: Store;
  readonly port: GandiPort;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings?: Partial<TransferSettings>;
}): Gateway {
  const { store, port, clock, logger, settings = {} } = parts;
  const bus = createLocalBus();
  const log = createEventLog(store.events, { name: 'log-of-the-test', secret: 'of the test' });
  const tail = createEventTail({ log, bus, clock, logger });
  const interest = createInterest<TransferRecord>();
  const mirror = createMirror({ port, store, clock });
  const transfers = createTransfersService({
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
    settings,
  });
  const poller = createTestPoller([createTransferSource({ store, transfers, interest, perCall: 1 })], {
    bus,
    clock,
    logger,
  });
  const orders = createOrderWork(
    { store, bus, clock, logger, settings: { ...TRANSFER_SETTINGS, ...settings }, newId: defaultNewId },
    [transfers.procedure],
  );
  const reconciler = createReconciler({ orders, bus, clock, logger });
  return { transfers, orders, bus, poller, reconciler, interest, tail };
}

export interface Stage extends Gateway {
  readonly gandi: TransferGandi;
  readonly clock: FakeClock;
  readonly store: Store;
  readonly logger: Logger;
  /** Moves time in steps; between them everything that was begun comes to its answer. */
  pass(ms: number, step?: number): Promise<void>;
  /** Everything that was logged. */
  logged(): string;
  /** Orders that have not ended. */
  unfinished(): Promise<readonly OrderRecord[]>;
  /** One round of the reconciler. */
  reconcile(): Promise<void>;
  /** From now on no transfer is due before so many milliseconds have passed. */
  pollIn(ms: number): Promise<void>;
  /** One look at the transfer of this name, as the poller takes it. */
  look(name?: string): Promise<TransferRecord>;
}

export function setup(test: TestStore, change: (world: FakeWorld) => void = () => {}): Stage {
  const clock = fakeClock();
  const gandi = createTransferGandi(clock, change);
  const lines: string[] = [];
  const logger = createLogger({ level: 'trace', pretty: false, destination: { write: (line) => lines.push(line) } });
  const { value: store, settled } = tracked(test.store);
  clock.settlesWith(settled);
  const gateway = startGateway({ store, port: gandi.port, clock, logger });
  return {
    ...gateway,
    gandi,
    clock,
    store,
    logger,
    async pass(ms, step = 250) {
      await clock.advance(0);
      for (let passed = 0; passed < ms; passed += step) await clock.advance(Math.min(step, ms - passed));
    },
    logged: () => lines.join(''),
    async unfinished() {
      const page = await store.orders.list({
        visibility: { organizationId: null, clientId: null },
        filter: { states: UNFINISHED },
        orderBy: { field: 'CREATED_AT', direction: 'ASC' },
        page: { first: 100 },
      });
      return page.rows.map(({ row }) => row);
    },
    async reconcile() {
      for (const { settle } of await gateway.orders.unresolved()) await settle();
    },
    async pollIn(ms) {
      const at = new Date(clock.now() + ms).toISOString();
      await test.query('UPDATE transfers SET next_poll_at = $1::timestamptz WHERE ended_at IS NULL', [at]);
    },
    async look(name = 'moving.com') {
      const page = await store.transfers.list({
        visibility: { organizationId: null, clientId: null },
        filter: { domainName: name, open: true },
        orderBy: { field: 'STARTED_AT', direction: 'DESC' },
        page: { first: 1 },
      });
      const transfer = page.rows[0]?.row;
      if (transfer === undefined) throw new Error(`No transfer of ${name} is under way.`);
      return (await gateway.transfers.look(transfer, new AbortController().signal)).transfer;
    },
  };
}
