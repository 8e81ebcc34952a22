// Making a plan, approving it by its hash, giving it up, and going on after a stop.
import {
  InvalidInputError,
  NotFoundError,
  OrganizationNotEligibleError,
  PlanBlockedError,
  PlanChangedError,
  PlanExpiredError,
  WrongPlanStateError,
} from '../src/services/errors.ts';
import type { PlanRecord, PlanWish } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { clientChoice, OrderClientInput } from './client-choice.ts';
import { domainNameOf } from './domain-name.ts';
import './errors.ts';
import { MUTATION_COST, UPSTREAM_CALL_COST } from './limits.ts';
import { MoneyInput, moneyFrom } from './money.ts';
import { keyOf } from './node-id.ts';
import { Plan } from './plan.ts';
import { contactsFrom, RegistrationContactsInput, RegistryParameterInput } from './registration.ts';

const EXPECTED_PRICE =
  'The price you expect, after taxes; another one becomes a blocker. What the plan then tells is what is approved.';
const DOMAIN = 'The domain, in Unicode or ASCII.';
const PLAN_ID = 'The plan.';

const PlanRegistrationInput = builder.inputType('PlanRegistrationInput', {
  description: 'A free name to register, as for `registerDomain`.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: 'The name, in Unicode or ASCII.' }),
    client: t.field({ type: OrderClientInput, required: true, description: 'Whom it is for: the registrant.' }),
    payerId: t.id({ description: 'The reseller organization that pays; the same for the whole plan.' }),
    years: t.int({ required: true, defaultValue: 1, description: 'Years, 1 to 10.' }),
    contacts: t.field({
      type: RegistrationContactsInput,
      description: 'Other contacts; the registrant for all when left out.',
    }),
    registrantParameters: t.field({
      type: [RegistryParameterInput],
      description: 'What the registry asks of the registrant.',
    }),
    extraParameters: t.field({
      type: [RegistryParameterInput],
      description: 'What the registry asks of the order.',
    }),
    nameservers: t.stringList({
      description: 'Host names, 2 to 13; LiveDNS of Gandi when left out.',
    }),
    templateId: t.string({ description: 'A template of yours at Gandi that sets the domain up, by its UUID.' }),
    language: t.string({
      description: 'ISO 639-2 language of an internationalised name, `fre`, where the registry asks for it.',
    }),
    expectedPrice: t.field({ type: MoneyInput, description: EXPECTED_PRICE }),
  }),
});

const PlanRenewalInput = builder.inputType('PlanRenewalInput', {
  description: 'A domain to renew, as for `renewDomain`.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: DOMAIN }),
    years: t.int({ required: true, defaultValue: 1, description: 'Years to add, 1 to 9.' }),
    currentExpiryYear: t.int({
      required: true,
      description: 'The year, in UTC, in which you saw it expire. When it expires in another year, nothing is bought.',
    }),
    expectedPrice: t.field({ type: MoneyInput, description: EXPECTED_PRICE }),
  }),
});

const PlanRestoreInput = builder.inputType('PlanRestoreInput', {
  description: 'A domain to take back from redemption, as for `restoreDomain`. The gateway must have seen it before.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: DOMAIN }),
    expectedPrice: t.field({ type: MoneyInput, description: EXPECTED_PRICE }),
  }),
});

const PlanRegistrantChangeInput = builder.inputType('PlanRegistrantChangeInput', {
  description: 'A domain to give to another registrant, as for `changeRegistrant`.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: DOMAIN }),
    client: t.field({ type: OrderClientInput, required: true, description: 'Who becomes the registrant.' }),
    expectedPrice: t.field({ type: MoneyInput, description: EXPECTED_PRICE }),
  }),
});

const PlanItemInput = builder.inputType('PlanItemInput', {
  description:
    'One order: exactly one of these. Transfers are no part of plans, because their auth code is a secret that is not stored.',
  isOneOf: true,
  fields: (t) => ({
    register: t.field({ type: PlanRegistrationInput, description: 'A registration.' }),
    renew: t.field({ type: PlanRenewalInput, description: 'A renewal.' }),
    restore: t.field({ type: PlanRestoreInput, description: 'A restore.' }),
    changeRegistrant: t.field({ type: PlanRegistrantChangeInput, description: 'A change of registrant.' }),
  }),
});

