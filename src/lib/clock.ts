// Time as a collaborator: everything that asks what time it is, or waits, asks a Clock, so that tests move time by hand.

/** A pending call made by {@link Clock.after}; `cancel` is idempotent and does nothing once the call ran. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the Unix epoch. May jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds since an arbitrary start. Never goes back: measure durations with this one. */
  monotonic(): number;
  /** Calls `run` once, no earlier than `ms` from now; negative or zero `ms` means as soon as possible, never synchronously. */
  after(ms: number, run: () => void): Timer;
}

/** The machine's own clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const handle = setTimeout(run, Math.max(0, ms));
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/**
 * Resolves `ms` later on the given clock.
 * @throws the signal's reason, at once, when `signal` is or becomes aborted; the timer is then released.
 */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
