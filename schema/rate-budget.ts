// How much of Gandi's call limit is left, and how long each lane would wait.
import type { RateBudgetNode } from '../src/services/services.ts';
import { builder } from './builder.ts';

const RateBudgetMode = builder.enumType('RateBudgetMode', {
  description: 'How calls to Gandi are counted.',
  values: {
    LOCAL: {
      value: 'local',
      description: 'By this gateway for itself; with several replicas and no Redis it has its part of the limit.',
    },
    SHARED: { value: 'shared', description: 'Together with all replicas: each can use what the others do not need.' },
    ALONE: {
      value: 'alone',
      description:
        'Cut off from the other replicas: this one goes on with its part of the limit until they count together again.',
    },
  } as const,
});

const RateLimitWindow = builder.objectRef<RateBudgetNode['limits'][number]>('RateLimitWindow').implement({
  description: 'One limit of calls in a sliding window.',
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'Calls Gandi accepts in any such window.' }),
    windowMs: t.exposeInt('windowMs', { description: 'Length of the window in milliseconds.' }),
    remaining: t.exposeInt('remaining', { description: 'Calls that could go now.' }),
  }),
});

const RateBudgetLane = builder.objectRef<RateBudgetNode['lanes'][number]>('RateBudgetLane').implement({
  description: 'One class of calls. A higher one goes first; each keeps a small share.',
  fields: (t) => ({
    lane: t.exposeString('lane', { description: 'Its name: `money`, `interactive`, `poll`, `bulk` or `backfill`.' }),
    queued: t.exposeInt('queued', { description: 'Calls that wait.' }),
    granted: t.exposeInt('granted', { description: 'Calls let through since the start.' }),
    refused: t.exposeInt('refused', {
      description: 'Calls refused since the start because they would have waited too long.',
    }),
    estimatedWaitMs: t.exposeInt('estimatedWaitMs', { description: 'Milliseconds a call that joins now would wait.' }),
  }),
});

const RateBudget = builder.objectRef<RateBudgetNode>('RateBudget').implement({
  description: "The gateway's budget of calls to Gandi, shared by everybody who uses it.",
  fields: (t) => ({
    mode: t.expose('mode', { type: RateBudgetMode, description: 'Whether replicas share it at this moment.' }),
    limits: t.expose('limits', {
      type: [RateLimitWindow],
      complexity: { field: 1, multiplier: 1 },
      description: 'Every limit; all must hold.',
    }),
    inFlight: t.exposeInt('inFlight', {
      description: 'Calls sent whose answer has not come; of all replicas while they share the budget.',
    }),
    pausedUntil: t.expose('pausedUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when nothing is sent because Gandi asked for it; null when nothing is paused.',
    }),
    nextSlotInMs: t.exposeInt('nextSlotInMs', {
      description: 'Milliseconds until an urgent call could go if nobody waited.',
    }),
    lanes: t.expose('lanes', {
      type: [RateBudgetLane],
      complexity: { field: 1, multiplier: 5 },
      description: 'The lanes, highest first.',
    }),
  }),
});

builder.queryField('rateBudget', (t) =>
  t.field({
    type: RateBudget,
    description: 'How much of the call limit is left at this moment. Asking costs no call.',
    resolve: (_root, _args, { services }) => services.upstream.rateBudget(),
  }),
);
