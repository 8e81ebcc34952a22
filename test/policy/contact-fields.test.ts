// The decision table of contact data: for every extension of the table what its registry wants, by type of contact and by operation.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BASE_FIELDS,
  type ContactFacts,
  type ContactOperation,
  type ContactType,
  contactRequirements,
  isNeeded,
  KNOWN_TLDS,
  REGISTRY_FIELDS,
  registryField,
  titleOf,
  wordsOf,
} from '../../src/policy/contact-fields.ts';
import { hasPostalCodes, hasRegions } from '../../src/policy/contact-places.ts';
import { allTldRules } from '../../src/policy/tld-rules.ts';

/** Parameters of a registration, marked `!` required, `?` conditional, `~` optional. Transfers want none unless `transfer` says so. */
interface Row {
  readonly tlds: string;
  readonly individual?: string;
  readonly company?: string;
  /** Where it is not that of a company. */
  readonly association?: string;
  readonly transfer?: string;
}

const TABLE: readonly Row[] = [
  {
    tlds: 'com net org info biz name mobi xyz online site shop store app dev page io ai co me tv cc de be nl lu ch li at dk pl cz sk bg gr si ee lv nz co.nz jp cn in br com.br mx com.mx paris bzh corsica alsace travel tel asia cloud',
  },
  {
    tlds: 'pro',
    individual: ['x-pro_authoritywebsite~', 'x-pro_authority~', 'x-pro_licensenumber~', 'x-pro_profession~'].join(' '),
    company: ['x-pro_authoritywebsite~', 'x-pro_authority~', 'x-pro_licensenumber~', 'x-pro_profession~'].join(' '),
  },
  {
    tlds: 'fr re pm tf wf yt',
    individual: ['birth_city?', 'birth_country?', 'birth_date?', 'birth_department?'].join(' '),
    company: 'brand_number~ duns~ siren~',
    association: [
      'brand_number~',
      'duns~',
      'jo_announce_number~',
      'jo_announce_page~',
      'jo_declaration_date~',
      'jo_publication_date~',
      'waldec~',
    ].join(' '),
  },
  { tlds: 'uk co.uk org.uk me.uk', individual: 'x-uk_contact_type!', company: 'x-uk_co_no? x-uk_contact_type!' },
  { tlds: 'eu', individual: 'x-eu_country_of_citizenship?', company: '' },
  {
    tlds: 'it',
    individual: 'x-it_nationality? x-it_pin! x-it_registrant_entity_type!',
    company: 'x-it_nationality? x-it_pin! x-it_registrant_entity_type!',
  },
  {
    tlds: 'es',
    individual: [
      'x-es_admin_identification!',
      'x-es_admin_tipo_identification!',
      'x-es_bill_identification?',
      'x-es_bill_tipo_identification?',
      'x-es_owner_identification!',
      'x-es_owner_legalform!',
      'x-es_owner_tipo_identification!',
      'x-es_tech_identification?',
      'x-es_tech_tipo_identification?',
    ].join(' '),
    company: [
      'x-es_admin_identification!',
      'x-es_admin_tipo_identification!',
      'x-es_bill_identification?',
      'x-es_bill_tipo_identification?',
      'x-es_owner_identification!',
      'x-es_owner_legalform!',
      'x-es_owner_tipo_identification!',
      'x-es_tech_identification?',
      'x-es_tech_tipo_identification?',
    ].join(' '),
  },
  {
    tlds: 'pt',
    individual: ['x-pt_arbitration~', 'x-pt_registrant_vatid?', 'x-pt_roid~', 'x-pt_tech_vatid?'].join(' '),
    company: ['x-pt_arbitration~', 'x-pt_registrant_vatid?', 'x-pt_roid~', 'x-pt_tech_vatid?'].join(' '),
    transfer: 'x-pt_roid~',
  },
  {
    tlds: 'ie',
    individual: 'x-ie_registrant_supporting_number? x-ie_registrant_type!',
    company: 'x-ie_registrant_cro_number? x-ie_registrant_supporting_number? x-ie_registrant_type!',
    association: 'x-ie_registrant_supporting_number? x-ie_registrant_type!',
  },
  { tlds: 'se', individual: 'x-se_ident_number!', company: 'x-se_ident_number! x-se_registrant_vatid?' },
  { tlds: 'no', individual: 'x-no_registrant_identity!', company: 'x-no_registrant_identity!' },
  {
    tlds: 'fi',
    individual: 'birth_date? x-fi_ident_number? x-fi_isfinish?',
    company: 'x-fi_business_number? x-fi_organization_type?',
  },
  { tlds: 'hu', individual: 'x-hu_idnumber? x-hu_owner_vatid?', company: 'x-hu_idnumber? x-hu_owner_vatid?' },
  { tlds: 'ro', individual: 'x-ro_registrant_idnumber!', company: 'x-ro_registrant_idnumber!' },
  {
    tlds: 'hr',
    individual: 'x-hr_ident_number? x-hr_non_eu_pm_business_number?',
    company: 'x-hr_ident_number? x-hr_non_eu_pm_business_number?',
  },
  { tlds: 'lt', individual: '', company: 'x-lt_registrant_legal_id?' },
  {
    tlds: 'us',
    individual: 'x-us_app_purpose! x-us_nexus_category!',
    company: 'x-us_app_purpose! x-us_nexus_category!',
    transfer: 'x-us_app_purpose! x-us_nexus_category!',
  },
  {
    tlds: 'ca',
    individual: [
      'x-ca_business_entity_type?',
      'x-ca_legaltype!',
      'x-ca_official_rep?',
      'x-ca_official_rep_capacity?',
    ].join(' '),
    company: 'brand_number~ x-ca_business_entity_type? x-ca_legaltype!',
    transfer: 'x-ca_business_entity_type? x-ca_legaltype!',
  },
  {
    tlds: 'com.au au',
    individual: 'x-au_registrant_id_number! x-au_registrant_id_type!',
    company: 'x-au_registrant_id_number! x-au_registrant_id_type!',
    transfer: 'x-au_registrant_id_number! x-au_registrant_id_type!',
  },
  {
    tlds: 'hk',
    individual: [
      'x-hk_registrant_birth_date?',
      'x-hk_registrant_document_number!',
      'x-hk_registrant_document_origin_country!',
      'x-hk_registrant_document_type!',
      'x-hk_registrant_other_document_type?',
    ].join(' '),
    company: [
      'x-hk_registrant_document_number!',
      'x-hk_registrant_document_origin_country!',
      'x-hk_registrant_document_type!',
      'x-hk_registrant_other_document_type?',
    ].join(' '),
  },
  { tlds: 'tw', individual: '', company: 'x-tw_company_number?' },
  { tlds: 'sg com.sg', individual: 'x-sg_idnumber!', company: 'x-sg_idnumber!', transfer: 'x-sg_idnumber!' },
  { tlds: 'nu', individual: 'x-nu_registrant_idnumber!', company: 'x-nu_registrant_idnumber! x-nu_registrant_vatid?' },
  { tlds: 'cat', individual: 'x-cat_intendeduse!', company: 'x-cat_intendeduse!' },
  {
    tlds: 'xxx',
    individual: 'x-xxx_membership_contact? x-xxx_sponsored_community?',
    company: 'x-xxx_membership_contact? x-xxx_sponsored_community?',
  },
  {
    tlds: 'barcelona',
    individual: 'x-barcelona_intendeduse!',
    company: 'x-barcelona_intendeduse! x-barcelona_trademarkid~',
  },
  { tlds: 'madrid', individual: 'x-madrid_intendeduse?', company: 'x-madrid_intendeduse?' },
  { tlds: 'eus', individual: 'x-eus_intendeduse?', company: 'x-eus_intendeduse?' },
  { tlds: 'gal', individual: 'x-gal_intendeduse?', company: 'x-gal_intendeduse?' },
  { tlds: 'quebec', individual: 'x-quebec_intendeduse?', company: 'x-quebec_intendeduse?' },
  { tlds: 'swiss', individual: 'x-swiss_intendeduse!', company: 'x-swiss_enterpriseid! x-swiss_intendeduse!' },
  { tlds: 'scot', individual: 'x-scot_intendeduse?', company: 'x-scot_intendeduse?' },
  { tlds: 'sport', individual: 'x-sport_intendeduse!', company: 'x-sport_intendeduse!' },
  {
    tlds: 'aero',
    individual: 'x-aero_ens_authid! x-aero_ens_authkey?',
    company: 'x-aero_ens_authid! x-aero_ens_authkey?',
  },
  { tlds: 'jobs', individual: 'x-jobs_website!', company: 'x-jobs_website!' },
  { tlds: 'nyc', individual: 'x-nyc_extcontact!', company: 'x-nyc_extcontact!' },
  { tlds: 'srl', individual: '', company: 'x-srl_authority! x-srl_licensenumber!', association: '' },
  { tlds: 'ltda', individual: '', company: 'x-ltda_authority! x-ltda_licensenumber!', association: '' },
  { tlds: 'radio', individual: 'x-radio_intendeduse?', company: 'x-radio_intendeduse?' },
];

