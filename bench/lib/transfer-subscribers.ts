// Many subscribers of `transferUpdates`, each on a WebSocket of its own, in a process of their own. Tells its parent what each of them saw.
import WebSocket from 'ws';

export interface SubscribersOrder {
  readonly url: string;
  readonly count: number;
  /** Names of the transfers. The first subscriber follows all of them, each other one its own: they take the names in turns. */
  readonly names: readonly string[];
  readonly key: string;
}

/** `wrong`: a version that came twice or out of order, or a transfer whose next version was skipped. */
export interface SubscribersReport {
  readonly connected: number;
  readonly updates: number;
  readonly wrong: number;
  readonly closed: number;
  /** Subscribers that have seen the end of every transfer they follow. */
  readonly complete: number;
  /** Updates of the first subscriber, by step. */
  readonly steps: Readonly<Record<string, number>>;
}

const SUBSCRIPTION =
  'subscription ($filter: TransferUpdatesFilter) { transferUpdates(filter: $filter) { cursor ... on TransferUpdate { step transfer { id version domainName } } } }';

interface Seen {
  /** The one transfer it follows; null = all. */
  readonly own: string | null;
  readonly versions: Map<string, number>;
  ended: number;
}

interface Message {
  readonly type: string;
  readonly payload?: {
    readonly data?: {
      readonly transferUpdates: {
        readonly step: string;
        readonly transfer: { readonly id: string; readonly version: number; readonly domainName: string };
      };
    };
    readonly errors?: readonly unknown[];
  };
}

let updates = 0;
let wrong = 0;
let closed = 0;
let connected = 0;
const subscribers: Seen[] = [];
const steps: Record<string, number> = {};
let transfers = 0;

function subscribe({ url, key, names }: SubscribersOrder, index: number): void {
  const own = index === 0 ? null : (names[index % names.length] ?? null);
  const seen: Seen = { own, versions: new Map(), ended: 0 };
  subscribers.push(seen);
  const socket = new WebSocket(url, 'graphql-transport-ws');
  socket.on('open', () =>
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } })),
  );
  socket.on('close', () => {
    closed += 1;
  });
  socket.on('error', () => {});
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.type === 'connection_ack') {
      connected += 1;
      const variables = own === null ? {} : { filter: { domain: own } };
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: SUBSCRIPTION, variables } }));
    } else if (message.type === 'ping') socket.send('{"type":"pong"}');
    else if (message.type === 'next') note(seen, message);
    else wrong += 1;
  });
}

function note(seen: Seen, { payload }: Message): void {
  const update = payload?.data?.transferUpdates;
  if (update === undefined || payload?.errors !== undefined) {
    wrong += 1;
    return;
  }
  updates += 1;
  const { id, version, domainName } = update.transfer;
  if (!domainName.startsWith('bench-')) return;
  const before = seen.versions.get(id);
  if (before !== undefined && version !== before + 1) wrong += 1;
  if (seen.own !== null && domainName !== seen.own) wrong += 1;
  seen.versions.set(id, version);
  if (seen === subscribers[0]) steps[update.step] = (steps[update.step] ?? 0) + 1;
  if (update.step === 'COMPLETED') seen.ended += 1;
}

process.on('message', (order: SubscribersOrder | 'report') => {
  if (order !== 'report') {
    transfers = order.names.length;
    for (let index = 0; index < order.count; index++) subscribe(order, index);
    return;
  }
  const complete = subscribers.filter(({ own, ended }) => ended === (own === null ? transfers : 1)).length;
  const report: SubscribersReport = { connected, updates, wrong, closed, complete, steps };
  process.send?.(report);
});
