// What the schema may ask: every service with its inputs, answers and outcomes. Implementations stand beside this file, one noun each.
import type { Session } from '../auth/session.ts';
import type { Money } from '../lib/money.ts';
import type { UpstreamMeter } from '../lib/upstream-meter.ts';
import type { Loaders } from '../loaders/loaders.ts';
import type { Depth, Freshness, ListFreshness } from '../mirror/freshness.ts';
import type { AdoptionEffect, AdoptionInput, AdoptionReason, AdoptionRoute } from '../policy/adoption.ts';
import type { PaymentStanding } from '../policy/payments.ts';
import type { RefundProduct, RefundRule } from '../policy/refund-rules.ts';
import type { RefundVerdict } from '../policy/refunds.ts';
import type { SideEffect, SideEffectNotice } from '../policy/side-effects.ts';
import type { TldRule } from '../policy/tld-rule.ts';
import type {
  AutoRenewDecisionRecord,
  AutoRenewPolicyRecord,
  AutoRenewRule,
  AutoRenewScope,
  BulkJobRecord,
  BulkJobState,
  ClientDetailRecord,
  ClientPaymentRecord,
  ClientPaymentState,
  ClientRecord,
  DomainDetailRecord,
  DomainRecord,
  LedgerKind,
  LedgerRecord,
  OrderPrice,
  OrderRecord,
  OrganizationRecord,
  PlanItemRecord,
  PlanItemState,
  PlanRecord,
  PlanState,
  PriceProcess,
  PriceRecord,
  RefundCaseRecord,
  RefundGround,
  TldRecord,
  TransferRecord,
} from '../store/records.ts';
import type {
  ClientFilter,
  ClientSort,
  DomainFilter,
  DomainSort,
  EventFilter,
  OrderBy,
  OrderFilter,
  OrderSort,
  PageRequest,
  TransferFilter,
  TransferSort,
} from '../store/store.ts';
import type { WebhookDeliveryRecord, WebhookRecord, WebhookState } from '../store/webhook-records.ts';
import type { AccessTokenNode, CreateAccessTokenInput } from './access-tokens-types.ts';

import type {
  ContactCheck,
  ContactCheckInput,
  ContactQuery,
  ContactRequirement,
  ContactRequirements,
} from './contacts-types.ts';
import type {
  DomainUpdate,
  DomainWatch,
  EventNode,
  Following,
  GapNotice,
  OrderUpdate,
  OrderWatch,
  Positioned,
} from './events-types.ts';
import type { CreateWebhookInput, WebhookChoice, WebhookDeliveriesQuery } from './webhooks-types.ts';

export type { Depth, Freshness, ListFreshness } from '../mirror/freshness.ts';

export type { RefundRule } from '../policy/refund-rules.ts';
export type { RefundVerdict } from '../policy/refunds.ts';
export type { TldRule } from '../policy/tld-rule.ts';
export type * from '../store/event-payloads.ts';
export type * from '../store/records.ts';
export type {
  ClientFilter,
  ClientSort,
  DomainFilter,
  DomainSort,
  EventFilter,
  OrderBy,
  OrderFilter,
  OrderSort,
  PageRequest,
  TransferFilter,
  TransferSort,
} from '../store/store.ts';
export type * from '../store/webhook-records.ts';
export type * from './contacts-types.ts';
export type {
  DomainUpdate,
  DomainWatch,
  EventNode,
  Following,
  GapNotice,
  OrderUpdate,
  OrderWatch,
  Positioned,
} from './events-types.ts';
export type * from './webhooks-types.ts';

/** Everything that belongs to one operation, or to one event of a subscription. Never shared between two. */
export interface OperationScope {
  readonly session: Session;
  readonly meter: UpstreamMeter;
  /** What `@fresh(maxAgeSeconds:)` demands; null = each kind's configured default. */
  readonly maxAgeSeconds: number | null;
  readonly signal: AbortSignal | undefined;
  readonly loaders: Loaders;
}

export interface ConnectionResult<T> {
  readonly edges: readonly { readonly node: T; readonly cursor: string }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Counted only when asked for. */
  totalCount(): Promise<number>;
  /** null for what the gateway itself is the source of: orders and transfers. */
  readonly freshness: ListFreshness | null;
}

export interface OrganizationNode extends OrganizationRecord {
  readonly freshness: Freshness;
}
export interface ClientNode extends ClientRecord {
  readonly freshness: Freshness;
}
export interface DomainNode extends DomainRecord {
  readonly freshness: Freshness;
}
export interface ViewerNode {
  readonly session: Session;
  /** The person behind the Gandi credential; null when Gandi does not tell (an organization's token) or cannot be reached. */
  readonly user: {
    readonly id: string;
    readonly username: string;
    readonly name: string | null;
    readonly email: string | null;
  } | null;
  readonly mode: 'SANDBOX' | 'GANDI';
}

export interface ListQuery<Filter, Sort extends string> {
  readonly filter: Filter;
  readonly orderBy: OrderBy<Sort>;
  readonly page: PageRequest;
}

export interface OrganizationsService {
  viewer(scope: OperationScope): Promise<ViewerNode>;
  list(scope: OperationScope): Promise<readonly OrganizationNode[]>;
  byId(scope: OperationScope, id: string): Promise<OrganizationNode | null>;
}

/** A client's data as the schema takes it; `phone` in any international form. */
export interface ClientDataInput {
  readonly type: 'INDIVIDUAL' | 'COMPANY' | 'ASSOCIATION' | 'PUBLIC_BODY';
  readonly firstName: string;
  readonly lastName: string;
  readonly companyName?: string | null;
  readonly email: string;
  readonly street: string;
  readonly zip?: string | null;
  readonly city: string;
  /** ISO 3166-2 with or without the country's prefix. */
  readonly region?: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly phone: string;
  readonly fax?: string | null;
  readonly reference?: string | null;
  readonly language?: string | null;
}

