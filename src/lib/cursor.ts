// Opaque cursors for keyset pagination: the sort they belong to and the key of the row they point after.

/** Thrown when a cursor cannot be used; `found` and `expected` are safe to show to the caller. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
  readonly found: string;
  readonly expected: string;
  constructor(found: string, expected: string) {
    super(`This cursor cannot be used here: found ${found}, expected ${expected}.`);
    this.found = found;
    this.expected = expected;
  }
}

/** A value that can stand in a sort key. */
export type CursorKey = readonly (string | number | boolean | null)[];

const VERSION = 1;
const MAX_LENGTH = 1024;

/** @param sort name of the ordering, for example `domains:EXPIRES_AT:ASC`; a cursor is only good for the sort it was made by. */
export function encodeCursor(sort: string, key: CursorKey): string {
  return Buffer.from(JSON.stringify([VERSION, sort, ...key])).toString('base64url');
}

/**
 * Reads back what {@link encodeCursor} wrote.
 * @throws {CursorError} when the text is no cursor of ours, or belongs to another sort, or its key has another length.
 */
export function decodeCursor(cursor: string, sort: string, length: number): CursorKey {
  const parts = parse(cursor);
  if (parts === null) throw new CursorError('a text that is not a cursor', `a cursor returned by the ${sort} listing`);
  const [version, foundSort, ...key] = parts;
  if (version !== VERSION || typeof foundSort !== 'string')
    throw new CursorError('a cursor of another version', `a cursor returned by the ${sort} listing`);
  if (foundSort !== sort)
    throw new CursorError(`a cursor of the ${foundSort} listing`, `a cursor of the ${sort} listing`);
  if (key.length !== length || !key.every(isKeyValue))
    throw new CursorError('a damaged cursor', `a cursor returned by the ${sort} listing`);
  return key as CursorKey;
}

function isKeyValue(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function parse(cursor: string): unknown[] | null {
  if (cursor.length > MAX_LENGTH || !/^[A-Za-z0-9_-]+$/.test(cursor)) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
