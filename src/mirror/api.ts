// The local copy of what Gandi holds: answers at once with what is young enough, and fetches the rest with the fewest calls.
import type { ClientDetailRecord, ClientRecord, DomainRecord, OrganizationRecord } from '../store/records.ts';
import type { UpstreamClient, UpstreamUser } from '../upstream/port.ts';
import type { AbsenceCheck } from './absences.ts';
import type { Demand, MirrorAges } from './demand.ts';
import type { DomainDepths, DomainWants } from './domain-depths.ts';
import type { DomainListScope } from './domain-listing.ts';
import type { Depth, ListFreshness } from './freshness.ts';

export type { AbsenceCheck } from './absences.ts';
export type { Demand, MirrorAges, MirroredKind } from './demand.ts';
export type { DomainDepths, DomainLink, DomainWants } from './domain-depths.ts';
export type { DomainListScope } from './domain-listing.ts';
export type { Depth, Freshness, ListFreshness } from './freshness.ts';
export type { DomainKey } from './keys.ts';

/** How far the list of domains is filled. */
export interface MirrorProgress {
  readonly isComplete: boolean;
  readonly domains: number;
  /** null until Gandi told. */
  readonly total: number | null;
  /** Why the last reading of the list failed; null when it did not. */
  readonly lastError: string | null;
}

/**
 * Every method brings what it is asked for to the demanded age, sharing identical work that is under way, and then answers from the store.
 * When that fails the answer is what the mirror has, marked STALE with the reason. Only when there is nothing at all to answer with,
 * it rejects with the {@link UpstreamError}. It rejects with the signal's reason when the demand's signal aborts.
 */
export interface Mirror {
  readonly ages: MirrorAges;
  /** Grows whenever this process wrote to the mirror: a read begun at another number may show something else. */
  generation(): number;

  /** The person behind the credential; null when Gandi does not tell or cannot be asked. Kept in memory. */
  user(demand: Demand): Promise<UpstreamUser | null>;
  /** Every organization of the credential, those missing from Gandi's list included. */
  organizations(
    demand: Demand,
  ): Promise<{ readonly rows: readonly OrganizationRecord[]; readonly freshness: ListFreshness }>;

  /** Brings the list of the clients of one reseller organization, or of all of them (null). The rows are then in the store. */
  ensureClients(organizationId: string | null, demand: Demand): Promise<ListFreshness>;
  /** The details of these clients, one call for each that is too old. By client id; without an entry nothing is known. */
  clientDetails(ids: readonly string[], demand: Demand): Promise<ReadonlyMap<string, Depth<ClientDetailRecord>>>;
  /** Writes through what is known of a client after a write, as of now; no call. */
  wroteClient(organizationId: string, client: UpstreamClient): Promise<void>;
  /** Reads one client again after a write: one call, never shared with one that began before. @returns null when Gandi answers 404. */
  clientChanged(organizationId: string, clientId: string, demand: Demand): Promise<ClientRecord | null>;

  /** Brings the list of domains. The rows are then in the store. */
  ensureDomains(scope: DomainListScope, demand: Demand): Promise<ListFreshness>;
  /** Brings the rows of single domains that are in the mirror, by details or by the list, whichever takes fewer calls. @returns why it failed, by name. */
  ensureDomainRows(domains: readonly DomainRecord[], demand: Demand): Promise<ReadonlyMap<string, string>>;
  /** Clients and details of domains that are in the mirror. */
  domainDepths(wants: DomainWants, demand: Demand): Promise<DomainDepths>;
  /** Looks for a domain that the mirror does not have: one call, or none while the complete list is young enough. @param name A-label, lower case. */
  findDomain(name: string, demand: Demand): Promise<readonly DomainRecord[]>;
  /**
   * Reads one domain again after something happened to it (a write, a completed transfer): one call, never shared with one that began before.
   * @returns the domain as it then is in the mirror; null when the mirror has never seen it and Gandi answers 404.
   */
  domainChanged(name: string, demand: Demand): Promise<DomainRecord | null>;

  /** Looks at domains that the list no longer shows, a bounded number at a time, until it is known whether they are gone. */
  checkAbsences(demand: Demand): Promise<AbsenceCheck>;
  /**
   * Reads up to `limit` details again that are missing or older than `olderThan`: domains that expire before `expiringBefore` first, then the oldest.
   * Never rejects because of Gandi: `failed` of the `due` ones stay as they were, `reason` tells why.
   */
  refreshDetails(
    query: { readonly limit: number; readonly olderThan: number; readonly expiringBefore: number },
    demand: Demand,
  ): Promise<{ readonly due: number; readonly failed: number; readonly reason: string | null }>;
  /** As far as this process has heard: nothing yet in the first moment after a start. */
  progress(): MirrorProgress;
  /** Resolves when no work is under way, however it ended. */
  idle(): Promise<void>;
}
