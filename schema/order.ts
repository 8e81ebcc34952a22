// Orders: what was asked of Gandi that spends money or cannot be undone, each once for its idempotency key.
import type { OrderRecord, OrderTimelineEntry } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Client } from './client.ts';
import { Domain } from './domain.ts';
import { LedgerEntry } from './ledger-entry.ts';
import { asNode } from './node-id.ts';
import { Organization } from './organization.ts';
import { QuotePrice } from './quote.ts';

export const OrderState = builder.enumType('OrderState', {
  description: 'Where an order stands.',
  values: {
    CLAIMED: { description: 'Written down; nothing was sent to Gandi yet.' },
    SUBMITTED: {
      description:
        'Sent, and the answer has not come or was lost. The gateway looks at Gandi until it knows; it never sends blindly again.',
    },
    ACCEPTED: { description: 'Gandi took it.' },
    WAITING: { description: 'Under way, waiting for somebody: the holder, the registry, the other registrar.' },
    ACTION_REQUIRED: { description: 'It goes on only when you do something; the transfer says what.' },
    COMPLETED: { description: 'Done.' },
    FAILED: { description: 'Ended without effect; `failure` says why.' },
    CANCELLED: { description: 'Given up before it took effect.' },
    REFUND_PENDING: { description: 'Taken back; the money has not come back yet.' },
    REFUNDED: { description: 'Taken back, and the money came back.' },
  } as const,
});

export const OrderKind = builder.enumType('OrderKind', {
  description: 'What an order is for.',
  values: {
    REGISTER: { description: 'Registering a free name.' },
    RENEW: { description: 'Adding years to a domain.' },
    RESTORE: { description: 'Taking an expired domain back from redemption.' },
    TRANSFER_IN: { description: 'Bringing a domain from another registrar or account.' },
    CHANGE_REGISTRANT: { description: 'Giving a domain to another registrant.' },
    DELETE: { description: 'Giving up a fresh registration within its grace period.' },
  } as const,
});

const OrderTimelineEntryType = builder.objectRef<OrderTimelineEntry>('OrderTimelineEntry').implement({
  description: 'One change of an order.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When it happened.' }),
    state: t.expose('state', { type: OrderState, description: 'The state from then on.' }),
    note: t.exposeString('note', {
      nullable: true,
      description: 'What happened, in a sentence; null when the state says it all.',
    }),
  }),
});

export const OrderFailure = builder
  .objectRef<{ readonly code: string; readonly message: string }>('OrderFailure')
  .implement({
    description: 'Why an order failed.',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'The reason, for programs.' }),
      message: t.exposeString('message', { description: 'The reason, for people.' }),
    }),
  });

export const Order = builder.node(builder.objectRef<OrderRecord>('Order'), {
  description:
    'Something bought, or about to be, at Gandi. The gateway itself is the source, so it is always up to date.',
  id: { resolve: (order) => order.id },
  loadOne: async (id: string, { services, scope }) => asNode('Order', await services.orders.byId(scope, id)),
  fields: (t) => ({
    kind: t.expose('kind', { type: OrderKind, description: 'What it is for.' }),
    state: t.expose('state', { type: OrderState, description: 'Where it stands.' }),
    domainName: t.expose('domainName', { type: 'DomainName', description: 'The domain it is about.' }),
    idempotencyKey: t.exposeString('idempotencyKey', { description: 'The key it was ordered with.' }),
    createdClient: t.exposeBoolean('createdClient', {
      description: 'True when its client was created for it on the fly.',
    }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description: 'The reseller organization that pays; null when that could not be read.',
      resolve: (order, _args, { services, scope }) => services.organizations.byId(scope, order.organizationId),
    }),
    client: t.field({
      type: Client,
      nullable: true,
      description: 'The client it is for; null before the client is known, or when it could not be read.',
      resolve: ({ clientId }, _args, { services, scope }) =>
        clientId === null ? null : services.clients.byId(scope, clientId),
    }),
    domain: t.field({
      type: Domain,
      nullable: true,
      description: 'The domain, once Gandi shows it under the organization; null before.',
      resolve: ({ organizationId, domainName }, _args, { services, scope }) =>
        services.domains.byKey(scope, { organizationId, name: domainName }),
    }),
    years: t.exposeInt('years', { nullable: true, description: 'Years bought; null where its kind has none.' }),
    price: t.expose('price', {
      type: QuotePrice,
      nullable: true,
      description: 'The price agreed to when it was written down; null when it is free or was not known.',
    }),
    ledger: t.field({
      type: [LedgerEntry],
      description: 'What it did to the account at Gandi, as far as the gateway knows: charges and what came back.',
      resolve: ({ id }, _args, { services, scope }) => services.orders.ledger(scope, id),
    }),
    failure: t.field({
      type: OrderFailure,
      nullable: true,
      description: 'Why it failed; null unless it did.',
      resolve: ({ failureCode: code, failureMessage }) =>
        code === null ? null : { code, message: failureMessage ?? code },
    }),
    timeline: t.expose('timeline', {
      type: [OrderTimelineEntryType],
      description: 'Its changes, oldest first.',
      complexity: { field: 1, multiplier: 5 },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was written down.' }),
    submittedAt: t.expose('submittedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was sent to Gandi; null before.',
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was completed, failed or cancelled; null before.',
    }),
  }),
});

export const OrderConnection = builder.connectionObject(
  {
    type: Order,
    name: 'OrderConnection',
    description: 'A page of orders.',
    fields: (t) => ({
      totalCount: t.int({
        description: 'All orders that match, over all pages. Counted only when asked for.',
        resolve: ({ totalCount }) => totalCount(),
      }),
    }),
  },
  { name: 'OrderEdge', description: 'An order and its place in the list.' },
);
