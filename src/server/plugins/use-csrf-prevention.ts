// Refuses requests that a foreign web page could make a browser send without asking first.
import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import { clientError } from '../error-codes.ts';
import type { GatewayPlugin } from './plugin.ts';

/** Headers a page of another origin cannot add to a request without a preflight, which this server never grants. */
const HEADERS = ['graphql-require-preflight', 'x-requested-with', 'x-graphql-yoga-csrf', 'authorization'];

const MESSAGE = `Send the request with "Content-Type: application/json", or with one of the headers ${HEADERS.join(', ')}.`;

export function useCsrfPrevention(): GatewayPlugin {
  const { onRequestParse } = useCSRFPrevention({ requestHeaders: HEADERS });
  return {
    onRequestParse(payload) {
      try {
        return onRequestParse?.(payload);
      } catch {
        throw clientError('CSRF_HEADER_MISSING', MESSAGE);
      }
    },
  };
}
