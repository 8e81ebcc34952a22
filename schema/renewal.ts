// Renewing a domain, or a quote for it.
import {
  ConfirmationNeededError,
  ExpiryChangedError,
  IdempotencyKeyReusedError,
  InsufficientFundsError,
  InvalidInputError,
  NotFoundError,
  NotRenewableError,
  OperationInProgressError,
  OrganizationNotEligibleError,
  PriceChangedError,
  RejectedByGandiError,
  SpendCeilingError,
} from '../src/services/errors.ts';
import type { RenewalQuote } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { domainNameOf } from './domain-name.ts';
import './errors.ts';
import { MUTATION_COST } from './limits.ts';
import { MoneyInput, moneyFrom } from './money.ts';
import { ACKNOWLEDGE, DRY_RUN, EXPECTED_PRICE, IDEMPOTENCY_KEY, isPlaced, placedOrder } from './placed-order.ts';
import { QuoteBlocker, QuotePrice } from './quote.ts';
import { SideEffect, SideEffectNotice } from './side-effects.ts';

const RenewDomainSuccess = placedOrder('RenewDomainSuccess', 'It is COMPLETED once the registry shows the new expiry.');

const RenewDomainQuote = builder.objectRef<RenewalQuote>('RenewDomainQuote').implement({
  description: 'What `dryRun: true` answers: the order was checked, nothing was spent and nothing was written.',
  fields: (t) => ({
    domainName: t.expose('name', { type: 'DomainName', description: 'The domain.' }),
    price: t.expose('price', {
      type: QuotePrice,
      nullable: true,
      description: 'What it would cost; null when the price could not be had.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the domain expires now; null when that is not known.',
    }),
    newExpiresAt: t.expose('newExpiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it would expire afterwards; null when the present expiry is not known.',
    }),
    blockers: t.expose('blockers', {
      type: [QuoteBlocker],
      description: 'What stands against it; empty when it could be ordered now.',
    }),
    effects: t.exposeStringList('effects', { description: 'What it brings about besides, in plain words.' }),
    toAcknowledge: t.expose('toAcknowledge', {
      type: [SideEffectNotice],
      description: 'Side effects whose names the order has to list in `acknowledge`.',
    }),
    upstreamCalls: t.exposeInt('upstreamCalls', { description: 'Calls to Gandi the order itself would take.' }),
    warning: t.exposeString('warning', {
      nullable: true,
      description: "Gandi's own warning; null when there is none.",
    }),
  }),
});

const RenewDomainInput = builder.inputType('RenewDomainInput', {
  description: 'A domain to renew.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: 'The domain, in Unicode or ASCII.' }),
    years: t.int({ required: true, defaultValue: 1, description: 'Years to add, 1 to 9.' }),
    currentExpiryYear: t.int({
      required: true,
      description:
        'The year, in UTC, in which you saw it expire. When it expires in another year by now, nothing is bought: somebody else may have renewed it.',
    }),
    expectedPrice: t.field({
      type: MoneyInput,
      description: EXPECTED_PRICE,
    }),
    acknowledge: t.field({ type: [SideEffect], description: ACKNOWLEDGE }),
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

builder.mutationField('renewDomain', (t) =>
  t.errorUnionField({
    description:
      'Adds years to a domain. This spends money and is never refunded, and it ends the right to give a fresh registration back: the organization the domain is under pays from its prepaid account. Try it with `dryRun: true` first.',
    types: [
      RenewDomainSuccess,
      RenewDomainQuote,
      InvalidInputError,
      NotFoundError,
      OrganizationNotEligibleError,
      IdempotencyKeyReusedError,
      OperationInProgressError,
      ExpiryChangedError,
      NotRenewableError,
      ConfirmationNeededError,
      PriceChangedError,
      InsufficientFundsError,
      SpendCeilingError,
      RejectedByGandiError,
    ],
    union: {
      name: 'RenewDomainResult',
      description: 'What `renewDomain` can come to.',
      resolveType: (value) => (isPlaced(value) ? RenewDomainSuccess : RenewDomainQuote),
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: RenewDomainInput, required: true, description: 'What to renew, and for how long.' }) },
    resolve: (
      _root,
      { input: { dryRun, idempotencyKey, domain, expectedPrice, acknowledge, ...rest } },
      { services, scope },
    ) => {
      const wish = {
        ...rest,
        domain: domainNameOf(domain, 'input.domain'),
        expectedPrice: moneyFrom(expectedPrice),
        acknowledge: acknowledge ?? [],
      };
      return dryRun
        ? services.renewals.quote(scope, wish)
        : services.renewals.renew(scope, { ...wish, idempotencyKey });
    },
  }),
);
