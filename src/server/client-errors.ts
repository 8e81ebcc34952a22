// Turns whatever was thrown into what a caller may see: faults keep their code and message, bugs are masked and logged.
import { GraphQLError } from 'graphql';
import { MissingScopeError } from '../auth/session.ts';
import { RequestFault } from '../services/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { clientError, type ErrorCode, type ErrorDetails, isErrorCode } from './error-codes.ts';

export interface ClientErrors {
  /** @returns the error to send; one that was made by this function or by {@link clientError} keeps its code and gains the request's id. */
  toClient(error: unknown, requestId: string): GraphQLError;
}

const MASKED = 'Something went wrong inside the gateway. Name the request id when you report it.';

export function createClientErrors(logger: Pick<Logger, 'error' | 'warn' | 'debug'>): ClientErrors {
  return {
    toClient(error, requestId) {
      const cause = causeOf(error);
      const at = error instanceof GraphQLError ? placeOf(error) : {};
      if (cause instanceof RequestFault) return faultError(cause, { requestId, at });
      if (cause instanceof MissingScopeError)
        return clientError('FORBIDDEN', cause.message, { requestId, at, facts: { scope: cause.scope } });
      if (isAbort(cause)) {
        logger.debug({ requestId }, 'an operation was given up because nobody waited for it');
        return clientError('REQUEST_CANCELLED', 'The request was given up.', { requestId, at });
      }
      if (cause instanceof GraphQLError) {
        const code = codeOf(cause);
        if (code !== null) {
          const {
            http: _http,
            unexpected: _unexpected,
            originalError: _original,
            retryAfterMs,
            ...facts
          } = cause.extensions;
          return clientError(code, messageOf(error, cause), {
            requestId,
            at,
            facts,
            retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : null,
          });
        }
      }
      logger.error({ requestId, path: at.path?.join('.'), error: cause }, 'an operation failed by a bug');
      return clientError('INTERNAL_SERVER_ERROR', MASKED, { requestId, at });
    },
  };

  function faultError(fault: RequestFault, details: ErrorDetails): GraphQLError {
    if (fault.cause !== undefined)
      logger.warn({ requestId: details.requestId, code: fault.code, error: fault.cause }, fault.message);
    return clientError(fault.code, fault.message, {
      ...details,
      retryAfterMs: fault.retryAfterMs,
      facts: {
        ...(fault.argument !== null && { argument: fault.argument }),
        ...(fault.lastCursor !== null && { lastCursor: fault.lastCursor }),
      },
    });
  }
}

/** What a resolver threw, under the wrappings of the executor. */
function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError !== undefined) cause = cause.originalError;
  return cause;
}

/**
 * Names the variable and the field at fault, which the executor tells in a wrapping of its own. What was found is left out where it may hold an auth
 * code: whole input objects, values of another type in the place of a text, and string literals that the parser did not expect.
 */
function messageOf(error: unknown, { message }: GraphQLError): string {
  const wrapping = error instanceof GraphQLError && error.message.endsWith(message) ? error.message : message;
  const before = wrapping.slice(0, wrapping.length - message.length);
  const variable = /^Variable "(\$\w+)"/.exec(before)?.[1];
  const field = / at "([\w.[\]]+)"; $/.exec(before)?.[1];
  const place = variable === undefined ? '' : `Variable "${variable}"${field === undefined ? '' : ` at "${field}"`}: `;
  const said = message
    .replace(/(?:[,;.?] ?[fF]ound)?: (?=[{[])[\s\S]*$/, '.')
    .replace(/( to be an object), found: [\s\S]*$/, '$1.')
    .replace(/((?:String|ID) cannot represent [^:]*): [\s\S]*$/, '$1.')
    .replace(/^(Syntax Error: [\s\S]*?(?:Block)?String) "[\s\S]*$/, '$1.');
  return place + said;
}

function placeOf({ nodes, path, source, positions }: GraphQLError): NonNullable<ErrorDetails['at']> {
  return { nodes, path, source, positions };
}

/** null: an error of the executor's own about a field, which only a bug can cause. */
function codeOf(error: GraphQLError): ErrorCode | null {
  const { code, http } = error.extensions;
  if (typeof http === 'object' && http !== null && 'status' in http && http.status === 405) return 'METHOD_NOT_ALLOWED';
  if (isErrorCode(code)) return code;
  if (error.message.startsWith('Syntax Error')) return 'GRAPHQL_PARSE_FAILED';
  return error.path === undefined ? 'BAD_USER_INPUT' : null;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'AbortedGraphQLExecutionError');
}
