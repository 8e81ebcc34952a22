// Contact rules over the whole gateway: requirements and checks without a call to Gandi, clients that lack something, and passwords that leave no trace.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SandboxApp, startSandboxApp } from '../helpers/sandbox-app.ts';

let app: SandboxApp;
beforeAll(async () => {
  app = await startSandboxApp({ domains: 120 });
});
afterAll(() => app.close());

const NO_CALLS = { planned: 0, made: 0 };

const CHECK = `query ($input: ValidateContactInput!) {
  validateContact(input: $input) {
    isUsable
    contact { type firstName companyName email zip region country phone extraParameters { name value } }
    problems { path message found expected }
    hints { path code message }
    tlds { name known refusedParameters }
  }
}`;

interface Check {
  readonly isUsable: boolean;
  readonly contact: Record<string, unknown>;
  readonly problems: readonly { readonly path: readonly string[]; readonly message: string; readonly found: unknown }[];
  readonly hints: readonly { readonly path: readonly string[]; readonly code: string; readonly message: string }[];
}

const MAELLE = {
  type: 'INDIVIDUAL',
  firstName: 'Maëlle',
  lastName: 'Tarsel',
  email: 'Maelle@Tarsel.example',
  street: '3 rue du Volcan',
  zip: '97400',
  city: 'Saint-Denis',
  country: 're',
  phone: '0262 01 23 45',
};
const MAPLE = {
  type: 'COMPANY',
  firstName: 'Nia',
  lastName: 'Okafor',
  companyName: 'Maple Ltd',
  email: 'nia@maple.example',
  street: '1 High Street',
  zip: 'LS1 1AA',
  city: 'Leeds',
  region: 'LDS',
  country: 'GB',
  phone: '0113 496 0000',
};
const withParameters = (contact: object, parameters: Readonly<Record<string, string>>) => ({
  ...contact,
  extraParameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
});

async function check(contact: object, tlds: readonly string[], operation = 'REGISTER'): Promise<Check> {
  const { data, errors, upstream } = await app.ask(CHECK, { input: { tlds, operation, contact } });
  expect(errors).toEqual([]);
  expect(upstream).toMatchObject(NO_CALLS);
  return data.validateContact as Check;
}
const places = (list: readonly { readonly path: readonly string[] }[]) =>
  list.map(({ path }) => path.slice(2).join('.'));
const codes = ({ hints }: Check) => hints.map(({ path, code }) => `${path.slice(2).join('.')} ${code}`);

describe('contactRequirements', () => {
  const ASK = `query ($tlds: [String!]!, $operation: ContactOperation!, $type: ContactType!) {
    contactRequirements(tlds: $tlds, operation: $operation, type: $type) {
      tlds { name known fields refusedParameters }
      fields { name kind role need tlds condition label labels { en fr } valueType allowedValues pattern certainty sources readOn appliesTo isCorporateOnly }
    }
  }`;
  const ask = (tlds: readonly string[], operation = 'REGISTER', type = 'INDIVIDUAL') =>
    app.ask(ASK, { tlds, operation, type });

  test('merges extensions however they are written, and says which it does not know, without a call', async () => {
    const { data, errors, upstream } = await ask(['.COM', 'ca', 'com', 'zz']);
    expect(errors).toEqual([]);
    expect(upstream).toMatchObject(NO_CALLS);
    const { tlds, fields } = data.contactRequirements as {
      tlds: readonly { name: string; known: boolean }[];
      fields: readonly Record<string, unknown>[];
    };
    expect(tlds.map(({ name, known }) => `${name} ${known}`)).toEqual(['com true', 'ca true', 'zz false']);
    expect(fields.find(({ name }) => name === 'region')).toMatchObject({
      kind: 'BASE',
      need: 'CONDITIONAL',
      tlds: ['com', 'ca', 'zz'],
    });
    expect(fields.find(({ name }) => name === 'x-ca_legaltype')).toMatchObject({
      kind: 'REGISTRY',
      role: 'REGISTRANT',
      need: 'REQUIRED',
      tlds: ['ca'],
      valueType: 'CHOICE',
      allowedValues: expect.arrayContaining(['CCT', 'LGR']),
      label: 'CIRA legal type',
      labels: { en: 'CIRA legal type', fr: 'Type juridique CIRA' },
      certainty: 'DOCUMENTED',
      readOn: '2026-11-24',
      appliesTo: ['CONTACT', 'ORDER'],
    });
  });

  test('differs by operation and by type', async () => {
    const names = async (...args: Parameters<typeof ask>) => {
      const { data } = await ask(...args);
      return (data.contactRequirements as { tlds: readonly { fields: readonly string[] }[] }).tlds[0]?.fields ?? [];
    };
    expect((await names(['hk'])).filter((name) => name.startsWith('x-hk'))).toHaveLength(5);
    expect((await names(['hk'], 'TRANSFER_IN')).filter((name) => name.startsWith('x-hk'))).toEqual([]);
    expect(await names(['com'])).not.toContain('companyName');
    expect(await names(['com'], 'REGISTER', 'COMPANY')).toContain('companyName');
  });

  test.each([[[]], [['no tld']], [Array(101).fill('com')]])('refuses %j as extensions', async (tlds) => {
    const { errors } = await ask(tlds);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });
});

