// What the gateway asks of Gandi, in our own words. v5 REST is the first adapter; a second one must be able to stand in its place.
import type { Money } from '../lib/money.ts';
import type { UpstreamMeter } from '../lib/upstream-meter.ts';
import type { Lane } from './budget/lanes.ts';

/** How one call is to be made. */
export interface CallOptions {
  readonly lane: Lane;
  /** Whose turn it is inside the lane: an organization's id, or the name of a job. */
  readonly tenant: string;
  /** Longest wait for a permit in milliseconds; past it the call is refused before it is sent. Default: the lane's own. */
  readonly maxWaitMs?: number;
  /** Ends the wait and a read under way. A write that has left is waited for all the same, so that its outcome is known. */
  readonly signal?: AbortSignal;
  readonly meter?: UpstreamMeter;
  /**
   * For writes: called in the moment the request would leave, when every wait is over. What it throws keeps the request back, and the call fails with it.
   */
  readonly beforeSending?: () => void;
}

export type OrganizationType = 'INDIVIDUAL' | 'COMPANY' | 'ASSOCIATION' | 'PUBLIC_BODY' | 'RESELLER';

export interface UpstreamUser {
  readonly id: string;
  readonly username: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly language: string | null;
}

export interface UpstreamOrganization {
  readonly id: string;
  readonly name: string;
  /** null where Gandi names none, or one we do not know. */
  readonly type: OrganizationType | null;
  readonly companyName: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly email: string | null;
  readonly isReseller: boolean;
  readonly isCorporate: boolean;
  readonly vatNumber: string | null;
}

export interface PostalAddress {
  readonly street: string | null;
  readonly zip: string | null;
  readonly city: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** ISO 3166-2, such as `FR-IDF`. */
  readonly region: string | null;
}

/** A client as the list gives it: no address. */
export interface UpstreamClientRow {
  readonly id: string;
  readonly name: string;
  readonly type: OrganizationType | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly companyName: string | null;
  readonly email: string | null;
}

export interface UpstreamClient extends UpstreamClientRow {
  readonly address: PostalAddress;
  readonly phone: string | null;
  readonly fax: string | null;
  /** The reseller's own reference, printed on invoices. */
  readonly reference: string | null;
  readonly language: string | null;
}

/** What creating a client needs. `phone` in Gandi's form `+33.123456789`. */
export interface ClientInput {
  readonly type: Exclude<OrganizationType, 'RESELLER'>;
  readonly firstName: string;
  readonly lastName: string;
  readonly companyName?: string;
  readonly email: string;
  readonly street: string;
  readonly zip?: string;
  readonly city: string;
  readonly region?: string;
  readonly country: string;
  readonly phone: string;
  readonly fax?: string;
  readonly reference?: string;
  readonly language?: string;
}

/** Fields to change; absent ones stay. Names of an individual cannot change (Gandi v5 docs, customers). */
export type ClientPatch = Partial<Omit<ClientInput, 'type' | 'companyName'>>;

export type NameserverKind = 'LIVEDNS' | 'CLASSIC' | 'OTHER';

/** A domain as the list gives it. Instants are epoch milliseconds. */
export interface UpstreamDomainRow {
  /** A-label form, lower case. */
  readonly name: string;
  readonly unicodeName: string;
  readonly gandiId: string;
  readonly tld: string;
  /** As Gandi spells them, for example `clientTransferProhibited`: an open set. */
  readonly eppStatuses: readonly string[];
  readonly tags: readonly string[];
  readonly autoRenew: boolean;
  readonly registrantName: string | null;
  readonly nameserverKind: NameserverKind | null;
  readonly createdAt: number | null;
  readonly registryCreatedAt: number | null;
  readonly expiresAt: number | null;
  readonly updatedAt: number | null;
  /** The organization or client it sits in, when the row tells; an optional field of Gandi's. */
  readonly sharingId: string | null;
}

export interface UpstreamContact {
  readonly type: OrganizationType | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly companyName: string | null;
  readonly email: string | null;
  readonly address: PostalAddress;
  readonly phone: string | null;
  readonly mobile: string | null;
  readonly fax: string | null;
  readonly language: string | null;
  /** Personal data hidden from public directories. */
  readonly isDataObfuscated: boolean | null;
  readonly isMailObfuscated: boolean | null;
  readonly sameAsRegistrant: boolean | null;
  /** pending, done, failed, deleted or none: an open set. */
  readonly validation: string | null;
  readonly reachability: string | null;
  readonly extraParameters: Readonly<Record<string, unknown>>;
}

export interface UpstreamAutoRenew {
  readonly enabled: boolean;
  readonly durationYears: number | null;
  /** Organization that pays. */
  readonly payerId: string | null;
  /** When Gandi will try, epoch milliseconds. */
  readonly attemptsAt: readonly number[];
}

