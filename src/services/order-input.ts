// Reads the parts of input that orders have in common, without asking anybody: every field at fault in one answer.
import { DomainNameError, parseDomainName } from '../lib/domain-name.ts';
import { isSafeLine, lengthOf, shown } from '../lib/text.ts';
import type { ClientInput } from '../upstream/port.ts';
import { normaliseClientData } from './client-data.ts';
import { InvalidInputError } from './errors.ts';
import type { ClientChoice } from './services.ts';

/** The same in its one form. */
export type WantedClient = { readonly id: string } | { readonly create: ClientInput };

export type Field = InvalidInputError['fields'][number];

/** Gandi takes orders of one to ten years (Gandi v5 docs, domain); the registry may allow fewer. */
const MAX_YEARS = 10;
const LONGEST_KEY = 255;

/** @throws {InvalidInputError} */
export function readIdempotencyKey(key: string): string {
  if (key !== '' && key.trim() === key && isSafeLine(key) && lengthOf(key) <= LONGEST_KEY) return key;
  const expected = `1 to ${LONGEST_KEY} printable characters without blanks at the ends, chosen by you, one for each order`;
  throw new InvalidInputError([fieldAt('idempotencyKey', 'This key cannot be used.', shown(key), expected)]);
}

/** @throws {InvalidInputError} */
export function readName(text: string): { name: string; unicodeName: string } {
  try {
    return parseDomainName(text);
  } catch (error) {
    if (!(error instanceof DomainNameError)) throw error;
    throw new InvalidInputError([fieldAt('domain', 'This is no domain name.', error.found, error.expected)]);
  }
}

/** @param path the input field that names the client. @throws {InvalidInputError} with every field at fault. */
export function readClient(client: ClientChoice, path: readonly string[] = ['input', 'client']): WantedClient {
  if ('create' in client) return { create: normaliseClientData(client.create, [...path, 'create']) };
  return { id: client.id };
}

export function checkYears(fields: Field[], years: number, what: string): void {
  if (!Number.isInteger(years) || years < 1 || years > MAX_YEARS)
    fields.push(fieldAt('years', `A ${what} is ordered for whole years.`, String(years), `1 to ${MAX_YEARS}`));
}

/** The value, or null with the problems put into `fields`. */
export function reading<T>(fields: Field[], read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    fields.push(...error.fields);
    return null;
  }
}

export function fieldAt(field: string, message: string, found: string, expected: string): Field {
  return { path: ['input', ...field.split('.')], message, found, expected };
}
