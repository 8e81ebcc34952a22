// Clients of a reseller: lists, single ones and their details from the mirror; making and changing them at Gandi.
import DataLoader from 'dataloader';
import { assertCan, canSee } from '../auth/session.ts';
import type { Clock } from '../lib/clock.ts';
import { ageLimit } from '../mirror/demand.ts';
import { isUpstreamFailure } from '../mirror/failure.ts';
import { freshnessOf, worstOf } from '../mirror/freshness.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { ClientDetailRecord, ClientRecord } from '../store/records.ts';
import type { ClientFilter, Store } from '../store/store.ts';
import type { GandiPort } from '../upstream/port.ts';
import { demandFor, orFault, visibilityOf } from './calls.ts';
import { createClientCreation } from './client-create.ts';
import { createClientUpdate } from './client-update.ts';
import { oncePerOperation } from './once-per-operation.ts';
import type { ClientNode, ClientsService, Depth, ListFreshness, OperationScope } from './services.ts';

export interface ClientsDeps {
  readonly port: Pick<GandiPort, 'clients' | 'client' | 'createClient' | 'updateClient'>;
  readonly store: Pick<Store, 'clients'>;
  readonly mirror: Mirror;
  readonly clock: Clock;
}

export function createClientsService(deps: ClientsDeps): ClientsService {
  const { store, mirror, clock } = deps;

  const toNode = (scope: OperationScope, row: ClientRecord, askedAt: number, list: ListFreshness): ClientNode => {
    const limit = ageLimit(demandFor(scope), mirror.ages, 'clients', askedAt);
    return { ...row, freshness: freshnessOf(row.rowAsOf, limit, list.reason) };
  };
  /** The lists an answer rests on: whether a client has domains is known from the domains. */
  const bring = async (scope: OperationScope, filter: ClientFilter): Promise<ListFreshness> => {
    const demand = demandFor(scope);
    const organizationId = scope.session.organizationId ?? filter.organizationId ?? null;
    const clients = mirror.ensureClients(organizationId, demand);
    if (filter.hasDomains === undefined) return clients;
    const domains = mirror.ensureDomains({ ...(organizationId && { organizationId }), withClients: true }, demand);
    return worstOf(...(await Promise.all([clients, domains])));
  };

  const readMany = async (scope: OperationScope, ids: readonly string[]): Promise<(ClientNode | null)[]> => {
    const askedAt = clock.now();
    const list = await orFault(mirror.ensureClients(scope.session.organizationId, demandFor(scope)));
    const rows = await store.clients.byIds(ids);
    const visible = rows.filter((row) =>
      canSee(scope.session, { organizationId: row.organizationId, clientId: row.id }),
    );
    const byId = new Map(visible.map((row) => [row.id, toNode(scope, row, askedAt, list)]));
    return ids.map((id) => byId.get(id) ?? null);
  };
  const readDetails = async (
    scope: OperationScope,
    ids: readonly string[],
  ): Promise<(Depth<ClientDetailRecord> | null)[]> => {
    try {
      const details = await mirror.clientDetails(ids, demandFor(scope));
      return ids.map((id) => details.get(id) ?? null);
    } catch (error) {
      if (isUpstreamFailure(error)) return ids.map(() => null);
      throw error;
    }
  };
  const nodes = oncePerOperation((scope) => new DataLoader<string, ClientNode | null>((ids) => readMany(scope, ids)));
  const details = oncePerOperation(
    (scope) => new DataLoader<string, Depth<ClientDetailRecord> | null>((ids) => readDetails(scope, ids)),
  );

  const create = createClientCreation(deps);
  const update = createClientUpdate(deps);
  /** What this operation read of the client before it wrote is not true any more. */
  const written = (scope: OperationScope, client: ClientNode): ClientNode => {
    nodes(scope).clear(client.id);
    details(scope).clear(client.id);
    return client;
  };

  return {
    async list(scope, { filter, orderBy, page }) {
      assertCan(scope.session, 'portfolio:read');
      const askedAt = clock.now();
      const freshness = await orFault(bring(scope, filter));
      const visibility = visibilityOf(scope);
      const { rows, ...more } = await store.clients.list({ visibility, filter, orderBy, page });
      scope.meter.fromMirror += freshness.state === 'LIVE' ? 0 : rows.length;
      return {
        ...more,
        edges: rows.map(({ row, cursor }) => ({ node: toNode(scope, row, askedAt, freshness), cursor })),
        totalCount: () => store.clients.count({ visibility, filter }),
        freshness,
      };
    },
    byId: async (scope, id) => {
      assertCan(scope.session, 'portfolio:read');
      return nodes(scope).load(id);
    },
    detail: async (scope, client) => {
      assertCan(scope.session, 'portfolio:read');
      return details(scope).load(client.id);
    },
    create: async (scope, input) => written(scope, await create(scope, input)),
    update: async (scope, input) => written(scope, await update(scope, input)),
  };
}
