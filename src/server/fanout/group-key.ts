// Who may share the execution of an event: the same question, asked with the same values and the same rights.
import {
  type ArgumentNode,
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  print,
  type ValidatedSubscriptionArgs,
  visit,
} from 'graphql';
import type { Session } from '../../auth/session.ts';

/** The argument that says where to begin. It decides what is sent first, and nothing about what an event becomes. */
const BEGIN = 'after';

interface Question {
  readonly text: string;
  readonly variables: readonly string[];
}

/** Documents are parsed once for each text, so this is worked out once for all who send it. */
const questions = new WeakMap<OperationDefinitionNode, Question>();

/** Equal for subscriptions whose answers to an event are equal, wherever they begin. */
export function groupKey({ document, operation, variableValues }: ValidatedSubscriptionArgs, session: Session): string {
  const { text, variables } = questionOf(document, operation);
  // One that was not given is not one that was given as null.
  const values = variables
    .filter((name) => Object.hasOwn(variableValues.coerced, name))
    .map((name) => [name, sorted(variableValues.coerced[name])]);
  const { organizationId, clientId, scopes, language } = session;
  return JSON.stringify([text, values, organizationId, clientId, [...scopes].sort(), language]);
}

function questionOf(document: DocumentNode, operation: OperationDefinitionNode): Question {
  const known = questions.get(operation);
  if (known !== undefined) return known;
  const selections = operation.selectionSet.selections.map((selection) =>
    selection.kind === Kind.FIELD
      ? { ...selection, arguments: selection.arguments?.filter(isNotBegin) ?? [] }
      : selection,
  );
  const stripped = { ...operation, selectionSet: { ...operation.selectionSet, selections } };
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const used = new Set<string>();
  visit(
    { kind: Kind.DOCUMENT, definitions: [{ ...stripped, variableDefinitions: [] }, ...fragments] },
    {
      Variable: ({ name }) => void used.add(name.value),
    },
  );
  const definitions = stripped.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? [];
  const rest: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [{ ...stripped, variableDefinitions: definitions }, ...fragments],
  };
  const made = { text: print(rest), variables: definitions.map(({ variable }) => variable.name.value) };
  questions.set(operation, made);
  return made;
}

const isNotBegin = ({ name }: ArgumentNode): boolean => name.value !== BEGIN;

/** Members of input objects in one order, whatever order they were sent in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, sorted(member)]);
}
