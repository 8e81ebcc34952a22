// A clock that stands still until a test moves it; timers due on the way fire in order of their time.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../src/lib/clock.ts';

export interface FakeClock extends Clock {
  /** Moves time forward by `ms`, firing due timers in order and letting promises settle after each of them. */
  advance(ms: number): Promise<void>;
  /** From now on `advance` also waits for this between timers: work that real turns of the event loop alone do not end, such as that of a database. */
  settlesWith(wait: () => Promise<void>): void;
  /** Number of timers not yet fired or cancelled: a leak guard for tests. */
  readonly pending: number;
}

/** @param startAt epoch milliseconds at which the clock starts; default 2030-01-01T00:00:00Z. */
export function fakeClock(startAt = Date.UTC(2030, 0, 1)): FakeClock {
  let elapsed = 0;
  let serial = 0;
  const timers = new Map<number, { at: number; run: () => void }>();
  const waits: (() => Promise<void>)[] = [];
  const settle = async () => {
    for (let turn = 0; turn < 3; turn++) await nextTurn();
    for (const wait of waits) await wait();
  };
  return {
    now: () => startAt + elapsed,
    monotonic: () => elapsed,
    after(ms, run) {
      const id = serial++;
      timers.set(id, { at: elapsed + Math.max(0, ms), run });
      return { cancel: () => void timers.delete(id) };
    },
    async advance(ms) {
      const target = elapsed + ms;
      await settle();
      for (;;) {
        let next: [number, { at: number; run: () => void }] | undefined;
        for (const entry of timers) if (entry[1].at <= target && (!next || entry[1].at < next[1].at)) next = entry;
        if (!next) break;
        timers.delete(next[0]);
        elapsed = Math.max(elapsed, next[1].at);
        next[1].run();
        await settle();
      }
      elapsed = target;
      await settle();
    },
    settlesWith: (wait) => void waits.push(wait),
    get pending() {
      return timers.size;
    },
  };
}
