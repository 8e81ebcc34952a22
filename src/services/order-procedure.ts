// What one kind of order knows; the engine in order-submit.ts and order-reconcile.ts knows the rest.
import type { Clock } from '../lib/clock.ts';
import type { OrderChange } from '../store/store.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { UpstreamError } from '../upstream/errors.ts';
import type { OutcomeError } from './errors.ts';
import type { MeteredCall, Ordered, Step, StepDeps } from './order-steps.ts';
import type { OrderKind, OrderRecord } from './services.ts';

/** Changes that a kind writes with a step of its orders; the state and the lease are the engine's. */
export type OrderPatch = Pick<OrderChange, 'order' | 'transfer'>;

export interface OrderSettings {
  /** How long an order stays with who works on it after its last sign of life, in milliseconds. */
  readonly leaseMs: number;
  /** Longest time a call that was sent can still be on its way: only a look at Gandi later than that shows that it did not land. */
  readonly transitMs: number;
  /** How long a claimed order that was never sent waits for its caller to come back before it is given up. */
  readonly claimedMs: number;
}

export interface OrderDeps extends StepDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: OrderSettings;
  /** A new UUIDv7. */
  readonly newId: () => string;
}

export interface OrderProcedure {
  readonly kind: OrderKind;
  /**
   * Whether Gandi has the order, by reading; null when that cannot be known now.
   * @throws {UpstreamError} when Gandi could not be asked: nothing is known then either.
   */
  landed(order: OrderRecord, call: MeteredCall): Promise<boolean | null>;
  /** Written as the order becomes SUBMITTED, and when it goes back to CLAIMED: nothing is known of it at Gandi. */
  readonly unreported: OrderPatch;
  /** Written as Gandi has it: from now on it is followed. */
  accepted(order: OrderRecord): OrderPatch;
  /** Written as it ends without effect. */
  readonly ended: OrderPatch;
  /** Since when Gandi was seen without it; undefined while that was not seen. */
  missingSince(ordered: Ordered): number | undefined;
  /** Remembers since when. */
  missing(ordered: Ordered, since: number): OrderPatch;
  /** Before an order that nobody came back for is given up: what of it may be left at Gandi all the same. */
  leftBehind?(order: OrderRecord, call: MeteredCall): Promise<OrderPatch['order']>;
  /** Takes back what was done for an order that came to nothing, after that is written. */
  cleanUp?(order: OrderRecord, call: MeteredCall): Promise<unknown>;
  /**
   * One look at an order that Gandi has taken, for kinds without a record of their own to follow: the step it leads to, or null when nothing is new.
   * @throws {UpstreamError} when Gandi could not be asked.
   */
  follow?(order: OrderRecord, call: MeteredCall): Promise<FollowedOrder | null>;
  /** Takes back what was done for an order that Gandi refused, and says it to the caller. */
  refused(order: OrderRecord, error: UpstreamError, call: MeteredCall): Promise<OutcomeError>;
}

export type FollowedOrder = Pick<Step, 'from' | 'order' | 'ledger' | 'note'>;

/** Two patches as one. */
export function merged(a: OrderPatch, b: OrderPatch): OrderPatch {
  return {
    ...((a.order ?? b.order) && { order: { ...a.order, ...b.order } }),
    ...((a.transfer ?? b.transfer) && { transfer: { ...a.transfer, ...b.transfer } }),
  };
}
