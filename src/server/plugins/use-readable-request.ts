// Answers a request that cannot be read as what it is, a fault of the caller's or a caller who left, and no bug.
import { GraphQLError } from 'graphql';
import { clientError } from '../error-codes.ts';
import type { GatewayPlugin } from './plugin.ts';

/** Comes after the plugins that choose how a request is read. */
export function useReadableRequest(): GatewayPlugin {
  return {
    onRequestParse({ requestParser, setRequestParser }) {
      if (requestParser === undefined) return;
      setRequestParser(async (request) => {
        try {
          return await requestParser(request);
        } catch (error) {
          if (error instanceof GraphQLError || !(error instanceof Error)) throw error;
          if (error instanceof SyntaxError) throw clientError('BAD_REQUEST', 'A parameter of the request is no JSON.');
          if (isCutOff(error)) throw clientError('REQUEST_CANCELLED', 'The request ended before it was complete.');
          throw error;
        }
      });
    },
  };
}

/** What node:http says of a body whose sender hung up. */
function isCutOff(error: Error): boolean {
  return error.name === 'AbortError' || ('code' in error && error.code === 'ECONNRESET');
}
