// Clients that subscribe and go, each in another way: politely, by closing, by cutting the connection, or before they were answered.
import { request } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import WebSocket from 'ws';

export interface Place {
  /** Of the GraphQL endpoint, with `http:`. */
  readonly url: string;
  readonly authorization: string;
}

export interface Visitor {
  /** Subscriptions it has while it stays. */
  readonly subscriptions: number;
  leave(): void;
  /** Resolves when its connection is closed, with how that came about. */
  readonly gone: Promise<string>;
}

const QUERY = 'subscription { transferUpdates { cursor ... on TransferUpdate { transfer { version } } } }';
const WAYS = ['complete', 'close', 'cut'] as const;
type Way = (typeof WAYS)[number] | 'early';

/** Subscriptions of one WebSocket. */
const PER_SOCKET = 5;

/** Opens as many subscriptions, half of them over WebSocket; they stay until they are told to leave. @param count a multiple of 10. */
export function visit(place: Place, count: number): readonly Visitor[] {
  const sockets = Array.from({ length: count / 2 / PER_SOCKET }, (_, index) =>
    overWebSocket(place, WAYS[index % WAYS.length] ?? 'cut'),
  );
  return [...sockets, ...Array.from({ length: count / 2 }, () => overEventStream(place, null))];
}

/** The same, by clients that leave at some moment while they are answered. */
export function visitBriefly(place: Place, count: number): readonly Visitor[] {
  const sockets = Array.from({ length: count / 2 / PER_SOCKET }, () => overWebSocket(place, 'early'));
  return [...sockets, ...Array.from({ length: count / 2 }, (_, index) => overEventStream(place, index % 20))];
}

function overWebSocket({ url, authorization }: Place, way: Way): Visitor {
  const socket = new WebSocket(url.replace('http:', 'ws:'), 'graphql-transport-ws', { perMessageDeflate: false });
  const send = (message: object): void => socket.send(JSON.stringify(message));
  const ids = Array.from({ length: PER_SOCKET }, (_, index) => String(index));
  socket.on('error', () => {});
  socket.once('open', () => send({ type: 'connection_init', payload: { authorization } }));
  socket.on('message', (data) => {
    if (!String(data).startsWith('{"type":"connection_ack"')) return;
    for (const id of ids) send({ type: 'subscribe', id, payload: { query: QUERY } });
    if (way === 'early') socket.terminate();
  });
  return {
    subscriptions: PER_SOCKET,
    leave() {
      if (way === 'complete') for (const id of ids) send({ type: 'complete', id });
      if (way === 'cut') socket.terminate();
      else socket.close();
    },
    gone: new Promise((resolve) => socket.once('close', (code) => resolve(`WebSocket closed with ${code}`))),
  };
}

/** @param turns of the event loop after which it leaves by itself; null: when it is told to. */
function overEventStream({ url, authorization }: Place, turns: number | null): Visitor {
  const headers = { authorization, accept: 'text/event-stream', 'content-type': 'application/json' };
  const stream = request(url, { method: 'POST', headers, agent: false });
  let end = 'event stream closed';
  stream.on('error', ({ message }) => {
    end = `event stream: ${message}`;
  });
  stream.on('response', (response) => response.on('error', () => {}).resume());
  stream.end(JSON.stringify({ query: QUERY }));
  const leave = async (): Promise<void> => {
    for (let turn = 0; turn < (turns ?? 0); turn++) await nextTurn();
    stream.destroy();
  };
  if (turns !== null) stream.once('finish', leave);
  return {
    subscriptions: 1,
    leave: () => void stream.destroy(),
    gone: new Promise((resolve) => stream.once('close', () => resolve(end))),
  };
}
