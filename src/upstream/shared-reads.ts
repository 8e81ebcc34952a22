// Identical reads that are under way at the same time become one call, and each caller keeps its own signal, lane and deadline.
import type { Clock } from '../lib/clock.ts';
import type { UpstreamMeter } from '../lib/upstream-meter.ts';
import { LANES, type Lane } from './budget/lanes.ts';
import type { WaitMeter } from './wait-meter.ts';

export interface ReadCall {
  readonly lane: Lane;
  readonly tenant: string;
  readonly maxWaitMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly meter?: UpstreamMeter | undefined;
}

/** Makes the call. `onSent` tells that it has left; the call's signal aborts when no caller is interested any more. */
export type StartRead<T> = (call: ReadCall, onSent: () => void) => Promise<T>;

export interface SharedReadsOptions {
  readonly clock: Clock;
  readonly waits: WaitMeter;
  /** Whether a failure only means that the call waited too long: a caller with time left then asks again. */
  readonly isImpatience: (error: unknown) => boolean;
  /** The failure of a caller whose own deadline passed while it waited for somebody else's call. */
  readonly impatience: (key: string, call: ReadCall) => unknown;
}

export interface SharedReads<T> {
  /**
   * The result of the call under this key: a new one, or the one under way. A caller joins only a call that is already sent or waits in a lane at
   * least as urgent as its own; otherwise its own call takes the waiting one's place and serves its callers too.
   * @throws what the call threw, or the caller's abort reason.
   */
  read(key: string, call: ReadCall, start: StartRead<T>): Promise<T>;
  /** Something changed upstream: reads that begin from now on do not join earlier ones. */
  forget(): void;
}

interface Flight<T> {
  readonly lane: Lane;
  readonly outcome: Promise<T>;
  readonly departure: Promise<void>;
  readonly stop: AbortController;
  sent: boolean;
  followers: number;
}

const TAKEN_OVER = new Error('A more urgent call took over.');

const isAsUrgent = (lane: Lane, than: Lane): boolean => LANES.indexOf(lane) <= LANES.indexOf(than);

export function createSharedReads<T>(options: SharedReadsOptions): SharedReads<T> {
  const { clock, waits, isImpatience, impatience } = options;
  const flights = new Map<string, Flight<T>>();

  const launch = (key: string, call: ReadCall, start: StartRead<T>): Flight<T> => {
    const stop = new AbortController();
    const departure = Promise.withResolvers<void>();
    const onSent = (): void => {
      flight.sent = true;
      departure.resolve();
    };
    const outcome = Promise.resolve()
      .then(() => start({ ...call, signal: stop.signal }, onSent))
      .finally(() => {
        if (flights.get(key) === flight) flights.delete(key);
        departure.resolve();
      });
    outcome.catch(() => {});
    const flight: Flight<T> = {
      lane: call.lane,
      outcome,
      departure: departure.promise,
      stop,
      sent: false,
      followers: 0,
    };
    flights.get(key)?.stop.abort(TAKEN_OVER);
    flights.set(key, flight);
    return flight;
  };

  const follow = async (key: string, flight: Flight<T>, call: ReadCall, deadline: number | null): Promise<T> => {
    const own = Promise.withResolvers<never>();
    const onAbort = (): void => own.reject(call.signal?.reason);
    call.signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      deadline === null || !Number.isFinite(deadline)
        ? null
        : clock.after(deadline - clock.monotonic(), () => {
            if (!flight.sent) own.reject(impatience(key, call));
          });
    flight.followers += 1;
    try {
      return await Promise.race([flight.outcome, own.promise]);
    } finally {
      call.signal?.removeEventListener('abort', onAbort);
      timer?.cancel();
      flight.followers -= 1;
      if (flight.followers === 0) {
        if (flights.get(key) === flight) flights.delete(key);
        flight.stop.abort(call.signal?.reason);
      }
    }
  };

  const join = async (key: string, flight: Flight<T>, call: ReadCall, deadline: number): Promise<T> => {
    const endWait = flight.sent ? () => {} : waits.begin(call.meter);
    void flight.departure.then(endWait);
    try {
      return await follow(key, flight, call, deadline);
    } finally {
      endWait();
    }
  };

  return {
    async read(key, call, start) {
      const deadline = clock.monotonic() + call.maxWaitMs;
      let hasJoined = false;
      for (;;) {
        call.signal?.throwIfAborted();
        const current = flights.get(key);
        const joins = current !== undefined && (current.sent || isAsUrgent(current.lane, call.lane));
        try {
          if (joins) {
            if (!hasJoined && call.meter) call.meter.coalesced += 1;
            hasJoined = true;
            return await join(key, current, call, deadline);
          }
          const maxWaitMs = Math.max(0, deadline - clock.monotonic());
          return await follow(key, launch(key, { ...call, maxWaitMs }, start), call, null);
        } catch (error) {
          const tookOver = error === TAKEN_OVER;
          const othersImpatience = joins && isImpatience(error) && deadline > clock.monotonic();
          if (!tookOver && !othersImpatience) throw error;
        }
      }
    },
    forget: () => flights.clear(),
  };
}
