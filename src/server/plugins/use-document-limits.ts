// Bounds on the form of a document: depth, aliases, directives and tokens, by GraphQL Armor.
import { EnvelopArmorPlugin } from '@escape.tech/graphql-armor';
import type { GraphQLError } from 'graphql';
import { clientError } from '../error-codes.ts';
import type { GatewayPlugin } from './plugin.ts';

export const DOCUMENT_LIMITS = { depth: 15, aliases: 50, directives: 50, tokens: 5_000 } as const;

function refuse(_context: unknown, error: GraphQLError): never {
  throw clientError('DOCUMENT_LIMIT_EXCEEDED', error.message.replace('Syntax Error: ', ''));
}

/**
 * Cost is bounded elsewhere, by what operations really take (use-cost-limit.ts). Suggestions in error messages stay: the schema can be read by
 * everybody who may use it, so they tell nothing more, and they help in GraphiQL.
 */
export function useDocumentLimits(): GatewayPlugin {
  const onReject = [refuse];
  return EnvelopArmorPlugin({
    maxDepth: { n: DOCUMENT_LIMITS.depth, flattenFragments: true, onReject },
    maxAliases: { n: DOCUMENT_LIMITS.aliases, onReject },
    maxDirectives: { n: DOCUMENT_LIMITS.directives, onReject },
    maxTokens: { n: DOCUMENT_LIMITS.tokens, onReject },
    costLimit: { enabled: false },
    blockFieldSuggestion: { enabled: false },
  }) as GatewayPlugin;
}
