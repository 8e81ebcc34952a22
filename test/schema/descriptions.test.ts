// The schema is the product manual: nothing in it goes without a description.
import {
  type GraphQLField,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
} from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';

interface Described {
  readonly where: string;
  readonly description: string | null | undefined;
}

function ofField(owner: string, field: GraphQLField<unknown, unknown>): Described[] {
  const where = `${owner}.${field.name}`;
  return [
    { where, description: field.description },
    ...field.args.map((arg) => ({ where: `${where}(${arg.name}:)`, description: arg.description })),
  ];
}

function ofType(type: GraphQLNamedType): Described[] {
  const own = { where: type.name, description: type.description };
  if (isObjectType(type) || isInterfaceType(type))
    return [own, ...Object.values(type.getFields()).flatMap((field) => ofField(type.name, field))];
  if (isInputObjectType(type))
    return [
      own,
      ...Object.values(type.getFields()).map(({ name, description }) => ({
        where: `${type.name}.${name}`,
        description,
      })),
    ];
  if (isEnumType(type))
    return [own, ...type.getValues().map(({ name, description }) => ({ where: `${type.name}.${name}`, description }))];
  return [own];
}

const ours = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const described: Described[] = [
  ...ours.flatMap(ofType),
  ...schema
    .getDirectives()
    .filter((directive) => !isSpecifiedDirective(directive))
    .flatMap(({ name, description, args }) => [
      { where: `@${name}`, description },
      ...args.map((arg) => ({ where: `@${name}(${arg.name}:)`, description: arg.description })),
    ]),
];

test('every type, field, argument, input field, enum value and directive has a description', () => {
  expect(described.length).toBeGreaterThan(400);
  expect(described.filter(({ description }) => !description?.trim()).map(({ where }) => where)).toEqual([]);
});

test('every description is a sentence or a phrase with its full stop', () => {
  expect(described.filter(({ description }) => !/[.:]$/.test(description ?? '')).map(({ where }) => where)).toEqual([]);
});

test("Gandi's own words for things stay out of the schema", () => {
  const names = described.map(({ where }) => where);
  expect(names.filter((name) => /fqdn|sharing|resellee|authinfo|owner/i.test(name))).toEqual([]);
});
