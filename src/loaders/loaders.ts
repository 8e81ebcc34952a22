// The DataLoaders of one operation: keys that resolvers ask for in the same tick become one read of the mirror or the store.
import type DataLoader from 'dataloader';
import type { ClientRecord, DomainRecord, OrderRecord, TransferRecord } from '../store/records.ts';

/** A fresh set for each operation and for each event of a subscription; never shared. A value of null means: not there, or not the caller's to see. */
export interface Loaders {
  readonly domains: DataLoader<{ organizationId: string; name: string }, DomainRecord | null, string>;
  readonly clients: DataLoader<string, ClientRecord | null>;
  readonly orders: DataLoader<string, OrderRecord | null>;
  readonly transfers: DataLoader<string, TransferRecord | null>;
  readonly transfersByOrder: DataLoader<string, TransferRecord | null>;
}
