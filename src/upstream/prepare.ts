// From a request in the adapter's words to the bytes that would leave.
import type { Effect } from './classify.ts';
import type { ExchangeRequest } from './transport.ts';

export interface GandiRequest {
  readonly method: ExchangeRequest['method'];
  /** Below `/v5`, each segment already encoded. */
  readonly path: string;
  readonly query?: URLSearchParams;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly effect: Effect;
  /** Good statuses, when they are not the usual ones of the effect. */
  readonly accepts?: readonly number[];
  /** Strings inside the request that must not show up in an error or in the log. */
  readonly secrets?: readonly string[];
}

/** What is the same for every request of an adapter. */
export interface RequestFrame {
  /** What goes before each path, for example `/v5`. */
  readonly basePath: string;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Never shown in errors. */
  readonly secrets: readonly string[];
}

export interface PreparedRequest {
  /** Method and path without query: the name of the request in errors and logs. */
  readonly endpoint: string;
  readonly effect: Effect;
  readonly accepts: readonly number[] | undefined;
  readonly secrets: readonly string[];
  readonly exchange: ExchangeRequest;
}

/** A dry run says so in a header (Gandi v5 docs, `Dry-Run: 1`); a body is announced as JSON. */
export function prepareRequest(request: GandiRequest, frame: RequestFrame): PreparedRequest {
  const query = request.query?.toString();
  const hasBody = request.body !== undefined;
  return {
    endpoint: `${request.method} ${request.path}`,
    effect: request.effect,
    accepts: request.accepts,
    secrets: [...frame.secrets, ...(request.secrets ?? [])],
    exchange: {
      method: request.method,
      target: `${frame.basePath}${request.path}${query ? `?${query}` : ''}`,
      headers: {
        ...frame.headers,
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...(request.effect === 'dry-run' ? { 'dry-run': '1' } : {}),
      },
      body: hasBody ? JSON.stringify(request.body) : null,
    },
  };
}