const PlanOrdersInput = builder.inputType('PlanOrdersInput', {
  description: 'What to order, in which order.',
  fields: (t) => ({
    payerId: t.id({ description: 'The reseller organization that pays; not needed when you have only one.' }),
    items: t.field({
      type: [PlanItemInput],
      required: true,
      description: 'The orders, 1 to 500, each domain once. They are carried out in this order.',
    }),
  }),
});

const PlanOrdersSuccess = plannedAs(
  'PlanOrdersSuccess',
  'Everything was quoted; nothing was ordered and nothing spent.',
);

builder.mutationField('planOrders', (t) =>
  t.errorUnionField({
    description:
      'Quotes many orders as one list: what each costs, what stands against it, what it brings about, and how many calls and how much time it all takes. Orders nothing. Quoting takes several calls to Gandi for each item, so a long list takes minutes. Approve the answer with `executePlan` within a day. Transfers are no part of plans, because their auth code is a secret that is not stored.',
    types: [PlanOrdersSuccess, InvalidInputError, NotFoundError, OrganizationNotEligibleError],
    union: {
      name: 'PlanOrdersResult',
      description: 'What `planOrders` can come to.',
      resolveType: () => PlanOrdersSuccess,
    },
    complexity: ({ input }) => ({ field: UPSTREAM_CALL_COST * Math.max(input.items.length, 1) + MUTATION_COST }),
    args: { input: t.arg({ type: PlanOrdersInput, required: true, description: 'What to order.' }) },
    resolve: async (_root, { input: { payerId, items } }, { services, scope }) => ({
      plan: await services.plans.plan(scope, {
        payerId: payerId == null ? null : keyOf('Organization', payerId, 'input.payerId'),
        items: items.map((item, at) => wishFrom(item, `input.items.${at}`)),
      }),
    }),
  }),
);

const ExecutePlanSuccess = builder
  .objectRef<{ readonly plan: PlanRecord; readonly replayed: boolean }>('ExecutePlanSuccess')
  .implement({
    description: 'The plan is approved and carried out from here on, whatever happens to this connection.',
    fields: (t) => ({
      plan: t.expose('plan', { type: Plan, description: 'The plan; follow it with `planProgress`.' }),
      replayed: t.exposeBoolean('replayed', {
        description: 'True when it had been approved before: nothing new was begun, this is how it stands.',
      }),
    }),
  });

const ExecutePlanInput = builder.inputType('ExecutePlanInput', {
  description: 'Which plan is approved.',
  fields: (t) => ({
    planId: t.id({ required: true, description: PLAN_ID }),
    hash: t.string({ required: true, description: 'Its `hash`, which proves that you saw what you approve.' }),
    skipBlocked: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Leave items out against which something stands. Without it such a plan is refused.',
    }),
  }),
});

builder.mutationField('executePlan', (t) =>
  t.errorUnionField({
    description:
      'Approves a plan by its hash and carries it out. This spends money. Each item is ordered once, in its order, at the quoted price and with the quoted side effects only, which are agreed to hereby; where anything else is found, the plan stops and nothing more is ordered. Safe to repeat.',
    types: [
      ExecutePlanSuccess,
      NotFoundError,
      PlanChangedError,
      PlanExpiredError,
      PlanBlockedError,
      WrongPlanStateError,
    ],
    union: {
      name: 'ExecutePlanResult',
      description: 'What `executePlan` can come to.',
      resolveType: () => ExecutePlanSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: ExecutePlanInput, required: true, description: 'What is approved.' }) },
    resolve: (_root, { input: { planId, hash, skipBlocked } }, { services, scope }) =>
      services.plans.execute(scope, { planId: keyOf('Plan', planId, 'input.planId'), hash, skipBlocked }),
  }),
);

const CancelPlanSuccess = plannedAs(
  'CancelPlanSuccess',
  'Nothing more is begun. What was ordered stays, and so do the few items that were just being ordered (`counts.running`).',
);

