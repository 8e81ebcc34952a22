// Helping a transfer along: the approval e-mail again, another auth code, another try.
import {
  InvalidAuthCodeError,
  InvalidInputError,
  NotFoundError,
  RejectedByGandiError,
  WrongTransferStepError,
} from '../src/services/errors.ts';
import type { TransferRecord } from '../src/services/services.ts';
import { builder, type Context } from './builder.ts';
import { domainNameOf } from './domain-name.ts';
import './errors.ts';
import { MUTATION_COST } from './limits.ts';
import { keyOf } from './node-id.ts';
import { Transfer } from './transfer.ts';

const ResendTransferApprovalSuccess = transferSaved('ResendTransferApprovalSuccess', 'Gandi sent the e-mail again.');
const UpdateTransferAuthCodeSuccess = transferSaved(
  'UpdateTransferAuthCodeSuccess',
  'Gandi has the new auth code and goes on.',
);
const RelaunchTransferSuccess = transferSaved('RelaunchTransferSuccess', 'Gandi tries again.');

function transferSaved(name: string, description: string) {
  return builder.objectRef<{ readonly transfer: TransferRecord }>(name).implement({
    description,
    fields: (t) => ({ transfer: t.expose('transfer', { type: Transfer, description: 'The transfer as it is now.' }) }),
  });
}

const TransferReferenceInput = builder.inputType('TransferReference', {
  description: 'Which transfer, by its id or by its domain.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'The id of the transfer.' }),
    domain: t.field({
      type: 'DomainName',
      description: 'The domain on its way: its latest transfer that has not ended.',
    }),
  }),
});

const referenceDescription = 'Which transfer.';

const ResendTransferApprovalInput = builder.inputType('ResendTransferApprovalInput', {
  description: 'Which approval e-mail to send again.',
  fields: (t) => ({
    transfer: t.field({ type: TransferReferenceInput, required: true, description: referenceDescription }),
    email: t.string({
      description: 'Address to send it to; the one that has not answered yet when not given.',
    }),
  }),
});

const UpdateTransferAuthCodeInput = builder.inputType('UpdateTransferAuthCodeInput', {
  description: 'A new auth code for a transfer.',
  fields: (t) => ({
    transfer: t.field({ type: TransferReferenceInput, required: true, description: referenceDescription }),
    authCode: t.string({
      required: true,
      description: 'The new code. Sent to Gandi, never stored in clear, logged or shown.',
    }),
  }),
});

const RelaunchTransferInput = builder.inputType('RelaunchTransferInput', {
  description: 'A transfer to try again.',
  fields: (t) => ({
    transfer: t.field({ type: TransferReferenceInput, required: true, description: referenceDescription }),
  }),
});

/** @throws {NotFoundError} when no transfer of the named domain is under way. */
async function transferIdOf(
  reference: typeof TransferReferenceInput.$inferInput,
  { services, scope }: Context,
): Promise<string> {
  if (reference.id != null) return keyOf('Transfer', reference.id, 'input.transfer.id');
  const domainName = domainNameOf(reference.domain ?? '', 'input.transfer.domain');
  const { edges } = await services.transfers.list(scope, {
    filter: { domainName, open: true },
    orderBy: { field: 'STARTED_AT', direction: 'DESC' },
    page: { first: 1 },
  });
  const latest = edges[0]?.node.id;
  if (latest === undefined)
    throw new NotFoundError(`No transfer of ${domainName} is under way.`, ['input', 'transfer', 'domain']);
  return latest;
}

builder.mutationFields((t) => ({
  resendTransferApproval: t.errorUnionField({
    description: 'Has Gandi send the approval e-mail again. Helps while a transfer waits for its holder.',
    types: [
      ResendTransferApprovalSuccess,
      InvalidInputError,
      NotFoundError,
      WrongTransferStepError,
      RejectedByGandiError,
    ],
    union: {
      name: 'ResendTransferApprovalResult',
      description: 'What `resendTransferApproval` can come to.',
      resolveType: () => ResendTransferApprovalSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: ResendTransferApprovalInput, required: true, description: 'Which e-mail.' }) },
    resolve: async (_root, { input }, context) => ({
      transfer: await context.services.transfers.resendApproval(context.scope, {
        transferId: await transferIdOf(input.transfer, context),
        email: input.email ?? null,
      }),
    }),
  }),
  updateTransferAuthCode: t.errorUnionField({
    description:
      'Replaces the auth code of a transfer that stopped because the first one was refused. No new order, no new payment.',
    types: [
      UpdateTransferAuthCodeSuccess,
      NotFoundError,
      WrongTransferStepError,
      InvalidAuthCodeError,
      RejectedByGandiError,
    ],
    union: {
      name: 'UpdateTransferAuthCodeResult',
      description: 'What `updateTransferAuthCode` can come to.',
      resolveType: () => UpdateTransferAuthCodeSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: {
      input: t.arg({
        type: UpdateTransferAuthCodeInput,
        required: true,
        description: 'Which transfer, and the new code.',
      }),
    },
    resolve: async (_root, { input }, context) => ({
      transfer: await context.services.transfers.updateAuthCode(context.scope, {
        transferId: await transferIdOf(input.transfer, context),
        authCode: input.authCode,
      }),
    }),
  }),
  relaunchTransfer: t.errorUnionField({
    description: 'Has Gandi try a stopped transfer again after its cause was removed. No new order, no new payment.',
    types: [RelaunchTransferSuccess, NotFoundError, WrongTransferStepError, RejectedByGandiError],
    union: {
      name: 'RelaunchTransferResult',
      description: 'What `relaunchTransfer` can come to.',
      resolveType: () => RelaunchTransferSuccess,
    },
    complexity: { field: MUTATION_COST },
    args: { input: t.arg({ type: RelaunchTransferInput, required: true, description: 'Which transfer.' }) },
    resolve: async (_root, { input }, context) => ({
      transfer: await context.services.transfers.relaunch(context.scope, {
        transferId: await transferIdOf(input.transfer, context),
      }),
    }),
  }),
}));
