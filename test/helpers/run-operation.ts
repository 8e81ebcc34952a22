// Runs an operation against the schema with fake services, without a server.
import { type ExecutionResult, execute, parse } from 'graphql';
import { schema } from '../../schema/index.ts';
import { ALL_SCOPES, type Language } from '../../src/auth/session.ts';
import type { Services } from '../../src/services/services.ts';

export interface Answer<Data> {
  /** null when a field that cannot be null failed. */
  readonly data: Data;
  readonly errors: NonNullable<ExecutionResult['errors']>;
}

/** @template Data what the test expects of the answer's shape. */
export async function runOperation<Data = Record<string, unknown>>(
  services: Services,
  source: string,
  variableValues: Record<string, unknown> = {},
  language: Language = 'en',
): Promise<Answer<Data>> {
  const session = {
    actor: { kind: 'local', id: 'local' },
    organizationId: null,
    clientId: null,
    scopes: ALL_SCOPES,
    language,
    requestId: 'request-1',
    expiresAt: null,
  } as const;
  const scope = services.scope(session, { maxAgeSeconds: null, signal: undefined });
  const result = await execute({ schema, document: parse(source), variableValues, contextValue: { services, scope } });
  return { data: result.data as Data, errors: result.errors ?? [] };
}
