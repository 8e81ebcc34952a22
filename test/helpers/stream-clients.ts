// The two ways to subscribe, behind one interface, so that the same scenarios run over both.
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import type { TestApp } from './test-app.ts';

export interface StreamResult {
  readonly data?: Record<string, unknown> | null | undefined;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[] | undefined;
  readonly extensions?: Record<string, unknown> | undefined;
}

export interface StreamClient {
  /** Starts the operation when the first result is asked for. Rejects when it is refused. */
  iterate(query: string, variables?: Record<string, unknown>): AsyncIterator<StreamResult>;
  dispose(): void;
}

export interface StreamTransport {
  readonly name: string;
  connect(app: TestApp, headers?: Readonly<Record<string, string>>): StreamClient;
}

const webSocket: StreamTransport = {
  name: 'WebSocket',
  connect(app, headers = {}) {
    const client = createWebSocketClient({
      url: app.webSocketUrl,
      connectionParams: { ...headers },
      retryAttempts: 0,
      lazy: true,
    });
    return {
      iterate: (query, variables) =>
        client.iterate<Record<string, unknown>, Record<string, unknown>>({ query, variables: variables ?? {} }),
      dispose: () => void client.dispose(),
    };
  },
};

const serverSentEvents: StreamTransport = {
  name: 'Server-Sent Events',
  connect(app, headers = {}) {
    const client = createSseClient({ url: app.url, headers: { ...headers }, retryAttempts: 0 });
    return {
      iterate: (query, variables) =>
        client.iterate<Record<string, unknown>, Record<string, unknown>>({ query, variables: variables ?? {} }),
      dispose: () => client.dispose(),
    };
  },
};

export const STREAM_TRANSPORTS = [webSocket, serverSentEvents] as const;