export interface ClientsService {
  list(scope: OperationScope, query: ListQuery<ClientFilter, ClientSort>): Promise<ConnectionResult<ClientNode>>;
  byId(scope: OperationScope, id: string): Promise<ClientNode | null>;
  /** Address, phone, reference; null when it cannot be had at all. */
  detail(scope: OperationScope, client: ClientRecord): Promise<Depth<ClientDetailRecord> | null>;
  /** @throws InvalidInputError, OrganizationNotEligibleError, NotFoundError, RejectedByGandiError */
  create(scope: OperationScope, input: { organizationId: string | null; client: ClientDataInput }): Promise<ClientNode>;
  /** @throws InvalidInputError, NotFoundError, RejectedByGandiError */
  update(
    scope: OperationScope,
    input: { clientId: string; changes: Partial<Omit<ClientDataInput, 'type' | 'companyName'>> },
  ): Promise<ClientNode>;
}

export interface DomainsService {
  list(scope: OperationScope, query: ListQuery<DomainFilter, DomainSort>): Promise<ConnectionResult<DomainNode>>;
  /** @param name Unicode or ASCII, any case. @throws RequestFault BAD_USER_INPUT when it is no domain name. */
  byName(scope: OperationScope, name: string): Promise<DomainNode | null>;
  byKey(scope: OperationScope, key: { organizationId: string; name: string }): Promise<DomainNode | null>;
  /** Contacts, nameservers, full dates; null when it cannot be had at all. */
  detail(scope: OperationScope, domain: DomainRecord): Promise<Depth<DomainDetailRecord> | null>;
  /** null = belongs to no client, or not known (then `clientAsOf` is null). */
  client(scope: OperationScope, domain: DomainRecord): Promise<ClientNode | null>;
  /** @throws NotFoundError, TransferLockUnavailableError, RejectedByGandiError */
  setTransferLock(scope: OperationScope, input: { name: string; locked: boolean }): Promise<DomainNode>;
}

export interface AvailabilityResult {
  /** As asked. */
  readonly input: string;
  readonly name: string | null;
  readonly unicodeName: string | null;
  readonly outcome:
    | { readonly kind: 'answer'; readonly offers: readonly AvailabilityOffer[] }
    | { readonly kind: 'invalid-name'; readonly message: string }
    | { readonly kind: 'not-checked'; readonly message: string; readonly retryAfterMs: number | null };
}
export interface AvailabilityOffer {
  readonly process: PriceProcess;
  readonly status:
    | 'AVAILABLE'
    | 'AVAILABLE_RESERVED'
    | 'AVAILABLE_PREORDER'
    | 'UNAVAILABLE'
    | 'UNAVAILABLE_PREMIUM'
    | 'UNAVAILABLE_RESTRICTED'
    | 'RESERVED_CORPORATE'
    | 'PENDING'
    | 'ERROR'
    | 'UNKNOWN';
  readonly prices: readonly PriceRecord[];
}

export interface CatalogService {
  /** Up to 200 names, answered in their order; names whose turn cannot come in time are `not-checked`, the others still answer. */
  availability(
    scope: OperationScope,
    query: {
      names: readonly string[];
      processes: readonly PriceProcess[];
      organizationId: string | null;
      currency: string | null;
      years: number | null;
    },
  ): Promise<readonly AvailabilityResult[]>;
  prices(
    scope: OperationScope,
    query: {
      organizationId: string | null;
      currency: string;
      tlds: readonly string[] | null;
      processes: readonly PriceProcess[];
    },
  ): Promise<readonly { tld: string; process: PriceProcess; prices: readonly PriceRecord[]; freshness: Freshness }[]>;
  /** All TLDs Gandi sells, by name. */
  tlds(scope: OperationScope): Promise<readonly (TldRecord & { freshness: Freshness })[]>;
  tld(scope: OperationScope, name: string): Promise<(TldRecord & { freshness: Freshness }) | null>;
  /** What is known beyond what Gandi tells; null = nothing. */
  policy(tld: string): TldRule | null;
  tldDetail(scope: OperationScope, tld: TldRecord): Promise<Depth<NonNullable<TldRecord['detail']>> | null>;
}

/** Sums of one kind in one currency. */
export interface LedgerTotal {
  readonly kind: LedgerKind;
  readonly amount: Money;
  readonly count: number;
}

export interface LedgerFilter {
  readonly organizationId?: string;
  readonly kinds?: readonly LedgerKind[];
  /** Epoch milliseconds. */
  readonly from?: number;
  readonly until?: number;
}

export interface OrdersService {
  /** Every movement of money, newest first. */
  movements(
    scope: OperationScope,
    query: { filter: LedgerFilter; page: PageRequest },
  ): Promise<ConnectionResult<LedgerRecord>>;
  /** For each kind and currency; empty for a caller limited to one client. @throws RequestFault BAD_USER_INPUT when several organizations could be meant. */
  totals(
    scope: OperationScope,
    query: { organizationId: string | null; from?: number; until?: number },
  ): Promise<readonly LedgerTotal[]>;
  /** Charges and what came back, oldest first. */
  ledger(scope: OperationScope, orderId: string): Promise<readonly LedgerRecord[]>;
  byId(scope: OperationScope, id: string): Promise<OrderRecord | null>;
  byKey(
    scope: OperationScope,
    key: { organizationId: string | null; mutation: string; idempotencyKey: string },
  ): Promise<OrderRecord | null>;
  list(scope: OperationScope, query: ListQuery<OrderFilter, OrderSort>): Promise<ConnectionResult<OrderRecord>>;
}

