// The one timer of a budget.
import type { Clock, Timer } from '../../lib/clock.ts';

/** Rings once for the earliest moment asked for since it last rang or was cleared. */
export interface Alarm {
  /** @param at monotonic milliseconds; Infinity asks for nothing. */
  set(at: number): void;
  clear(): void;
}

export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let timer: Timer | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  const clear = (): void => {
    timer?.cancel();
    timer = undefined;
    timerAt = Number.POSITIVE_INFINITY;
  };
  return {
    set(at) {
      if (at >= timerAt) return;
      timer?.cancel();
      timerAt = at;
      timer = clock.after(Math.ceil(at - clock.monotonic()), () => {
        timer = undefined;
        timerAt = Number.POSITIVE_INFINITY;
        ring();
      });
    },
    clear,
  };
}
