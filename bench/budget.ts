// The call budget under load, in virtual and in real time, beside what else could be used: calls over the limit, part of the limit used, waits.
// Promises: never a call over the limit; 95 % used with every lane full; beside a full backfill 90 % used while people wait less than 300 ms (p95).
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import { sleep, systemClock } from '../src/lib/clock.ts';
import { LANES } from '../src/upstream/budget/lanes.ts';
import { fakeClock } from '../test/helpers/fake-clock.ts';
import { countOverLimit, percentile, usedShare } from './lib/arrivals.ts';
import { budgetOn, LIMITERS, type Setup } from './lib/limiters.ts';
import { backfillAndPeople, everyLaneFull, type Load, seededRandom, type Waits } from './lib/load.ts';
import { startReceiver } from './lib/receiver.ts';
import { printTable } from './lib/table.ts';

const LIMIT = { limit: 30, windowMs: 2_000 };
const PEOPLE_PER_SECOND = LIMIT.limit / (LIMIT.windowMs / 1_000) / 3;
const VIRTUAL_MS = 600_000;
const REAL_MS = process.argv.includes('--full') ? 60_000 : 15_000;
/** Independent runs of each limiter side by side in real time, for enough waits to tell a 95th percentile. */
const COPIES = 4;
/** Not measured: the first window is a burst that tells nothing about the long run. */
const WARM_UP_MS = 4_000;
const MAX_PEOPLE_P95_MS = 300;

interface Scenario {
  readonly name: string;
  readonly begin: (load: Load) => Waits;
  readonly minUsed: number;
  readonly peopleWaitLittle: boolean;
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'every lane full', begin: everyLaneFull, minUsed: 0.95, peopleWaitLittle: false },
  {
    name: 'backfill full, people at random',
    begin: (load) => backfillAndPeople(load, PEOPLE_PER_SECOND),
    minUsed: 0.9,
    peopleWaitLittle: true,
  },
];

interface Outcome {
  readonly scenario: Scenario;
  readonly limiter: string;
  readonly overLimit: number;
  readonly used: number;
  readonly waits: Waits;
}

async function inVirtualTime(scenario: Scenario): Promise<Outcome> {
  const clock = fakeClock();
  const random = seededRandom(1);
  const over = new AbortController();
  const arrivals: number[] = [];
  const call = async (): Promise<void> => {
    const latencyMs = 20 + 60 * random();
    const thereMs = latencyMs * random();
    await sleep(clock, thereMs);
    arrivals.push(clock.monotonic());
    await sleep(clock, latencyMs - thereMs);
  };
  const limiter = budgetOn(clock, LIMIT);
  const waits = scenario.begin({ clock, limiter, call, random, signal: over.signal, countFrom: WARM_UP_MS });
  await clock.advance(WARM_UP_MS + VIRTUAL_MS);
  over.abort();
  return {
    scenario,
    limiter: 'this budget, virtual time',
    overLimit: countOverLimit(arrivals, LIMIT.limit, LIMIT.windowMs),
    used: usedShare(arrivals, WARM_UP_MS, LIMIT.limit, LIMIT.windowMs),
    waits,
  };
}