export interface TransferDomainInInput {
  readonly domain: string;
  /** The reseller organization that pays; null = the only one there is. */
  readonly payerId: string | null;
  readonly client: ClientChoice;
  readonly authCode: string;
  readonly years: number;
  readonly changeRegistrant: boolean;
  /** The price the caller agreed to, after taxes and for all the years; null or absent = whatever it is. */
  readonly expectedPrice?: Money | null;
  readonly idempotencyKey: string;
}

/** Something that stands against an order now. */
export interface QuoteBlocker {
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[] | null;
}

/** What an order would do and cost, when nothing stands against it or with what does. */
export interface OrderQuote {
  readonly name: string;
  /** null = free, or not known. */
  readonly price: OrderPrice | null;
  readonly blockers: readonly QuoteBlocker[];
  /** What will happen besides, in plain words. */
  readonly effects: readonly string[];
  /** Side effects that the order asks to be acknowledged by name. */
  readonly toAcknowledge: readonly SideEffectNotice[];
  /** Calls to Gandi the order itself would take. */
  readonly upstreamCalls: number;
  readonly warning: string | null;
}

/** Who must act next on a transfer, and how, in the session's language. */
export interface TransferExplanation {
  readonly text: string;
  /** Name of the mutation that helps now; null when only waiting helps. */
  readonly helpingMutation: 'resendTransferApproval' | 'updateTransferAuthCode' | 'relaunchTransfer' | null;
}

export interface TransferUpdate extends Positioned {
  /** The transfer as it was after this very change. */
  readonly transfer: TransferRecord;
  readonly occurredAt: number;
}

export interface TransfersService {
  byId(scope: OperationScope, id: string): Promise<TransferRecord | null>;
  byOrder(scope: OperationScope, orderId: string): Promise<TransferRecord | null>;
  list(
    scope: OperationScope,
    query: ListQuery<TransferFilter, TransferSort>,
  ): Promise<ConnectionResult<TransferRecord>>;
  explain(session: Session, transfer: TransferRecord): TransferExplanation;
  /**
   * Orders the transfer, once per key. @throws InvalidInputError, NotFoundError, OrganizationNotEligibleError, IdempotencyKeyReusedError,
   * OperationInProgressError, TransferBlockedError, PriceChangedError, SpendCeilingError, InvalidAuthCodeError, RejectedByGandiError
   */
  request(
    scope: OperationScope,
    input: TransferDomainInInput,
  ): Promise<{ order: OrderRecord; transfer: TransferRecord; replayed: boolean }>;
  /** Checks everything `request` would, spends nothing, writes nothing. */
  quote(scope: OperationScope, input: Omit<TransferDomainInInput, 'idempotencyKey'>): Promise<OrderQuote>;
  /** @throws NotFoundError, WrongTransferStepError, InvalidInputError, RejectedByGandiError */
  resendApproval(scope: OperationScope, input: { transferId: string; email: string | null }): Promise<TransferRecord>;
  /** @throws NotFoundError, WrongTransferStepError, InvalidAuthCodeError, RejectedByGandiError */
  updateAuthCode(scope: OperationScope, input: { transferId: string; authCode: string }): Promise<TransferRecord>;
  /** @throws NotFoundError, WrongTransferStepError, RejectedByGandiError */
  relaunch(scope: OperationScope, input: { transferId: string }): Promise<TransferRecord>;
  /**
   * The present state of each matching open transfer, then every change as it is committed, each once and in order per transfer.
   * With `after`, everything since that cursor first, and no snapshot; when some of that was removed, a {@link GapNotice} and then the snapshot.
   * Ends when the iterator is returned or `signal` aborts. @throws {RequestFault} BAD_USER_INPUT for a cursor that cannot be used, from the call or, when it
   * lies beyond the end of the log, from `next`; SUBSCRIBER_TOO_SLOW, with the cursor to go on after, from `next`.
   */
  updates(
    session: Session,
    query: { filter: TransferFilter; transferIds?: readonly string[]; after: string | null; signal: AbortSignal },
  ): AsyncIterableIterator<TransferUpdate | GapNotice>;
}

export interface RenewDomainInput {
  /** A-label, lower case. */
  readonly domain: string;
  readonly years: number;
  /** The year, in UTC, in which the caller saw the domain expire: a second renewal by mistake names a year that has passed. */
  readonly currentExpiryYear: number;
  /** The price agreed to, after taxes and for all the years; null = whatever it is. */
  readonly expectedPrice: Money | null;
  readonly acknowledge: readonly SideEffect[];
  readonly idempotencyKey: string;
}

export interface RenewalQuote extends OrderQuote {
  /** null = not known. */
  readonly expiresAt: number | null;
  readonly newExpiresAt: number | null;
}

export interface RenewalsService {
  /**
   * Orders the renewal, once per key. @throws InvalidInputError, NotFoundError, OrganizationNotEligibleError, IdempotencyKeyReusedError,
   * OperationInProgressError, ExpiryChangedError, NotRenewableError, ConfirmationNeededError, PriceChangedError, InsufficientFundsError, SpendCeilingError, RejectedByGandiError
   */
  renew(scope: OperationScope, input: RenewDomainInput): Promise<PlacedOrder>;
  /** Checks everything `renew` would, spends nothing, writes nothing. */
  quote(scope: OperationScope, input: Omit<RenewDomainInput, 'idempotencyKey'>): Promise<RenewalQuote>;
}

/** Contacts of a domain beside its registrant. */
export type ContactRole = 'admin' | 'tech' | 'billing';

/** A client that exists, or the data of a person or company. */
export type ClientChoice = { readonly id: string } | { readonly create: ClientDataInput };

