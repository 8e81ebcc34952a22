// Gandi's report on a transfer -> where it stands, who must act and until when. Pure; what Gandi's words do not tell stays unknown and never ends anything.
import type { OrderState, TransferParty, TransferStep, TransferUpstreamRecord } from './services.ts';
import { holderDeadline, losingRegistrarDeadline } from './transfer-policy.ts';
import { isFinal, problemOf } from './transfer-problems.ts';

export interface TransferStanding {
  readonly step: TransferStep;
  readonly waitingOn: TransferParty;
  /** When the chance of the party ends, epoch milliseconds; null where nobody knows one. */
  readonly deadlineAt: number | null;
  readonly upstream: TransferUpstreamRecord;
}

/** What one look at Gandi showed. */
export interface TransferSight {
  /** null: Gandi knows no transfer under way for this name. */
  readonly report: TransferUpstreamRecord | null;
  /** The domain was seen in the payer's organization or in one of its clients. */
  readonly arrived: boolean;
  readonly at: number;
}

/** Gandi's 202 comes before its report: a missing report means nothing in this time after the order. */
const SETTLING_MS = 60_000;

/**
 * The next standing after a look. Done is only what Gandi no longer reports, or reports as done, while the domain is here; a missing report alone
 * neither completes nor fails anything.
 */
export function nextStanding(
  name: string,
  before: TransferStanding & { readonly startedAt: number },
  { report, arrived, at }: TransferSight,
): TransferStanding {
  const gone = report === null || report.step?.toUpperCase() === 'DONE';
  if (gone && arrived) return ended('COMPLETED', withoutMissing(report ?? before.upstream));
  if (report !== null) return standingOf(name, before, report);
  const { step, waitingOn, deadlineAt, upstream } = before;
  const isSettling = upstream.step === null && at - before.startedAt < SETTLING_MS;
  return { step, waitingOn, deadlineAt, upstream: isSettling ? upstream : { missingSince: at, ...upstream } };
}

function standingOf(name: string, before: TransferStanding, report: TransferUpstreamRecord): TransferStanding {
  const at = (step: TransferStep, waitingOn: TransferParty, deadlineAt: number | null = null): TransferStanding => ({
    step,
    waitingOn,
    deadlineAt,
    upstream: report,
  });
  const askedHolderAt = report.startedAt ?? report.createdAt;
  const stage = stageOf(report);
  switch (stage) {
    case 'PAYMENT':
    case 'SUPPORT':
    case 'UNKNOWN':
      return at(stage, 'GANDI');
    case 'REGISTRY':
      return at(stage, 'REGISTRY');
    case 'HOLDER_APPROVAL':
      return at(stage, 'HOLDER', askedHolderAt === null ? null : holderDeadline(askedHolderAt));
    case 'LOSING_REGISTRAR':
      return at(stage, 'LOSING_REGISTRAR', registrarDeadline(name, before, report));
    case 'DONE':
      return at(before.step === 'LOSING_REGISTRAR' ? before.step : 'REGISTRY', 'GANDI');
    case 'ERROR': {
      const problem = problemOf(report);
      return problem !== null && isFinal(problem) ? ended('FAILED', report) : at('ACTION_REQUIRED', 'RESELLER');
    }
  }
}

/** Counted from the registry's acceptance; where Gandi does not tell it, from when this step was first reported. */
function registrarDeadline(name: string, before: TransferStanding, report: TransferUpstreamRecord): number | null {
  if (report.registryAcceptedAt !== null) return losingRegistrarDeadline(name, report.registryAcceptedAt);
  if (before.step === 'LOSING_REGISTRAR' && before.deadlineAt !== null) return before.deadlineAt;
  return report.updatedAt === null ? null : losingRegistrarDeadline(name, report.updatedAt);
}

type Stage =
  | Extract<TransferStep, 'PAYMENT' | 'SUPPORT' | 'UNKNOWN' | 'REGISTRY' | 'HOLDER_APPROVAL' | 'LOSING_REGISTRAR'>
  | 'DONE'
  | 'ERROR';

