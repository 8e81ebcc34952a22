// Lists of Gandi's catalog that are copied whole: when each was last complete, and how an old copy stands in when Gandi cannot be asked.
import type { Clock } from '../lib/clock.ts';
import { failureReason, isUpstreamFailure } from '../mirror/failure.ts';
import type { Store } from '../store/store.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { Freshness } from './services.ts';
import { toRequestFault } from './upstream-faults.ts';

export interface CatalogLists {
  /**
   * Brings the lists `keys` to at most `maxAgeMs`, calling `fetch` once with those that are older.
   * @param fetch asks Gandi, writes the answer and calls {@link complete}; returns the `asOf` of what it wrote.
   * @returns how old each list then is; STALE with the reason when Gandi could not be asked.
   * @throws {RequestFault} when Gandi could not be asked and a list was never complete.
   */
  bring(
    keys: readonly string[],
    maxAgeMs: number,
    fetch: (old: readonly string[]) => Promise<number>,
  ): Promise<ReadonlyMap<string, Freshness>>;
  /** Notes that the lists were copied whole, with `count` items as of `asOf`. */
  complete(keys: readonly string[], count: number, asOf: number): Promise<void>;
}

export function createCatalogLists(deps: {
  readonly store: Pick<Store, 'mirrorLists'>;
  readonly clock: Clock;
}): CatalogLists {
  const { clock } = deps;
  const lists = deps.store.mirrorLists;
  return {
    async bring(keys, maxAgeMs, fetch) {
      const now = clock.now();
      const ages = await Promise.all(
        keys.map(async (key) => ({ key, completeAt: (await lists.get(key))?.completeAt ?? null })),
      );
      const freshness = new Map<string, Freshness>();
      const old: typeof ages = [];
      for (const age of ages) {
        const { key, completeAt } = age;
        if (completeAt === null || now - completeAt >= maxAgeMs) old.push(age);
        else freshness.set(key, { asOf: completeAt, state: 'MIRRORED', reason: null });
      }
      if (old.length === 0) return freshness;
      try {
        const asOf = await fetch(old.map(({ key }) => key));
        for (const { key } of old) freshness.set(key, { asOf, state: 'LIVE', reason: null });
      } catch (error) {
        if (!isUpstreamFailure(error)) throw error;
        for (const { key, completeAt } of old) {
          if (completeAt === null) throw toRequestFault(error);
          freshness.set(key, { asOf: completeAt, state: 'STALE', reason: failureReason(error) });
        }
      }
      return freshness;
    },
    async complete(keys, count, asOf) {
      const all = {
        completeAt: asOf,
        startedAt: asOf,
        total: count,
        fetched: count,
        lastError: null,
        lastErrorAt: null,
      };
      await Promise.all(keys.map((key) => lists.put({ key, ...all })));
    },
  };
}

/**
 * A catalog is never empty: an empty answer replaces nothing.
 * @throws {UpstreamError} of kind `contract` when `count` is 0.
 */
export function assertNotEmpty(count: number, endpoint: string): void {
  if (count === 0) throw new UpstreamError('Gandi answered with an empty catalog.', { kind: 'contract', endpoint });
}
