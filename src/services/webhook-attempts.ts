// One attempt to deliver: the payload is made once and kept, signed with every live secret, sent, and what became of it is recorded.
import type { EventBus } from '../events/bus.ts';
import type { EventLog } from '../events/log.ts';
import type { Clock } from '../lib/clock.ts';
import { type SecretBox, UnsealError } from '../lib/secret-box.ts';
import type { Store } from '../store/store.ts';
import { TEST_TYPE, type WebhookAttemptOutcome } from '../store/webhook-records.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { WebhookAnswer, WebhookClient } from '../webhooks/client.ts';
import { nextAttemptAt, RETRY_SCHEDULE, type RetrySchedule } from '../webhooks/retry-schedule.ts';
import { signedHeaders } from '../webhooks/signature.ts';
import type { WebhookDeliveryRecord, WebhookPayloads, WebhookRecord } from './services.ts';

export interface WebhookAttemptDeps {
  readonly store: Pick<Store, 'webhooks' | 'webhookDeliveries' | 'events'>;
  readonly log: Pick<EventLog, 'cursorsFor'>;
  readonly bus: EventBus;
  readonly client: Pick<WebhookClient, 'post'>;
  /** null: there is no key, and nothing can be signed. */
  readonly box: SecretBox | null;
  readonly payloads: WebhookPayloads;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly schedule?: RetrySchedule;
}

export interface WebhookAttempts {
  /**
   * Tries a delivery that `owner` holds, once. @returns it as it is then; null when somebody else holds it by now, or its webhook had to be disabled.
   * @throws the reason of `signal` when it aborted: the receiver may then have taken it, and gets it again.
   */
  attempt(
    webhook: WebhookRecord,
    delivery: WebhookDeliveryRecord,
    owner: string,
    signal: AbortSignal,
  ): Promise<WebhookDeliveryRecord | null>;
}

/** How long the holder of a delivery has for an attempt: more than payload and answer can take together. */
export const ATTEMPT_LEASE_MS = 60_000;
const PAYLOAD_WITHIN_MS = 15_000;
/** Attempts after which errors of the gateway's own are told in the payload instead of waited out. */
const PATIENT_ATTEMPTS = 5;
/** How long everything has to fail before a webhook is disabled. */
const DISABLE_AFTER_MS = 24 * 3_600_000;

type Written = { readonly body: string } | { readonly failure: 'PAYLOAD' | 'EVENT_GONE' } | null;

