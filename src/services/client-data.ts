// Checks and normalises the data of a new client before anything is sent: one form for every field, all problems in one answer.
import { diallingCountry } from '../lib/country.ts';
import type { ClientInput } from '../upstream/port.ts';
import {
  createFieldReader,
  type FieldReader,
  LONGEST,
  phoneOf,
  readCountry,
  readEmail,
  readLanguage,
  readPlace,
  regionOf,
  textUpTo,
} from './client-fields.ts';
import type { ClientDataInput } from './services.ts';

export { normaliseClientChanges } from './client-changes.ts';
export { contactFromClient, contactFromInput } from './client-contact.ts';

/**
 * Turns a new client's data into the form Gandi takes. Region is optional, as at Gandi; where given it must be a code of the country.
 * French overseas territories become a region of France. Its own output goes through unchanged.
 * @param basePath the input field the data came in, for the paths of problems.
 * @throws {InvalidInputError} with every field at fault.
 */
export function normaliseClientData(input: ClientDataInput, basePath: readonly string[]): ClientInput {
  const fields = createFieldReader(basePath);
  const firstName = fields.required('firstName', input.firstName, textUpTo(LONGEST.name));
  const lastName = fields.required('lastName', input.lastName, textUpTo(LONGEST.name));
  const companyName = readCompanyName(fields, input);
  const email = fields.required('email', input.email, readEmail);
  const street = fields.required('street', input.street, textUpTo(LONGEST.street));
  const zip = fields.optional('zip', input.zip, textUpTo(LONGEST.zip));
  const city = fields.required('city', input.city, textUpTo(LONGEST.city));
  const country = fields.required('country', input.country, readCountry);
  const place = readPlace(country, country && fields.optional('region', input.region, regionOf(country)));
  const readPhone = country === '' ? textUpTo(LONGEST.phone) : phoneOf(diallingCountry(place));
  const phone = fields.required('phone', input.phone, readPhone);
  const fax = fields.optional('fax', input.fax, readPhone);
  const reference = fields.optional('reference', input.reference, textUpTo(LONGEST.reference));
  const language = fields.optional('language', input.language, readLanguage);
  fields.finish();
  return {
    type: input.type,
    firstName,
    lastName,
    ...(companyName !== undefined && { companyName }),
    email,
    street,
    ...(zip !== undefined && { zip }),
    city,
    ...(place.region !== undefined && { region: place.region }),
    country: place.country,
    phone,
    ...(fax !== undefined && { fax }),
    ...(reference !== undefined && { reference }),
    ...(language !== undefined && { language }),
  };
}

/** Organizations need a name; an individual with one is a mistake that would change who holds the client's domains. */
function readCompanyName(fields: FieldReader, input: ClientDataInput): string | undefined {
  const read = textUpTo(LONGEST.companyName);
  if (input.type !== 'INDIVIDUAL') return fields.required('companyName', input.companyName, read);
  const name = fields.optional('companyName', input.companyName, read);
  if (name !== undefined)
    fields.refuse('companyName', 'An individual has no company name.', name, 'no company name, or another type');
  return undefined;
}
