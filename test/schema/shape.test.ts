// Conventions every part of the schema follows.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import {
  type GraphQLObjectType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';

const run = promisify(execFile);
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
const objects = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
);

test('the committed SDL is what the code makes', () => {
  const committed = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');
  expect(committed).toBe(`${printSchema(lexicographicSortSchema(schema))}\n`);
});

test('the check of the SDL passes as it is and names the command that mends it otherwise', async () => {
  await expect(run(process.execPath, ['scripts/schema.ts', '--check'])).resolves.toMatchObject({ stderr: '' });
  expect(readFileSync(new URL('../../scripts/schema.ts', import.meta.url), 'utf8')).toContain('npm run codegen');
});

test('there are mutations to look at', () => {
  expect(mutations.length).toBeGreaterThanOrEqual(7);
});

test.each(mutations)(
  'mutation $name takes one input and gives a union of its success and typed outcomes',
  ({ name, args, type }) => {
    const title = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
    expect(args.map((arg) => `${arg.name}: ${arg.type}`)).toEqual([`input: ${title}Input!`]);
    expect(String(type)).toBe(`${title}Result!`);
    const result = getNamedType(type);
    expect(isUnionType(result)).toBe(true);
    const members = isUnionType(result) ? result.getTypes() : [];
    expect(members.map((member) => member.name)).toContain(`${title}Success`);
    const outcomes = members.filter((member) => !member.name.startsWith(title));
    expect(outcomes.length).toBeGreaterThan(0);
    for (const outcome of outcomes) expect(outcome.getInterfaces().map(String)).toEqual(['Error']);
  },
);

test('the mutation that spends money takes a required idempotency key', () => {
  const input = schema.getType('TransferDomainInInput');
  expect(isInputObjectType(input) && String(input.getFields().idempotencyKey?.type)).toBe('String!');
});

test('every connection pages by the Relay arguments', () => {
  const connections = objects.flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => getNamedType(field.type).name.endsWith('Connection'))
      .map((field) => ({ where: `${type.name}.${field.name}`, args: field.args.map(({ name }) => name) })),
  );
  expect(connections.length).toBeGreaterThanOrEqual(12);
  for (const { where, args } of connections)
    expect({ where, args }).toMatchObject({ args: expect.arrayContaining(['first', 'after', 'last', 'before']) });
});

test('lists of nodes come as connections, except the few organizations and nodes asked by id', () => {
  const node = schema.getType('Node');
  const lists = objects.flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => isListType(getNullableType(field.type)))
      .filter((field) => {
        const item = getNamedType(field.type);
        return item === node || (isObjectType(item) && item.getInterfaces().some(({ name }) => name === 'Node'));
      })
      .map((field) => `${type.name}.${field.name}`),
  );
  expect(lists).toEqual(['Query.nodes', 'Query.organizations']);
});

test('every root query that may need Gandi can be null on its own', () => {
  const required = Object.values(schema.getQueryType()?.getFields() ?? {})
    .filter(({ type }) => isNonNullType(type))
    .map(({ name }) => name);
  expect(required.sort()).toEqual(['nodes', 'rateBudget', 'viewer']);
});

test('no field gives an auth code', () => {
  const fields = objects.flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`));
  expect(fields.filter((field) => /authcode$/i.test(field) && !field.startsWith('Mutation.'))).toEqual([]);
});
