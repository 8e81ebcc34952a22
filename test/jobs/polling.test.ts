// The poller over many operations in memory: batches, several sources, replicas that share and die, and nobody starves.
import { expect, test } from 'vitest';
import type { OperationPollerDeps, OperationSource } from '../../src/jobs/operation-poller.ts';
import { createPollPace } from '../../src/jobs/poll-pace.ts';
import { sleep } from '../../src/lib/clock.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';
import { memoryOperations } from '../helpers/memory-operations.ts';
import { CALLS_PER_SECOND, createTestPoller } from '../helpers/test-poller.ts';

const LATENCY_MS = 100;
const LEASE_MS = 20_000;

/** So many operations that are due now, and when each was read. */
function world(count: number, more: Partial<Parameters<typeof memoryOperations>[0]> = {}) {
  const clock = fakeClock();
  const since = clock.now();
  const calls: (readonly string[])[] = [];
  const readAt = new Map<string, number[]>();
  const noun = more.noun ?? 'operation';
  const source = memoryOperations({
    operations: Array.from({ length: count }, (_, at) => ({ id: `${noun} ${at}`, since, dueAt: since - count + at })),
    read: async (batch) => {
      calls.push(batch.map(({ id }) => id));
      for (const { id } of batch) readAt.set(id, [...(readAt.get(id) ?? []), clock.now()]);
      await sleep(clock, LATENCY_MS);
    },
    ...more,
  });
  return { clock, source, calls, readAt };
}

/** Lets pollers work for a while and then stops them. */
async function poll(
  clock: FakeClock,
  sources: readonly OperationSource[],
  ms: number,
  ...pollers: readonly Partial<OperationPollerDeps>[]
): Promise<void> {
  const running = (pollers.length > 0 ? pollers : [{}]).map((more) => createTestPoller(sources, { clock, ...more }));
  for (const poller of running) poller.start();
  await clock.advance(ms);
  const stopped = Promise.all(running.map((poller) => poller.stop()));
  await clock.advance(LATENCY_MS);
  await stopped;
}

const crowded = (clock: FakeClock) =>
  createPollPace({ clock, callsPerSecond: CALLS_PER_SECOND, isCrowded: () => true });
const longestGap = (times: readonly number[], end: number) =>
  Math.max(...times.map((at, index) => (times[index + 1] ?? end) - at));

test('what is due is read the longest overdue first, whichever source it is from', async () => {
  const { clock, source, calls } = world(20, { noun: 'transfer' });
  const other = world(20, { noun: 'order' });
  const orders = memoryOperations({
    operations: other.source.all,
    noun: 'order',
    read: async ([one]) => void calls.push([one?.id ?? '']),
  });
  await poll(clock, [source, orders], 8_000, { concurrency: 20, pace: crowded(clock) });
  const ages = [...new Set(calls.flat())].map((id) => Number(id.split(' ')[1]));
  expect(ages).toHaveLength(40);
  expect(ages).toEqual(ages.toSorted((a, b) => a - b));
});

test('with hundreds pending none is forgotten, and none waits much longer than an even round', async () => {
  const { clock, source, readAt } = world(600);
  const roundMs = (600 / (CALLS_PER_SECOND / 2)) * 1_000;
  await poll(clock, [source], 4 * roundMs, { pace: crowded(clock) });
  expect(readAt.size).toBe(600);
  const gaps = [...readAt.values()].map((times) => longestGap(times, clock.now()));
  expect(Math.max(...gaps)).toBeLessThan(1.25 * roundMs);
});

test('what is watched is read much more often than the rest', async () => {
  const { clock, source, readAt } = world(600, { isWatched: ({ id }) => id.endsWith(' 599') });
  await poll(clock, [source], 160_000, { pace: crowded(clock) });
  expect(readAt.get('operation 599')?.length).toBeGreaterThan(20);
  expect(readAt.get('operation 0')?.length).toBeLessThanOrEqual(3);
});

test('where one call reads many, a batch is one call, and a round is as much shorter', async () => {
  const { clock, source, calls, readAt } = world(600, { perCall: 50 });
  await poll(clock, [source], 10_000, { pace: crowded(clock) });
  expect(Math.max(...calls.map((batch) => batch.length))).toBe(50);
  expect(Math.min(...[...readAt.values()].map((times) => times.length))).toBeGreaterThanOrEqual(4);
  expect(calls.length).toBeLessThanOrEqual(10 * CALLS_PER_SECOND);
});

test('a batch that fails is read again later, and other sources go on', async () => {
  const { clock, source, readAt } = world(3, { noun: 'transfer' });
  let failed = 0;
  const broken = memoryOperations({
    operations: [{ id: 'order', since: clock.now(), dueAt: clock.now() }],
    read: async () => {
      failed += 1;
      throw new Error('away');
    },
  });
  const unreadable: OperationSource = { ...broken, lease: async () => Promise.reject(new Error('no database')) };
  await poll(clock, [broken, source, unreadable], 20_000);
  expect(failed).toBeGreaterThan(2);
  expect(failed).toBeLessThan(10);
  expect(readAt.get('transfer 2')?.length).toBeGreaterThan(10);
});

test('replicas share what is pending, and one that dies gives its share back when its leases end', async () => {
  const { clock, source, readAt } = world(40);
  const taken = await source.lease('dead', clock.now(), clock.now() + LEASE_MS, 15);
  expect(taken).toHaveLength(15);
  await poll(clock, [source], LEASE_MS - 1, { owner: 'one' }, { owner: 'two' });
  expect(taken.filter(({ id }) => readAt.has(id))).toEqual([]);
  expect(readAt.size).toBe(25);
  await poll(clock, [source], 5_000, { owner: 'one' }, { owner: 'two' });
  expect(readAt.size).toBe(40);
  for (const times of readAt.values()) expect(new Set(times).size).toBe(times.length);
});

test('a stop gives back at once what was leased and not read', async () => {
  const { clock, source } = world(40);
  await poll(clock, [source], 0, { concurrency: 3 });
  expect(source.all.filter(({ owner }) => owner !== null)).toEqual([]);
});
