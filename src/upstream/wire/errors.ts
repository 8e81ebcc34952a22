// The four error bodies of Gandi v5 and the answer of a dry run. Readers decide on the HTTP status first.
import { z } from 'zod';
import { maybe } from './text.ts';

/** 401 without any credential: one key only. */
export const missingCredentialSchema = z.looseObject({ message: z.string() });
export type MissingCredential = z.infer<typeof missingCredentialSchema>;

/** The usual refusal (401, 403, 404, 409, 429, 5xx). `object` and `cause` are open sets. */
export const refusalSchema = z.looseObject({
  object: maybe(z.string()),
  cause: maybe(z.string()),
  code: maybe(z.number().int()),
  message: maybe(z.string()),
});
export type Refusal = z.infer<typeof refusalSchema>;

/** One faulty input: `location` is header, path, querystring or body; `name` is the path of the field, such as `owner.country`. */
export const fieldErrorSchema = z.looseObject({
  location: maybe(z.string()),
  name: maybe(z.string()),
  description: maybe(z.string()),
});
export type FieldError = z.infer<typeof fieldErrorSchema>;

/** 400, and the body of a dry run that found faults (there with status 200). */
export const invalidInputSchema = z.looseObject({
  status: z.literal('error'),
  errors: z.array(fieldErrorSchema),
});
export type InvalidInput = z.infer<typeof invalidInputSchema>;

/** Answer to a write sent with `Dry-Run: 1`: nothing was executed or charged, whatever the HTTP status. */
export const dryRunAnswerSchema = z.union([z.looseObject({ status: z.literal('success') }), invalidInputSchema]);
export type DryRunAnswer = z.infer<typeof dryRunAnswerSchema>;

/** Any JSON error body Gandi is known to send. Unknown routes answer HTML instead. */
export const errorBodySchema = z.looseObject({
  object: maybe(z.string()),
  cause: maybe(z.string()),
  code: maybe(z.number()),
  message: maybe(z.string()),
  status: maybe(z.string()),
  errors: maybe(z.array(fieldErrorSchema)),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;
