// One subscriber of `events` that comes back with its cursor whenever its connection breaks, over either transport. Notes what each connection brought.
import { type ClientRequest, request } from 'node:http';
import WebSocket from 'ws';

export interface EventSubscriber {
  /** Of each connection: the event whose cursor it went on after, and the events it brought, by their numbers. */
  readonly sessions: readonly { readonly after: number; readonly got: readonly number[] }[];
  /** Breaks its connection. @returns false when it has none right now. */
  cut(): boolean;
  /** How many different events have come. */
  received(): number;
  stop(): void;
}

export interface SubscriberOptions {
  readonly port: number;
  /** Cursor of event number 0. */
  readonly after: string;
}

const DOCUMENT =
  'subscription ($after: String) { events(after: $after, filter: { types: [BULK_JOB_CHANGED] }) { cursor ... on Event { domainName } } }';
/** Received events are acknowledged so many at a time. */
const PER_ACKNOWLEDGEMENT = 25;
const AGAIN_AFTER_MS = 20;

/** Opens one connection. @returns how to break it. */
type Connect = (after: string, receive: (text: string) => void, closed: () => void) => () => void;

function subscriber({ after }: SubscriberOptions, connect: Connect): EventSubscriber {
  const sessions: { after: number; got: number[] }[] = [];
  const seen = new Set<number>();
  let acknowledged = { number: 0, cursor: after };
  let isOver = false;
  let destroy: (() => void) | null = null;
  const open = (): void => {
    if (isOver) return;
    const session = { after: acknowledged.number, got: [] as number[] };
    sessions.push(session);
    let isOpen = true;
    const closed = (): void => {
      if (!isOpen) return;
      isOpen = false;
      destroy = null;
      setTimeout(open, AGAIN_AFTER_MS);
    };
    destroy = connect(
      acknowledged.cursor,
      (text) => {
        const [, cursor, number] = /"cursor":"([\w-]+)","domainName":"n(\d+)\.example"/.exec(text) ?? [];
        if (cursor === undefined || !isOpen) return;
        session.got.push(Number(number));
        seen.add(Number(number));
        if (session.got.length % PER_ACKNOWLEDGEMENT === 0) acknowledged = { number: Number(number), cursor };
      },
      closed,
    );
  };
  open();
  return {
    sessions,
    cut() {
      destroy?.();
      return destroy !== null;
    },
    received: () => seen.size,
    stop() {
      isOver = true;
      destroy?.();
    },
  };
}

export function subscribeOverWebSocket(options: SubscriberOptions): EventSubscriber {
  return subscriber(options, (after, receive, closed) => {
    const socket = new WebSocket(`ws://127.0.0.1:${options.port}/graphql`, 'graphql-transport-ws');
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data) => {
      const text = String(data);
      if (text.includes('"connection_ack"')) {
        const payload = { query: DOCUMENT, variables: { after } };
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
      } else if (text.includes('"ping"')) socket.send('{"type":"pong"}');
      else if (text.includes('"complete"')) socket.terminate();
      else receive(text);
    });
    socket.on('error', closed);
    socket.on('close', closed);
    return () => socket.terminate();
  });
}

export function subscribeOverEventStream(options: SubscriberOptions): EventSubscriber {
  return subscriber(options, (after, receive, closed) => {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream', 'last-event-id': after };
    const outgoing: ClientRequest = request(
      { host: '127.0.0.1', port: options.port, path: '/graphql', method: 'POST', headers },
      (response) => {
        response.setEncoding('utf8');
        let rest = '';
        response.on('data', (chunk: string) => {
          const messages = (rest + chunk).split('\n\n');
          rest = messages.pop() ?? '';
          for (const message of messages) receive(message);
        });
        response.on('error', closed);
        response.on('close', closed);
      },
    );
    outgoing.on('error', closed);
    outgoing.on('close', closed);
    outgoing.end(JSON.stringify({ query: DOCUMENT }));
    return () => outgoing.destroy();
  });
}
