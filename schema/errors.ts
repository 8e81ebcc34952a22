// The typed outcomes: each class of src/services/errors.ts as a type that implements `interface Error`.
import {
  DomainLockedError,
  ExpiryChangedError,
  IdempotencyKeyReusedError,
  InsufficientFundsError,
  InvalidAuthCodeError,
  InvalidInputError,
  NameUnavailableError,
  NotFoundError,
  NotRenewableError,
  NotRestorableError,
  OperationInProgressError,
  OrganizationNotEligibleError,
  type OutcomeError,
  PlanBlockedError,
  PlanChangedError,
  PlanExpiredError,
  PriceChangedError,
  RegistrantChangeUnsupportedError,
  RejectedByGandiError,
  SecretsKeyMissingError,
  SpendCeilingError,
  TokensUnavailableError,
  TransferBlockedError,
  type TransferBlocker as TransferBlockerValue,
  TransferLockUnavailableError,
  WebhookDisabledError,
  WebhookLimitError,
  WrongJobStateError,
  WrongPlanStateError,
  WrongTransferStepError,
} from '../src/services/errors.ts';
import { builder } from './builder.ts';
import { Money } from './money.ts';
import { encodeNodeId } from './node-id.ts';

export const ErrorInterface = builder.interfaceRef<OutcomeError>('Error').implement({
  description:
    'Something that stood against a mutation and that the caller can act on. Select `... on Error { code message }` to be ready for outcomes added later.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable name of the outcome, for programs.' }),
    message: t.exposeString('message', { description: 'What is wrong and what helps, for people.' }),
    path: t.exposeStringList('path', {
      nullable: true,
      description:
        'The input field at fault, as `["input", "client", "create", "phone"]`; null when no single field is.',
    }),
  }),
});

const CeilingPeriod = builder.enumType('CeilingPeriod', {
  description: 'The time a ceiling is for, in UTC.',
  values: {
    DAY: { value: 'day', description: 'From midnight to midnight.' },
    MONTH: { value: 'month', description: 'A calendar month.' },
  } as const,
});

export const InputProblem = builder.objectRef<InvalidInputError['fields'][number]>('InputProblem').implement({
  description: 'One input field that cannot be used.',
  fields: (t) => ({
    path: t.exposeStringList('path', { description: 'Where the field is in the input.' }),
    message: t.exposeString('message', { description: 'What is wrong with it.' }),
    found: t.exposeString('found', {
      nullable: true,
      description: 'What was given; null when nothing was, or when it is secret.',
    }),
    expected: t.exposeString('expected', { description: 'What it should look like.' }),
  }),
});

builder.objectType(InvalidInputError, {
  name: 'InvalidInput',
  description: 'The input is wrong. Nothing was sent to Gandi and nothing was spent.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    fields: t.expose('fields', { type: [InputProblem], description: 'Every field at fault, all in one answer.' }),
  }),
});

builder.objectType(NotFoundError, {
  name: 'NotFound',
  description: 'What the input names does not exist, or is not yours to see.',
  interfaces: [ErrorInterface],
});

builder.objectType(OrganizationNotEligibleError, {
  name: 'OrganizationNotEligible',
  description: 'The organization cannot do this, because it is no reseller or because you may not bill it.',
  interfaces: [ErrorInterface],
});

builder.objectType(TokensUnavailableError, {
  name: 'TokensUnavailable',
  description: 'The gateway asks for no key, as in the sandbox, so it has nothing to sign tokens with.',
  interfaces: [ErrorInterface],
});

builder.objectType(SpendCeilingError, {
  name: 'SpendCeilingReached',
  description:
    'The order would take the organization over the ceiling its operator set for a UTC day or month. Nothing was bought.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    period: t.expose('period', { type: CeilingPeriod, description: 'Which ceiling.' }),
    ceiling: t.expose('ceiling', {
      type: Money,
      description: 'The most that may be ordered in the period, after taxes.',
    }),
    spent: t.expose('spent', { type: Money, description: 'Ordered in the period so far, after taxes.' }),
  }),
});

