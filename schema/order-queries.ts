// How orders are found: by id or idempotency key, in lists, and from the organization that pays.

import { badArgument } from '../src/services/bad-argument.ts';
import type { OrderFilter, OrderSort as OrderSortField } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { domainNameOf } from './domain-name.ts';
import { assertBounded } from './filters.ts';
import { keyOf } from './node-id.ts';
import { Order, OrderConnection, OrderState } from './order.ts';
import { Organization } from './organization.ts';
import { connectionOf, pageCost } from './paging.ts';
import { defined, SortDirection } from './sorting.ts';

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
  assertBounded(input);
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
        throw badArgument(
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