/** `step` is of a known family (Gandi v5 docs, transferin); `inner_step` is a free string that only chooses inside WAIT and RUN. */
function stageOf(report: TransferUpstreamRecord): Stage {
  switch (report.step?.toUpperCase()) {
    case 'BILL':
      return 'PAYMENT';
    case 'SUPPORT':
      return 'SUPPORT';
    case 'DONE':
      return 'DONE';
    case 'ERROR':
      return 'ERROR';
    case 'WAIT':
      return innerStage(report.innerStep) ?? waitStage(report);
    case 'RUN':
      return innerStage(report.innerStep) ?? (report.registryAcceptedAt === null ? 'REGISTRY' : 'LOSING_REGISTRAR');
    default:
      return 'UNKNOWN';
  }
}

function innerStage(words: string | null): Stage | null {
  const text = words?.toLowerCase() ?? '';
  if (/foa|holder|owner|approval|registrant/.test(text)) return 'HOLDER_APPROVAL';
  if (/losing|registrar|ack\b|pending_?transfer/.test(text)) return 'LOSING_REGISTRAR';
  return /registry/.test(text) ? 'REGISTRY' : null;
}

/** Somebody is waited for; the evidence beside the words says whom. */
function waitStage(report: TransferUpstreamRecord): Stage {
  if (report.registryAcceptedAt !== null) return 'LOSING_REGISTRAR';
  return report.approvals.some(({ answer }) => isUnanswered(answer)) ? 'HOLDER_APPROVAL' : 'UNKNOWN';
}

/** `T` is the one answer letter Gandi's docs show (accepted); `F` is taken for its opposite, and anything else for no answer yet. */
export function isUnanswered(answer: string | null): boolean {
  return answer !== 'T' && answer !== 'F';
}

function ended(step: 'COMPLETED' | 'FAILED', upstream: TransferUpstreamRecord): TransferStanding {
  return { step, waitingOn: 'NOBODY', deadlineAt: null, upstream };
}

function withoutMissing({ missingSince: _missing, ...upstream }: TransferUpstreamRecord): TransferUpstreamRecord {
  return upstream;
}

/** The state of the order behind a transfer at this step. An order never goes back from WAITING to ACCEPTED. */
export function orderStateFor(step: TransferStep, current: OrderState): OrderState {
  switch (step) {
    case 'COMPLETED':
    case 'FAILED':
    case 'ACTION_REQUIRED':
      return step;
    case 'SUBMITTING':
      return current;
    case 'PAYMENT':
      return current === 'SUBMITTED' || current === 'ACCEPTED' ? 'ACCEPTED' : 'WAITING';
    default:
      return 'WAITING';
  }
}

/** The report as it is kept, without the name; null for a transfer that was never reported. */
export const NOTHING_REPORTED: TransferUpstreamRecord = {
  step: null,
  stepNumber: null,
  innerStep: null,
  errorType: null,
  errorLabel: null,
  approvals: [],
  createdAt: null,
  updatedAt: null,
  startedAt: null,
  registryAcceptedAt: null,
};

/** What of a report changes what people see; a new `updatedAt` alone is no change. */
export function sameStanding(a: TransferStanding, b: TransferStanding): boolean {
  return visible(a) === visible(b);
}

function visible({ step, waitingOn, deadlineAt, upstream }: TransferStanding): string {
  const { stepNumber, innerStep, errorType, errorLabel, approvals, startedAt, registryAcceptedAt, missingSince } =
    upstream;
  const answers = approvals.map(({ email, answer }) => [email, answer]);
  return JSON.stringify([
    step,
    waitingOn,
    deadlineAt,
    upstream.step,
    stepNumber,
    innerStep,
    errorType,
    errorLabel,
    answers,
    startedAt,
    registryAcceptedAt,
    missingSince ?? null,
  ]);
}