describe('validateContact', () => {
  test('brings a contact to the form Gandi takes: a French territory, its telephone and its region', async () => {
    const { isUsable, contact, problems } = await check(MAELLE, ['com']);
    expect(problems).toEqual([]);
    expect(isUsable).toBe(true);
    expect(contact).toMatchObject({
      email: 'Maelle@tarsel.example',
      country: 'FR',
      region: 'FR-RE',
      phone: '+262.262012345',
      companyName: null,
    });
  });

  test('gives back unchanged what it gave', async () => {
    const first = await check(MAPLE, ['com']);
    expect(first.contact).toMatchObject({ region: 'GB-LDS', phone: '+44.1134960000' });
    const again = await check({ ...MAPLE, ...first.contact }, ['com']);
    expect(again).toEqual(first);
  });

  test.each([
    ['nothing but a type', { type: 'COMPANY' }, 'firstName lastName companyName email street country city phone'],
    ['a company name of an individual', { ...MAELLE, companyName: 'Tarsel SARL' }, 'companyName'],
    ['an e-mail address that is none', { ...MAELLE, email: 'maelle' }, 'email'],
    ['a country that is none', { ...MAELLE, country: 'UK' }, 'country'],
    ['no region where the country has regions', { ...MAPLE, region: null }, 'region'],
    ['a blank region where the country has regions', { ...MAPLE, region: ' ' }, 'region'],
    ['a region of another country', { ...MAPLE, region: 'FR-IDF' }, 'region'],
    ['no postal code where the country has them', { ...MAPLE, zip: '' }, 'zip'],
    ['a telephone number that is none', { ...MAPLE, phone: '12' }, 'phone'],
    ['a line break in a name', { ...MAPLE, lastName: 'Oka\nfor' }, 'lastName'],
    [
      'no region and no postal code in Hong Kong',
      { ...MAPLE, country: 'HK', region: null, zip: null, phone: '+852 2123 4567' },
      '',
    ],
  ])('of %s finds what has to be changed', async (_what, contact, expected) => {
    const answer = await check(contact, ['com']);
    expect(places(answer.problems).join(' ')).toBe(expected);
    expect(answer.isUsable).toBe(expected === '');
  });

  test('finds a parameter missing that is known to be required, and hints at what may be', async () => {
    const bare = await check(MAELLE, ['com', 'ca', 'fr']);
    expect(places(bare.problems)).toEqual(['extraParameters.x-ca_legaltype']);
    expect(codes(bare)).toEqual([
      'extraParameters.birth_date MAY_BE_NEEDED',
      'extraParameters.birth_country MAY_BE_NEEDED',
      'extraParameters.birth_city MAY_BE_NEEDED',
      'extraParameters.birth_department MAY_BE_NEEDED',
      'extraParameters.x-ca_official_rep MAY_BE_NEEDED',
      'extraParameters.x-ca_official_rep_capacity MAY_BE_NEEDED',
    ]);
    const given = { 'X-CA_LegalType': 'LGR', birth_date: '1980-12-31', birth_country: 'DE', birth_city: 'Kiel' };
    const filled = await check(withParameters(MAELLE, given), ['com', 'ca', 'fr']);
    expect(filled.isUsable).toBe(true);
    expect(codes(filled)).toEqual([
      'extraParameters.x-ca_official_rep PROBABLY_NEEDED',
      'extraParameters.x-ca_official_rep_capacity PROBABLY_NEEDED',
    ]);
    expect(filled.contact.extraParameters).toContainEqual({ name: 'x-ca_legaltype', value: 'LGR' });
  });

  test('only hints at values of registries, whose form Gandi has not confirmed', async () => {
    const given = {
      'x-ca_legaltype': 'cct',
      birth_date: '31.12.1980',
      siren: '123',
      'x-other': '1',
      'x-ca_owner_name': 'M',
    };
    const answer = await check(withParameters(MAELLE, given), ['ca', 'fr']);
    expect(answer.isUsable).toBe(true);
    expect(codes(answer)).toEqual(
      expect.arrayContaining([
        'extraParameters.x-ca_legaltype VALUE_NOT_LISTED',
        'extraParameters.birth_date FORMAT_DIFFERS',
        'extraParameters.siren PARAMETER_NOT_WANTED',
        'extraParameters.x-other UNKNOWN_PARAMETER',
        'extraParameters.x-ca_owner_name RETIRED_PARAMETER',
      ]),
    );
  });

  test('says when a parameter is not wanted for the operation', async () => {
    const given = withParameters(MAPLE, { 'x-hk_registrant_document_number': '42' });
    expect(codes(await check(given, ['hk'], 'TRANSFER_IN'))).toEqual([
      'extraParameters.x-hk_registrant_document_number PARAMETER_NOT_WANTED',
    ]);
    expect(codes(await check(given, ['hk'])).join()).not.toContain('NOT_WANTED');
  });

  test('takes a base field by no other way, each parameter once, and no line breaks', async () => {
    const extraParameters = [
      { name: 'email', value: 'x' },
      { name: 'siren', value: '1' },
      { name: 'siren', value: '2' },
      { name: 'duns', value: 'a\nb\u0007' },
      { name: 'waldec', value: ' ' },
    ];
    const answer = await check({ ...MAPLE, extraParameters }, ['com']);
    expect(places(answer.problems)).toEqual(['extraParameters.siren', 'extraParameters.duns']);
    expect(codes(answer)).toContain('extraParameters.email UNKNOWN_PARAMETER');
    expect(answer.contact.extraParameters).toEqual([
      { name: 'email', value: 'x' },
      { name: 'siren', value: '1' },
    ]);
  });

  test('keeps a name in another script and says so', async () => {
    const answer = await check({ ...MAELLE, firstName: '花子' }, ['com']);
    expect(answer.contact.firstName).toBe('花子');
    expect(codes(answer)).toEqual(['firstName OTHER_SCRIPT']);
  });

  test('says so of an extension that the table lacks, and of one whose registry wants a secret', async () => {
    const answer = await check(MAPLE, ['zz', 'my']);
    expect(answer.hints.map(({ code }) => code).slice(0, 2)).toEqual(['UNKNOWN_TLD', 'SECRET_ASKED_FOR']);
  });
});

