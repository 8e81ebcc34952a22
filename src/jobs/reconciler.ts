// Goes on with orders whose fate is open: at the start, whenever one is left open, and regularly until all are settled.
import type { EventBus } from '../events/bus.ts';
import type { Clock, Timer } from '../lib/clock.ts';
import type { OrderWork } from '../services/order-reconcile.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface ReconcilerDeps {
  readonly orders: OrderWork;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time between two rounds. */
  readonly everyMs?: number;
}

export interface Reconciler {
  /** Begins with a round at once. */
  start(): void;
  /** Resolves when the round under way has ended. */
  stop(): Promise<void>;
}

const EVERY_MS = 5_000;

export function createReconciler({ orders, bus, clock, logger, everyMs = EVERY_MS }: ReconcilerDeps): Reconciler {
  let timer: Timer | null = null;
  let round: Promise<void> | null = null;
  let stopped = false;
  let unsubscribe = (): void => {};

  async function settleAll(): Promise<void> {
    for (const { id, settle } of await orders.unresolved()) {
      if (stopped) return;
      await settle().catch((error: unknown) =>
        logger.warn({ error, orderId: id }, 'An open order could not be settled yet.'),
      );
    }
  }

  function begin(): void {
    if (stopped || round !== null) return;
    timer?.cancel();
    round = settleAll()
      .catch((error: unknown) => logger.error({ error }, 'The open orders could not be read.'))
      .finally(() => {
        round = null;
        if (!stopped) timer = clock.after(everyMs, begin);
      });
  }

  return {
    start() {
      unsubscribe = bus.subscribe('orders', begin);
      begin();
    },
    async stop() {
      stopped = true;
      unsubscribe();
      timer?.cancel();
      await round;
    },
  };
}
