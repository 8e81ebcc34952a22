// Registrations, restores and changes of registrant over the real mirror, store, reconciler and follower, and a Gandi in memory that sells.
import type { Session } from '../../../src/auth/session.ts';
import { createLocalBus } from '../../../src/events/bus.ts';
import { createOrderSource } from '../../../src/jobs/operation-sources.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { createUpstreamMeter } from '../../../src/lib/upstream-meter.ts';
import { createLoaders } from '../../../src/loaders/loaders.ts';
import { createMirror } from '../../../src/mirror/create-mirror.ts';
import { createKeyedTurns } from '../../../src/services/keyed-turns.ts';
import { createOrderFollowing } from '../../../src/services/order-follow.ts';
import { createOrderWork } from '../../../src/services/order-reconcile.ts';
import { createRegistrantChangesService } from '../../../src/services/registrant-changes.ts';
import { createRegistrationsService } from '../../../src/services/registrations.ts';
import { createRestoresService } from '../../../src/services/restores.ts';
import type {
  CatalogService,
  ChangeRegistrantInput,
  OperationScope,
  OrderRecord,
  PlacedOrder,
  PriceProcess,
  RegisterDomainInput,
  RestoreDomainInput,
} from '../../../src/services/services.ts';
import { defaultNewId, TRANSFER_SETTINGS } from '../../../src/services/transfers.ts';
import type { SpendCeilings, Store } from '../../../src/store/store.ts';
import { createLogger, type Logger, silentLogger } from '../../../src/telemetry/logger.ts';
import type { GandiPort } from '../../../src/upstream/port.ts';
import { type FakeClock, fakeClock } from '../../helpers/fake-clock.ts';
import { createMortal } from '../../helpers/mortal.ts';
import { createTestPoller } from '../../helpers/test-poller.ts';
import type { TestStore } from '../../helpers/test-store.ts';
import { tracked } from '../../helpers/tracked.ts';
import { maple, sessionOf } from '../transfers/setup.ts';
import { type BuyingGandi, createBuyingGandi, eur } from './gandi.ts';

export { maple } from '../transfers/setup.ts';

export const FREE_NAME = 'lantern.example';
/** Held by client c00. */
export const HELD_NAME = 'd0000.example';
/** How long a restore may take at Gandi before one whose answer was lost counts as not landed. */
export const SETTLE_MS = 600_000;

export const registration = (more: Partial<RegisterDomainInput> = {}): RegisterDomainInput => ({
  domain: FREE_NAME,
  payerId: 'reseller',
  client: { id: 'c00' },
  years: 1,
  contacts: {},
  registrantParameters: [],
  extraParameters: [],
  nameservers: [],
  templateId: null,
  language: null,
  acknowledge: [],
  expectedPrice: null,
  idempotencyKey: 'wish-1',
  ...more,
});

export const forMaple = { client: { create: maple } } as const;

export const restoring = (more: Partial<RestoreDomainInput> = {}): RestoreDomainInput => ({
  domain: HELD_NAME,
  payerId: null,
  expectedPrice: null,
  idempotencyKey: 'wish-1',
  ...more,
});

/** What a change of registrant of {@link HELD_NAME} brings about. */
export const ITS_EFFECTS = ['CERTIFICATES_STAY', 'TRANSFER_LOCKED_AFTERWARDS'] as const;

export const handing = (more: Partial<ChangeRegistrantInput> = {}): ChangeRegistrantInput => ({
  domain: HELD_NAME,
  client: { id: 'c02' },
  acknowledge: ITS_EFFECTS,
  expectedPrice: null,
  idempotencyKey: 'wish-1',
  ...more,
});

const LIST: Readonly<Record<PriceProcess, number>> = {
  CREATE: 1_200,
  RENEW: 1_200,
  TRANSFER: 1_200,
  RESTORE: 10_800,
  CHANGE_OWNER: 600,
};

export type Catalog = Pick<CatalogService, 'prices' | 'tld' | 'tldDetail'>;

