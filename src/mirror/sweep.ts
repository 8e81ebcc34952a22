// Reads every page of one of Gandi's lists, side by side where it can, and notices when items moved between pages meanwhile.
import type { CallOptions, Page } from '../upstream/port.ts';
import type { Caller } from './flights.ts';
import { pagesOf } from './planner.ts';
import { sideBySide, together } from './side-by-side.ts';

export interface SweepOptions<T> {
  readonly caller: Caller;
  readonly now: () => number;
  readonly pageSize: number;
  /** Pages under way at the same time. */
  readonly atOnce: number;
  readonly fetchPage: (page: number, call: CallOptions) => Promise<Page<T>>;
  readonly keyOf: (item: T) => string;
  /** Each page as it comes, in no certain order, with the moment it was asked for. A rejection ends the sweep. */
  readonly onPage: (items: readonly T[], asOf: number) => Promise<void>;
  /** After each page was dealt with. */
  readonly onProgress?: (progress: SweepProgress) => Promise<void>;
  /** First page to read, after an interruption. Default 1. */
  readonly fromPage?: number;
  /** By how much the count was wrong the last times, so that a count that is always wrong does not cost a second look each time. Default 0. */
  readonly usualSurplus?: number;
}

export interface SweepProgress {
  readonly fetched: number;
  readonly total: number | null;
  /** All pages up to this one have come and were dealt with. */
  readonly contiguous: number;
}

export interface SweepResult {
  readonly keys: ReadonlySet<string>;
  /** What Gandi counted on the last page that was read. */
  readonly total: number | null;
  /** Distinct items minus what Gandi counted; null when it did not count. */
  readonly surplus: number | null;
  /** No item moved while the pages were read, as far as counts tell: no key came twice and the count stayed the same. */
  readonly isSteady: boolean;
}

/**
 * Plans and makes one call for each page. The first page says how many there are, and the others follow at once; without a count, or where it proves too low, pages are followed one by
 * one. Items that move across a page edge show as a key that came twice or as a number of keys that is not Gandi's count: then all pages are read once
 * more, and what either round saw counts as seen.
 */
export async function sweep<T>(options: SweepOptions<T>): Promise<SweepResult> {
  const { fromPage = 1, usualSurplus = 0 } = options;
  const first = await readRound(options, fromPage, new Set());
  if (fromPage > 1) return first;
  const isComplete = first.surplus === null || first.surplus === usualSurplus;
  return first.isSteady && isComplete ? first : readRound(options, 1, first.keys);
}

async function readRound<T>(
  options: SweepOptions<T>,
  fromPage: number,
  seenBefore: ReadonlySet<string>,
): Promise<SweepResult> {
  const { caller, now, pageSize, atOnce, fetchPage, keyOf, onPage, onProgress } = options;
  const seen = new Set<string>();
  const done = new Set<number>();
  const totals = new Set<number | null>();
  let total: number | null = null;
  let contiguous = fromPage - 1;
  let repeats = 0;
  let hasMore = true;
  let lastPage = fromPage - 1;

  const fetch = async (page: number) => {
    const asOf = now();
    const found = await caller.send((call) => fetchPage(page, call));
    for (const item of found.items) {
      const key = keyOf(item);
      if (seen.has(key)) repeats += 1;
      seen.add(key);
    }
    if (found.items.length > 0 || total === null) total = found.total;
    if (found.items.length > 0) totals.add(found.total);
    if (page >= lastPage) {
      lastPage = page;
      hasMore = found.hasNext;
    }
    return { page, found, asOf };
  };
  const deal = async ({ page, found, asOf }: Awaited<ReturnType<typeof fetch>>) => {
    await onPage(found.items, asOf);
    done.add(page);
    while (done.has(contiguous + 1)) contiguous += 1;
    await onProgress?.({ fetched: (fromPage - 1) * pageSize + seen.size, total, contiguous });
  };
  const read = async (page: number) => deal(await fetch(page));
  const readAll = async (from: number, to: number) => {
    caller.plan(Math.max(0, to - from + 1));
    await sideBySide(numbers(from, to), atOnce, read);
  };

  caller.plan(1);
  const first = await fetch(fromPage);
  const { items, total: announced, hasNext } = first.found;
  const perPage = fromPage === 1 ? items.length : pageSize;
  const last = hasNext && announced !== null ? pagesOf(announced, Math.max(1, perPage)) : fromPage;
  await together(deal(first), readAll(fromPage + 1, last));
  while (hasMore) {
    caller.plan(1);
    await read(lastPage + 1);
  }
  const keys = seen.union(seenBefore);
  return {
    keys,
    total,
    surplus: total === null ? null : seen.size - total,
    isSteady: repeats === 0 && totals.size <= 1,
  };
}

function* numbers(from: number, to: number): Generator<number> {
  for (let number = from; number <= to; number++) yield number;
}
