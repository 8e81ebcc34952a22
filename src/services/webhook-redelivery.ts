// Makes deliveries due again that somebody wants sent anew, a few at a time: each step is one transaction, so whoever goes on goes on where it was.
import type { EventBus } from '../events/bus.ts';
import type { Clock } from '../lib/clock.ts';
import type { Store } from '../store/store.ts';
import type { WorkHandler } from './work.ts';

export interface WebhookRedeliveryDeps {
  readonly store: Pick<Store, 'webhookDeliveries'>;
  readonly bus: EventBus;
  readonly clock: Clock;
  /** Deliveries made due in one transaction. */
  readonly batch?: number;
}

const BATCH = 500;
const AT_ONCE = 2;
/** Only the database can fail here. */
const MOST_FAILURES = 100;

export function createWebhookRedelivery({ store, bus, clock, batch = BATCH }: WebhookRedeliveryDeps): WorkHandler {
  return {
    kind: 'webhook-redelivery',
    atOnce: AT_ONCE,
    mostFailures: MOST_FAILURES,
    async run(id, { signal }) {
      while (!signal.aborted) {
        const step = await store.webhookDeliveries.sendNextAnew(id, batch, clock.now());
        if (step === null) break;
        if (step.due > 0) bus.publish('deliveries');
        if (step.isLast) break;
      }
      return null;
    },
    giveUp: (id) => store.webhookDeliveries.forgetAsked(id),
    unfinished: () => store.webhookDeliveries.askedAnew(),
  };
}