export function createCatalog(canChangeRegistrant: boolean | null = true): Catalog {
  const freshness = { asOf: 0, state: 'MIRRORED', reason: null } as const;
  return {
    async prices(_scope, { tlds, processes }) {
      const priceOf = (process: PriceProcess) => ({
        minYears: 1,
        maxYears: 9,
        beforeTaxes: eur((LIST[process] / 12) * 10),
        afterTaxes: eur(LIST[process]),
        normalBeforeTaxes: null,
        normalAfterTaxes: null,
        isDiscounted: false,
        isPremium: false,
      });
      return (tlds ?? []).flatMap((tld) =>
        processes.map((process) => ({ tld, process, prices: [priceOf(process)], freshness })),
      );
    },
    tld: async (_scope, name) => ({ name, detail: null, rowAsOf: 0, detailAsOf: null, freshness }),
    tldDetail: async () => ({
      value: {
        category: null,
        hasTransferLock: null,
        canChangeRegistrant,
        needsAuthCodeForTransfer: null,
        isCorporate: null,
      },
      freshness,
    }),
  };
}

/** One process of the gateway. Another one on the same store and Gandi is what a restart gives. */
export function startGateway(parts: {
  readonly store: Store;
  readonly port: GandiPort;
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly ceilings?: SpendCeilings;
  readonly catalog?: Catalog;
}) {
  const { store, port, clock, logger = silentLogger, catalog = createCatalog() } = parts;
  const bus = createLocalBus();
  const mirror = createMirror({ port, store, clock });
  const ceilings = parts.ceilings ?? { day: null, month: null };
  const settings = { ...TRANSFER_SETTINGS, renewalSettleMs: SETTLE_MS, ceilings };
  const deps = { store, port, mirror, catalog, bus, clock, logger, settings, newId: defaultNewId };
  const registrations = createRegistrationsService({ ...deps, turns: createKeyedTurns() });
  const restores = createRestoresService(deps);
  const changes = createRegistrantChangesService(deps);
  const procedures = [registrations.procedure, restores.procedure, changes.procedure];
  const orders = createOrderWork(deps, procedures);
  const following = createOrderFollowing(deps, procedures);
  const follower = createTestPoller([createOrderSource({ store, following, perCall: 1 })], { bus, clock, logger });
  const scopeOf = (more: Partial<Session> = {}): OperationScope => {
    const meter = createUpstreamMeter();
    const session = sessionOf(more);
    const loaders = createLoaders({ session, meter, maxAgeSeconds: null, signal: undefined, mirror, store, clock });
    return { session, meter, maxAgeSeconds: null, signal: undefined, loaders };
  };
  return {
    registrations,
    restores,
    changes,
    orders,
    following,
    follower,
    scopeOf,
    register: (more: Partial<RegisterDomainInput> = {}, session: Partial<Session> = {}) =>
      registrations.register(scopeOf(session), registration(more)),
    restore: (more: Partial<RestoreDomainInput> = {}, session: Partial<Session> = {}) =>
      restores.restore(scopeOf(session), restoring(more)),
    change: (more: Partial<ChangeRegistrantInput> = {}, session: Partial<Session> = {}) =>
      changes.change(scopeOf(session), handing(more)),
  };
}

export type Gateway = ReturnType<typeof startGateway>;

export interface Stage extends Gateway {
  readonly gandi: BuyingGandi;
  readonly clock: FakeClock;
  readonly store: Store;
  /** Everything that was logged. */
  logged(): string;
  /** Another process on the same store and Gandi. */
  another(): Gateway;
  /** A process that dies at one of its calls of the world outside; null = it lives. */
  dying(at: number | null): { readonly gateway: Gateway; calls(): number; isDead(): boolean };
  order(id: string): Promise<OrderRecord>;
  /** Every order there is, whatever its state. */
  allOrders(): Promise<readonly OrderRecord[]>;
  /** Has the mirror learn of this domain, as it does of all that Gandi lists. */
  learn(name: string): Promise<void>;
  /** One round of the reconciler. */
  reconcile(): Promise<void>;
  /** Rounds of the reconciler, each later than a call can be under way. */
  reconcileLate(rounds: number): Promise<void>;
  /** One look of the follower at this order. */
  look(id: string): Promise<OrderRecord>;
  /** Lets the follower run by its own timers for so many seconds. */
  follow(seconds: number): Promise<void>;
  /** What the ledger has of this order, as kind and amount. */
  ledger(id: string): Promise<readonly (readonly [string, number])[]>;
}

