// The shapes the store keeps and returns: plain data, instants in epoch milliseconds, nothing of Prisma.

export type OrganizationType = 'INDIVIDUAL' | 'COMPANY' | 'ASSOCIATION' | 'PUBLIC_BODY' | 'RESELLER';

export interface OrganizationRecord {
  readonly id: string;
  readonly name: string;
  readonly type: OrganizationType | null;
  readonly companyName: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly email: string | null;
  readonly isReseller: boolean;
  readonly isCorporate: boolean;
  readonly vatNumber: string | null;
  readonly asOf: number;
  readonly missingAt: number | null;
}

export interface AddressRecord {
  readonly street: string | null;
  readonly zip: string | null;
  readonly city: string | null;
  readonly country: string | null;
  readonly region: string | null;
}

export interface ClientDetailRecord {
  readonly address: AddressRecord;
  readonly phone: string | null;
  readonly fax: string | null;
  readonly reference: string | null;
  readonly language: string | null;
}

/** A client's list row, with its detail when that was ever fetched. */
export interface ClientRecord {
  readonly organizationId: string;
  readonly id: string;
  readonly name: string;
  readonly type: OrganizationType | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly companyName: string | null;
  readonly email: string | null;
  readonly rowAsOf: number;
  readonly detail: ClientDetailRecord | null;
  readonly detailAsOf: number | null;
  readonly missingAt: number | null;
}

export type Presence = 'PRESENT' | 'ABSENT_CONFIRMED' | 'UNKNOWN';

export interface ContactRecord {
  readonly type: OrganizationType | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly companyName: string | null;
  readonly email: string | null;
  readonly address: AddressRecord;
  readonly phone: string | null;
  readonly mobile: string | null;
  readonly fax: string | null;
  readonly language: string | null;
  readonly isDataObfuscated: boolean | null;
  readonly isMailObfuscated: boolean | null;
  readonly sameAsRegistrant: boolean | null;
  readonly validation: string | null;
  readonly reachability: string | null;
  readonly extraParameters: Readonly<Record<string, unknown>>;
}

/** What only the detail of a domain carries. Never the auth code. */
export interface DomainDetailRecord {
  readonly ownerSpaceId: string | null;
  readonly resellerId: string | null;
  readonly canTransferLock: boolean | null;
  readonly contacts: {
    readonly registrant: ContactRecord | null;
    readonly admin: ContactRecord | null;
    readonly tech: ContactRecord | null;
    readonly billing: ContactRecord | null;
  };
  readonly nameservers: readonly string[];
  readonly services: readonly string[];
  readonly reachability: string | null;
  readonly autoRenewal: {
    readonly enabled: boolean;
    readonly durationYears: number | null;
    readonly payerId: string | null;
    readonly attemptsAt: readonly number[];
  } | null;
  readonly dates: {
    readonly renewBeginsAt: number | null;
    readonly renewEndsAt: number | null;
    readonly holdBeginsAt: number | null;
    readonly holdEndsAt: number | null;
    readonly deletesAt: number | null;
    readonly restoreEndsAt: number | null;
    readonly pendingDeleteEndsAt: number | null;
    readonly authCodeExpiresAt: number | null;
  };
}

/** The list row of a domain. */
export interface DomainRowRecord {
  readonly organizationId: string;
  /** A-label form, lower case. */
  readonly name: string;
  readonly unicodeName: string;
  readonly gandiId: string;
  readonly tld: string;
  /** Gandi's spelling, for example `clientTransferProhibited`. */
  readonly eppStatuses: readonly string[];
  readonly tags: readonly string[];
  readonly autoRenew: boolean;
  readonly registrantName: string | null;
  readonly nameserverKind: 'LIVEDNS' | 'CLASSIC' | 'OTHER' | null;
  readonly createdAt: number | null;
  readonly registryCreatedAt: number | null;
  readonly expiresAt: number | null;
  readonly updatedAt: number | null;
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

export interface PriceRecord {
  readonly minYears: number;
  readonly maxYears: number;
  readonly beforeTaxesMinor: number;
  readonly afterTaxesMinor: number;
  readonly normalBeforeTaxesMinor: number | null;
  readonly normalAfterTaxesMinor: number | null;
  readonly isDiscounted: boolean;
  readonly isPremium: boolean;
}

export type PriceProcess = 'CREATE' | 'RENEW' | 'TRANSFER' | 'RESTORE' | 'CHANGE_OWNER';

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
  readonly detail: {
    readonly category: 'CCTLD' | 'GTLD' | null;
    readonly hasTransferLock: boolean | null;
    readonly canChangeRegistrant: boolean | null;
    readonly needsAuthCodeForTransfer: boolean | null;
    readonly isCorporate: boolean | null;
  } | null;
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

/** Gandi's own report, as far as it is not secret. */
export interface TransferUpstreamRecord {
  readonly step: string | null;
  readonly stepNumber: number | null;
  readonly innerStep: string | null;
  readonly errorType: string | null;
  readonly errorLabel: string | null;
  readonly approvals: readonly { readonly email: string; readonly answer: string | null }[];
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly startedAt: number | null;
  readonly registryAcceptedAt: number | null;
}

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
