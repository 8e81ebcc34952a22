// The scalars of the schema beside GraphQL's own.
import { GraphQLError } from 'graphql';
import { builder } from './builder.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

builder.scalarType('DateTime', {
  description:
    'An instant in ISO 8601, always UTC in answers: `2030-01-31T12:00:00.000Z`. As input any offset is taken, but one must be there.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time',
  serialize: (instant) => new Date(instant).toISOString(),
  parseValue: (value) => {
    const instant = typeof value === 'string' && INSTANT.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(instant))
      throw new GraphQLError(`Found ${JSON.stringify(value)}, expected an instant such as "2030-01-31T12:00:00Z".`);
    return instant;
  },
});

builder.scalarType('DomainName', {
  description:
    'A domain name. As input in Unicode or ASCII and in any letter case (`Café.example`); in answers always lower-case A-labels without a final dot (`xn--caf-dma.example`).',
  serialize: (name) => name,
  parseValue: (value) => {
    if (typeof value !== 'string')
      throw new GraphQLError(`Found ${JSON.stringify(value)}, expected a domain name such as "example.com".`);
    return value;
  },
});
