// Makes every error of every answer one a caller may see, and gives answers without data their HTTP status.
import type { GraphQLError } from 'graphql';
import type { ClientErrors } from '../client-errors.ts';
import { ERROR_CODES, isErrorCode } from '../error-codes.ts';
import type { GatewayPlugin } from './plugin.ts';

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLError[];
}

/** Over WebSocket and for events of subscriptions this is all there is to do; HTTP adds a status. */
export function maskResult<T extends Result>(result: T, errors: ClientErrors, requestId: string): T {
  if (result.errors === undefined || result.errors.length === 0) return result;
  return { ...result, errors: result.errors.map((error) => errors.toClient(error, requestId)) };
}

export function useErrorMasking(errors: ClientErrors): GatewayPlugin {
  return {
    onExecute: () => ({
      onExecuteDone({ args, result, setResult }) {
        if ('errors' in result) setResult(maskResult(result, errors, args.contextValue.session.requestId));
      },
    }),
    onResultProcess({ result, setResult, serverContext }) {
      if (Symbol.asyncIterator in result || !('errors' in result) || result.errors === undefined) return;
      const { requestId } = serverContext.session;
      const masked = result.errors.map((error) =>
        error.extensions.requestId === requestId ? error : errors.toClient(error, requestId),
      );
      setResult({ ...result, errors: result.data == null ? masked.map(withStatus) : masked });
    },
  };
}

/** `extensions.http` is Yoga's way to set status and headers; it never reaches the caller. */
function withStatus(error: GraphQLError): GraphQLError {
  const { code, retryAfterMs } = error.extensions;
  if (!isErrorCode(code)) return error;
  const { status, isGraphQL } = ERROR_CODES[code];
  const headers = {
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
    ...(status === 405 && { Allow: 'POST' }),
    ...(typeof retryAfterMs === 'number' && { 'Retry-After': String(Math.ceil(retryAfterMs / 1_000)) }),
  };
  error.extensions.http = { status, spec: isGraphQL, headers };
  return error;
}
