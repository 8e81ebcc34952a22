// How transfers are found: by id, in lists, and from the order, client, domain or organization they belong to.
import type { TransferFilter, TransferSort as TransferSortField } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Client } from './client.ts';
import { Domain } from './domain.ts';
import { domainNameOf } from './domain-name.ts';
import { assertBounded } from './filters.ts';
import { keyOf } from './node-id.ts';
import { Order } from './order.ts';
import { Organization } from './organization.ts';
import { connectionOf, pageCost } from './paging.ts';
import { defined, SortDirection } from './sorting.ts';
import { Transfer, TransferStep } from './transfer.ts';

const TransferConnection = builder.connectionObject(
  {
    type: Transfer,
    name: 'TransferConnection',
    description: 'A page of transfers.',
    fields: (t) => ({
      totalCount: t.int({
        description: 'All transfers that match, over all pages. Counted only when asked for.',
        resolve: ({ totalCount }) => totalCount(),
      }),
    }),
  },
  { name: 'TransferEdge', description: 'A transfer and its place in the list.' },
);

const TransferFilterInput = builder.inputType('TransferFilter', {
  description: 'Which transfers to list; every condition given must hold.',
  fields: (t) => ({
    organizationId: t.id({ description: 'Paid by this organization.' }),
    clientId: t.id({ description: 'For this client.' }),
    domain: t.field({ type: 'DomainName', description: 'Of this domain.' }),
    steps: t.field({ type: [TransferStep], description: 'At one of these steps.' }),
    open: t.boolean({ description: 'true: still under way; false: ended.' }),
  }),
});

const TransferSortInput = builder.inputType('TransferSort', {
  description: 'How to order transfers.',
  fields: (t) => ({
    field: t.field({
      type: builder.enumType('TransferSortField', {
        description: 'What transfers can be ordered by.',
        values: { STARTED_AT: { description: 'When it was ordered.' } } as const,
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

const NEWEST_FIRST: { readonly field: TransferSortField; readonly direction: 'DESC' } = {
  field: 'STARTED_AT',
  direction: 'DESC',
};

/** @throws {RequestFault} BAD_USER_INPUT naming the condition that cannot be used. */
function toFilter(input: typeof TransferFilterInput.$inferInput | null | undefined): TransferFilter {
  assertBounded(input);
  const { organizationId, clientId, domain, ...rest } = input ?? {};
  return {
    ...defined(rest),
    ...(organizationId != null && { organizationId: keyOf('Organization', organizationId, 'filter.organizationId') }),
    ...(clientId != null && { clientId: keyOf('Client', clientId, 'filter.clientId') }),
    ...(domain != null && { domainName: domainNameOf(domain, 'filter.domain') }),
  };
}

builder.queryField('transfer', (t) =>
  t.field({
    type: Transfer,
    nullable: true,
    description: 'One transfer. null: there is none, or it is not yours to see.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: (_root, { id }, { services, scope }) => services.transfers.byId(scope, keyOf('Transfer', id, 'id')),
  }),
);

builder.queryField('transfers', (t) =>
  t.connection(
    {
      type: Transfer,
      nullable: true,
      description: 'Transfers, newest first.',
      complexity: (args) => pageCost(args),
      args: {
        filter: t.arg({ type: TransferFilterInput, description: 'Which transfers; all when not given.' }),
        orderBy: t.arg({
          type: TransferSortInput,
          description: 'How to order them; newest first when not given. A cursor is good for one ordering only.',
        }),
      },
      resolve: (_root, { filter, orderBy, ...page }, { services, scope }) => {
        const conditions = toFilter(filter);
        return connectionOf(page, (range) =>
          services.transfers.list(scope, { filter: conditions, orderBy: orderBy ?? NEWEST_FIRST, page: range }),
        );
      },
    },
    TransferConnection,
  ),
);

builder.objectField(Order, 'transfer', (t) =>
  t.field({
    type: Transfer,
    nullable: true,
    description: 'The transfer this order started; null when it started none.',
    resolve: ({ id }, _args, { services, scope }) => services.transfers.byOrder(scope, id),
  }),
);

builder.objectField(Organization, 'transfers', (t) =>
  t.connection(
    {
      type: Transfer,
      nullable: true,
      description: 'The transfers this organization pays for, newest first.',
      complexity: (args) => pageCost(args),
      args: { filter: t.arg({ type: TransferFilterInput, description: 'Which of them; all when not given.' }) },
      resolve: ({ id }, { filter, ...page }, { services, scope }) => {
        const conditions = { ...toFilter(filter), organizationId: id };
        return connectionOf(page, (range) =>
          services.transfers.list(scope, { filter: conditions, orderBy: NEWEST_FIRST, page: range }),
        );
      },
    },
    TransferConnection,
  ),
);

builder.objectField(Client, 'transfers', (t) =>
  t.connection(
    {
      type: Transfer,
      nullable: true,
      description: 'The transfers for this client, newest first.',
      complexity: (args) => pageCost(args),
      resolve: ({ id, organizationId }, page, { services, scope }) =>
        connectionOf(page, (range) =>
          services.transfers.list(scope, {
            filter: { organizationId, clientId: id },
            orderBy: NEWEST_FIRST,
            page: range,
          }),
        ),
    },
    TransferConnection,
  ),
);

builder.objectField(Domain, 'transfers', (t) =>
  t.connection(
    {
      type: Transfer,
      nullable: true,
      description: 'The transfers of this domain that were ordered through the gateway, newest first.',
      complexity: (args) => pageCost(args),
      resolve: ({ name, organizationId }, page, { services, scope }) =>
        connectionOf(page, (range) =>
          services.transfers.list(scope, {
            filter: { organizationId, domainName: name },
            orderBy: NEWEST_FIRST,
            page: range,
          }),
        ),
    },
    TransferConnection,
  ),
);
