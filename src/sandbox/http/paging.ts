// Pages of a list: the slice, the counts and the Link header (Gandi v5 docs, pagination).
import { json, text } from './answers.ts';
import { integerFrom } from './input.ts';

const defaultSize = 100;
/** Larger pages are cut to this, in the answer and in its Link header. */
const largestSize = 500;

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly headers: Record<string, string>;
}

export interface ListQuery {
  /** The full URL of the request: next and last links point to the same base. */
  readonly url: URL;
  /** Everything the credential can see, before filters. */
  readonly total: number;
}

/**
 * Cuts the page that `page` and `per_page` ask for. The Link header is absent on the last page and beyond it;
 * a page past the end has no rows.
 */
export function pageOf<Row>(items: readonly Row[], { url, total }: ListQuery): Page<Row> {
  const page = integerFrom(url.searchParams, 'page', 1);
  const size = Math.min(largestSize, integerFrom(url.searchParams, 'per_page', defaultSize));
  const last = Math.ceil(items.length / size);
  const headers: Record<string, string> = { 'total-count': String(total), 'filtered-count': String(items.length) };
  if (page < last) {
    const linkTo = (number: number) => {
      const target = new URL(url);
      target.searchParams.set('page', String(number));
      target.searchParams.set('per_page', String(size));
      return target.href;
    };
    headers.link = `<${linkTo(page + 1)}>; rel="next", <${linkTo(last)}>; rel="last"`;
  }
  return { rows: items.slice((page - 1) * size, page * size), headers };
}

export const listAnswer = (rows: readonly unknown[], headers: Record<string, string>): Response =>
  json(200, rows, headers);

const cell = (value: unknown): string => {
  const plain = Array.isArray(value) ? value.join(' ') : String(value ?? '');
  return /[",\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};

/** Rows as comma-separated values under a header line. */
export function csvAnswer(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  headers: Record<string, string>,
): Response {
  const lines = [columns, ...rows].map((row) => row.map(cell).join(','));
  return text(200, 'text/csv', `${lines.join('\r\n')}\r\n`, headers);
}

/** A case-insensitive test for a pattern in which `*` stands for any characters. */
export function matcher(pattern: string): (value: string) => boolean {
  const plain = pattern.toLowerCase();
  if (!plain.includes('*')) return (value) => value.toLowerCase() === plain;
  const parts = plain.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`, 's');
  return (value) => expression.test(value.toLowerCase());
}
