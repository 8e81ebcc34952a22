// Keeps an order in one pair of hands: a lease that is renewed while its holder lives, and a signal for when it was lost all the same.
import type { Timer } from '../lib/clock.ts';
import type { OrderDeps } from './order-procedure.ts';

/** Somebody else works on the order now, or may: nothing more may be sent for it from here. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

export interface HeldLease {
  readonly owner: string;
  /** Aborts with a {@link LeaseLostError} when the lease is no longer ours. */
  readonly signal: AbortSignal;
  /** Renews now. @throws {LeaseLostError} when it is no longer ours. */
  renew(): Promise<void>;
  /**
   * The new end of the lease, for a change of the order that writes it with the owner as its guard, which renews without a call of its own.
   * @throws {LeaseLostError} when it has run out already.
   */
  extended(): number;
  /** To be asked in the moment something leaves: a process that was stopped for a while does not know yet. @throws {LeaseLostError} when it has run out. */
  assertHeld(): void;
  /** Stops renewing; the lease itself is given back by the last change of the order, or by {@link giveBack}. */
  stop(): void;
}

/** Starts to renew a lease that `owner` has just taken until `until`. */
export function holdLease(
  { store, clock, settings, logger }: Pick<OrderDeps, 'store' | 'clock' | 'settings' | 'logger'>,
  orderId: string,
  owner: string,
  until: number,
): HeldLease {
  const lost = new AbortController();
  let heldUntil = until;
  let timer: Timer | null = null;
  let stopped = false;

  const lose = (): LeaseLostError => {
    const error = new LeaseLostError(`The lease of order ${orderId} was lost.`);
    stop();
    lost.abort(error);
    return error;
  };
  const stop = (): void => {
    stopped = true;
    timer?.cancel();
  };
  const renew = async (): Promise<void> => {
    const now = clock.now();
    const next = now + settings.leaseMs;
    if (lost.signal.aborted || now >= heldUntil || !(await store.orders.lease(orderId, owner, next, now))) throw lose();
    heldUntil = next;
  };
  const assertHeld = (): void => {
    if (lost.signal.aborted || clock.now() >= heldUntil) throw lose();
  };
  const extended = (): number => {
    assertHeld();
    return clock.now() + settings.leaseMs;
  };
  const beat = (): void => {
    timer = clock.after(settings.leaseMs / 3, () => {
      renew()
        .catch((error: unknown) => {
          if (error instanceof LeaseLostError) return;
          logger.warn({ error, orderId }, 'The lease of an order could not be renewed.');
          if (clock.now() >= heldUntil) lose();
        })
        .finally(() => {
          if (!stopped) beat();
        });
    });
  };
  beat();
  return { owner, signal: lost.signal, renew, extended, assertHeld, stop };
}

/** Lets another take the order at once; does nothing when it is not ours. */
export async function giveBack(
  { store, clock, logger }: Pick<OrderDeps, 'store' | 'clock' | 'logger'>,
  orderId: string,
  leaseOwner: string,
): Promise<void> {
  const change = { order: { leaseOwner: null, leaseUntil: null } };
  await store.orders
    .change(orderId, { from: ['CLAIMED', 'SUBMITTED'], leaseOwner }, change, clock.now())
    .catch((error: unknown) => logger.warn({ error, orderId }, 'The lease of an order could not be given back.'));
}
