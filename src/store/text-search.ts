// Text as the database compares it: folded here, not by the server, so that every locale finds and sorts the same.
import { Prisma } from './generated/client.ts';
import { storable } from './sql.ts';

/** What a text search looks at: each part on a line of its own, lower case. */
export function searchTextOf(parts: readonly (string | null)[]): string {
  return fold(storable(parts.filter((part) => part !== null && part !== '').join('\n')));
}

/** A name without case and accents, for an order people expect; cut so that it fits in a cursor. */
export function sortNameOf(name: string): string {
  return fold(
    storable(name)
      .normalize('NFKD')
      .replace(/\p{M}+/gu, ''),
  )
    .slice(0, SORT_NAME_LENGTH)
    .toWellFormed();
}

const SORT_NAME_LENGTH = 100;

/** `column` contains `text` within one of its lines; `%`, `_` and `\` stand for themselves. */
export function containsText(column: string, text: string): Prisma.Sql {
  if (/[\n\0]/.test(text) || !text.isWellFormed()) return Prisma.sql`FALSE`;
  const pattern = `%${fold(text).replace(/[\\%_]/g, '\\$&')}%`;
  return Prisma.sql`${Prisma.raw(column)} LIKE ${pattern}`;
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
