// What will be paid without anybody asking: renewals that are coming, and how long the prepaid account lasts.
import type { ExposedRenewal, PrepaidBalance, RenewalExposure } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { ClientPaymentState } from './client-payment.ts';
import { Domain } from './domain.ts';
import { UPSTREAM_CALL_COST } from './limits.ts';
import { Money } from './money.ts';
import { keyOf } from './node-id.ts';

const ExposureTotal = builder.objectRef<RenewalExposure['totals'][number]>('ExposureTotal').implement({
  description: 'A sum in one currency.',
  fields: (t) => ({
    amount: t.expose('amount', { type: Money, description: 'The sum, with taxes.' }),
    count: t.exposeInt('count', { description: 'Renewals in it.' }),
  }),
});

const ExposedRenewalType = builder.objectRef<ExposedRenewal>('ExposedRenewal').implement({
  description: 'A renewal that Gandi will make and charge by itself.',
  fields: (t) => ({
    domain: t.field({
      type: Domain,
      nullable: true,
      description: 'The domain.',
      resolve: ({ domain }, _args, { services, scope }) => services.domains.byKey(scope, domain),
    }),
    domainName: t.field({ type: 'DomainName', description: 'Its name.', resolve: ({ domain }) => domain.name }),
    renewsAt: t.expose('renewsAt', { type: 'DateTime', description: "Gandi's next attempt." }),
    isDateKnown: t.exposeBoolean('isDateKnown', {
      description: "False while Gandi's own dates were never read; then the expiry stands in.",
    }),
    years: t.exposeInt('years', { description: 'Years it will add.' }),
    price: t.expose('price', {
      type: Money,
      nullable: true,
      description: 'With taxes, for all the years; null when Gandi shows no price for the extension.',
    }),
    clientPayment: t.expose('payment', { type: ClientPaymentState, description: 'Whether its client has paid.' }),
  }),
});

const RenewalExposureType = builder.objectRef<RenewalExposure>('RenewalExposure').implement({
  description: 'Renewals that Gandi will make by itself, and what they will cost.',
  fields: (t) => ({
    totals: t.expose('totals', { type: [ExposureTotal], description: 'What they will cost, for each currency.' }),
    count: t.exposeInt('count', { description: 'How many there are.' }),
    unpriced: t.exposeInt('unpriced', { description: 'Of them, those without a known price: not in the totals.' }),
    asOf: t.expose('asOf', { type: 'DateTime', description: 'How old the oldest data behind it is.' }),
    renewals: t.expose('renewals', { type: [ExposedRenewalType], description: 'By date, the first of them.' }),
  }),
});

type Runway = PrepaidBalance['runway'];

const FailingRenewal = builder.objectRef<NonNullable<Runway['firstFailing']>>('FailingRenewal').implement({
  description: 'The first renewal that the account will not pay for.',
  fields: (t) => ({
    domainName: t.expose('domainName', { type: 'DomainName', description: 'The domain.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When Gandi will try.' }),
    cost: t.expose('cost', { type: Money, description: 'What it costs.' }),
    balance: t.expose('balance', { type: Money, description: 'What the account will hold then.' }),
  }),
});

const RunwayType = builder.objectRef<Runway>('Runway').implement({
  description: 'The renewals that are coming, paid from the account in the order of their dates.',
  fields: (t) => ({
    until: t.expose('until', { type: 'DateTime', description: 'How far was looked ahead.' }),
    renewals: t.exposeInt('renewals', { description: 'Renewals in it.' }),
    unpriced: t.exposeInt('unpriced', { description: 'Renewals left out because their price is not known.' }),
    total: t.expose('total', { type: Money, description: 'What they cost.' }),
    firstFailing: t.expose('firstFailing', {
      type: FailingRenewal,
      nullable: true,
      description: 'The first that will fail; null when all can be paid.',
    }),
    topUp: t.expose('topUp', {
      type: Money,
      description: 'Paid in before the first failing one, this makes all of them succeed; 0 when nothing is missing.',
    }),
  }),
});

export const PrepaidBalanceType = builder.objectRef<PrepaidBalance>('PrepaidBalance').implement({
  description: 'The prepaid account of a reseller organization at Gandi.',
  fields: (t) => ({
    amount: t.expose('amount', { type: Money, description: 'What it holds.' }),
    threshold: t.expose('threshold', {
      type: Money,
      nullable: true,
      description: 'What Gandi warns at, as set there; null when there is none.',
    }),
    isLow: t.exposeBoolean('isLow', { description: 'True at the threshold and below.' }),
    asOf: t.expose('asOf', { type: 'DateTime', description: 'When Gandi was asked.' }),
    runway: t.expose('runway', { type: RunwayType, description: 'How long it lasts.' }),
  }),
});

const ORGANIZATION = 'The reseller organization; not needed when you have only one.';
const WITHIN = 'How many days to look ahead, 1 to 330.';

builder.queryFields((t) => ({
  renewalExposure: t.field({
    type: RenewalExposureType,
    nullable: true,
    description:
      'What Gandi will renew by itself in the coming days, and what it will cost; with `clientPaid: false` only for clients who have not paid. Answered from the mirror.',
    complexity: { field: 20, multiplier: 10 },
    args: {
      organizationId: t.arg.id({ description: ORGANIZATION }),
      withinDays: t.arg.int({ required: true, defaultValue: 30, description: WITHIN }),
      clientPaid: t.arg.boolean({
        description: 'false: only those whose client has not paid, as far as anybody said; true: only paid ones.',
      }),
      first: t.arg.int({
        required: true,
        defaultValue: 20,
        description: 'How many to list, 0 to 100; the totals are of all.',
      }),
    },
    resolve: (_root, { organizationId, withinDays, clientPaid, first }, { services, scope }) =>
      services.exposure.exposure(scope, {
        organizationId: organizationId == null ? null : keyOf('Organization', organizationId, 'organizationId'),
        withinDays,
        clientPaid: clientPaid ?? null,
        first: Math.min(Math.max(first, 0), 100),
      }),
  }),
  prepaidBalance: t.field({
    type: PrepaidBalanceType,
    nullable: true,
    description:
      'What the prepaid account holds, and which renewal will be the first it cannot pay for. null when Gandi shows no such account.',
    complexity: { field: UPSTREAM_CALL_COST },
    args: {
      organizationId: t.arg.id({ description: ORGANIZATION }),
      withinDays: t.arg.int({ required: true, defaultValue: 90, description: WITHIN }),
    },
    resolve: (_root, { organizationId, withinDays }, { services, scope }) =>
      services.exposure.balance(scope, {
        organizationId: organizationId == null ? null : keyOf('Organization', organizationId, 'organizationId'),
        withinDays,
      }),
  }),
}));
