// The one table of error codes: what each means over HTTP, whether trying again can help, and where it is documented.
import { GraphQLError, type GraphQLErrorOptions } from 'graphql';
import type { RequestFaultCode } from '../services/errors.ts';

/** Codes that are not faults of a service: the request never got that far, or something broke. */
type ServerCode =
  | 'BAD_REQUEST'
  | 'METHOD_NOT_ALLOWED'
  | 'CSRF_HEADER_MISSING'
  | 'REQUEST_ENTITY_TOO_LARGE'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'DOCUMENT_LIMIT_EXCEEDED'
  | 'COST_LIMIT_EXCEEDED'
  | 'TOO_MANY_SUBSCRIPTIONS'
  | 'TOKEN_EXPIRED'
  | 'REQUEST_CANCELLED'
  | 'INTERNAL_SERVER_ERROR';

export type ErrorCode = RequestFaultCode | ServerCode;

export interface ErrorCodeFacts {
  /** HTTP status when nothing could be answered. With any data the status is 200. */
  readonly status: number;
  /** True when the same request may succeed later. */
  readonly retryable: boolean;
  /**
   * True for an error of the GraphQL request rather than of the HTTP request: under `Accept: application/json` its status is 200, as the
   * GraphQL-over-HTTP specification has it for that media type.
   */
  readonly isGraphQL: boolean;
  /** Heading in docs/errors.md. */
  readonly anchor: string;
}

const inGraphQL = (status: number, retryable: boolean) => ({ status, retryable, isGraphQL: true });
const inHttp = (status: number, retryable: boolean) => ({ status, retryable, isGraphQL: false });

const FACTS: Readonly<Record<ErrorCode, Omit<ErrorCodeFacts, 'anchor'>>> = {
  UNAUTHENTICATED: inHttp(401, false),
  FORBIDDEN: inGraphQL(403, false),
  NOT_FOUND: inGraphQL(404, false),
  BAD_REQUEST: inHttp(400, false),
  METHOD_NOT_ALLOWED: inHttp(405, false),
  CSRF_HEADER_MISSING: inHttp(403, false),
  REQUEST_ENTITY_TOO_LARGE: inHttp(413, false),
  GRAPHQL_PARSE_FAILED: inGraphQL(400, false),
  GRAPHQL_VALIDATION_FAILED: inGraphQL(400, false),
  DOCUMENT_LIMIT_EXCEEDED: inGraphQL(400, false),
  COST_LIMIT_EXCEEDED: inGraphQL(400, false),
  BAD_USER_INPUT: inGraphQL(400, false),
  SUBSCRIBER_TOO_SLOW: inGraphQL(503, true),
  TOO_MANY_SUBSCRIPTIONS: inGraphQL(429, true),
  TOKEN_EXPIRED: inGraphQL(401, false),
  UPSTREAM_BUSY: inGraphQL(503, true),
  UPSTREAM_TIMEOUT: inGraphQL(504, true),
  UPSTREAM_UNAVAILABLE: inGraphQL(503, true),
  UPSTREAM_RATE_LIMITED: inGraphQL(503, true),
  UPSTREAM_UNAUTHORIZED: inGraphQL(502, false),
  UPSTREAM_FORBIDDEN: inGraphQL(502, false),
  UPSTREAM_REJECTED: inGraphQL(502, false),
  UPSTREAM_CONTRACT: inGraphQL(502, false),
  REQUEST_CANCELLED: inGraphQL(499, true),
  INTERNAL_SERVER_ERROR: inHttp(500, false),
};

export const ERROR_CODES: Readonly<Record<ErrorCode, ErrorCodeFacts>> = Object.fromEntries(
  Object.entries(FACTS).map(([code, facts]) => [code, { ...facts, anchor: code.toLowerCase() }]),
) as Record<ErrorCode, ErrorCodeFacts>;

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}

export interface ErrorDetails {
  readonly requestId?: string;
  readonly retryAfterMs?: number | null;
  /** Further members of `extensions`. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Where in the document and the response it happened. */
  readonly at?: Pick<GraphQLErrorOptions, 'nodes' | 'path' | 'source' | 'positions'>;
}

/** An error as callers get it: `extensions { code retryable retryAfterMs? requestId? … }`. */
export function clientError(
  code: ErrorCode,
  message: string,
  { requestId, retryAfterMs, facts, at }: ErrorDetails = {},
): GraphQLError {
  return new GraphQLError(message, {
    ...at,
    extensions: {
      ...facts,
      code,
      retryable: ERROR_CODES[code].retryable,
      ...(retryAfterMs == null ? {} : { retryAfterMs }),
      ...(requestId === undefined ? {} : { requestId }),
    },
  });
}