/** A domain in full, without its auth code (see {@link GandiPort.authCode}). */
export interface UpstreamDomain extends Omit<UpstreamDomainRow, 'sharingId'> {
  /** The space it sits in: the client's id, or the organization's own. */
  readonly ownerSpaceId: string | null;
  /** The reseller organization around the client, when the domain belongs to a client. */
  readonly resellerId: string | null;
  readonly canTransferLock: boolean | null;
  readonly contacts: {
    readonly registrant: UpstreamContact | null;
    readonly admin: UpstreamContact | null;
    readonly tech: UpstreamContact | null;
    readonly billing: UpstreamContact | null;
  };
  readonly nameservers: readonly string[];
  readonly services: readonly string[];
  readonly reachability: string | null;
  readonly autoRenewal: UpstreamAutoRenew | null;
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

export interface Page<T> {
  readonly items: readonly T[];
  /** All items over all pages, when Gandi told (`Total-Count`). */
  readonly total: number | null;
  readonly hasNext: boolean;
}

/** What a process costs for a range of years. */
export interface UpstreamPrice {
  readonly minYears: number;
  readonly maxYears: number;
  readonly beforeTaxes: Money;
  readonly afterTaxes: Money;
  readonly normalBeforeTaxes: Money | null;
  readonly normalAfterTaxes: Money | null;
  readonly isDiscounted: boolean;
  readonly isPremium: boolean;
}

export type PriceProcess = 'CREATE' | 'RENEW' | 'TRANSFER' | 'RESTORE' | 'CHANGE_OWNER';

export interface UpstreamAvailability {
  readonly name: string;
  readonly process: PriceProcess;
  /** Gandi's word, such as `available` or `unavailable_premium`: an open set. `pending` never leaves the adapter before its polls are used up. */
  readonly status: string;
  readonly prices: readonly UpstreamPrice[];
}

export interface UpstreamTldPrice {
  readonly tld: string;
  readonly process: PriceProcess;
  readonly prices: readonly UpstreamPrice[];
}

export interface UpstreamTld {
  readonly name: string;
  readonly category: 'CCTLD' | 'GTLD' | null;
  readonly hasTransferLock: boolean | null;
  readonly canChangeRegistrant: boolean | null;
  readonly needsAuthCodeForTransfer: boolean | null;
  readonly isCorporate: boolean | null;
}

export interface UpstreamBilling {
  readonly grid: string | null;
  readonly prepaid: { readonly balance: Money; readonly warningThreshold: Money | null } | null;
}

/** Whether a name can be transferred in, before anything is ordered. */
export interface UpstreamTransferability {
  readonly name: string;
  readonly unicodeName: string;
  readonly available: boolean;
  /** True when it already is at Gandi, in another account. */
  readonly isInternal: boolean | null;
  readonly isCorporate: boolean | null;
  readonly durationsYears: readonly number[];
  /** Gandi's sentence when it is not available. */
  readonly message: string | null;
}

/** A contact of a domain in the form Gandi takes. */
export interface ContactInput {
  readonly type: Exclude<OrganizationType, 'RESELLER'>;
  readonly givenName: string;
  readonly familyName: string;
  readonly companyName?: string;
  readonly email: string;
  readonly street: string;
  readonly zip?: string;
  readonly city?: string;
  readonly region?: string;
  readonly country: string;
  readonly phone?: string;
  readonly language?: string;
  readonly isDataObfuscated?: boolean;
  readonly isMailObfuscated?: boolean;
  readonly extraParameters?: Readonly<Record<string, unknown>>;
}

export interface TransferRequest {
  readonly name: string;
  /** The organization that pays: a reseller's. */
  readonly payerId: string;
  /** The client that becomes registrant; null only in a dry run, for one that does not exist yet. */
  readonly clientId: string | null;
  readonly registrant: ContactInput;
  /** Secret; sent, never logged or stored. */
  readonly authCode: string | null;
  readonly years: number;
  readonly changeRegistrant: boolean;
}

/** Gandi's progress report on an inbound transfer. Instants are epoch milliseconds. */
export interface UpstreamTransfer {
  readonly name: string;
  /** BILL, WAIT, RUN, SUPPORT, ERROR, DONE: an open set. */
  readonly step: string;
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

/** The price the caller agreed to, before taxes and for all the years; Gandi refuses the order when its own differs (Gandi v5 docs, domain create). */
export interface AgreedPrice {
  readonly beforeTaxes: Money;
}

export interface RegistrationRequest {
  readonly name: string;
  /** The organization that pays: a reseller's. */
  readonly payerId: string;
  /** The client that becomes registrant; null only in a dry run, for one that does not exist yet. */
  readonly clientId: string | null;
  readonly registrant: ContactInput;
  /** Copied from the registrant when absent. */
  readonly admin?: ContactInput;
  readonly tech?: ContactInput;
  readonly billing?: ContactInput;
  readonly years: number;
  readonly agreedPrice: AgreedPrice | null;
  /** The caller knows that this name costs more than its extension. */
  readonly acceptsPremium: boolean;
  /** LiveDNS when empty. */
  readonly nameservers: readonly string[];
  readonly templateId: string | null;
  /** Parameters of the order itself, beside those of the contacts. */
  readonly extraParameters: Readonly<Record<string, unknown>>;
  /** ISO 639-2 language of an internationalised name; null where none is needed. */
  readonly language: string | null;
}

/** What has become of a registration. Instants are epoch milliseconds. */
export type UpstreamRegistration =
  /** Under way, or stopped with an error: BILL, WAIT, RUN, SUPPORT, ERROR; an open set. */
  | {
      readonly kind: 'under-way';
      readonly step: string;
      readonly stepNumber: number | null;
      readonly errorType: string | null;
      readonly errorLabel: string | null;
    }
  /** Gandi points to the domain: it exists. */
  | { readonly kind: 'registered' }
  /** Gandi knows no registration of this name (404): not begun, ended without effect, or not the caller's. */
  | { readonly kind: 'unknown' };

/** What renewing can be had now. */
export interface UpstreamRenewalOptions {
  readonly beginsAt: number | null;
  readonly endsAt: number | null;
  readonly durationsYears: readonly number[];
  readonly isProhibited: boolean;
}

export interface RenewalRequest {
  readonly name: string;
  readonly payerId: string;
  readonly years: number;
}

export interface RegistrantChangeRequest {
  readonly name: string;
  readonly payerId: string;
  readonly registrant: ContactInput;
  readonly admin?: ContactInput;
  readonly tech?: ContactInput;
  readonly billing?: ContactInput;
}

/** Gandi's progress report on a change of registrant. Instants are epoch milliseconds. */
export interface UpstreamRegistrantChange {
  readonly name: string;
  /** BILL, WAIT, RUN, SUPPORT, ERROR, DONE: an open set. */
  readonly step: string;
  readonly stepNumber: number | null;
  readonly innerStep: string | null;
  readonly errorType: string | null;
  readonly errorLabel: string | null;
  readonly oldRegistrantAnswer: string | null;
  readonly newRegistrantAnswer: string | null;
  readonly newRegistrantEmail: string | null;
  readonly approvals: readonly { readonly email: string; readonly answer: string | null }[];
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly startedAt: number | null;
}

/** Answer to a dry run: what Gandi would refuse. Empty problems = it would accept. */
export interface UpstreamDryRun {
  readonly problems: readonly UpstreamFieldProblem[];
  readonly warning: string | null;
}

export interface UpstreamFieldProblem {
  /** Gandi's path of the field, such as `owner.phone`. */
  readonly field: string;
  readonly message: string;
}

/** One thing an adapter may or may not be able to do. */
export interface Capability {
  readonly name: string;
  readonly supported: boolean;
  /** Where we know it from. */
  readonly evidence: string;
}

/**
 * Everything the gateway asks of Gandi. Each method sends at most one logical call (a retried read counts its attempts), takes a permit for every
 * attempt, and throws {@link UpstreamError} for anything but the answer described, or the signal's reason when it aborted the call. Reads are
 * retried, writes never.
 */
export interface GandiPort {
  readonly name: 'v5' | 'v4';
  readonly capabilities: readonly Capability[];
  /** Transfers and other orders under way whose reads, when asked for in one turn of the event loop, are answered with one call. */
  readonly operationsPerCall: number;

