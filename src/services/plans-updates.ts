// Follows one plan: how it stands, then every change of it or of its items as it is committed, without a hole between the two.
import { assertCan, canSee, type Session } from '../auth/session.ts';
import { endable } from '../events/endable.ts';
import type { EventLog, LogPosition } from '../events/log.ts';
import { type EventTail, FollowerTooSlowError } from '../events/tail.ts';
import { CursorError } from '../lib/cursor.ts';
import { shown } from '../lib/text.ts';
import type { EventRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { RequestFault } from './errors.ts';
import { isUuid } from './orders.ts';
import type { PlanCounts, PlanRecord, PlansService, PlanUpdate } from './services.ts';
import { between } from './transfers-snapshot.ts';

interface UpdatesDeps {
  readonly store: Pick<Store, 'plans'>;
  readonly log: EventLog;
  readonly tail: EventTail;
}
type Query = Parameters<PlansService['updates']>[1];
type Updates = AsyncGenerator<PlanUpdate, void, undefined>;

export function createPlanUpdates({ store, log, tail }: UpdatesDeps): PlansService['updates'] {
  const updateOf = (event: EventRecord): PlanUpdate => {
    const { counts, ...plan } = event.payload as unknown as PlanRecord & { readonly counts: PlanCounts };
    return { cursor: log.cursorAt(event.sequence), plan, counts, occurredAt: event.occurredAt };
  };
  const isOf = (event: EventRecord, planId: string): boolean =>
    event.type === 'PLAN_CHANGED' && event.subjectId === planId;

  /** What was committed between the two looks at the log is applied, so that the state belongs to one position. */
  const snapshot = async (plan: PlanRecord, before: bigint): Promise<{ at: bigint; update: PlanUpdate }> => {
    const counts = await store.plans.counts(plan.id);
    const at = await log.head();
    let update: PlanUpdate = { cursor: '', plan, counts, occurredAt: plan.updatedAt };
    for await (const event of between(log, before, at)) if (isOf(event, plan.id)) update = updateOf(event);
    return { at, update: { ...update, cursor: log.cursorAt(at) } };
  };

  async function* run(
    session: Session,
    { planId, after }: Query,
    from: LogPosition | null,
    signal: AbortSignal,
  ): Updates {
    if (from !== null) await log.assertHolds(from).catch((error) => Promise.reject(badCursor(error, after)));
    const before = await log.head();
    const [plan] = isUuid(planId) ? await store.plans.byIds([planId]) : [];
    if (plan === undefined || !canSee(session, { organizationId: plan.organizationId, clientId: null }))
      throw new RequestFault('NOT_FOUND', 'There is no such plan.');
    let began = from?.sequence ?? before;
    if (from === null) {
      const { at, update } = await snapshot(plan, before);
      if (signal.aborted) return;
      began = at;
      yield update;
    }
    try {
      const accepts = (event: EventRecord): boolean => isOf(event, plan.id);
      for await (const event of tail.follow({ after: began, accepts, signal })) yield updateOf(event);
    } catch (error) {
      if (!(error instanceof FollowerTooSlowError)) throw error;
      const lastCursor = error.lastCursor ?? log.cursorAt(began);
      throw new RequestFault('SUBSCRIBER_TOO_SLOW', error.message, { lastCursor });
    }
  }

  return (session, query) => {
    assertCan(session, 'portfolio:read');
    const from = query.after === null ? null : readCursor(log, query.after);
    return endable(query.signal, (signal) => run(session, query, from, signal));
  };
}

function readCursor(log: EventLog, cursor: string): LogPosition {
  try {
    return log.positionOf(cursor);
  } catch (error) {
    throw badCursor(error, cursor);
  }
}

function badCursor(error: unknown, cursor: string | null): unknown {
  if (!(error instanceof CursorError)) return error;
  const argument = { name: 'after', found: shown(cursor ?? ''), expected: error.expected };
  return new RequestFault('BAD_USER_INPUT', error.message, { argument, cause: error });
}
