// Follows one plan: how it stands, then every change of it or of its items as it is committed, without a hole between the two.
import { assertCan, canSee } from '../auth/session.ts';
import { iterateFeed } from '../events/feed.ts';
import type { EventLog } from '../events/log.ts';
import type { EventTail } from '../events/tail.ts';
import type { EventRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { RequestFault } from './errors.ts';
import { createStateFeed, readAtOnePosition, resume } from './feeds.ts';
import { isUuid } from './orders.ts';
import type { PlanCounts, PlanRecord, PlansService } from './services.ts';

interface UpdatesDeps {
  readonly store: Pick<Store, 'plans'>;
  readonly log: EventLog;
  readonly tail: EventTail;
}

interface Standing extends PlanRecord {
  readonly counts: PlanCounts;
}

export function createPlanUpdates({ store, log, tail }: UpdatesDeps): PlansService['updates'] {
  return (session, { planId, after, signal }) => {
    assertCan(session, 'portfolio:read');
    const find = async (): Promise<PlanRecord> => {
      const [plan] = isUuid(planId) ? await store.plans.byIds([planId]) : [];
      if (plan === undefined || !canSee(session, { organizationId: plan.organizationId, clientId: null }))
        throw new RequestFault('NOT_FOUND', 'There is no such plan.');
      return plan;
    };
    const stateOf = (event: EventRecord): Standing | null =>
      event.type === 'PLAN_CHANGED' && event.subjectId === planId ? (event.payload as unknown as Standing) : null;
    const feed = createStateFeed(log, resume(log, session, after), {
      of: 'Plan',
      snapshot: () =>
        readAtOnePosition(log, async () => [{ ...(await find()), counts: await store.plans.counts(planId) }], stateOf),
      stateOf,
      tell: ({ counts, ...plan }: Standing, cursor, occurredAt) => ({ cursor, plan, counts, occurredAt }),
      changedAt: ({ updatedAt }) => updatedAt,
    });
    const begin: typeof feed.begin = async function* (ending) {
      await find();
      return yield* feed.begin(ending);
    };
    return iterateFeed({ ...feed, begin }, { tail, signal });
  };
}
