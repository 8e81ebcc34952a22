// What Gandi sells under which rules: the list of TLDs as a whole, and the rules of each when they are asked for.
import DataLoader from 'dataloader';
import { assertCan } from '../auth/session.ts';
import type { Clock } from '../lib/clock.ts';
import { createSharedWork } from '../lib/shared-work.ts';
import { toError } from '../lib/to-error.ts';
import { failureReason, isUpstreamFailure } from '../mirror/failure.ts';
import type { TldRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Lane } from '../upstream/budget/lanes.ts';
import type { GandiPort } from '../upstream/port.ts';
import { callFor } from './calls.ts';
import { tldName } from './catalog-arguments.ts';
import { assertNotEmpty, createCatalogLists } from './catalog-lists.ts';
import { oncePerOperation } from './once-per-operation.ts';
import type { CatalogService, Depth, Freshness, OperationScope } from './services.ts';

type TldNode = TldRecord & { freshness: Freshness };
type Detail = NonNullable<TldRecord['detail']>;

const LIST_KEY = 'tlds';
/** Larger pages are not documented by Gandi. */
const PER_PAGE = 100;
/** A list that goes on beyond this is not a list of TLDs. */
const MAX_PAGES = 100;
/** With more details than this to fetch, an operation goes to the bulk lane. */
const MAX_INTERACTIVE = 10;
/** Longest wait for a permit to fetch a detail. */
const MAX_WAIT_MS = 15_000;

export function createTlds(deps: {
  readonly port: Pick<GandiPort, 'tlds' | 'tld'>;
  readonly store: Pick<Store, 'tlds' | 'mirrorLists'>;
  readonly clock: Clock;
  readonly maxAgeSeconds: number;
}): Pick<CatalogService, 'tlds' | 'tld' | 'tldDetail'> {
  const { port, store, clock, maxAgeSeconds } = deps;
  const lists = createCatalogLists(deps);
  const listing = createSharedWork<number>();
  const describing = createSharedWork<Depth<Detail>>();
  const maxAgeMs = (scope: OperationScope) => (scope.maxAgeSeconds ?? maxAgeSeconds) * 1_000;

  const fetchNames = async (scope: OperationScope, signal: AbortSignal) => {
    const asOf = clock.now();
    const names = new Set<string>();
    for (let page = 1, hasNext = true; hasNext && page <= MAX_PAGES; page++) {
      scope.meter.planned += 1;
      const found = await port.tlds({ page, perPage: PER_PAGE }, { ...callFor(scope, 'interactive'), signal });
      for (const { name } of found.items) names.add(name);
      hasNext = found.hasNext;
    }
    assertNotEmpty(names.size, 'GET /domain/tlds');
    await store.tlds.replaceNames([...names], asOf);
    await lists.complete([LIST_KEY], names.size, asOf);
    return asOf;
  };
  const readAll = async (scope: OperationScope): Promise<readonly TldNode[]> => {
    const freshness = await lists.bring([LIST_KEY], maxAgeMs(scope), () => {
      const joined = listing.join(LIST_KEY, scope.signal);
      if (joined) scope.meter.coalesced += 1;
      return joined ?? listing.start(LIST_KEY, (signal) => fetchNames(scope, signal), scope.signal);
    });
    const rows = await store.tlds.all();
    const age = [...freshness.values()];
    if (age.every(({ state }) => state !== 'LIVE')) scope.meter.fromMirror += rows.length;
    return rows.toSorted(byName).flatMap((row) => age.map((freshness) => ({ ...row, freshness })));
  };

  const fetchDetail = async (scope: OperationScope, name: string, lane: Lane, signal: AbortSignal) => {
    const asOf = clock.now();
    const { name: _name, ...detail } = await port.tld(name, {
      ...callFor(scope, lane),
      maxWaitMs: MAX_WAIT_MS,
      signal,
    });
    await store.tlds.putDetail(name, detail, asOf);
    return { value: detail, freshness: { asOf, state: 'LIVE', reason: null } } satisfies Depth<Detail>;
  };
  const readDetail = async (scope: OperationScope, tld: TldRecord, lane: Lane): Promise<Depth<Detail> | null> => {
    const joined = describing.join(tld.name, scope.signal);
    if (joined) scope.meter.coalesced += 1;
    else scope.meter.planned += 1;
    try {
      const work = (signal: AbortSignal) => fetchDetail(scope, tld.name, lane, signal);
      return await (joined ?? describing.start(tld.name, work, scope.signal));
    } catch (error) {
      if (!isUpstreamFailure(error)) throw error;
      return known(tld, 'STALE', failureReason(error));
    }
  };
  const readDetails = (scope: OperationScope, tlds: readonly TldRecord[]) => {
    const isOld = ({ detailAsOf }: TldRecord) => detailAsOf === null || clock.now() - detailAsOf >= maxAgeMs(scope);
    const lane = tlds.filter(isOld).length > MAX_INTERACTIVE ? 'bulk' : 'interactive';
    const read = async (tld: TldRecord) => {
      if (isOld(tld)) return readDetail(scope, tld, lane);
      scope.meter.fromMirror += 1;
      return known(tld, 'MIRRORED', null);
    };
    return Promise.all(tlds.map((tld) => read(tld).catch(toError)));
  };

  const listOf = oncePerOperation(readAll);
  const loaderOf = oncePerOperation(
    (scope) =>
      new DataLoader<TldRecord, Depth<Detail> | null, string>((tlds) => readDetails(scope, tlds), {
        cacheKeyFn: ({ name }) => name,
      }),
  );
  return {
    tlds: async (scope) => {
      assertCan(scope.session, 'portfolio:read');
      return listOf(scope);
    },
    async tld(scope, text) {
      assertCan(scope.session, 'portfolio:read');
      const name = tldName(text);
      return name === null ? null : ((await listOf(scope)).find((tld) => tld.name === name) ?? null);
    },
    tldDetail: async (scope, tld) => {
      assertCan(scope.session, 'portfolio:read');
      return loaderOf(scope).load(tld);
    },
  };
}

function known(tld: TldRecord, state: Freshness['state'], reason: string | null): Depth<Detail> | null {
  if (tld.detail === null || tld.detailAsOf === null) return null;
  return { value: tld.detail, freshness: { asOf: tld.detailAsOf, state, reason } };
}

function byName(a: TldRecord, b: TldRecord): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
