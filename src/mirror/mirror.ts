// The local copy of what Gandi holds: answers at once with what is young enough, and fetches the rest with the fewest calls.
import type {
  ClientDetailRecord,
  ClientRecord,
  DomainDetailRecord,
  DomainRecord,
  OrganizationRecord,
} from '../store/records.ts';
import type { UpstreamClient, UpstreamUser } from '../upstream/port.ts';
import type { Demand, MirrorAges } from './demand.ts';
import type { Depth, Freshness, ListFreshness } from './freshness.ts';

export type { Demand, MirrorAges, MirroredKind } from './demand.ts';
export type { Depth, Freshness, ListFreshness } from './freshness.ts';

export interface DomainKey {
  readonly organizationId: string;
  readonly name: string;
}

/** One text for a {@link DomainKey}, to index maps by. */
export const domainKeyText = ({ organizationId, name }: DomainKey): string => `${organizationId}/${name}`;

/** Which domains a listing is about. Naming clients lets the mirror read those clients' lists only, when that takes fewer calls. */
export interface DomainListScope {
  readonly organizationId?: string;
  readonly clientIds?: readonly string[];
  /** The listing shows or filters by the client of each domain, so that the links must be there and young enough too. */
  readonly withClients: boolean;
}

/** The client of a domain as far as is known; `clientId` null = it belongs to none. */
export interface DomainLink {
  readonly clientId: string | null;
  readonly freshness: Freshness;
}

/** What is wanted of some domains beyond their rows, planned together. */
export interface DomainWants {
  readonly links: readonly DomainKey[];
  readonly details: readonly DomainKey[];
}

export interface DomainDepths {
  /** By {@link domainKeyText}; without an entry nothing is known. */
  readonly links: ReadonlyMap<string, DomainLink>;
  readonly details: ReadonlyMap<string, Depth<DomainDetailRecord>>;
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
  /** Brings the rows of single domains that are in the mirror, by details or by the list, whichever takes fewer calls. */
  ensureDomainRows(domains: readonly DomainRecord[], demand: Demand): Promise<void>;
  /** Clients and details of domains that are in the mirror. */
  domainDepths(wants: DomainWants, demand: Demand): Promise<DomainDepths>;
  /** Looks for a domain that the mirror does not have: one call, or none while the complete list is young enough. @param name A-label, lower case. */
  findDomain(name: string, demand: Demand): Promise<readonly DomainRecord[]>;
  /**
   * Reads one domain again after something happened to it (a write, a completed transfer): one call, never shared with one that began before.
   * @returns the domain as it then is in the mirror; null when the mirror has never seen it and Gandi answers 404.
   */
  domainChanged(name: string, demand: Demand): Promise<DomainRecord | null>;
}
