// Refunds: until when an order can be given back, giving it back, cases for Gandi's people, and the rules themselves.
import {
  ConfirmationNeededError,
  IdempotencyKeyReusedError,
  InvalidInputError,
  NotFoundError,
  NotRefundableError,
  OperationInProgressError,
  RejectedByGandiError,
} from '../src/services/errors.ts';
import type { GuidedCase, OrderRecord, RefundableOrder, RefundRule, RefundVerdict } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { ErrorInterface } from './errors.ts';
import { MUTATION_COST } from './limits.ts';
import { Money } from './money.ts';
import { keyOf } from './node-id.ts';
import { Order } from './order.ts';
import { ACKNOWLEDGE, DRY_RUN, IDEMPOTENCY_KEY, isPlaced, placedOrder } from './placed-order.ts';
import { PolicySource } from './policy-source.ts';
import { orderQuote } from './quote.ts';
import { SideEffect } from './side-effects.ts';

export const RefundState = builder.enumType('RefundState', {
  description: 'Whether an order can be given back for its money.',
  values: {
    ELIGIBLE: { description: 'Yes, until `until`, if the conditions hold.' },
    EXPIRED: { description: 'The time is over.' },
    FORFEITED: {
      description: 'Something done to the domain since has ended the right: a renewal, a restore, another registrant.',
    },
    NEVER: { description: 'Gandi never refunds such an order.' },
    UNKNOWN: { description: 'Nobody has said. Not a yes: `claimRefund` prepares a letter that asks.' },
    UNDER_WAY: { description: 'The order has not ended yet.' },
    PENDING: { description: 'Given back; the money has not come back yet.' },
    REFUNDED: { description: 'The money came back.' },
    NOTHING_PAID: { description: 'Nothing was paid for it.' },
  } as const,
});

const RefundProduct = builder.enumType('RefundProduct', {
  description: 'What was bought.',
  values: {
    DOMAIN: { description: 'A domain.' },
    CERTIFICATE: { description: 'A TLS certificate.' },
    MAIL: { description: 'Mailboxes.' },
  } as const,
});

const RefundRuleType = builder.objectRef<RefundRule>('RefundRule').implement({
  description: 'What Gandi refunds, as far as it is documented. Live answers of Gandi win over it.',
  fields: (t) => ({
    ruleId: t.exposeString('id', { description: 'Stable name, such as `domain/create/com`.' }),
    product: t.expose('product', { type: RefundProduct, description: 'What was bought.' }),
    operation: t.exposeString('operation', {
      description: 'How: CREATE, RENEW, TRANSFER, RESTORE, CHANGE_OWNER, ISSUE or REISSUE.',
    }),
    tld: t.exposeString('tld', { description: 'The extension, or `*` for every one without a rule of its own.' }),
    refundable: t.exposeString('refundable', { description: 'YES, NO or UNKNOWN; UNKNOWN is no yes.' }),
    windowDays: t.exposeInt('windowDays', {
      nullable: true,
      description: 'Days in which it can be given back; null without a window.',
    }),
    conditions: t.exposeStringList('conditions', { description: 'What else has to hold, or should be known.' }),
    sources: t.expose('source', { type: [PolicySource], description: 'Where it is known from.' }),
    version: t.exposeString('validFrom', {
      description: 'First day of this edition, `YYYY-MM-DD`; orders keep theirs.',
    }),
  }),
});

const RefundGround = builder.enumType('RefundGround', {
  description: 'Why the money should come back.',
  values: {
    POLICY: { description: 'A rule allows it within its window, without a reason.' },
    NOT_DELIVERED: { description: 'It was paid and not delivered.' },
    GOODWILL: { description: 'Neither; it is asked as a gesture.' },
  } as const,
});