builder.objectType(InsufficientFundsError, {
  name: 'InsufficientFunds',
  description: 'The prepaid account at Gandi does not hold what the order costs. Nothing was bought.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    needed: t.expose('needed', { type: Money, description: 'What the order costs, after taxes.' }),
    available: t.expose('available', { type: Money, description: 'What the account holds.' }),
  }),
});

builder.objectType(ExpiryChangedError, {
  name: 'ExpiryChanged',
  description:
    'The domain does not expire in the year you named, so it may have been renewed already. Nothing was bought.',
  interfaces: [ErrorInterface],
  fields: (t) => ({ expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it expires now.' }) }),
});

builder.objectType(NotRenewableError, {
  name: 'NotRenewable',
  description: 'The domain cannot be renewed now; the message says why. Nothing was bought.',
  interfaces: [ErrorInterface],
});

builder.objectType(NameUnavailableError, {
  name: 'NameUnavailable',
  description: 'The name cannot be registered now; the message says why. Nothing was bought.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    status: t.exposeString('status', {
      description: "Gandi's word, such as `unavailable` or `reserved_corporate`; more may come.",
    }),
  }),
});

builder.objectType(NotRestorableError, {
  name: 'NotRestorable',
  description: 'The domain cannot be taken back from redemption now. Nothing was bought.',
  interfaces: [ErrorInterface],
});

builder.objectType(RegistrantChangeUnsupportedError, {
  name: 'RegistrantChangeUnsupported',
  description: 'The registrant of domains of this extension cannot be changed online. Nothing was bought.',
  interfaces: [ErrorInterface],
});

builder.objectType(PriceChangedError, {
  name: 'PriceChanged',
  description: 'The price is not the one you agreed to in `expectedPrice`. Nothing was bought.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    expected: t.expose('expected', { type: Money, description: 'The price you agreed to.' }),
    actual: t.expose('actual', { type: Money, description: 'The price now, after taxes, for all the years.' }),
  }),
});

builder.objectType(IdempotencyKeyReusedError, {
  name: 'IdempotencyKeyReused',
  description:
    'This `idempotencyKey` was used before with other input. Nothing was ordered now. A new wish needs a new key.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    orderId: t.id({
      nullable: true,
      description: 'The order made with this key; null when it is not yours to see.',
      resolve: (error) => (error.orderId === null ? null : encodeNodeId('Order', error.orderId)),
    }),
  }),
});

builder.objectType(OperationInProgressError, {
  name: 'OperationInProgress',
  description: 'Another operation on the same thing has not ended yet. Nothing was ordered now.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    orderId: t.id({
      nullable: true,
      description: 'The order that is under way; null when it is not yours to see.',
      resolve: (error) => (error.orderId === null ? null : encodeNodeId('Order', error.orderId)),
    }),
  }),
});

const TransferBlockerKind = builder.enumType('TransferBlockerKind', {
  description: 'Why a transfer cannot start.',
  values: {
    TRANSFER_LOCKED: {
      description: 'The transfer lock is on at the losing registrar; the holder has it lifted there.',
    },
    TOO_YOUNG: { description: 'The name was registered or transferred too recently.' },
    ALREADY_HERE: { description: 'The name already is at Gandi under this organization.' },
    TLD_UNSUPPORTED: { description: 'Gandi does not take transfers of this TLD.' },
    NOT_REGISTERED: { description: 'The name is not registered; register it instead.' },
    OTHER: { description: 'Another reason; `message` has it in words.' },
  } as const,
});

const TransferBlocker = builder.objectRef<TransferBlockerValue>('TransferBlocker').implement({
  description: 'One reason why a transfer cannot start now.',
  fields: (t) => ({
    kind: t.expose('kind', { type: TransferBlockerKind, description: 'The reason, for programs.' }),
    message: t.exposeString('message', { description: 'The reason and what helps, for people.' }),
  }),
});

builder.objectType(TransferBlockedError, {
  name: 'TransferBlocked',
  description: 'Gandi would not start this transfer. No money was spent.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    blockers: t.expose('blockers', { type: [TransferBlocker], description: 'Everything that stands against it.' }),
  }),
});

