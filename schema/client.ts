// Clients: the reseller's customers, for whom domains are held.
import type { ClientDetailRecord, ClientNode, ClientSort as ClientSortField, Depth } from '../src/services/services.ts';
import { builder, type Context } from './builder.ts';
import { HolderType, PostalAddress } from './contact.ts';
import { assertBounded } from './filters.ts';
import { Freshness, ListFreshness } from './freshness.ts';
import { UPSTREAM_CALL_COST } from './limits.ts';
import { asNode, keyOf } from './node-id.ts';
import { Organization } from './organization.ts';
import { connectionOf, pageCost } from './paging.ts';
import { defined, SortDirection } from './sorting.ts';

/** The value of the client's detail, or one part of it; null when the detail cannot be had. */
async function fromDetail<T>(
  client: ClientNode,
  { services, scope }: Context,
  pick: (detail: Depth<ClientDetailRecord>) => T,
): Promise<T | null> {
  const detail = await services.clients.detail(scope, client);
  return detail === null ? null : pick(detail);
}

const complexity = { field: UPSTREAM_CALL_COST };

export const Client = builder.node(builder.objectRef<ClientNode>('Client'), {
  description: 'A customer of the reseller. Clients do not sign in at Gandi; the reseller acts for them.',
  id: { resolve: (client) => client.id },
  loadOne: async (id: string, { services, scope }) => asNode('Client', await services.clients.byId(scope, id)),
  fields: (t) => ({
    gandiId: t.exposeString('id', { description: "Gandi's own id of it, a UUID." }),
    name: t.exposeString('name', { description: 'Its name as Gandi shows it.' }),
    type: t.expose('type', {
      type: HolderType,
      nullable: true,
      description: 'What it is; null when Gandi names nothing we know.',
    }),
    firstName: t.exposeString('firstName', {
      nullable: true,
      description: 'Given name of the person, or of the person in charge; null when not told.',
    }),
    lastName: t.exposeString('lastName', {
      nullable: true,
      description: 'Family name of the person, or of the person in charge; null when not told.',
    }),
    companyName: t.exposeString('companyName', { nullable: true, description: 'Legal name; null for an individual.' }),
    email: t.exposeString('email', { nullable: true, description: 'E-mail address; null when not told.' }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description: 'The reseller organization it belongs to; null when that could not be read.',
      resolve: (client, _args, { services, scope }) => services.organizations.byId(scope, client.organizationId),
    }),
    address: t.field({
      type: PostalAddress,
      nullable: true,
      description: 'Postal address. Takes a call to Gandi of its own when not mirrored; null when it could not be had.',
      complexity,
      resolve: (client, _args, context) => fromDetail(client, context, ({ value }) => value.address),
    }),
    phone: t.string({
      nullable: true,
      description:
        'Telephone as `+33.123456789`. Comes with `address`; null when it could not be had or there is none.',
      complexity,
      resolve: (client, _args, context) => fromDetail(client, context, ({ value }) => value.phone),
    }),
    fax: t.string({
      nullable: true,
      description: 'Fax. Comes with `address`; null when it could not be had or there is none.',
      complexity,
      resolve: (client, _args, context) => fromDetail(client, context, ({ value }) => value.fax),
    }),
    reference: t.string({
      nullable: true,
      description:
        'Your own reference, printed on invoices. Comes with `address`; null when it could not be had or there is none.',
      complexity,
      resolve: (client, _args, context) => fromDetail(client, context, ({ value }) => value.reference),
    }),
    language: t.string({
      nullable: true,
      description: 'Language Gandi writes in. Comes with `address`; null when it could not be had or is not told.',
      complexity,
      resolve: (client, _args, context) => fromDetail(client, context, ({ value }) => value.language),
    }),
    detailFreshness: t.field({
      type: Freshness,
      nullable: true,
      description: 'How old `address` and what comes with it are; null when they could not be had.',
      complexity,
      resolve: (client, _args, context) => fromDetail(client, context, ({ freshness }) => freshness),
    }),
    missingSince: t.expose('missingAt', {
      type: 'DateTime',
      nullable: true,
      description: 'First time a complete list from Gandi no longer had it; null while it is there.',
    }),
    freshness: t.expose('freshness', { type: Freshness, description: 'How old name, type and e-mail address are.' }),
  }),
});

