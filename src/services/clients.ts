// Clients of a reseller: lists, single ones and their details from the mirror; making and changing them at Gandi.
import DataLoader from 'dataloader';
import { assertCan } from '../auth/session.ts';
import type { Clock } from '../lib/clock.ts';
import { ageLimit } from '../mirror/demand.ts';
import { isUpstreamFailure } from '../mirror/failure.ts';
import { freshnessOf, worstOf } from '../mirror/freshness.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { ClientDetailRecord } from '../store/records.ts';
import type { ClientFilter, Store } from '../store/store.ts';
import type { GandiPort } from '../upstream/port.ts';
import { orFault, visibilityOf } from './calls.ts';
import { createClientCreation } from './client-create.ts';
import { createClientUpdate } from './client-update.ts';
import { oncePerOperation } from './once-per-operation.ts';
import { sealedFreshness } from './sealed-freshness.ts';
import type { ClientNode, ClientsService, Depth, ListFreshness, OperationScope } from './services.ts';

export interface ClientsDeps {
  readonly port: Pick<GandiPort, 'clients' | 'client' | 'createClient' | 'updateClient'>;
  readonly store: Pick<Store, 'clients'>;
  readonly mirror: Mirror;
  readonly clock: Clock;
}

type Detail = Depth<ClientDetailRecord> | null;

export function createClientsService(deps: ClientsDeps): ClientsService {
  const { store, mirror, clock } = deps;
  const create = createClientCreation(deps);
  const update = createClientUpdate(deps);

  /** The lists an answer rests on: whether a client has domains is known from the domains. */
  const bring = async (scope: OperationScope, filter: ClientFilter): Promise<ListFreshness> => {
    const { demand } = scope.loaders;
    const { organizationId, clientId } = visibilityOf(scope);
    const inOrganization = organizationId ?? filter.organizationId ?? null;
    const clients = mirror.ensureClients(inOrganization, demand);
    if (filter.hasDomains === undefined) return clients;
    const ofDomains = {
      ...(inOrganization !== null && { organizationId: inOrganization }),
      ...(clientId !== null && { clientIds: [clientId] }),
      withClients: true,
    };
    return worstOf(...(await Promise.all([clients, mirror.ensureDomains(ofDomains, demand)])));
  };
  const readDetails = async (scope: OperationScope, ids: readonly string[]): Promise<Detail[]> => {
    try {
      const details = await mirror.clientDetails(ids, scope.loaders.demand);
      return ids.map((id) => details.get(id) ?? null);
    } catch (error) {
      if (isUpstreamFailure(error)) return ids.map(() => null);
      throw error;
    }
  };
  const details = oncePerOperation((scope) => new DataLoader<string, Detail>((ids) => readDetails(scope, ids)));
  /** What this operation read of the client before it wrote is not true any more. */
  const written = (scope: OperationScope, client: ClientNode): ClientNode => {
    scope.loaders.clients.clear(client.id);
    details(scope).clear(client.id);
    return client;
  };

  return {
    async list(scope, { filter, orderBy, page }) {
      assertCan(scope.session, 'portfolio:read');
      const visibility = visibilityOf(scope);
      const limit = ageLimit(scope.loaders.demand, mirror.ages, 'clients', clock.now());
      const list = await orFault(bring(scope, filter));
      if (list.state === 'LIVE' && list.asOf !== null) scope.loaders.accept(list.asOf);
      const { rows, ...more } = await store.clients.list({ visibility, filter, orderBy, page });
      scope.meter.fromMirror += list.state === 'LIVE' ? 0 : rows.length;
      const edges = rows.map(({ row, cursor }) => {
        const freshness = freshnessOf(row.rowAsOf, limit, list.reason);
        return { node: { ...row, freshness }, cursor };
      });
      return {
        ...more,
        edges,
        totalCount: () => store.clients.count({ visibility, filter }),
        freshness: await sealedFreshness(list, visibility, () => store.clients.count({ visibility, filter: {} })),
      };
    },
    byId: async (scope, id) => {
      assertCan(scope.session, 'portfolio:read');
      return orFault(scope.loaders.clients.load(id));
    },
    detail: async (scope, client) => {
      assertCan(scope.session, 'portfolio:read');
      return details(scope).load(client.id);
    },
    create: async (scope, input) => written(scope, await create(scope, input)),
    update: async (scope, input) => written(scope, await update(scope, input)),
  };
}
