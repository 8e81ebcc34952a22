// An adapter at a scripted Gandi: fake clock, real budget, real sockets, everything it logs kept.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createUpstreamMeter } from '../../src/lib/upstream-meter.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createBudget } from '../../src/upstream/budget/budget.ts';
import { UpstreamError } from '../../src/upstream/errors.ts';
import type { CallOptions } from '../../src/upstream/port.ts';
import { createGandiV5, type GandiV5Options } from '../../src/upstream/v5.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { type ScriptedGandi, startScriptedGandi } from './scripted-gandi.ts';

export const TOKEN = 'token-kept-out-of-sight';

export interface Rig {
  readonly gandi: ScriptedGandi;
  readonly clock: FakeClock;
  readonly budget: ReturnType<typeof createBudget>;
  readonly port: ReturnType<typeof createGandiV5>;
  /** All log lines so far, in one text. */
  readonly log: () => string;
  /** A fresh meter and usual options; `more` goes over them. */
  call(more?: Partial<CallOptions>): CallOptions & { meter: NonNullable<CallOptions['meter']> };
  /** Lets time pass until the promise settles. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Lets sockets work while the clock stands still, or moves by `stepMs` each turn, until the condition holds. @throws after 20,000 turns. */
  until(condition: () => boolean, stepMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** Execution limits are out of reach unless a test sets them: here time is moved in large steps while real sockets answer. */
const PATIENT = { connectMs: 600_000, headersMs: 600_000, bodyMs: 600_000, totalMs: 1e12 };

export async function createRig(options: Partial<GandiV5Options> = {}): Promise<Rig> {
  const gandi = await startScriptedGandi();
  const clock = fakeClock();
  const budget = createBudget({ clock, limits: [{ limit: 30, windowMs: 2_000 }] });
  const lines: string[] = [];
  const logger = createLogger({ level: 'trace', pretty: false, destination: { write: (line) => lines.push(line) } });
  const port = createGandiV5({
    baseUrl: gandi.url,
    token: TOKEN,
    budget,
    clock,
    logger,
    random: () => 0.5,
    timeouts: PATIENT,
    ...options,
  });
  return {
    gandi,
    clock,
    budget,
    port,
    log: () => lines.join(''),
    call: (more = {}) => ({ lane: 'interactive', tenant: 'org-1', meter: createUpstreamMeter(), ...more }) as never,
    settle: (promise) => settleOn(clock, promise),
    async until(condition, stepMs = 0) {
      for (let turns = 0; !condition(); turns++) {
        if (turns > 20_000) throw new Error('what the test waits for did not happen');
        await clock.advance(stepMs);
      }
    },
    async close() {
      await gandi.close();
      await port.close();
    },
  };
}

/** Moves the clock in small steps, with turns for sockets in between, until the promise settles. */
export async function settleOn<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  let open = true;
  const done = (): void => {
    open = false;
  };
  promise.then(done, done);
  while (open) {
    await nextTurn();
    await clock.advance(20);
  }
  return promise;
}

/** The error a promise rejects with. @throws when it resolves, or rejects with something else than an {@link UpstreamError}. */
export async function upstreamError(promise: Promise<unknown>): Promise<UpstreamError> {
  const outcome = await promise.then(
    () => 'resolved',
    (error: unknown) => error,
  );
  if (outcome instanceof UpstreamError) return outcome;
  throw new Error('expected an UpstreamError', { cause: outcome });
}
