// The subscription that follows one plan, resumable from any cursor.
import type { PlanUpdate } from '../src/services/services.ts';
import { builder } from './builder.ts';
import { cursorArg, PlanMessage, Positioned, signalOf } from './messages.ts';
import { keyOf } from './node-id.ts';
import { Plan, PlanCounts, PlanState } from './plan.ts';

builder.objectRef<PlanUpdate>('PlanProgress').implement({
  description: 'One change of a plan or of an item of it, or how it stood when the subscription began.',
  interfaces: [Positioned, PlanMessage],
  fields: (t) => ({
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it changed.' }),
    plan: t.expose('plan', { type: Plan, description: 'The plan. Its items are as they are now.' }),
    state: t.field({ type: PlanState, description: 'Where it then stood.', resolve: ({ plan }) => plan.state }),
    stopReason: t.string({
      nullable: true,
      description: 'Why it had then stopped; null unless it had.',
      resolve: ({ plan }) => plan.stopReason,
    }),
    counts: t.expose('counts', { type: PlanCounts, description: 'How many items were then in each state.' }),
  }),
});

builder.subscriptionField('planProgress', (t) =>
  t.field({
    type: PlanMessage,
    description:
      'Begins with how the plan stands, then tells every change of it and of its items, once and in order. With `after`, everything since that cursor instead of the present state; when some of it is no longer kept, a `GapNotice` and then the present state. It does not end by itself: a plan that stopped can be resumed.',
    args: {
      planId: t.arg.id({ required: true, description: 'The plan.' }),
      after: t.arg.string({ description: 'Cursor of the last update you handled.' }),
    },
    subscribe: (_root, { planId, after }, context) =>
      context.services.plans.updates(context.scope.session, {
        planId: keyOf('Plan', planId, 'planId'),
        after: cursorArg(after, context),
        signal: signalOf(context),
      }),
    resolve: (update) => update,
  }),
);
