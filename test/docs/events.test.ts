// docs/events.md is the dictionary of the log: every type is in it, with the fields it has and a mark where they are personal data.
import { readFileSync } from 'node:fs';
import { type GraphQLObjectType, getNamedType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { eventTypeName } from '../../schema/event-names.ts';
import { schema } from '../../schema/index.ts';
import { EVENT_TYPES } from '../../src/store/records.ts';

const page = readFileSync('docs/events.md', 'utf8');
const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (.+) \| (\w+) \| (.+) \| (.*)\|$/gm)].map(
  ([, type = '', when = '', subject = '', fields = '', personal = '']) => ({
    type,
    when,
    subject,
    fields: [...fields.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    personal: personal.trim(),
  }),
);

const objectType = (name: string): GraphQLObjectType => {
  const type = schema.getType(name);
  return isObjectType(type) ? type : expect.unreachable(`${name} is no object type`);
};

const inEvery = (): ReadonlySet<string> => {
  const type = schema.getType('Event');
  return new Set(isInterfaceType(type) ? Object.keys(type.getFields()) : []);
};

/** True when the description of a field says so, or of one in what it holds. */
function isPersonal(type: GraphQLObjectType, fields: readonly string[], seen: ReadonlySet<string>): boolean {
  return fields.some((name) => {
    const field = type.getFields()[name];
    if (field === undefined) return false;
    const inner = getNamedType(field.type);
    const isNode = isObjectType(inner) && READ_LATER.has(inner.name);
    if (/^Personal data/.test(field.description ?? '')) return true;
    if (!isObjectType(inner) || isNode || seen.has(inner.name)) return false;
    return isPersonal(inner, Object.keys(inner.getFields()), new Set([...seen, inner.name]));
  });
}

/** Nodes below an event that are read when they are asked for, and are no part of it. */
const READ_LATER: ReadonlySet<string> = new Set(['Organization', 'Client', 'Domain', 'Order', 'Plan', 'BulkJob']);

test('every type is in the dictionary once, in the order of the schema', () => {
  expect(rows.map(({ type }) => type)).toEqual([...EVENT_TYPES]);
});

describe.each(rows)('$type', ({ type, when, fields, personal }) => {
  const of = objectType(eventTypeName(type as (typeof EVENT_TYPES)[number]));
  const own = Object.keys(of.getFields()).filter((name) => !inEvery().has(name));

  test('has all its fields, and says when it is told', () => {
    expect([...fields].sort()).toEqual([...own].sort());
    expect(when.length).toBeGreaterThan(20);
  });

  test('is marked as personal data if it is', () => {
    expect(personal !== '').toBe(isPersonal(of, own, new Set()));
  });
});
