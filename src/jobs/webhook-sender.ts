// Sends what is due. Every webhook has slots of its own, so that one whose receiver is slow, hangs or fails keeps no other waiting.
import type { EventBus } from '../events/bus.ts';
import type { Clock } from '../lib/clock.ts';
import { ATTEMPT_LEASE_MS, type WebhookAttempts } from '../services/webhook-attempts.ts';
import type { Store } from '../store/store.ts';
import type { WebhookDeliveryRecord, WebhookRecord } from '../store/webhook-records.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createPeriodic, type PeriodicJob } from './periodic.ts';

export interface WebhookSenderDeps {
  readonly store: Pick<Store, 'webhooks' | 'webhookDeliveries'>;
  readonly attempts: WebhookAttempts;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of this process among those that share the work. */
  readonly owner: string;
  /** Shortest and longest pause between two looks for what is due, in milliseconds. */
  readonly lookEveryMs?: { readonly shortest: number; readonly longest: number };
}

/** Attempts under way at once, over all webhooks: each takes a socket and a few kilobytes. */
const AT_ONCE = 256;
/** Of one webhook. */
const AT_ONCE_EACH = 8;
const LOOK_EVERY_MS = { shortest: 250, longest: 5_000 };
/** How long attempts under way may take to end when the gateway stops. What is cut off may have arrived, and is sent again. */
const DRAIN_MS = 5_000;

/** Slots of each webhook when there are so many; up to {@link AT_ONCE} of them can hang without taking one of another's. */
export function slotsEach(webhooks: number): number {
  return Math.max(1, Math.min(AT_ONCE_EACH, Math.floor(AT_ONCE / Math.max(webhooks, 1))));
}

export function createWebhookSender(deps: WebhookSenderDeps): PeriodicJob {
  const { store, attempts, bus, clock, logger, owner, lookEveryMs = LOOK_EVERY_MS } = deps;
  const cutOff = new AbortController();
  const underWay = new Map<string, Set<Promise<void>>>();
  /** Who comes first changes with each, so that those who come later get their slots too when there are more than slots. */
  let rounds = 0;

  function begin(webhook: WebhookRecord, delivery: WebhookDeliveryRecord): void {
    const mine = underWay.get(webhook.id) ?? new Set();
    underWay.set(webhook.id, mine);
    const task = send(webhook, delivery).finally(() => {
      mine.delete(task);
      if (mine.size === 0) underWay.delete(webhook.id);
      job.wake();
    });
    mine.add(task);
  }

  /** What goes wrong here leaves the delivery to its lease: it is tried again when that has ended. */
  async function send(webhook: WebhookRecord, delivery: WebhookDeliveryRecord): Promise<void> {
    try {
      await attempts.attempt(webhook, delivery, owner, cutOff.signal);
    } catch (error) {
      if (cutOff.signal.aborted) await store.webhookDeliveries.release([delivery.id], owner).catch(() => {});
      else logger.warn({ error, webhookId: webhook.id, deliveryId: delivery.id }, 'A delivery could not be tried.');
    }
  }

  async function round(signal: AbortSignal): Promise<number | null> {
    const webhooks = await store.webhooks.enabled();
    const each = slotsEach(webhooks.length);
    const byId = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
    let left = AT_ONCE - [...underWay.values()].reduce((sum, tasks) => sum + tasks.size, 0);
    const turn = rounds++ % Math.max(webhooks.length, 1);
    const slots = [...webhooks.slice(turn), ...webhooks.slice(0, turn)].flatMap(({ id }) => {
      const free = Math.min(each - (underWay.get(id)?.size ?? 0), left);
      if (free <= 0) return [];
      left -= free;
      return [{ webhookId: id, free }];
    });
    const now = clock.now();
    const due = await store.webhookDeliveries.leaseDue({ owner, now, until: now + ATTEMPT_LEASE_MS, slots });
    if (signal.aborted) {
      await store.webhookDeliveries.release(
        due.map(({ id }) => id),
        owner,
      );
      return null;
    }
    for (const delivery of due) {
      const webhook = byId.get(delivery.webhookId);
      if (webhook !== undefined) begin(webhook, delivery);
    }
    return store.webhookDeliveries.nextDueAt(now);
  }

  const job = createPeriodic({
    name: 'webhook-sender',
    round,
    bus,
    wokenBy: ['deliveries'],
    clock,
    logger,
    shortestMs: lookEveryMs.shortest,
    longestMs: lookEveryMs.longest,
  });
  return {
    ...job,
    async stop() {
      await job.stop();
      const limit = clock.after(DRAIN_MS, () => cutOff.abort(new Error('The gateway stops.')));
      await Promise.all([...underWay.values()].flatMap((tasks) => [...tasks]));
      limit.cancel();
    },
  };
}
