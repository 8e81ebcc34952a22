// Plans: many orders quoted, approved and carried out as one list; how they are read.
import { badArgument } from '../src/services/bad-argument.ts';
import type {
  PlanCounts as PlanCountsValue,
  PlanItemNode,
  PlanRecord,
  PlanSummary as PlanSummaryValue,
} from '../src/services/services.ts';
import { builder } from './builder.ts';
import './errors.ts';
import { MAX_PAGE_SIZE, UPSTREAM_CALL_COST } from './limits.ts';
import { Money } from './money.ts';
import { asNode, keyOf } from './node-id.ts';
import { Order, OrderFailure, OrderKind } from './order.ts';
import { Organization } from './organization.ts';
import { connectionOf, pageCost } from './paging.ts';
import { QuoteBlocker, QuotePrice } from './quote.ts';
import { SideEffectNotice } from './side-effects.ts';

export const PlanState = builder.enumType('PlanState', {
  description: 'Where a plan stands.',
  values: {
    DRAFT: { description: 'Quoted and written down; it waits to be approved by its hash.' },
    RUNNING: { description: 'Approved; its items are being ordered and followed to their end.' },
    STOPPED: {
      description:
        'An item was not as it was approved, or failed: nothing more is ordered until it is resumed. `stopReason` says why.',
    },
    CANCELLED: { description: 'Given up: nothing more is ordered. What was ordered stays.' },
    COMPLETED: { description: 'Every item is done, failed or was left out.' },
  } as const,
});

export const PlanItemState = builder.enumType('PlanItemState', {
  description: 'Where an item of a plan stands.',
  values: {
    PLANNED: { description: 'Nothing was done for it yet.' },
    RUNNING: { description: 'It is being ordered.' },
    ORDERED: { description: 'Its order is placed and has not ended; `order` says where it stands.' },
    DONE: { description: 'Its order is completed.' },
    FAILED: { description: 'It was not ordered, or its order came to nothing; `failure` says why.' },
    SKIPPED: { description: 'Something stood against it when it was planned, and it was left out.' },
  } as const,
});

export const PlanCounts = builder.objectRef<PlanCountsValue>('PlanCounts').implement({
  description: 'How many items of a plan are in each state.',
  fields: (t) => ({
    planned: t.exposeInt('PLANNED', { description: 'Not begun.' }),
    running: t.exposeInt('RUNNING', { description: 'Being ordered.' }),
    ordered: t.exposeInt('ORDERED', { description: 'Ordered and not ended.' }),
    done: t.exposeInt('DONE', { description: 'Completed.' }),
    failed: t.exposeInt('FAILED', { description: 'Failed.' }),
    skipped: t.exposeInt('SKIPPED', { description: 'Left out.' }),
  }),
});

const PlanTotal = builder.objectRef<PlanSummaryValue['totals'][number]>('PlanTotal').implement({
  description: 'What the items of a plan cost together, in one currency.',
  fields: (t) => ({
    items: t.exposeInt('items', { description: 'Items that have a price in this currency and are not blocked.' }),
    beforeTaxes: t.expose('beforeTaxes', { type: Money, description: 'Without taxes.' }),
    afterTaxes: t.expose('afterTaxes', { type: Money, description: 'With the taxes of the paying organization.' }),
  }),
});

const PlanSummary = builder.objectRef<PlanSummaryValue>('PlanSummary').implement({
  description: 'What a plan comes to. Blocked items are counted and not summed: they are not ordered.',
  fields: (t) => ({
    totals: t.expose('totals', { type: [PlanTotal], description: 'Money, once for each currency.' }),
    blockedItems: t.exposeInt('blockedItems', { description: 'Items against which something stands.' }),
    upstreamCalls: t.exposeInt('upstreamCalls', {
      description: 'Calls to Gandi that ordering everything takes, the checks before each order among them.',
    }),
    estimatedSeconds: t.exposeInt('estimatedSeconds', {
      description:
        'Least time in which everything is ordered: these calls at the configured rate, with nothing else going on. Registries and people then take their own time.',
    }),
  }),
});

