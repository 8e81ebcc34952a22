// Thousands of pending transfers polled within a part of the rate limit, beside a poller with a fixed interval: how long one waits between two polls.
// Promises: nobody waits longer than 1.25 times what dividing the poller's part evenly gives; none is forgotten; beside a full backfill polls keep to their
// part; what is watched is seen sooner; never a call over the limit. All in virtual time.
import { createLocalBus } from '../src/events/bus.ts';
import { createOperationPoller, type Operation } from '../src/jobs/operation-poller.ts';
import { REAL_CADENCE } from '../src/jobs/poll-cadence.ts';
import { createPollPace, POLL_SHARE } from '../src/jobs/poll-pace.ts';
import { sleep } from '../src/lib/clock.ts';
import { silentLogger } from '../src/telemetry/logger.ts';
import { createBudget } from '../src/upstream/budget/budget.ts';
import type { Lane } from '../src/upstream/budget/lanes.ts';
import { type FakeClock, fakeClock } from '../test/helpers/fake-clock.ts';
import { memoryOperations } from '../test/helpers/memory-operations.ts';
import { countOverLimit, percentile } from './lib/arrivals.ts';
import { seededRandom } from './lib/load.ts';
import { printTable } from './lib/table.ts';

const LIMIT = { limit: 30, windowMs: 2_000 };
const CALLS_PER_SECOND = (LIMIT.limit / LIMIT.windowMs) * 1_000;
const PENDING = process.argv.includes('--full') ? 5_000 : 2_000;
const WATCHED = 10;
/** Rounds in which each pending transfer comes once when the whole limit, or the poller's part of it, is divided evenly. */
const LEAST_ROUND_S = PENDING / CALLS_PER_SECOND;
const SHARED_ROUND_S = LEAST_ROUND_S / POLL_SHARE;
const ROUNDS = 3;
const MOST_TIMES_BEST = 1.25;
/** In all rounds but the first. */
const ALLOWED_POLLS = Math.round((ROUNDS - 1) * PENDING);
/** Each process lets its own few come sooner than their turn. */
const SLACK = 0.1;
const BACKFILLS_AT_ONCE = 20;
/** What the fixed-interval peer is set to: the quickest wait of ours, as somebody who never saw thousands would. */
const FIXED_MS = 30_000;

interface Run {
  readonly name: string;
  readonly replicas: number;
  readonly isCrowded: boolean;
  readonly begin: (world: World) => () => Promise<void>;
}

/** What all runs share: transfers, the limited way to Gandi, and what was seen. */
interface World {
  readonly clock: FakeClock;
  readonly random: () => number;
  readonly ids: readonly string[];
  readonly call: (lane: Lane) => Promise<void>;
  /** A call that polls the transfer. */
  readonly poll: (id: string) => Promise<void>;
  readonly isBackfillWaiting: () => boolean;
}

interface Outcome {
  readonly run: Run;
  /** Seconds between two polls of one, those never polled again counted to the end. */
  readonly gaps: readonly number[];
  readonly watchedGaps: readonly number[];
  readonly forgotten: number;
  readonly polls: number;
  readonly backfills: number;
  readonly overLimit: number;
}

const idOf = (at: number): string => `t${String(at).padStart(5, '0')}`;
const isWatched = ({ id }: Operation): boolean => id < idOf(WATCHED);

/** The gateway's own poller, in as many processes as wanted. */
function ourPoller({ replicas }: { readonly replicas: number }): Run['begin'] {
  return ({ clock, random, ids, poll, isBackfillWaiting }) => {
    const now = clock.now();
    const source = memoryOperations({
      operations: ids.map((id) => ({ id, since: now, dueAt: now })),
      read: async ([operation]) => {
        if (operation !== undefined) await poll(operation.id);
      },
      isWatched,
    });
    const pollers = Array.from({ length: replicas }, (_, replica) =>
      createOperationPoller({
        sources: [source],
        pace: createPollPace({ clock, callsPerSecond: CALLS_PER_SECOND, isCrowded: isBackfillWaiting }),
        bus: createLocalBus(),
        clock,
        logger: silentLogger,
        cadence: REAL_CADENCE,
        owner: `replica ${replica}`,
        random,
      }),
    );
    for (const poller of pollers) poller.start();
    return async () => {
      await Promise.all(pollers.map((poller) => poller.stop()));
    };
  };
}

/** A worker pool that takes whatever is due at a fixed interval, in the order `next` says. */
function fixedInterval(next: (due: string[], random: () => number) => string | undefined): Run['begin'] {
  return ({ clock, random, ids, poll }) => {
    const dueAt = new Map(ids.map((id) => [id, clock.now()]));
    const busy = new Set<string>();
    let stopped = false;
    const worker = async (): Promise<void> => {
      while (!stopped) {
        const now = clock.now();
        const due = ids.filter((id) => (dueAt.get(id) ?? 0) <= now && !busy.has(id));
        const id = next(due, random);
        if (id === undefined) await sleep(clock, 1_000);
        else {
          busy.add(id);
          await poll(id);
          busy.delete(id);
          dueAt.set(id, clock.now() + FIXED_MS);
        }
      }
    };
    for (let at = 0; at < Math.ceil(CALLS_PER_SECOND); at++) void worker();
    return async () => {
      stopped = true;
    };
  };
}

