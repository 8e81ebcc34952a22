// Why Gandi would not start a transfer, as kinds that programs can act on. Gandi answers in a sentence; what fits no kind is OTHER.
import { UpstreamError } from '../upstream/errors.ts';
import type { UpstreamFieldProblem, UpstreamTransferability } from '../upstream/port.ts';
import { InvalidAuthCodeError, type TransferBlocker } from './errors.ts';

type Kind = TransferBlocker['kind'];

const PATTERNS: readonly (readonly [RegExp, Kind])[] = [
  [/not registered|unregistered|does not exist|no such domain|can be registered/i, 'NOT_REGISTERED'],
  [/\d+ ?(?:days|hours)|too (?:young|recent)|recently (?:registered|transferred|created)/i, 'TOO_YOUNG'],
  [/already (?:in|at|here|yours|owned|managed)/i, 'ALREADY_HERE'],
  [/lock|transfer ?prohibited/i, 'TRANSFER_LOCKED'],
  [/\b(?:tld|extension)\b/i, 'TLD_UNSUPPORTED'],
];

/** What helps, added to Gandi's own sentence. */
const ADVICE: Readonly<Record<Kind, string>> = {
  NOT_REGISTERED: 'Register it instead.',
  TOO_YOUNG: 'Order again once that time has passed.',
  ALREADY_HERE: 'Nothing has to be transferred.',
  TRANSFER_LOCKED: 'Have the transfer lock removed at the present registrar, then order again.',
  TLD_UNSUPPORTED: 'Gandi does not take transfers of this extension.',
  OTHER: '',
};

/** @returns what stands against the transfer; empty when nothing does. @throws {InvalidAuthCodeError} when the code is what Gandi objects to. */
export function blockersOf({ name, available, message }: UpstreamTransferability): readonly TransferBlocker[] {
  if (available) return [];
  const words = message ?? `Gandi says that ${name} cannot be transferred now`;
  assertNotAuthCode(words);
  return [blockerFrom(words)];
}

/** What stands against a transfer that Gandi refused to talk about; null when the failure was not about the domain. */
export function blockersOfRefusal(error: unknown): readonly TransferBlocker[] | null {
  if (!(error instanceof UpstreamError) || !['invalid', 'conflict', 'not-found', 'refused'].includes(error.kind))
    return null;
  if (error.problems.length === 0) return [blockerFrom(error.message)];
  assertNoAuthCodeProblem(error.problems);
  return error.problems.map(({ message }) => blockerFrom(message));
}

/** @throws {InvalidAuthCodeError} when one of the problems is about the code. */
export function assertNoAuthCodeProblem(problems: readonly UpstreamFieldProblem[]): void {
  if (problems.some(({ field }) => /auth/i.test(field))) throw refusedAuthCode();
}

function assertNotAuthCode(words: string): void {
  if (/\bauth(?:orization|info|[ _-]?code)?\b/i.test(words)) throw refusedAuthCode();
}

function refusedAuthCode(): InvalidAuthCodeError {
  return new InvalidAuthCodeError(
    'Gandi refused the auth code. Codes are case-sensitive and can expire; ask the present registrar for the present one.',
    ['input', 'authCode'],
  );
}

function blockerFrom(words: string): TransferBlocker {
  const kind = PATTERNS.find(([pattern]) => pattern.test(words))?.[1] ?? 'OTHER';
  const sentence = /[.!?]$/.test(words) ? words : `${words}.`;
  return { kind, message: `${sentence} ${ADVICE[kind]}`.trim() };
}