export interface RegisterDomainInput {
  readonly domain: string;
  /** The reseller organization that pays; null = the only one there is. */
  readonly payerId: string | null;
  /** Becomes the registrant. */
  readonly client: ClientChoice;
  readonly years: number;
  /** Those that are not the registrant. */
  readonly contacts: Readonly<Partial<Record<ContactRole, ClientChoice>>>;
  /** What the registry asks of the registrant, by Gandi's names. */
  readonly registrantParameters: readonly { readonly name: string; readonly value: string }[];
  /** What the registry asks of the order, by Gandi's names. */
  readonly extraParameters: readonly { readonly name: string; readonly value: string }[];
  /** Empty = LiveDNS. */
  readonly nameservers: readonly string[];
  readonly templateId: string | null;
  /** ISO 639-2 language of an internationalised name. */
  readonly language: string | null;
  readonly acknowledge: readonly SideEffect[];
  /** The price agreed to, after taxes and for all the years; null = whatever it is. */
  readonly expectedPrice: Money | null;
  readonly idempotencyKey: string;
}

/** An order that was placed, or found under its key. */
export interface PlacedOrder {
  readonly order: OrderRecord;
  /** Nothing new was ordered: the key was used before with the same input. */
  readonly replayed: boolean;
}

export interface RegistrationsService {
  /**
   * Orders the registration, once per key. @throws InvalidInputError, NotFoundError, OrganizationNotEligibleError, IdempotencyKeyReusedError,
   * OperationInProgressError, NameUnavailableError, ConfirmationNeededError, PriceChangedError, InsufficientFundsError, SpendCeilingError,
   * RejectedByGandiError
   */
  register(scope: OperationScope, input: RegisterDomainInput): Promise<PlacedOrder>;
  /** Checks everything `register` would, spends nothing, writes nothing. */
  quote(scope: OperationScope, input: Omit<RegisterDomainInput, 'idempotencyKey'>): Promise<OrderQuote>;
}

export interface RestoreDomainInput {
  /** A-label, lower case. */
  readonly domain: string;
  /** The reseller organization that pays, for a domain the mirror does not know; null = the only one there is. */
  readonly payerId: string | null;
  /** The price agreed to, after taxes; null = whatever it is. */
  readonly expectedPrice: Money | null;
  readonly idempotencyKey: string;
}

export interface RestoresService {
  /**
   * Orders the restore, once per key. @throws InvalidInputError, NotFoundError, OrganizationNotEligibleError, IdempotencyKeyReusedError,
   * OperationInProgressError, NotRestorableError, PriceChangedError, InsufficientFundsError, SpendCeilingError, RejectedByGandiError
   */
  restore(scope: OperationScope, input: RestoreDomainInput): Promise<PlacedOrder>;
  /** Checks everything `restore` would, spends nothing, writes nothing. */
  quote(scope: OperationScope, input: Omit<RestoreDomainInput, 'idempotencyKey'>): Promise<OrderQuote>;
}

export interface ChangeRegistrantInput {
  /** A-label, lower case. */
  readonly domain: string;
  /** Becomes the registrant. */
  readonly client: ClientChoice;
  readonly acknowledge: readonly SideEffect[];
  /** The price agreed to, after taxes; null = whatever it is. */
  readonly expectedPrice: Money | null;
  readonly idempotencyKey: string;
}

export interface RegistrantChangesService {
  /**
   * Orders the change, once per key. @throws InvalidInputError, NotFoundError, OrganizationNotEligibleError, IdempotencyKeyReusedError,
   * OperationInProgressError, DomainLockedError, RegistrantChangeUnsupportedError, ConfirmationNeededError, PriceChangedError,
   * InsufficientFundsError, SpendCeilingError, RejectedByGandiError
   */
  change(scope: OperationScope, input: ChangeRegistrantInput): Promise<PlacedOrder>;
  /** Checks everything `change` would, spends nothing, writes nothing. */
  quote(scope: OperationScope, input: Omit<ChangeRegistrantInput, 'idempotencyKey'>): Promise<OrderQuote>;
  /** Sends the approval mail of a change under way again. @throws NotFoundError, RejectedByGandiError, InvalidInputError */
  resendApproval(scope: OperationScope, input: { orderId: string; email: string }): Promise<OrderRecord>;
}

/** What a change that costs nothing came to. */
export interface SettingChanged {
  readonly domain: DomainNode;
  /** False while Gandi has accepted the change and does not show it yet. */
  readonly inEffect: boolean;
}

/** What a dry run of such a change tells: the domain as it is now, and what stands against the change. */
export interface SettingPreview {
  readonly domain: DomainNode;
  readonly blockers: readonly QuoteBlocker[];
  readonly upstreamCalls: number;
}

export interface SetAutoRenewInput {
  /** A-label, lower case. */
  readonly domain: string;
  readonly enabled: boolean;
  /** Years added each time, 1 to 9; null = as it is. */
  readonly years: number | null;
}

export interface SetNameserversInput {
  /** A-label, lower case. */
  readonly domain: string;
  /** Host names in Unicode or ASCII. */
  readonly nameservers: readonly string[];
  readonly acknowledge: readonly SideEffect[];
}

export type ContactChoice = { readonly clientId: string } | { readonly contact: ClientDataInput };

export interface SetContactsInput {
  /** A-label, lower case. */
  readonly domain: string;
  readonly admin: ContactChoice | null;
  readonly tech: ContactChoice | null;
  readonly billing: ContactChoice | null;
}

/**
 * Every `preview…` checks what its change would, sends and writes nothing.
 * All @throws InvalidInputError, NotFoundError; the changes also DomainLockedError, RejectedByGandiError.
 */
