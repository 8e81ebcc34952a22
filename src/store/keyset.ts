// Keyset pages: rows strictly between two cursors in a total order, from either end, with what lies beyond.
import { CursorError, type CursorKey, decodeCursor, encodeCursor } from '../lib/cursor.ts';
import { Prisma } from './generated/client.ts';
import { type Database, instant, isInstant, isStorable, isUuid, type Selected, selectRows } from './sql.ts';
import type { OrderBy, PageRequest, PageResult } from './store.ts';

/** One column of a sort key; together the columns of a key are unique and never NULL. */
export interface KeyColumn {
  /** Constant SQL. */
  readonly expression: string;
  /** The value of a cursor as SQL, or null when it cannot stand in this column. */
  readonly parse: (value: CursorKey[number]) => Prisma.Sql | null;
}

/** A text column. */
export function textKey(expression: string): KeyColumn {
  return {
    expression,
    parse: (value) => (typeof value === 'string' && isStorable(value) ? Prisma.sql`${value}` : null),
  };
}

export function uuidKey(expression: string): KeyColumn {
  return { expression, parse: (value) => (isUuid(value) ? Prisma.sql`${value}::uuid` : null) };
}

/** A timestamp column; the cursor carries epoch milliseconds. */
export function instantKey(expression: string): KeyColumn {
  return { expression, parse: (value) => (isInstant(value) ? instant(value) : null) };
}

/** A timestamp column that may be NULL, which sorts as later than everything; the cursor then carries null. */
export function optionalInstantKey(column: string): KeyColumn {
  return {
    expression: `COALESCE(${column}, 'infinity'::timestamptz)`,
    parse: (value) => {
      if (value === null) return Prisma.sql`'infinity'::timestamptz`;
      return isInstant(value) ? instant(value) : null;
    },
  };
}

export interface Keyset<T> {
  /** Part of every cursor's sort name, for example `domains`. */
  readonly listing: string;
  readonly columns: readonly KeyColumn[];
  readonly keyOf: (record: T) => CursorKey;
}

export interface PageQuery<Row, T> {
  /** Constant SQL of a select list. */
  readonly columns: string;
  /** Constant SQL of a from clause. */
  readonly from: string;
  readonly where: Prisma.Sql;
  readonly orderBy: OrderBy<string>;
  readonly keyset: Keyset<T>;
  readonly page: PageRequest;
  readonly toRecord: (row: Selected<Row>) => T;
}

/**
 * @throws {CursorError} when a cursor is damaged or belongs to another listing or sort.
 * @throws {RangeError} when not exactly one of `first` and `last` is given, or it is not 1 to 100.
 */
export async function readPage<Row, T>(database: Database, query: PageQuery<Row, T>): Promise<PageResult<T>> {
  const { keyset, orderBy, page, where } = query;
  const size = pageSize(page);
  const backwards = page.last !== undefined;
  const descending = orderBy.direction === 'DESC';
  const sort = `${keyset.listing}:${orderBy.field}:${orderBy.direction}`;
  const key = Prisma.raw(`(${keyset.columns.map((column) => column.expression).join(', ')})`);
  const after = page.after === undefined ? null : parseCursor(page.after, sort, keyset);
  const before = page.before === undefined ? null : parseCursor(page.before, sort, keyset);
  const later = Prisma.raw(descending ? '<' : '>');
  const earlier = Prisma.raw(descending ? '>' : '<');

  const between = [where];
  if (after !== null) between.push(Prisma.sql`${key} ${later} ${after}`);
  if (before !== null) between.push(Prisma.sql`${key} ${earlier} ${before}`);
  const direction = descending !== backwards ? 'DESC' : 'ASC';
  const order = Prisma.raw(keyset.columns.map((column) => `${column.expression} ${direction}`).join(', '));
  const from = Prisma.raw(query.from);
  const exists = (side: Prisma.Sql | null, comparison: string) =>
    side === null
      ? false
      : database.$queryRaw<
          unknown[]
        >`SELECT 1 FROM ${from} WHERE ${where} AND ${key} ${Prisma.raw(comparison)} ${side} LIMIT 1`.then(
          (rows) => rows.length > 0,
        );

  const rows = await selectRows<Row>(
    database,
    query.columns,
    Prisma.sql`FROM ${from} WHERE ${Prisma.join(between, ' AND ')} ORDER BY ${order} LIMIT ${size + 1}`,
  );
  const more = rows.length > size;
  const records = rows.slice(0, size).map(query.toRecord);
  if (backwards) records.reverse();
  return {
    rows: records.map((row) => ({ row, cursor: encodeCursor(sort, keyset.keyOf(row)) })),
    hasNextPage: (!backwards && more) || (await exists(before, descending ? '<=' : '>=')),
    hasPreviousPage: (backwards && more) || (await exists(after, descending ? '>=' : '<=')),
  };
}

/** Rows that match, over all pages. */
export async function countRows(database: Database, from: string, where: Prisma.Sql): Promise<number> {
  const rows = await database.$queryRaw<
    { total: number }[]
  >`SELECT count(*)::int AS total FROM ${Prisma.raw(from)} WHERE ${where}`;
  return rows[0]?.total ?? 0;
}

function pageSize({ first, last }: PageRequest): number {
  const size = first ?? last;
  if (
    size === undefined ||
    (first !== undefined && last !== undefined) ||
    !Number.isInteger(size) ||
    size < 1 ||
    size > 100
  )
    throw new RangeError(
      `A page needs exactly one of first and last, from 1 to 100; found first ${first}, last ${last}.`,
    );
  return size;
}

function parseCursor<T>(cursor: string, sort: string, keyset: Keyset<T>): Prisma.Sql {
  const values = decodeCursor(cursor, sort, keyset.columns.length);
  const parsed = keyset.columns.map((column, index) => column.parse(values[index] ?? null));
  const usable = parsed.filter((value) => value !== null);
  if (usable.length < parsed.length)
    throw new CursorError('a damaged cursor', `a cursor returned by the ${sort} listing`);
  return Prisma.sql`(${Prisma.join(usable)})`;
}