const PlanItem = builder.objectRef<PlanItemNode>('PlanItem').implement({
  description: 'One order of a plan, as it was quoted and as far as it has come.',
  fields: (t) => ({
    position: t.exposeInt('position', { description: 'Its place in the order of execution, from 0.' }),
    kind: t.expose('kind', { type: OrderKind, description: 'What it orders.' }),
    domainName: t.expose('domainName', { type: 'DomainName', description: 'The domain it is about.' }),
    price: t.field({
      type: QuotePrice,
      nullable: true,
      description:
        'What it costs for all its years, and what is approved; null when it is free, or blocked before its price was known.',
      resolve: ({ quote }) => quote.price,
    }),
    blockers: t.field({
      type: [QuoteBlocker],
      description: 'What stood against it when it was planned; with any it is never ordered.',
      resolve: ({ quote }) => quote.blockers,
    }),
    effects: t.stringList({
      description: 'What it brings about besides, in plain words.',
      resolve: ({ quote }) => quote.effects,
    }),
    sideEffects: t.field({
      type: [SideEffectNotice],
      description: 'Side effects that are agreed to when the plan is approved.',
      resolve: ({ quote }) => quote.toAcknowledge,
    }),
    warning: t.string({
      nullable: true,
      description: "Gandi's own warning; null when there is none.",
      resolve: ({ quote }) => quote.warning,
    }),
    upstreamCalls: t.int({
      description: 'Calls to Gandi that ordering it takes, its checks among them.',
      resolve: ({ quote }) => quote.upstreamCalls,
    }),
    state: t.expose('state', { type: PlanItemState, description: 'Where it stands.' }),
    order: t.field({
      type: Order,
      nullable: true,
      description: 'Its order; null before it is placed.',
      resolve: ({ orderId }, _args, { services, scope }) =>
        orderId === null ? null : services.orders.byId(scope, orderId),
    }),
    failure: t.expose('failure', {
      type: OrderFailure,
      nullable: true,
      description: 'Why it failed; null unless it did.',
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

export const Plan = builder.node(builder.objectRef<PlanRecord>('Plan'), {
  description:
    'Many orders quoted as one list, approved by the hash of what was quoted, and carried out one after the other. Restarts of the gateway change nothing about it.',
  id: { resolve: ({ id }) => id },
  loadOne: async (id: string, { services, scope }) => asNode('Plan', await services.plans.byId(scope, id)),
  fields: (t) => ({
    state: t.expose('state', { type: PlanState, description: 'Where it stands.' }),
    hash: t.exposeString('hash', {
      description:
        'SHA-256 over all items with their inputs, prices, blockers and side effects: give it to `executePlan` to approve exactly this.',
    }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description: 'The reseller organization that pays; null when that could not be read.',
      resolve: ({ organizationId }, _args, { services, scope }) => services.organizations.byId(scope, organizationId),
    }),
    items: t.field({
      type: [PlanItem],
      description: 'Its items in the order of execution.',
      complexity: ({ first }) => ({ field: 1, multiplier: Math.min(Math.max(first, 1), MAX_PAGE_SIZE) }),
      args: {
        first: t.arg.int({ required: true, defaultValue: 20, description: `How many, 1 to ${MAX_PAGE_SIZE}.` }),
        after: t.arg.int({ description: 'Only items after this position; from the start when not given.' }),
      },
      resolve: (plan, { first, after }, { services, scope }) => {
        if (first < 1 || first > MAX_PAGE_SIZE)
          throw badArgument('first', first, `a whole number from 1 to ${MAX_PAGE_SIZE}`);
        return services.plans.items(scope, plan, { after: after ?? null, limit: first });
      },
    }),
    counts: t.field({
      type: PlanCounts,
      description: 'How many of its items are in each state.',
      resolve: (plan, _args, { services, scope }) => services.plans.counts(scope, plan),
    }),
    summary: t.field({
      type: PlanSummary,
      description: 'What it comes to: money, calls to Gandi, time.',
      complexity: { field: UPSTREAM_CALL_COST },
      resolve: (plan, _args, { services, scope }) => services.plans.summary(scope, plan),
    }),
    stopReason: t.exposeString('stopReason', { nullable: true, description: 'Why it stopped; null unless it did.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was quoted.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when it can be approved.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was approved; null before.',
    }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was completed or cancelled; null before.',
    }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the plan itself last changed.' }),
  }),
});

const PlanFilterInput = builder.inputType('PlanFilter', {
  description: 'Which plans to list; every condition given must hold.',
  fields: (t) => ({
    states: t.field({ type: [PlanState], description: 'In one of these states.' }),
  }),
});

builder.queryField('plan', (t) =>
  t.field({
    type: Plan,
    nullable: true,
    description: 'One plan. null: there is none, or it is not yours to see.',
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: (_root, { id }, { services, scope }) => services.plans.byId(scope, keyOf('Plan', id, 'id')),
  }),
);

builder.queryField('plans', (t) =>
  t.connection(
    {
      type: Plan,
      nullable: true,
      description: 'Plans, newest first.',
      complexity: (args) => pageCost(args),
      args: { filter: t.arg({ type: PlanFilterInput, description: 'Which plans; all when not given.' }) },
      resolve: (_root, { filter, ...page }, { services, scope }) =>
        connectionOf(page, (range) => services.plans.list(scope, { states: filter?.states ?? null, page: range })),
    },
    { name: 'PlanConnection', description: 'A page of plans.' },
    { name: 'PlanEdge', description: 'A plan and its place in the list.' },
  ),
);
