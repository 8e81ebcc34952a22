// Says in the caller's language where a transfer stands and what helps. Pure apart from the clock.
import type { Language } from '../auth/session.ts';
import type { TransferExplanation, TransferRecord } from './services.ts';
import { problemOf } from './transfer-problems.ts';
import { isUnanswered } from './transfer-steps.ts';
import { SITUATIONS, type TransferSituation, UNTOLD } from './transfer-words.ts';

type Standing = Pick<TransferRecord, 'domainName' | 'step' | 'deadlineAt' | 'upstream'>;

export function explainTransfer(transfer: Standing, language: Language, now: number): TransferExplanation {
  const { words, until, helpingMutation } = SITUATIONS[situationOf(transfer)];
  const { upstream, deadlineAt } = transfer;
  const holder = upstream.approvals.find(({ answer }) => isUnanswered(answer))?.email;
  const fill: Readonly<Record<string, string>> = {
    domain: transfer.domainName,
    holder: holder === undefined ? UNTOLD.holder[language] : maskEmail(holder),
    raw: rawWords(transfer) ?? UNTOLD.raw[language],
    deadline: deadlineAt === null ? '' : formatInstant(deadlineAt, language),
  };
  const sentences = [words[language]];
  if (until !== null && deadlineAt !== null && deadlineAt > now) sentences.push(until[language]);
  const text = sentences.join(' ').replace(/\{(\w+)\}/g, (_, name: string) => fill[name] ?? '');
  return { text, helpingMutation };
}

/** Which row of the table of words a transfer is at. */
export function situationOf({ step, upstream }: Standing): TransferSituation {
  const problem = problemOf(upstream);
  switch (step) {
    case 'COMPLETED':
    case 'SUBMITTING':
      return step;
    case 'FAILED':
      if (problem === 'HOLDER_REFUSED' || problem === 'HOLDER_SILENT') return problem;
      return upstream.step === null ? 'REFUSED_AT_ONCE' : 'FAILED';
    case 'ACTION_REQUIRED':
      return problem ?? 'OTHER';
    default:
      return problem === 'ARRIVING' || problem === 'NOT_REPORTED' ? problem : step;
  }
}

/** The first letter and the domain: enough for its owner to know it. */
export function maskEmail(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 1 ? '***' : `${address.slice(0, 1)}***${address.slice(at)}`;
}

/** Gandi's own words, which are shown as they are. */
function rawWords({ upstream, step }: Standing): string | null {
  const { errorLabel, errorType, innerStep } = upstream;
  if (step === 'UNKNOWN') return [upstream.step, innerStep].filter((word) => word !== null).join(' / ') || null;
  return errorLabel ?? errorType;
}

/** For instance `3 January 2030 at 14:00 UTC`. */
function formatInstant(instant: number, language: Language): string {
  const formatter = new Intl.DateTimeFormat(language === 'fr' ? 'fr-FR' : 'en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  return `${formatter.format(instant)} UTC`;
}