async function inRealTime(): Promise<Outcome[]> {
  const receiver = await startReceiver();
  const pool = new Pool(receiver.origin, { connections: 2_048 });
  const over = new AbortController();
  const countFrom = performance.now() + WARM_UP_MS;
  const begin = (scenario: Scenario, setUp: Setup, path: string, seed: number): Waits => {
    const call = async (): Promise<void> => {
      const { body } = await pool.request({ path, method: 'GET' });
      await body.dump();
    };
    const limiter = setUp(LIMIT, over.signal);
    const random = seededRandom(seed);
    return scenario.begin({ clock: systemClock, limiter, call, random, signal: over.signal, countFrom });
  };
  try {
    const runs = SCENARIOS.flatMap((scenario, number) =>
      Object.entries(LIMITERS).map(([limiter, setUp]) => {
        const copies = Array.from({ length: COPIES }, (_, copy) => {
          const path = `/${encodeURIComponent(limiter)}/${number}/${copy}`;
          return { path, waits: begin(scenario, setUp, path, copy + 1) };
        });
        return { scenario, limiter, copies };
      }),
    );
    await pause(WARM_UP_MS + REAL_MS);
    over.abort();
    const outcomes: Outcome[] = [];
    for (const { scenario, limiter, copies } of runs) {
      const logs: number[][] = [];
      for (const { path } of copies) logs.push(await receiver.arrivals(path));
      outcomes.push({
        scenario,
        limiter,
        overLimit: sum(logs.map((log) => countOverLimit(log, LIMIT.limit, LIMIT.windowMs))),
        used:
          sum(logs.map((log) => usedShare(log, performance.timeOrigin + countFrom, LIMIT.limit, LIMIT.windowMs))) /
          COPIES,
        waits: new Map(LANES.map((lane) => [lane, copies.flatMap(({ waits }) => waits.get(lane) ?? [])])),
      });
    }
    return outcomes;
  } finally {
    over.abort();
    await pool.destroy();
    await receiver.stop();
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function brokenPromises({ scenario, overLimit, used, waits }: Outcome): string[] {
  const broken: string[] = [];
  if (overLimit > 0) broken.push(`${overLimit} calls over the limit`);
  if (used < scenario.minUsed) broken.push(`${(used * 100).toFixed(1)} % used, promised ${scenario.minUsed * 100} %`);
  for (const lane of scenario.peopleWaitLittle ? (['money', 'interactive'] as const) : []) {
    const p95 = percentile(waits.get(lane) ?? [], 0.95);
    if (p95 >= MAX_PEOPLE_P95_MS)
      broken.push(`${lane} p95 ${p95.toFixed(0)} ms, promised under ${MAX_PEOPLE_P95_MS} ms`);
  }
  return broken;
}

function report(scenario: Scenario, outcomes: readonly Outcome[]): void {
  const rows = outcomes.map(({ limiter, overLimit, used, waits }) => [
    limiter,
    overLimit,
    (used * 100).toFixed(1),
    ...LANES.map((lane) => {
      const values = waits.get(lane) ?? [];
      const [p50, p95] = [0.5, 0.95].map((part) => percentile(values, part).toFixed(0));
      return values.length > 0 ? `${p50} / ${p95}` : '-';
    }),
  ]);
  console.log(`\n${scenario.name}`);
  printTable(['limiter', 'over limit', '% used', ...LANES.map((lane) => `${lane} p50 / p95`)], rows);
}

console.log(`${LIMIT.limit} calls in any ${LIMIT.windowMs / 1_000} s, each taking 20 to 80 ms. Waits in milliseconds.`);
console.log(
  `Virtual time: ${VIRTUAL_MS / 60_000} minutes. Real time over loopback sockets: ${REAL_MS / 1_000} s, ${COPIES} runs of each ...`,
);
const real = inRealTime();
const virtual: Outcome[] = [];
for (const scenario of SCENARIOS) virtual.push(await inVirtualTime(scenario));
const outcomes = [...virtual, ...(await real)];
for (const scenario of SCENARIOS)
  report(
    scenario,
    outcomes.filter((outcome) => outcome.scenario === scenario),
  );
const ours = outcomes.filter(({ limiter }) => limiter.startsWith('this budget'));
const broken = ours.flatMap((outcome) =>
  brokenPromises(outcome).map((what) => `BROKEN: ${outcome.limiter}, ${outcome.scenario.name}: ${what}`),
);
console.log(`\n${broken.length > 0 ? broken.join('\n') : 'kept: never over the limit, used and waits as promised'}`);
process.exitCode = broken.length > 0 ? 1 : 0;
