// Contacts as clients send them: checks beyond the fields' form, and the copy the sandbox keeps.
import { type ContactBody, contactTypeName } from '../../upstream/wire/contact.ts';
import type { FieldError } from '../../upstream/wire/errors.ts';
import { bodyError } from '../http/input.ts';
import type { Contact } from '../world/records.ts';

const plainFields = ['orgname', 'zip', 'city', 'state', 'phone', 'lang'] as const;
const known = new Set<string>(['type', 'given', 'family', 'email', 'streetaddr', 'country', ...plainFields]);

/** A region belongs to its country: `FR-IDF` in `FR`. `path` names the object that holds both. */
export function regionFaults(path: string, country: string, state: string | undefined): FieldError[] {
  if (state === undefined || state.startsWith(`${country}-`)) return [];
  return [bodyError(path === '' ? 'state' : `${path}.state`, `'${state}' is not a region of ${country}`)];
}

/** Faults of one contact of an order, named like `owner.state`. A reseller cannot be a contact there. */
export function contactFaults(role: string, body: ContactBody | undefined): FieldError[] {
  if (!body) return [];
  const faults = regionFaults(role, body.country, body.state);
  const isReseller = contactTypeName(body.type) === 'reseller';
  return isReseller
    ? [...faults, bodyError(`${role}.type`, 'must be individual, company, association or publicbody')]
    : faults;
}

/** The stored copy; fields the sandbox does not interpret are kept and answered as sent. */
export function contactFrom(body: ContactBody): Contact {
  const optional: Partial<Record<(typeof plainFields)[number], string>> = {};
  for (const field of plainFields) {
    const value = body[field];
    if (value !== undefined) optional[field] = value;
  }
  const more = Object.fromEntries(Object.entries(body).filter(([name]) => !known.has(name)));
  return {
    type: contactTypeName(body.type) ?? 'individual',
    given: body.given,
    family: body.family,
    email: body.email,
    streetaddr: body.streetaddr,
    country: body.country,
    ...optional,
    ...(Object.keys(more).length > 0 && { more }),
  };
}

export const optionalContact = (body: ContactBody | undefined): Contact | undefined => body && contactFrom(body);