const RefundCase = builder.objectRef<GuidedCase>('RefundCase').implement({
  description:
    "A request to Gandi's people where no API takes it: the letter to send, and the gateway's own look whether it was done.",
  fields: (t) => ({
    ground: t.expose('ground', { type: RefundGround, description: 'Why the money should come back.' }),
    state: t.field({
      type: builder.enumType('RefundCaseState', {
        description: 'Where a request stands.',
        values: {
          OPEN: { description: 'To be sent, or sent and not settled yet.' },
          DONE: { description: 'The gateway has seen that it was done.' },
          EXPIRED: { description: 'Its time is over and nothing was done.' },
          WITHDRAWN: { description: 'Given up.' },
        } as const,
      }),
      description: 'Where it stands.',
      resolve: ({ state }) => state,
    }),
    text: t.exposeString('text', { description: 'The letter, in your language, ready to be sent.' }),
    link: t.exposeString('link', { description: 'Where to send it.' }),
    deadlineAt: t.expose('deadlineAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it has to be done by; null without a window.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was opened.' }),
    checkedAt: t.expose('checkedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the gateway last looked whether it was done; null before.',
    }),
  }),
});

interface OrderRefund {
  readonly order: OrderRecord;
  readonly verdict: RefundVerdict;
}

const OrderRefundType = builder.objectRef<OrderRefund>('OrderRefund').implement({
  description: 'Whether and until when an order can be given back.',
  fields: (t) => ({
    state: t.field({ type: RefundState, description: 'Whether.', resolve: ({ verdict }) => verdict.state }),
    until: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when, six hours of safety taken off; null where no window is or was open.',
      resolve: ({ verdict }) => verdict.until,
    }),
    amount: t.field({
      type: Money,
      nullable: true,
      description: 'What comes back, with taxes: the price agreed to; null when that is not known.',
      resolve: ({ order }) => order.price?.afterTaxes ?? null,
    }),
    conditions: t.stringList({
      description: 'What else has to hold while it is ELIGIBLE.',
      resolve: ({ verdict }) => verdict.conditions,
    }),
    rule: t.field({
      type: RefundRuleType,
      nullable: true,
      description: 'The rule that was in force when it was ordered; null where there is none.',
      resolve: ({ verdict }) => verdict.rule,
    }),
    cases: t.field({
      type: [RefundCase],
      description: "Requests to Gandi's people about it.",
      resolve: ({ order }, _args, { services, scope }) => services.refunds.cases(scope, order),
    }),
  }),
});

builder.objectField(Order, 'refund', (t) =>
  t.field({
    type: OrderRefundType,
    description: 'Whether and until when it can be given back for its money.',
    resolve: async (order, _args, { services, scope }) => ({ order, verdict: await services.refunds.of(scope, order) }),
  }),
);

const RefundableOrderType = builder.objectRef<RefundableOrder>('RefundableOrder').implement({
  description: 'An order that can be given back now.',
  fields: (t) => ({
    order: t.expose('order', { type: Order, description: 'The order.' }),
    until: t.expose('until', { type: 'DateTime', description: 'Until when.' }),
  }),
});

const MOST_REFUNDABLE = 100;

builder.queryFields((t) => ({
  refundableOrders: t.field({
    type: [RefundableOrderType],
    nullable: true,
    description: `Orders that can still be given back for their money, the window that closes first in front; at most ${MOST_REFUNDABLE}.`,
    complexity: { field: 10, multiplier: 20 },
    args: {
      closingBefore: t.arg({ type: 'DateTime', description: 'Only windows that close before this.' }),
      clientPaid: t.arg.boolean({
        description: 'false: only those whose client has not paid, as far as anybody said; true: only paid ones.',
      }),
    },
    resolve: (_root, { closingBefore, clientPaid }, { services, scope }) =>
      services.refunds.refundable(scope, {
        closingBefore: closingBefore ?? null,
        clientPaid: clientPaid ?? null,
        limit: MOST_REFUNDABLE,
      }),
  }),
  refundPolicies: t.field({
    type: [RefundRuleType],
    nullable: true,
    description: 'What Gandi refunds: one rule for each product and operation.',
    args: {
      product: t.arg({ type: RefundProduct, description: 'Only of this product.' }),
      tld: t.arg.string({ description: 'For this extension, `com`; the rule for all others when not given.' }),
      at: t.arg({ type: 'DateTime', description: 'For an order of this time; now when not given.' }),
    },
    resolve: (_root, { product, tld, at }, { services, scope }) =>
      services.refunds.policies(scope, { product: product ?? null, tld: tld ?? null, at: at ?? null }),
  }),
}));

builder.objectType(NotRefundableError, {
  name: 'NotRefundable',
  description: 'The order cannot be given back for its money now; the message says why. Nothing was sent.',
  interfaces: [ErrorInterface],
  fields: (t) => ({ state: t.expose('state', { type: RefundState, description: 'Why, for programs.' }) }),
});

