// What every dry run answers with: what an order would cost, and what stands against it.
import type { OrderPrice, OrderQuote } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Money } from './money.ts';
import { SideEffectNotice } from './side-effects.ts';

export const QuoteBlocker = builder.objectRef<OrderQuote['blockers'][number]>('QuoteBlocker').implement({
  description: 'Something that stands against the order or change now.',
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

/** @param name as in `RegisterDomainQuote`. */
export function orderQuote(name: string) {
  return builder.objectRef<OrderQuote>(name).implement({
    description: 'What `dryRun: true` answers: the order was checked, nothing was spent and nothing was written.',
    fields: (t) => ({
      domainName: t.expose('name', { type: 'DomainName', description: 'The domain.' }),
      price: t.expose('price', {
        type: QuotePrice,
        nullable: true,
        description: 'What it would cost; null when it is free, or the price could not be had.',
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
}
