// What the events of each type carry, as the log keeps it. Instants are epoch milliseconds; nothing in here is secret.
import type { Money } from '../lib/money.ts';
import type {
  AutoRenewDecisionRecord,
  AutoRenewRule,
  BulkJobRecord,
  ClientPaymentRecord,
  ClientPaymentState,
  EventType,
  OrderRecord,
  OrganizationType,
  PlanItemState,
  PlanRecord,
  PriceProcess,
  TransferRecord,
} from './records.ts';
import type { WebhookStateReason } from './webhook-records.ts';

/** What something was when it was last looked at, and what it is now. */
export interface Change<T> {
  readonly before: T;
  readonly after: T;
}

/** A domain as an event tells it: what its owner, its renewal and its working depend on. No contact, no auth code. */
export interface DomainFacts {
  readonly organizationId: string;
  /** null: it belongs to the organization itself, or its client is not known yet. */
  readonly clientId: string | null;
  /** A-label, lower case. */
  readonly name: string;
  readonly unicodeName: string;
  readonly tld: string;
  readonly expiresAt: number | null;
  readonly autoRenew: boolean;
  /** As Gandi spells them. `clientTransferProhibited` is the registrar's transfer lock. */
  readonly eppStatuses: readonly string[];
  readonly tags: readonly string[];
  /** null: no detail of the domain was read yet. */
  readonly nameservers: readonly string[] | null;
}

/** The domain was not there before: registered, transferred in, or back after it had gone. Nothing is told of what the first complete list shows. */
export interface DomainAdded {
  readonly domain: DomainFacts;
}

export type DomainField =
  | 'EXPIRES_AT'
  | 'AUTO_RENEW'
  | 'EPP_STATUSES'
  | 'TAGS'
  | 'NAMESERVERS'
  | 'ADMIN_CONTACT'
  | 'TECH_CONTACT'
  | 'BILLING_CONTACT'
  | 'CLIENT';

/** Only what changed is there. Lists that differ in nothing but their order are the same. */
export interface DomainChanges {
  readonly expiresAt?: Change<number | null>;
  readonly autoRenew?: Change<boolean>;
  readonly eppStatuses?: Change<readonly string[]>;
  readonly tags?: Change<readonly string[]>;
  readonly nameservers?: Change<readonly string[]>;
}

/**
 * The domain was looked at and is no longer what it was. What became known for the first time is no change. Of contacts it tells that they changed, not what is in them.
 *
 * When it goes from one client to another there is one event for each, so that neither learns of the other: LEFT, of the client it had, and JOINED, of the
 * client it has. What changed besides is then in an event of its own, of no client.
 */
export interface DomainChanged {
  /** As it is now; null in an event that tells a client that it has LEFT. */
  readonly domain: DomainFacts | null;
  readonly fields: readonly DomainField[];
  readonly changes: DomainChanges;
  /** Whether the client of this event got the domain or lost it; null = its client is the same. */
  readonly movement: 'JOINED' | 'LEFT' | null;
}

export type DriftField = 'EXPIRES_AT' | 'TRANSFER_LOCK' | 'NAMESERVERS' | 'REGISTRANT';

/**
 * Somebody changed the domain elsewhere: its nameservers, its transfer lock, its registrant or its term are not what they were, and neither a change nor an
 * order made through this gateway accounts for it. Comes beside DOMAIN_CHANGED or REGISTRANT_CHANGED. Renewals that Gandi makes by itself are no drift;
 * of auto-renewal itself AUTO_RENEW_DRIFTED tells.
 */
export interface DomainDrifted {
  readonly domain: DomainFacts;
  readonly fields: readonly DriftField[];
  /** Of what the mirror keeps both sides of; nothing for the registrant. `eppStatuses` for the transfer lock. */
  readonly changes: DomainChanges;
  /** When it was last seen as it was before: the change was made after that. */
  readonly lastSeenAt: number;
}

/** The domain is gone, proven by a complete list without it and by its own page: what it was when it was last seen. */
export interface DomainRemoved {
  readonly domain: DomainFacts;
  readonly reason: string | null;
}

export type RegistrantField =
  | 'TYPE'
  | 'NAME'
  | 'COMPANY'
  | 'EMAIL'
  | 'ADDRESS'
  | 'PHONE'
  | 'LANGUAGE'
  | 'PRIVACY'
  | 'EXTRA_PARAMETERS';

/** The registrant, or data of it, changed. Personal data: the name it is known by now, so that people know who is meant; nothing of who it was before. */
export interface RegistrantChanged {
  readonly domainName: string;
  /** Its company, or its own name. */
  readonly registrantName: string | null;
  /** What of it changed. */
  readonly fields: readonly RegistrantField[];
}

