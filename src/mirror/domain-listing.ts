// Brings what a listing of domains rests on: the whole list or some clients' lists, and the clients of all domains when the listing needs them.
import type { ClientDomains } from './client-domains.ts';
import { ageLimit, type Demand } from './demand.ts';
import type { DomainDepthReader } from './domain-depths.ts';
import type { DomainList } from './domain-list.ts';
import { type AgeLimit, isTooOld, type ListFreshness, worstOf } from './freshness.ts';
import type { OwnerBook } from './known-owners.ts';
import { LIST_KEYS, type Parts } from './parts.ts';
import { planDomains, planListing } from './planner.ts';

/** Which domains a listing is about. Naming clients lets the mirror read those clients' lists only, when that takes fewer calls. */
export interface DomainListScope {
  readonly organizationId?: string;
  readonly clientIds?: readonly string[];
  /** The listing shows or filters by the client of each domain, so that the links must be there and young enough too. */
  readonly withClients: boolean;
}

export interface DomainListing {
  bring(scope: DomainListScope, demand: Demand): Promise<ListFreshness>;
}

export function createDomainListing(
  parts: Parts,
  deps: {
    readonly owners: OwnerBook;
    readonly list: DomainList;
    readonly depths: DomainDepthReader;
    readonly clientDomains: ClientDomains;
  },
): DomainListing {
  const { store, clock, ages, lists } = parts;
  const { owners, list, depths, clientDomains } = deps;

  /** Since when all domains of a client are known: by its own list, or by the whole list with all links. */
  const asOfClient = async (clientId: string, organizationId: string): Promise<number | null> => {
    const [own, whole, links] = await Promise.all([
      lists.asOf(LIST_KEYS.domainsOfClient(clientId)),
      lists.asOf(LIST_KEYS.domains),
      lists.asOf(LIST_KEYS.domainClients(organizationId)),
    ]);
    const byWhole = whole === null || links === null ? null : Math.min(whole, links);
    return own === null || byWhole === null ? (own ?? byWhole) : Math.max(own, byWhole);
  };
  /** By the lists of these clients alone, when that is enough and takes fewer calls; null = the whole list is to be brought. */
  const bringClients = async (
    clientIds: readonly string[],
    limit: AgeLimit,
    demand: Demand,
  ): Promise<ListFreshness | null> => {
    const known = (await owners.known()).clients;
    const owned = clientIds.flatMap((id) => ({ id, organizationId: known.get(id) }));
    const asked: { id: string; organizationId: string; asOf: number | null }[] = [];
    for (const { id, organizationId } of owned)
      if (organizationId !== undefined) asked.push({ id, organizationId, asOf: await asOfClient(id, organizationId) });
    if (asked.length === 0) return null;
    const old = asked.filter(({ asOf }) => isTooOld(asOf, limit));
    const portfolio = await depths.portfolio(await owners.resellers());
    const pages = clientDomains.pagesOf(
      old.map(({ id }) => id),
      await depths.typicalPages(),
    );
    if (old.length > 0 && planListing(portfolio, pages) === 'list') return null;
    const read = await Promise.all(
      old.map(({ id, organizationId }) =>
        lists.bring(LIST_KEYS.domainsOfClient(id), limit, demand, clientDomains.readOne(organizationId, id)),
      ),
    );
    const young = asked.filter((client) => !old.includes(client)).map(({ asOf }) => mirrored(asOf));
    const [first, ...others] = [...read, ...young];
    return first === undefined ? null : worstOf(first, ...others);
  };
  /** @param whole the list of all domains as it was just brought; its reading may have told all links. */
  const bringLinks = async (
    organizationId: string,
    limit: AgeLimit,
    demand: Demand,
    whole: ListFreshness,
  ): Promise<ListFreshness> => {
    const key = LIST_KEYS.domainClients(organizationId);
    const asOf = await lists.asOf(key);
    if (asOf !== null && whole.state === 'LIVE' && asOf >= (whole.asOf ?? limit.askedAt)) return whole;
    if (!isTooOld(asOf, limit)) return mirrored(asOf);
    const count = await store.domains.countUnlinked(organizationId, limit.askedAt - limit.maxAgeMs);
    if (count === 0) return whole;
    const portfolio = await depths.portfolio([organizationId]);
    const { kind } = planDomains('clients', Number.POSITIVE_INFINITY, portfolio);
    if (kind === 'list') await list.bring({ askedAt: limit.askedAt, maxAgeMs: 0 }, demand);
    return lists.bring(key, limit, demand, clientDomains.readAll(organizationId));
  };

  return {
    async bring(scope, demand) {
      const limit = ageLimit(demand, ages, 'domains', clock.now());
      if (scope.clientIds !== undefined && scope.clientIds.length > 0) {
        const freshness = await bringClients(scope.clientIds, limit, demand);
        if (freshness !== null) return freshness;
      }
      const freshness = await list.bring(limit, demand);
      if (!scope.withClients) return freshness;
      const resellers = (await owners.resellers()).filter(
        (id) => scope.organizationId === undefined || id === scope.organizationId,
      );
      const links = await Promise.all(resellers.map((id) => bringLinks(id, limit, demand, freshness)));
      return worstOf(freshness, ...links);
    },
  };
}

function mirrored(asOf: number | null): ListFreshness {
  return { asOf, state: 'MIRRORED', reason: null, isComplete: asOf !== null, fetched: 0, total: null };
}
