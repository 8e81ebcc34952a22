// Plans: many orders quoted as one list, approved by the hash of what was quoted, and carried out by the runner. docs/plans.md tells it all.
import { assertCan, canSee, type Session } from '../auth/session.ts';
import type { EventBus } from '../events/bus.ts';
import type { EventLog } from '../events/log.ts';
import type { EventTail } from '../events/tail.ts';
import type { Clock } from '../lib/clock.ts';
import type { UpstreamMeter } from '../lib/upstream-meter.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';
import { visibilityOf } from './calls.ts';
import {
  InvalidInputError,
  NotFoundError,
  PlanBlockedError,
  PlanChangedError,
  PlanExpiredError,
  RequestFault,
  WrongPlanStateError,
} from './errors.ts';
import { findPayer } from './order-parties.ts';
import { connectionOf, isUuid } from './orders.ts';
import { asKept, hashOf, isBlocked, MOST_ITEMS, nodeOf, type PlanOrdering, scopesOf, wishOf } from './plans-items.ts';
import { payerNamed, quoteAll } from './plans-quote.ts';
import { summaryOf } from './plans-summary.ts';
import { createPlanUpdates } from './plans-updates.ts';
import type { OperationScope, PlanItemRecord, PlanRecord, PlansService, PlanWish } from './services.ts';

/** Makes the scope of something that is done in another session than the caller's, its calls counted in the caller's meter. */
export type OpenScope = (
  session: Session,
  options: { readonly maxAgeSeconds: number | null; readonly signal: AbortSignal | undefined },
  meter?: UpstreamMeter,
) => OperationScope;

export interface PlanDeps {
  readonly store: Pick<Store, 'plans' | 'clients' | 'audit'>;
  readonly mirror: Pick<Mirror, 'organizations' | 'ensureClients' | 'clientDetails'>;
  readonly ordering: PlanOrdering;
  readonly scope: OpenScope;
  readonly bus: EventBus;
  readonly log: EventLog;
  readonly tail: EventTail;
  readonly clock: Clock;
  readonly newId: () => string;
  /** The configured rate limit, as a mean. */
  readonly callsPerSecond: number;
}

/** How long quotes can be approved. */
export const PLAN_LIFE_MS = 86_400_000;
/** Positions a `PlanBlockedError` names. */
const NAMED = 20;

export function createPlansService(deps: PlanDeps): PlansService {
  const { store, bus, clock } = deps;

  /** @throws {NotFoundError} also for one of another organization. */
  const find = async ({ session }: OperationScope, planId: string): Promise<PlanRecord> => {
    const [plan] = isUuid(planId) ? await store.plans.byIds([planId]) : [];
    if (plan === undefined || !canSee(session, ownerOf(plan)))
      throw new NotFoundError('There is no such plan.', ['input', 'planId']);
    return plan;
  };
  const itemsOf = (plan: PlanRecord): Promise<readonly PlanItemRecord[]> =>
    store.plans.items(plan.id, { after: null, limit: MOST_ITEMS });
  /** Moves a plan if it is still where the caller saw it. */
  const move = async (
    { session }: OperationScope,
    action: string,
    plan: PlanRecord,
    change: Parameters<Store['plans']['change']>[2],
  ): Promise<PlanRecord | null> => {
    const changed = await store.plans.change(plan.id, { from: [plan.state] }, change, clock.now());
    if (changed === null) return null;
    bus.publish('events');
    bus.publish('work');
    await store.audit.append({
      organizationId: plan.organizationId,
      actor: actorText(session),
      action,
      subject: plan.id,
      requestId: session.requestId,
      occurredAt: clock.now(),
    });
    return changed.plan;
  };

  const service: PlansService = {
    async plan(scope, input) {
      const { session } = scope;
      assertMayPlan(session);
      assertCount(input.items.length);
      assertScopes(session, input.items);
      const wishes = asKept(input.items);
      const payer = await findPayer(deps, scope, payerNamed(input.payerId, wishes));
      const items = wishes.map((wish) => paidBy(wish, payer.id));
      const quotes = await quoteAll(deps.ordering, limitedTo(deps, scope, payer.id), items);
      const id = deps.newId();
      const now = clock.now();
      const rows: PlanItemRecord[] = items.map(({ kind, input: wanted }, position) => ({
        planId: id,
        position,
        kind,
        domainName: wanted.domain,
        input: { ...wanted },
        quote: { ...quotes[position] },
        state: 'PLANNED',
        orderId: null,
        failure: null,
        updatedAt: now,
      }));
      const plan: PlanRecord = {
        id,
        organizationId: payer.id,
        state: 'DRAFT',
        hash: hashOf(payer.id, rows),
        stopReason: null,
        actor: actorText(session),
        createdAt: now,
        expiresAt: now + PLAN_LIFE_MS,
        startedAt: null,
        endedAt: null,
        updatedAt: now,
      };
      await store.plans.create(plan, rows);
      bus.publish('events');
      return plan;
    },

    async execute(scope, input) {
      const { session } = scope;
      assertMayPlan(session);
      const plan = await find(scope, input.planId);
      if (input.hash !== plan.hash) throw changed();
      if (plan.state === 'CANCELLED') throw wrongState(plan, 'It was cancelled; plan again.');
      if (plan.state !== 'DRAFT') return { plan, replayed: true };
      if (clock.now() >= plan.expiresAt)
        throw new PlanExpiredError(
          'The quotes of this plan are too old. Nothing was ordered; plan again.',
          plan.expiresAt,
        );
      const items = await itemsOf(plan);
      if (hashOf(plan.organizationId, items) !== plan.hash) throw changed();
      assertScopes(session, items.map(wishOf));
      assertUnblocked(items, input.skipBlocked);
      const started = { state: 'RUNNING', startedAt: clock.now() } as const;
      const running = await move(scope, 'executePlan', plan, started);
      return running === null ? service.execute(scope, input) : { plan: running, replayed: false };
    },

    async cancel(scope, { planId }) {
      assertMayPlan(scope.session);
      const plan = await find(scope, planId);
      if (plan.state === 'CANCELLED') return plan;
      if (plan.state === 'COMPLETED') throw wrongState(plan, 'It is completed; nothing is left to cancel.');
      const change = { state: 'CANCELLED', endedAt: clock.now() } as const;
      return (await move(scope, 'cancelPlan', plan, change)) ?? service.cancel(scope, { planId });
    },

    async resume(scope, { planId }) {
      assertMayPlan(scope.session);
      const plan = await find(scope, planId);
      if (plan.state === 'RUNNING') return plan;
      if (plan.state !== 'STOPPED') throw wrongState(plan, 'Only a plan that stopped can be resumed.');
      assertScopes(scope.session, (await itemsOf(plan)).map(wishOf));
      const change = { state: 'RUNNING', stopReason: null } as const;
      return (await move(scope, 'resumePlan', plan, change)) ?? service.resume(scope, { planId });
    },

    async byId({ session }, id) {
      assertCan(session, 'portfolio:read');
      const [plan] = isUuid(id) ? await store.plans.byIds([id]) : [];
      return plan !== undefined && canSee(session, ownerOf(plan)) ? plan : null;
    },

    async list(scope, { states, page }) {
      assertCan(scope.session, 'portfolio:read');
      const filter = states === null ? {} : { states };
      const found = await store.plans.list({ visibility: visibilityOf(scope), filter, page });
      return connectionOf(found, () => Promise.reject(new Error('Plans are not counted.')));
    },

    async items({ session }, plan, query) {
      assertCan(session, 'portfolio:read');
      if (!canSee(session, ownerOf(plan))) return [];
      return (await store.plans.items(plan.id, query)).map(nodeOf);
    },

    async counts({ session }, plan) {
      assertCan(session, 'portfolio:read');
      return store.plans.counts(plan.id);
    },

    async summary({ session }, plan) {
      assertCan(session, 'portfolio:read');
      return summaryOf(await itemsOf(plan), deps.callsPerSecond);
    },

    updates: createPlanUpdates(deps),
  };
  return service;
}