/** How far the verification of the registrant's address has come, in Gandi's words (pending, done, failed, deleted, none: an open set). */
export interface ContactVerificationChanged {
  readonly domainName: string;
  /** Whether the registrant's address answers; a domain whose registrant is not reached can be suspended. */
  readonly reachability: Change<string | null>;
  /** Whether the registrant's data were confirmed. */
  readonly validation: Change<string | null>;
}

/** Personal data: the name a client is listed under, so that people know who is meant. */
export interface ClientFacts {
  readonly organizationId: string;
  readonly id: string;
  readonly name: string;
  /** null where Gandi names none. */
  readonly type: OrganizationType | null;
}

/** The client was not there before, or is back. Nothing is told of what the first complete list shows. */
export interface ClientAdded {
  readonly client: ClientFacts;
}

export type ClientField =
  | 'NAME'
  | 'TYPE'
  | 'FIRST_NAME'
  | 'LAST_NAME'
  | 'COMPANY'
  | 'EMAIL'
  | 'ADDRESS'
  | 'PHONE'
  | 'FAX'
  | 'REFERENCE'
  | 'LANGUAGE';

/** Data of the client changed: which, not what they are. */
export interface ClientChanged {
  readonly client: ClientFacts;
  readonly fields: readonly ClientField[];
}

/** A complete list no longer shows the client: what it was when it was last seen. */
export interface ClientRemoved {
  readonly client: ClientFacts;
}

/** Until when the order can be taken back for its money, and which notice of it this is: `closing-<hours before>`, or `closed`. */
export interface RefundWindow {
  readonly orderId: string;
  readonly domainName: string;
  readonly until: number;
  readonly notice: string;
  readonly clientPayment: ClientPaymentState;
}

/** What the guard decided for the renewal of a term, and whether the domain renews by itself as Gandi showed it then. */
export type AutoRenewNews = AutoRenewDecisionRecord & { readonly autoRenew: boolean };

/**
 * AUTO_RENEW_OFF: Gandi will not renew it. NOT_PAID: its policy renews it only when the client has paid, and the client has not. NOT_ANSWERED: its policy
 * asks, and nobody has said yes. PRICE_RISE: it became dearer than its policy allows, and nobody has said yes. BALANCE: the prepaid account does not pay for
 * it. STATUS: the registry or Gandi forbids renewals of it, or it is on hold. VERIFICATION: its registrant has not confirmed the address and the domain
 * can be suspended for it.
 */
export type RenewalRisk =
  | 'AUTO_RENEW_OFF'
  | 'NOT_PAID'
  | 'NOT_ANSWERED'
  | 'PRICE_RISE'
  | 'BALANCE'
  | 'STATUS'
  | 'VERIFICATION';

/** The term ends soon and, as things are, the domain will not be renewed although it should. Told once for each reason and lead. */
export interface RenewalAtRisk {
  readonly domainName: string;
  readonly expiresAt: number;
  readonly reason: RenewalRisk;
  /** 30, 14, 7, 3 or 1: the term ends within so many days. */
  readonly leadDays: number;
  /** The policy that holds for it; null = none, and Gandi's auto-renewal alone decides. */
  readonly policy: AutoRenewRule | null;
  readonly autoRenew: boolean;
  /** Gandi's next attempt; null = none is known. */
  readonly renewsAt: number | null;
  /** After taxes; null = Gandi shows no price. */
  readonly price: Money | null;
}

/**
 * A price rose or fell by more than the threshold since it was last read. Of each TLD under which the organization has domains, and each process, the
 * greatest movement.
 */
export interface PriceShock {
  readonly organizationId: string;
  readonly tld: string;
  readonly process: PriceProcess;
  /** The years the price is for. */
  readonly minYears: number;
  readonly maxYears: number;
  /** Of a premium name. */
  readonly isPremium: boolean;
  /** For one year, after taxes. */
  readonly price: Change<Money>;
  /** By how much; negative when it fell. */
  readonly percent: number;
  readonly thresholdPercent: number;
  /** The organization's domains under this TLD. */
  readonly domains: number;
}

