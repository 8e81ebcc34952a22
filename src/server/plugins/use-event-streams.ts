// Writes subscriptions over HTTP by the gateway's own event streams, once a request has passed everything that other requests pass.
import type { EventStreams } from '../event-streams.ts';
import { EVENT_STREAM_HEADERS } from '../event-streams.ts';
import { Subscriber } from '../fanout/subscriber.ts';
import type { GatewayPlugin } from './plugin.ts';

/** Comes last: the head of the answer is written with what other plugins add to it. */
export function useEventStreams(streams: EventStreams): GatewayPlugin {
  /** By the request that opened it, then by the answer that stands for it. */
  const subscribers = new WeakMap<object, Subscriber>();
  return {
    onSubscribe: () => ({
      onSubscribeResult({ args, result }) {
        if (result instanceof Subscriber && 'request' in args.contextValue)
          subscribers.set(args.contextValue.request, result);
      },
    }),
    onResultProcess({ request, result, resultProcessor, setResultProcessor }) {
      const subscriber = subscribers.get(request);
      if (subscriber === undefined || resultProcessor === undefined || !(Symbol.asyncIterator in result)) return;
      setResultProcessor((_result, fetchAPI) => {
        const response = new fetchAPI.Response(null, { headers: EVENT_STREAM_HEADERS });
        subscribers.set(response, subscriber);
        return response;
      }, 'text/event-stream');
    },
    async onResponse({ response, serverContext }) {
      const subscriber = subscribers.get(response);
      const { http, session } = serverContext;
      if (subscriber === undefined || http === null) return;
      http.setHeaders(new Headers(response.headers)).writeHead(response.status);
      await streams.serve(http, subscriber, session.expiresAt);
    },
  };
}
