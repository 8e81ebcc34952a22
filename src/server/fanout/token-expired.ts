// What a subscription ends with whose credential has ended.
import { clientError } from '../error-codes.ts';

export function tokenExpired(lastCursor: string | null) {
  return clientError('TOKEN_EXPIRED', 'The token of this connection has expired; go on with a new one.', {
    facts: lastCursor === null ? {} : { lastCursor },
  });
}
