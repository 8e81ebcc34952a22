// How old an answer is: on every mirrored thing, and on every list of them.
import type { Freshness as FreshnessValue, ListFreshness as ListFreshnessValue } from '../src/services/services.ts';
import { builder } from './builder.ts';

export const FreshnessState = builder.enumType('FreshnessState', {
  description: 'Where an answer comes from.',
  values: {
    LIVE: { description: 'Gandi was asked for this very operation.' },
    MIRRORED: { description: "From the gateway's mirror, and young enough for this operation." },
    STALE: {
      description: 'From the mirror, and older than this operation accepts; `reason` says why Gandi was not asked.',
    },
  } as const,
});

export const Freshness = builder.objectRef<FreshnessValue>('Freshness').implement({
  description: 'How old one answer is. Ask for a younger one with `@fresh(maxAgeSeconds:)` on the query.',
  fields: (t) => ({
    asOf: t.expose('asOf', { type: 'DateTime', description: 'When Gandi said so.' }),
    state: t.expose('state', { type: FreshnessState, description: 'Where the answer comes from.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it is older than asked for, in a sentence; null unless `state` is STALE.',
    }),
  }),
});

export const ListFreshness = builder.objectRef<ListFreshnessValue>('ListFreshness').implement({
  description: 'How old and how complete a list is.',
  fields: (t) => ({
    asOf: t.expose('asOf', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last complete reading of the list began; null before there was one.',
    }),
    state: t.expose('state', { type: FreshnessState, description: 'Where the list comes from.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it is older than asked for, or not complete, in a sentence; null when it is neither.',
    }),
    isComplete: t.exposeBoolean('isComplete', {
      description: 'False while the gateway reads the list for the first time: what is here is right, more will come.',
    }),
    fetched: t.exposeInt('fetched', { description: 'Rows read so far.' }),
    total: t.exposeInt('total', { nullable: true, description: 'Rows Gandi announced; null when it did not say.' }),
  }),
});
