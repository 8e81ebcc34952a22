// Reads of the store that are the same at the same moment, done once: a hundred identical queries at once cost one SQL read.
import type { Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';

/** The reads of mirrored data that operations share. Answers are the store's own; rows a caller may not see are kept apart by the query itself. */
export interface SharedReads {
  readonly domains: Pick<Store['domains'], 'list' | 'count' | 'byNames'>;
  readonly clients: Pick<Store['clients'], 'byIds'>;
}

const readsOf = new WeakMap<object, SharedReads>();

/** One for each store. A read is shared only with reads that began since the mirror last changed, so that nobody gets an answer from before his own refresh. */
export function sharedReadsOf(
  store: Pick<Store, 'domains' | 'clients'>,
  mirror: Pick<Mirror, 'generation'>,
): SharedReads {
  const known = readsOf.get(store);
  if (known) return known;
  const { domains, clients } = store;
  const share = createShare(mirror.generation);
  const reads: SharedReads = {
    domains: {
      list: share('domains.list', (query) => domains.list(query)),
      count: share('domains.count', (query) => domains.count(query)),
      byNames: share('domains.byNames', (names) => domains.byNames(names)),
    },
    clients: { byIds: share('clients.byIds', (ids) => clients.byIds(ids)) },
  };
  readsOf.set(store, reads);
  return reads;
}

function createShare(generation: () => number) {
  const underWay = new Map<string, Promise<unknown>>();
  return <Query, T>(name: string, read: (query: Query) => Promise<T>) =>
    (query: Query): Promise<T> => {
      const key = `${generation()} ${name} ${JSON.stringify(query, inOrder)}`;
      const shared = underWay.get(key);
      if (shared) return shared as Promise<T>;
      const reading = read(query);
      underWay.set(key, reading);
      const ended = () => void underWay.delete(key);
      reading.then(ended, ended);
      return reading;
    };
}

/** Fields in the order of their names, so that the same question has the same text. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
