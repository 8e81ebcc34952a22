// Rows of webhooks and of their deliveries as the rest of the gateway sees them.
import type { EventType } from './records.ts';

/** Type of a delivery that no event led to: somebody wanted to see whether it arrives. */
export const TEST_TYPE = 'WEBHOOK_TEST';

export type WebhookState = 'ENABLED' | 'DISABLED';

/**
 * Why a webhook is disabled. `REQUESTED`: somebody did it. `GONE`: the receiver answered 410. `FAILING`: everything failed for a day.
 * `SECRET_UNREADABLE`: its secret was sealed with another key than the gateway has now.
 */
export type WebhookStateReason = 'REQUESTED' | 'GONE' | 'FAILING' | 'SECRET_UNREADABLE';

/** Which events it wants; every condition given must hold. */
export interface WebhookFilter {
  readonly types?: readonly EventType[];
  readonly domainName?: string;
}

export interface WebhookRecord {
  readonly id: string;
  /** The one organization, and within it the one client, whose events it gets; null = no limit. */
  readonly organizationId: string | null;
  readonly clientId: string | null;
  readonly url: string;
  readonly description: string | null;
  readonly filter: WebhookFilter;
  /** A document with one subscription on `events`; null = the default payload. */
  readonly query: string | null;
  readonly state: WebhookState;
  /** null while it is enabled. */
  readonly stateReason: WebhookStateReason | null;
  readonly stateSince: number;
  /** Every event up to this sequence number has its delivery, if it is to have one. */
  readonly position: bigint;
  /** Sealed. */
  readonly secret: string;
  readonly previousSecret: string | null;
  /** Until when the previous secret signs too. */
  readonly previousSecretUntil: number | null;
  /** First failure since the last success; null = the last attempt went well, or none was made. */
  readonly failingSince: number | null;
  readonly actor: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** `PENDING`: not sent yet. `RETRYING`: failed, or sent anew by request; the next attempt is due at `nextAttemptAt`. */
export type WebhookDeliveryState = 'PENDING' | 'RETRYING' | 'DELIVERED' | 'FAILED';

/** Why an attempt failed: an answer that is no success, no answer, or the gateway's own doing. */
export type WebhookAttemptError =
  | 'STATUS'
  | 'REDIRECT'
  | 'TIMEOUT'
  | 'CONNECTION'
  | 'TLS'
  | 'ADDRESS_REFUSED'
  | 'PAYLOAD'
  | 'EVENT_GONE';

export interface WebhookAttemptRecord {
  readonly at: number;
  readonly durationMs: number;
  /** HTTP status; null when none came. */
  readonly status: number | null;
  /** null: it was taken. */
  readonly error: WebhookAttemptError | null;
}

export interface WebhookDeliveryRecord {
  readonly id: string;
  readonly webhookId: string;
  /** null for a test. */
  readonly sequence: bigint | null;
  readonly eventId: string | null;
  readonly type: EventType | typeof TEST_TYPE;
  readonly subjectKey: string;
  readonly body: string | null;
  readonly state: WebhookDeliveryState;
  readonly attempts: readonly WebhookAttemptRecord[];
  readonly attemptCount: number;
  readonly firstAttemptAt: number | null;
  readonly nextAttemptAt: number | null;
  readonly leaseOwner: string | null;
  readonly leaseUntil: number | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
}

/** A delivery before it was sent. */
export type NewWebhookDelivery = Pick<
  WebhookDeliveryRecord,
  'id' | 'webhookId' | 'sequence' | 'eventId' | 'type' | 'subjectKey'
>;

/** Deliveries that are to be sent anew: those made from `since` until `createdAt` that were given up, and those that were taken if so wanted. */
export interface NewWebhookRedelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly since: number;
  readonly includeDelivered: boolean;
  readonly createdAt: number;
}

export type WebhookChange = Partial<
  Pick<
    WebhookRecord,
    'url' | 'description' | 'filter' | 'query' | 'secret' | 'previousSecret' | 'previousSecretUntil' | 'updatedAt'
  >
>;

export interface WebhookDeliveryFilter {
  readonly webhookId?: string;
  readonly states?: readonly WebhookDeliveryState[];
  readonly types?: readonly string[];
  readonly createdAfter?: number;
  readonly createdBefore?: number;
}

/** What became of an attempt. */
export interface WebhookAttemptOutcome {
  readonly attempt: WebhookAttemptRecord;
  readonly state: 'RETRYING' | 'DELIVERED' | 'FAILED';
  /** null unless it is tried again. */
  readonly nextAttemptAt: number | null;
  /** What it says of the receiver; `nothing` when the gateway itself was at fault, or it was a test. */
  readonly receiver: 'works' | 'fails' | 'nothing';
  /** Disables the webhook in the same transaction. */
  readonly disable: WebhookStateReason | null;
  /** Only if it has been failing since then at the latest; absent = in any case. */
  readonly failingBefore?: number;
}