export interface DomainSettingsService {
  /** Who pays stays as it is. `effects` in plain words, as the preview tells them. */
  setAutoRenew(
    scope: OperationScope,
    input: SetAutoRenewInput,
  ): Promise<SettingChanged & { readonly effects: readonly string[] }>;
  previewAutoRenew(
    scope: OperationScope,
    input: SetAutoRenewInput,
  ): Promise<SettingPreview & { readonly attemptsAt: readonly number[]; readonly effects: readonly string[] }>;
  /** @throws ConfirmationNeededError */
  setNameservers(scope: OperationScope, input: SetNameserversInput): Promise<SettingChanged>;
  /** `nameservers` as they would be sent. */
  previewNameservers(
    scope: OperationScope,
    input: Omit<SetNameserversInput, 'acknowledge'>,
  ): Promise<
    SettingPreview & { readonly nameservers: readonly string[]; readonly effects: readonly SideEffectNotice[] }
  >;
  setContacts(scope: OperationScope, input: SetContactsInput): Promise<SettingChanged>;
  previewContacts(
    scope: OperationScope,
    input: SetContactsInput,
  ): Promise<SettingPreview & { readonly effects: readonly string[] }>;
  /** Never gives the code. `authCodeExpiresAt` null = not known yet, or it does not expire. @param name A-label, lower case. */
  regenerateAuthCode(
    scope: OperationScope,
    name: string,
  ): Promise<SettingChanged & { readonly authCodeExpiresAt: number | null }>;
  previewAuthCode(
    scope: OperationScope,
    name: string,
  ): Promise<SettingPreview & { readonly effects: readonly string[] }>;
}

export interface CancelOrderInput {
  /** The order to give back. */
  readonly orderId: string;
  readonly reason: string | null;
  readonly acknowledge: readonly SideEffect[];
  readonly idempotencyKey: string;
}

/** A request to Gandi's people, with the letter to write. */
export interface GuidedCase extends RefundCaseRecord {
  readonly text: string;
  readonly link: string;
}

export interface RefundableOrder {
  readonly order: OrderRecord;
  /** Epoch milliseconds, the safety margin taken off. */
  readonly until: number;
}

export interface RefundsService {
  /** What the rules say of an order that the caller was shown. */
  of(scope: OperationScope, order: OrderRecord): Promise<RefundVerdict>;
  /** Requests to Gandi's people about it, oldest first. */
  cases(scope: OperationScope, order: OrderRecord): Promise<readonly GuidedCase[]>;
  /** One rule for each product and operation: that of the extension, or the one for all where `tld` is null. */
  policies(
    scope: OperationScope,
    query: { product: RefundProduct | null; tld: string | null; at: number | null },
  ): readonly RefundRule[];
  /** Orders that can be given back now, the window that closes first in front; at most `limit`. */
  refundable(
    scope: OperationScope,
    query: { closingBefore: number | null; clientPaid: boolean | null; limit: number },
  ): Promise<readonly RefundableOrder[]>;
  /**
   * Deletes what was bought within its refund window, once per key; where Gandi keeps that to its people, a guided case instead.
   * @throws InvalidInputError, NotFoundError, NotRefundableError, IdempotencyKeyReusedError, OperationInProgressError, ConfirmationNeededError,
   * RejectedByGandiError
   */
  cancel(scope: OperationScope, input: CancelOrderInput): Promise<PlacedOrder | { readonly guidedCase: GuidedCase }>;
  /** Checks everything `cancel` would, sends nothing, writes nothing; `price` is what would come back. */
  quote(scope: OperationScope, input: Omit<CancelOrderInput, 'idempotencyKey'>): Promise<OrderQuote>;
  /** Opens a case, once for each order and ground. @throws InvalidInputError, NotFoundError, NotRefundableError */
  claim(
    scope: OperationScope,
    input: { orderId: string; ground: RefundGround; evidence: string | null },
  ): Promise<GuidedCase>;
}

export interface RecordClientPaymentInput {
  readonly subject: { readonly clientId: string } | { readonly orderId: string } | { readonly domain: string };
  readonly state: 'PAID' | 'UNPAID';
  /** The biller's own, such as the number of an invoice. */
  readonly reference: string | null;
}

export interface PaymentsService {
  /** Keeps the last word; saying the same again changes nothing. @throws InvalidInputError, NotFoundError */
  record(
    scope: OperationScope,
    input: RecordClientPaymentInput,
  ): Promise<{ order: OrderRecord | null; payment: ClientPaymentRecord | null; warning: string | null }>;
  /** What would change, writing nothing. @throws InvalidInputError, NotFoundError */
  preview(
    scope: OperationScope,
    input: RecordClientPaymentInput,
  ): Promise<{ before: ClientPaymentState; after: ClientPaymentState }>;
  /** What was said of a client the caller was shown. */
  ofClient(
    scope: OperationScope,
    client: { organizationId: string; id: string },
  ): Promise<readonly ClientPaymentRecord[]>;
  /** Whether the coming term of a domain is paid. */
  standingOf(scope: OperationScope, domain: DomainRecord): Promise<PaymentStanding>;
}

/** One renewal that Gandi will pay for by itself. */
export interface ExposedRenewal {
  readonly domain: DomainRecord;
  /** Gandi's next attempt, epoch milliseconds. */
  readonly renewsAt: number;
  /** False while Gandi's attempts were never read; then the expiry stands in. */
  readonly isDateKnown: boolean;
  readonly years: number;
  /** For all the years, after taxes; null = not known. */
  readonly price: Money | null;
  readonly payment: PaymentStanding;
}

export interface RenewalExposure {
  readonly organizationId: string;
  /** For each currency. */
  readonly totals: readonly { readonly amount: Money; readonly count: number }[];
  readonly count: number;
  /** Of them, those without a known price: not in the totals. */
  readonly unpriced: number;
  /** The oldest row it rests on. */
  readonly asOf: number;
  /** By date, the first of them only. */
  readonly renewals: readonly ExposedRenewal[];
}

