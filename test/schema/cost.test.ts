// What operations cost, and where the limit stands.
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { COST_LIMIT, costOf } from '../../src/server/plugins/use-cost-limit.ts';

const cost = (source: string, variableValues: Record<string, unknown> = {}) =>
  costOf({ schema, document: parse(source), variableValues });

const ROW = 'name expiresAt createdAt autoRenew eppStatuses client { id name email } freshness { asOf state }';

test('rows count as often as they are asked for, by value or by variable', () => {
  const one = cost('{ domains(first: 1) { edges { node { name } } } }');
  const hundred = cost('{ domains(first: 100) { edges { node { name } } } }');
  expect(hundred - 1).toBe((one - 1) * 100);
  expect(cost('query ($n: Int) { domains(first: $n) { edges { node { name } } } }', { n: 100 })).toBe(hundred);
});

test('a page whose size is not said counts as the default of 20', () => {
  expect(cost('{ domains { edges { node { name } } } }')).toBe(
    cost('{ domains(first: 20) { edges { node { name } } } }'),
  );
});

test('200 domains with client, dates and statuses fit, as two pages of 100', () => {
  const query = `{ a: domains(first: 100) { edges { cursor node { ${ROW} } } } b: domains(last: 100) { edges { cursor node { ${ROW} } } } }`;
  expect(cost(query)).toBeLessThan(COST_LIMIT);
});

test('a hundred domains in full detail fit', () => {
  const query = `{ domains(first: 100) { edges { node { ${ROW} registrant { email } nameservers autoRenewal { attemptsAt } lifecycle { deletesAt } } } } }`;
  expect(cost(query)).toBeLessThan(COST_LIMIT);
});

test('a hundred clients with a hundred domains each do not', () => {
  expect(
    cost('{ clients(first: 100) { edges { node { domains(first: 100) { edges { node { name } } } } } } }'),
  ).toBeGreaterThan(COST_LIMIT);
});

test('a field that needs a call to Gandi of its own costs more than one that does not', () => {
  expect(cost('{ domain(name: "a.example") { nameservers } }')).toBeGreaterThan(
    cost('{ domain(name: "a.example") { name } }'),
  );
});

test('each name of an availability check counts as a call', () => {
  const few = cost('query ($n: [String!]!) { domainAvailability(names: $n) { check } }', { n: ['a.example'] });
  const many = cost('query ($n: [String!]!) { domainAvailability(names: $n) { check } }', {
    n: Array(200).fill('a.example'),
  });
  expect(many).toBe(few * 200);
  expect(many).toBeLessThan(COST_LIMIT);
});

test('only the operation that runs counts', () => {
  const document = parse(
    'query Small { rateBudget { inFlight } } query Large { domains(first: 100) { edges { node { name } } } }',
  );
  expect(costOf({ schema, document, operationName: 'Small' })).toBeLessThan(10);
  expect(costOf({ schema, document, operationName: 'Large' })).toBeGreaterThan(100);
});
