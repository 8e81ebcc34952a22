// Arguments that cannot be used: the fault names the argument, what was found and what is expected, and no service is asked.
import { describe, expect, test } from 'vitest';
import { encodeNodeId } from '../../schema/node-id.ts';
import { RequestFault } from '../../src/services/errors.ts';
import { CLIENT_ID, createFakeServices, ORGANIZATION_ID, TRANSFER_ID } from '../helpers/fake-services.ts';
import { runOperation } from '../helpers/run-operation.ts';

const clientNode = encodeNodeId('Client', CLIENT_ID);
const organizationNode = encodeNodeId('Organization', ORGANIZATION_ID);
const domainNode = encodeNodeId('Domain', `${ORGANIZATION_ID}/a.example`);

interface Case {
  readonly query: string;
  readonly name: string;
  readonly found: string;
  readonly expected: RegExp;
}

const cases: Record<string, Case> = {
  'a page of 1000': {
    query: '{ domains(first: 1000) { totalCount } }',
    name: 'first',
    found: '1000',
    expected: /1 to 100/,
  },
  'a page of none': { query: '{ clients(first: 0) { totalCount } }', name: 'first', found: '0', expected: /1 to 100/ },
  'a negative page': { query: '{ orders(last: -5) { totalCount } }', name: 'last', found: '-5', expected: /1 to 100/ },
  'both ends at once': {
    query: '{ transfers(first: 5, last: 5) { totalCount } }',
    name: 'last',
    found: '`first` and `last` together',
    expected: /one of the two/,
  },
  'an id that is none': {
    query: '{ client(id: "nonsense") { name } }',
    name: 'id',
    found: 'nonsense',
    expected: /an id/,
  },
  'the id of another type': {
    query: `{ client(id: "${domainNode}") { name } }`,
    name: 'id',
    found: 'the id of a Domain',
    expected: /of a Client/,
  },
  'a foreign id inside a filter': {
    query: `{ domains(filter: { clientIds: ["${clientNode}", "${organizationNode}"] }) { totalCount } }`,
    name: 'filter.clientIds',
    found: 'the id of an Organization',
    expected: /of a Client/,
  },
  'a condition of more than a hundred entries': {
    query: `{ domains(filter: { tags: ${JSON.stringify(Array(101).fill('vip'))} }) { totalCount } }`,
    name: 'filter.tags',
    found: '101 entries',
    expected: /at most 100/,
  },
  'clients of too many kinds': {
    query: `{ clients(filter: { types: [${'COMPANY,'.repeat(101)}] }) { totalCount } }`,
    name: 'filter.types',
    found: '101 entries',
    expected: /at most 100/,
  },
  'transfers at too many steps': {
    query: `{ transfers(filter: { steps: [${'REGISTRY,'.repeat(101)}] }) { totalCount } }`,
    name: 'filter.steps',
    found: '101 entries',
    expected: /at most 100/,
  },
  'orders in too many states': {
    query: `{ orders(filter: { states: [${'CLAIMED,'.repeat(101)}] }) { totalCount } }`,
    name: 'filter.states',
    found: '101 entries',
    expected: /at most 100/,
  },
  'a node of no type': {
    query: `{ node(id: "${encodeNodeId('Zone', CLIENT_ID)}") { id } }`,
    name: 'id',
    found: encodeNodeId('Zone', CLIENT_ID),
    expected: /an id/,
  },
  'a node whose key is damaged': {
    query: `{ node(id: "${encodeNodeId('Order', 'x')}") { id } }`,
    name: 'id',
    found: encodeNodeId('Order', 'x'),
    expected: /an id/,
  },
  'more than 100 nodes': {
    query: `{ nodes(ids: ${JSON.stringify(Array(101).fill(clientNode))}) { id } }`,
    name: 'ids',
    found: '101 ids',
    expected: /at most 100/,
  },
  'a name that is no domain': {
    query: '{ orders(filter: { domain: "no name" }) { totalCount } }',
    name: 'filter.domain',
    found: 'no name',
    expected: /domain name/,
  },
  'a host instead of its domain': {
    query: 'mutation { setTransferLock(input: { domain: "www.example.com", locked: true }) { __typename } }',
    name: 'input.domain',
    found: 'www.example.com',
    expected: /example\.com/,
  },
  'a status that is not one': {
    query: '{ domains(filter: { eppStatuses: [UNKNOWN] }) { totalCount } }',
    name: 'filter.eppStatuses',
    found: 'UNKNOWN',
    expected: /looked for/,
  },
  'an order by nothing': {
    query: '{ order { state } }',
    name: 'id',
    found: 'neither `id` nor `idempotencyKey`',
    expected: /one of the two/,
  },
};

describe.each(Object.entries(cases))('%s', (_name, { query, name, found, expected }) => {
  test('is BAD_USER_INPUT that names the argument, what was found and what is expected, and asks no service', async () => {
    const { services, calls } = createFakeServices();
    const { errors } = await runOperation(services, query);
    expect(errors).toHaveLength(1);
    const fault = errors[0]?.originalError;
    expect(fault).toBeInstanceOf(RequestFault);
    expect(fault).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: { name, found, expected: expect.stringMatching(expected) },
    });
    expect(fault?.message).toContain(name);
    expect(calls).toEqual([]);
  });
});

test('a cursor of another ordering is BAD_USER_INPUT and says of which', async () => {
  const { services } = createFakeServices();
  const first = await runOperation<{ domains: { pageInfo: { endCursor: string } } }>(
    services,
    '{ domains(first: 1) { pageInfo { endCursor } } }',
  );
  const { endCursor } = first.data.domains.pageInfo;
  const { errors } = await runOperation(
    services,
    'query ($after: String) { domains(first: 1, after: $after, orderBy: { field: EXPIRES_AT }) { totalCount } }',
    { after: endCursor },
  );
  expect(errors[0]?.originalError).toMatchObject({
    code: 'BAD_USER_INPUT',
    argument: {
      name: 'after',
      found: 'a cursor of the domains:NAME:ASC listing',
      expected: 'a cursor of the domains:EXPIRES_AT:ASC listing',
    },
  });
});

test('a well-formed id of nothing is null, not an error', async () => {
  const { services } = createFakeServices();
  const other = '99999999-9999-4999-8999-999999999999';
  const { data, errors } = await runOperation(
    services,
    `{ client(id: "${encodeNodeId('Client', other)}") { name } node(id: "${encodeNodeId('Domain', `${ORGANIZATION_ID}/gone.example`)}") { id } domain(name: "gone.example") { name } }`,
  );
  expect(errors).toEqual([]);
  expect(data).toEqual({ client: null, node: null, domain: null });
});

test('an id known from Gandi works as it is', async () => {
  const { services } = createFakeServices();
  const { data } = await runOperation(
    services,
    `{ client(id: "${CLIENT_ID}") { id gandiId } transfer(id: "${TRANSFER_ID}") { step } }`,
  );
  expect(data).toEqual({ client: { id: clientNode, gandiId: CLIENT_ID }, transfer: { step: 'HOLDER_APPROVAL' } });
});
