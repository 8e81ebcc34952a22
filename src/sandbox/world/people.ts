// Invents customers: people, companies, associations and public bodies of many countries, with reachable-looking addresses.
import type { Random } from '../random.ts';
import { associationWords, brandHeads, brandMiddles, brandTails, countries, publicWords, trades } from './countries.ts';
import type { Address, Customer } from './records.ts';

/** Twenty customers in a row hold this mix; the first four are one of each type. */
const typeCycle = ['individual', 'company', 'association', 'publicbody'] as const;
const typeAt = (index: number): Customer['type'] => {
  const place = index % 20;
  const first = typeCycle[place];
  if (first) return first;
  return place < 12 ? 'individual' : place < 18 ? 'company' : 'association';
};

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** An invented word such as `velimamora`. */
export const inventBrand = (random: Random): string =>
  random.pick(brandHeads) + random.pick(brandMiddles) + random.pick(brandTails);

/** ASCII letters and digits of a text, in lower case, joined by hyphens. */
export const slug = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');

export function inventCustomer(random: Random, index: number, organizationId: string): Customer {
  const type = typeAt(index);
  const country = random.pick(countries);
  const place = random.pick(country.places);
  const firstname = random.pick(country.given);
  const lastname = random.pick(country.family);
  const brand = inventBrand(random);
  const trade = random.pick(trades);
  const orgnames: Partial<Record<Customer['type'], string>> = {
    company: `${capital(brand)} ${capital(trade)} ${country.companyForm}`,
    association: `${random.pick(associationWords)} ${capital(brand)}`,
    publicbody: `${random.pick(publicWords)} ${capital(brand)}`,
  };
  const orgname = orgnames[type];
  const address: Address = {
    streetaddr: `${1 + random.int(180)} ${random.pick(country.streets)}`,
    zip: place.zip,
    city: place.city,
    country: country.code,
    phone: `${country.phone}${String(random.int(100)).padStart(2, '0')}`,
    ...(place.state !== undefined && { state: place.state }),
  };
  return {
    id: random.uuid(),
    organizationId,
    type,
    firstname,
    lastname,
    email: `${slug(firstname)}.${slug(lastname)}@${brand}.example.${random.pick(['com', 'net', 'org'])}`,
    lang: country.lang,
    reference: `C-${String(index + 1).padStart(5, '0')}`,
    ...address,
    ...(orgname !== undefined && { orgname }),
  };
}
