// Reads the domains of single clients (`resellee_id`), which is how list rows without any owner get their client.

import type { ClientList } from './client-list.ts';
import type { DomainDetails } from './domain-detail.ts';
import { everyDomain } from './every-domain.ts';
import type { Caller } from './flights.ts';
import { LIST_KEYS, type Parts } from './parts.ts';
import { sideBySide } from './side-by-side.ts';
import { sweep } from './sweep.ts';

export interface ClientDomains {
  /**
   * Reads the lists of all clients of a reseller organization. Domains that were in the mirror before and are in none of them belong to the organization
   * itself. Completes the list `domain-clients:<organization>`.
   */
  readAll(organizationId: string): (caller: Caller) => Promise<void>;
  /**
   * Reads the list of one client, and the details of domains that were linked to it and are not in that list. Completes the list `domains-of:<client>`.
   */
  readOne(organizationId: string, clientId: string): (caller: Caller) => Promise<void>;
  /** Pages that the lists of these clients have: as many as when they were read last, `otherwise` for those never read. */
  pagesOf(clientIds: readonly string[], otherwise: number): number;
}

export function createClientDomains(parts: Parts, clients: ClientList, details: DomainDetails): ClientDomains {
  const { port, store, clock, lists, pageSize, atOnce, wrote } = parts;
  const pagesRead = new Map<string, number>();

  const read = async (caller: Caller, organizationId: string, clientId: string): Promise<number> => {
    let pages = 0;
    const { keys } = await sweep({
      caller,
      now: clock.now,
      pageSize,
      atOnce,
      fetchPage: (page, call) => port.domains({ clientId, page, perPage: pageSize }, call),
      keyOf: ({ name }) => name,
      async onPage(rows, asOf) {
        pages += 1;
        const events = await store.domains.upsertRows(
          rows.map(({ sharingId: _sharingId, ...row }) => ({ ...row, organizationId, rowAsOf: asOf, clientId })),
        );
        wrote(events);
      },
    });
    pagesRead.set(clientId, pages);
    return keys.size;
  };

  /** Names of domains whose link to the client was not renewed since. */
  const linkedBefore = async (clientId: string, startedAt: number): Promise<readonly string[]> => {
    const names: string[] = [];
    for await (const { name, clientAsOf, presence } of everyDomain(store, { clientIds: [clientId] }))
      if ((clientAsOf ?? 0) < startedAt && presence !== 'ABSENT_CONFIRMED') names.push(name);
    return names;
  };

  return {
    pagesOf: (clientIds, otherwise) => clientIds.reduce((sum, id) => sum + (pagesRead.get(id) ?? otherwise), 0),
    readOne: (organizationId, clientId) => async (caller) => {
      const startedAt = clock.now();
      const count = await read(caller, organizationId, clientId);
      const gone = await linkedBefore(clientId, startedAt);
      await sideBySide(gone, atOnce, (name) => details.read(name)(caller));
      await lists.complete(LIST_KEYS.domainsOfClient(clientId), { startedAt, fetched: count, total: count });
    },
    readAll: (organizationId) => async (caller) => {
      await clients.bringFor(caller);
      const startedAt = clock.now();
      let count = 0;
      await sideBySide(await store.clients.ids(organizationId), atOnce, async (clientId) => {
        const found = await read(caller, organizationId, clientId);
        count += found;
      });
      wrote(await store.domains.linkUnclaimed(organizationId, startedAt, startedAt));
      await lists.complete(LIST_KEYS.domainClients(organizationId), { startedAt, fetched: count, total: count });
    },
  };
}
