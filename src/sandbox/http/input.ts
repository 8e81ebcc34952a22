// Reads a call's query string and body, and names the faulty field in Gandi's words when something is wrong.
import type { z } from 'zod';
import type { FieldError } from '../../upstream/wire/errors.ts';
import { Refused, refusal, refuse, refuseInput } from './answers.ts';

/** Bodies above this many bytes are refused unread. */
export const bodyLimitBytes = 1_048_576;

export const queryError = (name: string, description: string): FieldError => ({
  location: 'querystring',
  name,
  description,
});
export const pathError = (description: string): FieldError => ({ location: 'path', name: 'fqdn', description });
export const bodyError = (name: string, description: string): FieldError => ({ location: 'body', name, description });

/** A whole number in a query string. @throws Refused 400 naming the parameter. */
export function integerFrom(query: URLSearchParams, name: string, fallback: number): number {
  const given = query.get(name);
  if (given === null) return fallback;
  if (!/^\d{1,9}$/.test(given) || Number(given) < 1)
    throw refuseInput(queryError(name, `'${given}' is not a positive integer`));
  return Number(given);
}

/** One of a few words in a query string; undefined when absent. @throws Refused 400 naming the parameter. */
export function wordFrom<Word extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const given = query.get(name);
  if (given === null) return undefined;
  const found = words.find((word) => word === given);
  if (found === undefined) throw refuseInput(queryError(name, `'${given}' is not one of: ${words.join(', ')}`));
  return found;
}

/** Reads at most {@link bodyLimitBytes} of text. @throws Refused 413. */
export async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > bodyLimitBytes) throw refuse(413);
  if (request.headers.has('content-length')) return request.text();
  if (!request.body) return '';
  const decoder = new TextDecoder();
  let size = 0;
  let text = '';
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > bodyLimitBytes) throw refuse(413);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The JSON of a body; `{}` for an empty one. @throws Refused 400 or 413. */
export async function readJson(request: Request): Promise<unknown> {
  const text = await readText(request);
  if (text.trim() === '') return {};
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\b/i.test(type)) {
    throw refuseInput({ location: 'header', name: 'Content-Type', description: 'must be application/json' });
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(refusal(400, 'The body is not valid JSON.'));
  }
}

/** The faults a schema finds in a body, one per field, named like `owner.country`. */
export function faultsOf(error: z.ZodError): FieldError[] {
  return error.issues.map((issue) => {
    return bodyError(issue.path.join('.'), issue.input === undefined ? 'is required' : issue.message);
  });
}

/** The body checked against a schema. @throws Refused 400 naming every faulty field. */
export async function readBody<Shape extends z.ZodType>(request: Request, schema: Shape): Promise<z.output<Shape>> {
  const parsed = schema.safeParse(await readJson(request), { reportInput: true });
  if (!parsed.success) throw refuseInput(...faultsOf(parsed.error));
  return parsed.data;
}
