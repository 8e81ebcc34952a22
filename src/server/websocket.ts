// GraphQL over WebSocket by the graphql-transport-ws protocol, on the path of the HTTP endpoint.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, type GraphQLError, getOperationAST } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Logger } from '../telemetry/logger.ts';
import type { Authenticate } from './authenticate.ts';
import { createSession, languageOf, type OperationContext, type RequestContext, requestIdOf } from './context.ts';
import { clientError } from './error-codes.ts';
import { leaveAll, resumeAll } from './fanout/connection.ts';
import type { ExpiryAlarm } from './fanout/expiry.ts';
import type { Slots } from './fanout/slots.ts';
import { Subscriber } from './fanout/subscriber.ts';
import type { Heartbeat } from './heartbeat.ts';
import { MAX_BODY_BYTES, type Pipeline } from './pipeline.ts';
import { type Operation, SubscriptionFrames, TOO_MANY_CODE, WebSocketConnection } from './websocket-connection.ts';

export interface WebSocketOptions {
  readonly pipeline: Pipeline;
  readonly authenticate: Authenticate;
  readonly slots: Slots;
  readonly heartbeat: Heartbeat;
  readonly alarm: ExpiryAlarm;
  readonly logger: Logger;
}

/** The id of an operation is repeated in each of its messages. In characters. */
const LONGEST_ID = 256;
/** Queries and mutations of one connection that are under way at once; subscriptions have a limit of their own. */
const MOST_AT_ONCE = 1_000;

/** An operation that was parsed, validated and given a context; taken once. */
interface Prepared {
  taken: { readonly engine: ReturnType<Pipeline['yoga']['getEnveloped']>; readonly context: OperationContext } | null;
}

/**
 * The key or a token comes as `authorization` in the payload of connection_init, or as a header of the upgrade request; a connection without it is closed
 * with 4403.
 */
