// Services over literals, for tests of the schema and the transports: a small portfolio, and a log of what was asked.
import { decodeCursor, encodeCursor } from '../../src/lib/cursor.ts';
import { createUpstreamMeter } from '../../src/lib/upstream-meter.ts';
import type { Loaders } from '../../src/loaders/loaders.ts';
import { RequestFault } from '../../src/services/errors.ts';
import type {
  ClientNode,
  ConnectionResult,
  DomainNode,
  OrderRecord,
  OrganizationNode,
  PageRequest,
  Services,
  TransferRecord,
  TransferUpdate,
} from '../../src/services/services.ts';
import { createSharedLogOf } from './push-log.ts';

/** 2030-01-01T00:00:00Z. */
export const NOW = Date.UTC(2030, 0, 1);
export const ORGANIZATION_ID = '11111111-1111-4111-8111-111111111111';
export const CLIENT_ID = '22222222-2222-4222-8222-222222222222';
export const ORDER_ID = '01890000-0000-7000-8000-000000000001';
export const TRANSFER_ID = '01890000-0000-7000-8000-000000000002';

/** Resolvers ask services; only services use loaders, and these do not. */
const NO_LOADERS = {} as Loaders;

const freshness = { asOf: NOW, state: 'MIRRORED', reason: null } as const;

export const organization: OrganizationNode = {
  id: ORGANIZATION_ID,
  name: 'maple-lane',
  type: 'RESELLER',
  companyName: 'Maple Lane SARL',
  firstName: null,
  lastName: null,
  email: 'ops@maple-lane.example',
  isReseller: true,
  isCorporate: false,
  vatNumber: null,
  asOf: NOW,
  missingAt: null,
  freshness,
};

export const client: ClientNode = {
  id: CLIENT_ID,
  organizationId: ORGANIZATION_ID,
  name: 'Nia Okafor',
  type: 'INDIVIDUAL',
  firstName: 'Nia',
  lastName: 'Okafor',
  companyName: null,
  email: 'nia@example.net',
  rowAsOf: NOW,
  detail: null,
  detailAsOf: null,
  missingAt: null,
  freshness,
};

export function domainNamed(name: string, changes: Partial<DomainNode> = {}): DomainNode {
  return {
    organizationId: ORGANIZATION_ID,
    name,
    unicodeName: name,
    gandiId: '33333333-3333-4333-8333-333333333333',
    tld: 'example',
    eppStatuses: ['clientTransferProhibited'],
    tags: [],
    autoRenew: true,
    registrantName: 'Nia Okafor',
    nameserverKind: 'LIVEDNS',
    createdAt: NOW,
    registryCreatedAt: NOW,
    expiresAt: NOW + 86_400_000,
    updatedAt: NOW,
    rowAsOf: NOW,
    clientId: CLIENT_ID,
    clientAsOf: NOW,
    presence: 'PRESENT',
    presenceReason: null,
    presenceAsOf: NOW,
    detailAsOf: null,
    freshness,
    ...changes,
  };
}

export const order: OrderRecord = {
  id: ORDER_ID,
  organizationId: ORGANIZATION_ID,
  kind: 'TRANSFER_IN',
  state: 'ACCEPTED',
  domainName: 'moving.example',
  clientId: CLIENT_ID,
  createdClient: false,
  mutation: 'transferDomainIn',
  idempotencyKey: 'key-1',
  fingerprint: 'f',
  secretDigest: null,
  input: {},
  leaseOwner: null,
  leaseUntil: null,
  failureCode: null,
  failureMessage: null,
  timeline: [{ at: NOW, state: 'CLAIMED', note: null }],
  actor: 'local',
  years: 1,
  price: null,
  isPremium: false,
  clientPayment: 'UNKNOWN',
  clientPaymentAt: null,
  targetOrderId: null,
  progress: {},
  nextLookAt: null,
  createdAt: NOW,
  updatedAt: NOW,
  submittedAt: NOW,
  endedAt: null,
};

export const transfer: TransferRecord = {
  id: TRANSFER_ID,
  orderId: ORDER_ID,
  organizationId: ORGANIZATION_ID,
  domainName: 'moving.example',
  clientId: CLIENT_ID,
  step: 'HOLDER_APPROVAL',
  waitingOn: 'HOLDER',
  deadlineAt: NOW + 5 * 86_400_000,
  upstream: {
    step: 'WAIT',
    stepNumber: 2,
    innerStep: 'foa_pending',
    errorType: null,
    errorLabel: null,
    approvals: [{ email: 'nia@example.net', answer: null }],
    createdAt: NOW,
    updatedAt: NOW,
    startedAt: NOW,
    registryAcceptedAt: null,
  },
  startedAt: NOW,
  updatedAt: NOW,
  stepSince: NOW,
  endedAt: null,
  version: 1,
  asOf: NOW,
  nextPollAt: null,
};

export interface FakeServices {
  readonly services: Services;
  /** Names of the service functions called, in order. */
  readonly calls: string[];
  /** Sends an update to every subscriber. */
  push(update: TransferUpdate): void;
  /** Ends every subscription with this error. */
  fail(error: Error): void;
  /** Subscriptions under way. */
  readonly subscribers: number;
}