describe('a password', () => {
  const SECRET = 'hunter2-of-maelle';

  test.each(['password', 'x-my_admin_contact_password', 'Pass', 'mot_de_passe', 'PASSWORD ', 'x-pwd'])(
    'as parameter %j is refused by its name and repeated nowhere',
    async (name) => {
      const contact = withParameters(MAPLE, { [name]: SECRET });
      const reply = await app.ask(CHECK, { input: { tlds: ['my'], operation: 'REGISTER', contact } });
      expect(JSON.stringify(reply)).not.toContain(SECRET);
      const { isUsable, problems } = reply.data.validateContact as Check;
      expect(isUsable).toBe(false);
      expect(problems).toContainEqual({
        path: ['input', 'contact', 'extraParameters', name.trim()],
        message: expect.stringContaining('password'),
        found: null,
        expected: expect.any(String),
      });
    },
  );

  test('is no field of any input, and an attempt does not show it', async () => {
    const input = { tlds: ['com'], operation: 'REGISTER', contact: { ...MAPLE, password: SECRET } };
    const reply = await app.ask(CHECK, { input });
    expect(reply.errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(reply)).not.toContain(SECRET);
    const { data } = await app.ask(
      '{ __schema { types { name inputFields { name } fields { name args { name } } } } }',
    );
    expect(JSON.stringify(data)).not.toMatch(/"[^"]*pass(?!ed|es|ing|port)[^"]*"/i);
  });

  test('is not taken for one where it is a passport', async () => {
    const answer = await check(withParameters(MAPLE, { 'x-ru_registrant_passport_data': '12 34' }), ['com']);
    expect(answer.isUsable).toBe(true);
    expect(codes(answer)).toEqual(['extraParameters.x-ru_registrant_passport_data RETIRED_PARAMETER']);
  });
});

