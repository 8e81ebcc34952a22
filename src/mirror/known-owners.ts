// Who can own a domain, as the mirror knows it now: kept in memory until organizations or clients change, here or in another process.
import type { Clock } from '../lib/clock.ts';
import type { OrganizationRecord } from '../store/records.ts';
import type { KnownOwners } from './owners.ts';
import type { MirrorStore } from './parts.ts';

export interface OwnerBook {
  /** Every organization, those missing from Gandi's list included. */
  organizations(): Promise<readonly OrganizationRecord[]>;
  known(): Promise<KnownOwners>;
  /** Organizations or clients were written. */
  changed(): void;
  /** Ids of the organizations that may have clients. */
  resellers(): Promise<readonly string[]>;
}

interface Book {
  readonly all: readonly OrganizationRecord[];
  readonly known: KnownOwners;
}

/** What another process wrote is known here after that long. */
const READ_AGAIN_MS = 10_000;

export function createOwnerBook(store: Pick<MirrorStore, 'organizations' | 'clients'>, clock: Clock): OwnerBook {
  let current: Promise<Book> | null = null;
  let readAt = 0;

  const read = async (): Promise<Book> => {
    const all = await store.organizations.all();
    const rows = all.filter(({ missingAt }) => missingAt === null);
    const organizations = new Map(rows.map(({ id, isReseller }) => [id, { isReseller }]));
    const clients = new Map<string, string>();
    for (const { id, isReseller } of rows) {
      if (isReseller) for (const clientId of await store.clients.ids(id)) clients.set(clientId, id);
    }
    return { all, known: { organizations, clients } };
  };
  const book = (): Promise<Book> => {
    if (current && clock.monotonic() - readAt < READ_AGAIN_MS) return current;
    readAt = clock.monotonic();
    const reading = read();
    current = reading;
    reading.catch(() => {
      if (current === reading) current = null;
    });
    return reading;
  };
  return {
    organizations: async () => (await book()).all,
    known: async () => (await book()).known,
    changed() {
      current = null;
    },
    async resellers() {
      const { organizations } = (await book()).known;
      return [...organizations].filter(([, { isReseller }]) => isReseller).map(([id]) => id);
    },
  };
}
