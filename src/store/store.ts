// What the rest of the gateway may ask of the database; the only way to it.
import type { Money } from '../lib/money.ts';
import type {
  AutoRenewDecisionRecord,
  AutoRenewPolicyRecord,
  AutoRenewScope,
  BulkJobRecord,
  BulkJobState,
  ClientDetailRecord,
  ClientPaymentRecord,
  ClientPaymentState,
  ClientRecord,
  ClientRowRecord,
  DomainDetailRecord,
  DomainRecord,
  DomainRowRecord,
  EventRecord,
  EventType,
  LedgerKind,
  LedgerRecord,
  MirrorListRecord,
  OrderKind,
  OrderRecord,
  OrderState,
  OrganizationRecord,
  PlanItemRecord,
  PlanItemState,
  PlanRecord,
  PlanState,
  Presence,
  RefundCaseRecord,
  ReplicaRecord,
  ReplicaReport,
  TldPriceRecord,
  TldRecord,
  TransferRecord,
  TransferStep,
} from './records.ts';
import type {
  NewWebhookDelivery,
  NewWebhookRedelivery,
  WebhookAttemptOutcome,
  WebhookChange,
  WebhookDeliveryFilter,
  WebhookDeliveryRecord,
  WebhookRecord,
  WebhookState,
  WebhookStateReason,
} from './webhook-records.ts';

/** What a caller may see: rows outside are as if they did not exist. null = no limit. */
export interface Visibility {
  readonly organizationId: string | null;
  readonly clientId: string | null;
}

/** One page by keyset. Exactly one of first and last is set, 1 to 100. Cursors are those of src/lib/cursor.ts. */
export interface PageRequest {
  readonly first?: number;
  readonly after?: string;
  readonly last?: number;
  readonly before?: string;
}

