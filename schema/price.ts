// Price lists by TLD.
import type { CatalogService } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { Freshness } from './freshness.ts';
import { UPSTREAM_CALL_COST } from './limits.ts';
import { Price, PriceProcess } from './money.ts';
import { keyOf } from './node-id.ts';

type TldPriceValue = Awaited<ReturnType<CatalogService['prices']>>[number];

const TldPrice = builder.objectRef<TldPriceValue>('TldPrice').implement({
  description: 'What one process costs under one TLD.',
  fields: (t) => ({
    tld: t.exposeString('tld', { description: 'The TLD, without a dot.' }),
    process: t.expose('process', { type: PriceProcess, description: 'What the price is for.' }),
    prices: t.expose('prices', {
      type: [Price],
      complexity: { field: 1, multiplier: 1 },
      description: 'The prices by number of years; empty when Gandi does not sell it.',
    }),
    freshness: t.expose('freshness', { type: Freshness, description: 'How old this price is.' }),
  }),
});

/** Rows counted for a list of all TLDs; Gandi sells somewhat more, in one call. */
const ALL_TLDS = 500;

builder.queryField('prices', (t) =>
  t.field({
    type: [TldPrice],
    nullable: true,
    description:
      'What processes cost under TLDs. All TLDs come from Gandi in one call. null when no price could be had at all.',
    complexity: ({ tlds, processes }) => ({
      field: UPSTREAM_CALL_COST,
      multiplier: (tlds?.length ?? ALL_TLDS) * processes.length,
    }),
    args: {
      tlds: t.arg.stringList({ description: 'These TLDs, without dots; every TLD Gandi sells when not given.' }),
      processes: t.arg({
        type: [PriceProcess],
        required: true,
        defaultValue: ['CREATE', 'RENEW', 'TRANSFER'],
        description: 'What to price.',
      }),
      currency: t.arg.string({ required: true, defaultValue: 'EUR', description: 'ISO 4217 code of the prices.' }),
      organizationId: t.arg.id({
        description: "The paying organization, for its rates; the credential's own when not given.",
      }),
    },
    resolve: (_root, { tlds, processes, currency, organizationId }, { services, scope }) =>
      services.catalog.prices(scope, {
        tlds: tlds ?? null,
        processes,
        currency,
        organizationId: organizationId == null ? null : keyOf('Organization', organizationId, 'organizationId'),
      }),
  }),
);
