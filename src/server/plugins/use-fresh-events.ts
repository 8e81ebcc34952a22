// Opens subscriptions, and runs each of their events in a context of its own.
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  executeSubscriptionEvent,
  validateSubscriptionArgs,
} from 'graphql';
import type { Services } from '../../services/services.ts';
import type { ClientErrors } from '../client-errors.ts';
import { type OperationContext, openScope } from '../context.ts';
import type { Fanout } from '../fanout/fanout.ts';
import { groupKey } from '../fanout/group-key.ts';
import type { Slots } from '../fanout/slots.ts';
import type { Subscriber } from '../fanout/subscriber.ts';
import type { GatewayPlugin } from './plugin.ts';
import { maskResult } from './use-error-masking.ts';
import { type BudgetView, reportUpstream } from './use-upstream-report.ts';

export interface FreshEventsOptions {
  readonly services: Services;
  readonly errors: ClientErrors;
  readonly budget: () => BudgetView;
  readonly fanout: Fanout;
  readonly slots: Slots;
}

export function useFreshEvents(options: FreshEventsOptions): GatewayPlugin {
  const subscribe = createSubscribe(options);
  return { onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe) };
}

/**
 * Loaders remember what they loaded. Were they shared by the events of a subscription, the second event would show what the first one saw;
 * so every event gets a scope, and with it loaders, a meter and a request id, of its own. It is not the scope of one subscriber: it may be for many.
 */
function createSubscribe({ services, errors, budget, fanout, slots }: FreshEventsOptions) {
  return async (args: ExecutionArgs): Promise<Subscriber | ExecutionResult> => {
    const { session: opened, scope, connection, http } = args.contextValue as OperationContext;
    const finish = (result: ExecutionResult) =>
      reportUpstream(maskResult(result, errors, opened.requestId), scope.meter, budget);
    const validated = validateSubscriptionArgs(args);
    if (!('schema' in validated)) return finish({ errors: validated });

    const execute = async (item: unknown): Promise<ExecutionResult> => {
      const session = { ...opened, requestId: randomUUID() };
      const contextValue = openScope(
        services,
        { session, signal: undefined },
        { maxAgeSeconds: null, isMutation: false },
      );
      const result = await executeSubscriptionEvent({ ...validated, contextValue, rootValue: item });
      return reportUpstream(maskResult(result, errors, session.requestId), contextValue.scope.meter, budget);
    };

    let release: () => void;
    try {
      const giveBack = slots.take(opened, connection, http !== null);
      release = http === null ? giveBack : () => whenClosed(http, giveBack);
    } catch (error) {
      return finish({ errors: [errors.toClient(error, opened.requestId)] });
    }
    const events = await createSourceEventStream(validated);
    if (!(Symbol.asyncIterator in events)) {
      release();
      return finish(events);
    }
    const { requestId } = opened;
    return fanout.open({ events, key: groupKey(validated, opened), execute, connection, requestId, release });
  };
}

/** A stream that has ended takes its place until its client has taken the end. */
function whenClosed(http: ServerResponse, run: () => void): void {
  if (http.closed) run();
  else http.once('close', run);
}