export interface PageResult<T> {
  readonly rows: readonly { readonly row: T; readonly cursor: string }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

export interface OrderBy<F extends string> {
  readonly field: F;
  readonly direction: 'ASC' | 'DESC';
}

export interface DomainFilter {
  readonly organizationId?: string;
  readonly clientIds?: readonly string[];
  /** true: belongs to no client; false: belongs to one. Domains whose client is not known yet match neither. */
  readonly withoutClient?: boolean;
  readonly expiresBefore?: number;
  readonly expiresAfter?: number;
  readonly autoRenew?: boolean;
  /** Has every one of these statuses (Gandi's spelling). */
  readonly eppStatuses?: readonly string[];
  readonly transferLocked?: boolean;
  readonly tlds?: readonly string[];
  /** Case-insensitive part of the name in either form, a tag or the registrant's name. LIKE wildcards have no meaning. */
  readonly text?: string;
  /** Has every one of these tags. */
  readonly tags?: readonly string[];
  readonly presence?: readonly Presence[];
}
export type DomainSort = 'NAME' | 'EXPIRES_AT' | 'CREATED_AT' | 'UPDATED_AT';

export interface ClientFilter {
  readonly organizationId?: string;
  readonly text?: string;
  readonly types?: readonly string[];
  /** true: at least one domain; false: none. */
  readonly hasDomains?: boolean;
}
export type ClientSort = 'NAME';

export interface OrderFilter {
  readonly organizationId?: string;
  readonly clientId?: string;
  readonly domainName?: string;
  readonly states?: readonly OrderState[];
  readonly kinds?: readonly OrderKind[];
  readonly clientPayment?: readonly ClientPaymentState[];
  readonly createdAfter?: number;
}
export type OrderSort = 'CREATED_AT';

export interface TransferFilter {
  readonly organizationId?: string;
  readonly clientId?: string;
  readonly domainName?: string;
  readonly steps?: readonly TransferStep[];
  /** true: still under way; false: ended. */
  readonly open?: boolean;
}
export type TransferSort = 'STARTED_AT';

/** Which events; every condition given must hold. */
export interface EventFilter {
  readonly types?: readonly EventType[];
  readonly organizationId?: string;
  readonly clientId?: string;
  readonly domainName?: string;
  /** About one of these domains. */
  readonly domainNames?: readonly string[];
  /** About a domain under one of these TLDs, without a dot. */
  readonly tlds?: readonly string[];
  /** Ids of transfers, orders, plans and so on, as {@link EventRecord.subjectId}. */
  readonly subjectIds?: readonly string[];
}

/** A listing: a page and, apart, the count of everything that matches. */
export interface Listing<T, Filter, Sort extends string> {
  list(query: {
    visibility: Visibility;
    filter: Filter;
    orderBy: OrderBy<Sort>;
    page: PageRequest;
  }): Promise<PageResult<T>>;
  count(query: { visibility: Visibility; filter: Filter }): Promise<number>;
}

export interface OrganizationStore {
  all(): Promise<readonly OrganizationRecord[]>;
  /** Replaces the set: rows absent from `rows` get `missingAt` (first time only), present ones lose it. */
  replaceAll(rows: readonly Omit<OrganizationRecord, 'missingAt'>[], asOf: number): Promise<void>;
}

/** Listings leave out missing clients; `byIds` finds them still. */
export interface ClientStore extends Listing<ClientRecord, ClientFilter, ClientSort> {
  /** Client ids are Gandi's and unique over all organizations. */
  byIds(ids: readonly string[]): Promise<readonly ClientRecord[]>;
  /** The ids of an organization's clients that are not missing. */
  ids(organizationId: string): Promise<readonly string[]>;
  /**
   * An older row never overwrites a newer one. This and every other write of clients tells what it changed in events of the same transaction, which it
   * returns; but nothing before the list of the organization's clients was complete for the first time.
   */
  upsertRows(rows: readonly ClientRowRecord[]): Promise<readonly EventRecord[]>;
  upsertDetail(row: ClientRowRecord, detail: ClientDetailRecord, asOf: number): Promise<readonly EventRecord[]>;
  /** After a complete pass that began at `startedAt`: rows not seen since become missing. */
  markUnseenMissing(organizationId: string, startedAt: number): Promise<readonly EventRecord[]>;
}

/** Which client a domain belongs to, as learned at `asOf`; null client = it belongs to the organization itself. */
export interface DomainClientLink {
  readonly organizationId: string;
  readonly name: string;
  readonly clientId: string | null;
}

/** A list row; `clientId` when the same answer told it, null = it belongs to none. */
export interface DomainRowWrite extends DomainRowRecord {
  readonly clientId?: string | null;
}

/** One thing of a domain that the gateway itself sets at Gandi, where a change of the same made elsewhere is to be noticed. */
export type OwnSetting =
  | { readonly aspect: 'NAMESERVERS'; readonly wanted: readonly string[] }
  | { readonly aspect: 'TRANSFER_LOCK'; readonly wanted: readonly ['locked'] | readonly [] };

export type OwnDomainWrite = OwnSetting & { readonly organizationId: string; readonly domainName: string };

export interface DomainStore extends Listing<DomainRecord, DomainFilter, DomainSort> {
  /** By name across organizations; at most one row for each (organization, name). */
  byNames(names: readonly string[]): Promise<readonly DomainRecord[]>;
  details(
    keys: readonly { organizationId: string; name: string }[],
  ): Promise<readonly { organizationId: string; name: string; detail: DomainDetailRecord; asOf: number }[]>;
  /**
   * Domains with a known expiry in the order of it, with what their details tell of automatic renewal (null = nothing).
   * `after`: the last one of the page before.
   */
  renewing(query: {
    visibility: Visibility;
    filter: DomainFilter & {
      readonly organizationId: string;
      readonly expiresAfter: number;
      readonly expiresBefore: number;
    };
    after: { readonly expiresAt: number; readonly name: string } | null;
    limit: number;
  }): Promise<readonly { domain: DomainRecord; autoRenewal: DomainDetailRecord['autoRenewal'] }[]>;
  /**
   * Writes list rows; a row makes the domain PRESENT. An older `rowAsOf` never overwrites a newer one. The detail stays as it is, and so does the client
   * unless the row tells it.
   *
   * This and every other write of domains tells what it changed in events of the same transaction, which it returns; but nothing before the list `domains`
   * was complete for the first time.
   */
  upsertRows(rows: readonly DomainRowWrite[]): Promise<readonly EventRecord[]>;
  linkClients(links: readonly DomainClientLink[], asOf: number): Promise<readonly EventRecord[]>;
  upsertDetail(
    row: DomainRowRecord,
    detail: DomainDetailRecord,
    clientId: string | null,
    asOf: number,
  ): Promise<readonly EventRecord[]>;
  setPresence(
    keys: readonly { organizationId: string; name: string }[],
    presence: Presence,
    reason: string | null,
    asOf: number,
  ): Promise<readonly EventRecord[]>;
  /** Remembers what the gateway is about to set at Gandi, in place of what it set before: so its own changes are told from those made elsewhere. */
  noteOwnWrite(write: OwnDomainWrite, sentAt: number): Promise<void>;
  /** Names of PRESENT domains whose row is older than `startedAt`: what a complete list no longer had. */
  unseenSince(
    organizationId: string | null,
    startedAt: number,
  ): Promise<readonly { organizationId: string; name: string }[]>;
  /** How many rows lack a client link, or have one older than `before`; ABSENT_CONFIRMED ones do not count. */
  countUnlinked(organizationId: string, before: number): Promise<number>;
  /**
   * After the lists of every client were read from `startedAt` on: domains whose row is older than that and whose link was not renewed since belong to the
   * organization itself; links them to no client as of `asOf`. Domains that are ABSENT_CONFIRMED stay as they are.
   */
  linkUnclaimed(organizationId: string, startedAt: number, asOf: number): Promise<readonly EventRecord[]>;
  /**
   * Keys of PRESENT domains whose detail is missing or older than `olderThan`: first those that expire before `expiringBefore`, soonest first,
   * then those never read, then the oldest.
   */
  detailsDue(query: {
    olderThan: number;
    expiringBefore: number;
    limit: number;
  }): Promise<readonly { organizationId: string; name: string }[]>;
  /** Names of PRESENT domains of one organization whose detail is missing or older than `olderThan`, by name, after one of them. */
  detailsBefore(query: {
    organizationId: string;
    olderThan: number;
    after: string;
    limit: number;
  }): Promise<readonly string[]>;
  /** Of the PRESENT domains of one organization: how many there are, and whose detail is as of `since` or later. */
  countDetails(organizationId: string, since: number): Promise<{ readonly total: number; readonly fresh: number }>;
}

export interface MirrorListStore {
  get(key: string): Promise<MirrorListRecord | null>;
  all(): Promise<readonly MirrorListRecord[]>;
  put(record: MirrorListRecord): Promise<void>;
}

export interface TldStore {
  all(): Promise<readonly TldRecord[]>;
  replaceNames(names: readonly string[], asOf: number): Promise<void>;
  putDetail(name: string, detail: NonNullable<TldRecord['detail']>, asOf: number): Promise<void>;
}

export interface PriceStore {
  get(query: {
    organizationId: string;
    currency: string;
    tlds?: readonly string[];
    processes: readonly string[];
  }): Promise<readonly TldPriceRecord[]>;
  /** An older row never overwrites a newer one. What moved by too much is told in events of the same transaction, which are returned. */
  put(rows: readonly TldPriceRecord[]): Promise<readonly EventRecord[]>;
}

/** A change to an order and, if any, its transfer, written together with the events that tell of it in one transaction. */
export interface OrderChange {
  readonly order?: Partial<
    Omit<OrderRecord, 'id' | 'organizationId' | 'kind' | 'mutation' | 'idempotencyKey' | 'createdAt'>
  >;
  readonly transfer?: Partial<Omit<TransferRecord, 'id' | 'orderId' | 'organizationId' | 'version'>>;
  /** Movements of money that come with the change; one of each kind for an order at most, a second is left out. */
  readonly ledger?: readonly Omit<LedgerRecord, 'id' | 'organizationId' | 'orderId' | 'occurredAt'>[];
}

/** The most an organization may spend in a UTC day and month, after taxes; null = no limit. Orders of other currencies are not counted together. */
export interface SpendCeilings {
  readonly day: Money | null;
  readonly month: Money | null;
}

export interface OrderStore extends Listing<OrderRecord, OrderFilter, OrderSort> {
  byIds(ids: readonly string[]): Promise<readonly OrderRecord[]>;
  byKey(organizationId: string, mutation: string, idempotencyKey: string): Promise<OrderRecord | null>;
  /**
   * Inserts the order, and its transfer, with the events that tell of them, unless the key is taken or another unfinished order of the same kind exists for the domain; all in one transaction
   * (two twins at once: one is inserted, the other gets the first one's order). Claims of one organization that have a ceiling take turns, so that two
   * at once cannot both fit under it: counted is the price after taxes of every order created in the same UTC day or month that is neither FAILED nor
   * CANCELLED nor REFUNDED. A ceiling in another currency than the order's is not asked.
   */
  claim(
    order: OrderRecord,
    transfer: TransferRecord | null,
    ceilings?: SpendCeilings,
  ): Promise<
    | {
        outcome: 'claimed';
        order: OrderRecord;
        transfer: TransferRecord | null;
        events: readonly EventRecord[];
      }
    | { outcome: 'key-taken'; order: OrderRecord }
    | { outcome: 'domain-busy'; order: OrderRecord }
    | { outcome: 'over-ceiling'; period: 'day' | 'month'; ceiling: Money; spent: Money }
  >;
  /**
   * Applies a change if the order is still in one of `from` (and, when `leaseOwner` is given, the lease is held by it), appends ORDER_CHANGED / TRANSFER_CHANGED
   * events for what really changed, and returns the new records with the events; null when the guard did not hold. A lease counts as held until somebody
   * else takes it, so that an answer that comes late is still recorded. A final state or step sets `endedAt`, and `stepSince` follows the step, unless the
   * change says otherwise. The digest of the secret is null in the event's payload.
   */
  change(
    orderId: string,
    guard: { from: readonly OrderState[]; leaseOwner?: string; transferVersion?: number },
    change: OrderChange,
    at: number,
  ): Promise<{ order: OrderRecord; transfer: TransferRecord | null; events: readonly EventRecord[] } | null>;
  /** Takes or renews the lease of an order if it is free, expired or already ours. */
  lease(orderId: string, owner: string, until: number, now: number): Promise<boolean>;
  /**
   * Takes up to `limit` orders that are due (nextLookAt <= now, without a transfer, not leased) for `owner` until `until`, oldest due first, skipping rows
   * others are taking.
   */
  leaseDue(owner: string, now: number, until: number, limit: number): Promise<readonly OrderRecord[]>;
  /** Sets the next look and gives up the lease of `owner`. No event. */
  reschedule(orderId: string, owner: string, nextLookAt: number | null): Promise<void>;
  /** Earliest nextLookAt; null when none is due ever. */
  nextDueAt(): Promise<number | null>;
  /** How many have a next look. */
  countPending(): Promise<number>;
}

export interface LedgerStore {
  /** By time, newest first, in keyset pages. */
  list(query: {
    visibility: Visibility;
    filter: { organizationId?: string; orderId?: string; kinds?: readonly LedgerKind[]; from?: number; until?: number };
    page: PageRequest;
  }): Promise<PageResult<LedgerRecord>>;
  ofOrders(orderIds: readonly string[]): Promise<readonly LedgerRecord[]>;
  /** Sums for each currency and kind. */
  totals(query: {
    organizationId: string;
    from?: number;
    until?: number;
  }): Promise<readonly { kind: LedgerKind; amount: Money; count: number }[]>;
}

export interface PaymentStore {
  /** Replaces the last word on its subject, and tells it in an event; an equal one changes nothing and tells nothing. */
  record(payment: ClientPaymentRecord): Promise<readonly EventRecord[]>;
  ofClients(organizationId: string, clientIds: readonly string[]): Promise<readonly ClientPaymentRecord[]>;
}

export interface AutoRenewStore {
  policies(organizationId: string): Promise<readonly AutoRenewPolicyRecord[]>;
  /** Inserts or replaces the policy of its scope, whatever its id; returns the one that holds now. */
  putPolicy(policy: AutoRenewPolicyRecord): Promise<AutoRenewPolicyRecord>;
  removePolicy(organizationId: string, scope: AutoRenewScope, scopeValue: string): Promise<boolean>;
  decisions(organizationId: string, domainNames: readonly string[]): Promise<readonly AutoRenewDecisionRecord[]>;
  /**
   * Writes a decision with its events in one transaction, unless the row was changed since `expected` (its `updatedAt`; null = there was none).
   * @returns null when it was.
   */
  decide(
    decision: AutoRenewDecisionRecord,
    expected: number | null,
    events: readonly NewEvent[],
  ): Promise<readonly EventRecord[] | null>;
  /** Takes up to `limit` decisions that are due (nextLookAt <= now, not leased), skipping rows others are taking. */
  leaseDue(owner: string, now: number, until: number, limit: number): Promise<readonly AutoRenewDecisionRecord[]>;
  nextDueAt(): Promise<number | null>;
  /** The newest first. */
  recent(query: {
    visibility: Visibility;
    filter: { organizationId?: string; domainName?: string; wanted?: readonly AutoRenewDecisionRecord['wanted'][] };
    page: PageRequest;
  }): Promise<PageResult<AutoRenewDecisionRecord>>;
}

export interface RefundCaseStore {
  /** Inserts it unless the order has one on this ground already; returns the one there is. */
  open(record: RefundCaseRecord): Promise<RefundCaseRecord>;
  byIds(ids: readonly string[]): Promise<readonly RefundCaseRecord[]>;
  ofOrders(orderIds: readonly string[]): Promise<readonly RefundCaseRecord[]>;
  /** OPEN ones, least recently checked first. */
  toCheck(limit: number): Promise<readonly RefundCaseRecord[]>;
  /** Applies the change if the case is still OPEN. */
  change(
    id: string,
    change: Partial<Pick<RefundCaseRecord, 'state' | 'checkedAt' | 'endedAt' | 'reason'>>,
  ): Promise<RefundCaseRecord | null>;
}

/** An event before it has its place in the log. */
export type NewEvent = Omit<EventRecord, 'sequence' | 'id'>;

export interface AnnouncementStore {
  /** Appends the event unless this was announced before, both in one transaction. @returns null when it was. */
  once(key: string, event: NewEvent): Promise<EventRecord | null>;
  /** The keys announced so far for each subject. */
  known(
    subjectType: EventRecord['subjectType'],
    subjectIds: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
}

/**
 * What durable work there is: `plan` carries a plan out, its key is the plan's id; `portfolio-refresh` does a bulk job, its key is the job's id;
 * `webhook-redelivery` makes deliveries due again, its key is the id of what was asked for.
 */
export type WorkKind = 'plan' | 'portfolio-refresh' | 'webhook-redelivery';

/** A piece of work in the hands of one worker. */
export interface TakenWork {
  readonly kind: WorkKind;
  /** What is to be done, in the words of the kind. */
  readonly key: string;
  readonly id: string;
  /** How many attempts before this one failed or died. */
  readonly attempt: number;
  /** Names this attempt and no other: the fence in front of what the work writes. */
  readonly owner: string;
}

/**
 * Pieces of durable work. Of each (kind, key) one waits at most and one is worked on at most; what is sent while one is worked on is taken up after it.
 * Whoever is silent for 10 seconds has lost what it took.
 */
export interface WorkStore {
  /** There is something to do now: sends a piece, or brings the one that waits forward. */
  wake(kind: WorkKind, key: string): Promise<void>;
  /** Takes up to `limit` pieces that are due. */
  take(kind: WorkKind, limit: number): Promise<readonly TakenWork[]>;
  /** A sign of life for what one has taken of a kind. @returns those that are still one's own. */
  beat(kind: WorkKind, taken: readonly TakenWork[]): Promise<readonly TakenWork[]>;
  /** It is done for now; with `againMs`, to be taken up again after so long, or sooner when it is woken. Does nothing for who has lost it. */
  done(taken: TakenWork, againMs: number | null): Promise<void>;
  /** It failed: to be taken up again after a pause that grows to a minute. Does nothing for who has lost it. */
  failed(taken: TakenWork): Promise<void>;
  /** Gives back what the dead had taken. */
  reap(): Promise<void>;
  /** How often to look for them, in milliseconds. */
  readonly reapEveryMs: number;
}

export interface BulkJobStore {
  /**
   * Inserts a QUEUED job and sends its work, in one transaction, unless one of its kind has not ended in its organization: then that one is returned.
   * @returns no events for one that was there.
   */
  create(job: BulkJobRecord): Promise<{ job: BulkJobRecord; events: readonly EventRecord[] }>;
  byIds(ids: readonly string[]): Promise<readonly BulkJobRecord[]>;
  /** The newest first. */
  list(query: {
    visibility: Visibility;
    filter: { states?: readonly BulkJobState[] };
    page: PageRequest;
  }): Promise<PageResult<BulkJobRecord>>;
  /** From now on only `owner` writes what is guarded by it, whoever did before; a QUEUED job becomes RUNNING. @returns null when it has ended. */
  hold(
    jobId: string,
    owner: string,
    at: number,
  ): Promise<{ job: BulkJobRecord; events: readonly EventRecord[] } | null>;
  /** Changes a job that has not ended and, with `owner`, is still held by it; tells it in an event when something changed. A final state sets `endedAt`. */
  change(
    jobId: string,
    owner: string | null,
    change: Partial<Pick<BulkJobRecord, 'state' | 'done' | 'failed' | 'total' | 'problem'>>,
    at: number,
  ): Promise<{ job: BulkJobRecord; events: readonly EventRecord[] } | null>;
  /** Ids of jobs that have not ended, with their kinds. */
  unfinished(): Promise<readonly Pick<BulkJobRecord, 'id' | 'kind'>[]>;
}

export interface PlanStore {
  create(plan: PlanRecord, items: readonly PlanItemRecord[]): Promise<readonly EventRecord[]>;
  byIds(ids: readonly string[]): Promise<readonly PlanRecord[]>;
  list(query: {
    visibility: Visibility;
    filter: { organizationId?: string; states?: readonly PlanState[] };
    page: PageRequest;
  }): Promise<PageResult<PlanRecord>>;
  items(planId: string, query: { after: number | null; limit: number }): Promise<readonly PlanItemRecord[]>;
  /** How many items are in each state. */
  counts(planId: string): Promise<Readonly<Record<PlanItemState, number>>>;
  /** Changes the plan if it is in one of `from`, tells it in an event, and wakes the work on it when it was approved, resumed, stopped or cancelled. */
  change(
    planId: string,
    guard: { from: readonly PlanState[]; leaseOwner?: string },
    change: Partial<Omit<PlanRecord, 'id' | 'organizationId' | 'hash' | 'createdAt'>>,
    at: number,
  ): Promise<{ plan: PlanRecord; events: readonly EventRecord[] } | null>;
  /**
   * Changes one item if it is in one of `from` and, with `guard`, if the plan is in one of its states and held by its owner; tells the plan's progress
   * in an event.
   */
  changeItem(
    item: { planId: string; position: number },
    from: readonly PlanItemState[],
    change: Partial<Pick<PlanItemRecord, 'state' | 'orderId' | 'failure' | 'quote'>>,
    at: number,
    guard?: { from: readonly PlanState[]; leaseOwner: string },
  ): Promise<{ item: PlanItemRecord; events: readonly EventRecord[] } | null>;
  /** From now on only `owner` writes what is guarded by it, whoever did before. @returns null when the plan is not RUNNING. */
  hold(planId: string, owner: string): Promise<PlanRecord | null>;
  /** Ids of plans for which something may be left to do: RUNNING ones, and others with items whose order may not have ended. */
  unfinished(): Promise<readonly string[]>;
}

export interface TransferStore extends Listing<TransferRecord, TransferFilter, TransferSort> {
  byIds(ids: readonly string[]): Promise<readonly TransferRecord[]>;
  byOrderIds(orderIds: readonly string[]): Promise<readonly TransferRecord[]>;
  /** Takes up to `limit` due transfers (nextPollAt <= now, not ended, not leased) for `owner` until `until`, oldest due first, skipping rows others are taking. */
  leaseDue(owner: string, now: number, until: number, limit: number): Promise<readonly TransferRecord[]>;
  /**
   * Sets the next poll and gives up the lease of `owner`; writes `asOf` when the poll was answered. Changes nothing when another has taken the transfer since.
   * A poll that was brought forward after the lease, when it was due at `dueAt`, stays brought forward. No event.
   */
  reschedule(
    id: string,
    held: { owner: string; dueAt: number },
    nextPollAt: number | null,
    asOf?: number | null,
  ): Promise<void>;
  /** Open transfers that are polled at `at` or sooner: earlier polls stay, later ones are brought forward. Leases stay. No event. */
  bringForward(ids: readonly string[], at: number): Promise<void>;
  /** Earliest nextPollAt over open transfers; null when none is open. */
  nextDueAt(): Promise<number | null>;
  /** How many are polled. */
  countPending(): Promise<number>;
}

/** One end of what lies strictly between two positions of the log, either of which may be open. */
export interface EventRange {
  readonly after: bigint | null;
  readonly before: bigint | null;
  /** The oldest of them, or the newest. */
  readonly from: 'start' | 'end';
  /** 1 to 1000. */
  readonly limit: number;
}

export interface EventStore {
  byIds(ids: readonly string[]): Promise<readonly EventRecord[]>;
  /** What the caller may see and wants of a range, in commit order. */
  list(query: {
    readonly visibility: Visibility;
    readonly filter: EventFilter;
    readonly range: EventRange;
  }): Promise<readonly EventRecord[]>;
  /** Events after a sequence number, in commit order, never skipping one that commits late. `limit` 1 to 1000. */
  after(sequence: bigint, limit: number): Promise<readonly EventRecord[]>;
  /** The last sequence number, also when its event was removed; 0 for a log in which nothing ever was. */
  head(): Promise<bigint>;
  /** What was removed. */
  floor(): Promise<LogFloor>;
  /**
   * Removes the oldest events, at most `limit` of them, and moves the floor with them in one transaction. Goes up to the first that has to stay: one that
   * is neither older than `olderThan` nor outside the newest `keep`, or one after `keepAfter` that is not older than `olderThanInAnyCase` either.
   * @returns how many were removed; 0 also when another removes right now.
   */
  prune(bounds: {
    /** Epoch milliseconds. */
    readonly olderThan: number;
    /** Counted by sequence number. */
    readonly keep: number;
    /** The last sequence number that everybody who has to be told has been told of. */
    readonly keepAfter: bigint;
    readonly olderThanInAnyCase: number;
    readonly limit: number;
  }): Promise<number>;
}

/** The last event that was removed: the log goes on after it. `sequence` 0 and no time when nothing was. */
export interface LogFloor {
  readonly sequence: bigint;
  readonly occurredAt: number | null;
}

export interface FactStore {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  /** What is there under the key; `value`, from then on, when there was nothing. Whoever comes first decides for all. */
  once(key: string, value: string): Promise<string>;
}

export interface AuditStore {
  append(entry: {
    organizationId: string | null;
    actor: string;
    action: string;
    subject: string;
    requestId: string;
    occurredAt: number;
  }): Promise<void>;
}

export interface LeaseStore {
  /** Takes a piece of work, or keeps it for longer, until `until`. @returns false while somebody else has it. */
  hold(name: string, owner: string, now: number, until: number): Promise<boolean>;
  /** Lets others take it at once; does nothing when somebody else has it. */
  release(name: string, owner: string): Promise<void>;
}

export interface ReplicaStore {
  /**
   * Says that a gateway is there and what it does, and tells what the others said last, in one statement. Times are the database's own.
   * `announces`: it goes on alone as from now, and gets a new announcement; else the one it has stays as long as it has a part.
   * @returns what was committed before the statement began, the gateway's own announcement after it.
   */
  report(mine: ReplicaReport): Promise<{ announcement: string | null; others: readonly ReplicaRecord[] }>;
  /** Takes the gateway off the board. */
  leave(id: string): Promise<void>;
  /** Takes off the board who has not been seen for so long. */
  forget(unseenMs: number): Promise<void>;
}

export interface WebhookStore {
  /** Inserts it unless there are `most` with the same limits already; null when there are. */
  create(webhook: WebhookRecord, most: number): Promise<WebhookRecord | null>;
  byIds(ids: readonly string[]): Promise<readonly WebhookRecord[]>;
  /** Newest first. */
  list(query: {
    visibility: Visibility;
    filter: { states?: readonly WebhookState[] };
    page: PageRequest;
  }): Promise<PageResult<WebhookRecord>>;
  count(query: { visibility: Visibility; filter: { states?: readonly WebhookState[] } }): Promise<number>;
  /** @param expected only if it still has this secret. @returns null when it is not there any more, or has another one. */
  change(id: string, change: WebhookChange, expected?: { readonly secret: string }): Promise<WebhookRecord | null>;
  /** Removes it with its deliveries. */
  remove(id: string): Promise<boolean>;
  /** Goes on from its position; its open deliveries are due at once, each with a new day of retries. */
  enable(id: string, at: number): Promise<WebhookRecord | null>;
  /** Disables it if it is enabled, and tells it in an event unless somebody asked for it; deliveries and position stay as they are. */
  disable(id: string, reason: WebhookStateReason, at: number): Promise<WebhookRecord | null>;
  /** Every enabled one, oldest first. */
  enabled(): Promise<readonly WebhookRecord[]>;
  /**
   * Moves webhooks that are enabled and still at `from` on to `to` and writes their deliveries, all in one transaction; those that moved meanwhile are left
   * out with their deliveries, so that every event becomes one delivery whoever else is at it. @returns the number of deliveries written.
   */
  dispatch(move: {
    readonly webhookIds: readonly string[];
    readonly from: bigint;
    readonly to: bigint;
    readonly deliveries: readonly NewWebhookDelivery[];
    readonly at: number;
  }): Promise<number>;
  /** The lowest sequence number after which events are still needed: by enabled webhooks, or for payloads to be written; null = none is needed. */
  neededAfter(): Promise<bigint | null>;
}

export interface WebhookDeliveryStore {
  byIds(ids: readonly string[]): Promise<readonly WebhookDeliveryRecord[]>;
  /** Newest first; only those of webhooks in sight. */
  list(query: {
    visibility: Visibility;
    filter: WebhookDeliveryFilter;
    page: PageRequest;
  }): Promise<PageResult<WebhookDeliveryRecord>>;
  count(query: { visibility: Visibility; filter: WebhookDeliveryFilter }): Promise<number>;
  /**
   * Takes deliveries that are due for `owner` until `until`: of each webhook that is enabled as many as it has free slots. One that was never sent waits
   * until every earlier one of its subject was.
   */
  leaseDue(query: {
    readonly owner: string;
    readonly now: number;
    readonly until: number;
    readonly slots: readonly { readonly webhookId: string; readonly free: number }[];
  }): Promise<readonly WebhookDeliveryRecord[]>;
  /** Inserts a delivery that `owner` holds. */
  insertLeased(delivery: NewWebhookDelivery, owner: string, until: number, at: number): Promise<WebhookDeliveryRecord>;
  /** Writes the body unless there is one; returns the one that holds, or null when the delivery is not `owner`'s any more. */
  writeBody(id: string, owner: string, body: string): Promise<string | null>;
  /** Records an attempt if `owner` still holds the delivery, and gives it up. @returns null when it does not. */
  finish(
    id: string,
    owner: string,
    outcome: WebhookAttemptOutcome,
  ): Promise<{ delivery: WebhookDeliveryRecord; isDisabled: boolean } | null>;
  /** Gives up deliveries of `owner` as if they had not been taken. */
  release(ids: readonly string[], owner: string): Promise<void>;
  /**
   * Makes deliveries due again under the same id with the same body, each with a new day of retries; those that somebody is sending at the moment are left
   * alone. @returns those that are due now.
   */
  redeliver(ids: readonly string[], at: number): Promise<readonly WebhookDeliveryRecord[]>;
  /** Writes down that deliveries are to be sent anew, and sends the durable work that does it, in one transaction. */
  askAnew(wanted: NewWebhookRedelivery): Promise<void>;
  /**
   * Makes the next `limit` of what was asked for due, as {@link redeliver} does, and moves its place on in the same transaction; forgets it after the last.
   * @returns how many are due now and whether that was all; null when there is nothing to do (any more).
   */
  sendNextAnew(id: string, limit: number, at: number): Promise<{ due: number; isLast: boolean } | null>;
  /** What was asked for and is not done. */
  askedAnew(): Promise<readonly string[]>;
  forgetAsked(id: string): Promise<void>;
  /** When the next one after `now` is due; null = none that waits for its time. */
  nextDueAt(now: number): Promise<number | null>;
  /** Removes up to `limit` that ended before a time. @returns how many. */
  prune(endedBefore: number, limit: number): Promise<number>;
}

export interface Store {
  readonly organizations: OrganizationStore;
  readonly clients: ClientStore;
  readonly domains: DomainStore;
  readonly mirrorLists: MirrorListStore;
  readonly tlds: TldStore;
  readonly prices: PriceStore;
  readonly orders: OrderStore;
  readonly transfers: TransferStore;
  readonly ledger: LedgerStore;
  readonly payments: PaymentStore;
  readonly autoRenew: AutoRenewStore;
  readonly refundCases: RefundCaseStore;
  readonly announcements: AnnouncementStore;
  readonly plans: PlanStore;
  readonly events: EventStore;
  readonly facts: FactStore;
  readonly audit: AuditStore;
  readonly work: WorkStore;
  readonly bulkJobs: BulkJobStore;
  readonly replicas: ReplicaStore;
  readonly leases: LeaseStore;
  readonly webhooks: WebhookStore;
  readonly webhookDeliveries: WebhookDeliveryStore;
  /** Resolves when the database answers. @throws when it does not. */
  ping(): Promise<void>;
  /** Closes connections; later calls fail. */
  close(): Promise<void>;
}
