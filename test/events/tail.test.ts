// One reader of the log for all who follow: everything once, in order, without a hole, whoever joins or falls behind.
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { createLocalBus, type EventBus } from '../../src/events/bus.ts';
import { createEventTail, type EventTail, FollowerTooSlowError } from '../../src/events/tail.ts';
import type { EventRecord } from '../../src/store/records.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';
import { createMemoryLog } from './memory-log.ts';

let memory: ReturnType<typeof createMemoryLog>;
let bus: EventBus;
let clock: FakeClock;
let tail: EventTail;

beforeEach(() => {
  memory = createMemoryLog();
  bus = createLocalBus();
  clock = fakeClock();
  tail = createEventTail({ log: memory.log, bus, clock, logger: silentLogger, limits: { batch: 10, queue: 20 } });
});

const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await nextTurn();
};
const append = (count: number, subject = 't1') => Array.from({ length: count }, () => memory.append(subject).sequence);
const publish = async () => {
  bus.publish('events');
  await settle();
};

/** Follows and keeps what came. */
function collect(after = 0n, accepts: (event: EventRecord) => boolean = () => true) {
  const stop = new AbortController();
  const got: bigint[] = [];
  const ended = (async () => {
    for await (const event of tail.follow({ after, accepts, signal: stop.signal })) got.push(event.sequence);
  })();
  return { got, ended, stop: () => stop.abort() };
}

