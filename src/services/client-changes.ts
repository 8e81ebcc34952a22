// Checks and normalises changes to a client: what Gandi cannot change is told at once, and only what differs is left to send.
import { diallingCountry, isFrenchTerritory } from '../lib/country.ts';
import { tidyLine } from '../lib/text.ts';
import type { ClientPatch } from '../upstream/port.ts';
import {
  createFieldReader,
  type FieldReader,
  LONGEST,
  type Place,
  phoneOf,
  readCountry,
  readEmail,
  readLanguage,
  readPlace,
  regionOf,
  textUpTo,
} from './client-fields.ts';
import type { ClientDataInput, ClientDetailRecord, ClientRecord } from './services.ts';

export type ClientChanges = Partial<Omit<ClientDataInput, 'type' | 'companyName'>>;
/** A client as Gandi has it, with its detail. */
export type ClientOnFile = Pick<ClientRecord, 'type' | 'firstName' | 'lastName' | 'email'> & ClientDetailRecord;

type Patch = { -readonly [Field in keyof ClientPatch]: ClientPatch[Field] };

/**
 * Turns changes to a client into the form Gandi takes; a field left out stays as it is. Zip and reference can be emptied, with null or a blank text.
 * @param onFile the client as it is: its country reads phones and regions, its type says whether names can change.
 * @throws {InvalidInputError} with every field at fault, also for a new name of an individual (Gandi v5 docs, organization customers: names of an
 * individual cannot change) and for a new country that would keep a region of the old one.
 */
export function normaliseClientChanges(
  changes: ClientChanges,
  basePath: readonly string[],
  onFile: ClientOnFile,
): ClientPatch {
  const fields = createFieldReader(basePath);
  const patch: Patch = {};
  readNames(fields, changes, onFile, patch);
  if (changes.email !== undefined) patch.email = fields.required('email', changes.email, readEmail);
  if (changes.street !== undefined) patch.street = fields.required('street', changes.street, textUpTo(LONGEST.street));
  if (changes.zip !== undefined) patch.zip = fields.optional('zip', changes.zip, textUpTo(LONGEST.zip)) ?? '';
  if (changes.city !== undefined) patch.city = fields.required('city', changes.city, textUpTo(LONGEST.city));
  const place = readNewPlace(fields, changes, onFile, patch);
  const readPhone = phoneOf(diallingCountry(place));
  if (changes.phone !== undefined) patch.phone = fields.required('phone', changes.phone, readPhone);
  if (changes.fax !== undefined) patch.fax = fields.required('fax', changes.fax, readPhone);
  if (changes.reference !== undefined)
    patch.reference = fields.optional('reference', changes.reference, textUpTo(LONGEST.reference)) ?? '';
  if (changes.language !== undefined) patch.language = fields.required('language', changes.language, readLanguage);
  fields.finish();
  return patch;
}

/** What of a patch differs from the client on file; an empty object when nothing does. */
export function differencesFrom(onFile: ClientOnFile, patch: ClientPatch): ClientPatch {
  const current: Readonly<Record<keyof ClientPatch, string | null>> = {
    firstName: onFile.firstName,
    lastName: onFile.lastName,
    email: onFile.email,
    street: onFile.address.street,
    zip: onFile.address.zip,
    city: onFile.address.city,
    region: onFile.address.region,
    country: onFile.address.country,
    phone: onFile.phone,
    fax: onFile.fax,
    reference: onFile.reference,
    language: onFile.language,
  };
  const differs = ([field, value]: [string, string]) => value !== (current[field as keyof ClientPatch] ?? '');
  return Object.fromEntries(Object.entries(patch).filter(differs));
}

function readNames(fields: FieldReader, changes: ClientChanges, onFile: ClientOnFile, patch: Patch): void {
  for (const field of ['firstName', 'lastName'] as const) {
    const name = changes[field];
    if (name === undefined) continue;
    const value = fields.required(field, name, textUpTo(LONGEST.name));
    if (onFile.type !== 'INDIVIDUAL') patch[field] = value;
    else if (value !== '' && value !== tidyLine(onFile[field] ?? ''))
      fields.refuse(
        field,
        'The name of an individual cannot be changed.',
        name,
        'the name on file; another person is another client',
      );
  }
}

/** Puts a new country and region into the patch and returns where the client will be. */
function readNewPlace(fields: FieldReader, changes: ClientChanges, onFile: ClientOnFile, patch: Patch): Place {
  const { country: oldCountry, region: oldRegion } = onFile.address;
  const country =
    changes.country === undefined ? (oldCountry ?? '') : fields.required('country', changes.country, readCountry);
  if (changes.region !== undefined && country === '' && changes.country === undefined)
    fields.refuse(
      'region',
      'The country on file is not known.',
      changes.region,
      'the country together with its region',
    );
  if (country === '') return { country, region: undefined };
  const mustName = changes.region !== undefined && !isFrenchTerritory(country);
  const read = mustName ? fields.required : fields.optional;
  const place = readPlace(country, read('region', changes.region, regionOf(country)));
  if (changes.country !== undefined) patch.country = place.country;
  if (place.region !== undefined) patch.region = place.region;
  else if (changes.region === undefined && oldRegion && !oldRegion.startsWith(`${place.country}-`))
    fields.refuse('region', `The region on file, ${oldRegion}, is not in ${country}.`, null, `a region of ${country}`);
  return { country: place.country, region: place.region ?? oldRegion ?? undefined };
}