const TYPES = ['INDIVIDUAL', 'COMPANY', 'ASSOCIATION', 'PUBLIC_BODY'] as const;
const OPERATIONS = ['REGISTER', 'TRANSFER_IN', 'CHANGE_REGISTRANT'] as const;
const MARKS = { REQUIRED: '!', CONDITIONAL: '?', OPTIONAL: '~' } as const;
const ROWS = TABLE.flatMap(({ tlds, ...row }) => tlds.split(' ').map((tld) => ({ tld, ...row })));

/** What the registry wants, in the words of the table. */
function wanted(tld: string, operation: ContactOperation, type: ContactType): string {
  return contactRequirements({ tlds: [tld], operation, type })
    .fields.filter(({ field }) => field.kind === 'REGISTRY')
    .map(({ field }) => `${field.name}${MARKS[field.need]}`)
    .sort()
    .join(' ');
}

const neededBy = (name: string, facts: Partial<Omit<ContactFacts, 'parameters'>> & { parameters?: object }) => {
  const field = [...BASE_FIELDS, ...REGISTRY_FIELDS].find((row) => row.name === name);
  if (field === undefined) throw new Error(`no field ${name}`);
  const parameters = new Map<string, string>(Object.entries(facts.parameters ?? {}));
  return isNeeded(field, { type: 'INDIVIDUAL', country: null, ...facts, parameters });
};

