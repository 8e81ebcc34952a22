// Pages of lists: checks what was asked, calls the service, and shapes its answer as a Relay connection.
import { CursorError } from '../src/lib/cursor.ts';
import { badArgument } from '../src/services/bad-argument.ts';
import type { ConnectionResult, PageRequest } from '../src/services/services.ts';
import { MAX_PAGE_SIZE, PAGE_SIZE } from './limits.ts';

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

const EXPECTED = `a whole number from 1 to ${MAX_PAGE_SIZE}`;

/** @throws {RequestFault} BAD_USER_INPUT for a size out of bounds, or for both sizes at once. */
export function pageOf({ first, after, last, before }: PageArgs): PageRequest {
  if (first != null && last != null) throw badArgument('last', '`first` and `last` together', 'one of the two');
  const rows = last == null ? { first: size('first', first ?? PAGE_SIZE) } : { last: size('last', last) };
  return { ...rows, ...(after != null && { after }), ...(before != null && { before }) };
}

function size(argument: 'first' | 'last', found: number): number {
  if (found < 1 || found > MAX_PAGE_SIZE) throw badArgument(argument, found, EXPECTED);
  return found;
}

/** What a Relay connection of ours is made from. */
export interface Connection<T> {
  readonly edges: { node: T; cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: () => Promise<number>;
  readonly freshness: ConnectionResult<T>['freshness'];
}

/**
 * One page as the schema shows it. `list` is not called when the arguments cannot be used.
 * @throws {RequestFault} BAD_USER_INPUT also for a cursor that belongs to another list or ordering.
 */
export async function connectionOf<T>(
  args: PageArgs,
  list: (page: PageRequest) => Promise<ConnectionResult<T>>,
): Promise<Connection<T>> {
  const page = pageOf(args);
  try {
    return toConnection(await list(page));
  } catch (error) {
    if (!(error instanceof CursorError)) throw error;
    const argument = page.before === undefined ? 'after' : page.after === undefined ? 'before' : 'after or before';
    throw badArgument(argument, error.found, error.expected);
  }
}

function toConnection<T>(result: ConnectionResult<T>): Connection<T> {
  const edges = [...result.edges];
  return {
    edges,
    pageInfo: {
      hasNextPage: result.hasNextPage,
      hasPreviousPage: result.hasPreviousPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: () => result.totalCount(),
    freshness: result.freshness,
  };
}

/** Cost of a connection field: what is selected below it counts once for each row asked for. */
export function pageCost({ first, last }: PageArgs): { field: number; multiplier: number } {
  return { field: 1, multiplier: Math.min(Math.max(first ?? last ?? PAGE_SIZE, 1), MAX_PAGE_SIZE) };
}
