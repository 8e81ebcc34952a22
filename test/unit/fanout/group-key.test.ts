// Who shares an execution: only those who would get the same answer by themselves.
import { buildSchema, parse, validateSubscriptionArgs } from 'graphql';
import { expect, test } from 'vitest';
import { ALL_SCOPES, type Session } from '../../../src/auth/session.ts';
import { groupKey } from '../../../src/server/fanout/group-key.ts';

const schema = buildSchema(`
  input Filter { a: Int b: Int }
  type Message { things(first: Int = 20, filter: Filter): Int }
  type Query { a: Int }
  type Subscription { messages(after: String): Message }
`);
const DOCUMENT = parse(`subscription ($after: String, $first: Int, $filter: Filter) {
  messages(after: $after) { things(first: $first, filter: $filter) }
}`);
const SESSION: Session = {
  actor: { kind: 'key', id: 'one' },
  organizationId: 'o',
  clientId: 'c',
  scopes: ALL_SCOPES,
  expiresAt: null,
  language: 'en',
  requestId: 'r',
};

function keyOf(variableValues: Record<string, unknown>, session: Partial<Session> = {}): string {
  const validated = validateSubscriptionArgs({ schema, document: DOCUMENT, variableValues });
  if (!('schema' in validated)) throw new Error('The arguments are not valid.');
  return groupKey(validated, { ...SESSION, ...session });
}

test('where one begins, who one is, and how input objects are written make no difference', () => {
  const key = keyOf({ first: 1, filter: { a: 1, b: 2 } });
  expect(keyOf({ first: 1, filter: { b: 2, a: 1 }, after: 'x' })).toBe(key);
  expect(keyOf({ first: 1, filter: { a: 1, b: 2 } }, { actor: { kind: 'key', id: 'two' }, requestId: 's' })).toBe(key);
});

test.each([
  ['a variable left out, which then has the default of its argument, and one given as null', {}, { first: null }],
  ['a member left out and one given as null', { filter: { a: 1 } }, { filter: { a: 1, b: null } }],
  ['one value and another', { first: 1 }, { first: 2 }],
])('%s are two questions', (_what, some, others) => {
  expect(keyOf(some)).not.toBe(keyOf(others));
});

test.each<[string, Partial<Session>]>([
  ['organization', { organizationId: 'p' }],
  ['client', { clientId: null }],
  ['scopes', { scopes: new Set(['portfolio:read']) }],
  ['language', { language: 'fr' }],
])('another %s is another group', (_what, session) => {
  expect(keyOf({}, session)).not.toBe(keyOf({}));
});
