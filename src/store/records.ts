// The shapes the store keeps and returns: plain data, instants in epoch milliseconds, nothing of Prisma. What mirrors Gandi has the port's shapes.
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

export type OrderKind = 'TRANSFER_IN';

/** States of an order; a later state never goes back except SUBMITTED -> CLAIMED after a look upstream showed that nothing landed. */
export type OrderState =
  | 'CLAIMED'
  | 'SUBMITTED'
  | 'ACCEPTED'
  | 'WAITING'
  | 'ACTION_REQUIRED'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLED';

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
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly submittedAt: number | null;
  readonly endedAt: number | null;
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

/** One line of the log. `sequence` orders all events of this database in commit order. */
export interface EventRecord {
  readonly sequence: bigint;
  readonly id: string;
  readonly organizationId: string;
  readonly clientId: string | null;
  readonly type: 'TRANSFER_CHANGED' | 'ORDER_CHANGED';
  readonly subjectType: 'Transfer' | 'Order';
  readonly subjectId: string;
  /** The subject after the change: a TransferRecord or an OrderRecord as JSON. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly occurredAt: number;
}
