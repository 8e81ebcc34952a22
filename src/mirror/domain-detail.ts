// Reads single domains in full and writes what they tell: detail, row, organization and client.
import type { DomainRecord } from '../store/records.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { UpstreamDomain } from '../upstream/port.ts';
import type { Caller } from './flights.ts';
import type { OwnerBook } from './known-owners.ts';
import type { OrganizationList } from './organization-list.ts';
import { ownerOfDetail } from './owners.ts';
import type { Parts } from './parts.ts';
import { judgePresence, NOT_FOUND_ALONE } from './presence.ts';

/** What a reading brought. `not-found`: Gandi answered 404 in its JSON. */
export type DetailReading =
  | { readonly kind: 'found'; readonly organizationId: string }
  | { readonly kind: 'not-found' };

export interface DomainDetails {
  /**
   * One call, then the store is written. A 404 makes a domain that the mirror has UNKNOWN; it proves nothing alone.
   * @throws {UpstreamError} for every other failure; nothing is then changed.
   */
  read(name: string): (caller: Caller) => Promise<DetailReading>;
  /** The key under which {@link read} is shared. */
  flightKey(name: string): string;
}

export function createDomainDetails(parts: Parts, owners: OwnerBook, organizations: OrganizationList): DomainDetails {
  const { port, store, clock, wrote } = parts;

  const write = async (domain: UpstreamDomain, before: readonly DomainRecord[], asOf: number): Promise<string> => {
    const { ownerSpaceId, resellerId, canTransferLock, contacts, nameservers, services, ...beyond } = domain;
    const { reachability, autoRenewal, dates, ...row } = beyond;
    const present = before.filter(({ presence }) => presence !== 'ABSENT_CONFIRMED');
    const owner = ownerOfDetail(domain, await owners.known(), (present[0] ?? before[0])?.organizationId ?? null);
    if (!owner)
      throw new UpstreamError(`Nothing tells to which organization ${domain.name} belongs.`, {
        kind: 'contract',
        endpoint: 'GET /domain/domains/{d}',
      });
    const { organizationId } = owner;
    const known = before.find((record) => record.organizationId === organizationId);
    const clientId = owner.tellsClient ? owner.clientId : (known?.clientId ?? null);
    const events = await store.domains.upsertDetail(
      { ...row, organizationId, rowAsOf: asOf },
      {
        ownerSpaceId,
        resellerId,
        canTransferLock,
        contacts,
        nameservers,
        services,
        reachability,
        autoRenewal,
        dates,
      },
      clientId,
      asOf,
    );
    wrote(events);
    const elsewhere = present.filter((record) => record.organizationId !== organizationId);
    if (elsewhere.length > 0) {
      const { presence, reason } = judgePresence({
        list: 'clean',
        detail: { kind: 'answers' },
        credentialWorks: true,
        seenElsewhere: true,
      });
      wrote(await store.domains.setPresence(elsewhere, presence, reason, clock.now()));
    }
    return organizationId;
  };

  return {
    flightKey: (name) => `domain:${name}`,
    read: (name) => async (caller) => {
      await organizations.bringFor(caller, 'known');
      const asOf = clock.now();
      caller.plan(1);
      try {
        const domain = await caller.send((call) => port.domain(name, call));
        const organizationId = await write(domain, await store.domains.byNames([name]), asOf);
        return { kind: 'found', organizationId };
      } catch (error) {
        if (!(error instanceof UpstreamError) || error.kind !== 'not-found') throw error;
        const before = (await store.domains.byNames([name])).filter(({ presence }) => presence !== 'ABSENT_CONFIRMED');
        wrote(await store.domains.setPresence(before, NOT_FOUND_ALONE.presence, NOT_FOUND_ALONE.reason, asOf));
        return { kind: 'not-found' };
      }
    },
  };
}
