// Orders: what was asked of Gandi that spends money or cannot be undone, each once for its idempotency key.
import type {
  OrderFilter,
  OrderRecord,
  OrderSort as OrderSortField,
  OrderTimelineEntry,
} from '../src/services/services.ts';
import { badInput } from './bad-input.ts';
import { builder } from './builder.ts';
import { Client } from './client.ts';
import { Domain } from './domain.ts';
import { domainNameOf } from './domain-name.ts';
import { asNode, keyOf } from './node-id.ts';
import { Organization } from './organization.ts';
import { connectionOf, pageCost } from './paging.ts';
import { defined, SortDirection } from './sorting.ts';

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
  } as const,
});

export const OrderKind = builder.enumType('OrderKind', {
  description: 'What an order is for.',
  values: { TRANSFER_IN: { description: 'Bringing a domain from another registrar or account.' } } as const,
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

const OrderFailure = builder.objectRef<{ readonly code: string; readonly message: string }>('OrderFailure').implement({
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

const OrderFilterInput = builder.inputType('OrderFilter', {
  description: 'Which orders to list; every condition given must hold.',
  fields: (t) => ({
    organizationId: t.id({ description: 'Paid by this organization.' }),
    clientId: t.id({ description: 'For this client.' }),
    domain: t.field({ type: 'DomainName', description: 'About this domain.' }),
    states: t.field({ type: [OrderState], description: 'In one of these states.' }),
  }),
});

const OrderSortInput = builder.inputType('OrderSort', {
  description: 'How to order orders.',
  fields: (t) => ({
    field: t.field({
      type: builder.enumType('OrderSortField', {
        description: 'What orders can be ordered by.',
        values: { CREATED_AT: { description: 'When it was written down.' } } as const,
      }),
      required: true,
      description: 'What to order by.',
    }),
    direction: t.field({
      type: SortDirection,
      required: true,
      defaultValue: 'DESC',
      description: 'Which end comes first.',
    }),
  }),
});

const NEWEST_FIRST: { readonly field: OrderSortField; readonly direction: 'DESC' } = {
  field: 'CREATED_AT',
  direction: 'DESC',
};
const orderByDescription = 'How to order them; newest first when not given. A cursor is good for one ordering only.';

/** @throws {RequestFault} BAD_USER_INPUT naming the condition that cannot be used. */
function toFilter(input: typeof OrderFilterInput.$inferInput | null | undefined): OrderFilter {
  const { organizationId, clientId, domain, ...rest } = input ?? {};
  return {
    ...defined(rest),
    ...(organizationId != null && { organizationId: keyOf('Organization', organizationId, 'filter.organizationId') }),
    ...(clientId != null && { clientId: keyOf('Client', clientId, 'filter.clientId') }),
    ...(domain != null && { domainName: domainNameOf(domain, 'filter.domain') }),
  };
}

builder.queryFields((t) => ({
  order: t.field({
    type: Order,
    nullable: true,
    description:
      'One order, by its id or by the key it was ordered with. null: there is none, or it is not yours to see.',
    args: {
      id: t.arg.id({ description: 'Its id. Either this or `idempotencyKey`.' }),
      idempotencyKey: t.arg.string({ description: 'The key it was ordered with. Either this or `id`.' }),
      mutation: t.arg.string({
        required: true,
        defaultValue: 'transferDomainIn',
        description: 'With `idempotencyKey`: the mutation it was used in. Each mutation has keys of its own.',
      }),
      organizationId: t.arg.id({
        description: 'With `idempotencyKey`: the paying organization; not needed when you can see only one.',
      }),
    },
    resolve: (_root, { id, idempotencyKey, mutation, organizationId }, { services, scope }) => {
      if ((id == null) === (idempotencyKey == null))
        throw badInput(
          'id',
          id == null ? 'neither `id` nor `idempotencyKey`' : 'both `id` and `idempotencyKey`',
          'one of the two',
        );
      if (id != null) return services.orders.byId(scope, keyOf('Order', id, 'id'));
      return services.orders.byKey(scope, {
        organizationId: organizationId == null ? null : keyOf('Organization', organizationId, 'organizationId'),
        mutation,
        idempotencyKey: idempotencyKey ?? '',
      });
    },
  }),
  orders: t.connection(
    {
      type: Order,
      nullable: true,
      description: 'Orders, newest first.',
      complexity: (args) => pageCost(args),
      args: {
        filter: t.arg({ type: OrderFilterInput, description: 'Which orders; all when not given.' }),
        orderBy: t.arg({ type: OrderSortInput, description: orderByDescription }),
      },
      resolve: (_root, { filter, orderBy, ...page }, { services, scope }) => {
        const conditions = toFilter(filter);
        return connectionOf(page, (range) =>
          services.orders.list(scope, { filter: conditions, orderBy: orderBy ?? NEWEST_FIRST, page: range }),
        );
      },
    },
    OrderConnection,
  ),
}));

builder.objectField(Organization, 'orders', (t) =>
  t.connection(
    {
      type: Order,
      nullable: true,
      description: 'The orders this organization pays for.',
      complexity: (args) => pageCost(args),
      args: {
        filter: t.arg({ type: OrderFilterInput, description: 'Which of them; all when not given.' }),
        orderBy: t.arg({ type: OrderSortInput, description: orderByDescription }),
      },
      resolve: ({ id }, { filter, orderBy, ...page }, { services, scope }) => {
        const conditions = { ...toFilter(filter), organizationId: id };
        return connectionOf(page, (range) =>
          services.orders.list(scope, { filter: conditions, orderBy: orderBy ?? NEWEST_FIRST, page: range }),
        );
      },
    },
    OrderConnection,
  ),
);
