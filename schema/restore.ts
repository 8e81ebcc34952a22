// Taking a domain back from redemption, or a quote for it.
import {
  IdempotencyKeyReusedError,
  InsufficientFundsError,
  InvalidInputError,
  NotFoundError,
  NotRestorableError,
  OperationInProgressError,
  OrganizationNotEligibleError,
  PriceChangedError,
  RejectedByGandiError,
  SpendCeilingError,
} from '../src/services/errors.ts';
import { builder } from './builder.ts';
import { domainNameOf } from './domain-name.ts';
import './errors.ts';
import { MUTATION_COST } from './limits.ts';
import { MoneyInput, moneyFrom } from './money.ts';
import { keyOf } from './node-id.ts';
import { DRY_RUN, EXPECTED_PRICE, IDEMPOTENCY_KEY, isPlaced, placedOrder } from './placed-order.ts';
import { orderQuote } from './quote.ts';

const RestoreDomainQuote = orderQuote('RestoreDomainQuote');
const RestoreDomainSuccess = placedOrder('RestoreDomainSuccess', 'It is COMPLETED once Gandi lists the domain again.');

const RestoreDomainInput = builder.inputType('RestoreDomainInput', {
  description: 'A domain to take back.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: 'The domain, in Unicode or ASCII.' }),
    payerId: t.id({
      description:
        'The reseller organization that pays, for a domain that expired before the gateway saw it; not needed when you have only one.',
    }),
    expectedPrice: t.field({ type: MoneyInput, description: EXPECTED_PRICE }),
    dryRun: t.boolean({ required: true, defaultValue: false, description: DRY_RUN }),
    idempotencyKey: t.string({ required: true, description: IDEMPOTENCY_KEY }),
  }),
});

builder.mutationField('restoreDomain', (t) =>
  t.errorUnionField({
    description:
      'Takes an expired domain back during its redemption. This spends much more than a renewal and is never refunded. Try it with `dryRun: true` first.',
    types: [
      RestoreDomainSuccess,
      RestoreDomainQuote,
      InvalidInputError,
      NotFoundError,
      OrganizationNotEligibleError,
      IdempotencyKeyReusedError,
      OperationInProgressError,
      NotRestorableError,
      PriceChangedError,
      InsufficientFundsError,
      SpendCeilingError,
      RejectedByGandiError,
    ],
    union: {
      name: 'RestoreDomainResult',
      description: 'What `restoreDomain` can come to.',
      resolveType: (value) => (isPlaced(value) ? RestoreDomainSuccess : RestoreDomainQuote),
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: RestoreDomainInput, required: true, description: 'What to take back.' }) },
    resolve: (_root, { input: { dryRun, idempotencyKey, domain, payerId, expectedPrice } }, { services, scope }) => {
      const wish = {
        domain: domainNameOf(domain, 'input.domain'),
        payerId: payerId == null ? null : keyOf('Organization', payerId, 'input.payerId'),
        expectedPrice: moneyFrom(expectedPrice),
      };
      return dryRun
        ? services.restores.quote(scope, wish)
        : services.restores.restore(scope, { ...wish, idempotencyKey });
    },
  }),
);
