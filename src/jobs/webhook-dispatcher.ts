// Gives every event its deliveries: reads the log after each webhook's place in it, and moves the place on in the transaction that writes them.
import { randomUUIDv7 } from 'node:crypto';
import type { EventBus } from '../events/bus.ts';
import { isWantedEvent } from '../events/filter.ts';
import { type EventLog, LogGapError } from '../events/log.ts';
import type { Clock } from '../lib/clock.ts';
import { isVisible } from '../lib/visible.ts';
import type { EventRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { NewWebhookDelivery, WebhookRecord } from '../store/webhook-records.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { PeriodicRound } from './periodic.ts';

export interface WebhookDispatcherDeps {
  readonly store: Pick<Store, 'webhooks'>;
  readonly log: Pick<EventLog, 'after' | 'floor' | 'head'>;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Events read at a time. */
  readonly batch?: number;
}

const BATCH = 500;

/**
 * A round goes on until every webhook has reached the end of the log. Webhooks at the same place move on together; one that is far behind holds up no other.
 * Any number of processes may do it at once: who comes second finds the place moved and writes nothing.
 */
export function createWebhookDispatcher({ store, log, bus, clock, logger, batch = BATCH }: WebhookDispatcherDeps): {
  readonly round: PeriodicRound;
  /** The last event that no enabled webhook needs any more: it has its delivery there, and the delivery its payload. */
  handedOver(): Promise<bigint>;
} {
  async function moveOn(webhooks: readonly WebhookRecord[], from: bigint): Promise<boolean> {
    const webhookIds = webhooks.map(({ id }) => id);
    const events = await log.after(from, batch).catch((error: unknown) => {
      if (error instanceof LogGapError) return null;
      throw error;
    });
    if (events === null) {
      const { sequence } = await log.floor();
      logger.warn({ webhookIds }, 'Events were removed from the log before these webhooks, long disabled, got them.');
      await store.webhooks.dispatch({ webhookIds, from, to: sequence, deliveries: [], at: clock.now() });
      return true;
    }
    const to = events.at(-1)?.sequence;
    if (to === undefined) return false;
    const deliveries = webhooks.flatMap((webhook) =>
      events.filter((event) => isFor(webhook, event)).map((event) => deliveryOf(webhook, event)),
    );
    const written = await store.webhooks.dispatch({ webhookIds, from, to, deliveries, at: clock.now() });
    if (written > 0) bus.publish('deliveries');
    return events.length === batch;
  }

  return {
    async round(signal) {
      for (let more = true; more && !signal.aborted; ) {
        more = false;
        const places = Map.groupBy(await store.webhooks.enabled(), ({ position }) => position);
        for (const [from, webhooks] of places) {
          if (signal.aborted) break;
          if (await moveOn(webhooks, from)) more = true;
        }
      }
      return null;
    },
    async handedOver() {
      // Webhooks made after the head was read begin behind it.
      const head = await log.head();
      const needed = await store.webhooks.neededAfter();
      return needed === null || needed > head ? head : needed;
    },
  };
}

function isFor(webhook: WebhookRecord, event: EventRecord): boolean {
  return isVisible(webhook, event) && isWantedEvent(event, webhook.filter);
}

function deliveryOf(
  { id: webhookId }: WebhookRecord,
  { sequence, id, type, subjectType, subjectId }: EventRecord,
): NewWebhookDelivery {
  return { id: randomUUIDv7(), webhookId, sequence, eventId: id, type, subjectKey: `${subjectType}:${subjectId}` };
}
