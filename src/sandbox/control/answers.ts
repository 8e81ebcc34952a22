// Bodies and errors of the control API: an error names the field and says what was expected.
import type { Context } from 'hono';
import type { z } from 'zod';
import { json, Refused } from '../http/answers.ts';
import type { SandboxContext } from '../http/call.ts';
import { faultsOf, readText } from '../http/input.ts';

export const wrong = (name: string, description: string, status = 400): Refused =>
  new Refused(json(status, { errors: [{ name, description }] }));

async function parseText(request: Request): Promise<unknown> {
  const text = await readText(request);
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw wrong('body', 'is not valid JSON');
  }
}

/** The JSON of a control call, whatever its content type. @throws Refused 400 naming each faulty field. */
export async function controlBody<Shape extends z.ZodType>(context: Context, schema: Shape): Promise<z.output<Shape>> {
  const parsed = schema.safeParse(await parseText(context.req.raw), { reportInput: true });
  if (parsed.success) return parsed.data;
  const errors = faultsOf(parsed.error).map(({ name, description }) => ({ name: name || 'body', description }));
  throw new Refused(json(400, { errors }));
}

/** A whole number in the query string. @throws Refused 400 naming it. */
export function wholeFrom(context: Context, name: string, fallback: number): number {
  const text = context.req.query(name);
  if (text === undefined) return fallback;
  if (!/^\d{1,9}$/.test(text)) throw wrong(name, 'must be a whole number');
  return Number(text);
}

type ControlHandler = (context: SandboxContext) => unknown | Promise<unknown>;

/** Answers what the handler returns as JSON with status 200. */
export const control =
  (handler: ControlHandler) =>
  async (context: SandboxContext): Promise<Response> => {
    try {
      return json(200, await handler(context));
    } catch (error) {
      if (error instanceof Refused) return error.response;
      throw error;
    }
  };