export function createWebhookAttempts(deps: WebhookAttemptDeps): WebhookAttempts {
  const { store, log, bus, client, box, payloads, clock, logger, random, schedule = RETRY_SCHEDULE } = deps;

  /** The body as it was first written; null when the delivery is held by another by now. */
  async function bodyOf(
    webhook: WebhookRecord,
    delivery: WebhookDeliveryRecord,
    owner: string,
    signal: AbortSignal,
  ): Promise<Written> {
    if (delivery.body !== null) return { body: delivery.body };
    const made = delivery.sequence === null ? testBody(webhook, delivery) : await eventBody(delivery.sequence);
    if (typeof made !== 'string') return made;
    const body = await store.webhookDeliveries.writeBody(delivery.id, owner, made);
    return body === null ? null : { body };

    async function eventBody(sequence: bigint): Promise<string | Written> {
      const [event] = await store.events.after(sequence - 1n, 1);
      if (event?.sequence !== sequence) return { failure: 'EVENT_GONE' };
      const tooLong = new AbortController();
      const limit = clock.after(PAYLOAD_WITHIN_MS, () => tooLong.abort(new Error('The payload took too long.')));
      try {
        const { data, errors } = await payloads.payloadOf(webhook, event, {
          isPatient: delivery.attemptCount < PATIENT_ATTEMPTS,
          signal: AbortSignal.any([signal, tooLong.signal]),
        });
        const timestamp = new Date(event.occurredAt).toISOString();
        const cursor = log.cursorsFor(webhook).cursorAt(sequence);
        return JSON.stringify({ id: event.id, type: event.type, timestamp, cursor, data, ...(errors && { errors }) });
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        logger.warn({ error, webhookId: webhook.id, deliveryId: delivery.id }, 'A payload could not be made.');
        return { failure: 'PAYLOAD' };
      } finally {
        limit.cancel();
      }
    }
  }

  /** Every secret that is live; null when one cannot be opened. */
  function secretsOf({ id, secret, previousSecret, previousSecretUntil }: WebhookRecord): readonly string[] | null {
    if (box === null) return null;
    const isRotating = previousSecret !== null && previousSecretUntil !== null && clock.now() < previousSecretUntil;
    try {
      return [secret, ...(isRotating ? [previousSecret] : [])].map((sealed) => box.open(sealed, id));
    } catch (error) {
      if (error instanceof UnsealError) return null;
      throw error;
    }
  }

  function outcomeOf(
    webhook: WebhookRecord,
    delivery: WebhookDeliveryRecord,
    at: number,
    { status, error, durationMs, retryAfterMs }: WebhookAnswer,
  ): WebhookAttemptOutcome {
    const attempt = { at, durationMs, status, error };
    const over = { attempt, nextAttemptAt: null, disable: null };
    if (delivery.sequence === null)
      return { ...over, state: error === null ? 'DELIVERED' : 'FAILED', receiver: 'nothing' };
    if (error === null) return { ...over, state: 'DELIVERED', receiver: 'works' };
    if (error === 'EVENT_GONE') return { ...over, state: 'FAILED', receiver: 'nothing' };
    if (status === 410) return { attempt, state: 'RETRYING', nextAttemptAt: at, receiver: 'fails', disable: 'GONE' };
    const next = nextAttemptAt(
      {
        attempt: attemptsOf(delivery) + 1,
        firstAttemptAt: delivery.firstAttemptAt ?? at,
        now: at + durationMs,
        retryAfterMs,
        random: random(),
      },
      schedule,
    );
    const failed = { attempt, state: next === null ? 'FAILED' : 'RETRYING', nextAttemptAt: next } as const;
    if (error === 'PAYLOAD') return { ...failed, receiver: 'nothing', disable: null };
    const failingBefore = at - DISABLE_AFTER_MS;
    const isLongAway = webhook.failingSince !== null && webhook.failingSince <= failingBefore;
    return {
      ...failed,
      receiver: 'fails',
      disable: isLongAway ? 'FAILING' : null,
      ...(isLongAway && { failingBefore }),
    };
  }

  return {
    async attempt(webhook, delivery, owner, signal) {
      const written = await bodyOf(webhook, delivery, owner, signal);
      if (written === null) return null;
      const secrets = secretsOf(webhook);
      if (secrets === null) {
        logger.error({ webhookId: webhook.id }, 'The secret of a webhook cannot be opened; it is disabled.');
        await store.webhooks.disable(webhook.id, 'SECRET_UNREADABLE', clock.now());
        await store.webhookDeliveries.release([delivery.id], owner);
        bus.publish('events');
        return null;
      }
      const at = clock.now();
      const answer =
        'failure' in written
          ? { status: null, error: written.failure, durationMs: 0, retryAfterMs: null }
          : await client.post({
              url: webhook.url,
              body: written.body,
              headers: {
                'content-type': 'application/json',
                'user-agent': 'Gandi-Reseller-Gateway',
                ...signedHeaders({ id: delivery.id, body: written.body, at }, secrets),
              },
              signal,
            });
      const finished = await store.webhookDeliveries.finish(
        delivery.id,
        owner,
        outcomeOf(webhook, delivery, at, answer),
      );
      if (finished === null) return null;
      if (finished.isDisabled) {
        logger.warn({ webhookId: webhook.id, status: answer.status }, 'A webhook was disabled.');
        bus.publish('events');
      }
      return finished.delivery;
    },
  };
}

/** Attempts of the day of retries that it is in; one that is sent anew begins at nothing. */
function attemptsOf({ attempts, firstAttemptAt }: WebhookDeliveryRecord): number {
  return firstAttemptAt === null ? 0 : attempts.filter(({ at }) => at >= firstAttemptAt).length;
}

/** Says that it is a test in its type; the rest has the shape of every payload. */
function testBody({ id: webhookId }: WebhookRecord, { id, createdAt }: WebhookDeliveryRecord): string {
  const timestamp = new Date(createdAt).toISOString();
  return JSON.stringify({ id, type: TEST_TYPE, timestamp, cursor: null, data: { webhookId } });
}
