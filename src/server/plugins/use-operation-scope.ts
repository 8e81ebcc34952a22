// Opens the scope of a query or mutation just before it runs: session, loaders, meter, and the age `@fresh` asks for.
import { getOperationAST } from 'graphql';
import { maxAgeSecondsOf } from '../../../schema/fresh-directive.ts';
import type { Services } from '../../services/services.ts';
import type { ClientErrors } from '../client-errors.ts';
import { openScope } from '../context.ts';
import type { GatewayPlugin } from './plugin.ts';

export function useOperationScope({ services, errors }: { services: Services; errors: ClientErrors }): GatewayPlugin {
  return {
    onExecute({ args, context, extendContext, setResultAndStopExecution }) {
      const { document, operationName, variableValues } = args;
      try {
        const isMutation = getOperationAST(document, operationName)?.operation === 'mutation';
        const maxAgeSeconds = maxAgeSecondsOf(document, operationName, variableValues);
        extendContext(openScope(services, context, { maxAgeSeconds, isMutation }));
      } catch (error) {
        setResultAndStopExecution({ errors: [errors.toClient(error, context.session.requestId)] });
      }
    },
    onSubscribe({ context, extendContext }) {
      extendContext(openScope(services, context, { maxAgeSeconds: null, isMutation: false }));
    },
  };
}
