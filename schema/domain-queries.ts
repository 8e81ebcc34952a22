// How domains are found: by name, and in lists with filters Gandi does not have.
import type { DomainFilter, DomainSort as DomainSortField } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Client } from './client.ts';
import { Domain, DomainConnection, Presence } from './domain.ts';
import { EppStatus, wireEppStatus } from './epp-status.ts';
import { assertBounded } from './filters.ts';
import { UPSTREAM_CALL_COST } from './limits.ts';
import { keyOf } from './node-id.ts';
import { Organization } from './organization.ts';
import { connectionOf, pageCost } from './paging.ts';
import { defined, SortDirection } from './sorting.ts';

const DomainFilterInput = builder.inputType('DomainFilter', {
  description: 'Which domains to list; every condition given must hold.',
  fields: (t) => ({
    organizationId: t.id({ description: 'Found in this organization.' }),
    clientIds: t.idList({ description: 'Belonging to one of these clients.' }),
    withoutClient: t.boolean({
      description:
        'true: belonging to no client, that is, to the reseller itself; false: belonging to one. Domains whose client is not known yet match neither.',
    }),
    expiresBefore: t.field({
      type: 'DateTime',
      description: 'Expiring before this instant, those already expired included.',
    }),
    expiresAfter: t.field({ type: 'DateTime', description: 'Expiring after this instant.' }),
    autoRenew: t.boolean({ description: 'Whether Gandi renews them by itself.' }),
    eppStatuses: t.field({
      type: [EppStatus],
      description: 'Having every one of these statuses. UNKNOWN cannot be looked for.',
    }),
    transferLocked: t.boolean({ description: "Whether the registrar's transfer lock is on." }),
    tlds: t.stringList({ description: 'Under one of these TLDs, without a dot: `com`.' }),
    text: t.string({
      description: "Part of the name in either form, of a tag or of the registrant's name, in any letter case.",
    }),
    tags: t.stringList({ description: 'Having every one of these tags.' }),
    presence: t.field({ type: [Presence], description: 'With one of these.' }),
  }),
});

type DomainFilterShape = typeof DomainFilterInput.$inferInput;

/** @throws {RequestFault} BAD_USER_INPUT naming the condition that cannot be used. */
function toFilter(input: DomainFilterShape | null | undefined): DomainFilter {
  assertBounded(input);
  const { organizationId, clientIds, eppStatuses, ...rest } = input ?? {};
  return {
    ...defined(rest),
    ...(organizationId != null && { organizationId: keyOf('Organization', organizationId, 'filter.organizationId') }),
    ...(clientIds != null && { clientIds: clientIds.map((id) => keyOf('Client', id, 'filter.clientIds')) }),
    ...(eppStatuses != null && {
      eppStatuses: eppStatuses.map((status) => wireEppStatus(status, 'filter.eppStatuses')),
    }),
  };
}

const DomainSortInput = builder.inputType('DomainSort', {
  description: 'How to order domains.',
  fields: (t) => ({
    field: t.field({
      type: builder.enumType('DomainSortField', {
        description: 'What domains can be ordered by.',
        values: {
          NAME: { description: 'The name, as A-labels.' },
          EXPIRES_AT: { description: 'When the registration ends.' },
          CREATED_AT: { description: 'When it came to Gandi.' },
          UPDATED_AT: { description: 'When it last changed.' },
        } as const,
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

const BY_NAME: { readonly field: DomainSortField; readonly direction: 'ASC' } = { field: 'NAME', direction: 'ASC' };
const filterDescription = 'Which domains; all when not given.';
const orderByDescription = 'How to order them; by name when not given. A cursor is good for one ordering only.';

builder.queryFields((t) => ({
  domain: t.field({
    type: Domain,
    nullable: true,
    description:
      'One domain by its name. null: it is not held at Gandi under an organization of yours, or not yours to see.',
    complexity: { field: UPSTREAM_CALL_COST },
    args: { name: t.arg({ type: 'DomainName', required: true, description: 'The name, in Unicode or ASCII.' }) },
    resolve: (_root, { name }, { services, scope }) => services.domains.byName(scope, name),
  }),
  domains: t.connection(
    {
      type: Domain,
      nullable: true,
      description:
        'Domains of the organizations you can see, from the mirror. null when the list could not be had at all.',
      complexity: (args) => pageCost(args),
      args: {
        filter: t.arg({ type: DomainFilterInput, description: filterDescription }),
        orderBy: t.arg({ type: DomainSortInput, description: orderByDescription }),
      },
      resolve: (_root, { filter, orderBy, ...page }, { services, scope }) => {
        const conditions = toFilter(filter);
        return connectionOf(page, (range) =>
          services.domains.list(scope, { filter: conditions, orderBy: orderBy ?? BY_NAME, page: range }),
        );
      },
    },
    DomainConnection,
  ),
}));

builder.objectField(Organization, 'domains', (t) =>
  t.connection(
    {
      type: Domain,
      nullable: true,
      description: 'The domains of this organization and of its clients; null when the list could not be had at all.',
      complexity: (args) => pageCost(args),
      args: {
        filter: t.arg({ type: DomainFilterInput, description: filterDescription }),
        orderBy: t.arg({ type: DomainSortInput, description: orderByDescription }),
      },
      resolve: ({ id }, { filter, orderBy, ...page }, { services, scope }) => {
        const conditions = { ...toFilter(filter), organizationId: id };
        return connectionOf(page, (range) =>
          services.domains.list(scope, { filter: conditions, orderBy: orderBy ?? BY_NAME, page: range }),
        );
      },
    },
    DomainConnection,
  ),
);

builder.objectField(Client, 'domains', (t) =>
  t.connection(
    {
      type: Domain,
      nullable: true,
      description: 'The domains of this client; null when the list could not be had at all.',
      complexity: (args) => pageCost(args),
      args: {
        filter: t.arg({ type: DomainFilterInput, description: filterDescription }),
        orderBy: t.arg({ type: DomainSortInput, description: orderByDescription }),
      },
      resolve: ({ id, organizationId }, { filter, orderBy, ...page }, { services, scope }) => {
        const conditions = { ...toFilter(filter), organizationId, clientIds: [id] };
        return connectionOf(page, (range) =>
          services.domains.list(scope, { filter: conditions, orderBy: orderBy ?? BY_NAME, page: range }),
        );
      },
    },
    DomainConnection,
  ),
);
