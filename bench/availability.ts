// A check of 200 names at Gandi's limit while people ask for single names: how many are answered, how long it takes, and how long the people wait.
// Promises: with nobody else there all 200 are answered within the waiting limit; 95 % of single names wait less than 1 s; never a call over the limit.
import { setTimeout as pause } from 'node:timers/promises';
import { ALL_SCOPES } from '../src/auth/session.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createUpstreamMeter } from '../src/lib/upstream-meter.ts';
import type { Loaders } from '../src/loaders/loaders.ts';
import { startSandbox } from '../src/sandbox/server.ts';
import { AVAILABILITY_LIMITS, createAvailability } from '../src/services/availability.ts';
import type { OperationScope } from '../src/services/services.ts';
import { silentLogger } from '../src/telemetry/logger.ts';
import { createBudget } from '../src/upstream/budget/budget.ts';
import { createGandiV5 } from '../src/upstream/v5.ts';
import { percentile } from './lib/arrivals.ts';
import { printTable } from './lib/table.ts';

const NAMES = 200;
const PEOPLE_EVERY_MS = 250;
const MAX_PEOPLE_P95_MS = 1_000;

interface Outcome {
  readonly answered: number;
  readonly notChecked: number;
  readonly tookMs: number;
  readonly peopleWaits: readonly number[];
  readonly overLimit: number;
}

function scopeOf(id: string): OperationScope {
  const session: OperationScope['session'] = {
    actor: { kind: 'key', id },
    organizationId: null,
    clientId: null,
    scopes: ALL_SCOPES,
    language: 'en',
    requestId: id,
    expiresAt: null,
  };
  const loaders: Loaders = Object.create(null);
  return { session, meter: createUpstreamMeter(), maxAgeSeconds: null, signal: undefined, loaders };
}

/** @param maxInteractive as in the gateway, or so high that the large check competes with the people. */
async function run(maxInteractive: number, people: boolean): Promise<Outcome> {
  const gandi = await startSandbox({ domains: 20 });
  const budget = createBudget({ clock: systemClock, limits: [{ limit: 30, windowMs: 2_000 }] });
  const access = { baseUrl: gandi.url, token: 'sandbox-token' };
  const port = createGandiV5({ ...access, budget, clock: systemClock, logger: silentLogger });
  const limits = { ...AVAILABILITY_LIMITS, maxInteractive };
  const availability = createAvailability({ port, clock: systemClock, limits });
  const ask = (who: string, names: readonly string[]) =>
    availability(scopeOf(who), { names, processes: ['CREATE'], organizationId: null, currency: null, years: null });
  try {
    const startedAt = performance.now();
    const peopleWaits: number[] = [];
    let asking = true;
    const askSingles = async () => {
      for (let index = 0; asking && people; index++) {
        const askedAt = performance.now();
        await ask('large', [`single-${index}.com`]);
        peopleWaits.push(performance.now() - askedAt);
        await pause(PEOPLE_EVERY_MS);
      }
    };
    const large = ask(
      'large',
      Array.from({ length: NAMES }, (_, index) => `large-${index}.com`),
    );
    const singles = askSingles();
    const answers = await large;
    const tookMs = performance.now() - startedAt;
    asking = false;
    await singles;
    const answered = answers.filter(({ outcome }) => outcome.kind === 'answer').length;
    const overLimit = gandi.sandbox.state.limiter.overLimit;
    return { answered, notChecked: NAMES - answered, tookMs, peopleWaits, overLimit };
  } finally {
    await port.close();
    await gandi.close();
  }
}

const scenarios = [
  { name: 'alone', maxInteractive: AVAILABILITY_LIMITS.maxInteractive, people: false, isOurs: true },
  { name: 'beside people', maxInteractive: AVAILABILITY_LIMITS.maxInteractive, people: true, isOurs: true },
  { name: 'beside people, in their own lane', maxInteractive: NAMES, people: true, isOurs: false },
];
const rows: (string | number)[][] = [];
const broken: string[] = [];
for (const { name, maxInteractive, people, isOurs } of scenarios) {
  const { answered, notChecked, tookMs, peopleWaits, overLimit } = await run(maxInteractive, people);
  const p95 = people ? percentile(peopleWaits, 0.95) : 0;
  const p50 = people ? percentile(peopleWaits, 0.5) : 0;
  rows.push([name, answered, notChecked, Math.round(tookMs), Math.round(p50), Math.round(p95), overLimit]);
  if (overLimit > 0) broken.push(`${name}: ${overLimit} calls over the limit`);
  if (isOurs && !people && notChecked > 0) broken.push(`${name}: ${notChecked} names not checked`);
  if (isOurs && p95 >= MAX_PEOPLE_P95_MS) broken.push(`${name}: single names waited ${Math.round(p95)} ms (p95)`);
}
printTable(
  ['check of 200 names', 'answered', 'not checked', 'took ms', 'single p50 ms', 'single p95 ms', 'over limit'],
  rows,
);
for (const line of broken) console.error(`broken: ${line}`);
process.exitCode = broken.length === 0 ? 0 : 1;