describe('the decision table', () => {
  test('has every extension of the table of TLDs once', () => {
    const named = ROWS.map(({ tld }) => tld);
    expect(new Set(named).size).toBe(named.length);
    expect(named).toHaveLength(102);
    expect(named.toSorted()).toEqual(
      allTldRules()
        .map(({ tld }) => tld)
        .sort(),
    );
  });

  test.each(ROWS)('.$tld wants $individual of an individual, $company of a company', (row) => {
    const { tld, individual = '', company = '', association = company, transfer = '' } = row;
    expect(wanted(tld, 'REGISTER', 'INDIVIDUAL')).toBe(individual);
    expect(wanted(tld, 'REGISTER', 'COMPANY')).toBe(company);
    expect(wanted(tld, 'REGISTER', 'ASSOCIATION')).toBe(association);
    expect(wanted(tld, 'TRANSFER_IN', 'COMPANY')).toBe(transfer);
    const [known] = contactRequirements({ tlds: [tld], operation: 'REGISTER', type: 'INDIVIDUAL' }).tlds;
    expect(known).toMatchObject({ tld, known: true, refused: [] });
  });

  test.each(allTldRules())(
    '.$tld has the parameters that the table of TLDs names',
    ({ tld, contactFieldsRequired }) => {
      const names = TYPES.flatMap((type) =>
        contactRequirements({ tlds: [tld], operation: 'REGISTER', type }).fields.map(({ field }) => field.name),
      );
      expect(names).toEqual(expect.arrayContaining([...contactFieldsRequired]));
    },
  );
});