export interface FakePortfolio {
  readonly domains?: readonly DomainNode[];
  /** Puts other functions in place of the defaults. */
  readonly overrides?: (calls: string[]) => { [K in keyof Services]?: Partial<Services[K]> };
}

/** Everything there is belongs to one organization with one client; lists page by position under cursors of their own sort. */
export function createFakeServices({
  domains = [domainNamed('a.example'), domainNamed('b.example')],
  overrides,
}: FakePortfolio = {}): FakeServices {
  const calls: string[] = [];
  const log = createSharedLogOf<TransferUpdate>();
  const logged =
    <A extends unknown[], R>(name: string, run: (...args: A) => R) =>
    (...args: A): R => {
      calls.push(name);
      return run(...args);
    };
  const unused = (name: string) => logged(name, () => Promise.reject(new Error(`${name} is not part of this test`)));
  const unfollowed = (name: string) => (): never => {
    throw new Error(`${name} is not part of this test`);
  };
  const byId =
    <T extends { id: string }>(thing: T) =>
    async (_scope: unknown, id: string): Promise<T | null> =>
      id === thing.id ? thing : null;
  const services: Services = {
    adoption: { plan: unused('adoption.plan') },
    accessTokens: { create: unused('accessTokens.create') },
    contacts: {
      requirements: () => ({ fields: [], tlds: [] }),
      validate: () => {
        throw new Error('contacts.validate is not part of this test');
      },
      clientsMissing: unused('contacts.clientsMissing'),
    },
    settings: {
      setAutoRenew: unused('settings.setAutoRenew'),
      previewAutoRenew: unused('settings.previewAutoRenew'),
      setNameservers: unused('settings.setNameservers'),
      previewNameservers: unused('settings.previewNameservers'),
      setContacts: unused('settings.setContacts'),
      previewContacts: unused('settings.previewContacts'),
      regenerateAuthCode: unused('settings.regenerateAuthCode'),
      previewAuthCode: unused('settings.previewAuthCode'),
    },
    renewals: { renew: unused('renewals.renew'), quote: unused('renewals.quote') },
    registrations: { register: unused('registrations.register'), quote: unused('registrations.quote') },
    refunds: {
      of: unused('refunds.of'),
      cases: unused('refunds.cases'),
      policies: () => [],
      refundable: unused('refunds.refundable'),
      cancel: unused('refunds.cancel'),
      quote: unused('refunds.quote'),
      claim: unused('refunds.claim'),
    },
    payments: {
      record: unused('payments.record'),
      preview: unused('payments.preview'),
      ofClient: unused('payments.ofClient'),
      standingOf: unused('payments.standingOf'),
    },
    exposure: { exposure: unused('exposure.exposure'), balance: unused('exposure.balance') },
    renewalPolicies: {
      policies: unused('renewalPolicies.policies'),
      policyOf: unused('renewalPolicies.policyOf'),
      set: unused('renewalPolicies.set'),
      remove: unused('renewalPolicies.remove'),
      answer: unused('renewalPolicies.answer'),
      decisions: unused('renewalPolicies.decisions'),
      decisionOf: unused('renewalPolicies.decisionOf'),
    },
    restores: { restore: unused('restores.restore'), quote: unused('restores.quote') },
    registrantChanges: {
      change: unused('registrantChanges.change'),
      quote: unused('registrantChanges.quote'),
      resendApproval: unused('registrantChanges.resendApproval'),
    },
    organizations: {
      viewer: logged('organizations.viewer', async ({ session }) => ({
        session,
        user: null,
        mode: 'SANDBOX' as const,
      })),
      list: logged('organizations.list', async () => [organization]),
      byId: logged('organizations.byId', byId(organization)),
    },
    clients: {
      list: logged('clients.list', async (_scope, { page }) => pageOf('clients:NAME:ASC', [client], page)),
      byId: logged('clients.byId', byId(client)),
      detail: unused('clients.detail'),
      create: unused('clients.create'),
      update: unused('clients.update'),
    },
    domains: {
      list: logged('domains.list', async (_scope, { orderBy, page }) =>
        pageOf(`domains:${orderBy.field}:${orderBy.direction}`, domains, page),
      ),
      byName: logged('domains.byName', async (_scope, name) => {
        if (!name.includes('.'))
          throw new RequestFault('BAD_USER_INPUT', `name: found ${name}, expected a domain name.`, {
            argument: { name: 'name', found: name, expected: 'a domain name' },
          });
        return domains.find((domain) => domain.name === name) ?? null;
      }),
      byKey: logged('domains.byKey', async (_scope, key) => domains.find(({ name }) => name === key.name) ?? null),
      detail: unused('domains.detail'),
      client: logged('domains.client', async () => client),
      setTransferLock: unused('domains.setTransferLock'),
    },
    catalog: {
      availability: unused('catalog.availability'),
      prices: unused('catalog.prices'),
      tlds: unused('catalog.tlds'),
      tld: unused('catalog.tld'),
      tldDetail: unused('catalog.tldDetail'),
      policy: () => null,
    },
    orders: {
      movements: unused('orders.movements'),
      totals: unused('orders.totals'),
      ledger: logged('orders.ledger', async () => []),
      byId: logged('orders.byId', byId(order)),
      byKey: logged('orders.byKey', async (_scope, { idempotencyKey }) =>
        idempotencyKey === order.idempotencyKey ? order : null,
      ),
      list: logged('orders.list', async (_scope, { page }) => ({
        ...pageOf('orders:CREATED_AT:DESC', [order], page),
        freshness: null,
      })),
    },
    transfers: {
      byId: logged('transfers.byId', byId(transfer)),
      byOrder: logged('transfers.byOrder', async () => transfer),
      list: logged('transfers.list', async (_scope, { page }) => ({
        ...pageOf('transfers:STARTED_AT:DESC', [transfer], page),
        freshness: null,
      })),
      explain: ({ language }, { step }) => ({
        text: language === 'fr' ? `Étape ${step}.` : `Step ${step}.`,
        helpingMutation: step === 'HOLDER_APPROVAL' ? 'resendTransferApproval' : null,
      }),
      request: logged('transfers.request', async () => ({ order, transfer, replayed: false })),
      quote: unused('transfers.quote'),
      resendApproval: unused('transfers.resendApproval'),
      updateAuthCode: unused('transfers.updateAuthCode'),
      relaunch: unused('transfers.relaunch'),
      updates: logged('transfers.updates', (_session, { after, signal }) => log.read(after, signal)),
    },
    plans: {
      plan: unused('plans.plan'),
      execute: unused('plans.execute'),
      cancel: unused('plans.cancel'),
      resume: unused('plans.resume'),
      byId: unused('plans.byId'),
      list: unused('plans.list'),
      items: unused('plans.items'),
      counts: unused('plans.counts'),
      summary: unused('plans.summary'),
      updates: unfollowed('plans.updates'),
    },
    events: {
      byId: unused('events.byId'),
      list: unused('events.list'),
      updates: unfollowed('events.updates'),
      ofOrders: unfollowed('events.ofOrders'),
      ofDomains: unfollowed('events.ofDomains'),
    },
    webhooks: {
      byId: unused('webhooks.byId'),
      list: unused('webhooks.list'),
      create: unused('webhooks.create'),
      update: unused('webhooks.update'),
      remove: unused('webhooks.remove'),
      enable: unused('webhooks.enable'),
      disable: unused('webhooks.disable'),
      rotateSecret: unused('webhooks.rotateSecret'),
      sendTest: unused('webhooks.sendTest'),
      deliveries: unused('webhooks.deliveries'),
      deliveryById: unused('webhooks.deliveryById'),
      redeliver: unused('webhooks.redeliver'),
      redeliverSince: unused('webhooks.redeliverSince'),
    },
    bulkJobs: {
      refreshPortfolio: unused('bulkJobs.refreshPortfolio'),
      cancel: unused('bulkJobs.cancel'),
      byId: unused('bulkJobs.byId'),
      list: unused('bulkJobs.list'),
    },
    upstream: {
      rateBudget: () => ({
        limits: [{ limit: 30, windowMs: 2_000, remaining: 29 }],
        mode: 'local',
        inFlight: 0,
        pausedUntil: null,
        nextSlotInMs: 0,
        lanes: [{ lane: 'money', queued: 0, granted: 1, refused: 0, estimatedWaitMs: 0 }],
      }),
    },
    scope: (session, { maxAgeSeconds, signal }) => ({
      session,
      meter: createUpstreamMeter(),
      maxAgeSeconds,
      signal,
      loaders: NO_LOADERS,
    }),
  };
  const changes = overrides?.(calls) ?? {};
  const merged = Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const change = changes[name as keyof Services];
      return [name, typeof service === 'function' ? service : { ...service, ...change }];
    }),
  ) as unknown as Services;
  return {
    services: merged,
    calls,
    push: log.push,
    fail: log.fail,
    get subscribers() {
      return log.readers;
    },
  };
}

/** A page by position; the cursor carries it, under the name of the sort. */
export function pageOf<T>(sort: string, rows: readonly T[], page: PageRequest): ConnectionResult<T> {
  const position = (cursor: string | undefined, otherwise: number) =>
    cursor === undefined ? otherwise : Number(decodeCursor(cursor, sort, 1)[0]);
  const from = position(page.after, -1) + 1;
  const to = position(page.before, rows.length);
  const start = page.last === undefined ? from : Math.max(from, to - page.last);
  const end = page.first === undefined ? to : Math.min(to, from + page.first);
  return {
    edges: rows.slice(start, end).map((node, index) => ({ node, cursor: encodeCursor(sort, [start + index]) })),
    hasNextPage: end < rows.length,
    hasPreviousPage: start > 0,
    totalCount: async () => rows.length,
    freshness: { ...freshness, isComplete: true, fetched: rows.length, total: rows.length },
  };
}