export interface PrepaidBalance {
  readonly organizationId: string;
  readonly amount: Money;
  /** What Gandi warns at; null = not told. */
  readonly threshold: Money | null;
  readonly isLow: boolean;
  readonly asOf: number;
  readonly runway: {
    /** How far was looked ahead. */
    readonly until: number;
    readonly renewals: number;
    readonly unpriced: number;
    readonly total: Money;
    readonly firstFailing: {
      readonly domainName: string;
      readonly at: number;
      readonly cost: Money;
      readonly balance: Money;
    } | null;
    readonly topUp: Money;
  };
}

export interface ExposureService {
  /** No call when the mirror and the prices are young enough. @throws OrganizationNotEligibleError, NotFoundError, RequestFault */
  exposure(
    scope: OperationScope,
    query: { organizationId: string | null; withinDays: number; clientPaid: boolean | null; first: number },
  ): Promise<RenewalExposure>;
  /** One call. null = Gandi shows no prepaid account. @throws OrganizationNotEligibleError, NotFoundError, RequestFault */
  balance(
    scope: OperationScope,
    query: { organizationId: string | null; withinDays: number },
  ): Promise<PrepaidBalance | null>;
}

export interface SetRenewalPolicyInput {
  readonly organizationId: string | null;
  readonly scope: AutoRenewScope;
  /** The TLD, client id, tag or domain; null for the organization. */
  readonly scopeValue: string | null;
  readonly policy: AutoRenewRule;
  readonly leadHours: number;
  readonly failSafe: 'SWITCH_OFF' | 'LEAVE_ON';
  readonly priceHoldPercent: number | null;
}

export interface RenewalPoliciesService {
  policies(scope: OperationScope, organizationId: string | null): Promise<readonly AutoRenewPolicyRecord[]>;
  /** The one that holds for a domain; null = none, and nothing is touched. */
  policyOf(scope: OperationScope, domain: DomainRecord): Promise<AutoRenewPolicyRecord | null>;
  /** @throws InvalidInputError, NotFoundError, OrganizationNotEligibleError */
  set(scope: OperationScope, input: SetRenewalPolicyInput): Promise<AutoRenewPolicyRecord>;
  /** @throws InvalidInputError, NotFoundError, OrganizationNotEligibleError */
  remove(
    scope: OperationScope,
    input: Pick<SetRenewalPolicyInput, 'organizationId' | 'scope' | 'scopeValue'>,
  ): Promise<void>;
  /** Says yes or no to the renewal of the present term. @throws NotFoundError, InvalidInputError */
  answer(scope: OperationScope, input: { domain: string; renew: boolean }): Promise<AutoRenewDecisionRecord>;
  /** The journal, newest first. */
  decisions(
    scope: OperationScope,
    query: {
      filter: { organizationId?: string; domainName?: string; wanted?: readonly AutoRenewDecisionRecord['wanted'][] };
      page: PageRequest;
    },
  ): Promise<ConnectionResult<AutoRenewDecisionRecord>>;
  /** What was decided for the present term; null = nothing yet. */
  decisionOf(scope: OperationScope, domain: DomainRecord): Promise<AutoRenewDecisionRecord | null>;
}

/** One order of a plan: the input of its mutation, without what the approval of the plan stands for. */
export type PlanWish =
  | { readonly kind: 'REGISTER'; readonly input: Omit<RegisterDomainInput, 'acknowledge' | 'idempotencyKey'> }
  | { readonly kind: 'RENEW'; readonly input: Omit<RenewDomainInput, 'acknowledge' | 'idempotencyKey'> }
  | { readonly kind: 'RESTORE'; readonly input: Omit<RestoreDomainInput, 'idempotencyKey'> }
  | {
      readonly kind: 'CHANGE_REGISTRANT';
      readonly input: Omit<ChangeRegistrantInput, 'acknowledge' | 'idempotencyKey'>;
    };

/** What was found for an item when it was planned; `upstreamCalls` with the checks that come before the order. */
export type PlanQuote = Pick<
  OrderQuote,
  'price' | 'blockers' | 'effects' | 'toAcknowledge' | 'upstreamCalls' | 'warning'
>;

export interface PlanItemNode extends Omit<PlanItemRecord, 'quote'> {
  readonly quote: PlanQuote;
}

export type PlanCounts = Readonly<Record<PlanItemState, number>>;

/** What a plan comes to, over the items against which nothing stood. */
export interface PlanSummary {
  readonly totals: readonly (OrderPrice & { readonly items: number })[];
  readonly blockedItems: number;
  readonly upstreamCalls: number;
  /** The least time ordering takes under the configured rate limit, in whole seconds. */
  readonly estimatedSeconds: number;
}

export interface PlanUpdate extends Positioned {
  /** As it was after this very change, and so are the counts. */
  readonly plan: PlanRecord;
  readonly counts: PlanCounts;
  readonly occurredAt: number;
}

