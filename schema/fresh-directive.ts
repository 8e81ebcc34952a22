// `@fresh(maxAgeSeconds:)`: how old the answers of one query may be.
import {
  DirectiveLocation,
  type DocumentNode,
  GraphQLDirective,
  GraphQLInt,
  GraphQLNonNull,
  getOperationAST,
  Kind,
  type ValueNode,
} from 'graphql';
import { badArgument } from '../src/services/bad-argument.ts';

/** A year, in seconds. */
const LONGEST = 31_536_000;
const ARGUMENT = '@fresh(maxAgeSeconds:)';

export const freshDirective = new GraphQLDirective({
  name: 'fresh',
  description:
    'Accept no answer older than this. What the mirror has is younger or is fetched again from Gandi, which takes calls from the budget shared by all; when none is left in time, the older answer comes with `freshness.state` STALE and the reason.',
  locations: [DirectiveLocation.QUERY],
  args: {
    maxAgeSeconds: {
      type: new GraphQLNonNull(GraphQLInt),
      description: `Oldest acceptable age in seconds, from 0 (ask Gandi now) to ${LONGEST}.`,
    },
  },
});

/**
 * What the operation demands; null when it says nothing. Variables are the caller's, not yet coerced.
 * @throws {RequestFault} BAD_USER_INPUT when the age is no whole number from 0 to a year.
 */
export function maxAgeSecondsOf(
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Readonly<Record<string, unknown>> | null | undefined,
): number | null {
  const operation = getOperationAST(document, operationName);
  const value = operation?.directives
    ?.find(({ name }) => name.value === freshDirective.name)
    ?.arguments?.find(({ name }) => name.value === 'maxAgeSeconds')?.value;
  if (value === undefined) return null;
  const variable = value.kind === Kind.VARIABLE ? value.name.value : null;
  const given = variable === null ? undefined : variables?.[variable];
  const fallback = operation?.variableDefinitions?.find((definition) => definition.variable.name.value === variable);
  const age = given ?? literal(variable === null ? value : fallback?.defaultValue);
  if (typeof age === 'number' && Number.isInteger(age) && age >= 0 && age <= LONGEST) return age;
  throw badArgument(ARGUMENT, String(age), `whole seconds from 0 to ${LONGEST}`);
}

function literal(value: ValueNode | undefined): number | string | null {
  if (value?.kind === Kind.INT) return Number(value.value);
  return value === undefined || value.kind === Kind.NULL ? null : value.kind;
}
