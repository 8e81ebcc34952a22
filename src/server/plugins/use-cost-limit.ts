// Refuses operations that would take too much, before anything of them runs.
import { complexityFromQuery } from '@pothos/plugin-complexity';
import { type DocumentNode, type ExecutionArgs, type GraphQLError, getOperationAST, Kind } from 'graphql';
import { clientError } from '../error-codes.ts';
import type { GatewayPlugin } from './plugin.ts';

/** Two pages of a hundred rich rows fit several times; a hundred pages of a hundred do not. */
export const COST_LIMIT = 10_000;

/**
 * What an operation takes: 1 for each field, times the rows asked for, and more for fields that need a call to Gandi of their own.
 * @throws {GraphQLError} when the variables do not fit the operation.
 */
export function costOf({ schema, document, operationName, variableValues }: ExecutionArgs): number {
  const operation = getOperationAST(document, operationName);
  if (!operation) return 0;
  const only: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [operation, ...document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)],
  };
  return complexityFromQuery(only, { schema, variables: { ...variableValues } }).complexity;
}

export function useCostLimit(limit = COST_LIMIT): GatewayPlugin {
  return {
    onExecute: ({ args, context, setResultAndStopExecution }) => {
      const refusal = refusalOf(args, limit, context.session.requestId);
      if (refusal !== null) setResultAndStopExecution({ errors: [refusal] });
    },
    onSubscribe: ({ args, context, setResultAndStopExecution }) => {
      const refusal = refusalOf(args, limit, context.session.requestId);
      if (refusal !== null) setResultAndStopExecution({ errors: [refusal] });
    },
  };
}

/** Variables that do not fit are left to the executor, which says so better. */
function refusalOf(args: ExecutionArgs, limit: number, requestId: string): GraphQLError | null {
  const found = costIfKnown(args);
  if (found <= limit) return null;
  return clientError(
    'COST_LIMIT_EXCEEDED',
    `This operation costs ${found}; the limit is ${limit}. Ask for smaller pages or fewer fields below them.`,
    { requestId, facts: { cost: { found, limit } } },
  );
}

function costIfKnown(args: ExecutionArgs): number {
  try {
    return costOf(args);
  } catch {
    return 0;
  }
}
