// A Redis server in virtual time: the two steps of the shared budget in TypeScript, and links to it that can be slow, cut, or lose answers.
import { type Clock, sleep } from '../../../../src/lib/clock.ts';
import { TAKE } from '../../../../src/upstream/budget/redis-scripts.ts';
import type { ScriptServer } from '../../../../src/upstream/budget/script-server.ts';

interface Window {
  readonly limit: number;
  readonly windowMs: number;
  readonly heldMs: number;
}

/** Both questions in one; which fields are there depends on the script. */
interface Question {
  readonly epoch: string;
  readonly holder: string;
  readonly windows: readonly Window[];
  readonly silentMs: number;
  readonly transitMs: number;
  readonly call: string;
  readonly lane: number;
  readonly oneIn: number;
  readonly isSpaced: boolean;
  readonly isDue: boolean;
  readonly upTo: number;
  readonly open: readonly string[];
  readonly settled: readonly (readonly [string, number])[];
  readonly isWhole: boolean;
  readonly quarantineMs: number;
  readonly pauseMs: number;
}

/** What the server keeps. */
interface Data {
  epoch: string | null;
  readonly numbers: Map<string, number>;
  readonly settled: Map<string, number>;
  readonly flight: Map<string, number>;
  readonly holders: Map<string, number>;
  readonly waiting: Map<string, number>;
}

const nothing = (): Data => ({
  epoch: null,
  numbers: new Map(),
  settled: new Map(),
  flight: new Map(),
  holders: new Map(),
  waiting: new Map(),
});

export interface ModelRedis {
  /** Answers as the script would. */
  run(script: string, argument: string): string;
  /** Starts anew; without `keepsData` with nothing, with it as a server that reads what it wrote to disk. */
  restart(keepsData: boolean): void;
  /** Sets its clock. */
  setClock(byMs: number): void;
}