describe('base fields', () => {
  const base = (type: ContactType, operation: ContactOperation = 'REGISTER') =>
    contactRequirements({ tlds: ['com'], operation, type }).fields.map(
      ({ field }) => `${field.name}${MARKS[field.need]}`,
    );

  test('are those of the FAQ without the password, with the name of an organisation for all but individuals', () => {
    const individual = 'type! firstName! lastName! email! street! zip? city! region? country! phone!'.split(' ');
    for (const operation of OPERATIONS) {
      expect(base('INDIVIDUAL', operation)).toEqual(individual);
      for (const type of ['COMPANY', 'ASSOCIATION', 'PUBLIC_BODY'] as const)
        expect(base(type, operation)).toEqual(individual.toSpliced(3, 0, 'companyName!'));
    }
  });

  test.each([
    ['FR', true, true],
    ['US', true, true],
    ['GB', true, true],
    ['HK', false, false],
    ['GI', false, true],
    ['PR', false, true],
    ['AE', true, false],
    [null, null, null],
  ])('in %s: region needed %j, postal code needed %j', (country, region, zip) => {
    expect(neededBy('region', { country })).toBe(region);
    expect(neededBy('zip', { country })).toBe(zip);
    if (country !== null) expect([hasRegions(country), hasPostalCodes(country)]).toEqual([region, zip]);
  });
});

describe('conditions', () => {
  test.each([
    ['x-ca_official_rep', { parameters: { 'x-ca_legaltype': 'LGR' } }, true],
    ['x-ca_official_rep', { parameters: { 'x-ca_legaltype': 'CCT' } }, false],
    ['x-ca_official_rep', {}, null],
    ['x-ca_business_entity_type', { type: 'COMPANY' }, true],
    ['x-ca_business_entity_type', { type: 'INDIVIDUAL' }, false],
    ['x-uk_co_no', { type: 'COMPANY', parameters: { 'x-uk_contact_type': 'LTD' } }, true],
    ['x-uk_co_no', { type: 'COMPANY', parameters: { 'x-uk_contact_type': 'STRA' } }, false],
    ['x-uk_co_no', { type: 'COMPANY' }, null],
    ['x-eu_country_of_citizenship', { country: 'US' }, true],
    ['x-eu_country_of_citizenship', { country: 'NO' }, false],
    ['x-eu_country_of_citizenship', {}, null],
    ['x-se_registrant_vatid', { type: 'COMPANY', country: 'DE' }, true],
    ['x-se_registrant_vatid', { type: 'COMPANY', country: 'SE' }, false],
    ['x-nu_registrant_vatid', { type: 'COMPANY', country: 'US' }, false],
    ['x-hk_registrant_birth_date', { type: 'INDIVIDUAL' }, true],
    ['x-hk_registrant_other_document_type', { parameters: { 'x-hk_registrant_document_type': 'OTHORG' } }, true],
    ['x-hk_registrant_other_document_type', { parameters: { 'x-hk_registrant_document_type': 'HKID' } }, false],
    ['birth_department', { parameters: { birth_country: 'FR' } }, true],
    ['birth_department', { parameters: { birth_country: 'DE' } }, false],
    ['birth_date', {}, null],
    ['x-fi_business_number', { type: 'COMPANY', country: 'FI' }, true],
    ['x-fi_business_number', { type: 'COMPANY', country: 'SE' }, null],
    ['x-lt_registrant_legal_id', { type: 'PUBLIC_BODY' }, null],
    ['x-tw_company_number', { type: 'COMPANY' }, true],
    ['x-hu_idnumber', {}, null],
    ['x-it_pin', {}, true],
    ['siren', { type: 'COMPANY' }, false],
  ] as const)('%s with %j: %j', (name, facts, needed) => {
    expect(neededBy(name, facts)).toBe(needed);
  });
});

describe('operations', () => {
  const ofHk = (operation: ContactOperation) => wanted('hk', operation, 'INDIVIDUAL').split(' ').filter(Boolean);

  test('.hk wants its documents with a registration and a new holder, and nothing with a transfer', () => {
    expect(ofHk('REGISTER')).toHaveLength(5);
    expect(ofHk('CHANGE_REGISTRANT')).toHaveLength(5);
    expect(ofHk('TRANSFER_IN')).toEqual([]);
  });

  test('.cat wants its statement with a registration only', () => {
    expect(OPERATIONS.map((operation) => wanted('cat', operation, 'COMPANY'))).toEqual(['x-cat_intendeduse!', '', '']);
  });
});