builder.objectType(InvalidAuthCodeError, {
  name: 'InvalidAuthCode',
  description: 'The auth code is empty, malformed or was refused. It is never repeated in answers or logs.',
  interfaces: [ErrorInterface],
});

const GandiProblem = builder.objectRef<RejectedByGandiError['problems'][number]>('GandiProblem').implement({
  description: 'One reason Gandi gave.',
  fields: (t) => ({
    field: t.exposeString('field', { description: "Gandi's name of the field, such as `owner.phone`." }),
    message: t.exposeString('message', { description: "Gandi's words." }),
  }),
});

builder.objectType(RejectedByGandiError, {
  name: 'RejectedByGandi',
  description: 'Gandi refused the request with reasons. Nothing was bought.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    problems: t.expose('problems', {
      type: [GandiProblem],
      description: 'The reasons; empty when Gandi named no field.',
    }),
    createdClientId: t.id({
      nullable: true,
      description:
        'The client that was made on the fly before the refusal: use it in the next try. null when none was made.',
      resolve: (error) => (error.createdClientId === null ? null : encodeNodeId('Client', error.createdClientId)),
    }),
  }),
});

builder.objectType(WrongTransferStepError, {
  name: 'WrongTransferStep',
  description: 'The transfer is not at a step where this helps.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    step: t.exposeString('step', { description: 'The step it is at, one of `TransferStep`.' }),
  }),
});

builder.objectType(PlanChangedError, {
  name: 'PlanChanged',
  description: 'The hash is not that of the plan as it is. Nothing was ordered; look at its items again.',
  interfaces: [ErrorInterface],
});

builder.objectType(PlanExpiredError, {
  name: 'PlanExpired',
  description: 'The quotes of the plan are too old to be approved. Nothing was ordered; plan again.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When they became too old.' }),
  }),
});

builder.objectType(PlanBlockedError, {
  name: 'PlanBlocked',
  description:
    'Something stands against items of the plan, and `skipBlocked` does not say to leave them out. Nothing was ordered.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    blockedItems: t.exposeInt('blockedItems', { description: 'How many items are blocked.' }),
    positions: t.exposeIntList('positions', { description: 'Which ones; the first twenty when there are more.' }),
  }),
});

builder.objectType(WrongPlanStateError, {
  name: 'WrongPlanState',
  description: 'The plan is in a state in which this cannot be done.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    state: t.exposeString('state', { description: 'The state it is in, one of `PlanState`.' }),
  }),
});

builder.objectType(WrongJobStateError, {
  name: 'WrongJobState',
  description: 'The bulk job is in a state in which this cannot be done.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    state: t.exposeString('state', { description: 'The state it is in, one of `BulkJobState`.' }),
  }),
});

builder.objectType(TransferLockUnavailableError, {
  name: 'TransferLockUnavailable',
  description: 'The transfer lock cannot be set here: the TLD has none, or a lock of the registry stands above it.',
  interfaces: [ErrorInterface],
});

builder.objectType(DomainLockedError, {
  name: 'DomainLocked',
  description:
    'The domain is locked against changes; the message says which statuses stand in the way and who can lift them.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    statuses: t.exposeStringList('statuses', {
      description: "The statuses that stand in the way, in Gandi's words: `serverUpdateProhibited`.",
    }),
  }),
});

builder.objectType(WebhookLimitError, {
  name: 'WebhookLimitReached',
  description: 'There are as many webhooks as there may be. Nothing was made.',
  interfaces: [ErrorInterface],
  fields: (t) => ({ limit: t.exposeInt('limit', { description: 'How many there may be.' }) }),
});

builder.objectType(SecretsKeyMissingError, {
  name: 'SecretsKeyMissing',
  description: 'The gateway has no key to seal secrets with; its operator has to set one.',
  interfaces: [ErrorInterface],
  fields: (t) => ({ variable: t.exposeString('variable', { description: 'The variable to set.' }) }),
});

builder.objectType(WebhookDisabledError, {
  name: 'WebhookIsDisabled',
  description: 'The webhook is disabled, so nothing is sent to it. Enable it first.',
  interfaces: [ErrorInterface],
});
