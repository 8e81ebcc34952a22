// Reads the input of changes of a domain without asking anybody: every field at fault in one answer.
import type { ClientInput } from '../upstream/port.ts';
import { normaliseClientData } from './client-data.ts';
import { InvalidInputError } from './errors.ts';
import type { ContactChoice, SetContactsInput } from './services.ts';

type Field = InvalidInputError['fields'][number];

/** Gandi renews for one to nine years at a time (Gandi v5 docs, domain autorenew). */
const MOST_YEARS = 9;

/** @throws {InvalidInputError} */
export function assertRenewalYears(years: number | null): void {
  if (years === null || (Number.isInteger(years) && years >= 1 && years <= MOST_YEARS)) return;
  throw new InvalidInputError([
    {
      path: ['input', 'years'],
      message: 'Gandi renews for whole years.',
      found: String(years),
      expected: `1 to ${MOST_YEARS}`,
    },
  ]);
}

export const CONTACT_ROLES = ['admin', 'tech', 'billing'] as const;
export type ContactRole = (typeof CONTACT_ROLES)[number];

/** A client to copy, or the checked data of a contact. */
export type WantedContact = { readonly clientId: string } | { readonly data: ClientInput };

/**
 * @returns the roles that are given, at least one.
 * @throws {InvalidInputError} with the problems of all roles.
 */
export function readContacts(
  input: Pick<SetContactsInput, ContactRole>,
): readonly { readonly role: ContactRole; readonly wanted: WantedContact }[] {
  const given = CONTACT_ROLES.flatMap((role) => (input[role] == null ? [] : [{ role, choice: input[role] }]));
  if (given.length === 0)
    throw new InvalidInputError([
      {
        path: ['input'],
        message: 'No contact is given. The registrant is not changed here; use changeRegistrant.',
        found: null,
        expected: 'at least one of admin, tech and billing',
      },
    ]);
  const fields: Field[] = [];
  const read = given.flatMap(({ role, choice }) => {
    try {
      return [{ role, wanted: readContact(role, choice) }];
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      fields.push(...error.fields);
      return [];
    }
  });
  if (fields.length > 0) throw new InvalidInputError(fields);
  return read;
}

function readContact(role: ContactRole, choice: ContactChoice): WantedContact {
  if ('clientId' in choice) return choice;
  return { data: normaliseClientData(choice.contact, ['input', role, 'contact']) };
}
