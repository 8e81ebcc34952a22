// Webhooks as the schema takes and shows them, and what they need of the server to shape a payload.
import type { EventRecord, EventType } from '../store/records.ts';
import type { PageRequest } from '../store/store.ts';
import type { WebhookDeliveryState, WebhookRecord } from '../store/webhook-records.ts';

/** What is told about an event: the answer to the webhook's query, or the default. */
export interface WebhookPayload {
  readonly data: unknown;
  /** Errors of the query that are part of the answer, as callers of the API get them. */
  readonly errors?: readonly unknown[];
}

/** A payload could not be made for now, by no fault of the query's. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError';
}

/** How payloads are shaped; the schema is needed for it, so the server does it. */
export interface WebhookPayloads {
  /** Everything that stands against a query, each naming line and column; empty = it can be used. */
  problemsOf(query: string): readonly string[];
  /**
   * Runs the webhook's query for one event, with the rights of the webhook and nothing remembered from another event; without a query, the default.
   * @param isPatient false: errors of the gateway's own become part of the answer, for they did not go away.
   * @throws {PayloadError} when trying again later may help.
   */
  payloadOf(
    webhook: WebhookRecord,
    event: EventRecord,
    options: { readonly isPatient: boolean; readonly signal: AbortSignal },
  ): Promise<WebhookPayload>;
}

export interface WebhookChoice {
  readonly url: string;
  readonly description: string | null;
  /** null = every type. */
  readonly types: readonly EventType[] | null;
  /** A-label; null = every domain. */
  readonly domainName: string | null;
  readonly query: string | null;
}

export interface CreateWebhookInput extends WebhookChoice {
  /** null = everything the caller may see. */
  readonly organizationId: string | null;
  readonly clientId: string | null;
  /** Cursor after which its events begin; null = with the next event. */
  readonly after: string | null;
}

export interface WebhookDeliveriesQuery {
  readonly filter: {
    readonly webhookId?: string;
    readonly states?: readonly WebhookDeliveryState[];
    readonly types?: readonly EventType[];
    readonly createdAfter?: number;
    readonly createdBefore?: number;
  };
  readonly page: PageRequest;
}