describe('a follower', () => {
  test('gets what is in the log after its position, then what is appended', async () => {
    const all = append(25);
    const { got, stop } = collect(3n);
    await settle();
    expect(got).toEqual(all.slice(3));
    const more = append(3);
    await publish();
    expect(got).toEqual([...all.slice(3), ...more]);
    stop();
  });

  test('gets only what it accepts', async () => {
    const { got, stop } = collect(0n, (event) => event.subjectId === 't2');
    await settle();
    append(2, 't1');
    const wanted = append(2, 't2');
    await publish();
    expect(got).toEqual(wanted);
    stop();
  });

  test('hears of events whose hint was lost, within a second', async () => {
    const { got, stop } = collect();
    await settle();
    const all = append(1);
    await settle();
    expect(got).toEqual([]);
    await clock.advance(1_000);
    expect(got).toEqual(all);
    stop();
  });

  test('goes on after the log could not be read', async () => {
    const { got, stop } = collect();
    await settle();
    const all = append(2);
    memory.failNext(2);
    await publish();
    expect(got).toEqual([]);
    await clock.advance(2_000);
    expect(got).toEqual(all);
    stop();
  });

  test('asks a database that is away ever more seldom, whatever hints come, and is there when it is back', async () => {
    const { got, stop } = collect();
    const late = collect();
    await settle();
    memory.failNext(1_000);
    const before = memory.reads();
    const all = append(2);
    for (let second = 0; second < 60; second++) {
      await publish();
      await clock.advance(1_000);
    }
    expect(memory.reads() - before).toBeLessThan(15);
    memory.failNext(0);
    await clock.advance(10_000);
    expect([got, late.got]).toEqual([all, all]);
    stop();
    late.stop();
  });

  test('that joins while the database is away is served when it is back', async () => {
    memory.failNext(3);
    const all = append(2);
    const { got, stop } = collect();
    await clock.advance(2_000);
    expect(got).toEqual(all);
    stop();
  });

  test('that stays when the last other one leaves, or comes right after, is still served', async () => {
    const leaving = collect();
    await settle();
    leaving.stop();
    const { got, stop } = collect();
    await settle();
    const all = append(2);
    await publish();
    expect(got).toEqual(all);
    stop();
  });

  test('is ended rather than led over events that were removed before it read them', async () => {
    append(60);
    memory.prune(30n);
    const late = tail.follow({ after: 10n, accepts: () => true, signal: new AbortController().signal });
    expect(await late.next().catch((thrown: unknown) => thrown)).toMatchObject({ position: 10n });

    const live = tail.follow({ after: 60n, accepts: () => true, signal: new AbortController().signal });
    const waiting = live.next().catch((thrown: unknown) => thrown);
    await settle();
    append(5);
    memory.prune(63n);
    await publish();
    expect(await waiting).toMatchObject({ position: 60n });
    expect(tail.followers).toBe(0);
  });

  test('ends without an error when its signal aborts, even while it waits, and leaves no timer', async () => {
    const { ended, stop } = collect();
    await settle();
    stop();
    await ended;
    await settle();
    expect(tail.followers).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('ends at once when its iterator is returned while it waits', async () => {
    const iterator = tail.follow({ after: 0n, accepts: () => true, signal: new AbortController().signal });
    const waiting = iterator.next();
    await settle();
    await iterator.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(tail.followers).toBe(0);
  });

  test('that reads too slowly is ended, and told after which cursor to go on', async () => {
    const iterator = tail.follow({ after: 0n, accepts: () => true, signal: new AbortController().signal });
    const first = iterator.next();
    await settle();
    append(1);
    await publish();
    expect((await first).value.sequence).toBe(1n);
    append(40);
    await publish();
    const error = await iterator.next().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FollowerTooSlowError);
    expect((error as FollowerTooSlowError).position).toBe(1n);
    expect(tail.followers).toBe(0);
  });

  test('that resumes after that cursor misses nothing, at whatever pace', async () => {
    const all = append(60);
    const iterator = tail.follow({ after: 1n, accepts: () => true, signal: new AbortController().signal });
    const got: bigint[] = [];
    for (let count = 0; count < 59; count++) {
      await nextTurn();
      got.push((await iterator.next()).value.sequence);
    }
    expect(got).toEqual(all.slice(1));
    await iterator.return?.();
  });
});

describe('many followers', () => {
  test('cost as many reads as one', async () => {
    const readsFor = async (count: number): Promise<number> => {
      const all = Array.from({ length: count }, () => collect(memory.append('warm').sequence));
      await settle();
      const before = memory.reads();
      append(5);
      await publish();
      const cost = memory.reads() - before;
      expect(all.at(-1)?.got).toHaveLength(5);
      for (const { stop } of all) stop();
      await settle();
      return cost;
    };
    const one = await readsFor(1);
    expect(await readsFor(200)).toBe(one);
  });

  test('one that falls out does not disturb the others', async () => {
    const slow = tail.follow({ after: 0n, accepts: () => true, signal: new AbortController().signal });
    const first = slow.next();
    const quick = collect();
    await settle();
    const all = append(30);
    await publish();
    await first;
    expect(quick.got).toEqual(all);
    quick.stop();
    await slow.return?.();
  });
});

test('whoever joins and leaves when, everybody gets everything once and in order', async () => {
  const action = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 12 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('join' as const), back: fc.integer({ min: 0, max: 30 }) }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'turn' as const }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'hold' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'leave' as const }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      memory = createMemoryLog();
      tail = createEventTail({
        log: memory.log,
        bus,
        clock,
        logger: silentLogger,
        limits: { batch: 5, queue: 10_000 },
      });
      const joined: { from: bigint; follower: ReturnType<typeof collect> }[] = [];
      let release = () => {};
      for (const step of actions) {
        if (step.kind === 'append') {
          append(step.count);
          bus.publish('events');
        } else if (step.kind === 'join') {
          const head = await memory.log.head();
          const from = head > BigInt(step.back) ? head - BigInt(step.back) : 0n;
          joined.push({ from, follower: collect(from) });
        } else if (step.kind === 'turn') await nextTurn();
        else if (step.kind === 'leave') joined.shift()?.follower.stop();
        else {
          release();
          release = memory.hold();
        }
      }
      release();
      append(1);
      bus.publish('events');
      for (let turn = 0; turn < 60; turn++) await nextTurn();
      const head = await memory.log.head();
      for (const { from, follower } of joined) {
        const expected = Array.from({ length: Number(head - from) }, (_, index) => from + BigInt(index) + 1n);
        expect(follower.got).toEqual(expected);
        follower.stop();
      }
      await settle();
    }),
    { numRuns: 100 },
  );
});
