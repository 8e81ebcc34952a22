// Small pieces of SQL that several nouns share; values always travel as parameters.
import { Prisma, type PrismaClient } from './generated/client.ts';

/** The database, or one transaction on it. */
export type Database = PrismaClient | Prisma.TransactionClient;

const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** True for epoch milliseconds of a year from 1 to 9999: what a timestamp column keeps exactly. */
export function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= EARLIEST && value <= LATEST;
}

/** True for what a uuid column can be compared with. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

/** Epoch milliseconds as a timestamp, moved to the nearest one the database can hold. */
export function instant(ms: number): Prisma.Sql {
  return Prisma.sql`${isoInstant(ms)}::timestamptz`;
}

export function isoInstant(ms: number): string {
  return new Date(Math.min(Math.max(ms, EARLIEST), LATEST)).toISOString();
}

/** `value`, or nothing: the form in which optional instants travel inside JSON. */
export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : isoInstant(ms);
}

export function dateOrNull(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

/** A row as {@link selectRows} gives it: instants may be ISO 8601 text. */
export type Selected<Row> = {
  readonly [Column in keyof Row]: Date extends Row[Column] ? Row[Column] | string : Row[Column];
};

export function msOf(instant: Date | string): number {
  return new Date(instant).getTime();
}

export function msOrNull(instant: Date | string | null): number | null {
  return instant === null ? null : msOf(instant);
}

/**
 * Rows of a query in its order, carried as one JSON value: that costs half of what the driver adapters need to translate a page column by column.
 * @param columns constant text of a select list. @param query what follows it: FROM … LIMIT.
 */
export async function selectRows<Row>(
  database: Database,
  columns: string,
  query: Prisma.Sql,
): Promise<Selected<Row>[]> {
  const [result] = await database.$queryRaw<
    { rows: Selected<Row>[] }[]
  >`SELECT coalesce(json_agg(r), '[]') AS rows FROM (SELECT ${Prisma.raw(columns)} ${query}) r`;
  return result?.rows ?? [];
}

/**
 * A table of rows to join with or insert from, sent as one parameter.
 * @param columns constant text such as `name text, tags text[]`; keys of the rows are those names.
 */
export function recordset(rows: readonly object[], columns: string): Prisma.Sql {
  return Prisma.sql`jsonb_to_recordset(${JSON.stringify(storable(rows))}::text::jsonb) AS r(${Prisma.raw(columns)})`;
}

/** `column` is one of `values`; with no values, never. */
export function isOneOf(column: string, values: readonly string[]): Prisma.Sql {
  const kept = JSON.stringify(values.filter(isStorable));
  return Prisma.sql`${Prisma.raw(column)} = ANY (ARRAY(SELECT jsonb_array_elements_text(${kept}::text::jsonb)))`;
}

/** `column` is `value`. */
export function equals(column: string, value: string): Prisma.Sql {
  return isStorable(value) ? Prisma.sql`${Prisma.raw(column)} = ${value}` : Prisma.sql`FALSE`;
}

export function all(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.sql`TRUE` : Prisma.join([...conditions], ' AND ');
}

/** PostgreSQL's text holds neither U+0000 nor half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** A deep copy in which every text can be stored: U+0000 is left out, half surrogate pairs become U+FFFD. */
export function storable<T>(value: T): T {
  return mapTexts(value, (text) => (isStorable(text) ? text : text.replaceAll('\0', '').toWellFormed())) as T;
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, map));
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [map(key), mapTexts(item, map)]));
}
