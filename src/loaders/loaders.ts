// The loaders of one operation: what resolvers ask for in the same tick becomes one read of the mirror or the store.
import DataLoader from 'dataloader';
import type { Clock } from '../lib/clock.ts';
import type { UpstreamMeter } from '../lib/upstream-meter.ts';
import { isVisible } from '../lib/visible.ts';
import type { Demand, Mirror } from '../mirror/mirror.ts';
import type { LedgerRecord, OrderRecord, TransferRecord } from '../store/records.ts';
import type { Store, Visibility } from '../store/store.ts';
import { type ClientLoaders, createClientLoaders } from './client-loaders.ts';
import { createDomainLoaders, type DomainLoaders } from './domain-loaders.ts';
import type { Operation } from './operation.ts';

/** A fresh set for each operation and for each event of a subscription; never shared. A value of null means: not there, or not the caller's to see. */
export interface Loaders extends DomainLoaders, ClientLoaders {
  readonly orders: DataLoader<string, OrderRecord | null>;
  readonly transfers: DataLoader<string, TransferRecord | null>;
  readonly transfersByOrder: DataLoader<string, TransferRecord | null>;
  /** Movements of money of an order that the caller was shown, oldest first. */
  readonly ledgerByOrder: DataLoader<string, readonly LedgerRecord[]>;
  /** What this operation demands of the mirror: counted in its meter, aged from its beginning. */
  readonly demand: Demand;
  /** From now on what is as of `asOf` or later is young enough for this operation: it joined a reading that began then. */
  accept(asOf: number): void;
}

export interface LoadersOptions {
  /** Who calls; the parts of a session that decide what is seen and whose turn it is. */
  readonly session: Visibility & { readonly actor: { readonly kind: string; readonly id: string } };
  readonly meter: UpstreamMeter;
  readonly maxAgeSeconds: number | null;
  readonly signal: AbortSignal | undefined;
  readonly mirror: Mirror;
  readonly store: Store;
  readonly clock: Clock;
}

export function createLoaders(options: LoadersOptions): Loaders {
  const { session, meter, maxAgeSeconds, signal, mirror, store, clock } = options;
  const { organizationId, clientId, actor } = session;
  const visibility: Visibility = { organizationId, clientId };
  let askedAt = clock.now();
  const demand = (): Demand => ({
    maxAgeSeconds,
    askedAt,
    lane: 'interactive',
    tenant: organizationId ?? `${actor.kind}:${actor.id}`,
    meter,
    ...(signal && { signal }),
  });
  const operation: Operation = { visibility, demand, mirror, store, clock };

  const owned = <T extends { readonly organizationId: string; readonly clientId: string | null }>(
    read: (keys: readonly string[]) => Promise<readonly T[]>,
    keyOf: (row: T) => string,
  ) =>
    new DataLoader<string, T | null>(async (keys) => {
      const rows = (await read(keys)).filter((row) => isVisible(visibility, row));
      const byKey = new Map(rows.map((row) => [keyOf(row), row]));
      return keys.map((key) => byKey.get(key) ?? null);
    });

  return {
    ...createDomainLoaders(operation),
    ...createClientLoaders(operation),
    orders: owned(
      (ids) => store.orders.byIds(ids),
      ({ id }) => id,
    ),
    transfers: owned(
      (ids) => store.transfers.byIds(ids),
      ({ id }) => id,
    ),
    transfersByOrder: owned(
      (orderIds) => store.transfers.byOrderIds(orderIds),
      ({ orderId }) => orderId,
    ),
    ledgerByOrder: new DataLoader(async (orderIds) => {
      const entries = Map.groupBy(await store.ledger.ofOrders(orderIds), ({ orderId }) => orderId);
      return orderIds.map((orderId) => entries.get(orderId) ?? []);
    }),
    get demand() {
      return demand();
    },
    accept(asOf) {
      askedAt = Math.min(askedAt, asOf);
    },
  };
}
