// The shapes the store keeps and returns: plain data, instants in epoch milliseconds, nothing of Prisma. What mirrors Gandi has the port's shapes.
import type { Money } from '../lib/money.ts';
import type {
  OrganizationType,
  PostalAddress,
  PriceProcess,
  UpstreamClient,
  UpstreamClientRow,
  UpstreamContact,
  UpstreamDomain,
  UpstreamDomainRow,
  UpstreamOrganization,
  UpstreamPrice,
  UpstreamTld,
  UpstreamTransfer,
} from '../upstream/port.ts';

export type { OrganizationType, PriceProcess };
export type AddressRecord = PostalAddress;
export type ContactRecord = UpstreamContact;
export type PriceRecord = UpstreamPrice;

export interface OrganizationRecord extends UpstreamOrganization {
  readonly asOf: number;
  /** First time a complete list no longer had it; null while it is there. */
  readonly missingAt: number | null;
}

export type ClientDetailRecord = Pick<UpstreamClient, 'address' | 'phone' | 'fax' | 'reference' | 'language'>;

export interface ClientRowRecord extends UpstreamClientRow {
  readonly organizationId: string;
  readonly rowAsOf: number;
}

/** A client's list row, with its detail when that was ever fetched. */
export interface ClientRecord extends ClientRowRecord {
  readonly detail: ClientDetailRecord | null;
  readonly detailAsOf: number | null;
  readonly missingAt: number | null;
}

export type Presence = 'PRESENT' | 'ABSENT_CONFIRMED' | 'UNKNOWN';

/** What only the detail of a domain carries. Never the auth code. */
export type DomainDetailRecord = Pick<
  UpstreamDomain,
  | 'ownerSpaceId'
  | 'resellerId'
  | 'canTransferLock'
  | 'contacts'
  | 'nameservers'
  | 'services'
  | 'reachability'
  | 'autoRenewal'
  | 'dates'
>;

/** The list row of a domain, in the organization it was found in. */
export interface DomainRowRecord extends Omit<UpstreamDomainRow, 'sharingId'> {
  readonly organizationId: string;
  readonly rowAsOf: number;
}

export interface DomainRecord extends DomainRowRecord {
  readonly clientId: string | null;
  /** When the gateway last learned the client (or that there is none); null = not known yet. */
  readonly clientAsOf: number | null;
  readonly presence: Presence;
  readonly presenceReason: string | null;
  readonly presenceAsOf: number;
  readonly detailAsOf: number | null;
}

/** @property key for example `organizations`, `clients:<organization>`, `domains`, `domain-clients:<organization>`, `tlds`. */
export interface MirrorListRecord {
  readonly key: string;
  readonly completeAt: number | null;
  readonly startedAt: number | null;
  readonly total: number | null;
  readonly fetched: number;
  readonly lastError: string | null;
  readonly lastErrorAt: number | null;
}

export interface TldPriceRecord {
  readonly organizationId: string;
  readonly currency: string;
  readonly tld: string;
  readonly process: PriceProcess;
  readonly prices: readonly PriceRecord[];
  readonly asOf: number;
}

export interface TldRecord {
  readonly name: string;
  readonly detail: Omit<UpstreamTld, 'name'> | null;
  readonly rowAsOf: number;
  readonly detailAsOf: number | null;
}

export type OrderKind = 'REGISTER' | 'RENEW' | 'RESTORE' | 'TRANSFER_IN' | 'CHANGE_REGISTRANT' | 'DELETE';

/** States of an order; a later state never goes back except SUBMITTED -> CLAIMED after a look upstream showed that nothing landed. */
export type OrderState =
  | 'CLAIMED'
  | 'SUBMITTED'
  | 'ACCEPTED'
  | 'WAITING'
  | 'ACTION_REQUIRED'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLED'
  | 'REFUND_PENDING'
  | 'REFUNDED';

