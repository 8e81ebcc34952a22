// Domains: what the list of them tells. What takes a look at one domain alone is in domain-detail.ts.
import type { DomainNode } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Client } from './client.ts';
import { EppStatus, eppStatusOf, isTransferLocked } from './epp-status.ts';
import { Freshness, ListFreshness } from './freshness.ts';
import { asNode, domainKey, parseDomainKey } from './node-id.ts';
import { Organization } from './organization.ts';

export const Presence = builder.enumType('Presence', {
  description: 'Whether a domain is there. Not being able to tell is never taken for its absence.',
  values: {
    PRESENT: { description: 'Gandi shows it.' },
    ABSENT_CONFIRMED: {
      description:
        'Gone: a complete list no longer had it and Gandi answered "not found" for it, while it answered normally otherwise.',
    },
    UNKNOWN: { description: 'Gandi no longer shows it, or refuses to; `presenceReason` says what is known.' },
  } as const,
});

export const NameserverKind = builder.enumType('NameserverKind', {
  description: 'Who runs the nameservers.',
  values: {
    LIVEDNS: { description: "Gandi's LiveDNS." },
    CLASSIC: { description: "Gandi's classic DNS, of older domains." },
    OTHER: { description: 'Somebody else.' },
  } as const,
});

export const Domain = builder.node(builder.objectRef<DomainNode>('Domain'), {
  description: 'A domain name held at Gandi. Its id stands for the name within its organization.',
  id: { resolve: domainKey },
  loadOne: async (id: string, { services, scope }) =>
    asNode('Domain', await services.domains.byKey(scope, parseDomainKey(id))),
  fields: (t) => ({
    name: t.expose('name', {
      type: 'DomainName',
      description: 'The name as A-labels, lower case: `xn--caf-dma.example`.',
    }),
    unicodeName: t.exposeString('unicodeName', { description: 'The name as people read it: `café.example`.' }),
    gandiId: t.exposeString('gandiId', { description: "Gandi's own id of it, a UUID." }),
    tld: t.exposeString('tld', { description: 'The registry suffix, without a dot: `com`, `co.uk`.' }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description: 'The reseller organization it was found in; null when that could not be read.',
      resolve: (domain, _args, { services, scope }) => services.organizations.byId(scope, domain.organizationId),
    }),
    client: t.field({
      type: Client,
      nullable: true,
      description: 'The client it belongs to. null: none, or not known yet; `clientAsOf` tells the two apart.',
      resolve: (domain, _args, { services, scope }) => services.domains.client(scope, domain),
    }),
    clientAsOf: t.expose('clientAsOf', {
      type: 'DateTime',
      nullable: true,
      description: 'When the gateway last learned the client, or that there is none; null: not known yet.',
    }),
    eppStatuses: t.field({
      type: [EppStatus],
      description: 'State at the registry. Empty means normal and unlocked.',
      complexity: { field: 1, multiplier: 1 },
      resolve: (domain) => domain.eppStatuses.map(eppStatusOf),
    }),
    rawEppStatuses: t.exposeStringList('eppStatuses', {
      description: "The same in Gandi's words, also those this gateway does not know.",
      complexity: { field: 1, multiplier: 1 },
    }),
    transferLock: t.boolean({
      description:
        "True while the registrar's transfer lock is on. A lock of the registry shows in `eppStatuses` only.",
      resolve: (domain) => isTransferLocked(domain.eppStatuses),
    }),
    autoRenew: t.exposeBoolean('autoRenew', {
      description: 'True when Gandi renews it by itself, which costs money. The plan is in `autoRenewal`.',
    }),
    tags: t.exposeStringList('tags', { description: 'Tags set at Gandi.', complexity: { field: 1, multiplier: 1 } }),
    registrantName: t.exposeString('registrantName', {
      nullable: true,
      description: 'Name of the registrant as lists show it; null when not told.',
    }),
    nameserverKind: t.expose('nameserverKind', {
      type: NameserverKind,
      nullable: true,
      description: 'Who runs its nameservers; null when not told.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it came to Gandi; null when not told.',
    }),
    registryCreatedAt: t.expose('registryCreatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was first registered; null when not told.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its registration ends at the registry; null when not told.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it last changed at Gandi; null when not told.',
    }),
    presence: t.expose('presence', { type: Presence, description: 'Whether it is there.' }),
    presenceReason: t.exposeString('presenceReason', {
      nullable: true,
      description: 'Why `presence` is not PRESENT, in a sentence; null when it is.',
    }),
    presenceAsOf: t.expose('presenceAsOf', { type: 'DateTime', description: 'When `presence` was last established.' }),
    freshness: t.expose('freshness', {
      type: Freshness,
      description: 'How old the fields are that come from the list: all but the client and the detail.',
    }),
  }),
});

export const DomainConnection = builder.connectionObject(
  {
    type: Domain,
    name: 'DomainConnection',
    description: 'A page of domains.',
    fields: (t) => ({
      totalCount: t.int({
        description: 'All domains that match, over all pages. Counted only when asked for.',
        resolve: ({ totalCount }) => totalCount(),
      }),
      freshness: t.expose('freshness', {
        type: ListFreshness,
        nullable: true,
        description: 'How old and how complete the list is.',
      }),
    }),
  },
  { name: 'DomainEdge', description: 'A domain and its place in the list.' },
);
