// What every dry run answers with: what an order would cost, and what stands against it.
import type { OrderPrice, TransferQuote } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Money } from './money.ts';

export const QuoteBlocker = builder.objectRef<TransferQuote['blockers'][number]>('QuoteBlocker').implement({
  description: 'Something that stands against the order now.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'The reason, for programs.' }),
    message: t.exposeString('message', { description: 'The reason and what helps, for people.' }),
    path: t.exposeStringList('path', {
      nullable: true,
      description: 'The input field at fault; null when no single field is.',
    }),
  }),
});

export const QuotePrice = builder.objectRef<OrderPrice>('QuotePrice').implement({
  description: 'What an order costs, for all its years.',
  fields: (t) => ({
    beforeTaxes: t.expose('beforeTaxes', { type: Money, description: 'Without taxes.' }),
    afterTaxes: t.expose('afterTaxes', { type: Money, description: 'With the taxes of the paying organization.' }),
  }),
});
