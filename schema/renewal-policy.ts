// Policies of automatic renewal: which domains Gandi may renew by itself, what was decided, and the answers somebody gives.
import { InvalidInputError, NotFoundError, OrganizationNotEligibleError } from '../src/services/errors.ts';
import type { AutoRenewDecisionRecord, AutoRenewPolicyRecord } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Domain } from './domain.ts';
import { domainNameOf } from './domain-name.ts';
import './errors.ts';
import { MUTATION_COST } from './limits.ts';
import { keyOf } from './node-id.ts';
import { connectionOf, pageCost } from './paging.ts';
import { defined } from './sorting.ts';

const HOUR_MS = 3_600_000;

export const AutoRenewRule = builder.enumType('AutoRenewRule', {
  description: 'When Gandi may renew a domain by itself.',
  values: {
    ALWAYS: { description: 'In any case.' },
    ONLY_IF_PAID: { description: 'Only if the client has paid, as `recordClientPayment` told.' },
    ASK: { description: 'Only after somebody said yes with `answerRenewal`.' },
    NEVER: { description: 'In no case.' },
  } as const,
});

const AutoRenewScope = builder.enumType('AutoRenewScope', {
  description:
    'What a policy is for. The narrowest that fits a domain holds: DOMAIN, then TAG, CLIENT, TLD, ORGANIZATION.',
  values: {
    DOMAIN: { description: 'One domain.' },
    TAG: { description: 'Domains with a tag; of several the first in the alphabet.' },
    CLIENT: { description: 'Domains of a client.' },
    TLD: { description: 'Domains of an extension.' },
    ORGANIZATION: { description: 'All domains of the organization.' },
  } as const,
});

const AutoRenewFailSafe = builder.enumType('AutoRenewFailSafe', {
  description: 'What holds until a decision is due, so also when the gateway is down at that moment.',
  values: {
    SWITCH_OFF: {
      description: 'Off: a domain that is not paid, or not answered for, is never renewed by accident, and may expire.',
    },
    LEAVE_ON: {
      description: 'As it is: a domain is never lost because the gateway was down, and may be renewed unpaid.',
    },
  } as const,
});

const AutoRenewWanted = builder.enumType('AutoRenewWanted', {
  description: 'What a decision wants.',
  values: {
    ON: { description: 'Gandi may renew, or nothing is touched yet.' },
    OFF: { description: 'Gandi shall not renew.' },
    ASK: { description: 'Somebody has to say yes or no with `answerRenewal`.' },
  } as const,
});

