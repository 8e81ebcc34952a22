// Records to store, complete and plausible; each test names only what matters to it.
import { randomUUIDv7 } from 'node:crypto';
import type {
  ClientRowRecord,
  DomainDetailRecord,
  DomainRowRecord,
  OrderRecord,
  TransferRecord,
} from '../../src/store/records.ts';
import type { Visibility } from '../../src/store/store.ts';

export const NOON = Date.UTC(2030, 0, 1, 12);
export const DAY = 86_400_000;
export const EVERYTHING: Visibility = { organizationId: null, clientId: null };

export function domainRow(given: Partial<DomainRowRecord> & { name: string }): DomainRowRecord {
  return {
    organizationId: 'org-1',
    unicodeName: given.name,
    gandiId: `gandi-${given.name}`,
    tld: given.name.split('.').at(-1) ?? '',
    eppStatuses: [],
    tags: [],
    autoRenew: false,
    registrantName: null,
    nameserverKind: 'LIVEDNS',
    createdAt: NOON - 400 * DAY,
    registryCreatedAt: null,
    expiresAt: NOON + 30 * DAY,
    updatedAt: null,
    rowAsOf: NOON,
    ...given,
  };
}

export const DETAIL: DomainDetailRecord = {
  ownerSpaceId: 'client-1',
  resellerId: 'org-1',
  canTransferLock: true,
  contacts: { registrant: null, admin: null, tech: null, billing: null },
  nameservers: ['ns1.example.net', 'ns2.example.net'],
  services: ['gandilivedns'],
  reachability: 'done',
  autoRenewal: { enabled: true, durationYears: 1, payerId: 'org-1', attemptsAt: [NOON + DAY] },
  dates: {
    renewBeginsAt: NOON,
    renewEndsAt: null,
    holdBeginsAt: null,
    holdEndsAt: null,
    deletesAt: null,
    restoreEndsAt: null,
    pendingDeleteEndsAt: null,
    authCodeExpiresAt: null,
  },
};

export function clientRow(given: Partial<ClientRowRecord> & { id: string }): ClientRowRecord {
  return {
    organizationId: 'org-1',
    name: given.id,
    type: 'COMPANY',
    firstName: 'Ada',
    lastName: 'Martin',
    companyName: null,
    email: `${given.id}@example.net`,
    rowAsOf: NOON,
    ...given,
  };
}

export function order(given: Partial<OrderRecord> = {}): OrderRecord {
  const id = given.id ?? randomUUIDv7();
  return {
    id,
    organizationId: 'org-1',
    kind: 'TRANSFER_IN',
    state: 'CLAIMED',
    domainName: `${id}.example`,
    clientId: 'client-1',
    createdClient: false,
    mutation: 'transferDomainIn',
    idempotencyKey: `key-${id}`,
    fingerprint: 'fingerprint',
    secretDigest: 'digest-of-a-secret',
    input: { years: 1 },
    leaseOwner: null,
    leaseUntil: null,
    failureCode: null,
    failureMessage: null,
    timeline: [{ at: NOON, state: 'CLAIMED', note: null }],
    actor: 'key:reseller',
    years: 1,
    price: null,
    isPremium: false,
    clientPayment: 'UNKNOWN',
    clientPaymentAt: null,
    targetOrderId: null,
    progress: {},
    nextLookAt: null,
    createdAt: NOON,
    updatedAt: NOON,
    submittedAt: null,
    endedAt: null,
    ...given,
  };
}

export function transfer(of: OrderRecord, given: Partial<TransferRecord> = {}): TransferRecord {
  return {
    id: randomUUIDv7(),
    orderId: of.id,
    organizationId: of.organizationId,
    domainName: of.domainName,
    clientId: of.clientId,
    step: 'SUBMITTING',
    waitingOn: 'GATEWAY',
    deadlineAt: null,
    upstream: {
      step: null,
      stepNumber: null,
      innerStep: null,
      errorType: null,
      errorLabel: null,
      approvals: [],
      createdAt: null,
      updatedAt: null,
      startedAt: null,
      registryAcceptedAt: null,
    },
    startedAt: of.createdAt,
    updatedAt: of.createdAt,
    stepSince: of.createdAt,
    endedAt: null,
    version: 1,
    asOf: null,
    nextPollAt: null,
    ...given,
  };
}
