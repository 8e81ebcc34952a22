// Transfers: domains on their way in, step by step, with who must act and what helps.
import type { TransferExplanation, TransferRecord } from '../src/services/services.ts';
import { builder, type Context } from './builder.ts';
import { Client } from './client.ts';
import { Domain } from './domain.ts';
import { asNode } from './node-id.ts';
import { Order } from './order.ts';
import { Organization } from './organization.ts';

export const TransferStep = builder.enumType('TransferStep', {
  description: 'Where a transfer stands.',
  values: {
    SUBMITTING: { description: 'The gateway is placing the order.' },
    PAYMENT: { description: 'Gandi is taking the payment.' },
    HOLDER_APPROVAL: { description: 'The holder was sent an e-mail and has to approve.' },
    REGISTRY: { description: 'Gandi is asking the registry.' },
    LOSING_REGISTRAR: {
      description:
        'The registrar it leaves has to release it; after some days without an answer most registries do so by themselves.',
    },
    SUPPORT: { description: "Gandi's support is looking at it." },
    ACTION_REQUIRED: { description: 'It goes on only when you do something; `helpingMutation` names it.' },
    COMPLETED: { description: 'The domain has arrived.' },
    FAILED: { description: 'It ended without effect.' },
    UNKNOWN: { description: 'Gandi reports something this gateway does not know; `gandiStep` has the words.' },
  } as const,
});

export const TransferParty = builder.enumType('TransferParty', {
  description: 'Who must act next.',
  values: {
    GATEWAY: { description: 'This gateway.' },
    GANDI: { description: 'Gandi.' },
    RESELLER: { description: 'You.' },
    HOLDER: { description: 'The holder of the domain.' },
    REGISTRY: { description: 'The registry of the TLD.' },
    LOSING_REGISTRAR: { description: 'The registrar the domain leaves.' },
    NOBODY: { description: 'Nobody; it has ended.' },
  } as const,
});

export const HelpingMutation = builder.enumType('HelpingMutation', {
  description: 'The mutation that helps a transfer on.',
  values: {
    RESEND_TRANSFER_APPROVAL: {
      value: 'resendTransferApproval',
      description: '`resendTransferApproval`: send the approval e-mail again.',
    },
    UPDATE_TRANSFER_AUTH_CODE: {
      value: 'updateTransferAuthCode',
      description: '`updateTransferAuthCode`: give another auth code.',
    },
    RELAUNCH_TRANSFER: {
      value: 'relaunchTransfer',
      description: '`relaunchTransfer`: try again after the cause is removed.',
    },
  } as const,
});

const TransferApproval = builder
  .objectRef<TransferRecord['upstream']['approvals'][number]>('TransferApproval')
  .implement({
    description: 'An approval asked for by e-mail.',
    fields: (t) => ({
      email: t.string({
        description: 'Personal data: the address it was sent to, masked: `j***@example.com`.',
        resolve: ({ email }) => maskEmail(email),
      }),
      answer: t.exposeString('answer', {
        nullable: true,
        description: "Gandi's word for the answer; null while there is none.",
      }),
    }),
  });

/** The first letter and the domain of an address, enough for its owner to know it. */
function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return at < 1 ? '***' : `${email.slice(0, 1)}***${email.slice(at)}`;
}

const GandiTransferStep = builder.objectRef<TransferRecord['upstream']>('GandiTransferStep').implement({
  description: "Gandi's own report, in Gandi's words, which are an open set. For support cases; decide by `step`.",
  fields: (t) => ({
    step: t.exposeString('step', { nullable: true, description: 'Step; null before the first report.' }),
    stepNumber: t.exposeInt('stepNumber', { nullable: true, description: 'Number of the step; null when not told.' }),
    innerStep: t.exposeString('innerStep', {
      nullable: true,
      description: 'Step within the step; null when not told.',
    }),
    errorType: t.exposeString('errorType', { nullable: true, description: 'Kind of error; null when there is none.' }),
    errorLabel: t.exposeString('errorLabel', {
      nullable: true,
      description: 'The error in words; null when there is none.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When Gandi took the order; null when not told.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When Gandi last changed it; null when not told.',
    }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When Gandi began; null when not told.',
    }),
    registryAcceptedAt: t.expose('registryAcceptedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the registry took it; null when not told.',
    }),
  }),
});

/** What to tell about a transfer, in the language of the session. */
export function explain(transfer: TransferRecord, { services, scope }: Context): TransferExplanation {
  return services.transfers.explain(scope.session, transfer);
}

export const Transfer = builder.node(builder.objectRef<TransferRecord>('Transfer'), {
  description: 'A domain on its way to Gandi. It can take minutes or, when people must answer, more than a week.',
  id: { resolve: (transfer) => transfer.id },
  loadOne: async (id: string, { services, scope }) => asNode('Transfer', await services.transfers.byId(scope, id)),
  fields: (t) => ({
    domainName: t.expose('domainName', { type: 'DomainName', description: 'The domain that moves.' }),
    step: t.expose('step', { type: TransferStep, description: 'Where it stands.' }),
    waitingOn: t.expose('waitingOn', { type: TransferParty, description: 'Who must act next.' }),
    deadlineAt: t.expose('deadlineAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when; null when nothing is known to end.',
    }),
    explanation: t.string({
      description:
        'Where it stands, who must act and what helps, in the language of your `Accept-Language` (English or French).',
      resolve: (transfer, _args, context) => explain(transfer, context).text,
    }),
    helpingMutation: t.field({
      type: HelpingMutation,
      nullable: true,
      description: 'The mutation that helps now; null when only waiting helps, or it has ended.',
      resolve: (transfer, _args, context) => explain(transfer, context).helpingMutation,
    }),
    approvals: t.field({
      type: [TransferApproval],
      description: 'The approvals asked for by e-mail; empty before any is.',
      complexity: { field: 1, multiplier: 2 },
      resolve: ({ upstream }) => upstream.approvals,
    }),
    gandiStep: t.expose('upstream', { type: GandiTransferStep, description: "Gandi's own report." }),
    order: t.field({
      type: Order,
      nullable: true,
      description: 'The order that started it; null when that could not be read.',
      resolve: ({ orderId }, _args, { services, scope }) => services.orders.byId(scope, orderId),
    }),
    organization: t.field({
      type: Organization,
      nullable: true,
      description: 'The reseller organization that pays; null when that could not be read.',
      resolve: ({ organizationId }, _args, { services, scope }) => services.organizations.byId(scope, organizationId),
    }),
    client: t.field({
      type: Client,
      nullable: true,
      description: 'The client it is for; null before the client is known, or when it could not be read.',
      resolve: ({ clientId }, _args, { services, scope }) =>
        clientId === null ? null : services.clients.byId(scope, clientId),
    }),
    domain: t.field({
      type: Domain,
      nullable: true,
      description: 'The domain, once Gandi shows it under the organization; null before.',
      resolve: ({ organizationId, domainName }, _args, { services, scope }) =>
        services.domains.byKey(scope, { organizationId, name: domainName }),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it was ordered.' }),
    stepSince: t.expose('stepSince', { type: 'DateTime', description: 'Since when it stands at this step.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When something about it last changed.' }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was completed or failed; null before.',
    }),
    asOf: t.expose('asOf', {
      type: 'DateTime',
      nullable: true,
      description: 'When Gandi was last asked about it; null: not yet.',
    }),
    version: t.exposeInt('version', { description: 'Grows by one with each change; the higher of two is the later.' }),
  }),
});
