// Credentials end while connections live on: one timer tells each connection some time before, and when it is so.
import type { Clock, Timer } from '../../lib/clock.ts';

export interface Expiring {
  /** The credential will soon end. */
  warn(expiresAt: number): void;
  /** It has ended. */
  expire(): void;
}

export interface ExpiryAlarm {
  /** @param expiresAt epoch milliseconds; null = never, and nothing is kept. @returns how to stop; idempotent. */
  add(expiresAt: number | null, connection: Expiring): () => void;
}

/** The warning comes so long before the end, in milliseconds, or after nine tenths of what is left of a shorter life. */
const WARN_MS = 60_000;
/** Ends are told to the second, never early. */
const STEP_MS = 1_000;

type Told = () => void;

export function createExpiryAlarm(clock: Clock): ExpiryAlarm {
  /** What is to be told, by the second it is due in. */
  const due = new Map<number, Set<Told>>();
  let timer: { readonly second: number; readonly handle: Timer } | null = null;

  const armFor = (second: number): void => {
    timer?.handle.cancel();
    timer = { second, handle: clock.after(second * STEP_MS - clock.now(), ring) };
  };
  const arm = (): void => {
    timer?.handle.cancel();
    timer = null;
    let first = Number.POSITIVE_INFINITY;
    for (const second of due.keys()) first = Math.min(first, second);
    if (due.size > 0) armFor(first);
  };
  const ring = (): void => {
    const now = clock.now();
    for (const [second, told] of [...due]) {
      if (second * STEP_MS > now) continue;
      due.delete(second);
      for (const tell of told) tell();
    }
    arm();
  };
  const put = (at: number, told: Told): (() => void) => {
    const second = Math.ceil(at / STEP_MS);
    const set = due.get(second) ?? new Set();
    due.set(second, set);
    set.add(told);
    if (timer === null || second < timer.second) armFor(second);
    return () => {
      if (!set.delete(told) || set.size > 0) return;
      if (due.get(second) !== set) return;
      due.delete(second);
      if (timer?.second === second) arm();
    };
  };
  return {
    add(expiresAt, connection) {
      if (expiresAt === null) return () => {};
      const left = expiresAt - clock.now();
      const cancelWarning = put(expiresAt - Math.min(WARN_MS, left / 10), () => connection.warn(expiresAt));
      const cancelEnd = put(expiresAt, () => connection.expire());
      return () => {
        cancelWarning();
        cancelEnd();
      };
    },
  };
}
