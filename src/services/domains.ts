// Domains: lists, single ones, their details and clients from the mirror; the transfer lock at Gandi.
import { assertCan } from '../auth/session.ts';
import type { Clock } from '../lib/clock.ts';
import { DomainNameError, parseDomainName } from '../lib/domain-name.ts';
import { sharedReadsOf } from '../loaders/shared-reads.ts';
import { ageLimit } from '../mirror/demand.ts';
import { type AgeLimit, freshnessOf, isTooOld } from '../mirror/freshness.ts';
import type { DomainListScope, Mirror } from '../mirror/mirror.ts';
import type { DomainRecord } from '../store/records.ts';
import type { DomainFilter, Store, Visibility } from '../store/store.ts';
import type { GandiPort } from '../upstream/port.ts';
import { badArgument } from './bad-argument.ts';
import { orFault, visibilityOf } from './calls.ts';
import { createTransferLock } from './domain-transfer-lock.ts';
import { sealedFreshness } from './sealed-freshness.ts';
import type { DomainNode, DomainsService, Freshness, ListFreshness, OperationScope } from './services.ts';

export interface DomainsDeps {
  readonly port: Pick<GandiPort, 'setTransferLock'>;
  readonly store: Pick<Store, 'domains' | 'clients'>;
  readonly mirror: Mirror;
  readonly clock: Clock;
}

export function createDomainsService(deps: DomainsDeps): DomainsService {
  const { store, mirror, clock } = deps;
  const reads = sharedReadsOf(store, mirror);
  const limitOf = (scope: OperationScope) => ageLimit(scope.loaders.demand, mirror.ages, 'domains', clock.now());

  const byName = async (scope: OperationScope, text: string): Promise<DomainNode | null> => {
    const [best] = await orFault(scope.loaders.domainsByName.load(readName(text)));
    return best ?? null;
  };
  const setTransferLock = createTransferLock(deps);

  return {
    async list(scope, { filter, orderBy, page }) {
      assertCan(scope.session, 'portfolio:read');
      const visibility = visibilityOf(scope);
      const limit = limitOf(scope);
      const list = await orFault(mirror.ensureDomains(listScope(filter, visibility), scope.loaders.demand));
      if (list.state === 'LIVE' && list.asOf !== null) scope.loaders.accept(list.asOf);
      const count = () => reads.domains.count({ visibility, filter });
      const { rows, ...more } = await reads.domains.list({ visibility, filter, orderBy, page });
      scope.meter.fromMirror += list.state === 'LIVE' ? 0 : rows.length;
      return {
        ...more,
        edges: rows.map(({ row, cursor }) => ({ node: { ...row, freshness: rowFreshness(row, list, limit) }, cursor })),
        totalCount: count,
        freshness: await sealedFreshness(list, visibility, () => reads.domains.count({ visibility, filter: {} })),
      };
    },
    async byName(scope, name) {
      assertCan(scope.session, 'portfolio:read');
      return byName(scope, name);
    },
    async byKey(scope, key) {
      assertCan(scope.session, 'portfolio:read');
      return orFault(scope.loaders.domains.load(key));
    },
    async detail(scope, domain) {
      assertCan(scope.session, 'portfolio:read');
      return orFault(scope.loaders.domainDetail(domain));
    },
    async client(scope, domain) {
      assertCan(scope.session, 'portfolio:read');
      const isYoung = !isTooOld(domain.clientAsOf, limitOf(scope));
      const link = isYoung ? domain : await orFault(scope.loaders.domainLink(domain));
      const clientId = link?.clientId ?? null;
      if (clientId === null) return null;
      const known = await orFault(scope.loaders.clients.load(clientId));
      if (known !== null) return known;
      const { clientId: ownId } = scope.session;
      if (ownId !== null && ownId !== clientId) return null;
      const limit = ageLimit(scope.loaders.demand, mirror.ages, 'clients', clock.now());
      const found = await orFault(mirror.clientChanged(domain.organizationId, clientId, scope.loaders.demand));
      return found && { ...found, freshness: freshnessOf(found.rowAsOf, limit, null) };
    },
    async setTransferLock(scope, { name, locked }) {
      assertCan(scope.session, 'domain:manage');
      return setTransferLock(scope, await byName(scope, name), locked);
    },
  };
}

/** @throws {RequestFault} BAD_USER_INPUT */
function readName(text: string): string {
  try {
    return parseDomainName(text).name;
  } catch (error) {
    if (!(error instanceof DomainNameError)) throw error;
    throw badArgument('name', error.found, error.expected);
  }
}

/** What the mirror must have before the store can filter: the links to clients too, when they decide what is listed. */
function listScope(filter: DomainFilter, { organizationId, clientId }: Visibility): DomainListScope {
  const inOrganization = organizationId ?? filter.organizationId;
  const clientIds = clientId === null ? filter.clientIds : [clientId];
  return {
    ...(inOrganization !== undefined && { organizationId: inOrganization }),
    ...(clientIds !== undefined && { clientIds }),
    withClients: clientIds !== undefined || filter.withoutClient !== undefined,
  };
}

/** A row that the list's last reading saw is as fresh as that; one that it did not see says why. */
function rowFreshness(row: DomainRecord, list: ListFreshness, limit: AgeLimit): Freshness {
  const { rowAsOf, presenceReason } = row;
  const wasSeen = list.asOf !== null && rowAsOf >= list.asOf;
  if (wasSeen && list.state === 'LIVE') return { asOf: rowAsOf, state: 'LIVE', reason: null };
  return freshnessOf(rowAsOf, limit, list.reason ?? presenceReason);
}
