// The part of a domain that Gandi only tells for one domain at a time: contacts, nameservers, the full set of dates.
import type { Depth, DomainDetailRecord, DomainNode } from '../src/services/services.ts';
import { builder, type Context } from './builder.ts';
import { Contact } from './contact.ts';
import { Domain } from './domain.ts';
import { Freshness } from './freshness.ts';
import { UPSTREAM_CALL_COST } from './limits.ts';
import { Organization } from './organization.ts';

/** One part of the domain's detail; null when the detail cannot be had. */
async function fromDetail<T>(
  domain: DomainNode,
  { services, scope }: Context,
  pick: (detail: Depth<DomainDetailRecord>) => T,
): Promise<T | null> {
  const detail = await services.domains.detail(scope, domain);
  return detail === null ? null : pick(detail);
}

const AutoRenewal = builder.objectRef<NonNullable<DomainDetailRecord['autoRenewal']>>('AutoRenewal').implement({
  description: "Gandi's plan to renew a domain by itself. A renewal that ran is paid and hardly ever refunded.",
  fields: (t) => ({
    enabled: t.exposeBoolean('enabled', { description: 'True when Gandi will renew.' }),
    durationYears: t.exposeInt('durationYears', {
      nullable: true,
      description: 'Years added each time; null when not told.',
    }),
    payer: t.field({
      type: Organization,
      nullable: true,
      description: 'The organization that pays; null when not told, or not yours to see.',
      resolve: ({ payerId }, _args, { services, scope }) =>
        payerId === null ? null : services.organizations.byId(scope, payerId),
    }),
    attemptsAt: t.expose('attemptsAt', {
      type: ['DateTime'],
      description: 'When Gandi will try, in order. Switch it off before the first to be sure.',
    }),
  }),
});

const DomainLifecycle = builder.objectRef<DomainDetailRecord['dates']>('DomainLifecycle').implement({
  description: 'The dates of the stages a domain goes through around its end. null: does not apply, or not told.',
  fields: (t) => ({
    renewBeginsAt: t.expose('renewBeginsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'From here on it can be renewed.',
    }),
    renewEndsAt: t.expose('renewEndsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until here it can be renewed at the normal price.',
    }),
    holdBeginsAt: t.expose('holdBeginsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'From here on it no longer works.',
    }),
    holdEndsAt: t.expose('holdEndsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until here a renewal brings it back.',
    }),
    deletesAt: t.expose('deletesAt', { type: 'DateTime', nullable: true, description: 'When it is deleted.' }),
    restoreEndsAt: t.expose('restoreEndsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until here it can be restored, for a fee.',
    }),
    pendingDeleteEndsAt: t.expose('pendingDeleteEndsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'From here on anybody can register it.',
    }),
    authCodeExpiresAt: t.expose('authCodeExpiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its present auth code stops working.',
    }),
  }),
});

const complexity = { field: UPSTREAM_CALL_COST };
const CALL = 'Takes a call to Gandi of its own when not mirrored; null when it could not be had';

builder.objectFields(Domain, (t) => ({
  registrant: t.field({
    type: Contact,
    nullable: true,
    description: `Who the domain is registered for. ${CALL}.`,
    complexity,
    resolve: (domain, _args, context) => fromDetail(domain, context, ({ value }) => value.contacts.registrant),
  }),
  adminContact: t.field({
    type: Contact,
    nullable: true,
    description: `The administrative contact. ${CALL}.`,
    complexity,
    resolve: (domain, _args, context) => fromDetail(domain, context, ({ value }) => value.contacts.admin),
  }),
  techContact: t.field({
    type: Contact,
    nullable: true,
    description: `The technical contact. ${CALL}.`,
    complexity,
    resolve: (domain, _args, context) => fromDetail(domain, context, ({ value }) => value.contacts.tech),
  }),
  billingContact: t.field({
    type: Contact,
    nullable: true,
    description: `The billing contact. ${CALL}.`,
    complexity,
    resolve: (domain, _args, context) => fromDetail(domain, context, ({ value }) => value.contacts.billing),
  }),
  nameservers: t.stringList({
    nullable: true,
    description: `Host names of its nameservers. ${CALL}.`,
    complexity,
    resolve: (domain, _args, context) => fromDetail(domain, context, ({ value }) => value.nameservers),
  }),
  services: t.stringList({
    nullable: true,
    description: `Gandi's services in use on it, such as \`gandilivedns\`. ${CALL}.`,
    complexity,
    resolve: (domain, _args, context) => fromDetail(domain, context, ({ value }) => value.services),
  }),
  reachability: t.string({
    nullable: true,
    description: `Gandi's word on the check of the registrant's e-mail address, such as \`pending\` or \`done\`. ${CALL}.`,
    complexity,
    resolve: (domain, _args, context) => fromDetail(domain, context, ({ value }) => value.reachability),
  }),
  canTransferLock: t.boolean({
    nullable: true,
    description: `True when its TLD has a transfer lock. ${CALL}, or when Gandi does not say.`,
    complexity,
    resolve: (domain, _args, context) => fromDetail(domain, context, ({ value }) => value.canTransferLock),
  }),
  autoRenewal: t.field({
    type: AutoRenewal,
    nullable: true,
    description: `The plan behind \`autoRenew\`. ${CALL}, or when there is none.`,
    complexity,
    resolve: (domain, _args, context) => fromDetail(domain, context, ({ value }) => value.autoRenewal),
  }),
  lifecycle: t.field({
    type: DomainLifecycle,
    nullable: true,
    description: `The dates of renewal, hold, restore and deletion. ${CALL}.`,
    complexity,
    resolve: (domain, _args, context) => fromDetail(domain, context, ({ value }) => value.dates),
  }),
  detailFreshness: t.field({
    type: Freshness,
    nullable: true,
    description: 'How old the fields are that take a look at this domain alone; null when they could not be had.',
    complexity,
    resolve: (domain, _args, context) => fromDetail(domain, context, ({ freshness }) => freshness),
  }),
}));
