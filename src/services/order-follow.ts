// One look at an order that Gandi has taken, for kinds that have no record of their own to follow.
import { createUpstreamMeter } from '../lib/upstream-meter.ts';
import type { OrderDeps, OrderProcedure } from './order-procedure.ts';
import { type MeteredCall, writeOrder } from './order-steps.ts';
import type { OrderKind, OrderRecord } from './services.ts';

export interface OrderFollowing {
  /** @returns the order as it is after the look. @throws {UpstreamError} when Gandi could not be asked; nothing changes then. */
  look(order: OrderRecord, signal: AbortSignal): Promise<OrderRecord>;
}

export function createOrderFollowing(deps: OrderDeps, procedures: readonly OrderProcedure[]): OrderFollowing {
  const byKind = new Map<OrderKind, OrderProcedure>(procedures.map((procedure) => [procedure.kind, procedure]));
  return {
    async look(order, signal) {
      const follow = byKind.get(order.kind)?.follow;
      if (follow === undefined) throw new Error(`Orders of kind ${order.kind} are not followed by their row.`);
      const call: MeteredCall = { lane: 'poll', tenant: order.organizationId, meter: createUpstreamMeter(), signal };
      const step = await follow(order, call);
      if (step === null) return order;
      const written = await writeOrder(deps, order, step);
      return written?.order ?? order;
    },
  };
}