/** A plan is the organization's: a key limited to one client sees none. */
export const ownerOf = ({ organizationId }: PlanRecord) => ({ organizationId, clientId: null });

const actorText = ({ actor }: Session): string => `${actor.kind}:${actor.id}`;

/** @throws {RequestFault} FORBIDDEN for a key limited to one client. @throws {MissingScopeError} */
function assertMayPlan(session: Session): void {
  assertCan(session, 'plan:execute');
  if (session.clientId === null) return;
  throw new RequestFault('FORBIDDEN', 'This key is limited to one client; plans are made for a whole organization.');
}

/** @throws {MissingScopeError} */
function assertScopes(session: Session, items: readonly PlanWish[]): void {
  for (const scope of new Set(items.flatMap(scopesOf))) assertCan(session, scope);
}

function assertCount(count: number): void {
  if (count >= 1 && count <= MOST_ITEMS) return;
  throw new InvalidInputError([
    {
      path: ['input', 'items'],
      message: 'A plan cannot have this many items.',
      found: String(count),
      expected: `1 to ${MOST_ITEMS}`,
    },
  ]);
}

/** @throws {PlanBlockedError} */
function assertUnblocked(items: readonly PlanItemRecord[], skipBlocked: boolean): void {
  const blocked = items.filter(isBlocked);
  if (blocked.length === 0 || (skipBlocked && blocked.length < items.length)) return;
  const positions = blocked.slice(0, NAMED).map(({ position }) => position);
  const what = `Something stands against ${blocked.length} of ${items.length} items. Nothing was ordered.`;
  const help =
    blocked.length === items.length ? 'None is left to order.' : 'Say `skipBlocked: true` to leave them out.';
  throw new PlanBlockedError(`${what} ${help}`, positions, blocked.length);
}

/** The caller, seeing no more than the organization that pays: exactly what the runner will see. */
function limitedTo(deps: PlanDeps, scope: OperationScope, organizationId: string): OperationScope {
  const { session, maxAgeSeconds, signal, meter } = scope;
  if (session.organizationId === organizationId) return scope;
  return deps.scope({ ...session, organizationId }, { maxAgeSeconds, signal }, meter);
}

function paidBy(wish: PlanWish, payerId: string): PlanWish {
  return wish.kind === 'REGISTER' ? { ...wish, input: { ...wish.input, payerId } } : wish;
}

function changed(): PlanChangedError {
  return new PlanChangedError(
    'This is not the hash of the plan as it is. Nothing was ordered; look at its items again.',
  );
}

function wrongState({ state }: PlanRecord, why: string): WrongPlanStateError {
  return new WrongPlanStateError(`The plan is ${state}. ${why}`, state);
}
