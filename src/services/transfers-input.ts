// Checks the input of an inbound transfer without asking anybody: every field at fault in one answer.
import type { Money } from '../lib/money.ts';
import { isSafeLine, lengthOf } from '../lib/text.ts';
import { InvalidAuthCodeError, InvalidInputError } from './errors.ts';
import { checkYears, type Field, readClient, reading, readName, type WantedClient } from './order-input.ts';
import type { TransferDomainInInput } from './services.ts';

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
  checkYears(fields, input.years, 'transfer');
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
