// The offline check of a contact: base fields strictly, by the readers that new clients go through; parameters of registries by the table, mostly as hints.
import type { Language } from '../auth/session.ts';
import { diallingCountry } from '../lib/country.ts';
import { isSafeLine, lengthOf, shown, tidyLine } from '../lib/text.ts';
import {
  BASE_FIELDS,
  type ContactFacts,
  type ContactRequirements,
  isNeeded,
  registryField,
  type Words,
  wordsOf,
} from '../policy/contact-fields.ts';
import {
  createFieldReader,
  LONGEST,
  phoneOf,
  readCountry,
  readEmail,
  readPlace,
  regionOf,
  textUpTo,
} from './client-fields.ts';
import { HINTS } from './contact-words.ts';
import type {
  CheckedContact,
  ContactDraft,
  ContactHint,
  ContactHintCode,
  ContactParameter,
  ContactProblem,
} from './contacts-types.ts';
import { InvalidInputError } from './errors.ts';

const BASE_PATH = ['input', 'contact'] as const;
const PARAMETERS_PATH = [...BASE_PATH, 'extraParameters'] as const;
const LONGEST_VALUE = 512;
const LONGEST_NAME = 100;

/** A password by any name, such as a registry's; a passport is none. */
const SECRET_NAME = /pass(?!port)|pwd|secret/i;

export interface CheckedDraft {
  readonly contact: CheckedContact;
  readonly problems: readonly ContactProblem[];
  readonly hints: readonly ContactHint[];
}

/** @param requirements what the extensions and the operation want of this type of contact. */
export function checkContact(
  draft: ContactDraft,
  requirements: ContactRequirements,
  { tlds, language }: { readonly tlds: readonly string[]; readonly language: Language },
): CheckedDraft {
  const hints: ContactHint[] = [];
  const hint = (path: readonly string[], code: ContactHintCode, words: Words) =>
    hints.push({ path, code, message: words[language] });
  for (const { tld, known, refused } of requirements.tlds) {
    if (!known) hint(['input', 'tlds'], 'UNKNOWN_TLD', HINTS.unknownTld(tld));
    if (refused.length > 0) hint(['input', 'tlds'], 'SECRET_ASKED_FOR', HINTS.secret(tld));
  }
  const base = readBase(draft);
  const given = readParameters(draft.extraParameters ?? []);
  const problems = [...base.problems, ...given.problems];
  for (const field of TEXTS)
    if (isOtherScript(base.contact[field])) hint([...BASE_PATH, field], 'OTHER_SCRIPT', HINTS.otherScript());

  for (const { name, value } of given.parameters) {
    const path = [...PARAMETERS_PATH, name];
    const field = registryField(name);
    if (field === undefined) hint(path, 'UNKNOWN_PARAMETER', HINTS.unknownParameter());
    else if (field.standing === 'RETIRED') hint(path, 'RETIRED_PARAMETER', wordsOf(field.condition ?? 'RETIRED'));
    else {
      if (!requirements.fields.some((requirement) => requirement.field === field))
        hint(path, 'PARAMETER_NOT_WANTED', HINTS.notWanted(tlds));
      if (field.allowedValues !== null && !field.allowedValues.includes(value))
        hint(path, 'VALUE_NOT_LISTED', HINTS.notListed(field.allowedValues));
      else if (field.pattern !== null && !new RegExp(field.pattern, 'u').test(value))
        hint(path, 'FORMAT_DIFFERS', HINTS.otherForm(field.pattern));
    }
  }

  const parameters = new Map(given.parameters.map(({ name, value }) => [name, value]));
  const facts: ContactFacts = { type: draft.type, country: base.contact.country, parameters };
  for (const { field, tlds: wanting } of requirements.fields) {
    if (field.kind === 'BASE' || given.names.has(field.name)) continue;
    const needed = isNeeded(field, facts);
    const path = [...PARAMETERS_PATH, field.name];
    const condition = field.condition === null ? null : wordsOf(field.condition);
    if (needed === null) hint(path, 'MAY_BE_NEEDED', HINTS.maybeNeeded(field.label, wanting, condition));
    else if (needed && (field.need === 'CONDITIONAL' || field.certainty === 'GENERAL'))
      hint(path, 'PROBABLY_NEEDED', HINTS.probablyNeeded(field.label, wanting, condition));
    else if (needed)
      problems.push({
        path,
        message: `${wanting.map((tld) => `.${tld}`).join(', ')} needs this parameter: ${field.label.en}.`,
        found: null,
        expected: field.allowedValues === null ? 'a value' : `one of ${field.allowedValues.join(', ')}`,
      });
  }
  return { contact: { ...base.contact, extraParameters: given.parameters }, problems, hints };
}