/** Whether the client has paid the reseller; UNKNOWN until somebody says so, and never taken for PAID. */
export type ClientPaymentState = 'UNKNOWN' | 'UNPAID' | 'PAID';

export interface OrderPrice {
  readonly beforeTaxes: Money;
  readonly afterTaxes: Money;
}

export interface OrderTimelineEntry {
  readonly at: number;
  readonly state: OrderState;
  readonly note: string | null;
}

export interface OrderRecord {
  readonly id: string;
  readonly organizationId: string;
  readonly kind: OrderKind;
  readonly state: OrderState;
  readonly domainName: string;
  readonly clientId: string | null;
  readonly createdClient: boolean;
  readonly mutation: string;
  readonly idempotencyKey: string;
  readonly fingerprint: string;
  readonly secretDigest: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  readonly leaseOwner: string | null;
  readonly leaseUntil: number | null;
  readonly failureCode: string | null;
  readonly failureMessage: string | null;
  readonly timeline: readonly OrderTimelineEntry[];
  readonly actor: string;
  /** Years bought; null where the operation has none. */
  readonly years: number | null;
  /** What was agreed to when it was claimed, for all the years; null = free, or not known. */
  readonly price: OrderPrice | null;
  readonly isPremium: boolean;
  readonly clientPayment: ClientPaymentState;
  readonly clientPaymentAt: number | null;
  /** The order that this one takes back; only of kind DELETE. */
  readonly targetOrderId: string | null;
  /** What Gandi last reported of it and what the gateway noted while looking; each kind has a shape of its own. */
  readonly progress: Readonly<Record<string, unknown>>;
  /** When it is looked at next; null = when something happens to it. Transfers have a time of their own. */
  readonly nextLookAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly submittedAt: number | null;
  /** When it reached its first final state; a refund afterwards does not change it. */
  readonly endedAt: number | null;
}

/** CHARGE: Gandi took the order in. VOID: it ended before it was billed. REFUND: the money came back. */
export type LedgerKind = 'CHARGE' | 'VOID' | 'REFUND';

export interface LedgerRecord {
  readonly id: string;
  readonly organizationId: string;
  /** null: an automatic renewal, or a movement made elsewhere. */
  readonly orderId: string | null;
  readonly kind: LedgerKind;
  /** Always positive. */
  readonly amount: Money;
  readonly domainName: string | null;
  readonly note: string | null;
  readonly occurredAt: number;
}

/** The last word on whether a client has paid: as a whole (`domainName` null), or for the renewal of the term of a domain that ends at `termEndsAt`. */
export interface ClientPaymentRecord {
  readonly organizationId: string;
  readonly clientId: string;
  readonly domainName: string | null;
  readonly termEndsAt: number | null;
  readonly state: Exclude<ClientPaymentState, 'UNKNOWN'>;
  readonly reference: string | null;
  readonly actor: string;
  readonly recordedAt: number;
}

/** The narrowest scope that fits a domain holds for it: DOMAIN, then TAG, CLIENT, TLD, ORGANIZATION. */
export type AutoRenewScope = 'ORGANIZATION' | 'TLD' | 'CLIENT' | 'TAG' | 'DOMAIN';
export type AutoRenewRule = 'ALWAYS' | 'ONLY_IF_PAID' | 'ASK' | 'NEVER';

export interface AutoRenewPolicyRecord {
  readonly id: string;
  readonly organizationId: string;
  readonly scope: AutoRenewScope;
  /** The TLD, client id, tag or name; empty for the organization. */
  readonly scopeValue: string;
  readonly policy: AutoRenewRule;
  /** How long before Gandi's first attempt the gateway decides, in milliseconds. */
  readonly leadMs: number;
  /** What holds when the gateway was down at decision time. */
  readonly failSafe: 'SWITCH_OFF' | 'LEAVE_ON';
  /** A renewal that became dearer than this many percent is held; null = never held. */
  readonly priceHoldPercent: number | null;
  readonly actor: string;
  readonly updatedAt: number;
}

