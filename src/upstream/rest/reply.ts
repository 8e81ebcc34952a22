// Reads the body of a good answer by its wire shape, or says that the shape is not the one we know.
import type { z } from 'zod';
import { UpstreamError } from '../errors.ts';
import type { GandiAnswer } from '../request.ts';

/** A value inside an answer that cannot be what it should be; mappers throw it, {@link read} turns it into a contract error. */
export class OddValue extends Error {
  override readonly name = 'OddValue';
}

/**
 * Parses the body and maps it. One odd row fails the whole answer: a row left out would look like a thing that is gone.
 * @throws {UpstreamError} of kind `contract`, ambiguous after a write. Its message names fields, never values.
 */
export function read<Shape extends z.ZodType, T>(
  answer: GandiAnswer,
  shape: Shape,
  map: (wire: z.output<Shape>) => T,
): T {
  const parsed = shape.safeParse(answer.body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.length ? issue.path.join('.') : 'the body';
    throw contractError(answer, `${where} is not what is documented (${issue?.code ?? 'unknown'})`);
  }
  try {
    return map(parsed.data);
  } catch (error) {
    if (error instanceof OddValue || error instanceof RangeError)
      throw contractError(answer, error instanceof OddValue ? error.message : 'an amount cannot be read', error);
    throw error;
  }
}

export function contractError(answer: GandiAnswer, what: string, cause?: unknown): UpstreamError {
  const { endpoint, effect, status, attempts, traceId } = answer;
  return new UpstreamError(`${endpoint} was answered in a form we do not know: ${what}`, {
    kind: 'contract',
    endpoint,
    status,
    attempts,
    ambiguous: effect === 'write' || effect === 'order',
    ...(traceId === null ? {} : { traceId }),
    ...(cause === undefined ? {} : { cause }),
  });
}
