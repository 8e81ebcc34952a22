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
import { EVENT_TYPES, type EventType } from '../../src/store/records.ts';
import { EVENT_SAMPLES, sampleEvent } from '../helpers/event-samples.ts';
import { createFakeServices, NOW } from '../helpers/fake-services.ts';
import { runOperation } from '../helpers/run-operation.ts';

const typeOf = (name: string): GraphQLObjectType => {
  const type = schema.getType(name);
  return isObjectType(type) ? type : expect.unreachable(`${name} is no object type`);
};
const isNode = (type: GraphQLObjectType) => type.getInterfaces().some(({ name }) => name === 'Node');

/** What orders and plans have that is no part of their record. */
const READ_ELSEWHERE: ReadonlySet<string> = new Set(['refund', 'ledger', 'items', 'summary']);

/** Everything of a type that needs no arguments; of nodes that are in it only the id. */
function allOf(type: GraphQLObjectType, ofNode = (_name: string, _of: GraphQLObjectType) => 'id'): string {
  const fields = Object.values(type.getFields()).filter(({ args }) => !args.some(isRequiredArgument));
  const selected = fields.flatMap(({ name, type: of }) => {
    const inner = getNamedType(of);
    if (isLeafType(inner)) return [name];
    if (!isObjectType(inner) || READ_ELSEWHERE.has(name)) return [];
    return [`${name} { ${isNode(inner) ? ofNode(name, inner) : allOf(inner)} }`];
  });
  return selected.join(' ');
}

/** Everything of an event, and of the things that it tells the state of. */
const allOfEvent = (type: GraphQLObjectType) =>
  allOf(type, (name, of) => (name in typeOf('DomainAddedEvent').getFields() ? 'id' : allOf(of)));

const nodeOf = (type: EventType): EventNode => ({ ...sampleEvent(type), cursor: 'cursor-7' });
const servicesWith = (events: Partial<EventsService>) => createFakeServices({ overrides: () => ({ events }) }).services;

type Json = Readonly<Record<string, unknown>>;

/** Where the values of a payload are. */
const leavesOf = (value: unknown, path: readonly string[] = []): (readonly string[])[] =>
  value !== null && typeof value === 'object'
    ? Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
    : [path];

const another = (value: unknown): unknown => {
  if (typeof value === 'number') return value + 1_000;
  return typeof value === 'boolean' ? !value : `${value}x`;
};

/** The payload with another value in one place; one that cannot be shown shows as an error. */
function withAnother<T>(value: T, [key, ...rest]: readonly string[]): T {
  if (key === undefined) return another(value) as T;
  if (Array.isArray(value))
    return value.map((item, place) => (String(place) === key ? withAnother(item, rest) : item)) as T;
  return { ...value, [key]: withAnother((value as Json)[key], rest) };
}

/** Shown by what all events have. */
const isInEveryEvent = (path: readonly string[]): boolean =>
  /^(?:domain\.|client\.)?(?:organizationId|clientId|domainName)$/.test(path.join('.'));

const GUARD = ['nextLookAt', 'updatedAt'];
/** What payloads have for the gateway alone: when it looks next, by what it knows a twin, and who it was that acted, which is for the audit. */
const UNSEEN: Partial<Record<EventType, readonly string[]>> = {
  TRANSFER_CHANGED: ['nextPollAt'],
  ORDER_CHANGED: [
    ...['mutation', 'fingerprint', 'secretDigest', 'leaseOwner', 'leaseUntil', 'actor'],
    ...['isPremium', 'clientPaymentAt', 'targetOrderId', 'nextLookAt'],
  ],
  PLAN_CHANGED: ['actor'],
  BULK_JOB_CHANGED: ['actor'],
  CLIENT_PAYMENT_RECORDED: ['actor'],
  REFUND_WINDOW_CLOSED: ['notice'],
  AUTO_RENEW_DECIDED: GUARD,
  AUTO_RENEW_SWITCHED: GUARD,
  AUTO_RENEW_DRIFTED: GUARD,
};

const ask = (type: EventType, payload: Json) => {
  const node = { ...nodeOf(type), payload };
  const name = eventTypeName(type);
  return runOperation<{ node: Record<string, unknown> }>(
    createFakeServices({
      overrides: () => ({
        events: { byId: async (_scope, key) => (key === node.id ? node : null) },
        plans: { counts: async () => EVENT_SAMPLES.PLAN_CHANGED.counts },
      }),
    }).services,
    `query ($id: ID!) { node(id: $id) { __typename ... on ${name} { ${allOfEvent(typeOf(name))} } } }`,
    { id: encodeNodeId('Event', node.id) },
  );
};

test.each(EVENT_TYPES)('%s has a type of its own, with what all events have', async (type) => {
  const name = eventTypeName(type);
  const { data } = await ask(type, nodeOf(type).payload);
  expect(data.node).toMatchObject({
    __typename: name,
    id: encodeNodeId('Event', nodeOf(type).id),
    cursor: 'cursor-7',
    type,
    occurredAt: new Date(NOW).toISOString(),
    domainName: 'a.example',
    organization: { id: expect.any(String) },
    client: { id: expect.any(String) },
  });
  const fields = Object.values(typeOf(name).getFields());
  expect(fields.filter(({ description }) => !description?.trim()).map((field) => field.name)).toEqual([]);
  expect(typeOf(name).description).toMatch(/\.$/);
});

test.each(EVENT_TYPES)('%s tells its whole payload: no part of it can be another without being seen', async (type) => {
  const { payload } = nodeOf(type);
  const answer = JSON.stringify(await ask(type, payload));
  const unseen: string[] = [];
  for (const path of leavesOf(payload).filter((path) => !isInEveryEvent(path)))
    if (JSON.stringify(await ask(type, withAnother(payload, path))) === answer) unseen.push(path.join('.'));
  expect(unseen).toEqual(UNSEEN[type] ?? []);
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
