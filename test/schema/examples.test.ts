// The operations of examples/: they fit the schema, stay below every limit, and GraphiQL shows them all.
import { readFileSync } from 'node:fs';
import { parse, specifiedRules, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { readExamples } from '../../src/server/explorer.ts';
import { COST_LIMIT, costOf } from '../../src/server/plugins/use-cost-limit.ts';
import { NOW } from '../helpers/fake-services.ts';

const examples = readExamples(NOW).map((example) => {
  const document = parse(example.query);
  const variables = JSON.parse(example.variables ?? '{}') as Record<string, unknown>;
  const operations = document.definitions.flatMap((definition) =>
    definition.kind === 'OperationDefinition' ? [definition.name?.value ?? ''] : [],
  );
  return { ...example, document, variables, operations };
});

test('there is one for each question of the list', () => {
  expect(examples.length).toBeGreaterThanOrEqual(13);
});

describe.each(examples)('$file', ({ document, query, variables, operations }) => {
  test('begins with a sentence that says what it is for', () => {
    const [comment = ''] = /^(?:# .+\n)+/.exec(query) ?? [];
    expect(comment.replaceAll('\n# ', ' ')).toMatch(/^# [A-Z].{20,}[.?]\n$/);
  });

  test('has comments that GraphiQL shows whole in a window of 1280 pixels', () => {
    expect(query.split('\n').filter((line) => line.startsWith('#') && line.length > 50)).toEqual([]);
  });

  test('fits the schema, and every operation has a name of its own', () => {
    expect(validate(schema, document, specifiedRules).map(String)).toEqual([]);
    expect(operations.every((name) => /^[A-Z]\w+$/.test(name))).toBe(true);
  });

  test.each(operations)('%s is far below the cost limit', (operationName) => {
    const cost = costOf({ schema, document, operationName, variableValues: variables });
    console.log(`${operationName}: cost ${cost} of ${COST_LIMIT}`);
    expect(cost).toBeGreaterThan(0);
    expect(cost).toBeLessThan(COST_LIMIT / 2);
  });
});

test('names of operations are unique, so that tabs can be told apart', () => {
  const names = examples.flatMap(({ operations }) => operations);
  expect(new Set(names).size).toBe(names.length);
});

test('numbers of examples are unique, and docs/explorer.md lists them all in the order of the tabs', () => {
  const numbers = examples.map(({ file }) => file.slice(0, 2));
  expect(new Set(numbers).size).toBe(numbers.length);
  const listed = [...readFileSync('docs/explorer.md', 'utf8').matchAll(/^\| `(\d\d-[\w-]+)` \|/gm)];
  expect(listed.map(([, name]) => `${name}.graphql`)).toEqual(examples.map(({ file }) => file));
});

test('relative dates become instants when they are read', () => {
  const expiring = examples.find(({ file }) => file.startsWith('03'));
  expect(expiring?.variables).toEqual({ after: '2030-01-01T00:00:00.000Z', before: '2030-03-02T00:00:00.000Z' });
});