const CancelPlanInput = builder.inputType('CancelPlanInput', {
  description: 'Which plan to give up.',
  fields: (t) => ({ planId: t.id({ required: true, description: PLAN_ID }) }),
});

builder.mutationField('cancelPlan', (t) =>
  t.errorUnionField({
    description: 'Gives a plan up: no further item is begun. What was ordered stays ordered.',
    types: [CancelPlanSuccess, NotFoundError, WrongPlanStateError],
    union: {
      name: 'CancelPlanResult',
      description: 'What `cancelPlan` can come to.',
      resolveType: () => CancelPlanSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: CancelPlanInput, required: true, description: 'Which plan.' }) },
    resolve: async (_root, { input: { planId } }, { services, scope }) => ({
      plan: await services.plans.cancel(scope, { planId: keyOf('Plan', planId, 'input.planId') }),
    }),
  }),
);

const ResumePlanSuccess = plannedAs(
  'ResumePlanSuccess',
  'The rest is ordered from here on; items that failed stay failed.',
);

const ResumePlanInput = builder.inputType('ResumePlanInput', {
  description: 'Which plan to go on with.',
  fields: (t) => ({ planId: t.id({ required: true, description: PLAN_ID }) }),
});

builder.mutationField('resumePlan', (t) =>
  t.errorUnionField({
    description:
      'Goes on with a plan that stopped, at the prices that were approved. This spends money. The item it stopped at stays failed; order it by itself if you still want it.',
    types: [ResumePlanSuccess, NotFoundError, WrongPlanStateError],
    union: {
      name: 'ResumePlanResult',
      description: 'What `resumePlan` can come to.',
      resolveType: () => ResumePlanSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: ResumePlanInput, required: true, description: 'Which plan.' }) },
    resolve: async (_root, { input: { planId } }, { services, scope }) => ({
      plan: await services.plans.resume(scope, { planId: keyOf('Plan', planId, 'input.planId') }),
    }),
  }),
);

function plannedAs(name: string, description: string) {
  return builder.objectRef<{ readonly plan: PlanRecord }>(name).implement({
    description,
    fields: (t) => ({ plan: t.expose('plan', { type: Plan, description: 'The plan as it is now.' }) }),
  });
}

/** @throws {RequestFault} BAD_USER_INPUT for a name that is none, and for an id of another kind. */
function wishFrom(
  { register, renew, restore, changeRegistrant }: typeof PlanItemInput.$inferInput,
  at: string,
): PlanWish {
  if (register != null) {
    const path = `${at}.register`;
    const { domain, client, payerId, contacts, templateId, language, expectedPrice, ...rest } = register;
    const input = {
      ...rest,
      domain: domainNameOf(domain, `${path}.domain`),
      client: clientChoice(client, `${path}.client`),
      payerId: payerId == null ? null : keyOf('Organization', payerId, `${path}.payerId`),
      contacts: contactsFrom(contacts, `${path}.contacts`),
      templateId: templateId ?? null,
      language: language ?? null,
      registrantParameters: register.registrantParameters ?? [],
      extraParameters: register.extraParameters ?? [],
      nameservers: register.nameservers ?? [],
      expectedPrice: moneyFrom(expectedPrice),
    };
    return { kind: 'REGISTER', input };
  }
  if (renew != null) {
    const { domain, expectedPrice, ...rest } = renew;
    const name = domainNameOf(domain, `${at}.renew.domain`);
    return { kind: 'RENEW', input: { ...rest, domain: name, expectedPrice: moneyFrom(expectedPrice) } };
  }
  if (changeRegistrant != null) {
    const { domain, client, expectedPrice } = changeRegistrant;
    const path = `${at}.changeRegistrant`;
    const input = {
      domain: domainNameOf(domain, `${path}.domain`),
      client: clientChoice(client, `${path}.client`),
      expectedPrice: moneyFrom(expectedPrice),
    };
    return { kind: 'CHANGE_REGISTRANT', input };
  }
  const name = domainNameOf(restore?.domain ?? '', `${at}.restore.domain`);
  return { kind: 'RESTORE', input: { domain: name, payerId: null, expectedPrice: moneyFrom(restore?.expectedPrice) } };
}
