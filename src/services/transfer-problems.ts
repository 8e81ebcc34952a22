// What stands against a transfer under way, read from Gandi's words. These are free strings: the patterns are wide and what fits none is OTHER.
import type { TransferUpstreamRecord } from './services.ts';

export type TransferProblem =
  | 'AUTH_CODE'
  | 'LOCKED'
  | 'FUNDS'
  | 'HOLDER_REFUSED'
  | 'HOLDER_SILENT'
  | 'LOSING_REGISTRAR_REFUSED'
  | 'OTHER'
  /** Gandi reports the transfer done; the domain is not seen here yet. */
  | 'ARRIVING'
  /** Gandi reports no such transfer; the domain is not seen here. */
  | 'NOT_REPORTED';

/** First match wins. Each pattern is tried on the error type, then on its label, both in lower case with blanks for underscores and dashes. */
const PATTERNS: readonly (readonly [RegExp, TransferProblem])[] = [
  [/\bauth|\btransfer code|\btac\b|\bepp code/, 'AUTH_CODE'],
  [
    /(?:\bfoa|holder|owner|registrant|approv).*(?:timeout|timed out|expire|silen|no answer|not answer)/,
    'HOLDER_SILENT',
  ],
  [/(?:\bfoa|holder|owner|registrant|approv).*(?:refus|reject|declin|denied)/, 'HOLDER_REFUSED'],
  [/\bunlock|\block|transfer ?prohibited/, 'LOCKED'],
  [/fund|prepaid|balance|payment|credit|\bpaid\b|\bbill/, 'FUNDS'],
  [
    /(?:registrar|losing|nack).*(?:refus|reject|declin|denied)|(?:refus|reject|declin|denied).*registrar|\bnack/,
    'LOSING_REGISTRAR_REFUSED',
  ],
];

/** Silence and refusal of the holder end the order (docs.gandi.net, transfer to Gandi); everything else can be mended and relaunched. */
const FINAL: ReadonlySet<TransferProblem> = new Set(['HOLDER_REFUSED', 'HOLDER_SILENT']);

/** @returns null while nothing stands against it. */
export function problemOf(report: Omit<TransferUpstreamRecord, 'createdAt'>): TransferProblem | null {
  if (report.missingSince !== undefined) return 'NOT_REPORTED';
  const step = report.step?.toUpperCase() ?? null;
  if (step === 'DONE') return 'ARRIVING';
  if (step !== 'ERROR') return null;
  return classify(report.errorType) ?? classify(report.errorLabel) ?? 'OTHER';
}

/** True when the order cannot be saved any more. */
export function isFinal(problem: TransferProblem): boolean {
  return FINAL.has(problem);
}

function classify(words: string | null): TransferProblem | null {
  const text = words?.toLowerCase().replaceAll(/[_-]+/g, ' ') ?? '';
  return PATTERNS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
