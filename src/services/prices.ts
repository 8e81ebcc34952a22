// What Gandi charges: one call brings the prices of every TLD, and questions about single TLDs are answered from that copy.
import { assertCan } from '../auth/session.ts';
import type { Clock } from '../lib/clock.ts';
import { createSharedWork } from '../lib/shared-work.ts';
import type { TldPriceRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { GandiPort } from '../upstream/port.ts';
import { badArgument } from './bad-argument.ts';
import { callFor } from './calls.ts';
import { readCurrency, readOrganizationId, readProcesses, tldName } from './catalog-arguments.ts';
import { assertNotEmpty, createCatalogLists } from './catalog-lists.ts';
import type { CatalogService, Freshness, OperationScope, PriceProcess } from './services.ts';

/** A price grid: what one organization pays in one currency. An empty organization is Gandi's own choice for the credential. */
interface Grid {
  readonly organizationId: string;
  readonly currency: string;
}

export function createPrices(deps: {
  readonly port: Pick<GandiPort, 'prices'>;
  readonly store: Pick<Store, 'prices' | 'mirrorLists'>;
  readonly clock: Clock;
  readonly maxAgeSeconds: number;
  /** Called when something was told in the log of events. */
  readonly onEvents?: () => void;
}): CatalogService['prices'] {
  const { port, store, clock, maxAgeSeconds } = deps;
  const lists = createCatalogLists(deps);
  const underWay = createSharedWork<number>();

  const fetchAll = async (
    grid: Grid,
    processes: readonly PriceProcess[],
    scope: OperationScope,
    signal: AbortSignal,
  ) => {
    const asOf = clock.now();
    const { organizationId, currency } = grid;
    const query = { currency, processes, ...(organizationId !== '' && { organizationId }) };
    const found = await port.prices(query, { ...callFor(scope, 'interactive'), signal });
    assertNotEmpty(found.length, 'GET /billing/price/domain');
    const events = await store.prices.put(
      found.map(({ tld, process, prices }) => ({ ...grid, tld, process, prices, asOf })),
    );
    if (events.length > 0) deps.onEvents?.();
    const keys = processes.map((process) => listKey(grid, process));
    await lists.complete(keys, found.length, asOf);
    return asOf;
  };
  /** One call for all the processes whose prices are too old; an identical one under way is joined. */
  const refresh = (grid: Grid, processes: readonly PriceProcess[], scope: OperationScope) => {
    const key = JSON.stringify([grid.organizationId, grid.currency, [...processes].sort()]);
    const joined = underWay.join(key, scope.signal);
    if (joined) {
      scope.meter.coalesced += 1;
      return joined;
    }
    scope.meter.planned += 1;
    return underWay.start(key, (signal) => fetchAll(grid, processes, scope, signal), scope.signal);
  };

  return async (scope, query) => {
    assertCan(scope.session, 'portfolio:read');
    const processes = readProcesses(query.processes);
    const currency = readCurrency(query.currency);
    const grid = { organizationId: readOrganizationId(scope.session, query.organizationId) ?? '', currency };
    const tlds = query.tlds === null ? null : query.tlds.map(readTld);
    const keyOf = (process: PriceProcess) => listKey(grid, process);
    const maxAgeMs = (scope.maxAgeSeconds ?? maxAgeSeconds) * 1_000;
    const freshness = await lists.bring(processes.map(keyOf), maxAgeMs, (old) =>
      refresh(
        grid,
        processes.filter((process) => old.includes(keyOf(process))),
        scope,
      ),
    );
    const rows = await store.prices.get({ ...grid, processes, ...(tlds && { tlds }) });
    const current = rows.flatMap((row) => toPrice(row, freshness.get(keyOf(row.process))));
    if ([...freshness.values()].every(({ state }) => state !== 'LIVE')) scope.meter.fromMirror += current.length;
    return current.sort(inOrderOf(tlds, processes));
  };
}

function listKey({ organizationId, currency }: Grid, process: PriceProcess): string {
  return `prices:${organizationId}:${currency}:${process}`;
}

function readTld(text: string): string {
  const name = tldName(text);
  if (name === null) throw badArgument('tlds', text, 'the name of a TLD such as com or co.uk');
  return name;
}

type Price = Awaited<ReturnType<CatalogService['prices']>>[number];

/** A row that the last complete list no longer had is a TLD that Gandi stopped selling. */
function toPrice(row: TldPriceRecord, freshness: Freshness | undefined): Price[] {
  if (!freshness || row.asOf < freshness.asOf) return [];
  return [{ tld: row.tld, process: row.process, prices: row.prices, freshness: { ...freshness, asOf: row.asOf } }];
}

/** As asked: by TLD, by name when all were asked for, and by process within each. */
function inOrderOf(tlds: readonly string[] | null, processes: readonly PriceProcess[]) {
  return (a: Price, b: Price): number => {
    const byTld = tlds ? tlds.indexOf(a.tld) - tlds.indexOf(b.tld) : a.tld < b.tld ? -1 : a.tld > b.tld ? 1 : 0;
    return byTld || processes.indexOf(a.process) - processes.indexOf(b.process);
  };
}
