// Looks at every order that Gandi has taken and that has no transfer, until it has ended; leased, so that processes share the work.
import type { EventBus } from '../events/bus.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { OrderFollowing } from '../services/order-follow.ts';
import type { OrderRecord } from '../services/services.ts';
import type { Store } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { CadenceBounds } from './poll-cadence.ts';

export interface OrderFollowerDeps {
  readonly store: Pick<Store, 'orders'>;
  readonly following: OrderFollowing;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly cadence: CadenceBounds;
  /** Name of this process among those that share the work. */
  readonly owner: string;
}

export interface OrderFollower {
  /** Takes up every order that is due, also those of an earlier process. */
  start(): void;
  /** Gives up the looks under way and resolves when nothing is running any more. */
  stop(): Promise<void>;
}

/** Orders looked at side by side. */
const AT_ONCE = 8;
/** Also how long the orders of a process that died wait for another one. */
const LEASE_MS = 30_000;
/** A look that takes longer is given up before its lease ends. */
const LOOK_MS = 25_000;
const LONGEST_SLEEP_MS = 60_000;
const SHORTEST_SLEEP_MS = 250;
/** An order is looked at again after this part of the time since it was sent. */
const PART_OF_AGE = 1 / 8;

export function createOrderFollower(deps: OrderFollowerDeps): OrderFollower {
  const { store, following, bus, clock, logger, cadence, owner } = deps;
  const stopping = new AbortController();
  let timer: Timer | null = null;
  let round: Promise<void> | null = null;
  let again = false;
  let unsubscribe = (): void => {};

  const nextLookAt = ({ endedAt, submittedAt, createdAt }: OrderRecord): number | null => {
    if (endedAt !== null) return null;
    const now = clock.now();
    const pause = (now - (submittedAt ?? createdAt)) * PART_OF_AGE;
    return now + Math.round(Math.min(Math.max(pause, cadence.quickMs), cadence.slowMs));
  };

  async function look(order: OrderRecord): Promise<void> {
    const tooLong = new AbortController();
    const limit = clock.after(LOOK_MS, () => tooLong.abort(new Error('The look took too long.')));
    let current = order;
    try {
      current = await following.look(order, AbortSignal.any([stopping.signal, tooLong.signal]));
    } catch (error) {
      if (stopping.signal.aborted) return store.orders.reschedule(order.id, owner, order.nextLookAt);
      logger.warn({ error, orderId: order.id }, 'An order could not be looked at.');
    } finally {
      limit.cancel();
    }
    await store.orders.reschedule(order.id, owner, nextLookAt(current));
  }

  async function lookAtAll(): Promise<void> {
    do {
      again = false;
      for (;;) {
        const now = clock.now();
        const due = await store.orders.leaseDue(owner, now, now + LEASE_MS, AT_ONCE);
        await Promise.all(due.map(look));
        if (due.length < AT_ONCE || stopping.signal.aborted) break;
      }
    } while (again && !stopping.signal.aborted);
    sleepUntil(await store.orders.nextDueAt());
  }

  function sleepUntil(dueAt: number | null): void {
    if (stopping.signal.aborted) return;
    timer?.cancel();
    const ms = dueAt === null ? LONGEST_SLEEP_MS : dueAt - clock.now();
    timer = clock.after(Math.min(Math.max(ms, SHORTEST_SLEEP_MS), LONGEST_SLEEP_MS), wake);
  }

  function wake(): void {
    if (stopping.signal.aborted) return;
    again = true;
    if (round !== null) return;
    round = lookAtAll()
      .catch((error: unknown) => {
        logger.error({ error }, 'The orders that are due could not be read.');
        sleepUntil(null);
      })
      .finally(() => {
        round = null;
        if (again) wake();
      });
  }

  return {
    start() {
      unsubscribe = bus.subscribe('polls', wake);
      wake();
    },
    async stop() {
      unsubscribe();
      stopping.abort(new Error('The gateway stops.'));
      timer?.cancel();
      await round;
    },
  };
}
