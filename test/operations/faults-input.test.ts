// Input that cannot be used, as an app sends it: a typed error names what was found and what is expected, and Gandi is not asked.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultyGandi, startFaultyGandi } from './faulty-gandi.ts';

const CLIENT = {
  type: 'COMPANY',
  firstName: 'Nia',
  lastName: 'Okafor',
  companyName: 'Lantern Oy',
  email: 'nia@lantern.example',
  street: '1 Test Way',
  zip: '00100',
  city: 'Helsinki',
  country: 'FI',
  phone: '+358 40 1234567',
};
const NOBODY = '00000000-0000-4000-8000-000000000000';
const NAME = 'a domain name such as "example.com" or "café.example"';

interface Portfolio {
  readonly organizations: readonly { readonly id: string; readonly name: string; readonly isReseller: boolean }[];
  readonly domains: {
    readonly edges: readonly {
      readonly cursor: string;
      readonly node: { readonly id: string; readonly name: string; readonly detailFreshness: unknown };
    }[];
  };
}

let gandi: FaultyGandi;
let domain: Portfolio['domains']['edges'][number];
let withoutLock: string;
let company: string;

beforeAll(async () => {
  gandi = await startFaultyGandi(20);
  const { data } = await gandi.ask<Portfolio>(
    '{ organizations { id name isReseller } domains(first: 100) { edges { cursor node { id name detailFreshness { state } } } } }',
  );
  const [first] = data?.domains.edges ?? [];
  const french = data?.domains.edges.find(({ node }) => node.name.endsWith('.fr'));
  const empty = data?.organizations.find(({ isReseller, name }) => !isReseller && name === 'empty-drawer');
  if (first === undefined || french === undefined || empty === undefined)
    throw new Error('The portfolio is another one.');
  expect(data?.domains.edges.every(({ node }) => node.detailFreshness !== null)).toBe(true);
  domain = first;
  withoutLock = french.node.name;
  company = empty.id;
}, 120_000);
afterAll(() => gandi.close());

/** Runs an operation that must not reach Gandi. */
async function offline<T>(query: string, variables?: Record<string, unknown>) {
  const before = gandi.calls();
  const answer = await gandi.ask<T>(query, variables);
  expect(answer.extensions.upstream?.made ?? 0).toBe(0);
  expect(gandi.calls() - before).toBe(0);
  return answer;
}

describe('an argument of a query', () => {
  const page = (args: string) => `{ domains(${args}) { totalCount } }`;
  it.each<readonly [string, () => string, string, string, string]>([
    ['text that is no domain name', () => '{ domain(name: "not a name") { name } }', 'name', 'not a name', NAME],
    ['a name without a TLD', () => '{ domain(name: "shop") { name } }', 'name', 'shop', `${NAME}, with its TLD`],
    [
      'a foreign node id',
      () => '{ node(id: "gid://shop/1") { id } }',
      'id',
      'gid://shop/1',
      'an id that the gateway gave',
    ],
    [
      'an id of another type',
      () => `{ order(id: "${domain.node.id}") { id } }`,
      'id',
      'the id of a Domain',
      'the id of an Order',
    ],
    [
      'too many ids',
      () => `{ nodes(ids: [${`"${domain.node.id}",`.repeat(101)}]) { id } }`,
      'ids',
      '101 ids',
      'at most 100',
    ],
    ['too large a page', () => page('first: 1000'), 'first', '1000', 'a whole number from 1 to 100'],
    ['an empty page', () => page('last: 0'), 'last', '0', 'a whole number from 1 to 100'],
    [
      'a cursor of another ordering',
      () => page(`after: "${domain.cursor}", orderBy: { field: EXPIRES_AT }`),
      'after',
      'a cursor of the domains:NAME:ASC listing',
      'a cursor of the domains:EXPIRES_AT:ASC listing',
    ],
    [
      'a cursor of another list',
      () => `{ clients(before: "${domain.cursor}") { totalCount } }`,
      'before',
      'a cursor of the domains:NAME:ASC listing',
      'a cursor of the clients:NAME:ASC listing',
    ],
    [
      'an id in a filter',
      () => page(`filter: { organizationId: "${domain.node.id}" }`),
      'filter.organizationId',
      'the id of a Domain',
      'the id of an Organization',
    ],
    [
      '201 names',
      () => `{ domainAvailability(names: [${'"free-a.com",'.repeat(201)}]) { check } }`,
      'names',
      '201 names',
      'at most 200 names',
    ],
    ['a currency', () => '{ prices(currency: "euro") { tld } }', 'currency', 'euro', 'an ISO 4217 code such as EUR'],
  ])('that is %s is named', async (_what, query, name, found, expected) => {
    const { errors } = await offline(query());
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: { name, found, expected } });
  });

  it('does not spoil what stands beside it', async () => {
    const { status, data, errors } = await offline('{ domains(first: 1000) { totalCount } organizations { name } }');
    expect(status).toBe(200);
    expect(data).toMatchObject({ domains: null, organizations: expect.arrayContaining([{ name: 'maple-lane' }]) });
    expect(errors[0]?.path).toEqual(['domains']);
  });

  it('is not there when an id is unknown', async () => {
    const { data, errors } = await offline(
      `{ organization(id: "${NOBODY}") { id } client(id: "${NOBODY}") { id } order(id: "${NOBODY}") { id } transfer(id: "${NOBODY}") { id } }`,
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ organization: null, client: null, order: null, transfer: null });
  });
});