export function setup(
  test: TestStore,
  options: { readonly ceilings?: SpendCeilings; readonly catalog?: Catalog } = {},
): Stage {
  const clock = fakeClock();
  const gandi = createBuyingGandi(clock);
  const lines: string[] = [];
  const logger = createLogger({ level: 'trace', pretty: false, destination: { write: (line) => lines.push(line) } });
  const { value: store, settled } = tracked(test.store);
  clock.settlesWith(settled);
  const start = (through: { store: Store; port: GandiPort } = { store, port: gandi.port }) =>
    startGateway({ ...through, clock, logger, ...options });
  const gateway = start();
  const reconcile = async () => {
    for (const { settle } of await gateway.orders.unresolved()) await settle();
  };
  const order = async (id: string) => {
    const [found] = await store.orders.byIds([id]);
    if (found === undefined) throw new Error(`There is no order ${id}.`);
    return found;
  };
  return {
    ...gateway,
    gandi,
    clock,
    store,
    logged: () => lines.join(''),
    another: () => start(),
    dying(at) {
      const mortal = createMortal(at);
      return {
        gateway: start({ store: mortal.wrap(store), port: mortal.wrap(gandi.port) }),
        calls: mortal.calls,
        isDead: mortal.isDead,
      };
    },
    order,
    async allOrders() {
      const page = await store.orders.list({
        visibility: { organizationId: null, clientId: null },
        filter: {},
        orderBy: { field: 'CREATED_AT', direction: 'ASC' },
        page: { first: 100 },
      });
      return page.rows.map(({ row }) => row);
    },
    async learn(name) {
      await gateway.scopeOf().loaders.domainsByName.load(name);
    },
    reconcile,
    async reconcileLate(rounds) {
      for (let round = 0; round < rounds; round++) {
        await clock.advance(61_000);
        await reconcile();
      }
    },
    look: async (id) => gateway.following.look(await order(id), new AbortController().signal),
    async follow(seconds) {
      gateway.follower.start();
      for (let second = 0; second < seconds; second++) await clock.advance(1_000);
      await gateway.follower.stop();
    },
    async ledger(id) {
      return (await store.ledger.ofOrders([id])).map(({ kind, amount }) => [kind, amount.minor] as const);
    },
  };
}

/** What a rejected order came to, or the order. */
export const outcome = (order: Promise<unknown>): Promise<unknown> => order.catch((error: unknown) => error);

/** Restarts until Gandi has the order: leases run out, the reconciler looks, the caller repeats with the same key. */
export async function recover(stage: Stage, order: (gateway: Gateway) => Promise<PlacedOrder>): Promise<string> {
  const restarted = stage.another();
  let last = '';
  for (let round = 0; round < 60; round++) {
    await stage.clock.advance(31_000);
    for (const { settle } of await restarted.orders.unresolved()) await settle();
    last = await order(restarted).then(
      ({ order }) => order.state,
      (error: { code?: string }) => String(error.code ?? error),
    );
    if (last === 'ACCEPTED') break;
  }
  return last;
}

/** Everything the database holds, as text: to look for what must not be there. */
export async function everythingStored(test: TestStore): Promise<string> {
  const tables = await test.query(`SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`);
  const texts: string[] = [];
  for (const { name } of tables)
    for (const { row } of await test.query(`SELECT t::text AS row FROM ${String(name)} t`)) texts.push(String(row));
  return texts.join('\n');
}
