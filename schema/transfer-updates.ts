// The subscription that follows transfers, resumable from any cursor.
import type { TransferFilter, TransferUpdate as TransferUpdateValue } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { domainNameOf } from './domain-name.ts';
import { assertBounded } from './filters.ts';
import { MAX_PAGE_SIZE } from './limits.ts';
import { cursorArg, Positioned, signalOf, TransferMessage } from './messages.ts';
import { keyOf } from './node-id.ts';
import { explain, HelpingMutation, Transfer, TransferParty, TransferStep } from './transfer.ts';

builder.objectRef<TransferUpdateValue>('TransferUpdate').implement({
  description: 'One change of a transfer, or its state when the subscription began.',
  interfaces: [Positioned, TransferMessage],
  fields: (t) => ({
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it changed.' }),
    transfer: t.expose('transfer', { type: Transfer, description: 'The transfer as it was after this very change.' }),
    step: t.field({
      type: TransferStep,
      description: 'Where it then stood.',
      resolve: ({ transfer }) => transfer.step,
    }),
    waitingOn: t.field({
      type: TransferParty,
      description: 'Who then had to act next.',
      resolve: ({ transfer }) => transfer.waitingOn,
    }),
    deadlineAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when; null when nothing is known to end.',
      resolve: ({ transfer }) => transfer.deadlineAt,
    }),
    explanation: t.string({
      description: 'Where it stands, who must act and what helps, in the language of the connection.',
      resolve: ({ transfer }, _args, context) => explain(transfer, context).text,
    }),
    helpingMutation: t.field({
      type: HelpingMutation,
      nullable: true,
      description: 'The mutation that helps; null when only waiting helps, or it has ended.',
      resolve: ({ transfer }, _args, context) => explain(transfer, context).helpingMutation,
    }),
  }),
});

const TransferUpdatesFilter = builder.inputType('TransferUpdatesFilter', {
  description: 'Which transfers to follow; every condition given must hold.',
  fields: (t) => ({
    transferIds: t.idList({ description: `These transfers, up to ${MAX_PAGE_SIZE}.` }),
    domain: t.field({ type: 'DomainName', description: 'Transfers of this domain.' }),
    clientId: t.id({ description: 'Transfers for this client.' }),
    organizationId: t.id({ description: 'Transfers this organization pays for.' }),
  }),
});

builder.subscriptionField('transferUpdates', (t) =>
  t.field({
    type: TransferMessage,
    description:
      'Begins with the present state of each matching transfer that is under way, then tells every change once and in order for each transfer. With `after`, everything since that cursor instead of the present state; when some of it is no longer kept, a `GapNotice` and then the present state.',
    args: {
      filter: t.arg({ type: TransferUpdatesFilter, description: 'Which transfers; all when not given.' }),
      after: t.arg.string({ description: 'Cursor of the last update you handled.' }),
    },
    subscribe: (_root, { filter, after }, context) => {
      const { services, scope } = context;
      assertBounded(filter);
      const { transferIds, ...rest } = filter ?? {};
      return services.transfers.updates(scope.session, {
        filter: toFilter(rest),
        ...(transferIds != null && {
          transferIds: transferIds.map((id) => keyOf('Transfer', id, 'filter.transferIds')),
        }),
        after: cursorArg(after, context),
        signal: signalOf(context),
      });
    },
    resolve: (update) => update,
  }),
);

function toFilter(input: Omit<typeof TransferUpdatesFilter.$inferInput, 'transferIds'>): TransferFilter {
  const { organizationId, clientId, domain } = input;
  return {
    ...(organizationId != null && { organizationId: keyOf('Organization', organizationId, 'filter.organizationId') }),
    ...(clientId != null && { clientId: keyOf('Client', clientId, 'filter.clientId') }),
    ...(domain != null && { domainName: domainNameOf(domain, 'filter.domain') }),
  };
}