describe('the input of a mutation', () => {
  const ERROR = '__typename ... on Error { code path } ... on InvalidInput { fields { path found expected } }';
  const transfer = (change: object) =>
    [
      `mutation ($input: TransferDomainInInput!) { transferDomainIn(input: $input) { ${ERROR} } }`,
      { domain: 'lantern-a.com', authCode: 'right-code', client: { create: CLIENT }, idempotencyKey: 'key', ...change },
    ] as const;
  const client = (change: object, organization: object = {}) =>
    [
      `mutation ($input: CreateClientInput!) { createClient(input: $input) { ${ERROR} } }`,
      { client: { ...CLIENT, ...change }, ...organization },
    ] as const;
  const lock = (name: string) =>
    [
      `mutation ($input: SetTransferLockInput!) { setTransferLock(input: $input) { __typename ... on Error { code path } } }`,
      { domain: name, locked: true },
    ] as const;

  it.each<readonly [string, () => readonly [string, object], object]>([
    [
      'an empty auth code',
      () => transfer({ authCode: ' ' }),
      { __typename: 'InvalidAuthCode', code: 'INVALID_AUTH_CODE', path: ['input', 'authCode'] },
    ],
    [
      'no domain',
      () => transfer({ domain: 'not a name' }),
      { __typename: 'InvalidInput', fields: [{ path: ['input', 'domain'], found: 'not a name', expected: NAME }] },
    ],
    [
      'years and an address out of bounds, both at once',
      () => transfer({ years: 11, client: { create: { ...CLIENT, email: 'nobody' } } }),
      {
        __typename: 'InvalidInput',
        fields: [
          { path: ['input', 'client', 'create', 'email'], found: 'nobody' },
          { path: ['input', 'years'], found: '11', expected: '1 to 10' },
        ],
      },
    ],
    [
      'an empty idempotency key',
      () => transfer({ idempotencyKey: '' }),
      { __typename: 'InvalidInput', fields: [{ path: ['input', 'idempotencyKey'], found: '' }] },
    ],
    [
      'a payer that is no reseller',
      () => transfer({ payerId: company }),
      { __typename: 'OrganizationNotEligible', code: 'ORG_NOT_ELIGIBLE', path: ['input', 'payerId'] },
    ],
    [
      'an unknown payer',
      () => transfer({ payerId: NOBODY }),
      { __typename: 'NotFound', code: 'NOT_FOUND', path: ['input', 'payerId'] },
    ],
    [
      'an unknown client',
      () => transfer({ client: { id: NOBODY } }),
      { __typename: 'NotFound', code: 'NOT_FOUND', path: ['input', 'client', 'id'] },
    ],
    [
      'a domain that is here already',
      () => transfer({ domain: domain.node.name }),
      { __typename: 'TransferBlocked', code: 'TRANSFER_BLOCKED', path: ['input', 'domain'] },
    ],
    [
      'a company without its name',
      () => client({ companyName: null }),
      { __typename: 'InvalidInput', fields: [{ path: ['input', 'client', 'companyName'], found: null }] },
    ],
    [
      'a client for an organization that is no reseller',
      () => client({}, { organizationId: company }),
      { __typename: 'OrganizationNotEligible', path: ['input', 'organizationId'] },
    ],
    [
      'a lock of somebody else’s domain',
      () => lock('not-ours.com'),
      { __typename: 'NotFound', code: 'NOT_FOUND', path: ['input', 'domain'] },
    ],
    [
      'a lock under a TLD that has none',
      () => lock(withoutLock),
      { __typename: 'TransferLockUnavailable', path: ['input', 'domain'] },
    ],
  ])('%s is a typed outcome that names the field', async (_what, operation, expected) => {
    const [query, input] = operation();
    const { data, errors } = await offline<Record<string, unknown>>(query, { input });
    expect(errors).toEqual([]);
    expect(Object.values(data ?? {})).toEqual([expect.objectContaining(nested(expected))]);
  });

  it.each<readonly [string, () => readonly [string, object], string, string]>([
    ['payerId', () => transfer({ payerId: domain.node.id }), 'the id of a Domain', 'the id of an Organization'],
    ['client.id', () => transfer({ client: { id: company } }), 'the id of an Organization', 'the id of a Client'],
  ])('an id of another type in %s is named', async (field, operation, found, expected) => {
    const [query, input] = operation();
    const { status, errors } = await offline(query, { input });
    expect(status).toBe(400);
    expect(errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: { name: `input.${field}`, found, expected },
    });
  });

  it('that does not fit its type names variable and field, without repeating the input', async () => {
    const [query, input] = transfer({ authCode: { code: 'hidden' }, surprise: 'hidden' });
    const { status, errors } = await offline(query, { input });
    expect(status).toBe(400);
    expect(errors.map(({ message }) => message)).toEqual([
      'Variable "$input" at "input.authCode": String cannot represent a non string value.',
      'Variable "$input": Expected value of type "TransferDomainInInput" not to include unknown field "surprise".',
    ]);
    expect(JSON.stringify(errors)).not.toContain('hidden');
  });

  it('never leaves an order, nor a client at Gandi', async () => {
    const clients = gandi.clients();
    const [query, input] = transfer({ authCode: '' });
    await offline(query, { input });
    const { data } = await offline<{ orders: { totalCount: number } }>('{ orders { totalCount } }');
    expect(data?.orders.totalCount).toBe(0);
    expect(gandi.clients()).toBe(clients);
    expect(gandi.ordered()).toEqual({});
  });
});

/** Objects in lists need only hold what is named. */
function nested(expected: object): object {
  return Object.fromEntries(
    Object.entries(expected).map(([key, value]) => [
      key,
      key === 'fields' ? value.map((field: object) => expect.objectContaining(field)) : value,
    ]),
  );
}
