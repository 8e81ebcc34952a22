// A payload of every type of event, as complete as can be.
import type { EventPayloads } from '../../src/store/event-payloads.ts';
import type { EventRecord, EventType } from '../../src/store/records.ts';
import { CLIENT_ID, NOW, ORDER_ID, ORGANIZATION_ID, order, transfer } from './fake-services.ts';

const eur = (minor: number) => ({ minor, currency: 'EUR' });
const domain = {
  organizationId: ORGANIZATION_ID,
  clientId: CLIENT_ID,
  name: 'a.example',
  unicodeName: 'a.example',
  tld: 'example',
  expiresAt: NOW,
  autoRenew: true,
  eppStatuses: ['clientTransferProhibited'],
  tags: ['shop'],
  nameservers: ['ns1.example.net'],
};
const changes = {
  expiresAt: { before: null, after: NOW },
  autoRenew: { before: false, after: true },
  eppStatuses: { before: [], after: ['clientHold'] },
  tags: { before: ['a'], after: [] },
  nameservers: { before: ['ns1.example.net'], after: ['ns2.example.net'] },
};
const client = { organizationId: ORGANIZATION_ID, id: CLIENT_ID, name: 'Maple Oy', type: 'COMPANY' } as const;
const window = {
  orderId: ORDER_ID,
  domainName: 'a.example',
  until: NOW,
  notice: 'closing-24',
  clientPayment: 'UNPAID',
} as const;
const decision = {
  organizationId: ORGANIZATION_ID,
  domainName: 'a.example',
  termEndsAt: NOW,
  clientId: CLIENT_ID,
  policy: 'ONLY_IF_PAID',
  wanted: 'OFF',
  reason: 'NOT_PAID',
  decidedAt: NOW,
  dueAt: NOW,
  state: 'CONFIRMED',
  detail: {},
  nextLookAt: null,
  updatedAt: NOW,
  autoRenew: false,
} as const;
const account = {
  organizationId: ORGANIZATION_ID,
  amount: eur(1_200),
  threshold: eur(5_000),
  isLow: true,
  asOf: NOW,
  runway: {
    until: NOW,
    renewals: 3,
    unpriced: 1,
    total: eur(4_500),
    firstFailing: { domainName: 'a.example', at: NOW, cost: eur(1_500), balance: eur(1_200) },
    topUp: eur(3_300),
  },
};

export const EVENT_SAMPLES: EventPayloads = {
  TRANSFER_CHANGED: transfer,
  ORDER_CHANGED: { ...order, failureCode: 'REJECTED', failureMessage: 'No.', secretDigest: null },
  PLAN_CHANGED: {
    id: '01890000-0000-7000-8000-000000000009',
    organizationId: ORGANIZATION_ID,
    state: 'RUNNING',
    hash: 'hash',
    stopReason: null,
    actor: 'key:k1',
    createdAt: NOW,
    expiresAt: NOW,
    startedAt: NOW,
    endedAt: null,
    updatedAt: NOW,
    counts: { PLANNED: 1, RUNNING: 1, ORDERED: 0, DONE: 2, FAILED: 0, SKIPPED: 0 },
  },
  BULK_JOB_CHANGED: {
    id: '01890000-0000-7000-8000-000000000008',
    organizationId: ORGANIZATION_ID,
    kind: 'SET_NAMESERVERS',
    state: 'RUNNING',
    counts: { PLANNED: 4, DONE: 1 },
  },
  DOMAIN_ADDED: { domain },
  DOMAIN_CHANGED: { domain, fields: ['TAGS', 'BILLING_CONTACT'], changes, movement: 'JOINED' },
  DOMAIN_DRIFTED: { domain, fields: ['TRANSFER_LOCK'], changes, lastSeenAt: NOW },
  DOMAIN_REMOVED: { domain, reason: 'Not in the list.' },
  REGISTRANT_CHANGED: { domainName: 'a.example', registrantName: 'Maple Oy', fields: ['EMAIL'] },
  CONTACT_VERIFICATION_CHANGED: {
    domainName: 'a.example',
    reachability: { before: 'pending', after: 'done' },
    validation: { before: null, after: 'pending' },
  },
  CLIENT_ADDED: { client },
  CLIENT_CHANGED: { client, fields: ['PHONE'] },
  CLIENT_REMOVED: { client },
  CLIENT_PAYMENT_RECORDED: {
    organizationId: ORGANIZATION_ID,
    clientId: CLIENT_ID,
    domainName: 'a.example',
    termEndsAt: NOW,
    state: 'PAID',
    reference: 'INV-7',
    actor: 'key:k1',
    recordedAt: NOW,
  },
  REFUND_WINDOW_CLOSING: window,
  REFUND_WINDOW_CLOSED: { ...window, notice: 'closed' },
  AUTO_RENEW_DECIDED: decision,
  AUTO_RENEW_SWITCHED: decision,
  AUTO_RENEW_DRIFTED: decision,
  RENEWAL_AT_RISK: {
    domainName: 'a.example',
    expiresAt: NOW,
    reason: 'NOT_PAID',
    leadDays: 7,
    policy: 'ONLY_IF_PAID',
    autoRenew: false,
    renewsAt: NOW,
    price: eur(1_500),
  },
  PRICE_SHOCK: {
    organizationId: ORGANIZATION_ID,
    tld: 'example',
    process: 'RENEW',
    minYears: 1,
    maxYears: 9,
    isPremium: false,
    price: { before: eur(1_000), after: eur(2_000) },
    percent: 100,
    thresholdPercent: 20,
    domains: 12,
  },
  BALANCE_LOW: account,
  RUNWAY_SHORT: account,
  BUDGET_DEGRADED: { reason: 'SATURATED', since: NOW, pausedUntil: null },
  BUDGET_RESTORED: { reason: 'SATURATED', since: NOW, until: NOW },
  CREDENTIAL_EXPIRING: { reason: 'EXPIRES', expiresAt: NOW, leadDays: 14 },
  WEBHOOK_DISABLED: { webhookId: 'w1', host: 'hooks.example.net', reason: 'FAILING', failingSince: NOW },
};

export function sampleEvent(type: EventType): EventRecord {
  return {
    sequence: 7n,
    id: '01890000-0000-7000-8000-000000000007',
    organizationId: ORGANIZATION_ID,
    clientId: CLIENT_ID,
    domainName: 'a.example',
    type,
    subjectType: 'Gateway',
    subjectId: 'gateway',
    payload: { ...EVENT_SAMPLES[type] },
    occurredAt: NOW,
  };
}
