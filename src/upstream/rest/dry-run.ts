// Dry runs: the same request with `Dry-Run: 1`, whose answer lists what Gandi would refuse (Gandi v5 docs, dry run).
import { redactor } from '../../telemetry/redact.ts';
import { UpstreamError } from '../errors.ts';
import type { CallOptions, UpstreamDryRun } from '../port.ts';
import type { GandiRequest } from '../prepare.ts';
import type { Sender } from '../request.ts';
import { dryRunAnswerSchema, type FieldError } from '../wire/errors.ts';
import { read } from './reply.ts';
import { text } from './values.ts';

/** Faults come with 200 as documented, or with 400 in the same form. Secrets of the request are taken out of what Gandi says. */
export async function dryRun(
  sender: Sender,
  request: Omit<GandiRequest, 'effect'>,
  call: CallOptions,
): Promise<UpstreamDryRun> {
  try {
    const answer = await sender.send({ ...request, effect: 'dry-run' }, call);
    const errors = read(answer, dryRunAnswerSchema, (wire) => (wire.status === 'error' ? wire.errors : []));
    const clean = redactor(request.secrets ?? []);
    const warning = text(answer.headers.warning);
    return { problems: problemsFrom(errors, clean), warning: warning === null ? null : clean(warning) };
  } catch (error) {
    const hasFaults = error instanceof UpstreamError && error.kind === 'invalid' && error.problems.length > 0;
    if (hasFaults) return { problems: error.problems, warning: null };
    throw error;
  }
}

function problemsFrom(errors: readonly FieldError[], clean: (text: string) => string) {
  return errors.map(({ name, location, description }) => ({
    field: clean(name ?? location ?? ''),
    message: clean(description ?? ''),
  }));
}
