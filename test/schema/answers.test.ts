// How services' answers become the schema's: ids, statuses, money, pages, outcomes.
import { describe, expect, test } from 'vitest';
import { encodeNodeId } from '../../schema/node-id.ts';
import { IdempotencyKeyReusedError, InvalidInputError, TransferBlockedError } from '../../src/services/errors.ts';
import type { DomainNode } from '../../src/services/services.ts';
import {
  CLIENT_ID,
  client,
  createFakeServices,
  domainNamed,
  NOW,
  ORDER_ID,
  ORGANIZATION_ID,
  TRANSFER_ID,
} from '../helpers/fake-services.ts';
import { runOperation } from '../helpers/run-operation.ts';

test('node finds each type again by the id it gave', async () => {
  const { services } = createFakeServices();
  const found = await runOperation(
    services,
    '{ organizations { id } clients { edges { node { id } } } domains(first: 1) { edges { node { id } } } orders { edges { node { id } } } transfers { edges { node { id } } } }',
  );
  const ids = [...JSON.stringify(found.data).matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id);
  const { data, errors } = await runOperation(services, 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', {
    ids,
  });
  expect(errors).toEqual([]);
  expect(data.nodes).toEqual(
    ['Organization', 'Client', 'Domain', 'Order', 'Transfer'].map((__typename, index) => ({
      __typename,
      id: ids[index],
    })),
  );
});

test('a domain is its name within its organization, a client its id at Gandi, orders and transfers our own', async () => {
  const decoded = (id: string) => Buffer.from(id, 'base64url').toString();
  expect(decoded(encodeNodeId('Domain', `${ORGANIZATION_ID}/a.example`))).toBe(`Domain:${ORGANIZATION_ID}/a.example`);
  const { services } = createFakeServices();
  const { data } = await runOperation<{ domains: { edges: { node: { id: string; client: { id: string } } }[] } }>(
    services,
    '{ domains(first: 1) { edges { node { id client { id } } } } }',
  );
  const [edge] = data.domains.edges;
  expect([decoded(edge?.node.id ?? ''), decoded(edge?.node.client.id ?? '')]).toEqual([
    `Domain:${ORGANIZATION_ID}/a.example`,
    `Client:${CLIENT_ID}`,
  ]);
});

describe('EPP statuses', () => {
  test('unknown words show as UNKNOWN, with the words beside them', async () => {
    const domains = [
      domainNamed('a.example', { eppStatuses: ['clientTransferProhibited', 'serverFrozen', 'redemptionPeriod', 'ok'] }),
    ];
    const { services } = createFakeServices({ domains });
    const { data } = await runOperation(
      services,
      '{ domain(name: "a.example") { eppStatuses rawEppStatuses transferLock } }',
    );
    expect(data.domain).toEqual({
      eppStatuses: ['CLIENT_TRANSFER_PROHIBITED', 'UNKNOWN', 'REDEMPTION_PERIOD', 'OK'],
      rawEppStatuses: ['clientTransferProhibited', 'serverFrozen', 'redemptionPeriod', 'ok'],
      transferLock: true,
    });
  });

  test("filters reach the services in Gandi's spelling, with ids unwrapped and nothing that was not given", async () => {
    const filters: unknown[] = [];
    const { services } = createFakeServices({
      overrides: () => ({
        domains: {
          list: async (_scope, { filter }) => {
            filters.push(filter);
            throw new Error('enough');
          },
        },
      }),
    });
    const client = encodeNodeId('Client', CLIENT_ID);
    await runOperation(
      services,
      `{ domains(filter: { eppStatuses: [CLIENT_HOLD], clientIds: ["${client}"], expiresBefore: "2030-01-01T01:00:00+01:00", text: null, withoutClient: false }) { totalCount } }`,
    );
    await runOperation(services, '{ domains { totalCount } }');
    expect(filters).toEqual([
      { eppStatuses: ['clientHold'], clientIds: [CLIENT_ID], expiresBefore: NOW, withoutClient: false },
      {},
    ]);
  });
});

interface Page {
  readonly edges: readonly { node: { name: string } }[];
  readonly pageInfo: { startCursor: string; endCursor: string };
}

