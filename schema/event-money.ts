// Events of renewals, refunds, prices and the prepaid account.
import type { RefundWindow } from '../src/services/services.ts';
import { builder, type Context } from './builder.ts';
import { ClientPaymentState } from './client-payment.ts';
import { eventType } from './event.ts';
import { MoneyChange } from './event-changes.ts';
import { PrepaidBalanceType } from './exposure.ts';
import { Money, PriceProcess } from './money.ts';
import { encodeNodeId } from './node-id.ts';
import { Order } from './order.ts';
import { AutoRenewDecision, AutoRenewRule } from './renewal-policy.ts';

const orderOf = ({ payload }: { readonly payload: RefundWindow }, _args: object, { services, scope }: Context) =>
  services.orders.byId(scope, payload.orderId);
const orderId = {
  description: 'The id of that order.',
  resolve: ({ payload }: { readonly payload: RefundWindow }) => encodeNodeId('Order', payload.orderId),
};
const order = { type: Order, nullable: true, description: 'The order, as it is now.', resolve: orderOf } as const;

eventType('REFUND_WINDOW_CLOSING', 'Little time is left to take an order back for its money.', (t) => ({
  order: t.field(order),
  orderId: t.id(orderId),
  leadHours: t.int({
    description: '48, 24 or 4: no more than so many hours are left.',
    resolve: ({ payload }) => Number(payload.notice.slice('closing-'.length)),
  }),
  until: t.field({ type: 'DateTime', description: 'Until when it can be.', resolve: ({ payload }) => payload.until }),
  clientPayment: t.field({
    type: ClientPaymentState,
    description: 'Whether the client had paid for it.',
    resolve: ({ payload }) => payload.clientPayment,
  }),
}));

eventType('REFUND_WINDOW_CLOSED', 'An order cannot be taken back for its money any more.', (t) => ({
  order: t.field(order),
  orderId: t.id(orderId),
  until: t.field({ type: 'DateTime', description: 'Until when it could be.', resolve: ({ payload }) => payload.until }),
  clientPayment: t.field({
    type: ClientPaymentState,
    description: 'Whether the client had paid for it.',
    resolve: ({ payload }) => payload.clientPayment,
  }),
}));

const autoRenew = 'Whether the domain renewed by itself, as Gandi then showed it.';

eventType('AUTO_RENEW_DECIDED', 'The guard decided whether a term may be renewed, or decided anew.', (t) => ({
  decision: t.field({ type: AutoRenewDecision, description: 'What it decided.', resolve: ({ payload }) => payload }),
  autoRenew: t.boolean({ description: autoRenew, resolve: ({ payload }) => payload.autoRenew }),
}));

eventType('AUTO_RENEW_SWITCHED', 'Gandi shows auto-renewal as the guard switched it.', (t) => ({
  decision: t.field({ type: AutoRenewDecision, description: 'What was decided.', resolve: ({ payload }) => payload }),
  autoRenew: t.boolean({ description: autoRenew, resolve: ({ payload }) => payload.autoRenew }),
}));

eventType(
  'AUTO_RENEW_DRIFTED',
  'Somebody switched auto-renewal elsewhere, against what the guard had settled. It is set right.',
  (t) => ({
    decision: t.field({ type: AutoRenewDecision, description: 'What was decided.', resolve: ({ payload }) => payload }),
    autoRenew: t.boolean({ description: autoRenew, resolve: ({ payload }) => payload.autoRenew }),
  }),
);

const RenewalRisk = builder.enumType('RenewalRisk', {
  description: 'Why a domain will not be renewed.',
  values: {
    AUTO_RENEW_OFF: { description: 'Gandi will not renew it by itself.' },
    NOT_PAID: { description: 'Its policy renews it only when the client has paid, and the client has not.' },
    NOT_ANSWERED: { description: 'Its policy asks, and nobody has said yes.' },
    PRICE_RISE: { description: 'It became dearer than its policy allows, and nobody has said yes.' },
    BALANCE: { description: 'The prepaid account does not pay for it.' },
    STATUS: { description: 'The registry or Gandi forbids renewals of it, or it is on hold.' },
    VERIFICATION: { description: 'Its registrant has not confirmed the address, and it can be suspended for it.' },
  } as const,
});

eventType(
  'RENEWAL_AT_RISK',
  'The term of a domain ends soon and, as things are, it will not be renewed although it should. Told once for each reason and lead.',
  (t) => ({
    reason: t.field({ type: RenewalRisk, description: 'Why.', resolve: ({ payload }) => payload.reason }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When its term ends.',
      resolve: ({ payload }) => payload.expiresAt,
    }),
    leadDays: t.int({
      description: '30, 14, 7, 3 or 1: the term ends within so many days.',
      resolve: ({ payload }) => payload.leadDays,
    }),
    rule: t.field({
      type: AutoRenewRule,
      nullable: true,
      description: 'The policy that holds for it; null: none, and auto-renewal at Gandi alone decides.',
      resolve: ({ payload }) => payload.policy,
    }),
    autoRenew: t.boolean({ description: autoRenew, resolve: ({ payload }) => payload.autoRenew }),
    renewsAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: "Gandi's next attempt; null when none is known.",
      resolve: ({ payload }) => payload.renewsAt,
    }),
    price: t.field({
      type: Money,
      nullable: true,
      description: 'What it costs, after taxes; null when Gandi shows no price.',
      resolve: ({ payload }) => payload.price,
    }),
  }),
);

eventType('PRICE_SHOCK', 'A price rose or fell by more than the threshold since it was last read.', (t) => ({
  tld: t.string({ description: 'The TLD, without a dot.', resolve: ({ payload }) => payload.tld }),
  process: t.field({
    type: PriceProcess,
    description: 'What the price is for.',
    resolve: ({ payload }) => payload.process,
  }),
  minYears: t.int({
    description: 'Fewest years the price is for.',
    resolve: ({ payload }) => payload.minYears,
  }),
  maxYears: t.int({ description: 'Most years the price is for.', resolve: ({ payload }) => payload.maxYears }),
  isPremium: t.boolean({
    description: 'True for names the registry sells at prices of their own.',
    resolve: ({ payload }) => payload.isPremium,
  }),
  price: t.field({
    type: MoneyChange,
    description: 'For one year, after taxes.',
    resolve: ({ payload }) => payload.price,
  }),
  percent: t.float({
    description: 'By how much of what it was; negative when it fell.',
    resolve: ({ payload }) => payload.percent,
  }),
  thresholdPercent: t.float({
    description: 'From which change on it is told.',
    resolve: ({ payload }) => payload.thresholdPercent,
  }),
  domains: t.int({
    description: "The organization's domains under this TLD.",
    resolve: ({ payload }) => payload.domains,
  }),
}));

const balance = 'The account as Gandi then showed it, and how far it reached.';

eventType(
  'BALANCE_LOW',
  'The prepaid account is at or below what Gandi warns at. Told once a day while it holds.',
  (t) => ({
    balance: t.field({ type: PrepaidBalanceType, description: balance, resolve: ({ payload }) => payload }),
  }),
);

eventType(
  'RUNWAY_SHORT',
  'The prepaid account does not pay for every renewal of the coming days. Told once a day while it holds.',
  (t) => ({
    balance: t.field({ type: PrepaidBalanceType, description: balance, resolve: ({ payload }) => payload }),
  }),
);
