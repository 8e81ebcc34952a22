// A subscriber of `transferUpdates` as an app would write it: it keeps its cursor, and when the connection ends, for whatever reason, it comes back with it.
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';
import { BENCH_API_KEY } from '../../bench/lib/gateway-process.ts';

export interface Follower {
  /** Last step of each domain it heard of. */
  readonly steps: ReadonlyMap<string, string>;
  /** Updates that came twice, out of order or after one that was missed; a sentence for each. */
  readonly faults: readonly string[];
  /** How its connections ended: close codes of WebSockets, `end` for streams. */
  readonly ends: readonly (number | 'end')[];
  readonly isConnected: boolean;
  stop(): void;
}

const SUBSCRIPTION = `subscription ($after: String) {
  transferUpdates(after: $after) { __typename cursor ... on TransferUpdate { step transfer { id version domainName } } }
}`;

interface Message {
  readonly __typename: string;
  readonly cursor: string;
  readonly step?: string;
  readonly transfer?: { readonly id: string; readonly version: number; readonly domainName: string };
}

type Receive = (message: { data?: { transferUpdates: Message } | null; errors?: readonly unknown[] }) => void;

/** @param urlOf where to connect, asked for each connection. */
export function follow(transport: 'WebSocket' | 'SSE', urlOf: () => string): Follower {
  const stopping = new AbortController();
  const steps = new Map<string, string>();
  const versions = new Map<string, number>();
  const faults: string[] = [];
  const ends: (number | 'end')[] = [];
  let cursor: string | null = null;
  let isConnected = false;

  const receive: Receive = ({ data, errors }) => {
    const message = data?.transferUpdates;
    if (message === undefined) return void faults.push(`an error: ${JSON.stringify(errors)}`);
    if (message.__typename === 'GapNotice') faults.push('a gap');
    const isResumed = cursor !== null;
    cursor = message.cursor;
    if (message.transfer === undefined || message.step === undefined) return;
    const { id, version, domainName } = message.transfer;
    const before = versions.get(id);
    if (before !== undefined && version !== before + 1)
      faults.push(`${domainName}: version ${version} after ${before}${isResumed ? '' : ' (from the beginning)'}`);
    versions.set(id, version);
    steps.set(domainName, message.step);
  };
  const connected = (is: boolean): void => {
    isConnected = is;
  };
  const once = transport === 'WebSocket' ? followOnce : streamOnce;
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const end = await once(urlOf(), cursor, receive, connected, stopping.signal).catch(() => null);
      connected(false);
      if (end !== null) ends.push(end);
      await pause(200);
    }
  };
  void run();
  return {
    steps,
    faults,
    ends,
    get isConnected() {
      return isConnected;
    },
    stop: () => stopping.abort(),
  };
}

function followOnce(
  url: string,
  after: string | null,
  receive: Receive,
  connected: (is: boolean) => void,
  signal: AbortSignal,
): Promise<number | 'end'> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const send = (message: object) => socket.send(JSON.stringify(message));
    signal.addEventListener('abort', () => socket.terminate(), { once: true });
    socket.on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${BENCH_API_KEY}` } }));
    socket.on('error', () => {});
    socket.on('close', (code) => resolve(code));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as { type: string; payload?: Parameters<Receive>[0] };
      if (message.type === 'connection_ack') {
        connected(true);
        send({ id: '1', type: 'subscribe', payload: { query: SUBSCRIPTION, variables: { after } } });
      } else if (message.type === 'ping') send({ type: 'pong' });
      else if (message.type === 'next' && message.payload !== undefined) receive(message.payload);
      else if (message.type === 'error') receive({ errors: [message.payload] });
    });
  });
}

async function streamOnce(
  url: string,
  after: string | null,
  receive: Receive,
  connected: (is: boolean) => void,
  signal: AbortSignal,
): Promise<number | 'end'> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${BENCH_API_KEY}`,
    },
    body: JSON.stringify({ query: SUBSCRIPTION, variables: { after } }),
    signal,
  });
  if (response.status !== 200 || response.body === null) return response.status;
  connected(true);
  let text = '';
  try {
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const [event, data] = ['event: ', 'data: '].map((field) =>
          text
            .slice(0, end)
            .split('\n')
            .find((line) => line.startsWith(field))
            ?.slice(field.length),
        );
        text = text.slice(end + 2);
        if (event === 'next' && data !== undefined) receive(JSON.parse(data) as Parameters<Receive>[0]);
      }
    }
  } catch {
    // The connection was cut.
  }
  return 'end';
}
