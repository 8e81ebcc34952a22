// The answers Gandi gives, headers included; errors in its four body shapes.
import { crc32 } from 'node:zlib';
import type { DryRunAnswer, FieldError, InvalidInput, Refusal } from '../../upstream/wire/errors.ts';

/** Headers the live host was seen to send. Clients compare the content type of errors literally: no charset. */
function headersFor(type: string, body: string, more: Record<string, string> | undefined): Record<string, string> {
  return {
    'content-type': type,
    etag: `W/"${body.length.toString(16)}-${crc32(body).toString(16)}"`,
    'trace-id': crypto.randomUUID(),
    'cache-control': 'max-age=0, must-revalidate, no-cache, no-store',
    age: '0',
    'x-cache-hits': '0',
    'strict-transport-security': 'max-age=15768000;',
    'x-frame-options': 'DENY',
    ...more,
  };
}

export function text(status: number, type: string, body: string, headers?: Record<string, string>): Response {
  return new Response(body, { status, headers: headersFor(type, body, headers) });
}

export const json = (status: number, body: unknown, headers?: Record<string, string>): Response =>
  text(status, 'application/json', JSON.stringify(body), headers);

/** 202: the work is queued. `location` is the absolute URL to follow. */
export const accepted = (message: string, location?: string): Response =>
  json(202, { message }, location === undefined ? undefined : { location });

/** 204 and 303 answers. */
export const empty = (status: 204 | 303, headers?: Record<string, string>): Response =>
  new Response(null, { status, headers: { 'trace-id': crypto.randomUUID(), ...headers } });

const causes: Record<number, readonly [object: string, cause: string, message: string]> = {
  400: ['HTTPBadRequest', 'Bad Request', 'The request could not be understood.'],
  401: ['HTTPUnauthorized', 'Unauthorized', 'The credential was not accepted.'],
  403: ['HTTPForbidden', 'Forbidden', 'Access was denied to this resource.'],
  404: ['HTTPNotFound', 'Not Found', 'The resource could not be found.'],
  409: ['HTTPConflict', 'Conflict', 'The request conflicts with what is there.'],
  413: ['HTTPRequestEntityTooLarge', 'Request Entity Too Large', 'The body is too large.'],
  429: ['HTTPTooManyRequests', 'Too Many Requests', 'Too many requests: slow down.'],
  500: ['HTTPInternalServerError', 'Internal Server Error', 'Something went wrong.'],
  502: ['HTTPBadGateway', 'Bad Gateway', 'The service behind did not answer.'],
  503: ['HTTPServiceUnavailable', 'Service Unavailable', 'The service is not available.'],
};

export function refusalBody(status: number, message?: string): Refusal {
  const [object, cause, usual] = causes[status] ?? ['HTTPError', 'Error', 'The request failed.'];
  return { object, cause, code: status, message: message ?? usual };
}

/** The four-key refusal. */
export const refusal = (status: number, message?: string, headers?: Record<string, string>): Response =>
  json(status, refusalBody(status, message), headers);

/** 401 when no credential came: one key. */
export const missingCredential = (): Response =>
  json(401, {
    message: 'You must provide an access token or an API Key. See https://api.gandi.net/docs/authentication/',
  });

export const invalidInput = (errors: readonly FieldError[]): Response =>
  json(400, { status: 'error', errors: [...errors] } satisfies InvalidInput);

/** The answer to `Dry-Run: 1`: status 200 whether or not faults were found. */
export const dryRun = (errors: readonly FieldError[]): Response =>
  json(
    200,
    (errors.length === 0 ? { status: 'success' } : { status: 'error', errors: [...errors] }) satisfies DryRunAnswer,
  );

/** Faults of an order: as a dry run's answer when that is what was asked for. */
export const faultsAnswer = (isDryRun: boolean, errors: readonly FieldError[]): Response =>
  isDryRun ? dryRun(errors) : invalidInput(errors);

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const page = (title: string, line: string) =>
  `<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${title}</title></head>\n<body><pre>${line}</pre></body>\n</html>\n`;

/** Unknown routes never reach the API: its web server answers an HTML page. */
export function unknownRoute(method: string, path: string): Response {
  const safe = path.replace(/[&<>"]/g, (character) => escapes[character] ?? character);
  return text(404, 'text/html; charset=utf-8', page('Error', `Cannot ${method} ${safe}`));
}

/** An HTML error page as an edge server in front of the API would send it. */
export const edgePage = (status: number): Response => {
  const title = `${status} ${causes[status]?.[1] ?? 'Error'}`;
  return text(status, 'text/html', page(title, title));
};

/** Thrown by a handler to end the call with an answer. */
export class Refused extends Error {
  readonly response: Response;
  constructor(response: Response) {
    super(`refused with ${response.status}`);
    this.response = response;
  }
}

export const refuse = (status: number, message?: string): Refused => new Refused(refusal(status, message));
export const refuseInput = (...errors: FieldError[]): Refused => new Refused(invalidInput(errors));