export const ClientConnection = builder.connectionObject(
  {
    type: Client,
    name: 'ClientConnection',
    description: 'A page of clients.',
    fields: (t) => ({
      totalCount: t.int({
        description: 'All clients that match, over all pages. Counted only when asked for.',
        resolve: ({ totalCount }) => totalCount(),
      }),
      freshness: t.expose('freshness', {
        type: ListFreshness,
        nullable: true,
        description: 'How old and how complete the list is.',
      }),
    }),
  },
  { name: 'ClientEdge', description: 'A client and its place in the list.' },
);

const ClientFilterInput = builder.inputType('ClientFilter', {
  description: 'Which clients to list; every condition given must hold.',
  fields: (t) => ({
    organizationId: t.id({ description: 'Of this organization.' }),
    text: t.string({ description: 'Part of the name, e-mail address or company name, in any letter case.' }),
    types: t.field({ type: [HolderType], description: 'Of one of these kinds.' }),
    hasDomains: t.boolean({ description: 'true: with at least one domain; false: with none.' }),
  }),
});

const ClientSortInput = builder.inputType('ClientSort', {
  description: 'How to order clients.',
  fields: (t) => ({
    field: t.field({
      type: builder.enumType('ClientSortField', {
        description: 'What clients can be ordered by.',
        values: { NAME: { description: 'Their name.' } } as const,
      }),
      required: true,
      description: 'What to order by.',
    }),
    direction: t.field({
      type: SortDirection,
      required: true,
      defaultValue: 'ASC',
      description: 'Which end comes first.',
    }),
  }),
});

const BY_NAME: { readonly field: ClientSortField; readonly direction: 'ASC' } = { field: 'NAME', direction: 'ASC' };
const orderByDescription = 'How to order them; by name when not given. A cursor is good for one ordering only.';

builder.queryFields((t) => ({
  client: t.field({
    type: Client,
    nullable: true,
    description: 'One client. null: there is none, or it is not yours to see.',
    complexity,
    args: { id: t.arg.id({ required: true, description: "Its id, or Gandi's UUID of it." }) },
    resolve: (_root, { id }, { services, scope }) => services.clients.byId(scope, keyOf('Client', id, 'id')),
  }),
  clients: t.connection(
    {
      type: Client,
      nullable: true,
      description:
        'Clients of the organizations you can see, from the mirror. null when the list could not be had at all.',
      complexity: (args) => pageCost(args),
      args: {
        filter: t.arg({ type: ClientFilterInput, description: 'Which clients; all when not given.' }),
        orderBy: t.arg({ type: ClientSortInput, description: orderByDescription }),
      },
      resolve: (_root, { filter, orderBy, ...page }, { services, scope }) => {
        assertBounded(filter);
        const { organizationId, ...rest } = filter ?? {};
        const conditions = {
          ...defined(rest),
          ...(organizationId != null && {
            organizationId: keyOf('Organization', organizationId, 'filter.organizationId'),
          }),
        };
        return connectionOf(page, (range) =>
          services.clients.list(scope, { filter: conditions, orderBy: orderBy ?? BY_NAME, page: range }),
        );
      },
    },
    ClientConnection,
  ),
}));

builder.objectField(Organization, 'clients', (t) =>
  t.connection(
    {
      type: Client,
      nullable: true,
      description: 'The clients of this organization; null when the list could not be had at all.',
      complexity: (args) => pageCost(args),
      args: { orderBy: t.arg({ type: ClientSortInput, description: orderByDescription }) },
      resolve: ({ id }, { orderBy, ...page }, { services, scope }) =>
        connectionOf(page, (range) =>
          services.clients.list(scope, { filter: { organizationId: id }, orderBy: orderBy ?? BY_NAME, page: range }),
        ),
    },
    ClientConnection,
  ),
);
