// The GraphQL part of the server, the same for every transport: an ordered list of what happens to a request.
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { createUpstreamMeter } from '../lib/upstream-meter.ts';
import type { Services } from '../services/services.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createClientErrors } from './client-errors.ts';
import type { OperationContext, RequestContext } from './context.ts';
import type { EventStreams } from './event-streams.ts';
import { createFanout, type FanoutDeps } from './fanout/fanout.ts';
import type { Slots } from './fanout/slots.ts';
import { useApiKey } from './plugins/use-api-key.ts';
import { useBodyLimit } from './plugins/use-body-limit.ts';
import { useCostLimit } from './plugins/use-cost-limit.ts';
import { useCsrfPrevention } from './plugins/use-csrf-prevention.ts';
import { useDocumentLimits } from './plugins/use-document-limits.ts';
import { useErrorMasking } from './plugins/use-error-masking.ts';
import { useEventStreams } from './plugins/use-event-streams.ts';
import { useFreshEvents } from './plugins/use-fresh-events.ts';
import { useOperationScope } from './plugins/use-operation-scope.ts';
import { useRateLimitHeaders } from './plugins/use-rate-limit-headers.ts';
import { useReadableRequest } from './plugins/use-readable-request.ts';
import { type BudgetView, reportUpstream, useUpstreamReport } from './plugins/use-upstream-report.ts';

export const ENDPOINT = '/graphql';

/** Longest request body, and longest WebSocket message, in bytes. */
export const MAX_BODY_BYTES = 1_000_000;

export interface PipelineOptions {
  readonly services: Services;
  readonly schema: GraphQLSchema;
  readonly events: Omit<FanoutDeps, 'toLast'>;
  readonly slots: Slots;
  readonly streams: EventStreams;
  readonly logger: Logger;
  readonly budget: () => BudgetView;
}

export type Pipeline = ReturnType<typeof createPipeline>;

/** Batching, CORS and uploads are off; mutations over GET are refused. GraphiQL and health checks are served before this is reached. */
export function createPipeline({ services, schema, events, slots, streams, logger, budget }: PipelineOptions) {
  const errors = createClientErrors(logger);
  const fanout = createFanout({
    ...events,
    toLast(error, requestId) {
      const result: ExecutionResult = { errors: [errors.toClient(error, requestId)] };
      return reportUpstream(result, createUpstreamMeter(), budget);
    },
  });
  const yoga = createYoga<RequestContext, OperationContext>({
    schema,
    graphqlEndpoint: ENDPOINT,
    logging: {
      debug: () => {},
      info: () => {},
      warn: (...words: unknown[]) => logger.warn(words.join(' ')),
      error: (...words: unknown[]) => logger.warn(words.join(' ')),
    },
    batching: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    maskedErrors: false,
    maxRequestBodySize: false,
    plugins: [
      useApiKey(),
      useCsrfPrevention(),
      useBodyLimit(MAX_BODY_BYTES),
      useReadableRequest(),
      useErrorMasking(errors),
      useUpstreamReport(budget),
      useRateLimitHeaders(budget),
      useDocumentLimits(),
      useCostLimit(),
      useOperationScope({ services, errors }),
      useFreshEvents({ services, errors, budget, fanout, slots }),
      useEventStreams(streams),
    ],
  });
  return { yoga, errors, fanout };
}
