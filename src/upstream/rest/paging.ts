// Pages of Gandi's lists, read from the headers that are there (Gandi v5 docs, pagination).
import type { Page } from '../port.ts';
import type { GandiAnswer } from '../request.ts';

export interface PageQuery {
  readonly page: number;
  readonly perPage: number;
  /** The list was narrowed, so `Total-Count` may count more than the list holds. */
  readonly isFiltered: boolean;
}

/**
 * Whether there is more is said by `Link` (`rel="next"`), which Gandi leaves out on the last page; a missing `Link` is checked against the counts,
 * in doubt for one page more, since an empty page costs a call and a page left out would make things look gone.
 */
export function pageOf<T>(items: readonly T[], answer: Pick<GandiAnswer, 'headers'>, query: PageQuery): Page<T> {
  const { headers } = answer;
  const seen = (query.page - 1) * query.perPage + items.length;
  const hasNext = items.length > 0 && hasMore(items.length, seen, headers, query);
  return { items, total: totalOf(items.length, seen, hasNext, headers, query), hasNext };
}

const NEXT_LINK = /<([^<>]*)>\s*(?:;[^,<]*)?;\s*rel\s*=\s*"?[^";,<]*\bnext\b/i;

/** The query of the `next` link as Gandi gives it (RFC 8288); null when there is none. */
export function nextQuery({ headers }: Pick<GandiAnswer, 'headers'>): URLSearchParams | null {
  const target = NEXT_LINK.exec(headers.link ?? '')?.[1];
  if (target === undefined) return null;
  return new URLSearchParams(target.slice(target.indexOf('?') + 1).replaceAll('?', '&'));
}

type Headers = Readonly<Record<string, string>>;

function hasMore(count: number, seen: number, headers: Headers, query: PageQuery): boolean {
  if (headers.link !== undefined) return NEXT_LINK.test(headers.link);
  const all = countOf(count, headers, query);
  if (all === null) return count >= query.perPage;
  if (seen <= all) return seen < all;
  return query.page * count < all;
}

/** `Filtered-Count` is documented both as "matching" and as "returned": on a full page the second cannot be told from the first. */
function countOf(count: number, headers: Headers, query: PageQuery): number | null {
  const total = counted(headers['total-count']);
  if (!query.isFiltered) return total;
  const filtered = counted(headers['filtered-count']);
  return filtered !== null && (count < query.perPage || filtered > count) ? filtered : total;
}

function totalOf(count: number, seen: number, hasNext: boolean, headers: Headers, query: PageQuery): number | null {
  if (!query.isFiltered) return counted(headers['total-count']);
  const filtered = counted(headers['filtered-count']);
  if (filtered !== null && (hasNext ? filtered > seen : filtered >= seen)) return filtered;
  return !hasNext && count > 0 ? seen : null;
}

function counted(header: string | undefined): number | null {
  return header !== undefined && /^\d+$/.test(header.trim()) ? Number(header) : null;
}
