// One WebSocket and what is kept for it. There may be ten thousand: whatever is not needed any more is let go of.
import type { Socket } from 'node:net';
import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Caller, Language } from '../auth/session.ts';
import { type Connection, failAll, type Subscription } from './fanout/connection.ts';
import type { Expiring } from './fanout/expiry.ts';
import { type Message, wireText } from './fanout/message.ts';
import type { Outlet } from './fanout/outlet.ts';
import { tokenExpired } from './fanout/token-expired.ts';
import type { Heart } from './heartbeat.ts';

/** Close code of a draining server (IANA WebSocket close codes: service restart). Clients reconnect, with their last cursor. */
export const DRAIN_CODE = 1012;
/** Close code when the token of the connection has expired. Clients reconnect with a new one, and their last cursors. */
export const TOKEN_EXPIRED_CODE = 4801;
/** Close code when the client reads so slowly that not even the end of a subscription can be told, or asks on without reading. Clients reconnect with their last cursors. */
export const TOO_SLOW_CODE = 4802;
/** Close code when too many queries and mutations are under way on one connection. */
export const TOO_MANY_CODE = 4803;

/** Bytes that may wait for a client that goes on asking. */
const MOST_UNREAD_BYTES = 4_000_000;

/** An operation under way. */
export interface Operation {
  /** Gives it up; null once it is a subscription that goes on by itself. */
  controller: AbortController | null;
  isStream: boolean;
}

export interface ConnectionOptions {
  readonly webSocket: WebSocket;
  readonly socket: Socket;
  readonly requestId: string;
  readonly headers: { readonly authorization: string | undefined; readonly language: string | undefined };
}

export class WebSocketConnection implements Connection, Heart, Expiring {
  readonly webSocket: WebSocket;
  readonly socket: Socket;
  readonly requestId: string;
  readonly subscribers = new Set<Subscription>();
  readonly running = new Map<string, Operation>();
  /** What came with the upgrade and may be said again in connection_init; null after that. */
  headers: ConnectionOptions['headers'] | null;
  caller: Caller | null = null;
  language: Language = 'en';
  #isAlive = true;
  #isStuck = false;

  constructor({ webSocket, socket, requestId, headers }: ConnectionOptions) {
    this.webSocket = webSocket;
    this.socket = socket;
    this.requestId = requestId;
    this.headers = headers;
  }

  get isFull(): boolean {
    return this.socket.writableNeedDrain;
  }

  get isOpen(): boolean {
    return this.webSocket.readyState === this.webSocket.OPEN;
  }

  /** Asked for each message that comes: false once it is closing. One that asks on without taking the answers is closed. */
  get isListening(): boolean {
    if (this.isOpen && this.socket.writableLength > MOST_UNREAD_BYTES)
      this.webSocket.close(TOO_SLOW_CODE, 'Answers are not taken');
    return this.isOpen;
  }

  /** Sends a message of the protocol's own. */
  send(message: string): Promise<void> {
    if (!this.isOpen) return Promise.resolve();
    return new Promise((resolve, reject) =>
      this.webSocket.send(message, (error) => (error ? reject(error) : resolve())),
    );
  }

  /** It answered a ping. */
  pong(): void {
    this.#isAlive = true;
  }

  beat(): void {
    if (!this.#isAlive) this.webSocket.terminate();
    else if (this.isOpen && this.#isStuck && this.isFull) this.webSocket.close(TOO_SLOW_CODE, 'Subscriber too slow');
    else if (this.isOpen) {
      this.#isStuck = false;
      this.#isAlive = false;
      this.webSocket.ping();
    }
  }

  /** The end of a subscription was written; it may be that the client never sees it. */
  ended(): void {
    this.#isStuck = this.isFull;
  }

  warn(expiresAt: number): void {
    const payload = { warning: 'TOKEN_EXPIRES', expiresAt: new Date(expiresAt).toISOString() };
    this.send(JSON.stringify({ type: 'ping', payload })).catch(() => {});
  }

  /** Closes when `complete` of each subscription is out. */
  expire(): void {
    failAll(this, tokenExpired);
    setImmediate(() => this.webSocket.close(TOKEN_EXPIRED_CODE, 'Token expired'));
  }

  /** Closes for a restart: at once when only subscriptions run on it. */
  closeWhenAnswered(): void {
    if ([...this.running.values()].every(({ isStream }) => isStream))
      this.webSocket.close(DRAIN_CODE, 'Service restart');
  }

  failInside(): void {
    this.webSocket.close(CloseCode.InternalServerError, 'Internal server error');
  }
}

/**
 * Writes the answers of one subscription past the protocol's library, as frames whose payload is shared with all others. The WebSocket sends each of its own
 * frames whole, so these fit between them.
 */
export class SubscriptionFrames implements Outlet {
  readonly #connection: WebSocketConnection;
  readonly #before: string;

  constructor(connection: WebSocketConnection, id: string) {
    this.#connection = connection;
    this.#before = wireText(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  }

  get isFull(): boolean {
    return this.#connection.isFull;
  }

  write(messages: readonly Message[]): void {
    if (!this.#connection.isOpen) return;
    let frames = '';
    for (const message of messages) frames += message.frame(this.#before, '}');
    this.#connection.socket.write(frames, 'latin1');
  }

  /** The library says `complete` by itself. */
  complete(): void {
    this.#connection.ended();
  }
}
