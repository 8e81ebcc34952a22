// Who can own a domain, as the mirror knows it now: kept in memory until organizations or clients change.
import type { KnownOwners } from './owners.ts';
import type { MirrorStore } from './parts.ts';

export interface OwnerBook {
  known(): Promise<KnownOwners>;
  /** Organizations or clients were written. */
  changed(): void;
  /** Ids of the organizations that may have clients. */
  resellers(): Promise<readonly string[]>;
}

export function createOwnerBook(store: Pick<MirrorStore, 'organizations' | 'clients'>): OwnerBook {
  let current: Promise<KnownOwners> | null = null;

  const read = async (): Promise<KnownOwners> => {
    const rows = (await store.organizations.all()).filter(({ missingAt }) => missingAt === null);
    const organizations = new Map(rows.map(({ id, isReseller }) => [id, { isReseller }]));
    const clients = new Map<string, string>();
    for (const { id, isReseller } of rows) {
      if (isReseller) for (const clientId of await store.clients.ids(id)) clients.set(clientId, id);
    }
    return { organizations, clients };
  };
  const known = (): Promise<KnownOwners> => {
    if (current) return current;
    const reading = read();
    current = reading;
    reading.catch(() => {
      if (current === reading) current = null;
    });
    return reading;
  };
  return {
    known,
    changed() {
      current = null;
    },
    async resellers() {
      const { organizations } = await known();
      return [...organizations].filter(([, { isReseller }]) => isReseller).map(([id]) => id);
    },
  };
}
