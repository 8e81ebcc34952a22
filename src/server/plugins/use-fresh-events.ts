// Runs each event of a subscription in a context of its own.
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  executeSubscriptionEvent,
  mapSourceToResponseEvent,
  type ValidatedSubscriptionArgs,
  validateSubscriptionArgs,
} from 'graphql';
import type { Services } from '../../services/services.ts';
import type { ClientErrors } from '../client-errors.ts';
import { type OperationContext, openScope } from '../context.ts';
import type { GatewayPlugin } from './plugin.ts';
import { maskResult } from './use-error-masking.ts';
import { type BudgetView, reportUpstream } from './use-upstream-report.ts';

export interface FreshEventsOptions {
  readonly services: Services;
  readonly errors: ClientErrors;
  readonly budget: () => BudgetView;
}

export function useFreshEvents(options: FreshEventsOptions): GatewayPlugin {
  const subscribe = createSubscribe(options);
  return { onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe) };
}

type Events = AsyncIterableIterator<ExecutionResult>;

/**
 * Loaders remember what they loaded. Were they shared by the events of a subscription, the second event would show what the first one saw;
 * so every event gets a scope, and with it loaders and a meter, of its own.
 */
function createSubscribe({ services, errors, budget }: FreshEventsOptions) {
  const runEvent = async (event: ValidatedSubscriptionArgs): Promise<ExecutionResult> => {
    const opened = event.contextValue as OperationContext;
    const context = openScope(services, opened, { maxAgeSeconds: null, isMutation: false });
    const result = await executeSubscriptionEvent({ ...event, contextValue: { ...opened, ...context } });
    return reportUpstream(maskResult(result, errors, opened.session.requestId), context.scope.meter, budget);
  };
  return async (args: ExecutionArgs): Promise<Events | ExecutionResult> => {
    const { session, scope } = args.contextValue as OperationContext;
    const finish = (result: ExecutionResult) =>
      reportUpstream(maskResult(result, errors, session.requestId), scope.meter, budget);
    const validated = validateSubscriptionArgs(args);
    if (!('schema' in validated)) return finish({ errors: validated });
    const source = await createSourceEventStream(validated);
    if (!(Symbol.asyncIterator in source)) return finish(source);
    const events = mapSourceToResponseEvent(validated, source, runEvent);
    return endingWithError(events, (error) => finish({ errors: [errors.toClient(error, session.requestId)] }));
  };
}

/** A stream that fails says so in a last event, masked like every other. */
function endingWithError(events: Events, toLast: (error: unknown) => ExecutionResult): Events {
  let ended = false;
  const end = { done: true, value: undefined } as const;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (ended) return end;
      try {
        return await events.next();
      } catch (error) {
        ended = true;
        return { done: false, value: toLast(error) };
      }
    },
    async return() {
      ended = true;
      await events.return?.();
      return end;
    },
  };
}