export const AutoRenewPolicy = builder.objectRef<AutoRenewPolicyRecord>('AutoRenewPolicy').implement({
  description: 'When Gandi may renew by itself.',
  fields: (t) => ({
    scope: t.expose('scope', { type: AutoRenewScope, description: 'What it is for.' }),
    scopeValue: t.exposeString('scopeValue', {
      description: "The domain, tag, TLD or Gandi's id of the client; empty for the organization.",
    }),
    rule: t.expose('policy', { type: AutoRenewRule, description: 'When Gandi may renew.' }),
    leadHours: t.int({
      description: "Hours before Gandi's next attempt at which the decision is due.",
      resolve: ({ leadMs }) => Math.round(leadMs / HOUR_MS),
    }),
    failSafe: t.expose('failSafe', { type: AutoRenewFailSafe, description: 'What holds until then.' }),
    priceHoldPercent: t.exposeInt('priceHoldPercent', {
      nullable: true,
      description: 'A renewal that became dearer than this many percent is held and asked about; null = never.',
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was set.' }),
  }),
});

export const AutoRenewDecision = builder.objectRef<AutoRenewDecisionRecord>('AutoRenewDecision').implement({
  description: 'What was decided about the renewal of one term of one domain.',
  fields: (t) => ({
    domainName: t.expose('domainName', { type: 'DomainName', description: 'The domain.' }),
    termEndsAt: t.expose('termEndsAt', { type: 'DateTime', description: 'End of the term.' }),
    rule: t.expose('policy', { type: AutoRenewRule, description: 'The policy it was decided by.' }),
    wanted: t.expose('wanted', { type: AutoRenewWanted, description: 'What it wants.' }),
    reason: t.exposeString('reason', {
      description:
        'Why: PAID, NOT_PAID, NOT_PAID_YET, NOT_ANSWERED, NOT_ANSWERED_YET, APPROVED, REFUSED, POLICY_ALWAYS, POLICY_NEVER or PRICE_RISE; more may come.',
    }),
    decidedAt: t.expose('decidedAt', { type: 'DateTime', description: 'When it was decided.' }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      description: "When it has to be in effect: the lead time before Gandi's next attempt, or the end of the term.",
    }),
    inEffect: t.boolean({
      description: 'True once Gandi shows it.',
      resolve: ({ state }) => state === 'CONFIRMED',
    }),
  }),
});

builder.objectFields(Domain, (t) => ({
  autoRenewPolicy: t.field({
    type: AutoRenewPolicy,
    nullable: true,
    description:
      'The policy that holds for it; null: none does, and the gateway never touches its auto-renewal. Always null for keys limited to one client.',
    resolve: (domain, _args, { services, scope }) => services.renewalPolicies.policyOf(scope, domain),
  }),
  autoRenewDecision: t.field({
    type: AutoRenewDecision,
    nullable: true,
    description: 'What was decided about the renewal of its present term; null when nothing was yet.',
    resolve: (domain, _args, { services, scope }) => services.renewalPolicies.decisionOf(scope, domain),
  }),
}));

const AutoRenewDecisionConnection = builder.connectionObject(
  {
    type: AutoRenewDecision,
    name: 'AutoRenewDecisionConnection',
    description: 'A page of decisions.',
    fields: (t) => ({
      totalCount: t.int({
        description: 'All decisions that match, over all pages. Counted only when asked for.',
        resolve: ({ totalCount }) => totalCount(),
      }),
    }),
  },
  { name: 'AutoRenewDecisionEdge', description: 'A decision and its place in the list.' },
);

const DecisionFilter = builder.inputType('AutoRenewDecisionFilter', {
  description: 'Which decisions to list; every condition given must hold.',
  fields: (t) => ({
    organizationId: t.id({ description: 'Of this organization.' }),
    domain: t.field({ type: 'DomainName', description: 'About this domain.' }),
    wanted: t.field({ type: [AutoRenewWanted], description: 'That want one of these.' }),
  }),
});

builder.queryFields((t) => ({
  autoRenewPolicies: t.field({
    type: [AutoRenewPolicy],
    nullable: true,
    description:
      'The policies of an organization; null when it could not be read which it is, empty for keys limited to one client.',
    args: {
      organizationId: t.arg.id({ description: 'The reseller organization; not needed when you have only one.' }),
    },
    resolve: (_root, { organizationId }, { services, scope }) =>
      services.renewalPolicies.policies(
        scope,
        organizationId == null ? null : keyOf('Organization', organizationId, 'organizationId'),
      ),
  }),
  autoRenewDecisions: t.connection(
    {
      type: AutoRenewDecision,
      nullable: true,
      description: 'The journal of decisions about renewals, newest first.',
      complexity: (args) => pageCost(args),
      args: { filter: t.arg({ type: DecisionFilter, description: 'Which; all when not given.' }) },
      resolve: (_root, { filter, ...page }, { services, scope }) => {
        const { organizationId, domain, wanted } = filter ?? {};
        const conditions = defined({
          wanted,
          organizationId:
            organizationId == null ? undefined : keyOf('Organization', organizationId, 'filter.organizationId'),
          domainName: domain == null ? undefined : domainNameOf(domain, 'filter.domain'),
        });
        return connectionOf(page, (range) =>
          services.renewalPolicies.decisions(scope, { filter: conditions, page: range }),
        );
      },
    },
    AutoRenewDecisionConnection,
  ),
}));

const SetAutoRenewPolicySuccess = builder
  .objectRef<{ readonly policy: AutoRenewPolicyRecord }>('SetAutoRenewPolicySuccess')
  .implement({
    description: 'It holds from now on.',
    fields: (t) => ({ policy: t.expose('policy', { type: AutoRenewPolicy, description: 'The policy.' }) }),
  });

const SCOPE_VALUE = 'The domain, the tag, the TLD, or the id of the client; not given for the organization.';

const SetAutoRenewPolicyInput = builder.inputType('SetAutoRenewPolicyInput', {
  description: 'When Gandi may renew by itself.',
  fields: (t) => ({
    organizationId: t.id({ description: 'The reseller organization; not needed when you have only one.' }),
    scope: t.field({ type: AutoRenewScope, required: true, description: 'What it is for.' }),
    scopeValue: t.string({ description: SCOPE_VALUE }),
    rule: t.field({ type: AutoRenewRule, required: true, description: 'When Gandi may renew.' }),
    leadHours: t.int({
      required: true,
      defaultValue: 24,
      description: "Hours before Gandi's next attempt at which the decision is due, 1 to 2160.",
    }),
    failSafe: t.field({
      type: AutoRenewFailSafe,
      required: true,
      description: 'What holds until then, also when the gateway is down. It has to be chosen.',
    }),
    priceHoldPercent: t.int({
      description: 'Hold and ask when a renewal became dearer than this many percent; never when not given.',
    }),
  }),
});

builder.mutationField('setAutoRenewPolicy', (t) =>
  t.errorUnionField({
    description:
      "Sets when Gandi may renew domains by itself. The gateway then switches auto-renewal off and on before Gandi's own attempts, and writes down why.",
    types: [SetAutoRenewPolicySuccess, InvalidInputError, NotFoundError, OrganizationNotEligibleError],
    union: {
      name: 'SetAutoRenewPolicyResult',
      description: 'What `setAutoRenewPolicy` can come to.',
      resolveType: () => SetAutoRenewPolicySuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: SetAutoRenewPolicyInput, required: true, description: 'The policy.' }) },
    resolve: async (_root, { input }, { services, scope }) => {
      const { organizationId, scope: of, scopeValue, rule, priceHoldPercent, ...rest } = input;
      const policy = await services.renewalPolicies.set(scope, {
        ...rest,
        scope: of,
        policy: rule,
        organizationId: organizationId == null ? null : keyOf('Organization', organizationId, 'input.organizationId'),
        scopeValue: valueFrom(of, scopeValue),
        priceHoldPercent: priceHoldPercent ?? null,
      });
      return { policy };
    },
  }),
);

