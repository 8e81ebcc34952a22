// Two copies of graphql in one process break instanceof checks in ways that look like bugs of ours: there is one.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { GraphQLError, GraphQLSchema } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';

const root = new URL('../../node_modules/', import.meta.url).pathname;

/** Folders of packages called graphql below a node_modules folder, nested ones included. */
function copies(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory() || entry.name.startsWith('.')) return [];
    if (entry.name.startsWith('@')) return copies(path);
    const nested = readdirSync(path).includes('node_modules') ? copies(join(path, 'node_modules')) : [];
    return entry.name === 'graphql' && isGraphql(path) ? [path, ...nested] : nested;
  });
}

function isGraphql(path: string): boolean {
  return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).name === 'graphql';
}

test('one folder holds it', () => {
  expect(copies(root)).toEqual([join(root, 'graphql')]);
});

test('import and require, here and from the packages that use it, give the same', () => {
  for (const from of [
    'package.json',
    'graphql-yoga/package.json',
    '@pothos/core/package.json',
    '@escape.tech/graphql-armor/package.json',
    'graphql-ws/package.json',
  ])
    expect(createRequire(join(root, from))('graphql').GraphQLError).toBe(GraphQLError);
  expect(schema).toBeInstanceOf(GraphQLSchema);
});
