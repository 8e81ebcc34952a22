// Giving a domain to another registrant, a quote for it, and the approval mail once more.
import {
  ConfirmationNeededError,
  DomainLockedError,
  IdempotencyKeyReusedError,
  InsufficientFundsError,
  InvalidInputError,
  NotFoundError,
  OperationInProgressError,
  OrganizationNotEligibleError,
  PriceChangedError,
  RegistrantChangeUnsupportedError,
  RejectedByGandiError,
  SpendCeilingError,
} from '../src/services/errors.ts';
import type { OrderRecord } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { clientChoice, OrderClientInput } from './client-choice.ts';
import { domainNameOf } from './domain-name.ts';
import './errors.ts';
import { MUTATION_COST } from './limits.ts';
import { MoneyInput, moneyFrom } from './money.ts';
import { keyOf } from './node-id.ts';
import { Order } from './order.ts';
import { ACKNOWLEDGE, DRY_RUN, EXPECTED_PRICE, IDEMPOTENCY_KEY, isPlaced, placedOrder } from './placed-order.ts';
import { orderQuote } from './quote.ts';
import { SideEffect } from './side-effects.ts';

const ChangeRegistrantQuote = orderQuote('ChangeRegistrantQuote');
const ChangeRegistrantSuccess = placedOrder(
  'ChangeRegistrantSuccess',
  'It waits for the answers of the old and the new registrant, and is COMPLETED once the domain shows the new one.',
);

const ChangeRegistrantInput = builder.inputType('ChangeRegistrantInput', {
  description: 'A domain to give to another registrant.',
  fields: (t) => ({
    domain: t.field({ type: 'DomainName', required: true, description: 'The domain, in Unicode or ASCII.' }),
    client: t.field({
      type: OrderClientInput,
      required: true,
      description:
        'Who becomes the registrant. Gandi itself takes or makes the client whose data this is; the order names it when it is done.',
    }),
    acknowledge: t.field({ type: [SideEffect], description: ACKNOWLEDGE }),
    expectedPrice: t.field({ type: MoneyInput, description: EXPECTED_PRICE }),
    dryRun: t.boolean({ required: true, defaultValue: false, description: DRY_RUN }),
    idempotencyKey: t.string({ required: true, description: IDEMPOTENCY_KEY }),
  }),
});

builder.mutationField('changeRegistrant', (t) =>
  t.errorUnionField({
    description:
      'Gives a domain to another registrant. Both approve by e-mail; it may cost money, it switches auto-renewal off, and certificates do not follow. Try it with `dryRun: true` first.',
    types: [
      ChangeRegistrantSuccess,
      ChangeRegistrantQuote,
      InvalidInputError,
      NotFoundError,
      OrganizationNotEligibleError,
      IdempotencyKeyReusedError,
      OperationInProgressError,
      DomainLockedError,
      RegistrantChangeUnsupportedError,
      ConfirmationNeededError,
      PriceChangedError,
      InsufficientFundsError,
      SpendCeilingError,
      RejectedByGandiError,
    ],
    union: {
      name: 'ChangeRegistrantResult',
      description: 'What `changeRegistrant` can come to.',
      resolveType: (value) => (isPlaced(value) ? ChangeRegistrantSuccess : ChangeRegistrantQuote),
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: ChangeRegistrantInput, required: true, description: 'What to give, and to whom.' }) },
    resolve: (_root, { input }, { services, scope }) => {
      const { dryRun, idempotencyKey, domain, client, expectedPrice, acknowledge } = input;
      const wish = {
        acknowledge: acknowledge ?? [],
        domain: domainNameOf(domain, 'input.domain'),
        client: clientChoice(client, 'input.client'),
        expectedPrice: moneyFrom(expectedPrice),
      };
      return dryRun
        ? services.registrantChanges.quote(scope, wish)
        : services.registrantChanges.change(scope, { ...wish, idempotencyKey });
    },
  }),
);

const ResendRegistrantApprovalSuccess = builder
  .objectRef<{ readonly order: OrderRecord }>('ResendRegistrantApprovalSuccess')
  .implement({
    description: 'Gandi sends the mail again.',
    fields: (t) => ({ order: t.expose('order', { type: Order, description: 'The change it is about.' }) }),
  });

const ResendRegistrantApprovalInput = builder.inputType('ResendRegistrantApprovalInput', {
  description: 'Which approval mail to send again.',
  fields: (t) => ({
    orderId: t.id({ required: true, description: 'The order of the change.' }),
    email: t.string({ required: true, description: 'Address of the old or the new registrant.' }),
  }),
});

builder.mutationField('resendRegistrantApproval', (t) =>
  t.errorUnionField({
    description: 'Sends the approval mail of a change of registrant to one of the two parties once more.',
    types: [ResendRegistrantApprovalSuccess, InvalidInputError, NotFoundError, RejectedByGandiError],
    union: {
      name: 'ResendRegistrantApprovalResult',
      description: 'What `resendRegistrantApproval` can come to.',
      resolveType: () => ResendRegistrantApprovalSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: ResendRegistrantApprovalInput, required: true, description: 'Which mail.' }) },
    resolve: async (_root, { input: { orderId, email } }, { services, scope }) => ({
      order: await services.registrantChanges.resendApproval(scope, {
        orderId: keyOf('Order', orderId, 'input.orderId'),
        email,
      }),
    }),
  }),
);
