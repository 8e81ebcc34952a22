// What the filters and orderings of all lists share.
import { builder } from './builder.ts';

export const SortDirection = builder.enumType('SortDirection', {
  description: 'Which end of an ordering comes first.',
  values: {
    ASC: { description: 'Smallest, earliest or first in the alphabet.' },
    DESC: { description: 'Largest, latest or last in the alphabet.' },
  } as const,
});

/** The same object without members that are null or undefined: to GraphQL both mean that a condition was not given. */
export function defined<T extends object>(input: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(input).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}
