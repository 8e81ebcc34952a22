// The counters in Redis as typed questions and answers.
import { type Clock, sleep } from '../../lib/clock.ts';
import { heldMs } from './held.ts';
import { LANE_RULES, LANES, type Lane } from './lanes.ts';
import type { CallsReport } from './own-calls.ts';
import type { RateLimit } from './rate-limit.ts';
import { REPORT, TAKE } from './redis-scripts.ts';
import type { ScriptServer } from './script-server.ts';
import { createServerClockCheck } from './server-clock.ts';
import { ANSWER_WITHIN_MS, SILENT_MS } from './shared-settings.ts';

export interface SharedAnswer {
  /** The server's time in milliseconds, as text. */
  readonly at: string;
  /** `unknown`: these counters are not the ones that were asked for; nothing was done. */
  readonly word: 'granted' | 'wait' | 'unknown' | 'ok';
  /** When asking again is worth it, from now. */
  readonly waitMs: number;
  /** Which counters answered: others after each start of the server; empty when there are none. */
  readonly epoch: string;
  /** For each window asked about: the calls that count, those in flight included. */
  readonly used: readonly number[];
  readonly inFlight: number;
  /** Other replicas that wait for a place. */
  readonly contenders: number;
  /** Nothing is given for so long, because what counts is not known yet. */
  readonly opensInMs: number;
  /** Nothing is given for so long, because Gandi asked for a pause. */
  readonly pauseMs: number;
}

export interface SharedTake {
  readonly epoch: string;
  /** Name of the call: the holder and a number, in rising order. */
  readonly call: string;
  readonly lane: Lane;
  readonly isSpaced: boolean;
  readonly isDue: boolean;
  readonly limits: readonly RateLimit[];
}

export interface SharedReport extends CallsReport {
  readonly epoch: string;
  /** See {@link REPORT}. */
  readonly isWhole: boolean;
  readonly quarantineMs: number;
  readonly pauseMs: number;
  readonly limits: readonly RateLimit[];
}

/** Both reject when no answer came in time, and with {@link ServerClockError} when the answer rests on a clock that was set. */
export interface SharedWindows {
  take(take: SharedTake): Promise<SharedAnswer>;
  report(report: SharedReport): Promise<SharedAnswer>;
}

/**
 * @param deps.name tells budgets on one server apart. @param deps.holder this replica.
 * @param deps.maxTransitMs how long a call of a replica that died may still be under way.
 */
export function createSharedWindows(deps: {
  readonly server: ScriptServer;
  readonly clock: Clock;
  readonly name: string;
  readonly holder: string;
  readonly maxTransitMs: number;
}): SharedWindows {
  const { server, clock, name, holder, maxTransitMs } = deps;
  const keys = ['state', 'settled', 'flight', 'holders', 'waiting'].map((part) => `budget:{${name}}:${part}`);

  const serverClock = createServerClockCheck();

  const ask = async (script: string, limits: readonly RateLimit[], more: object): Promise<SharedAnswer> => {
    const windows = limits.map(({ limit, windowMs }) => ({ limit, windowMs, heldMs: heldMs(windowMs) }));
    const question = { holder, windows, silentMs: SILENT_MS, transitMs: maxTransitMs, ...more };
    const inTime = new AbortController();
    const late = sleep(clock, ANSWER_WITHIN_MS, inTime.signal).then(() => {
      throw new Error(`No answer within ${ANSWER_WITHIN_MS} ms.`);
    });
    late.catch(() => {});
    const askedAt = clock.monotonic();
    const running = server.run(script, keys, JSON.stringify(question));
    try {
      const answer = JSON.parse(await Promise.race([running, late])) as SharedAnswer;
      serverClock.check(Number(answer.at), askedAt, clock.monotonic());
      return answer;
    } finally {
      inTime.abort();
    }
  };

  return {
    take: ({ limits, lane, ...more }) =>
      ask(TAKE, limits, { ...more, lane: LANES.indexOf(lane), oneIn: LANE_RULES[lane].oneIn ?? 0 }),
    report: ({ limits, ...more }) => ask(REPORT, limits, more),
  };
}
