// GraphQL over WebSocket by the graphql-transport-ws protocol, on the path of the HTTP endpoint.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, type GraphQLError, getOperationAST } from 'graphql';
import { handleProtocols, type SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { createSession, languageOf, type RequestContext, requestIdOf } from './context.ts';
import { MAX_BODY_BYTES, type Pipeline } from './pipeline.ts';
import type { KeyCheck } from './plugins/use-api-key.ts';

/** Close code of a draining server (IANA WebSocket close codes: service restart). Clients reconnect, with their last cursor. */
export const DRAIN_CODE = 1012;

export interface WebSocketOptions {
  readonly pipeline: Pipeline;
  readonly isKey: KeyCheck;
  readonly hasKey: boolean;
}

interface Connection {
  readonly socket: WebSocket;
  readonly requestId: string;
  /** Every operation under way by its id; `isStream` tells subscriptions from the others. */
  readonly running: Map<string, { readonly controller: AbortController; isStream: boolean }>;
}

/**
 * The key comes as `authorization` in the payload of connection_init, or as a header of the upgrade request; a connection without it is closed with 4403.
 */
export function createWebSockets({ pipeline, isKey, hasKey }: WebSocketOptions) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES, handleProtocols });
  const connections = new Map<WebSocket, Connection>();
  let draining = false;
  const connectionOf = ({ socket, request }: Extra): Connection => {
    const known = connections.get(socket);
    if (known) return known;
    const opened = { socket, requestId: requestIdOf(request.headers['x-request-id']), running: new Map() };
    connections.set(socket, opened);
    return opened;
  };
  const closeWhenAnswered = ({ socket, running }: Connection) => {
    if ([...running.values()].every(({ isStream }) => isStream)) socket.close(DRAIN_CODE, 'Service restart');
  };
  const finish = (connection: Connection, id: string) => {
    connection.running.get(id)?.controller.abort();
    connection.running.delete(id);
    if (draining) closeWhenAnswered(connection);
  };

  useServer<Record<string, unknown>>(
    {
      isProd: true,
      onConnect({ connectionParams = {}, extra }) {
        const { requestId } = connectionOf(extra);
        return (
          isKey(parameter(connectionParams, 'authorization') ?? extra.request.headers.authorization) && { requestId }
        );
      },
      onSubscribe({ connectionParams = {}, extra }, id, payload) {
        const { requestId, running } = connectionOf(extra);
        const language = languageOf(
          parameter(connectionParams, 'accept-language') ?? extra.request.headers['accept-language'],
        );
        const session = createSession({ hasKey, language, requestId: requestIdOf(`${requestId}:${id}`) });
        const controller = new AbortController();
        const operation = { controller, isStream: false };
        running.set(id, operation);
        return prepare(payload, { session, signal: controller.signal }, operation);
      },
      onComplete: ({ extra }, id) => finish(connectionOf(extra), id),
      onClose({ extra }) {
        const connection = connectionOf(extra);
        for (const id of connection.running.keys()) finish(connection, id);
        connections.delete(extra.socket);
      },
      execute: (args) => envelopedOf(args).execute(args),
      subscribe: (args) => envelopedOf(args).subscribe(args),
    },
    sockets,
  );

  const enveloped = new WeakMap<object, ReturnType<typeof pipeline.yoga.getEnveloped>>();
  const envelopedOf = ({ document, contextValue }: ExecutionArgs) => {
    const found = enveloped.get(contextValue as object);
    if (!found) throw new Error(`An operation of ${document.definitions.length} definitions was not prepared.`);
    return found;
  };

  /** Parses and validates by the plugins of the pipeline. */
  const prepare = async (
    { query, variables, operationName }: SubscribePayload,
    context: RequestContext,
    operation: { isStream: boolean },
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const engine = pipeline.yoga.getEnveloped({ ...context, params: { query, variables, operationName } });
    const toClient = (error: unknown) => pipeline.errors.toClient(error, context.session.requestId);
    try {
      const document = engine.parse(query);
      const problems: readonly GraphQLError[] = engine.validate(engine.schema, document);
      if (problems.length > 0) return problems.map(toClient);
      operation.isStream = getOperationAST(document, operationName)?.operation === 'subscription';
      const contextValue = await engine.contextFactory();
      enveloped.set(contextValue, engine);
      return { schema: engine.schema, document, contextValue, variableValues: variables, operationName };
    } catch (error) {
      return [toClient(error)];
    }
  };

  return {
    /** Takes over the connection. A page of another origin is refused: browsers let any page open a WebSocket. */
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      if (!isSameOrigin(request)) return void socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request));
    },
    /** Closes every connection with {@link DRAIN_CODE}: at once when only subscriptions run on it, otherwise after the last answer. Resolves when all are gone. */
    async drain(): Promise<void> {
      draining = true;
      const gone = [...sockets.clients].map(
        (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
      );
      for (const socket of sockets.clients) {
        const connection = connections.get(socket);
        if (connection) closeWhenAnswered(connection);
        else socket.close(DRAIN_CODE, 'Service restart');
      }
      await Promise.all(gone);
    },
    /** Cuts what is still there. */
    terminate(): void {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
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
