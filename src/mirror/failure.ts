// Says in a few plain words why Gandi could not be asked, for people who get an old answer instead.
import { UpstreamError } from '../upstream/errors.ts';

/** Gandi shows nothing where there was something before. Believing it would make everything look gone. */
export class SuddenlyEmptyError extends UpstreamError {
  constructor(what: string, endpoint: string) {
    super(`Gandi’s list of ${what} is suddenly empty`, { kind: 'contract', endpoint, status: 200 });
  }
}

/** None of the organizations Gandi shows was ever seen by this database. Believing it would make everything of the account it mirrors look gone. */
export class ForeignAccountError extends UpstreamError {
  constructor(endpoint: string) {
    super(
      'The credential is of another Gandi account than the one this database mirrors; use that account’s, or another database',
      { kind: 'contract', endpoint, status: 200 },
    );
  }
}

/** Without a full stop, to stand inside a sentence. Never carries what was sent or a secret. */
export function failureReason(error: UpstreamError): string {
  if (error instanceof SuddenlyEmptyError || error instanceof ForeignAccountError) return error.message;
  switch (error.kind) {
    case 'busy':
      return `The call budget is full${error.retryAfterMs === null ? '' : ` for another ${seconds(error.retryAfterMs)}`}`;
    case 'timeout':
      return 'Gandi did not answer in time';
    case 'unreachable':
      return 'Gandi could not be reached';
    case 'rate-limited':
      return `Gandi asks for fewer calls${error.retryAfterMs === null ? '' : ` and to wait ${seconds(error.retryAfterMs)}`}`;
    case 'unauthorized':
      return 'Gandi does not accept the credential';
    case 'forbidden':
      return 'Gandi answered 403: the credential has no access to this, or is no longer valid';
    case 'contract':
      return 'Gandi answered in a form the gateway does not know';
    case 'unavailable':
      return error.status === null
        ? 'Gandi fails too often at the moment to be asked'
        : `Gandi answered ${error.status}`;
    case 'not-found':
    case 'invalid':
    case 'conflict':
    case 'refused':
      return error.status === null ? 'Gandi refused' : `Gandi answered ${error.status}`;
  }
}

/** True for failures of a call to Gandi; everything else is a bug or an aborted caller and must not be hidden behind an old answer. */
export function isUpstreamFailure(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError;
}

function seconds(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 1_000))} s`;
}
