// Beats for everything that must show regularly that it is alive: one timer for all, and never all of them at once.
import type { Clock, Timer } from '../lib/clock.ts';

export interface Heart {
  /** Once in each period. */
  beat(): void;
}

export interface Heartbeat {
  /** @returns how to stop; idempotent. */
  add(heart: Heart): () => void;
}

/** How often each one beats, in milliseconds. */
const PERIOD_MS = 12_000;
/** Those who came at different times beat at different times: the period is cut into so many parts. */
const PARTS = 24;

/** The timer runs only while there is somebody. */
export function createHeartbeat(clock: Clock): Heartbeat {
  const parts = Array.from({ length: PARTS }, () => new Set<Heart>());
  let count = 0;
  let current = 0;
  let next = 0;
  let timer: Timer | null = null;
  const tick = (): void => {
    timer = clock.after(PERIOD_MS / PARTS, tick);
    current = (current + 1) % PARTS;
    for (const heart of [...(parts[current] ?? [])]) heart.beat();
  };
  return {
    add(heart) {
      const part = parts[next];
      next = (next + 1) % PARTS;
      part?.add(heart);
      count += 1;
      timer ??= clock.after(PERIOD_MS / PARTS, tick);
      return () => {
        if (!part?.delete(heart)) return;
        count -= 1;
        if (count > 0) return;
        timer?.cancel();
        timer = null;
      };
    },
  };
}