  user(call: CallOptions): Promise<UpstreamUser>;
  organizations(call: CallOptions): Promise<readonly UpstreamOrganization[]>;

  clients(
    query: { organizationId: string; page: number; perPage: number },
    call: CallOptions,
  ): Promise<Page<UpstreamClientRow>>;
  client(organizationId: string, clientId: string, call: CallOptions): Promise<UpstreamClient>;
  /** @returns the new client's id. */
  createClient(organizationId: string, input: ClientInput, call: CallOptions): Promise<{ readonly id: string }>;
  updateClient(organizationId: string, clientId: string, patch: ClientPatch, call: CallOptions): Promise<void>;
  deleteClient(organizationId: string, clientId: string, call: CallOptions): Promise<void>;

  /** Pages of the domain list, optionally of one organization or of one client; `page` starts at 1. */
  domains(
    query: { organizationId?: string; clientId?: string; page: number; perPage: number },
    call: CallOptions,
  ): Promise<Page<UpstreamDomainRow>>;
  domain(name: string, call: CallOptions): Promise<UpstreamDomain>;
  /** The secret itself; null when Gandi shows none. The caller audits the read and stores nothing. */
  authCode(
    name: string,
    call: CallOptions,
  ): Promise<{ readonly code: string | null; readonly expiresAt: number | null }>;
  setTransferLock(name: string, locked: boolean, call: CallOptions): Promise<void>;