describe('what is not known', () => {
  test('of an extension that the table lacks is everything but the base fields', () => {
    const { fields, tlds } = contactRequirements({ tlds: ['zz'], operation: 'REGISTER', type: 'INDIVIDUAL' });
    expect(tlds).toMatchObject([{ tld: 'zz', known: false }]);
    expect(fields.map(({ field }) => field.kind)).not.toContain('REGISTRY');
  });

  test('stays open: parameters without extensions belong to none, values that were not found are not made up', () => {
    expect(REGISTRY_FIELDS.filter(({ tlds }) => tlds === null).map(({ name }) => name)).toEqual([
      'x-document_country',
      'x-document_type',
      'x-document_value',
      'x-promopixel_company_serial',
    ]);
    const open = ['x-fi_isfinish', 'x-ie_registrant_type', 'x-my_organization_type', 'x-xxx_sponsored_community'];
    for (const name of open) expect(registryField(name)).toMatchObject({ value: 'CHOICE', allowedValues: null });
  });
});

describe('the rows', () => {
  test('are 120, each with a name of its own, labels, sources, and patterns that fit the values there are', () => {
    expect(REGISTRY_FIELDS).toHaveLength(120);
    expect(new Set(REGISTRY_FIELDS.map(({ name }) => name)).size).toBe(120);
    for (const field of [...BASE_FIELDS, ...REGISTRY_FIELDS]) {
      expect([field.label.en, field.label.fr, ...field.sources.map(titleOf)].filter((text) => text === '')).toEqual([]);
      expect(field.sources.length).toBeGreaterThan(0);
      if (field.condition !== null) expect(Object.values(wordsOf(field.condition))).toHaveLength(2);
      if (field.need === 'CONDITIONAL') expect(field.condition).not.toBeNull();
      const { pattern, allowedValues } = field;
      if (pattern !== null)
        expect((allowedValues ?? []).filter((value) => !new RegExp(pattern, 'u').test(value))).toEqual([]);
    }
  });

  test('never ask for a password: it is no field, and .my is told to need a secret that is not taken', () => {
    for (const tld of [...KNOWN_TLDS])
      for (const type of TYPES) expect(wanted(tld, 'REGISTER', type)).not.toMatch(/pass(?!port)/i);
    expect(contactRequirements({ tlds: ['my'], operation: 'REGISTER', type: 'COMPANY' }).tlds).toMatchObject([
      { known: true, refused: ['x-my_admin_contact_password'] },
    ]);
  });

  test('that Gandi retired are in no answer', () => {
    const retired = REGISTRY_FIELDS.filter(({ standing }) => standing === 'RETIRED').map(({ name }) => name);
    expect(retired).toHaveLength(12);
    for (const tld of ['es', 'ca', 'coop', 'lv', 'ru', 'travel'])
      for (const name of retired) expect(wanted(tld, 'REGISTER', 'COMPANY')).not.toContain(`${name}~`);
  });
});

describe('a union of extensions', () => {
  const anyTlds = fc.uniqueArray(fc.constantFrom(...KNOWN_TLDS, 'zz', 'example'), { minLength: 1, maxLength: 12 });
  const anyType = fc.constantFrom(...TYPES);
  const anyOperation = fc.constantFrom(...OPERATIONS);

  test('wants exactly what its extensions want, each field once', () => {
    fc.assert(
      fc.property(anyTlds, anyOperation, anyType, (tlds, operation, type) => {
        const all = contactRequirements({ tlds, operation, type });
        const names = all.fields.map(({ field }) => field.name);
        expect(new Set(names).size).toBe(names.length);
        const each = tlds.map((tld) => contactRequirements({ tlds: [tld], operation, type }));
        expect(new Set(each.flatMap(({ fields }) => fields.map(({ field }) => field.name)))).toEqual(new Set(names));
        for (const [index, one] of each.entries()) {
          const tld = tlds[index] ?? '';
          expect(all.tlds[index]).toEqual(one.tlds[0]);
          for (const { field } of one.fields)
            expect(all.fields.find((requirement) => requirement.field === field)?.tlds).toContain(tld);
        }
      }),
    );
  });

  test('does not depend on the order, or on extensions named twice', () => {
    fc.assert(
      fc.property(anyTlds, anyOperation, anyType, (tlds, operation, type) => {
        const names = (list: readonly string[]) =>
          contactRequirements({ tlds: list, operation, type }).fields.map(({ field }) => field.name);
        expect(names([...tlds, ...tlds].toReversed())).toEqual(names(tlds));
      }),
    );
  });
});