/** The prepaid account as Gandi shows it, and how far it reaches. */
export interface PrepaidAccount {
  readonly organizationId: string;
  readonly amount: Money;
  /** What Gandi warns at; null = not told. */
  readonly threshold: Money | null;
  readonly isLow: boolean;
  readonly asOf: number;
  readonly runway: {
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

/**
 * RATE_LIMITED: Gandi said "too many calls", and nothing is sent for a while. SATURATED: work is refused because more waits than the limit lets through.
 * SHARED_BUDGET_LOST: the replicas cannot reach the budget they share, and each keeps to its own part of the limit.
 */
export type BudgetTrouble = 'RATE_LIMITED' | 'SATURATED' | 'SHARED_BUDGET_LOST';

/** The gateway asks Gandi less than it wants to. One event for each episode, of the first trouble in it. */
export interface BudgetDegraded {
  readonly reason: BudgetTrouble;
  readonly since: number;
  /** Nothing is sent until then; null = calls still go. */
  readonly pausedUntil: number | null;
}

/** The episode is over: for a while now there was no trouble. */
export interface BudgetRestored {
  /** The first trouble of the episode. */
  readonly reason: BudgetTrouble;
  readonly since: number;
  /** When the last trouble ended. */
  readonly until: number;
}

/** Gandi's credential ends soon, or Gandi refuses it where it worked before. Nothing of the credential itself is told. */
export interface CredentialExpiring {
  readonly reason: 'EXPIRES' | 'REFUSED';
  /** As the operator told; null = not told. */
  readonly expiresAt: number | null;
  /** 30, 14, 7, 3 or 1: it ends within so many days; null when it is REFUSED. */
  readonly leadDays: number | null;
}

/** An endpoint that failed for too long gets nothing any more until somebody enables it again. Of its address only the host is told. */
export interface WebhookDisabled {
  readonly webhookId: string;
  readonly host: string;
  readonly reason: Exclude<WebhookStateReason, 'REQUESTED'>;
  readonly failingSince: number;
}

/** The payload of each type of event. */
export interface EventPayloads {
  /** The transfer after the change. Personal data: the addresses that were asked to approve it. */
  readonly TRANSFER_CHANGED: TransferRecord;
  /** The order after the change, without the digest of its secret. Personal data: the contacts of its input. */
  readonly ORDER_CHANGED: OrderRecord & { readonly secretDigest: null };
  /** The plan after the change, and how many of its items are in each state. */
  readonly PLAN_CHANGED: PlanRecord & { readonly counts: Readonly<Record<PlanItemState, number>> };
  /** The job after it moved on. */
  readonly BULK_JOB_CHANGED: BulkJobRecord;
  readonly DOMAIN_ADDED: DomainAdded;
  readonly DOMAIN_CHANGED: DomainChanged;
  readonly DOMAIN_DRIFTED: DomainDrifted;
  readonly DOMAIN_REMOVED: DomainRemoved;
  readonly REGISTRANT_CHANGED: RegistrantChanged;
  readonly CONTACT_VERIFICATION_CHANGED: ContactVerificationChanged;
  readonly CLIENT_ADDED: ClientAdded;
  readonly CLIENT_CHANGED: ClientChanged;
  readonly CLIENT_REMOVED: ClientRemoved;
  /** What was said of a client's payment. Personal data: the reference that came with it. */
  readonly CLIENT_PAYMENT_RECORDED: ClientPaymentRecord;
  /** There is little time left to take an order back for its money. */
  readonly REFUND_WINDOW_CLOSING: RefundWindow;
  /** An order cannot be taken back for its money any more. */
  readonly REFUND_WINDOW_CLOSED: RefundWindow;
  /** The guard decided whether a term may be renewed, or decided anew. */
  readonly AUTO_RENEW_DECIDED: AutoRenewNews;
  /** Gandi shows the auto-renewal as the guard switched it. */
  readonly AUTO_RENEW_SWITCHED: AutoRenewNews;
  /** Somebody switched auto-renewal elsewhere, against what the guard had settled; it is set right. */
  readonly AUTO_RENEW_DRIFTED: AutoRenewNews;
  readonly RENEWAL_AT_RISK: RenewalAtRisk;
  readonly PRICE_SHOCK: PriceShock;
  /** The account is under the threshold that Gandi warns at. Told once a day while it holds. */
  readonly BALANCE_LOW: PrepaidAccount;
  /** The account does not pay for every renewal of the coming days. Told once a day while it holds. */
  readonly RUNWAY_SHORT: PrepaidAccount;
  readonly BUDGET_DEGRADED: BudgetDegraded;
  readonly BUDGET_RESTORED: BudgetRestored;
  readonly CREDENTIAL_EXPIRING: CredentialExpiring;
  readonly WEBHOOK_DISABLED: WebhookDisabled;
}

/** What is told of one type: checked where the event is made, and plain JSON from then on. */
export function payloadOf<Type extends EventType>(
  _type: Type,
  payload: EventPayloads[Type],
): Readonly<Record<string, unknown>> {
  return { ...payload };
}