  /** One name, several processes. Polls while Gandi says `pending`, each poll a call. */
  availability(
    query: {
      name: string;
      processes: readonly PriceProcess[];
      organizationId?: string;
      currency?: string;
      years?: number;
    },
    call: CallOptions,
  ): Promise<readonly UpstreamAvailability[]>;
  /** Prices of every TLD, or of the named ones, in one call; in more only where the vendor cuts the list into pages. */
  prices(
    query: { organizationId?: string; currency?: string; tlds?: readonly string[]; processes: readonly PriceProcess[] },
    call: CallOptions,
  ): Promise<readonly UpstreamTldPrice[]>;
  /** Names only: the list carries no more. */
  tlds(query: { page: number; perPage: number }, call: CallOptions): Promise<Page<{ readonly name: string }>>;
  tld(name: string, call: CallOptions): Promise<UpstreamTld>;
  billing(organizationId: string, call: CallOptions): Promise<UpstreamBilling>;

  transferability(name: string, authCode: string | null, call: CallOptions): Promise<UpstreamTransferability>;
  dryRunTransfer(request: TransferRequest, call: CallOptions): Promise<UpstreamDryRun>;
  /** Spends money. Returns when Gandi accepted the order (202); the transfer itself goes on for days. */
  requestTransfer(request: TransferRequest, call: CallOptions): Promise<void>;
  /** @returns null when Gandi knows no transfer under way for this name (404). */
  transfer(name: string, call: CallOptions): Promise<UpstreamTransfer | null>;
  relaunchTransfer(name: string, call: CallOptions): Promise<void>;
  updateTransferAuthCode(name: string, payerId: string, authCode: string, call: CallOptions): Promise<void>;
  /** Sends the approval mail again, to this address. */
  resendTransferApproval(name: string, email: string, call: CallOptions): Promise<void>;

  dryRunRegistration(request: RegistrationRequest, call: CallOptions): Promise<UpstreamDryRun>;
  /** Spends money. Returns when Gandi accepted the order (202). */
  register(request: RegistrationRequest, call: CallOptions): Promise<void>;
  registration(name: string, call: CallOptions): Promise<UpstreamRegistration>;

  renewalOptions(name: string, call: CallOptions): Promise<UpstreamRenewalOptions>;
  dryRunRenewal(request: RenewalRequest, call: CallOptions): Promise<UpstreamDryRun>;
  /** Spends money, each time it is called. Returns when Gandi accepted the order (202). */
  renew(request: RenewalRequest, call: CallOptions): Promise<void>;

  /** False also where Gandi answers 404: not restorable. */
  isRestorable(name: string, call: CallOptions): Promise<boolean>;
  /** Spends money. Returns when Gandi accepted the order (202). */
  restore(request: { readonly name: string; readonly payerId: string }, call: CallOptions): Promise<void>;

  /** Gives the name up: Gandi allows it only within the registry's grace period, and only to some accounts. Cannot be undone. */
  deleteDomain(name: string, call: CallOptions): Promise<void>;

  dryRunRegistrantChange(request: RegistrantChangeRequest, call: CallOptions): Promise<UpstreamDryRun>;
  /** May spend money. Returns when Gandi accepted the order (202). */
  changeRegistrant(request: RegistrantChangeRequest, call: CallOptions): Promise<void>;
  /** @returns null when Gandi knows no change of registrant for this name (404). */
  registrantChange(name: string, payerId: string, call: CallOptions): Promise<UpstreamRegistrantChange | null>;
  /** Sends the approval mail again, to this address. */
  resendRegistrantChangeApproval(name: string, email: string, call: CallOptions): Promise<void>;

  /** Accepted at once, in effect a little later; setting the same again is harmless. */
  setAutoRenew(
    change: { readonly name: string; readonly enabled: boolean; readonly years?: number; readonly payerId?: string },
    call: CallOptions,
  ): Promise<void>;
  setNameservers(name: string, nameservers: readonly string[], call: CallOptions): Promise<void>;
  /** Those given; the others stay. */
  setContacts(
    name: string,
    contacts: { readonly admin?: ContactInput; readonly tech?: ContactInput; readonly billing?: ContactInput },
    call: CallOptions,
  ): Promise<void>;
  /** Makes a new auth code; the old one is void. Read it later with {@link GandiPort.authCode}. */
  regenerateAuthCode(name: string, call: CallOptions): Promise<void>;
}
