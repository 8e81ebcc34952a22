// Events of what is bought and carried out: transfers, orders, plans, jobs.
import { BulkJob } from './bulk-job.ts';
import { eventType } from './event.ts';
import { Order, OrderState } from './order.ts';
import { Plan, PlanCounts, PlanState } from './plan.ts';
import { explain, HelpingMutation, Transfer, TransferParty, TransferStep } from './transfer.ts';

eventType('TRANSFER_CHANGED', 'An inbound transfer was ordered, or moved on.', (t) => ({
  transfer: t.field({
    type: Transfer,
    description: 'The transfer as it was after this very change.',
    resolve: ({ payload }) => payload,
  }),
  step: t.field({ type: TransferStep, description: 'Where it then stood.', resolve: ({ payload }) => payload.step }),
  waitingOn: t.field({
    type: TransferParty,
    description: 'Who then had to act next.',
    resolve: ({ payload }) => payload.waitingOn,
  }),
  explanation: t.string({
    description: 'Where it stood, who had to act and what helped, in the language of the caller.',
    resolve: ({ payload }, _args, context) => explain(payload, context).text,
  }),
  helpingMutation: t.field({
    type: HelpingMutation,
    nullable: true,
    description: 'The mutation that helps; null when only waiting helps, or it has ended.',
    resolve: ({ payload }, _args, context) => explain(payload, context).helpingMutation,
  }),
}));

eventType('ORDER_CHANGED', 'An order was written down, or moved on.', (t) => ({
  order: t.field({
    type: Order,
    description: 'The order as it was after this very change.',
    resolve: ({ payload }) => payload,
  }),
  state: t.field({ type: OrderState, description: 'Where it then stood.', resolve: ({ payload }) => payload.state }),
}));

eventType('PLAN_CHANGED', 'A plan was made or moved on, or an item of it did.', (t) => ({
  plan: t.field({
    type: Plan,
    description: 'The plan as it was after this very change. Its items are as they are now.',
    resolve: ({ payload }) => payload,
  }),
  state: t.field({ type: PlanState, description: 'Where it then stood.', resolve: ({ payload }) => payload.state }),
  counts: t.field({
    type: PlanCounts,
    description: 'How many items were then in each state.',
    resolve: ({ payload }) => payload.counts,
  }),
}));

eventType('BULK_JOB_CHANGED', 'Long work was asked for, moved on or ended.', (t) => ({
  job: t.field({
    type: BulkJob,
    description: 'The job as it was after this very change.',
    resolve: ({ payload }) => payload,
  }),
}));
