// One movement of money, as orders and the ledger of an organization show it.
import type { LedgerRecord } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Money } from './money.ts';

export const LedgerKind = builder.enumType('LedgerKind', {
  description: 'What a movement of money was.',
  values: {
    CHARGE: { description: 'Gandi took an order in.' },
    VOID: {
      description:
        'The order ended before it was billed, or Gandi gave the money back with its failure: the charge does not hold.',
    },
    REFUND: { description: 'The money came back.' },
  } as const,
});

export const LedgerEntry = builder.objectRef<LedgerRecord>('LedgerEntry').implement({
  description: 'One movement of money that the gateway knows of.',
  fields: (t) => ({
    kind: t.expose('kind', { type: LedgerKind, description: 'What it was.' }),
    amount: t.expose('amount', { type: Money, description: 'How much, after taxes; never negative.' }),
    domainName: t.expose('domainName', {
      type: 'DomainName',
      nullable: true,
      description: 'The domain it was for; null when it was for none.',
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When the gateway learned of it.' }),
    note: t.exposeString('note', { nullable: true, description: 'More about it; null when there is nothing to say.' }),
  }),
});
