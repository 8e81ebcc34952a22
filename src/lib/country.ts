// Countries and their parts: ISO 3166-1 codes, ISO 3166-2 codes, and the French territories that are a country to ISO and a region of France to registrars.
import { alpha2ToAlpha3 } from 'i18n-iso-countries/index.js';

/** ISO 3166-1 code of each French overseas territory, with the number its postal codes begin with. */
const FRENCH_TERRITORIES: ReadonlyMap<string, string> = new Map([
  ['GP', '971'],
  ['MQ', '972'],
  ['GF', '973'],
  ['RE', '974'],
  ['PM', '975'],
  ['YT', '976'],
  ['BL', '977'],
  ['MF', '978'],
  ['TF', '984'],
  ['WF', '986'],
  ['PF', '987'],
  ['NC', '988'],
]);

/** @returns the ISO 3166-1 alpha-2 code in upper case; null when there is no such country. */
export function countryCode(text: string): string | null {
  const code = text.toUpperCase();
  return /^[A-Z]{2}$/.test(code) && alpha2ToAlpha3(code) !== undefined ? code : null;
}

export function isFrenchTerritory(country: string): boolean {
  return FRENCH_TERRITORIES.has(country);
}

/** The country whose telephone numbers need no calling code at a place: the territory itself for `FR` with `FR-GP`. */
export function diallingCountry(place: { readonly country: string; readonly region?: string | undefined }): string {
  const part = place.country === 'FR' ? place.region?.slice('FR-'.length) : undefined;
  return part !== undefined && FRENCH_TERRITORIES.has(part) ? part : place.country;
}

/**
 * The ISO 3166-2 form of a region written with or without its country: `IDF` or `fr-idf` in `FR` gives `FR-IDF`.
 * For a French territory the country becomes France and the region the territory: any spelling of the territory in `GP` gives `FR-GP`.
 * Only the form is checked, since the list of subdivisions changes from year to year.
 * @param country ISO 3166-1 alpha-2, upper case.
 * @returns null when it is no such code or belongs to another country.
 */
export function regionCode(text: string, country: string): string | null {
  const match = /^(?:([A-Z]{2})-)?([A-Z0-9]{1,3})$/.exec(text.toUpperCase());
  const part = match?.[2];
  if (part === undefined) return null;
  const prefix = match?.[1] ?? country;
  const postal = FRENCH_TERRITORIES.get(country);
  if (postal === undefined) return prefix === country ? `${country}-${part}` : null;
  const isTheTerritory = (prefix === country || prefix === 'FR') && (part === country || part === postal);
  return isTheTerritory ? territoryRegion(country) : null;
}

/** The region of France that a territory is, for example `FR-GP`. */
export function territoryRegion(territory: string): string {
  return `FR-${territory}`;
}
