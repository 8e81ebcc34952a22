// Facts about places that decide which parts of an address a contact needs: regions, postal codes, the European Union.

/** The member states of the European Union (since 2020-02-01), ISO 3166-1 alpha-2; Greece is GR. */
export const EU_COUNTRIES: readonly string[] =
  'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' ');

const EU: ReadonlySet<string> = new Set(EU_COUNTRIES);
const EEA: ReadonlySet<string> = new Set([...EU_COUNTRIES, 'IS', 'LI', 'NO']);

/** The 49 countries and territories without a single code in ISO 3166-2 (Debian iso-codes, compared on 2026-11-24); every other has some. */
const WITHOUT_REGIONS: ReadonlySet<string> = new Set(
  (
    'AI AQ AS AW AX BL BM BV CC CK CW CX EH FK FO GF GG GI GP GS GU HK HM IM IO ' +
    'JE KY MF MO MP MQ MS NC NF NU PF PM PN PR RE SJ SX TC TF TK VA VG VI YT'
  ).split(' '),
);

/**
 * Countries and territories without postal codes (Universal Postal Union, addressing; general knowledge, not complete). A country that is
 * not here is taken to have them.
 */
const WITHOUT_POSTAL_CODES: ReadonlySet<string> = new Set(
  (
    'AE AG AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM CW DJ DM ER FJ GA GD GM GQ GY HK KI KM KN KP ' +
    'ML MO MR MW NR NU QA RW SB SC SL SR ST SX SY TG TK TL TO TV UG VU YE ZW'
  ).split(' '),
);

/** @param country ISO 3166-1 alpha-2, upper case, after a French territory became a region of France. */
export function hasRegions(country: string): boolean {
  return !WITHOUT_REGIONS.has(country);
}

/** @param country ISO 3166-1 alpha-2, upper case. True too where it is not known. */
export function hasPostalCodes(country: string): boolean {
  return !WITHOUT_POSTAL_CODES.has(country);
}

/** @param country ISO 3166-1 alpha-2, upper case. */
export function isInEuropeanUnion(country: string): boolean {
  return EU.has(country);
}

/** The European Economic Area: the Union with Iceland, Liechtenstein and Norway. */
export function isInEconomicArea(country: string): boolean {
  return EEA.has(country);
}
