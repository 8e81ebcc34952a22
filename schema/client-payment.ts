// Whether clients have paid: what the biller said, on orders, clients and domains.

import { badArgument } from '../src/services/bad-argument.ts';
import { InvalidInputError, NotFoundError } from '../src/services/errors.ts';
import type { ClientPaymentRecord, OrderRecord, PaymentsService } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Client } from './client.ts';
import { Domain } from './domain.ts';
import { domainNameOf } from './domain-name.ts';
import './errors.ts';
import { MUTATION_COST } from './limits.ts';
import { keyOf } from './node-id.ts';
import { Order } from './order.ts';

export const ClientPaymentState = builder.enumType('ClientPaymentState', {
  description: 'Whether the client has paid the reseller.',
  values: {
    PAID: { description: 'Somebody said that it has.' },
    UNPAID: { description: 'Somebody said that it has not.' },
    UNKNOWN: { description: 'Nobody said anything; never taken for paid.' },
    OWN: { description: "The reseller's own domain: nobody owes anything." },
  } as const,
});

const RecordedPayment = builder.enumType('RecordedPayment', {
  description: 'What can be said of a payment.',
  values: {
    PAID: { description: 'The client has paid.' },
    UNPAID: { description: 'The client has not paid.' },
  } as const,
});

export const ClientPayment = builder.objectRef<ClientPaymentRecord>('ClientPayment').implement({
  description: 'The last word on whether a client has paid.',
  fields: (t) => ({
    state: t.expose('state', { type: ClientPaymentState, description: 'What was said.' }),
    domainName: t.expose('domainName', {
      type: 'DomainName',
      nullable: true,
      description: 'The domain whose coming term it is about; null for the client as a whole.',
    }),
    termEndsAt: t.expose('termEndsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'End of the term after which the paid one begins; null for the client as a whole.',
    }),
    reference: t.exposeString('reference', {
      nullable: true,
      description: "Personal data where it names somebody: the biller's reference; null without.",
    }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When it was said.' }),
  }),
});

builder.objectFields(Order, (t) => ({
  clientPayment: t.expose('clientPayment', {
    type: ClientPaymentState,
    description: 'Whether the client has paid for it, as `recordClientPayment` told.',
  }),
}));

builder.objectFields(Client, (t) => ({
  payments: t.field({
    type: [ClientPayment],
    description: 'What was said of its payments: the last word for the client, and for each term of a domain.',
    resolve: (client, _args, { services, scope }) => services.payments.ofClient(scope, client),
  }),
}));

builder.objectFields(Domain, (t) => ({
  clientPayment: t.field({
    type: ClientPaymentState,
    description: 'Whether its coming term is paid: what was said of the term, otherwise of the client.',
    resolve: (domain, _args, { services, scope }) => services.payments.standingOf(scope, domain),
  }),
}));

type Recorded = Awaited<ReturnType<PaymentsService['record']>>;

const RecordClientPaymentSuccess = builder.objectRef<Recorded>('RecordClientPaymentSuccess').implement({
  description: 'It is recorded, and renewals follow it at once.',
  fields: (t) => ({
    payment: t.expose('payment', {
      type: ClientPayment,
      nullable: true,
      description: 'What is recorded now; null when it was about an order.',
    }),
    order: t.field({
      type: Order,
      nullable: true,
      description: 'The order; null when it was not about one.',
      resolve: ({ order }): OrderRecord | null => order,
    }),
    warning: t.exposeString('warning', {
      nullable: true,
      description: 'What somebody should see to, such as a payment for what was given back; null when nothing.',
    }),
  }),
});

const RecordClientPaymentPreview = builder
  .objectRef<Awaited<ReturnType<PaymentsService['preview']>>>('RecordClientPaymentPreview')
  .implement({
    description: 'What `dryRun: true` answers: nothing was written.',
    fields: (t) => ({
      before: t.expose('before', { type: ClientPaymentState, description: 'What was said of the very same before.' }),
      after: t.expose('after', { type: ClientPaymentState, description: 'What would hold from then on.' }),
    }),
  });

const RecordClientPaymentInput = builder.inputType('RecordClientPaymentInput', {
  description: 'Who has paid, or has not. Exactly one of `clientId`, `orderId` and `domain`.',
  fields: (t) => ({
    clientId: t.id({ description: 'The client as a whole.' }),
    orderId: t.id({ description: 'One order.' }),
    domain: t.field({ type: 'DomainName', description: 'The coming term of one domain.' }),
    state: t.field({ type: RecordedPayment, required: true, description: 'Whether it is paid.' }),
    reference: t.string({ description: "The biller's reference, such as the number of an invoice." }),
    dryRun: t.boolean({ required: true, defaultValue: false, description: 'Only check: writes nothing.' }),
  }),
});

builder.mutationField('recordClientPayment', (t) =>
  t.errorUnionField({
    description:
      'Records whether a client has paid the reseller. Policies of renewal and lists of what can be given back go by it. Moves no money, costs no call.',
    types: [RecordClientPaymentSuccess, RecordClientPaymentPreview, InvalidInputError, NotFoundError],
    union: {
      name: 'RecordClientPaymentResult',
      description: 'What `recordClientPayment` can come to.',
      resolveType: (value) => ('before' in value ? RecordClientPaymentPreview : RecordClientPaymentSuccess),
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: RecordClientPaymentInput, required: true, description: 'Who, and whether.' }) },
    resolve: (_root, { input: { clientId, orderId, domain, state, reference, dryRun } }, { services, scope }) => {
      const subjects = [
        ...(clientId == null ? [] : [{ clientId: keyOf('Client', clientId, 'input.clientId') }]),
        ...(orderId == null ? [] : [{ orderId: keyOf('Order', orderId, 'input.orderId') }]),
        ...(domain == null ? [] : [{ domain: domainNameOf(domain, 'input.domain') }]),
      ];
      const [subject] = subjects;
      if (subject === undefined || subjects.length > 1)
        throw badArgument('input', `${subjects.length} of clientId, orderId and domain`, 'exactly one of them');
      const wish = { subject, state, reference: reference ?? null };
      return dryRun ? services.payments.preview(scope, wish) : services.payments.record(scope, wish);
    },
  }),
);
