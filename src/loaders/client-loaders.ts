// Clients by id, for fields that lead to a client.
import DataLoader from 'dataloader';
import { isVisible } from '../lib/visible.ts';
import { ageLimit } from '../mirror/demand.ts';
import { type Freshness, freshnessOf } from '../mirror/freshness.ts';
import type { ClientRecord } from '../store/records.ts';
import type { Operation } from './operation.ts';
import { sharedReadsOf } from './shared-reads.ts';

export type MirroredClient = ClientRecord & { readonly freshness: Freshness };

export interface ClientLoaders {
  /** The client list is brought to the demanded age once for a batch: at most one call for each hundred clients. */
  readonly clients: DataLoader<string, MirroredClient | null>;
}

export function createClientLoaders({ visibility, demand, mirror, store, clock }: Operation): ClientLoaders {
  return {
    clients: new DataLoader(async (ids) => {
      const asked = demand();
      const limit = ageLimit(asked, mirror.ages, 'clients', clock.now());
      const list = await mirror.ensureClients(visibility.organizationId, asked);
      const rows = await sharedReadsOf(store, mirror).clients.byIds(ids);
      const byId = new Map(
        rows
          .filter(({ organizationId, id }) => isVisible(visibility, { organizationId, clientId: id }))
          .map((row) => [row.id, { ...row, freshness: freshnessOf(row.rowAsOf, limit, list.reason) }]),
      );
      return ids.map((id) => byId.get(id) ?? null);
    }),
  };
}
