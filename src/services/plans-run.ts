// Carries plans out: items in order, each ordered once under its own key, and everything stops where something is not as it was approved.
import { MissingScopeError } from '../auth/session.ts';
import type { EventBus } from '../events/bus.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import type { EventRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { OutcomeError, RequestFault, type RequestFaultCode } from './errors.ts';
import { FINAL_STATES } from './order-machine.ts';
import type { OpenScope } from './plans.ts';
import {
  actorOf,
  isBlocked,
  keyOf,
  MOST_ITEMS,
  mutationOf,
  type PlanOrdering,
  placeItem,
  sessionFor,
} from './plans-items.ts';
import type { OrderRecord, PlanItemRecord, PlanItemState, PlanRecord } from './services.ts';
import type { HeldWork, WorkHandler } from './work.ts';

export interface PlanRunDeps {
  readonly store: Pick<Store, 'plans' | 'orders'>;
  readonly ordering: PlanOrdering;
  readonly scope: OpenScope;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  /** ISO 4217 code of what is approved as free. */
  readonly currency: string;
}

type Failure = NonNullable<PlanItemRecord['failure']>;
/** What an attempt to order an item came to; `halt`: nothing more may be begun from here. */
type Attempt = 'ordered' | 'retry' | 'halt';
/** What one look at a plan came to; `ended`: for this worker; `waits`: for Gandi, or for orders to end. */
type Pass = 'ended' | 'moved' | 'waits';

/** Orders being placed at once. */
const AT_ONCE = 4;
/** Items begun before the orders under way are looked at again. */
const BATCH = 16;
/** Plans carried out side by side. One that only waits for its orders to end is put aside. */
const PLANS_AT_ONCE = 8;
const PAUSE_MS = 250;
/** A plan that waits for its orders is woken when one of them ends; without that it is looked at after a part of the time it has waited. */
const PART_OF_WAIT = 1 / 8;
const SHORTEST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 600_000;
/** Attempts to carry a plan out that may fail or die one after the other. */
const MOST_FAILURES = 50;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;
/** With the pauses above, about half an hour. */
const MOST_ATTEMPTS = 14;
/** Longer than an order can be on its way from here; a begun item without an order was then never ordered. */
const STALE_MS = 600_000;

const RETRYABLE: ReadonlySet<RequestFaultCode> = new Set([
  'UPSTREAM_BUSY',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_RATE_LIMITED',
]);
const ENDED: ReadonlySet<PlanItemState> = new Set(['DONE', 'FAILED', 'SKIPPED']);

