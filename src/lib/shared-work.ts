// Work that several callers want at the same moment and that is done once: who comes later joins, and it is given up when all have left.

export interface SharedWork<T> {
  /** The work under way for `key`, as one more who waits for it; null when there is none. Rejects with the signal's reason when `signal` aborts. */
  join(key: string, signal?: AbortSignal): Promise<T> | null;
  /**
   * Starts work for `key` and waits for it as its first caller. `work` gets a signal that aborts when everybody who waited has left.
   * The key is free again as soon as the work has ended, well or badly.
   */
  start(key: string, work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

interface Flight<T> {
  readonly outcome: Promise<T>;
  readonly abandon: AbortController;
  waiting: number;
}

export function createSharedWork<T>(): SharedWork<T> {
  const flights = new Map<string, Flight<T>>();

  const leave = (key: string, flight: Flight<T>, reason: unknown): void => {
    flight.waiting -= 1;
    if (flight.waiting > 0) return;
    if (flights.get(key) === flight) flights.delete(key);
    flight.abandon.abort(reason);
  };
  const wait = (key: string, flight: Flight<T>, signal: AbortSignal | undefined): Promise<T> => {
    flight.waiting += 1;
    if (!signal) return flight.outcome;
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        reject(signal.reason);
        leave(key, flight, signal.reason);
      };
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      const settle = () => signal.removeEventListener('abort', onAbort);
      flight.outcome.then(resolve, reject).finally(settle);
    });
  };

  return {
    join(key, signal) {
      const flight = flights.get(key);
      return flight ? wait(key, flight, signal) : null;
    },
    start(key, work, signal) {
      const abandon = new AbortController();
      const outcome = Promise.resolve().then(() => work(abandon.signal));
      const flight: Flight<T> = { outcome, abandon, waiting: 0 };
      flights.set(key, flight);
      const free = () => void (flights.get(key) === flight && flights.delete(key));
      outcome.then(free, free);
      return wait(key, flight, signal);
    },
  };
}
