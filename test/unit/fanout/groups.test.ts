// Many subscribers of one question: each event is executed once, and everybody gets every event after the place where they began, once and in order.
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/server/fanout/connection.ts';
import { createFanout, type Fanout } from '../../../src/server/fanout/fanout.ts';
import type { Message } from '../../../src/server/fanout/message.ts';
import type { Outlet } from '../../../src/server/fanout/outlet.ts';
import { QUEUE_LIMITS, type Subscriber } from '../../../src/server/fanout/subscriber.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { createLogFeed } from '../../helpers/log-feed.ts';

const settle = async (turns = 12) => {
  for (let turn = 0; turn < turns; turn++) await nextTurn();
};

interface Client extends Outlet {
  readonly got: Message[];
  /** Bytes of the largest write. */
  largest: number;
  isFull: boolean;
  completed: boolean;
  readonly connection: Connection;
  readonly subscriber: Subscriber;
}

let feed: ReturnType<typeof createLogFeed<{ cursor: string; sequence: string }>>;
let fanout: Fanout;
let executed: string[];
let gate: Promise<void> | null;
/** Makes answers large. */
let padding: string;

beforeEach(() => {
  const clock = fakeClock();
  feed = createLogFeed(clock, (event, cursor) => ({ cursor, sequence: event.sequence.toString() }));
  const { log, tail } = feed;
  executed = [];
  gate = null;
  padding = '';
  fanout = createFanout({
    log,
    tail,
    clock,
    toLast: (error) => ({ errors: [error as never] }),
  });
});

function subscribe(after: string | null = null, key = 'k'): Client {
  const connection: Connection = { subscribers: new Set() };
  const subscriber = fanout.open({
    events: feed.updates(after, new AbortController().signal),
    key,
    execute: async (item) => {
      executed.push((item as { sequence: string }).sequence);
      await gate;
      return { data: { item, padding } };
    },
    connection,
    requestId: 'r',
    release: () => {},
  });
  const client: Client = {
    got: [],
    largest: 0,
    isFull: false,
    completed: false,
    connection,
    subscriber,
    write(messages) {
      client.got.push(...messages);
      client.largest = Math.max(
        client.largest,
        messages.reduce((sum, { size }) => sum + size, 0),
      );
    },
    complete() {
      client.completed = true;
    },
  };
  subscriber.start(client);
  return client;
}

const sequencesOf = ({ got }: Client) => got.map(({ sequence }) => sequence);
const cursorAt = (sequence: bigint) => feed.cursorAt(sequence);

test('an event is executed once and is one and the same message for everybody', async () => {
  const clients = [subscribe(), subscribe(), subscribe()];
  await settle();
  const all = feed.append(3);
  await settle();
  for (const client of clients) expect(sequencesOf(client)).toEqual(all);
  expect(executed).toEqual(all.map(String));
  expect(clients[1]?.got).toEqual(clients[0]?.got);
  expect(clients[1]?.got[0]).toBe(clients[0]?.got[0]);
  expect(fanout.counts).toEqual({ subscribers: 3, groups: 1, members: 3 });
  expect(feed.watchers).toBe(1);
});

test('what is written at once is bounded in bytes, however fast large answers are made', async () => {
  padding = 'x'.repeat(300_000);
  const client = subscribe();
  await settle();
  const all = feed.append(10);
  await settle(40);
  expect(sequencesOf(client)).toEqual(all);
  expect(client.largest).toBeLessThan(1_400_000);
});

test('another question, or the same with other rights, is executed for itself', async () => {
  const clients = [subscribe(null, 'a'), subscribe(null, 'b')];
  await settle();
  const [first] = feed.append();
  await settle();
  for (const client of clients) expect(sequencesOf(client)).toEqual([first]);
  expect(executed).toEqual([String(first), String(first)]);
});

const isToldSlow = ({ got, completed }: Client) =>
  completed && (got.at(-1)?.event.includes('SUBSCRIBER_TOO_SLOW') ?? false);

test('members from whom events are removed before they got them are ended, each with the place where the gap begins', async () => {
  const clients = [subscribe(), subscribe()];
  await settle();
  const [first = 0n] = feed.append();
  await settle();
  feed.append(30);
  feed.prune(20n);
  await settle(40);
  for (const client of clients) {
    expect(sequencesOf(client).slice(0, -1)).toEqual([first]);
    expect(isToldSlow(client)).toBe(true);
    expect(client.subscriber.lastCursor).toBe(cursorAt(first));
  }
  expect(fanout.counts).toEqual({ subscribers: 0, groups: 0, members: 0 });
  expect(feed.watchers).toBe(0);
});

test('one who catches up with events that are removed meanwhile is ended in the same way', async () => {
  feed.append(450);
  const release = feed.hold();
  const client = subscribe(cursorAt(5n));
  await settle();
  feed.prune(300n);
  release();
  await settle(40);
  expect(isToldSlow(client)).toBe(true);
  expect(client.subscriber.lastCursor).toBe(cursorAt(5n));
  expect(fanout.counts).toEqual({ subscribers: 0, groups: 0, members: 0 });
});