const CancelOrderSuccess = placedOrder(
  'CancelOrderSuccess',
  'Once Gandi knows the domain no more it is COMPLETED, and the order it takes back is REFUND_PENDING until the money comes.',
);
const CancelOrderQuote = orderQuote('CancelOrderQuote');
const CancelOrderCase = builder.objectRef<{ readonly guidedCase: GuidedCase }>('CancelOrderCase').implement({
  description: 'Gandi keeps this deletion to its people: send them the letter of the case. Nothing was deleted yet.',
  fields: (t) => ({
    case: t.expose('guidedCase', { type: RefundCase, description: 'What to send, where, until when.' }),
  }),
});

const CancelOrderInput = builder.inputType('CancelOrderInput', {
  description: 'An order to give back.',
  fields: (t) => ({
    orderId: t.id({ required: true, description: 'The order: a registration within its refund window.' }),
    reason: t.string({ description: 'Why, for your own records and the letter.' }),
    acknowledge: t.field({ type: [SideEffect], description: ACKNOWLEDGE }),
    dryRun: t.boolean({ required: true, defaultValue: false, description: DRY_RUN }),
    idempotencyKey: t.string({ required: true, description: IDEMPOTENCY_KEY }),
  }),
});

builder.mutationField('cancelOrder', (t) =>
  t.errorUnionField({
    description:
      'Gives a fresh registration back for its money: the domain is deleted, which cannot be undone. Where Gandi does not let the API do it, the answer is a case with a letter to its support. `price` of the dry run is what comes back.',
    types: [
      CancelOrderSuccess,
      CancelOrderCase,
      CancelOrderQuote,
      InvalidInputError,
      NotFoundError,
      NotRefundableError,
      IdempotencyKeyReusedError,
      OperationInProgressError,
      ConfirmationNeededError,
      RejectedByGandiError,
    ],
    union: {
      name: 'CancelOrderResult',
      description: 'What `cancelOrder` can come to.',
      resolveType: (value) =>
        isPlaced(value) ? CancelOrderSuccess : 'guidedCase' in value ? CancelOrderCase : CancelOrderQuote,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: CancelOrderInput, required: true, description: 'What to give back.' }) },
    resolve: (_root, { input: { dryRun, idempotencyKey, orderId, reason, acknowledge } }, { services, scope }) => {
      const wish = {
        orderId: keyOf('Order', orderId, 'input.orderId'),
        reason: reason ?? null,
        acknowledge: acknowledge ?? [],
      };
      return dryRun ? services.refunds.quote(scope, wish) : services.refunds.cancel(scope, { ...wish, idempotencyKey });
    },
  }),
);

const ClaimRefundSuccess = builder.objectRef<{ readonly guidedCase: GuidedCase }>('ClaimRefundSuccess').implement({
  description: 'The case is open, or was already.',
  fields: (t) => ({
    case: t.expose('guidedCase', { type: RefundCase, description: 'The letter to send, and where.' }),
  }),
});

const ClaimRefundInput = builder.inputType('ClaimRefundInput', {
  description: 'Money to ask back.',
  fields: (t) => ({
    orderId: t.id({ required: true, description: 'The order it was paid for.' }),
    ground: t.field({ type: RefundGround, required: true, description: 'Why it should come back.' }),
    evidence: t.string({ description: 'What shows it, in a line; it goes into the letter.' }),
  }),
});

builder.mutationField('claimRefund', (t) =>
  t.errorUnionField({
    description:
      'Prepares a request for a refund to Gandi’s support and keeps it as a case, once for each order and ground. Sends nothing by itself.',
    types: [ClaimRefundSuccess, InvalidInputError, NotFoundError, NotRefundableError],
    union: {
      name: 'ClaimRefundResult',
      description: 'What `claimRefund` can come to.',
      resolveType: () => ClaimRefundSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: ClaimRefundInput, required: true, description: 'What to ask back, and why.' }) },
    resolve: async (_root, { input: { orderId, ground, evidence } }, { services, scope }) => ({
      guidedCase: await services.refunds.claim(scope, {
        orderId: keyOf('Order', orderId, 'input.orderId'),
        ground,
        evidence: evidence ?? null,
      }),
    }),
  }),
);