export interface PlansService {
  /**
   * Quotes every item and writes the plan down; nothing is ordered. @param input.payerId null = the only reseller organization there is.
   * @throws InvalidInputError, NotFoundError, OrganizationNotEligibleError
   */
  plan(
    scope: OperationScope,
    input: { readonly payerId: string | null; readonly items: readonly PlanWish[] },
  ): Promise<PlanRecord>;
  /** Approves a plan by its hash. @throws NotFoundError, PlanChangedError, PlanExpiredError, PlanBlockedError, WrongPlanStateError */
  execute(
    scope: OperationScope,
    input: { readonly planId: string; readonly hash: string; readonly skipBlocked: boolean },
  ): Promise<{ readonly plan: PlanRecord; readonly replayed: boolean }>;
  /** Nothing more is begun; what was ordered stays. @throws NotFoundError, WrongPlanStateError */
  cancel(scope: OperationScope, input: { readonly planId: string }): Promise<PlanRecord>;
  /** Goes on with what is left of a stopped plan. @throws NotFoundError, WrongPlanStateError */
  resume(scope: OperationScope, input: { readonly planId: string }): Promise<PlanRecord>;
  byId(scope: OperationScope, id: string): Promise<PlanRecord | null>;
  /** Newest first; not counted. */
  list(
    scope: OperationScope,
    query: { readonly states: readonly PlanState[] | null; readonly page: PageRequest },
  ): Promise<ConnectionResult<PlanRecord>>;
  /** In the order of execution, after a position. */
  items(
    scope: OperationScope,
    plan: PlanRecord,
    query: { readonly after: number | null; readonly limit: number },
  ): Promise<readonly PlanItemNode[]>;
  counts(scope: OperationScope, plan: PlanRecord): Promise<PlanCounts>;
  summary(scope: OperationScope, plan: PlanRecord): Promise<PlanSummary>;
  /**
   * The present state of the plan, then every change as it is committed, each once and in order. With `after`, everything since that cursor instead;
   * when some of that was removed, a {@link GapNotice} and then the present state.
   * @throws {RequestFault} NOT_FOUND, BAD_USER_INPUT for a cursor that cannot be used, SUBSCRIBER_TOO_SLOW; all but the first kind of cursor from `next`.
   */
  updates(
    session: Session,
    query: { readonly planId: string; readonly after: string | null; readonly signal: AbortSignal },
  ): AsyncIterableIterator<PlanUpdate | GapNotice>;
}

/** A page of events, and whether events before it and after the cursor asked for are no longer kept. */
export interface EventPage extends ConnectionResult<EventNode> {
  readonly gap: GapNotice | null;
}

/**
 * Everything the log tells. Cursors are those of every other subscription; one that was not given to this caller is refused.
 * Subscriptions resume `after` a cursor, begin with a {@link GapNotice} when some of what followed it was removed, and end when `signal` aborts.
 */
export interface EventsService {
  byId(scope: OperationScope, id: string): Promise<EventNode | null>;
  /** In commit order; `last` gives the newest. Not counted. @throws {RequestFault} BAD_USER_INPUT for a cursor that cannot be used. */
  list(scope: OperationScope, query: { readonly filter: EventFilter; readonly page: PageRequest }): Promise<EventPage>;
  /** Every event from now on. */
  updates(
    session: Session,
    query: Following & { readonly filter: EventFilter },
  ): AsyncIterableIterator<EventNode | GapNotice>;
  /** Every unfinished order, those named by id also when they have ended, then every change. */
  ofOrders(
    session: Session,
    query: Following & { readonly filter: OrderWatch },
  ): AsyncIterableIterator<OrderUpdate | GapNotice>;
  /** Each domain that is named and there, then whatever happens to matching domains. */
  ofDomains(
    session: Session,
    query: Following & { readonly filter: DomainWatch },
  ): AsyncIterableIterator<DomainUpdate | GapNotice>;
}

export interface RateBudgetNode {
  readonly mode: 'local' | 'shared' | 'alone';
  readonly limits: readonly { readonly limit: number; readonly windowMs: number; readonly remaining: number }[];
  readonly inFlight: number;
  readonly pausedUntil: number | null;
  readonly nextSlotInMs: number;
  readonly lanes: readonly {
    readonly lane: string;
    readonly queued: number;
    readonly granted: number;
    readonly refused: number;
    readonly estimatedWaitMs: number;
  }[];
}

export interface UpstreamService {
  rateBudget(): RateBudgetNode;
}

export interface AdoptionQuery {
  /** A-label, lower case. */
  readonly domain: string;
  /** The reseller organization it should be under; null = the only one there is. */
  readonly payerId: string | null;
  readonly client: { readonly id: string } | { readonly create: ClientDataInput } | { readonly ownAccount: true };
}

/** One thing said twice: for programs and for people. */
export interface Told<Code extends string> {
  readonly code: Code;
  readonly message: string;
}

export interface AdoptionPlan {
  readonly name: string;
  readonly organizationId: string;
  readonly route: AdoptionRoute;
  readonly reason: Told<AdoptionReason>;
  /** The mutation that takes this route; null where none does. */
  readonly mutation: 'transferDomainIn' | 'changeRegistrant' | 'setTransferLock' | null;
  /** For one year, where the route is paid by the year; null = free, or not known. */
  readonly price: OrderPrice | null;
  readonly inputs: readonly Told<AdoptionInput>[];
  readonly effects: readonly Told<AdoptionEffect>[];
  /** Longest time it usually takes; null where nothing has to be waited for. */
  readonly maxDays: number | null;
  /** The order in the way, when the caller may see it. */
  readonly order: OrderRecord | null;
}

export interface AdoptionService {
  /** @throws NotFoundError, OrganizationNotEligibleError, InvalidInputError */
  plan(scope: OperationScope, query: AdoptionQuery): Promise<AdoptionPlan>;
}

/** A client about whom something is missing for an extension, or not known. */
export interface ClientGap {
  readonly client: ClientNode;
  /** `LACKING`: at least one field is known to be missing. `UNKNOWN`: none is, and yet nobody can say that the data is complete. */
  readonly state: 'LACKING' | 'UNKNOWN';
  readonly missing: readonly ContactRequirement[];
  /** Fields that were never read, and those of which it is not decided whether this client needs them. */
  readonly undecided: readonly ContactRequirement[];
  /** When address and telephone were read, epoch milliseconds; null = never. */
  readonly detailAsOf: number | null;
}