test('those who come back at the same time share what they catch up with', async () => {
  const all = feed.append(5);
  const held = Promise.withResolvers<void>();
  gate = held.promise;
  const clients = [subscribe(cursorAt(2n)), subscribe(cursorAt(2n)), subscribe(cursorAt(2n))];
  await settle();
  gate = null;
  held.resolve();
  await settle();
  for (const client of clients) expect(sequencesOf(client)).toEqual(all.slice(2));
  expect(executed.filter((sequence) => sequence === '3')).toHaveLength(1);
});

test('when the last one leaves, nothing is followed any more', async () => {
  const clients = [subscribe(), subscribe()];
  await settle();
  clients[0]?.subscriber.leave();
  await settle();
  expect(fanout.counts).toEqual({ subscribers: 1, groups: 1, members: 1 });
  clients[1]?.subscriber.leave();
  await settle();
  expect(fanout.counts).toEqual({ subscribers: 0, groups: 0, members: 0 });
  expect([feed.watchers, feed.tail.followers]).toEqual([0, 0]);
  feed.append();
  await settle();
  expect(executed).toEqual([]);
});

test('a group that executes more slowly than events come goes on where it was, without a hole', async () => {
  const client = subscribe();
  await settle();
  const held = Promise.withResolvers<void>();
  gate = held.promise;
  const all = feed.append(1);
  await settle();
  for (let round = 0; round < 10; round++) {
    all.push(...feed.append(10));
    await settle();
  }
  gate = null;
  held.resolve();
  await settle(400);
  expect(sequencesOf(client)).toEqual(all);
});

describe('a client that does not read', () => {
  test('gets what waits when it reads again', async () => {
    const client = subscribe();
    await settle();
    client.isFull = true;
    const all = feed.append(30);
    await settle(60);
    expect(client.got).toEqual([]);
    client.isFull = false;
    client.subscriber.resume();
    expect(sequencesOf(client)).toEqual(all);
    const more = feed.append();
    await settle();
    expect(sequencesOf(client)).toEqual([...all, ...more]);
  });

  test('is ended once too much waits, with the cursor of what it was given last; nobody else notices', async () => {
    const [slow, other] = [subscribe(), subscribe()];
    await settle();
    const [first] = feed.append();
    await settle();
    slow.isFull = true;
    const rest: bigint[] = [];
    while (rest.length <= QUEUE_LIMITS.messages) {
      rest.push(...feed.append(20));
      await settle(30);
    }
    expect(sequencesOf(other)).toEqual([first, ...rest]);
    expect(slow.got).toHaveLength(2);
    expect(slow.got[1]?.event).toContain(JSON.stringify(cursorAt(first ?? 0n)).slice(1, -1));
    expect(slow.completed).toBe(true);
    expect(fanout.counts).toEqual({ subscribers: 1, groups: 1, members: 1 });
  });

  test('is not read ahead for while it catches up', async () => {
    feed.append(50);
    const client = subscribe(cursorAt(0n));
    client.isFull = true;
    await settle(60);
    expect(client.got).toHaveLength(1);
    expect(executed).toHaveLength(1);
    client.subscriber.leave();
    await settle();
    expect(fanout.counts.subscribers).toBe(0);
  });
});

test('whoever comes, goes, comes back or reads slowly: everything after their place, once and in order', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 25 }) }),
    fc.record({ kind: fc.constant('join' as const), back: fc.integer({ min: -1, max: 40 }) }),
    fc.record({ kind: fc.constant('leave' as const), who: fc.nat(20) }),
    fc.record({ kind: fc.constant('stop' as const), who: fc.nat(20) }),
    fc.record({ kind: fc.constant('read' as const), who: fc.nat(20) }),
    fc.record({ kind: fc.constant('settle' as const), turns: fc.integer({ min: 1, max: 15 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clients: { readonly client: Client; readonly from: bigint | null; left: boolean }[] = [];
      for (const one of steps) {
        const at = 'who' in one ? clients[one.who % Math.max(1, clients.length)] : undefined;
        if (one.kind === 'append') feed.append(one.count);
        if (one.kind === 'settle') await settle(one.turns);
        if (one.kind === 'join') {
          const head = await feed.log.head();
          const from = one.back < 0 ? null : head > BigInt(one.back) ? head - BigInt(one.back) : 0n;
          clients.push({ client: subscribe(from === null ? null : cursorAt(from)), from, left: false });
        }
        if (at === undefined || at.left) continue;
        if (one.kind === 'leave') at.client.subscriber.leave();
        if (one.kind === 'leave') at.left = true;
        if (one.kind === 'stop') at.client.isFull = true;
        if (one.kind === 'read') at.client.isFull = false;
        if (one.kind === 'read') at.client.subscriber.resume();
      }
      for (const { client } of clients) client.isFull = false;
      for (const { client } of clients) client.subscriber.resume();
      await settle(300);
      const head = await feed.log.head();
      for (const { client, from, left } of clients) {
        const got = sequencesOf(client) as bigint[];
        const start = from ?? (got[0] === undefined ? head : got[0] - 1n);
        expect(got).toEqual(got.map((_, index) => start + 1n + BigInt(index)));
        if (!left) expect(start + BigInt(got.length)).toBe(head);
      }
      for (const { client } of clients) client.subscriber.leave();
      await settle();
      expect(fanout.counts).toEqual({ subscribers: 0, groups: 0, members: 0 });
      expect([feed.watchers, feed.tail.followers]).toEqual([0, 0]);
    }),
    { numRuns: 60 },
  );
});