/** What the guard decided for the renewal of one term of one domain. */
export interface AutoRenewDecisionRecord {
  readonly organizationId: string;
  readonly domainName: string;
  readonly termEndsAt: number;
  readonly clientId: string | null;
  readonly policy: AutoRenewRule;
  readonly wanted: 'ON' | 'OFF' | 'ASK';
  readonly reason: string;
  readonly decidedAt: number;
  /** By when it has to be in effect: just before Gandi's next attempt. */
  readonly dueAt: number;
  readonly state: 'PENDING' | 'SENT' | 'CONFIRMED';
  readonly detail: Readonly<Record<string, unknown>>;
  readonly nextLookAt: number | null;
  readonly updatedAt: number;
}

export type RefundGround = 'POLICY' | 'NOT_DELIVERED' | 'GOODWILL';

/** A request to Gandi's people that no API takes, guided and checked by the gateway. */
export interface RefundCaseRecord {
  readonly id: string;
  readonly orderId: string;
  readonly organizationId: string;
  readonly ground: RefundGround;
  readonly state: 'OPEN' | 'DONE' | 'EXPIRED' | 'WITHDRAWN';
  readonly reason: string | null;
  readonly deadlineAt: number | null;
  readonly actor: string;
  readonly createdAt: number;
  readonly checkedAt: number | null;
  readonly endedAt: number | null;
}

export type PlanState = 'DRAFT' | 'RUNNING' | 'STOPPED' | 'CANCELLED' | 'COMPLETED';
export type PlanItemState = 'PLANNED' | 'RUNNING' | 'ORDERED' | 'DONE' | 'FAILED' | 'SKIPPED';

export interface PlanRecord {
  readonly id: string;
  readonly organizationId: string;
  readonly state: PlanState;
  /** Digest of the items with their prices, blockers and effects: what is approved. */
  readonly hash: string;
  readonly stopReason: string | null;
  readonly actor: string;
  readonly createdAt: number;
  /** After that the quotes are too old to be approved. */
  readonly expiresAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly updatedAt: number;
}

export interface PlanItemRecord {
  readonly planId: string;
  /** From 0, in the order of execution. */
  readonly position: number;
  readonly kind: OrderKind;
  readonly domainName: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly quote: Readonly<Record<string, unknown>>;
  readonly state: PlanItemState;
  readonly orderId: string | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly updatedAt: number;
}

/** Where an inbound transfer stands, in the gateway's words. */
export type TransferStep =
  | 'SUBMITTING'
  | 'PAYMENT'
  | 'HOLDER_APPROVAL'
  | 'REGISTRY'
  | 'LOSING_REGISTRAR'
  | 'SUPPORT'
  | 'ACTION_REQUIRED'
  | 'COMPLETED'
  | 'FAILED'
  | 'UNKNOWN';

export type TransferParty = 'GATEWAY' | 'GANDI' | 'RESELLER' | 'HOLDER' | 'REGISTRY' | 'LOSING_REGISTRAR' | 'NOBODY';

/** Gandi's own report; `step` is null before the first one. */
export type TransferUpstreamRecord = Omit<UpstreamTransfer, 'name' | 'step'> & {
  readonly step: string | null;
  /** Since when Gandi says it knows no transfer of this name while the domain is not here either; absent while it reports one. */
  readonly missingSince?: number;
};

export interface TransferRecord {
  readonly id: string;
  readonly orderId: string;
  readonly organizationId: string;
  readonly domainName: string;
  readonly clientId: string | null;
  readonly step: TransferStep;
  readonly waitingOn: TransferParty;
  readonly deadlineAt: number | null;
  readonly upstream: TransferUpstreamRecord;
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly stepSince: number;
  readonly endedAt: number | null;
  /** Grows by one with each change. */
  readonly version: number;
  /** When Gandi was last asked; null = never yet. */
  readonly asOf: number | null;
  readonly nextPollAt: number | null;
}