/** The work that carries plans out. Its key is the id of the plan. */
export function createPlanWork(deps: PlanRunDeps): WorkHandler {
  const { store, bus, clock, logger } = deps;

  const told = <T extends { readonly events: readonly EventRecord[] }>(written: T | null): T | null => {
    if (written !== null && written.events.length > 0) bus.publish('events');
    return written;
  };
  const changeItem: Store['plans']['changeItem'] = async (...change) => told(await store.plans.changeItem(...change));

  /** The order of an item, if the plan has placed one. */
  async function orderOf(
    plan: PlanRecord,
    { position, kind, domainName }: PlanItemRecord,
  ): Promise<OrderRecord | null> {
    const order = await store.orders.byKey(plan.organizationId, mutationOf(kind), keyOf(plan.id, position));
    const { kind: actorKind, id } = actorOf(plan.id);
    return order?.domainName === domainName && order.actor === `${actorKind}:${id}` ? order : null;
  }

  /** An order that is there is the truth, whatever the item said before. */
  async function record(item: PlanItemRecord, order: OrderRecord): Promise<void> {
    const change = { state: 'ORDERED', orderId: order.id, failure: null } as const;
    await changeItem(item, ['PLANNED', 'RUNNING', 'ORDERED', 'FAILED'], change, clock.now());
  }

  /**
   * Stops the plan before the failure is recorded: should the process die between the two, nothing is ordered after what went wrong.
   * @returns false when the plan runs on in other hands, which will see for themselves.
   */
  async function stopPlan(
    plan: PlanRecord,
    { owner }: HeldWork,
    item: PlanItemRecord,
    failure: Failure,
  ): Promise<boolean> {
    const stopReason = `Item ${item.position} (${item.domainName}): ${failure.message}`;
    const guard = { from: ['RUNNING'], leaseOwner: owner } as const;
    const stopped = told(await store.plans.change(plan.id, guard, { state: 'STOPPED', stopReason }, clock.now()));
    if (stopped !== null) return true;
    const [now] = await store.plans.byIds([plan.id]);
    return now !== undefined && now.state !== 'RUNNING';
  }

  /** One run of a plan in this process. */
  function createRun(plan: PlanRecord, held: HeldWork) {
    const attempts = new Map<number, { made: number; notBefore: number }>();
    let turn: Promise<unknown> = Promise.resolve();

    /** One after the other, so that items begin in their order; only while the plan runs and is ours, which is asked in the same transaction. */
    const begin = (item: PlanItemRecord): Promise<boolean> => {
      const guard = { from: ['RUNNING'], leaseOwner: held.owner } as const;
      const mine = turn.then(async () => {
        if (held.signal.aborted) return false;
        const from = ['PLANNED', 'RUNNING', 'ORDERED'] as const;
        return (await changeItem(item, from, { state: 'RUNNING' }, clock.now(), guard)) !== null;
      });
      turn = mine.catch(() => {});
      return mine;
    };

    async function attempt(item: PlanItemRecord): Promise<Attempt> {
      if (!(await begin(item))) return 'halt';
      try {
        const known = await orderOf(plan, item);
        const scope = () => deps.scope(sessionFor(plan, item), { maxAgeSeconds: null, signal: undefined });
        const order =
          known !== null && known.state !== 'CLAIMED'
            ? known
            : (await placeItem(deps.ordering, scope(), plan, item, deps.currency)).order;
        attempts.delete(item.position);
        await record(item, order);
        return 'ordered';
      } catch (error) {
        return failed(item, error);
      }
    }

    async function failed(item: PlanItemRecord, error: unknown): Promise<Attempt> {
      const { failure, isRetryable, retryAfterMs } = verdictOf(error);
      const made = (attempts.get(item.position)?.made ?? 0) + 1;
      logger.warn({ error, planId: plan.id, position: item.position, attempt: made }, 'An item was not ordered.');
      if (held.signal.aborted) return 'halt';
      if (isRetryable && made < MOST_ATTEMPTS) {
        const pause = Math.min(FIRST_RETRY_MS * 2 ** (made - 1), LONGEST_RETRY_MS);
        attempts.set(item.position, { made, notBefore: clock.now() + Math.max(pause, retryAfterMs ?? 0) });
        return 'retry';
      }
      attempts.delete(item.position);
      const order = await orderOf(plan, item);
      const mayBeAtGandi = order !== null && order.submittedAt !== null && order.endedAt === null;
      if (!(await stopPlan(plan, held, item, failure))) return 'halt';
      if (mayBeAtGandi) await record(item, order);
      else {
        const change = { state: 'FAILED', orderId: order?.id ?? null, failure } as const;
        await changeItem(item, ['RUNNING'], change, clock.now());
      }
      return 'halt';
    }

    /** Orders items in their order, a few at a time. */
    async function orderAll(items: readonly PlanItemRecord[]): Promise<Pass> {
      const now = clock.now();
      const waiting = items.filter(({ position }) => (attempts.get(position)?.notBefore ?? 0) > now);
      const due = items.filter((item) => !waiting.includes(item)).slice(0, BATCH);
      let next = 0;
      let goesOn = true;
      let moved = false;
      const work = async (): Promise<void> => {
        while (goesOn) {
          const item = due[next++];
          if (item === undefined) return;
          const result = await attempt(item);
          if (result === 'halt') goesOn = false;
          if (result === 'ordered') moved = true;
          // What waits to be tried again keeps its place, so that no more are begun while Gandi is away.
          if (result === 'retry') return;
        }
      };
      await Promise.all(Array.from({ length: Math.max(AT_ONCE - waiting.length, 0) }, work));
      if (!goesOn) return 'ended';
      return moved ? 'moved' : 'waits';
    }

    /** One look at everything. */
    async function pass(): Promise<Pass> {
      const items = await store.plans.items(plan.id, { after: null, limit: MOST_ITEMS });
      const guard = { from: ['RUNNING'], leaseOwner: held.owner } as const;
      for (const item of items) {
        if (item.state !== 'PLANNED' || !isBlocked(item)) continue;
        if ((await changeItem(item, ['PLANNED'], { state: 'SKIPPED' }, clock.now(), guard)) === null) return 'ended';
      }
      const orders = await ordersOf(store, items);
      let moved = false;
      for (const item of items) {
        const end = endOf(item, orders);
        if (end === null) continue;
        if (end.failure !== null && !(await stopPlan(plan, held, item, end.failure))) return 'ended';
        await changeItem(item, ['ORDERED'], end, clock.now());
        if (end.failure !== null) return 'ended';
        moved = true;
      }
      const todo = items.filter((item) => isToOrder(item, orders, clock.now()));
      if (todo.length > 0) {
        const result = await orderAll(todo);
        return moved && result === 'waits' ? 'moved' : result;
      }
      if (moved) return 'moved';
      if (!items.every((item) => ENDED.has(item.state) || (item.state === 'PLANNED' && isBlocked(item))))
        return 'waits';
      const completed = { state: 'COMPLETED', endedAt: clock.now() } as const;
      told(await store.plans.change(plan.id, guard, completed, clock.now()));
      return 'ended';
    }

    /** How long nothing has to be done for the items that wait to be tried again; null when none does. */
    const nextAttemptInMs = (): number | null =>
      attempts.size === 0 ? null : Math.min(...[...attempts.values()].map(({ notBefore }) => notBefore - clock.now()));

    return { pass, nextAttemptInMs };
  }

  /** Orders what is left to order. @returns null when nothing is left to do here; otherwise how long the plan can be put aside. */
  async function carryOut(plan: PlanRecord, held: HeldWork): Promise<number | null> {
    const { pass, nextAttemptInMs } = createRun(plan, held);
    while (!held.signal.aborted) {
      const result = await pass();
      if (result === 'ended') return null;
      const retryInMs = nextAttemptInMs();
      if (result === 'waits' && retryInMs === null) return waitOf(await itemsOf(plan.id));
      const ms = result === 'waits' ? Math.max(retryInMs ?? 0, PAUSE_MS) : PAUSE_MS;
      await sleep(clock, ms, held.signal).catch(() => {});
    }
    return null;
  }

  /** Brings items of a plan that was stopped or cancelled to where their orders are. It looks and records; it never orders. */
  async function settle(plan: PlanRecord): Promise<number | null> {
    const items = (await itemsOf(plan.id)).filter(({ state }) => state === 'RUNNING' || state === 'ORDERED');
    const orders = await ordersOf(store, items);
    for (const item of items) {
      const end = endOf(item, orders);
      if (end !== null) await changeItem(item, ['ORDERED'], end, clock.now());
      if (item.state !== 'RUNNING') continue;
      const order = await orderOf(plan, item);
      if (order !== null) await record(item, order);
      else if (clock.now() - item.updatedAt > STALE_MS)
        await changeItem(item, ['RUNNING'], { state: 'PLANNED' }, clock.now());
    }
    const left = (await itemsOf(plan.id)).filter(({ state }) => state === 'RUNNING' || state === 'ORDERED');
    return left.length === 0 ? null : waitOf(left);
  }

  const itemsOf = (planId: string): Promise<readonly PlanItemRecord[]> =>
    store.plans.items(planId, { after: null, limit: MOST_ITEMS });
  const waitOf = (items: readonly PlanItemRecord[]): number => {
    const waited = clock.now() - Math.max(...items.map(({ updatedAt }) => updatedAt));
    return Math.min(Math.max(waited * PART_OF_WAIT, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
  };

  return {
    kind: 'plan',
    atOnce: PLANS_AT_ONCE,
    mostFailures: MOST_FAILURES,
    async run(planId, held) {
      const plan = await store.plans.hold(planId, held.owner);
      if (plan !== null) return carryOut(plan, held);
      const [other] = await store.plans.byIds([planId]);
      return other === undefined ? null : settle(other);
    },
    async giveUp(planId) {
      const stopReason = 'Carrying it out failed too often; the cause is in the log of the gateway.';
      told(await store.plans.change(planId, { from: ['RUNNING'] }, { state: 'STOPPED', stopReason }, clock.now()));
    },
    unfinished: () => store.plans.unfinished(),
  };
}

/** Orders of the items that are followed, by id. */
async function ordersOf(
  store: PlanRunDeps['store'],
  items: readonly PlanItemRecord[],
): Promise<ReadonlyMap<string, OrderRecord>> {
  const ids = items.flatMap(({ state, orderId }) => (state === 'ORDERED' && orderId !== null ? [orderId] : []));
  return new Map((ids.length === 0 ? [] : await store.orders.byIds(ids)).map((order) => [order.id, order]));
}

/** What becomes of an ordered item whose order has ended; null while it has not. */
function endOf(
  { state, orderId }: PlanItemRecord,
  orders: ReadonlyMap<string, OrderRecord>,
): { readonly state: 'DONE' | 'FAILED'; readonly failure: Failure | null } | null {
  const order = state === 'ORDERED' && orderId !== null ? orders.get(orderId) : undefined;
  if (order === undefined || !FINAL_STATES.includes(order.state)) return null;
  if (order.failureCode === null && order.state !== 'FAILED' && order.state !== 'CANCELLED')
    return { state: 'DONE', failure: null };
  const code = order.failureCode ?? order.state;
  return { state: 'FAILED', failure: { code, message: order.failureMessage ?? 'The order came to nothing.' } };
}

/** Not ordered yet, begun by one who died, or ordered and known not to have reached Gandi: the same key goes on with it. */
function isToOrder(item: PlanItemRecord, orders: ReadonlyMap<string, OrderRecord>, now: number): boolean {
  if (item.state === 'PLANNED') return !isBlocked(item);
  if (item.state === 'RUNNING') return true;
  const order = item.state === 'ORDERED' && item.orderId !== null ? orders.get(item.orderId) : undefined;
  return order?.state === 'CLAIMED' && (order.leaseUntil === null || order.leaseUntil <= now);
}

/** What a failed attempt means. What nobody foresaw is tried again: the same key cannot buy twice. */
function verdictOf(error: unknown): {
  readonly failure: Failure;
  readonly isRetryable: boolean;
  readonly retryAfterMs: number | null;
} {
  if (error instanceof OutcomeError)
    return { failure: { code: error.code, message: error.message }, isRetryable: false, retryAfterMs: null };
  if (error instanceof RequestFault) {
    const { code, message, retryAfterMs } = error;
    return { failure: { code, message }, isRetryable: RETRYABLE.has(code), retryAfterMs };
  }
  if (error instanceof MissingScopeError)
    return { failure: { code: 'FORBIDDEN', message: error.message }, isRetryable: false, retryAfterMs: null };
  const message = 'Something broke in the gateway; the cause is in its log.';
  return { failure: { code: 'INTERNAL_SERVER_ERROR', message }, isRetryable: true, retryAfterMs: null };
}