const RemoveAutoRenewPolicySuccess = builder
  .objectRef<{ readonly removed: boolean }>('RemoveAutoRenewPolicySuccess')
  .implement({
    description: 'It holds no more. What it had switched stays as it is.',
    fields: (t) => ({ removed: t.exposeBoolean('removed', { description: 'Always true.' }) }),
  });

const RemoveAutoRenewPolicyInput = builder.inputType('RemoveAutoRenewPolicyInput', {
  description: 'A policy to remove.',
  fields: (t) => ({
    organizationId: t.id({ description: 'The reseller organization; not needed when you have only one.' }),
    scope: t.field({ type: AutoRenewScope, required: true, description: 'What it is for.' }),
    scopeValue: t.string({ description: SCOPE_VALUE }),
  }),
});

builder.mutationField('removeAutoRenewPolicy', (t) =>
  t.errorUnionField({
    description: 'Removes a policy of renewal.',
    types: [RemoveAutoRenewPolicySuccess, InvalidInputError, NotFoundError, OrganizationNotEligibleError],
    union: {
      name: 'RemoveAutoRenewPolicyResult',
      description: 'What `removeAutoRenewPolicy` can come to.',
      resolveType: () => RemoveAutoRenewPolicySuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: RemoveAutoRenewPolicyInput, required: true, description: 'Which.' }) },
    resolve: async (_root, { input: { organizationId, scope: of, scopeValue } }, { services, scope }) => {
      await services.renewalPolicies.remove(scope, {
        scope: of,
        organizationId: organizationId == null ? null : keyOf('Organization', organizationId, 'input.organizationId'),
        scopeValue: valueFrom(of, scopeValue),
      });
      return { removed: true };
    },
  }),
);

const AnswerRenewalSuccess = builder
  .objectRef<{ readonly decision: AutoRenewDecisionRecord }>('AnswerRenewalSuccess')
  .implement({
    description: 'The answer is recorded; the decision follows it at once.',
    fields: (t) => ({
      decision: t.expose('decision', { type: AutoRenewDecision, description: 'The decision it answers.' }),
    }),
  });

const AnswerRenewalInput = builder.inputType('AnswerRenewalInput', {
  description: 'Yes or no to the renewal of the present term of a domain.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: 'The domain.' }),
    renew: t.boolean({ required: true, description: 'true: it may be renewed; false: it may not.' }),
  }),
});

builder.mutationField('answerRenewal', (t) =>
  t.errorUnionField({
    description: 'Answers a decision that asks: of a policy ASK, or of a price that rose too much.',
    types: [AnswerRenewalSuccess, InvalidInputError, NotFoundError],
    union: {
      name: 'AnswerRenewalResult',
      description: 'What `answerRenewal` can come to.',
      resolveType: () => AnswerRenewalSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: AnswerRenewalInput, required: true, description: 'Which, and what.' }) },
    resolve: async (_root, { input: { domain, renew } }, { services, scope }) => ({
      decision: await services.renewalPolicies.answer(scope, { domain: domainNameOf(domain, 'input.domain'), renew }),
    }),
  }),
);

function valueFrom(
  of: 'DOMAIN' | 'TAG' | 'CLIENT' | 'TLD' | 'ORGANIZATION',
  value: string | null | undefined,
): string | null {
  if (value == null) return null;
  return of === 'CLIENT' ? keyOf('Client', value, 'input.scopeValue') : value;
}