test('pages go forward and back by their own cursors and count only when asked', async () => {
  const domains = ['a', 'b', 'c', 'd', 'e'].map((letter) => domainNamed(`${letter}.example`));
  const { services } = createFakeServices({ domains });
  const names = ({ edges }: Page) => edges.map(({ node }) => node.name);
  const page = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { node { name } }';
  const first = await runOperation<{ domains: Page }>(services, `{ domains(first: 2) { ${page} totalCount } }`);
  expect(names(first.data.domains)).toEqual(['a.example', 'b.example']);
  expect(first.data.domains).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
  const after = first.data.domains.pageInfo.endCursor;
  const second = await runOperation<{ domains: Page }>(
    services,
    `query ($after: String) { domains(first: 2, after: $after) { ${page} } }`,
    { after },
  );
  expect(names(second.data.domains)).toEqual(['c.example', 'd.example']);
  const before = second.data.domains.pageInfo.startCursor;
  const back = await runOperation<{ domains: Page }>(
    services,
    `query ($before: String) { domains(last: 1, before: $before) { ${page} } }`,
    { before },
  );
  expect(names(back.data.domains)).toEqual(['b.example']);
});

test('a detail can be missing without hurting the rest', async () => {
  const { services } = createFakeServices({ overrides: () => ({ domains: { detail: async () => null } }) });
  const { data, errors } = await runOperation(
    services,
    '{ domain(name: "a.example") { name registrant { email } nameservers lifecycle { deletesAt } detailFreshness { state } } }',
  );
  expect(errors).toEqual([]);
  expect(data.domain).toEqual({
    name: 'a.example',
    registrant: null,
    nameservers: null,
    lifecycle: null,
    detailFreshness: null,
  });
});

test('a document that changes a client twice shows it as it was after each change', async () => {
  let changes = 0;
  const address = { street: '1 Test Way', zip: '00100', city: 'Helsinki', country: 'FI', region: null };
  const { services } = createFakeServices({
    overrides: () => ({
      clients: {
        update: async () => {
          changes += 1;
          return client;
        },
        detail: async () => ({
          value: { address, phone: `+358.${changes}`, fax: null, reference: null, language: null },
          freshness: client.freshness,
        }),
      },
    }),
  });
  const change = (name: string) =>
    `${name}: updateClient(input: { clientId: "${CLIENT_ID}", changes: { city: "Espoo" } }) { ... on UpdateClientSuccess { client { phone } } }`;
  const { data, errors } = await runOperation(services, `mutation { ${change('first')} ${change('second')} }`);
  expect(errors).toEqual([]);
  expect(data).toEqual({ first: { client: { phone: '+358.1' } }, second: { client: { phone: '+358.2' } } });
});

test('a detail that fails nulls its own fields and leaves the others', async () => {
  const { services } = createFakeServices();
  const { data, errors } = await runOperation(services, '{ domain(name: "a.example") { name nameservers } }');
  expect(data.domain).toEqual({ name: 'a.example', nameservers: null });
  expect(errors.map(({ path }) => path?.join('.'))).toEqual(['domain.nameservers']);
});

