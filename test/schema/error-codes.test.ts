// The table of error codes is whole, and docs/errors.md says the same.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { ERROR_CODES } from '../../src/server/error-codes.ts';
import * as errors from '../../src/services/errors.ts';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const entries = Object.entries(ERROR_CODES);

test('every fault a service may throw has its place in the table', () => {
  expect(errors.REQUEST_FAULT_CODES.length).toBeGreaterThan(10);
  for (const code of errors.REQUEST_FAULT_CODES) expect(ERROR_CODES).toHaveProperty(code);
});

describe.each(entries)('%s', (code, { status, retryable, isGraphQL, anchor }) => {
  test('is documented with its status and whether to try again', () => {
    const star = isGraphQL ? '' : ' *';
    expect(page).toContain(`| [\`${code}\`](#${anchor}) | ${status}${star} | ${retryable ? 'yes' : 'no'} |`);
  });

  test('has a heading of its own with something below it', () => {
    expect(page).toMatch(new RegExp(`\\n### ${code}\\n\\n\\S.{20,}`));
  });
});

test('the page documents no code that does not exist', () => {
  const headings = [...page.matchAll(/^### (\w+)$/gm)].map(([, code]) => code);
  expect(headings.sort()).toEqual(entries.map(([code]) => code).sort());
});

test('every outcome is documented with its code and its type', () => {
  const names = Object.values(schema.getTypeMap())
    .filter((type) => 'getInterfaces' in type && type.getInterfaces().some(({ name }) => name === 'Error'))
    .map(({ name }) => name);
  expect(names.length).toBeGreaterThanOrEqual(10);
  for (const name of names) expect(page).toMatch(new RegExp(`\\| \`[A-Z_]+\` \\| \`${name}\` \\|`));
});