const RUNS: readonly Run[] = [
  { name: 'this poller', replicas: 1, isCrowded: true, begin: ourPoller({ replicas: 1 }) },
  { name: 'this poller, two replicas', replicas: 2, isCrowded: true, begin: ourPoller({ replicas: 2 }) },
  { name: 'this poller', replicas: 1, isCrowded: false, begin: ourPoller({ replicas: 1 }) },
  {
    name: `every ${FIXED_MS / 1_000} s, newest first`,
    replicas: 1,
    isCrowded: true,
    begin: fixedInterval((due) => due.at(-1)),
  },
  {
    name: `every ${FIXED_MS / 1_000} s, at random`,
    replicas: 1,
    isCrowded: true,
    begin: fixedInterval((due, random) => due[Math.floor(random() * due.length)]),
  },
];

async function measure(run: Run): Promise<Outcome> {
  const clock = fakeClock();
  const random = seededRandom(7);
  const budget = createBudget({ clock, limits: [LIMIT] });
  const arrivals: number[] = [];
  let backfills = 0;
  const call = async (lane: Lane): Promise<void> => {
    const permit = await budget.acquire({ lane, tenant: 'bench', maxWaitMs: Number.POSITIVE_INFINITY });
    const latencyMs = 80 + 80 * random();
    await sleep(clock, latencyMs / 2);
    arrivals.push(clock.monotonic());
    await sleep(clock, latencyMs / 2);
    permit.done();
  };
  const ids = Array.from({ length: PENDING }, (_, at) => idOf(at));
  const polledAt = new Map<string, number>();
  const gaps: number[] = [];
  const watchedGaps: number[] = [];
  let polls = 0;
  /** The first round, in which everything is due at once, tells nothing about the long run. */
  const isCounted = (): boolean => clock.monotonic() > SHARED_ROUND_S * 1_000;
  const note = (id: string): void => {
    const last = polledAt.get(id);
    const gap = last === undefined ? null : (clock.monotonic() - last) / 1_000;
    if (gap !== null) (id < idOf(WATCHED) ? watchedGaps : gaps).push(gap);
    polledAt.set(id, clock.monotonic());
  };
  const world: World = {
    clock,
    random,
    ids,
    call,
    async poll(id) {
      await call('poll');
      if (isCounted()) polls += 1;
      note(id);
    },
    isBackfillWaiting: () => budget.snapshot().queued.backfill > 0,
  };
  let isOver = false;
  const backfill = async (): Promise<void> => {
    while (!isOver) {
      await call('backfill');
      if (isCounted()) backfills += 1;
    }
  };
  if (run.isCrowded) for (let at = 0; at < BACKFILLS_AT_ONCE; at++) void backfill();
  const stop = run.begin(world);
  await clock.advance(ROUNDS * SHARED_ROUND_S * 1_000);
  isOver = true;
  const forgotten = ids.filter((id) => !polledAt.has(id)).length;
  for (const id of ids) {
    const last = polledAt.get(id) ?? 0;
    (id < idOf(WATCHED) ? watchedGaps : gaps).push((clock.monotonic() - last) / 1_000);
  }
  const stopping = stop();
  await clock.advance(5_000);
  await stopping;
  return {
    run,
    gaps,
    watchedGaps,
    forgotten,
    polls,
    backfills,
    overLimit: countOverLimit(arrivals, LIMIT.limit, LIMIT.windowMs),
  };
}

const bestOf = ({ isCrowded }: Run): number => (isCrowded ? SHARED_ROUND_S : LEAST_ROUND_S);

console.log(
  `${PENDING} transfers pending, ${WATCHED} of them watched, ${CALLS_PER_SECOND} calls a second, ${ROUNDS} rounds in virtual time ...`,
);
const outcomes: Outcome[] = [];
for (const run of RUNS) outcomes.push(await measure(run));
console.log(
  `\nBest possible: each every ${LEAST_ROUND_S.toFixed(0)} s with the whole limit, every ${SHARED_ROUND_S.toFixed(0)} s with the part of polls beside others. Seconds between two polls of one; calls after the first round:`,
);
printTable(
  [
    'poller',
    'beside',
    'median',
    'longest',
    'times best',
    'watched, median',
    'never polled',
    'polls, then',
    'backfill, then',
    'over limit',
  ],
  outcomes.map(({ run, gaps, watchedGaps, forgotten, polls, backfills, overLimit }) => [
    run.name,
    run.isCrowded ? 'a full backfill' : 'nothing',
    Math.round(percentile(gaps, 0.5)),
    Math.round(Math.max(...gaps)),
    (Math.max(...gaps) / bestOf(run)).toFixed(2),
    Math.round(percentile(watchedGaps, 0.5)),
    forgotten,
    polls,
    backfills,
    overLimit,
  ]),
);

const broken = outcomes
  .filter(({ run }) => run.name.startsWith('this poller'))
  .flatMap(({ run, gaps, watchedGaps, forgotten, polls, backfills, overLimit }) => {
    const found: string[] = [];
    const longest = Math.max(...gaps);
    if (longest > MOST_TIMES_BEST * bestOf(run)) found.push(`one waited ${longest.toFixed(0)} s`);
    if (forgotten > 0) found.push(`${forgotten} were never polled`);
    if (overLimit > 0) found.push(`${overLimit} calls over the limit`);
    if (percentile(watchedGaps, 0.5) > bestOf(run) / 2) found.push('what is watched waits like everything else');
    if (run.isCrowded && polls > ALLOWED_POLLS * (1 + SLACK * run.replicas))
      found.push(`${polls} polls beside ${backfills} calls of the backfill, allowed ${ALLOWED_POLLS}`);
    return found.map((what) => `BROKEN: ${run.name}, ${run.isCrowded ? 'beside a backfill' : 'alone'}: ${what}`);
  });
console.log(
  `\n${broken.length > 0 ? broken.join('\n') : 'kept: everyone is polled evenly within the part of polls, what is watched sooner'}`,
);
process.exitCode = broken.length > 0 ? 1 : 0;
