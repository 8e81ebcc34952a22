// Ordering a transfer, or a quote for it.

import {
  IdempotencyKeyReusedError,
  InvalidAuthCodeError,
  InvalidInputError,
  NotFoundError,
  OperationInProgressError,
  OrganizationNotEligibleError,
  PriceChangedError,
  RejectedByGandiError,
  SpendCeilingError,
  TransferBlockedError,
} from '../src/services/errors.ts';
import type { OrderQuote, OrderRecord, TransferRecord } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { clientChoice, OrderClientInput } from './client-choice.ts';
import './errors.ts';
import { MUTATION_COST } from './limits.ts';
import { MoneyInput, moneyFrom } from './money.ts';
import { keyOf } from './node-id.ts';
import { Order } from './order.ts';
import { DRY_RUN, EXPECTED_PRICE, IDEMPOTENCY_KEY } from './placed-order.ts';
import { QuoteBlocker, QuotePrice } from './quote.ts';
import { Transfer } from './transfer.ts';

const TransferDomainInSuccess = builder
  .objectRef<{ readonly order: OrderRecord; readonly transfer: TransferRecord; readonly replayed: boolean }>(
    'TransferDomainInSuccess',
  )
  .implement({
    description: 'The order is recorded and on its way. Follow it with `transferUpdates`.',
    fields: (t) => ({
      order: t.expose('order', { type: Order, description: 'The order.' }),
      transfer: t.expose('transfer', { type: Transfer, description: 'The transfer it started.' }),
      replayed: t.exposeBoolean('replayed', {
        description:
          'True when this key was used before with the same input: nothing new was bought, this is the first order.',
      }),
    }),
  });

const TransferDomainInQuote = builder.objectRef<OrderQuote>('TransferDomainInQuote').implement({
  description: 'What `dryRun: true` answers: the order was checked, nothing was spent and nothing was written.',
  fields: (t) => ({
    domainName: t.expose('name', { type: 'DomainName', description: 'The domain.' }),
    price: t.expose('price', {
      type: QuotePrice,
      nullable: true,
      description: 'What it would cost; null when the price could not be had.',
    }),
    blockers: t.expose('blockers', {
      type: [QuoteBlocker],
      description: 'What stands against it; empty when it could be ordered now.',
    }),
    effects: t.exposeStringList('effects', { description: 'What will happen besides the transfer, in plain words.' }),
    upstreamCalls: t.exposeInt('upstreamCalls', { description: 'Calls to Gandi the order itself would take.' }),
    warning: t.exposeString('warning', {
      nullable: true,
      description: "Gandi's own warning; null when there is none.",
    }),
  }),
});

const TransferDomainInInput = builder.inputType('TransferDomainInInput', {
  description: 'A domain to bring to Gandi.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: 'The domain, in Unicode or ASCII.' }),
    authCode: t.string({
      required: true,
      description:
        'The code its holder gets from the present registrar. Sent to Gandi, never stored in clear, logged or shown.',
    }),
    client: t.field({ type: OrderClientInput, required: true, description: 'Who the domain will be for.' }),
    payerId: t.id({ description: 'The reseller organization that pays; not needed when you have only one.' }),
    years: t.int({
      required: true,
      defaultValue: 1,
      description: 'Years to add, at least 1. They are paid with the transfer.',
    }),
    changeRegistrant: t.boolean({
      required: true,
      defaultValue: true,
      description: 'Make the client the registrant as part of the transfer. false keeps the present registrant.',
    }),
    expectedPrice: t.field({
      type: MoneyInput,
      description: EXPECTED_PRICE,
    }),
    dryRun: t.boolean({
      required: true,
      defaultValue: false,
      description: DRY_RUN,
    }),
    idempotencyKey: t.string({
      required: true,
      description: IDEMPOTENCY_KEY,
    }),
  }),
});

builder.mutationField('transferDomainIn', (t) =>
  t.errorUnionField({
    description:
      'Orders the transfer of a domain to Gandi for a client. This spends money: Gandi takes the price at once and the transfer then takes from minutes to more than a week. Try it with `dryRun: true` first.',
    types: [
      TransferDomainInSuccess,
      TransferDomainInQuote,
      InvalidInputError,
      NotFoundError,
      OrganizationNotEligibleError,
      IdempotencyKeyReusedError,
      OperationInProgressError,
      TransferBlockedError,
      PriceChangedError,
      SpendCeilingError,
      InvalidAuthCodeError,
      RejectedByGandiError,
    ],
    union: {
      name: 'TransferDomainInResult',
      description: 'What `transferDomainIn` can come to.',
      resolveType: (value) => ('order' in value ? TransferDomainInSuccess : TransferDomainInQuote),
    },
    complexity: { field: MUTATION_COST },
    args: {
      input: t.arg({
        type: TransferDomainInInput,
        required: true,
        description: 'What to transfer, for whom, and who pays.',
      }),
    },
    resolve: (_root, { input }, { services, scope }) => {
      const { client, payerId, dryRun, idempotencyKey, expectedPrice, ...rest } = input;
      const wish = {
        ...rest,
        payerId: payerId == null ? null : keyOf('Organization', payerId, 'input.payerId'),
        client: clientChoice(client, 'input.client'),
        expectedPrice: moneyFrom(expectedPrice),
      };
      return dryRun
        ? services.transfers.quote(scope, wish)
        : services.transfers.request(scope, { ...wish, idempotencyKey });
    },
  }),
);
