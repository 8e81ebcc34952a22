// A job sleeps until its round wants to be called again, wakes by hints, never runs twice at once, and lives through a round that fails.
import { describe, expect, test } from 'vitest';
import { createLocalBus } from '../../src/events/bus.ts';
import { createPeriodic, type PeriodicRound } from '../../src/jobs/periodic.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { fakeClock } from '../helpers/fake-clock.ts';

const SHORTEST = 1_000;
const LONGEST = 900_000;

function setup(round: PeriodicRound) {
  const clock = fakeClock();
  const bus = createLocalBus();
  const startedAt = clock.now();
  const rounds: number[] = [];
  const job = createPeriodic({
    name: 'test',
    round: (signal) => {
      rounds.push(clock.now() - startedAt);
      return round(signal);
    },
    bus,
    wokenBy: ['payments'],
    clock,
    logger: silentLogger,
    shortestMs: SHORTEST,
    longestMs: LONGEST,
  });
  return { clock, bus, job, rounds };
}

describe('a periodic job', () => {
  test('runs at once, and again when its round wants to', async () => {
    const stage = setup(async () => stage.clock.now() + 60_000);
    stage.job.start();
    await stage.clock.advance(130_000);
    expect(stage.rounds).toEqual([0, 60_000, 120_000]);
    await stage.job.stop();
  });

  test('waits the longest pause when its round wants nothing, or something far away', async () => {
    const wishes = [null, Number.MAX_SAFE_INTEGER];
    const stage = setup(async () => wishes.shift() ?? null);
    stage.job.start();
    await stage.clock.advance(2 * LONGEST);
    expect(stage.rounds).toEqual([0, LONGEST, 2 * LONGEST]);
    await stage.job.stop();
  });

  test('waits the shortest pause when it is late, so that it never spins', async () => {
    const stage = setup(async () => 0);
    stage.job.start();
    await stage.clock.advance(3 * SHORTEST);
    expect(stage.rounds).toEqual([0, SHORTEST, 2 * SHORTEST, 3 * SHORTEST]);
    await stage.job.stop();
  });

  test('is woken by its hint and by no other', async () => {
    const stage = setup(async () => null);
    stage.job.start();
    await stage.clock.advance(5_000);
    stage.bus.publish('events');
    await stage.clock.advance(5_000);
    stage.bus.publish('payments');
    await stage.clock.advance(5_000);
    expect(stage.rounds).toEqual([0, 10_000]);
    await stage.job.stop();
  });

  test('does one round at a time; what wakes it meanwhile is one more round afterwards', async () => {
    const gate = Promise.withResolvers<null>();
    const answers = [gate.promise];
    const stage = setup(() => answers.shift() ?? Promise.resolve(null));
    stage.job.start();
    for (let time = 0; time < 3; time++) {
      stage.bus.publish('payments');
      await stage.clock.advance(1);
    }
    expect(stage.rounds).toHaveLength(1);
    gate.resolve(null);
    await stage.clock.advance(1);
    expect(stage.rounds).toHaveLength(2);
    await stage.job.stop();
  });

  test('goes on after a round that failed', async () => {
    const stage = setup(() => Promise.reject(new Error('broken')));
    stage.job.start();
    await stage.clock.advance(LONGEST);
    expect(stage.rounds).toEqual([0, LONGEST]);
    await stage.job.stop();
  });

  test('that is stopped gives up its round, waits for its end, and leaves no timer', async () => {
    const ended = Promise.withResolvers<null>();
    const stage = setup((signal) => {
      signal.addEventListener('abort', () => setImmediate(() => ended.reject(signal.reason)));
      return ended.promise;
    });
    stage.job.start();
    await stage.clock.advance(1);
    await stage.job.stop();
    stage.bus.publish('payments');
    await stage.clock.advance(2 * LONGEST);
    expect([stage.rounds, stage.clock.pending]).toEqual([[0], 0]);
  });
});
