// Forgets deliveries that ended long ago.
import type { Clock } from '../lib/clock.ts';
import type { Store } from '../store/store.ts';
import type { PeriodicRound } from './periodic.ts';

const BATCH = 1_000;

/** @param keepMs how long a delivery that has ended can still be looked at and sent again. */
export function createWebhookRetention({
  store,
  clock,
  keepMs,
}: {
  readonly store: Pick<Store, 'webhookDeliveries'>;
  readonly clock: Clock;
  readonly keepMs: number;
}): { readonly round: PeriodicRound } {
  return {
    async round(signal) {
      for (let removed = BATCH; removed === BATCH && !signal.aborted; )
        removed = await store.webhookDeliveries.prune(clock.now() - keepMs, BATCH);
      return null;
    },
  };
}