export type BulkJobState = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/** Long work that somebody asked for; the gateway does it piece by piece, over restarts. */
export interface BulkJobRecord {
  readonly id: string;
  readonly organizationId: string;
  readonly kind: 'REFRESH_PORTFOLIO';
  readonly state: BulkJobState;
  /** How many pieces are done, and how many could not be. */
  readonly done: number;
  readonly failed: number;
  /** How many there are; null until that is known. */
  readonly total: number | null;
  /** Why it does not move, or failed; null when nothing is wrong. */
  readonly problem: string | null;
  /** Who asked for it. */
  readonly actor: string;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly updatedAt: number;
}

export type EventSubject =
  | 'Transfer'
  | 'Order'
  | 'Domain'
  | 'Client'
  | 'Organization'
  | 'Plan'
  | 'BulkJob'
  | 'Webhook'
  | 'Gateway';

export const EVENT_TYPES = [
  'TRANSFER_CHANGED',
  'ORDER_CHANGED',
  'PLAN_CHANGED',
  'BULK_JOB_CHANGED',
  'DOMAIN_ADDED',
  'DOMAIN_CHANGED',
  'DOMAIN_DRIFTED',
  'DOMAIN_REMOVED',
  'REGISTRANT_CHANGED',
  'CONTACT_VERIFICATION_CHANGED',
  'CLIENT_ADDED',
  'CLIENT_CHANGED',
  'CLIENT_REMOVED',
  'CLIENT_PAYMENT_RECORDED',
  'REFUND_WINDOW_CLOSING',
  'REFUND_WINDOW_CLOSED',
  'AUTO_RENEW_DECIDED',
  'AUTO_RENEW_SWITCHED',
  'AUTO_RENEW_DRIFTED',
  'RENEWAL_AT_RISK',
  'PRICE_SHOCK',
  'BALANCE_LOW',
  'RUNWAY_SHORT',
  'BUDGET_DEGRADED',
  'BUDGET_RESTORED',
  'CREDENTIAL_EXPIRING',
  'WEBHOOK_DISABLED',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** One line of the log. `sequence` orders all events of this database in commit order. */
export interface EventRecord {
  readonly sequence: bigint;
  readonly id: string;
  /** null: it concerns the gateway as a whole, and only callers without a limit see it. */
  readonly organizationId: string | null;
  readonly clientId: string | null;
  /** The domain it is about, also where the subject is its order or transfer; null when it is about none. */
  readonly domainName: string | null;
  readonly type: EventType;
  readonly subjectType: EventSubject;
  readonly subjectId: string;
  /** The subject after the change as JSON (a TransferRecord, an OrderRecord, …), or what is announced of it. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly occurredAt: number;
}

/** What a gateway says of itself to those it shares the call limit with. */
export interface ReplicaReport {
  /** A UUID, another one for each process. */
  readonly id: string;
  /** The counters it takes calls from, or is about to; null = none. */
  readonly epoch: string | null;
  /** The part of the limits it uses alone, such as `10/2s`; null = it counts with the others. */
  readonly part: string | null;
  /** Greater than in any report of this process before; one that arrives after a later one changes nothing. */
  readonly turn: number;
  /** It goes on alone from now on. */
  readonly announces: boolean;
  /** Announcements of others it makes room for. */
  readonly acknowledged: readonly string[];
}

/** What another gateway said last. */
export interface ReplicaRecord {
  readonly id: string;
  /** Milliseconds since it was seen. */
  readonly ageMs: number;
  readonly epoch: string | null;
  readonly part: string | null;
  /** A whole number as text, greater than that of any announcement this one could have known of; null = it counts with the others. */
  readonly announcement: string | null;
  readonly acknowledged: readonly string[];
}
