// Many WebSocket clients in a process of their own, as cheap as can be: they count messages, note when each came, and answer pings.
import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export interface ClientsOrder {
  readonly port: number;
  readonly count: number;
  readonly query: string;
}

export type ClientsReply =
  | { readonly kind: 'subscribed'; readonly count: number }
  /** What everybody has received since the last order. */
  | { readonly kind: 'received'; readonly messages: number }
  /** Arrivals of the n-th message, in milliseconds of the machine's monotonic clock. */
  | { readonly kind: 'arrivals'; readonly byMessage: readonly (readonly number[])[]; readonly wrong: number };

const UPGRADE = [
  'GET /graphql HTTP/1.1',
  'Host: localhost',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Protocol: graphql-transport-ws',
  '',
  '',
].join('\r\n');
/** At once, so that no backlog of the listening socket overflows. */
const AT_ONCE = 50;

const arrivals: number[][] = [];
let messages = 0;
let wrong = 0;
let isCounting = false;

function note(message: number): void {
  const times = arrivals[message] ?? [];
  times.push(Number(process.hrtime.bigint()) / 1e6);
  arrivals[message] = times;
}

/** A frame of a client; its mask is zero, so that the payload stays as it is. */
function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? [0x80 | opcode, 0x80 | length] : [0x80 | opcode, 0xfe, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}
const text = (message: unknown): Buffer => frame(1, Buffer.from(JSON.stringify(message)));

/** Resolves when it is subscribed: a ping of the protocol sent after `subscribe` was answered. */
function subscribe({ port, query }: ClientsOrder): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(UPGRADE));
    let rest: Buffer = Buffer.alloc(0);
    let isOpen = false;
    let received = 0;
    const take = (opcode: number, payload: Buffer): void => {
      if (opcode === 9) return void socket.write(frame(10, payload));
      const type = /"type":"(\w+)"/.exec(payload.subarray(0, 90).toString('latin1'))?.[1];
      if (type === 'connection_ack') {
        socket.write(text({ id: randomUUID(), type: 'subscribe', payload: { query } }));
        setTimeout(() => socket.write(text({ type: 'ping' })), 20);
      } else if (type === 'pong') resolve();
      else if (type === 'next') {
        if (isCounting) note(received++);
        messages += 1;
      } else wrong += 1;
    };
    socket.on('close', () => {
      wrong += 1;
    });
    socket.on('error', () => {});
    socket.on('data', (data: Buffer) => {
      rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
      if (!isOpen) {
        const end = rest.indexOf('\r\n\r\n');
        if (end === -1) return;
        isOpen = true;
        rest = rest.subarray(end + 4);
        socket.write(text({ type: 'connection_init' }));
      }
      while (rest.length >= 2) {
        const opcode = (rest[0] ?? 0) & 0x0f;
        const short = rest[1] ?? 0;
        const head = short === 126 ? 4 : short === 127 ? 10 : 2;
        if (rest.length < head) return;
        const length = short === 126 ? rest.readUInt16BE(2) : short === 127 ? Number(rest.readBigUInt64BE(2)) : short;
        if (rest.length < head + length) return;
        take(opcode, rest.subarray(head, head + length));
        rest = rest.subarray(head + length);
      }
    });
  });
}

const reply = (message: ClientsReply): void => void process.send?.(message);

process.on('message', async (order: ClientsOrder | 'count' | 'received' | 'arrivals') => {
  if (order === 'count') isCounting = true;
  else if (order === 'received') reply({ kind: 'received', messages });
  else if (order === 'arrivals') reply({ kind: 'arrivals', byMessage: arrivals, wrong });
  else {
    for (let done = 0; done < order.count; done += AT_ONCE)
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, order.count - done) }, () => subscribe(order)));
    reply({ kind: 'subscribed', count: order.count });
  }
});