describe('clientsMissing', () => {
  const ASK = `query ($tld: String!, $first: Int, $after: String, $last: Int, $before: String) {
    clientsMissing(tld: $tld, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      freshness { isComplete }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { state detailAsOf client { id name type } missing { name } undecided { name } } }
    }
  }`;
  interface Gaps {
    readonly totalCount: number;
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly hasPreviousPage: boolean;
      readonly startCursor: string | null;
      readonly endCursor: string | null;
    };
    readonly edges: readonly {
      readonly node: {
        readonly state: string;
        readonly detailAsOf: string | null;
        readonly client: { readonly id: string; readonly name: string; readonly type: string };
        readonly missing: readonly { readonly name: string }[];
        readonly undecided: readonly { readonly name: string }[];
      };
    }[];
  }
  async function gaps(variables: Record<string, unknown>): Promise<Gaps> {
    const { data, errors, upstream } = await app.ask(ASK, variables);
    expect(errors).toEqual([]);
    expect(upstream).toMatchObject(NO_CALLS);
    return data.clientsMissing as Gaps;
  }
  const ids = ({ edges }: Gaps) => edges.map(({ node }) => node.client.id);
  const allClients = async () => {
    const { data } = await app.ask('{ clients(first: 100) { edges { node { id } } } }');
    return (data.clients as { edges: readonly { node: { id: string } }[] }).edges.map(({ node }) => node.id);
  };
  let clients: readonly string[];
  let read: readonly string[];
  beforeAll(async () => {
    clients = await allClients();
    read = clients.filter((_id, index) => index % 3 === 0);
    await app.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Client { phone } } }', { ids: read });
  });

  test('tells clients whose detail was never read as not known, and leaves out those that have everything', async () => {
    const found = await gaps({ tld: 'com', first: 100 });
    expect(ids(found)).toEqual(clients.filter((id) => !read.includes(id)));
    expect(found.totalCount).toBe(found.edges.length);
    for (const { node } of found.edges) {
      expect(node).toMatchObject({ state: 'UNKNOWN', detailAsOf: null, missing: [] });
      expect(node.undecided.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['street', 'city', 'country', 'phone']),
      );
    }
  });

  test('tells what Gandi stores for no client: parameters of registries', async () => {
    const found = await gaps({ tld: '.IT', first: 100 });
    expect(ids(found)).toEqual(clients);
    for (const { node } of found.edges) {
      expect(node.state).toBe('LACKING');
      expect(node.missing.map(({ name }) => name)).toEqual(['x-it_pin', 'x-it_registrant_entity_type']);
    }
  });

  test('asks for birth data of individuals under .fr, and never calls them complete', async () => {
    const found = await gaps({ tld: 'fr', first: 100 });
    const known = found.edges.filter(({ node }) => read.includes(node.client.id));
    expect(known.length).toBeGreaterThan(0);
    for (const { node } of known) {
      expect(node).toMatchObject({ state: 'UNKNOWN', missing: [], client: { type: 'INDIVIDUAL' } });
      expect(node.undecided.map(({ name }) => name)).toContain('birth_date');
    }
  });

  test('calls nobody complete for an extension that the table lacks', async () => {
    expect(ids(await gaps({ tld: 'zz', first: 100 }))).toEqual(clients);
  });

  test('pages to the end and back, each client once', async () => {
    const all = ids(await gaps({ tld: 'com', first: 100 }));
    for (const size of [1, 4, all.length]) {
      const forwards: string[] = [];
      let after: string | null = null;
      for (;;) {
        const page: Gaps = await gaps({ tld: 'com', first: size, after });
        expect(page.pageInfo.hasPreviousPage).toBe(forwards.length > 0);
        forwards.push(...ids(page));
        expect(page.pageInfo.hasNextPage).toBe(forwards.length < all.length);
        if (!page.pageInfo.hasNextPage) break;
        after = page.pageInfo.endCursor;
      }
      expect(forwards).toEqual(all);
      const backwards: string[] = [];
      let before: string | null = null;
      for (;;) {
        const page: Gaps = await gaps({ tld: 'com', last: size, before });
        expect(page.pageInfo.hasNextPage).toBe(backwards.length > 0);
        backwards.unshift(...ids(page));
        expect(page.pageInfo.hasPreviousPage).toBe(backwards.length < all.length);
        if (!page.pageInfo.hasPreviousPage) break;
        before = page.pageInfo.startCursor;
      }
      expect(backwards).toEqual(all);
    }
  });

  test('names the argument that cannot be used', async () => {
    for (const variables of [{ tld: 'no tld' }, { tld: 'com', first: 0 }, { tld: 'com', after: 'nonsense' }]) {
      const { errors } = await app.ask(ASK, variables);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    }
  });
});
