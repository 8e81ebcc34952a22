// Reads the fields of a client one by one and keeps every problem, so that the caller learns all of them in one answer.
import { countryCode, isFrenchTerritory, regionCode, territoryRegion } from '../lib/country.ts';
import { normaliseEmail } from '../lib/email.ts';
import { dottedPhone } from '../lib/phone.ts';
import { hasSubstance, isSafeLine, lengthOf, shown, tidyLine } from '../lib/text.ts';
import { InvalidInputError } from './errors.ts';

/** What a text becomes, or why it cannot be used. */
export type Reading = { readonly value: string } | { readonly message: string; readonly expected: string };
export type Reader = (text: string) => Reading;

/** Languages Gandi writes to a client in (Gandi v5 docs, organization customers). */
export const CLIENT_LANGUAGES = ['en', 'es', 'fr', 'ja', 'zh-hans', 'zh-hant'] as const;

/** Longest texts in characters. Gandi publishes no limits; these are wider than any address needs. */
export const LONGEST = {
  name: 128,
  companyName: 255,
  street: 255,
  zip: 20,
  city: 128,
  phone: 64,
  reference: 255,
} as const;

export interface FieldReader {
  /** The field's value; an empty text, and a problem noted, when it is missing, blank or wrong. */
  required(field: string, text: string | null | undefined, read: Reader): string;
  /** The field's value; undefined when it is missing, blank or wrong, the last with a problem noted. */
  optional(field: string, text: string | null | undefined, read: Reader): string | undefined;
  /** Notes a problem. `found` null: nothing was there. */
  refuse(field: string, message: string, found: string | null, expected: string): void;
  /** @throws {InvalidInputError} with every problem noted so far, in the order of reading. */
  finish(): void;
}

/** @param basePath where the fields hang, as in `['input', 'client', 'create']`. */
export function createFieldReader(basePath: readonly string[]): FieldReader {
  const problems: InvalidInputError['fields'][number][] = [];
  const refuse: FieldReader['refuse'] = (field, message, found, expected) => {
    problems.push({ path: [...basePath, field], message, found: found === null ? null : shown(found), expected });
  };
  const readLine = (field: string, line: string, original: string, read: Reader): string | undefined => {
    if (!isSafeLine(line)) {
      refuse(field, 'Control characters and line breaks cannot be used.', original, 'one line of plain text');
      return undefined;
    }
    const reading = read(line);
    if ('value' in reading) return reading.value;
    refuse(field, reading.message, original, reading.expected);
    return undefined;
  };
  return {
    required(field, text, read) {
      const line = tidyLine(text ?? '');
      if (line !== '') return readLine(field, line, text ?? '', read) ?? '';
      refuse(field, 'This field is required.', text ?? null, 'a text that is not blank');
      return '';
    },
    optional(field, text, read) {
      const line = tidyLine(text ?? '');
      return line === '' ? undefined : readLine(field, line, text ?? '', read);
    },
    refuse,
    finish() {
      if (problems.length > 0) throw new InvalidInputError(problems);
    },
  };
}

/** Free text of at most `max` characters with at least one letter or digit, in any script. */
export function textUpTo(max: number): Reader {
  return (text) => {
    if (!hasSubstance(text))
      return { message: 'No letter or digit is in it.', expected: 'a text with a letter or digit' };
    if (lengthOf(text) > max) return { message: 'It is too long.', expected: `at most ${max} characters` };
    return { value: text };
  };
}

export const readEmail: Reader = (text) => {
  const value = normaliseEmail(text);
  return value === null
    ? { message: 'This is no e-mail address.', expected: 'an address such as nia@example.net, at most 254 characters' }
    : { value };
};

export const readCountry: Reader = (text) => {
  const value = countryCode(text);
  if (value !== null) return { value };
  const hint = text.toUpperCase() === 'UK' ? ' The United Kingdom is GB.' : '';
  return { message: `This is no country code.${hint}`, expected: 'an ISO 3166-1 alpha-2 code such as FR' };
};

/** @param country ISO 3166-1 alpha-2 as the caller gave it, before a French territory becomes France. */
export function regionOf(country: string): Reader {
  return (text) => {
    const value = regionCode(text, country);
    return value === null
      ? { message: `This is no region code of ${country}.`, expected: `an ISO 3166-2 code such as ${example(country)}` }
      : { value };
  };
}

/** A country with a region of it, the way Gandi takes them. */
export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** ISO 3166-2. */
  readonly region: string | undefined;
}

/** Makes a French overseas territory the region of France that it is; every other country keeps its region. */
export function readPlace(country: string, region: string | undefined): Place {
  return isFrenchTerritory(country)
    ? { country: 'FR', region: territoryRegion(country) }
    : { country, region: region === '' ? undefined : region };
}

/** @param country where a number without its calling code belongs; empty when that is not known. */
export function phoneOf(country: string): Reader {
  return (text) => {
    const value = dottedPhone(text, country);
    return value === null
      ? { message: 'This is no telephone number.', expected: 'a number such as +33 1 23 45 67 89, without extension' }
      : { value };
  };
}

export const readLanguage: Reader = (text) => {
  const value = CLIENT_LANGUAGES.find((language) => language === text.toLowerCase().replace('_', '-'));
  return value === undefined
    ? { message: 'Gandi does not write in this language.', expected: `one of ${CLIENT_LANGUAGES.join(', ')}` }
    : { value };
};

function example(country: string): string {
  return country === 'FR' ? 'FR-IDF' : country === 'US' ? 'US-CA' : `${country} and its part, joined by a hyphen`;
}
