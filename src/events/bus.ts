// Wakes readers when something was committed. It carries no data: the log and the database are the truth, a lost hint costs only time.

/**
 * `events`: the log has grown. `polls`: a transfer is due earlier than was known. `orders`: an order waits for somebody to look upstream.
 * `payments`: something was said that decides about renewals: a payment, a policy, an answer.
 * `refunds`: money is expected back.
 * `webhooks`: one was made, enabled or changed. `deliveries`: some are due.
 * `work`: a piece of durable work was sent or brought forward.
 */
export type Hint = 'events' | 'polls' | 'orders' | 'work' | 'refunds' | 'payments' | 'webhooks' | 'deliveries';

/** Every kind there is. */
export const HINTS = Object.keys({
  events: true,
  polls: true,
  orders: true,
  work: true,
  refunds: true,
  payments: true,
  webhooks: true,
  deliveries: true,
} satisfies Record<Hint, true>) as readonly Hint[];

export interface EventBus {
  /** Never throws and never waits for listeners. */
  publish(hint: Hint): void;
  /** Calls `listener` for each hint of this kind from now on; several hints may arrive as one. @returns how to stop. */
  subscribe(hint: Hint, listener: () => void): () => void;
}

/** For one process. Listeners run in a later turn, one call for all hints given until then. */
export function createLocalBus(): EventBus {
  const listeners = new Map<Hint, Set<() => void>>();
  const pending = new Set<Hint>();
  const deliver = (hint: Hint): void => {
    pending.delete(hint);
    for (const listener of [...(listeners.get(hint) ?? [])]) listener();
  };
  return {
    publish(hint) {
      if (pending.has(hint)) return;
      pending.add(hint);
      setImmediate(deliver, hint);
    },
    subscribe(hint, listener) {
      const set = listeners.get(hint) ?? new Set();
      listeners.set(hint, set);
      set.add(listener);
      return () => void set.delete(listener);
    },
  };
}
