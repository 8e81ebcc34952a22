// The contact a domain gets from a client: each domain stores a copy of its own, so this is what is copied.
import type { ClientInput, ContactInput } from '../upstream/port.ts';
import { InvalidInputError } from './errors.ts';
import type { ClientDetailRecord, ClientRecord } from './services.ts';

/** A client with its detail, as the mirror or Gandi gives it. */
export type KnownClient = Pick<ClientRecord, 'type' | 'firstName' | 'lastName' | 'companyName' | 'email'> &
  Pick<ClientDetailRecord, 'address' | 'phone' | 'language'>;

/** Personal data stays out of public directories unless the reseller decides otherwise later. */
const PRIVACY = { isDataObfuscated: true, isMailObfuscated: true } as const;

/**
 * The registrant that an existing client becomes, privacy on.
 * @param basePath the input field that names the client.
 * @throws {InvalidInputError} naming what Gandi requires of a contact and this client lacks; `updateClient` can add most of it.
 */
export function contactFromClient(client: KnownClient, basePath: readonly string[]): ContactInput {
  const { address } = client;
  const missing: string[] = [];
  const need = (value: string | null, field: string): string => {
    if (value !== null && value.trim() !== '') return value;
    missing.push(field);
    return '';
  };
  const type = client.type === 'RESELLER' ? null : client.type;
  const contact = {
    givenName: need(client.firstName, 'firstName'),
    familyName: need(client.lastName, 'lastName'),
    email: need(client.email, 'email'),
    street: need(address.street, 'street'),
    country: need(address.country, 'country'),
  };
  if (missing.length > 0 || type === null)
    throw new InvalidInputError([
      {
        path: basePath,
        message:
          missing.length > 0
            ? `This client cannot become a contact: Gandi has no ${missing.join(', ')} of it.`
            : 'This client cannot become a contact: its type is not one a contact can have.',
        found: null,
        expected: 'a client with a type, names, an e-mail address, a street and a country',
      },
    ]);
  return {
    ...contact,
    type,
    ...(type !== 'INDIVIDUAL' && client.companyName !== null && { companyName: client.companyName }),
    ...(address.zip !== null && { zip: address.zip }),
    ...(address.city !== null && { city: address.city }),
    ...(address.region !== null && { region: address.region }),
    ...(client.phone !== null && { phone: client.phone }),
    ...(client.language !== null && { language: client.language }),
    ...PRIVACY,
  };
}

/** The registrant that a client yet to be created will become, privacy on. */
export function contactFromInput(input: ClientInput): ContactInput {
  const { firstName, lastName, fax: _fax, reference: _reference, ...shared } = input;
  return { ...shared, givenName: firstName, familyName: lastName, ...PRIVACY };
}
