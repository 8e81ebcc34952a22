// Asks every GraphQL request for the gateway's key or a token, when there is a key.
import { clientError } from '../error-codes.ts';
import type { GatewayPlugin } from './plugin.ts';

const MESSAGE =
  'This gateway asks for a key: send it as "Authorization: Bearer <GATEWAY_API_KEY>", or a token made with it that has not expired.';

/** Refuses before anything of the request is read: 401, UNAUTHENTICATED. */
export function useApiKey(): GatewayPlugin {
  return {
    onRequestParse({ serverContext }) {
      if (!serverContext.isAuthenticated) throw clientError('UNAUTHENTICATED', MESSAGE);
    },
  };
}
