// Every type of event has a type in the schema that tells all of it, by the same id and cursor wherever it is read.
import {
  type GraphQLObjectType,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { expect, test } from 'vitest';
import { eventTypeName } from '../../schema/event-names.ts';
import { schema } from '../../schema/index.ts';
import { encodeNodeId } from '../../schema/node-id.ts';
import { RequestFault } from '../../src/services/errors.ts';
import type { EventNode, EventsService, GapNotice } from '../../src/services/services.ts';
import { EVENT_TYPES } from '../../src/store/records.ts';
import { sampleEvent } from '../helpers/event-samples.ts';
import { createFakeServices, NOW } from '../helpers/fake-services.ts';
import { runOperation } from '../helpers/run-operation.ts';

const typeOf = (name: string): GraphQLObjectType => {
  const type = schema.getType(name);
  return isObjectType(type) ? type : expect.unreachable(`${name} is no object type`);
};
const isNode = (type: GraphQLObjectType) => type.getInterfaces().some(({ name }) => name === 'Node');

/** Everything of a type that needs no arguments; of other nodes only the id. */
function allOf(type: GraphQLObjectType): string {
  const fields = Object.values(type.getFields()).filter(({ args }) => !args.some(isRequiredArgument));
  const selected = fields.flatMap(({ name, type: of }) => {
    const inner = getNamedType(of);
    if (isLeafType(inner)) return [name];
    if (isInterfaceType(inner)) return [];
    return isObjectType(inner) ? [isNode(inner) ? `${name} { id }` : `${name} { ${allOf(inner)} }`] : [];
  });
  return selected.join(' ');
}

const nodeOf = (type: (typeof EVENT_TYPES)[number]): EventNode => ({ ...sampleEvent(type), cursor: 'cursor-7' });
const servicesWith = (events: Partial<EventsService>) => createFakeServices({ overrides: () => ({ events }) }).services;

test.each(EVENT_TYPES)('%s is told whole', async (type) => {
  const name = eventTypeName(type);
  const node = nodeOf(type);
  const id = encodeNodeId('Event', node.id);
  const { data, errors } = await runOperation<{ node: Record<string, unknown> }>(
    servicesWith({ byId: async (_scope, key) => (key === node.id ? node : null) }),
    `query ($id: ID!) { node(id: $id) { __typename ... on ${name} { ${allOf(typeOf(name))} } } }`,
    { id },
  );
  expect(errors).toEqual([]);
  expect(data.node).toMatchObject({
    __typename: name,
    id,
    cursor: 'cursor-7',
    type,
    occurredAt: new Date(NOW).toISOString(),
    domainName: 'a.example',
    organization: { id: expect.any(String) },
    client: { id: expect.any(String) },
  });
  const own = Object.keys(typeOf(name).getFields()).filter(
    (field) => !(field in typeOf('TransferChangedEvent').getFields()),
  );
  for (const field of own) expect(data.node).toHaveProperty(field);
});

test('a page tells each event under the id that nodes and the others have, and what was missed before it', async () => {
  const gap: GapNotice = { gap: 'EXPIRED', missedUntil: NOW, cursor: 'floor' };
  const nodes = [nodeOf('ORDER_CHANGED'), nodeOf('BUDGET_DEGRADED')];
  const asked: unknown[] = [];
  const services = servicesWith({
    list: async (_scope, query) => {
      asked.push(query);
      return {
        edges: nodes.map((node) => ({ node, cursor: node.cursor })),
        hasNextPage: true,
        hasPreviousPage: false,
        totalCount: async () => 0,
        freshness: null,
        gap,
      };
    },
  });
  const { data, errors } = await runOperation(
    services,
    `{ events(first: 2, after: "x", filter: { types: [ORDER_CHANGED], domains: ["CAFÉ.example"], tlds: [".COM"] }) {
      gap { reason missedUntil cursor } pageInfo { hasNextPage endCursor }
      edges { cursor node { __typename id type ... on OrderChangedEvent { order { id } state } ... on BudgetDegradedEvent { reason } } } } }`,
  );
  expect(errors).toEqual([]);
  expect(asked).toEqual([
    {
      filter: { types: ['ORDER_CHANGED'], domainNames: ['xn--caf-dma.example'], tlds: ['com'] },
      page: { first: 2, after: 'x' },
    },
  ]);
  expect(data.events).toMatchObject({
    gap: { reason: 'EXPIRED', missedUntil: new Date(NOW).toISOString(), cursor: 'floor' },
    pageInfo: { hasNextPage: true, endCursor: 'cursor-7' },
    edges: [
      { cursor: 'cursor-7', node: { __typename: 'OrderChangedEvent', type: 'ORDER_CHANGED' } },
      { node: { __typename: 'BudgetDegradedEvent', reason: 'SATURATED' } },
    ],
  });
});

test.each([
  ['filter: { tlds: ["no tld"] }', 'filter.tlds'],
  ['filter: { domains: ["no name"] }', 'filter.domains'],
  ['filter: { subjectIds: ["x"] }', 'filter.subjectIds'],
  ['filter: { clientId: "x" }', 'filter.clientId'],
  [`filter: { tlds: [${'"com",'.repeat(101)}] }`, 'filter.tlds'],
  ['first: 101', 'first'],
])('%s is refused, and names %s', async (args, name) => {
  const { errors } = await runOperation(servicesWith({}), `{ events(${args}) { edges { cursor } } }`);
  const [error] = errors;
  expect(error?.originalError).toBeInstanceOf(RequestFault);
  expect(error?.originalError).toMatchObject({ code: 'BAD_USER_INPUT', argument: { name } });
});

test('the interface of every subscription has the notice and what it tells, and the cursor can be selected on it', () => {
  for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
    const type = getNamedType(field.type);
    if (!isInterfaceType(type)) return expect.unreachable(`${field.name} has no interface`);
    expect(type.getInterfaces().map(({ name }) => name)).toContain('Positioned');
    expect(schema.getPossibleTypes(type).map(({ name }) => name)).toContain('GapNotice');
    expect(Object.keys(type.getFields())).toContain('cursor');
  }
});
