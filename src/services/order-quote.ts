// What a dry run finds: blockers are noted and the checks go on wherever they still can.
import type { UpstreamDryRun } from '../upstream/port.ts';
import { InvalidInputError, OutcomeError } from './errors.ts';
import { type OnceDeps, orderUnderWay } from './order-once.ts';
import type { QuoteBlocker } from './services.ts';

export interface Findings {
  readonly blockers: QuoteBlocker[];
  /** Gandi's own. */
  warning: string | null;
}

export function noFindings(): Findings {
  return { blockers: [], warning: null };
}

/** What `run` answers, or null with the outcome that stood against it noted. */
export async function noting<T>({ blockers }: Findings, run: () => T | Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof OutcomeError)) throw error;
    if (error instanceof InvalidInputError)
      for (const { path, message, found, expected } of error.fields)
        blockers.push({
          code: error.code,
          message: `${message} ${found === null ? '' : `Found ${found}, `}expected ${expected}.`,
          path,
        });
    else blockers.push({ code: error.code, message: error.message, path: error.path });
    return null;
  }
}

/** What Gandi's own dry run objects to becomes blockers. */
export function noteDryRun(findings: Findings, { problems, warning }: UpstreamDryRun): void {
  findings.warning = warning;
  for (const { field, message } of problems)
    findings.blockers.push({
      code: 'REJECTED_BY_GANDI',
      message: field === '' ? message : `${field}: ${message}`,
      path: null,
    });
}

/** An order of the same domain that has not ended is a blocker. */
export async function noteBusy(deps: Pick<OnceDeps, 'store'>, findings: Findings, name: string): Promise<void> {
  if ((await orderUnderWay(deps, name)) === null) return;
  findings.blockers.push({
    code: 'OPERATION_IN_PROGRESS',
    message: `An order for ${name} has not ended yet.`,
    path: ['input', 'domain'],
  });
}