export function createWebSockets({ pipeline, authenticate, slots, heartbeat, alarm, logger }: WebSocketOptions) {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_BODY_BYTES,
    perMessageDeflate: false,
    // A message is handled when everything the one before it led to at once is done: an id is free again right after its `complete`.
    allowSynchronousEvents: false,
    handleProtocols,
  });
  const connections = new Map<WebSocket, WebSocketConnection>();
  let draining = false;
  const finish = (connection: WebSocketConnection, id: string) => {
    connection.running.get(id)?.controller?.abort();
    connection.running.delete(id);
    // What is still to be said of it goes out first.
    if (draining) setImmediate(() => connection.closeWhenAnswered());
  };

  const protocol = makeServer<Record<string, unknown>, WebSocketConnection>({
    async onConnect(context) {
      const { connectionParams = {}, extra: connection } = context;
      const { headers } = connection;
      const language = parameter(connectionParams, 'accept-language') ?? headers?.language;
      const caller = await authenticate(parameter(connectionParams, 'authorization') ?? headers?.authorization);
      // Credentials are not kept for the life of the connection.
      Object.assign(context, { connectionParams: undefined });
      connection.headers = null;
      connection.language = languageOf(language);
      connection.caller = caller;
      if (caller === null || !connection.isOpen) return false;
      const stop = alarm.add(caller.expiresAt, connection);
      if (caller.expiresAt !== null) connection.webSocket.once('close', stop);
      return { requestId: connection.requestId };
    },
    async onSubscribe({ extra: connection }, id, payload) {
      const refusal = refusalOf(connection, id);
      if (refusal !== null) {
        connection.webSocket.close(refusal.code, refusal.reason);
        return [clientError('BAD_REQUEST', refusal.reason)];
      }
      const { caller, language, requestId } = connection;
      const session = createSession(caller, { language, requestId: requestIdOf(`${requestId}:${id}`) });
      const controller = new AbortController();
      const operation: Operation = { controller, isStream: false };
      connection.running.set(id, operation);
      const { signal } = controller;
      const prepared = await prepare(
        payload,
        { session, isAuthenticated: caller !== null, signal, http: null, connection, resumeAfter: null },
        operation,
      );
      // The library tells of the end of those alone that began.
      if (!('schema' in prepared)) finish(connection, id);
      return prepared;
    },
    onComplete: ({ extra }, id) => finish(extra, id),
    execute(args) {
      const { engine, context } = take(args);
      return engine.execute({ ...args, contextValue: context });
    },
    subscribe(args) {
      const { engine, context } = take(args);
      return engine.subscribe({ ...args, contextValue: context });
    },
    onOperation({ extra: connection }, id, _payload, _args, result) {
      if (!(result instanceof Subscriber)) return;
      const operation = connection.running.get(id);
      if (operation !== undefined) operation.controller = null;
      result.start(new SubscriptionFrames(connection, id));
    },
  });

  const take = ({ contextValue }: ExecutionArgs) => {
    const prepared = contextValue as Prepared;
    const { taken } = prepared;
    if (taken === null) throw new Error('An operation was not prepared.');
    prepared.taken = null;
    return taken;
  };

  /** Parses and validates by the plugins of the pipeline. */
  const prepare = async (
    { query, variables, operationName }: SubscribePayload,
    request: RequestContext,
    operation: Operation,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const engine = pipeline.yoga.getEnveloped({ ...request, params: { query, variables, operationName } });
    const toClient = (error: unknown) => pipeline.errors.toClient(error, request.session.requestId);
    try {
      const document = engine.parse(query);
      const problems: readonly GraphQLError[] = engine.validate(engine.schema, document);
      if (problems.length > 0) return problems.map(toClient);
      const chosen = getOperationAST(document, operationName);
      if (chosen == null)
        throw clientError('BAD_USER_INPUT', 'The document has no operation of this name, or several.');
      operation.isStream = chosen.operation === 'subscription';
      const contextValue: Prepared = { taken: { engine, context: await engine.contextFactory() } };
      return { schema: engine.schema, document, contextValue, variableValues: variables, operationName };
    } catch (error) {
      return [toClient(error)];
    }
  };

  const open = (webSocket: WebSocket, connection: WebSocketConnection): void => {
    let receive: (message: string) => Promise<void> = async () => {};
    const closed = protocol.opened(
      {
        protocol: webSocket.protocol,
        send: (message) => connection.send(message),
        close: (code, reason) => webSocket.close(code, reason),
        onMessage(listener) {
          receive = listener;
        },
      },
      connection,
    );
    const failed = (error: unknown) => {
      logger.error({ requestId: connection.requestId, error }, 'a WebSocket message could not be handled');
      connection.failInside();
    };
    connections.set(webSocket, connection);
    const stop = heartbeat.add(connection);
    webSocket.on('message', (data) => {
      if (connection.isListening) receive(String(data)).catch(failed);
    });
    webSocket.on('ping', () => connection.isListening);
    webSocket.on('pong', () => connection.pong());
    // What does not follow RFC 6455 is closed by the library, with the code for it.
    webSocket.on('error', (error) => logger.debug({ requestId: connection.requestId, error }, 'a WebSocket failed'));
    connection.socket.on('drain', () => resumeAll(connection));
    webSocket.once('close', (code, reason) => {
      stop();
      connections.delete(webSocket);
      leaveAll(connection);
      for (const id of connection.running.keys()) finish(connection, id);
      Promise.resolve(closed(code, String(reason))).catch(failed);
    });
  };

  return {
    /** Takes over the connection. A page of another origin is refused: browsers let any page open a WebSocket. */
    upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
      if (!isSameOrigin(request)) return void refuseUpgrade(socket, '403 Forbidden');
      const release = slots.connect();
      if (release === null) return void refuseUpgrade(socket, '503 Service Unavailable', 'Retry-After: 5');
      socket.once('close', release);
      const requestId = requestIdOf(request.headers['x-request-id']);
      const { authorization, 'accept-language': language } = request.headers;
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const headers = { authorization, language };
        open(webSocket, new WebSocketConnection({ webSocket, socket, requestId, headers }));
      });
    },
    /** Closes every connection for a restart: at once when only subscriptions run on it, otherwise after the last answer. Resolves when all are gone. */
    async drain(): Promise<void> {
      draining = true;
      const gone = [...sockets.clients].map(
        (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
      );
      for (const connection of connections.values()) connection.closeWhenAnswered();
      await Promise.all(gone);
    },
    /** Cuts what is still there. */
    terminate(): void {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

/** Why the connection cannot go on with an operation of this id; null = it can. */
function refusalOf({ running }: WebSocketConnection, id: string): { code: number; reason: string } | null {
  if (id.length > LONGEST_ID)
    return { code: CloseCode.BadRequest, reason: `An id has at most ${LONGEST_ID} characters` };
  // One the client gave up runs to its end; under the same id nobody could tell its answers from those of another.
  if (running.has(id)) return { code: CloseCode.SubscriberAlreadyExists, reason: 'This id is in use' };
  const atOnce = [...running.values()].filter(({ isStream }) => !isStream).length;
  return atOnce < MOST_AT_ONCE ? null : { code: TOO_MANY_CODE, reason: `At most ${MOST_AT_ONCE} operations at once` };
}

/** Answers an upgrade that does not take place, and lets go of the connection whether the peer does so or not. */
export function refuseUpgrade(
  socket: Duplex,
  status: '403 Forbidden' | '404 Not Found' | '503 Service Unavailable',
  ...headers: readonly string[]
): void {
  const head = [`HTTP/1.1 ${status}`, ...headers, 'Connection: close'].join('\r\n');
  socket.end(`${head}\r\n\r\n`, () => socket.destroy());
}

/** Members of connection_init are written in any letter case, as headers are. */
function parameter(parameters: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.entries(parameters).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === 'string' ? value : undefined;
}

/** Requests of programs have no Origin. */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined || URL.parse(headers.origin)?.host === headers.host;
}
