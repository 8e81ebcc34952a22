// Organizations: the reseller's spaces at Gandi that hold clients and domains and pay for orders.
import type { OrganizationNode } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { HolderType } from './contact.ts';
import { Freshness } from './freshness.ts';
import { UPSTREAM_CALL_COST } from './limits.ts';
import { asNode, keyOf } from './node-id.ts';

export const Organization = builder.node(builder.objectRef<OrganizationNode>('Organization'), {
  description: 'A space at Gandi that holds clients and domains. A reseller organization also pays for them.',
  id: { resolve: (organization) => organization.id },
  loadOne: async (id: string, { services, scope }) =>
    asNode('Organization', await services.organizations.byId(scope, id)),
  fields: (t) => ({
    gandiId: t.exposeString('id', { description: "Gandi's own id of it, a UUID." }),
    name: t.exposeString('name', { description: 'Its name at Gandi.' }),
    type: t.expose('type', {
      type: HolderType,
      nullable: true,
      description: 'What it is; null when Gandi names nothing we know.',
    }),
    companyName: t.exposeString('companyName', { nullable: true, description: 'Legal name; null when not told.' }),
    firstName: t.exposeString('firstName', {
      nullable: true,
      description: 'Given name of the person in charge; null when not told.',
    }),
    lastName: t.exposeString('lastName', {
      nullable: true,
      description: 'Family name of the person in charge; null when not told.',
    }),
    email: t.exposeString('email', { nullable: true, description: 'E-mail address; null when not told.' }),
    isReseller: t.exposeBoolean('isReseller', {
      description: 'True when it may have clients and pay for their orders.',
    }),
    isCorporate: t.exposeBoolean('isCorporate', { description: "True for a customer of Gandi's corporate services." }),
    vatNumber: t.exposeString('vatNumber', { nullable: true, description: 'VAT number; null when not told.' }),
    missingSince: t.expose('missingAt', {
      type: 'DateTime',
      nullable: true,
      description: 'First time a complete list from Gandi no longer had it; null while it is there.',
    }),
    freshness: t.expose('freshness', { type: Freshness, description: 'How old this answer is.' }),
  }),
});

builder.queryFields((t) => ({
  organization: t.field({
    type: Organization,
    nullable: true,
    description: 'One organization. null: there is none, or it is not yours to see.',
    complexity: { field: UPSTREAM_CALL_COST },
    args: { id: t.arg.id({ required: true, description: "Its id, or Gandi's UUID of it." }) },
    resolve: (_root, { id }, { services, scope }) =>
      services.organizations.byId(scope, keyOf('Organization', id, 'id')),
  }),
  organizations: t.field({
    type: [Organization],
    nullable: true,
    description:
      'Every organization you can see, by name. There are few; the list is not paged. null when it could not be had at all.',
    complexity: { field: UPSTREAM_CALL_COST, multiplier: 5 },
    resolve: (_root, _args, { services, scope }) => services.organizations.list(scope),
  }),
}));