export function createModelRedis(clock: Clock): ModelRedis {
  let data = nothing();
  let runs = 1;
  let aheadMs = 0;

  const step = (isTake: boolean, ask: Question): object => {
    const now = clock.monotonic() + aheadMs;
    const run = `run${runs}`;
    const recall = (field: string): number => data.numbers.get(field) ?? 0;
    const keep = (field: string, value: number): void => void data.numbers.set(field, value);
    const { settled, flight, holders, waiting } = data;
    const isOf = (call: string, holder: string): boolean => call.startsWith(`${holder}:`);
    const countSettled = ({ heldMs }: Window): number =>
      [...settled.values()].filter((latest) => latest > now - heldMs).length;
    const waiters = () =>
      [...waiting].map(([waiter]) => {
        const [, rank, lane, holder = ''] = /^(-?\d+):(\d+):(.*)$/.exec(waiter) ?? [];
        return { rank: Number(rank), lane: Number(lane), holder };
      });
    const answer = (word: string, waitMs: number): object => ({
      at: String(now),
      word,
      waitMs,
      epoch: data.epoch ?? '',
      used: ask.windows.map((window) => flight.size + countSettled(window)),
      inFlight: flight.size,
      contenders: new Set(waiters().flatMap(({ holder }) => (holder === ask.holder ? [] : holder))).size,
      opensInMs: Math.max(0, recall('opensAt') - now),
      pauseMs: Math.max(0, recall('pausedUntil') - now),
    });
    const bound = (times: Map<string, number>, latest: number): void => {
      for (const [member, time] of times) if (time > latest) times.set(member, latest);
    };
    const hear = (): void => {
      holders.set(ask.holder, now);
      bound(holders, now);
      for (const [holder, heardAt] of holders) {
        if (heardAt > now - ask.silentMs) continue;
        for (const call of flight.keys()) {
          if (!isOf(call, holder)) continue;
          flight.delete(call);
          settled.set(call, now + ask.transitMs);
        }
        holders.delete(holder);
      }
      const known = recall('longestMs');
      const longest = Math.max(known, ...ask.windows.map(({ heldMs }) => heldMs));
      if (longest > known && known > 0) keep('opensAt', Math.max(recall('opensAt'), now + longest - known));
      keep('longestMs', longest);
      bound(settled, now + ask.transitMs);
      bound(waiting, now + ask.transitMs + longest);
      if (recall('spacedAt') > now + longest) keep('spacedAt', now);
      for (const [call, latest] of settled) if (latest <= now - longest) settled.delete(call);
      for (const [waiter, until] of waiting) if (until <= now) waiting.delete(waiter);
    };
    const windowWait = (window: Window): number => {
      const inWindow = [...settled.values()]
        .filter((latest) => latest > now - window.heldMs)
        .toSorted((left, right) => left - right);
      const excess = flight.size + inWindow.length - window.limit;
      if (excess < 0) return 0;
      const frees = inWindow[excess];
      return frees === undefined ? 20 : Math.max(1, frees + window.heldMs - now);
    };
    const since = `since:${ask.lane}`;
    const isFloorDue = (): boolean => {
      if (!waiters().some(({ lane }) => lane === ask.lane)) data.numbers.delete(since);
      return ask.oneIn > 0 && data.numbers.has(since) && recall('grants') - recall(since) >= ask.oneIn - 1;
    };

    let isSame = data.epoch?.startsWith(run) ?? false;
    if (!isTake) {
      if (!isSame && ask.isWhole) {
        data.epoch = `${run}:${now}`;
        keep('opensAt', now + ask.quarantineMs);
        isSame = true;
      }
      if (!isSame || (ask.epoch !== data.epoch && !ask.isWhole)) return answer('unknown', 0);
      hear();
      for (const call of ask.open) if (!flight.has(call)) flight.set(call, now);
      for (const call of flight.keys()) {
        const isPast = Number(call.slice(call.lastIndexOf(':') + 1)) <= ask.upTo;
        if (isOf(call, ask.holder) && isPast && !ask.open.includes(call)) flight.delete(call);
      }
      for (const [call, inMs] of ask.settled) settled.set(call, now + inMs);
      for (const call of ask.open) settled.delete(call);
      if (ask.pauseMs > 0) keep('pausedUntil', Math.max(recall('pausedUntil'), now + ask.pauseMs));
      return answer('ok', 0);
    }
    if (!isSame || ask.epoch !== data.epoch) return answer('unknown', 0);
    hear();
    const evenMs = Math.max(...ask.windows.map(({ limit, windowMs }) => windowMs / Math.max(1, limit)));
    const shortestMs = Math.min(...ask.windows.map(({ windowMs }) => windowMs));
    const pausedUntil = recall('pausedUntil');
    let readyAt = Math.max(pausedUntil, recall('opensAt'));
    if (pausedUntil > 0)
      readyAt = Math.max(readyAt, Math.min(recall('grantedAt') + evenMs / 0.5, pausedUntil + shortestMs * 2));
    const isDue = ask.isDue || isFloorDue();
    const ownRank = isDue ? -1 : ask.lane;
    if (ask.isSpaced && !isDue) readyAt = Math.max(readyAt, recall('spacedAt'));
    let waitMs = Math.max(readyAt - now, ...ask.windows.map(windowWait));
    if (waitMs <= 0 && waiters().some(({ rank, holder }) => holder !== ask.holder && rank < ownRank)) waitMs = 10;
    if (ask.isSpaced) waitMs = Math.min(waitMs, 300);
    const place = `:${ask.lane}:${ask.holder}`;
    waiting.delete(`-1${place}`);
    waiting.delete(`${ask.lane}${place}`);
    if (waitMs > 0) {
      if (!data.numbers.has(since)) keep(since, recall('grants'));
      waiting.set(`${ownRank}${place}`, now + waitMs + 100);
      return answer('wait', waitMs);
    }
    flight.set(ask.call, now);
    data.numbers.delete(since);
    keep('grants', recall('grants') + 1);
    keep('grantedAt', now);
    keep('spacedAt', Math.max(recall('spacedAt'), now) + evenMs * 0.95);
    return answer('granted', 0);
  };

  return {
    run: (script, argument) => JSON.stringify(step(script === TAKE, JSON.parse(argument) as Question)),
    restart(keepsData) {
      runs += 1;
      if (!keepsData) data = nothing();
    },
    setClock(byMs) {
      aheadMs += byMs;
    },
  };
}

export interface Link extends ScriptServer {
  /** The connection breaks and cannot be made until {@link mend}. What is on its way may still arrive; its answer does not. */
  cut(): void;
  mend(): void;
}

/** Runs a step somewhere. */
export type Runner = (script: string, argument: string) => string | Promise<string>;

/**
 * @param clock the world's. @param own the clock of the replica, which may stand still. @param delayMs asked for each way of each question.
 */
export function createLink(clock: Clock, own: Clock, run: Runner, delayMs: () => number): Link {
  let isUp = true;
  let era = 0;
  const lost = new Set<() => void>();
  const back = new Set<() => void>();
  const listen = (to: Set<() => void>, listener: () => void) => {
    to.add(listener);
    return () => void to.delete(listener);
  };
  let arrivesAt = 0;
  return {
    get isUp() {
      return isUp;
    },
    async run(script, _keys, argument) {
      if (!isUp) throw new Error('There is no connection.');
      const mine = era;
      const now = clock.monotonic();
      // One connection keeps the order.
      arrivesAt = Math.max(arrivesAt, now + delayMs());
      if (arrivesAt > now) await sleep(clock, arrivesAt - now);
      const answer = await run(script, argument);
      await sleep(own, delayMs());
      if (mine !== era) throw new Error('The connection broke.');
      return answer;
    },
    onLost: (listener) => listen(lost, listener),
    onBack: (listener) => listen(back, listener),
    cut() {
      if (!isUp) return;
      isUp = false;
      era += 1;
      for (const listener of lost) listener();
    },
    mend() {
      if (isUp) return;
      isUp = true;
      arrivesAt = 0;
      for (const listener of back) listener();
    },
  };
}