describe('transferDomainIn', () => {
  const ORDER = `mutation ($input: TransferDomainInInput!) { transferDomainIn(input: $input) {
    __typename
    ... on TransferDomainInSuccess { replayed order { id } transfer { id step explanation helpingMutation approvals { email } } }
    ... on TransferDomainInQuote { price { afterTaxes { minorUnits currency decimal } } blockers { code } }
    ... on IdempotencyKeyReused { orderId }
    ... on TransferBlocked { blockers { kind message } }
    ... on InvalidInput { fields { path found expected } }
    ... on Error { code message path }
  } }`;
  const client = { id: encodeNodeId('Client', CLIENT_ID) };
  const input = { domain: 'Café.com', authCode: 'secret-code', client, idempotencyKey: 'key-1' };

  test('gives the order and its transfer, explained, with e-mail addresses masked', async () => {
    const { services } = createFakeServices();
    const { data } = await runOperation(services, ORDER, { input });
    expect(data.transferDomainIn).toEqual({
      __typename: 'TransferDomainInSuccess',
      replayed: false,
      order: { id: encodeNodeId('Order', ORDER_ID) },
      transfer: {
        id: encodeNodeId('Transfer', TRANSFER_ID),
        step: 'HOLDER_APPROVAL',
        explanation: 'Step HOLDER_APPROVAL.',
        helpingMutation: 'RESEND_TRANSFER_APPROVAL',
        approvals: [{ email: 'n***@example.net' }],
      },
    });
  });

  test('passes defaults on, and a dry run goes to the quote and never to the order', async () => {
    const wishes: unknown[] = [];
    const { services, calls } = createFakeServices({
      overrides: () => ({
        transfers: {
          quote: async (_scope, wish) => {
            wishes.push(wish);
            const price = { minor: 1_205, currency: 'EUR' };
            return {
              name: 'xn--caf-dma.com',
              price: { beforeTaxes: price, afterTaxes: price },
              blockers: [],
              effects: [],
              toAcknowledge: [],
              upstreamCalls: 3,
              warning: null,
            };
          },
        },
      }),
    });
    const { data } = await runOperation(services, ORDER, { input: { ...input, dryRun: true } });
    expect(data.transferDomainIn).toEqual({
      __typename: 'TransferDomainInQuote',
      price: { afterTaxes: { minorUnits: 1_205, currency: 'EUR', decimal: '12.05' } },
      blockers: [],
    });
    expect(wishes).toEqual([
      {
        domain: 'Café.com',
        authCode: 'secret-code',
        client: { id: CLIENT_ID },
        expectedPrice: null,
        payerId: null,
        years: 1,
        changeRegistrant: true,
      },
    ]);
    expect(calls).not.toContain('transfers.request');
  });

  const outcomes = [
    {
      error: new IdempotencyKeyReusedError('Used before.', ORDER_ID),
      shown: {
        __typename: 'IdempotencyKeyReused',
        code: 'IDEMPOTENCY_KEY_REUSED',
        message: 'Used before.',
        path: ['input', 'idempotencyKey'],
        orderId: encodeNodeId('Order', ORDER_ID),
      },
    },
    {
      error: new TransferBlockedError('Blocked.', [{ kind: 'TRANSFER_LOCKED', message: 'Locked.' }]),
      shown: {
        __typename: 'TransferBlocked',
        code: 'TRANSFER_BLOCKED',
        message: 'Blocked.',
        path: ['input', 'domain'],
        blockers: [{ kind: 'TRANSFER_LOCKED', message: 'Locked.' }],
      },
    },
    {
      error: new InvalidInputError([
        { path: ['input', 'years'], message: 'Too many.', found: '99', expected: '1 to 10' },
      ]),
      shown: {
        __typename: 'InvalidInput',
        code: 'INVALID_INPUT',
        message: 'input.years: Too many.',
        path: ['input', 'years'],
        fields: [{ path: ['input', 'years'], found: '99', expected: '1 to 10' }],
      },
    },
  ];
  test.each(outcomes)('an outcome $error.code is a member of the result, not an error', async ({ error, shown }) => {
    const { services } = createFakeServices({
      overrides: () => ({ transfers: { request: () => Promise.reject(error) } }),
    });
    const { data, errors } = await runOperation(services, ORDER, { input });
    expect(errors).toEqual([]);
    expect(data.transferDomainIn).toEqual(shown);
  });

  test('one client and one only is named', async () => {
    const { services, calls } = createFakeServices();
    const both = await runOperation(services, ORDER, { input: { ...input, client: { ...client, create: null } } });
    const none = await runOperation(services, ORDER, { input: { ...input, client: {} } });
    expect(both.errors[0]?.message).toContain('OrderClientInput');
    expect(none.errors[0]?.message).toContain('OrderClientInput');
    expect(calls).toEqual([]);
  });
});

test('a transfer can be named by its domain; when none is under way the outcome says so', async () => {
  const asked: unknown[] = [];
  const { services, calls } = createFakeServices({
    overrides: () => ({
      transfers: {
        list: async (_scope, query) => {
          asked.push(query.filter);
          const empty = {
            edges: [],
            hasNextPage: false,
            hasPreviousPage: false,
            totalCount: async () => 0,
            freshness: null,
          };
          return empty;
        },
      },
    }),
  });
  const { data } = await runOperation(
    services,
    'mutation { relaunchTransfer(input: { transfer: { domain: "Moving.com" } }) { ... on Error { code path } } }',
  );
  expect(data).toEqual({ relaunchTransfer: { code: 'NOT_FOUND', path: ['input', 'transfer', 'domain'] } });
  expect(asked).toEqual([{ domainName: 'moving.com', open: true }]);
  expect(calls).toEqual([]);
});

test('explanations follow the language of the session', async () => {
  const { services } = createFakeServices();
  const { data } = await runOperation(
    services,
    `{ transfer(id: "${TRANSFER_ID}") { explanation } viewer { language } }`,
    {},
    'fr',
  );
  expect(data).toEqual({ transfer: { explanation: 'Étape HOLDER_APPROVAL.' }, viewer: { language: 'fr' } });
});

test('freshness is told on rows and lists', async () => {
  const domains: DomainNode[] = [
    domainNamed('a.example', { freshness: { asOf: NOW, state: 'STALE', reason: 'Gandi did not answer.' } }),
  ];
  const { services } = createFakeServices({ domains });
  const { data } = await runOperation(
    services,
    '{ domains { freshness { asOf state isComplete fetched total } edges { node { freshness { asOf state reason } } } } }',
  );
  expect(data.domains).toEqual({
    freshness: { asOf: '2030-01-01T00:00:00.000Z', state: 'MIRRORED', isComplete: true, fetched: 1, total: 1 },
    edges: [
      { node: { freshness: { asOf: '2030-01-01T00:00:00.000Z', state: 'STALE', reason: 'Gandi did not answer.' } } },
    ],
  });
});