type Base = Omit<CheckedContact, 'extraParameters'>;

/** Which base fields are needed says the table; how they are read, `client-fields.ts`. */
function readBase(draft: ContactDraft): { readonly contact: Base; readonly problems: readonly ContactProblem[] } {
  const fields = createFieldReader(BASE_PATH);
  const firstName = fields.required('firstName', draft.firstName, textUpTo(LONGEST.name));
  const lastName = fields.required('lastName', draft.lastName, textUpTo(LONGEST.name));
  const isBody = draft.type !== 'INDIVIDUAL';
  const readCompany = textUpTo(LONGEST.companyName);
  const companyName = fields[isBody ? 'required' : 'optional']('companyName', draft.companyName, readCompany);
  if (!isBody && companyName !== undefined)
    fields.refuse('companyName', 'An individual has no company name.', companyName, 'no company name, or another type');
  const email = fields.required('email', draft.email, readEmail);
  const street = fields.required('street', draft.street, textUpTo(LONGEST.street));
  const given = fields.required('country', draft.country, readCountry);
  const place = readPlace(given, given === '' ? undefined : fields.optional('region', draft.region, regionOf(given)));
  const country = place.country === '' ? null : place.country;
  const needs = (name: 'region' | 'zip') => {
    const field = BASE_FIELDS.find((row) => row.name === name);
    return field !== undefined && isNeeded(field, { type: draft.type, country, parameters: new Map() }) === true;
  };
  if (needs('region') && place.region === undefined && isBlank(draft.region))
    fields.refuse(
      'region',
      `${country} has regions, and Gandi asks resellers for the one of the contact.`,
      draft.region ?? null,
      'an ISO 3166-2 code such as FR-IDF, with or without the country',
    );
  const zip = fields[needs('zip') ? 'required' : 'optional']('zip', draft.zip, textUpTo(LONGEST.zip));
  const city = fields.required('city', draft.city, textUpTo(LONGEST.city));
  const readPhone = given === '' ? textUpTo(LONGEST.phone) : phoneOf(diallingCountry(place));
  const phone = fields.required('phone', draft.phone, readPhone);
  const contact = {
    type: draft.type,
    firstName: orNull(firstName),
    lastName: orNull(lastName),
    companyName: isBody ? orNull(companyName) : null,
    email: orNull(email),
    street: orNull(street),
    zip: orNull(zip),
    city: orNull(city),
    region: orNull(place.region),
    country,
    phone: given === '' ? null : orNull(phone),
  };
  return { contact, problems: problemsOf(fields.finish) };
}

/** @returns parameters that can be sent, and the names of all that were meant, so that a refused one is not missing too. */
function readParameters(given: readonly ContactParameter[]) {
  const parameters: ContactParameter[] = [];
  const names = new Set<string>();
  const problems: ContactProblem[] = [];
  for (const raw of given) {
    const written = tidyLine(raw.name);
    const name =
      registryField(written) === undefined ? (registryField(written.toLowerCase())?.name ?? written) : written;
    const path = [...PARAMETERS_PATH, shown(name)];
    const value = tidyLine(raw.value);
    const refuse = (message: string, found: string | null, expected: string) =>
      problems.push({ path, message, found, expected });
    if (SECRET_NAME.test(name))
      refuse(
        `${shown(name)} is a password. The gateway takes none, and has kept nothing of it.`,
        null,
        'no password at all',
      );
    else if (name === '' || !isSafeLine(name) || lengthOf(name) > LONGEST_NAME)
      refuse('This is no name of a parameter.', shown(name), `one line of at most ${LONGEST_NAME} characters`);
    else if (names.has(name)) refuse('This parameter is there twice.', null, 'each parameter once');
    else {
      names.add(name);
      if (!isSafeLine(value))
        refuse('Control characters and line breaks cannot be used.', shown(value), 'one line of plain text');
      else if (lengthOf(value) > LONGEST_VALUE)
        refuse('It is too long.', shown(value), `at most ${LONGEST_VALUE} characters`);
      else if (value === '') names.delete(name);
      else parameters.push({ name, value });
    }
  }
  return { parameters, names, problems };
}

function problemsOf(finish: () => void): readonly ContactProblem[] {
  try {
    finish();
    return [];
  } catch (error) {
    if (error instanceof InvalidInputError) return error.fields;
    throw error;
  }
}

const TEXTS = ['firstName', 'lastName', 'companyName', 'street', 'city'] as const;

function isOtherScript(text: string | null): boolean {
  return text !== null && /[\p{L}--\p{Script=Latin}]/v.test(text);
}

const isBlank = (text: string | null | undefined) => tidyLine(text ?? '') === '';
const orNull = (text: string | undefined) => (text === undefined || text === '' ? null : text);
