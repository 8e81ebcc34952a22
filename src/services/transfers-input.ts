// Checks the input of an inbound transfer without asking anybody: every field at fault in one answer.
import { DomainNameError, parseDomainName } from '../lib/domain-name.ts';
import type { Money } from '../lib/money.ts';
import { isSafeLine, lengthOf, shown } from '../lib/text.ts';
import type { ClientInput } from '../upstream/port.ts';
import { normaliseClientData } from './client-data.ts';
import { InvalidAuthCodeError, InvalidInputError } from './errors.ts';
import type { TransferDomainInInput } from './services.ts';

export type WantedClient = { readonly id: string } | { readonly create: ClientInput };

/** Input in its one form. */
export interface WantedTransfer {
  /** A-label, lower case. */
  readonly name: string;
  readonly unicodeName: string;
  readonly payerId: string | null;
  readonly client: WantedClient;
  readonly authCode: string;
  readonly years: number;
  readonly changeRegistrant: boolean;
  /** After taxes, for all the years. */
  readonly expectedPrice: Money | null;
}

type Field = InvalidInputError['fields'][number];

/** Gandi takes orders of one to ten years (Gandi v5 docs, domain); the registry may allow fewer. */
const MAX_YEARS = 10;
const LONGEST_KEY = 255;
/** EPP sets no limit; registries use up to 32 characters. */
const LONGEST_AUTH_CODE = 255;

/**
 * @throws {InvalidInputError} with every field at fault.
 * @throws {InvalidAuthCodeError} when everything else is right and the code cannot be one. It is never shown.
 */
export function readTransferInput(input: Omit<TransferDomainInInput, 'idempotencyKey'>): WantedTransfer {
  const fields: Field[] = [];
  const name = reading(fields, () => readName(input.domain));
  const client = reading(fields, () => readClient(input.client));
  if (!Number.isInteger(input.years) || input.years < 1 || input.years > MAX_YEARS)
    fields.push(fieldAt('years', 'A transfer is ordered for whole years.', String(input.years), `1 to ${MAX_YEARS}`));
  if (name === null || client === null || fields.length > 0) throw new InvalidInputError(fields);
  return {
    ...name,
    payerId: input.payerId,
    client,
    authCode: readAuthCode(input.authCode),
    years: input.years,
    changeRegistrant: input.changeRegistrant,
    expectedPrice: input.expectedPrice ?? null,
  };
}

/** @throws {InvalidInputError} */
export function readIdempotencyKey(key: string): string {
  if (key !== '' && key.trim() === key && isSafeLine(key) && lengthOf(key) <= LONGEST_KEY) return key;
  const expected = `1 to ${LONGEST_KEY} printable characters without blanks at the ends, chosen by you, one for each order`;
  throw new InvalidInputError([fieldAt('idempotencyKey', 'This key cannot be used.', shown(key), expected)]);
}

/** Blanks around the code go; letter case stays, since codes are case-sensitive. @throws {InvalidAuthCodeError} */
export function readAuthCode(text: string): string {
  const code = text.trim();
  const path = ['input', 'authCode'];
  if (code === '') throw new InvalidAuthCodeError('The auth code is empty; the present registrar gives it.', path);
  if (!isSafeLine(code)) throw new InvalidAuthCodeError('The auth code holds characters that no code has.', path);
  if (lengthOf(code) > LONGEST_AUTH_CODE)
    throw new InvalidAuthCodeError(`The auth code is longer than ${LONGEST_AUTH_CODE} characters.`, path);
  return code;
}

function readName(text: string): { name: string; unicodeName: string } {
  try {
    return parseDomainName(text);
  } catch (error) {
    if (!(error instanceof DomainNameError)) throw error;
    throw new InvalidInputError([fieldAt('domain', 'This is no domain to transfer.', error.found, error.expected)]);
  }
}

function readClient(client: TransferDomainInInput['client']): WantedClient {
  if ('create' in client) return { create: normaliseClientData(client.create, ['input', 'client', 'create']) };
  return { id: client.id };
}

/** The value, or null with the problems put into `fields`. */
function reading<T>(fields: Field[], read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    fields.push(...error.fields);
    return null;
  }
}

function fieldAt(field: string, message: string, found: string, expected: string): Field {
  return { path: ['input', field], message, found, expected };
}