export interface ContactsService {
  /** No call to Gandi. @throws {RequestFault} BAD_USER_INPUT for what cannot be a TLD, and for none or more than 100. */
  requirements(scope: OperationScope, query: ContactQuery): ContactRequirements;
  /** No call to Gandi; nothing is stored. @throws {RequestFault} BAD_USER_INPUT as `requirements`, and for more than 100 parameters. */
  validate(scope: OperationScope, input: ContactCheckInput): ContactCheck;
  /**
   * Clients whose stored data lacks something for a registration, ordered by name, from the mirror. Details of clients are not fetched for it.
   * @throws {RequestFault} BAD_USER_INPUT for what cannot be a TLD. @throws {CursorError}
   */
  clientsMissing(
    scope: OperationScope,
    query: { tld: string; page: PageRequest },
  ): Promise<ConnectionResult<ClientGap>>;
}

export interface AccessTokensService {
  /** @throws InvalidInputError, NotFoundError, TokensUnavailableError */
  create(scope: OperationScope, input: CreateAccessTokenInput): Promise<AccessTokenNode>;
}

/** Scopes `webhook:manage` and `portfolio:read` for all of it. What is not the caller's answers as not found. */
export interface WebhooksService {
  byId(scope: OperationScope, id: string): Promise<WebhookRecord | null>;
  list(
    scope: OperationScope,
    query: { readonly states: readonly WebhookState[] | null; readonly page: PageRequest },
  ): Promise<ConnectionResult<WebhookRecord>>;
  /** @returns the secret too, for the only time. @throws InvalidInputError, NotFoundError, WebhookLimitError, SecretsKeyMissingError */
  create(
    scope: OperationScope,
    input: CreateWebhookInput,
  ): Promise<{ readonly webhook: WebhookRecord; readonly secret: string }>;
  /** @throws InvalidInputError, NotFoundError */
  update(scope: OperationScope, input: { webhookId: string; changes: Partial<WebhookChoice> }): Promise<WebhookRecord>;
  /** Removes it with everything that waits for it. @throws NotFoundError */
  remove(scope: OperationScope, input: { webhookId: string }): Promise<void>;
  /**
   * Goes on after the last event it was given. `missedUntil`: what came before was removed from the log meanwhile; null = it misses nothing.
   * @throws NotFoundError
   */
  enable(
    scope: OperationScope,
    input: { webhookId: string },
  ): Promise<{ readonly webhook: WebhookRecord; readonly missedUntil: number | null }>;
  /** @throws NotFoundError */
  disable(scope: OperationScope, input: { webhookId: string }): Promise<WebhookRecord>;
  /** @returns the new secret, for the only time. @throws InvalidInputError, NotFoundError, SecretsKeyMissingError */
  rotateSecret(
    scope: OperationScope,
    input: { webhookId: string; keepPreviousHours: number },
  ): Promise<{ readonly webhook: WebhookRecord; readonly secret: string }>;
  /** Sends a test now, once, also to a webhook that is disabled. @throws NotFoundError */
  sendTest(scope: OperationScope, input: { webhookId: string }): Promise<WebhookDeliveryRecord>;
  deliveries(scope: OperationScope, query: WebhookDeliveriesQuery): Promise<ConnectionResult<WebhookDeliveryRecord>>;
  deliveryById(scope: OperationScope, id: string): Promise<WebhookDeliveryRecord | null>;
  /** @throws NotFoundError, WebhookDisabledError */
  redeliver(scope: OperationScope, input: { deliveryId: string }): Promise<WebhookDeliveryRecord>;
  /** Has everything sent anew that was made since then and given up, and what was taken if so wanted. @throws NotFoundError, WebhookDisabledError */
  redeliverSince(
    scope: OperationScope,
    input: { webhookId: string; since: number; includeDelivered: boolean },
  ): Promise<WebhookRecord>;
}

/** Long work that is asked for in a moment and done piece by piece. */
export interface BulkJobsService {
  /**
   * Reads everything of an organization again. While one runs for it, that one is the answer.
   * @param input.organizationId null = the only reseller organization there is.
   * @throws {NotFoundError|OrganizationNotEligibleError|InvalidInputError}
   */
  refreshPortfolio(
    scope: OperationScope,
    input: { readonly organizationId: string | null },
  ): Promise<{ readonly job: BulkJobRecord; readonly replayed: boolean }>;
  /** Begins nothing more; what is done stays done. Again, it changes nothing. @throws {NotFoundError|WrongJobStateError} */
  cancel(scope: OperationScope, input: { readonly jobId: string }): Promise<BulkJobRecord>;
  byId(scope: OperationScope, id: string): Promise<BulkJobRecord | null>;
  /** The newest first. */
  list(
    scope: OperationScope,
    query: { readonly states: readonly BulkJobState[] | null; readonly page: PageRequest },
  ): Promise<ConnectionResult<BulkJobRecord>>;
}

export interface Services {
  readonly adoption: AdoptionService;
  readonly contacts: ContactsService;
  readonly organizations: OrganizationsService;
  readonly clients: ClientsService;
  readonly domains: DomainsService;
  readonly catalog: CatalogService;
  readonly orders: OrdersService;
  readonly transfers: TransfersService;
  readonly renewals: RenewalsService;
  readonly settings: DomainSettingsService;
  readonly registrations: RegistrationsService;
  readonly restores: RestoresService;
  readonly refunds: RefundsService;
  readonly payments: PaymentsService;
  readonly exposure: ExposureService;
  readonly renewalPolicies: RenewalPoliciesService;
  readonly registrantChanges: RegistrantChangesService;
  readonly plans: PlansService;
  readonly events: EventsService;
  readonly bulkJobs: BulkJobsService;
  readonly upstream: UpstreamService;
  readonly accessTokens: AccessTokensService;
  readonly webhooks: WebhooksService;
  /** A fresh scope for an operation or one event of a subscription, with loaders of its own. */
  scope(session: Session, options: { maxAgeSeconds: number | null; signal: AbortSignal | undefined }): OperationScope;
}
