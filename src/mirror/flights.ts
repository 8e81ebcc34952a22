// Work against Gandi that several operations may want at once: done once, at the urgency of the most urgent of those who wait, counted for who began it.
import type { Clock } from '../lib/clock.ts';
import { LANES, type Lane } from '../upstream/budget/lanes.ts';
import type { UpstreamError } from '../upstream/errors.ts';
import type { CallOptions } from '../upstream/port.ts';
import type { Demand } from './demand.ts';
import { isUpstreamFailure } from './failure.ts';
import { createCallGroup } from './flight-calls.ts';
import { noteWait } from './waits.ts';

/** Handed to shared work, to make its calls with. */
export interface Caller {
  /** Makes one call of the port as it stands now: lane, tenant, longest wait. A call not yet sent moves along when the urgency changes. */
  send<T>(call: (options: CallOptions) => Promise<T>): Promise<T>;
  /** States that the work needs so many calls more than was stated before. */
  plan(calls: number): void;
  /** Does other shared work on behalf of this one; who waits for this one then lends it his urgency. */
  share<T>(key: string, work: Work<T>): Promise<Outcome<T>>;
}

export type Work<T> = (caller: Caller) => Promise<T>;

export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: UpstreamError }
  /** Not ended within the caller's wait. */
  | { readonly kind: 'late' };

export interface FlightOptions {
  /** Longest wait of this caller in milliseconds. */
  readonly maxWaitMs: number;
  /** The work goes on in lane backfill when its callers have waited long enough; otherwise what was not sent is dropped. */
  readonly finishLate: boolean;
}

export interface Flights {
  /**
   * Joins the work under way for `key`, or starts it. Failures of calls come back as `failed`; any other error of the work rejects.
   * Rejects with the signal's reason as soon as the demand's signal aborts. Work that nobody wants any more sends nothing more; what was sent is used.
   */
  run<T>(key: string, demand: Demand, options: FlightOptions, work: Work<T>): Promise<Outcome<T>>;
  /** Callers that come from now on begin anew instead of joining: something changed upstream. */
  forget(key: string): void;
  /** Resolves when no work is under way, forgotten and abandoned work included, however it ended. */
  idle(): Promise<void>;
}

type Counter = 'planned' | 'made' | 'coalesced';

/** One who waits for a flight: an operation, or another flight. */
interface Passenger {
  readonly lane: () => Lane;
  readonly tenant: () => string;
  /** Monotonic milliseconds. */
  readonly deadline: () => number;
  readonly onCounted: (counter: Counter, calls: number) => void;
  readonly onWaited: (from: number, to: number) => void;
}

interface Flight {
  readonly outcome: Promise<unknown>;
  readonly board: (passenger: Passenger) => () => void;
  readonly urgencyChanged: () => void;
}

/** Calls of work that goes on may wait so much longer than its callers, so that it is the callers who give up first. */
const LATE_GRACE_MS = 1_000;

/** Rejects the calls of work that nobody waits for any more. */
class AbandonedError extends Error {
  override readonly name = 'AbandonedError';
}

export function createFlights({ clock }: { readonly clock: Clock }): Flights {
  const flights = new Map<string, Flight>();
  const inTheAir = new Set<Promise<unknown>>();

  const take = (key: string, work: Work<unknown>, passenger: Passenger): { flight: Flight; leave: () => void } => {
    const known = flights.get(key);
    if (known) return { flight: known, leave: known.board(passenger) };
    const flight = launch(key, work);
    flights.set(key, flight);
    return { flight, leave: flight.board(passenger) };
  };

  const launch = (key: string, work: Work<unknown>): Flight => {
    const passengers = new Set<Passenger>();
    const children = new Set<Flight>();
    const mostUrgent = (): Passenger | undefined =>
      [...passengers].sort((a, b) => LANES.indexOf(a.lane()) - LANES.indexOf(b.lane()))[0];
    const lane = () => mostUrgent()?.lane() ?? 'backfill';
    const tenant = () => mostUrgent()?.tenant() ?? '';
    const deadline = () => Math.max(...[...passengers].map((passenger) => passenger.deadline()));
    /** Whoever has waited longest pays for the calls; for the others they are calls saved. */
    const onCounted = (counter: Counter, count: number) => {
      let isPayer = true;
      for (const passenger of passengers) {
        if (isPayer) passenger.onCounted(counter, count);
        else if (counter !== 'planned') passenger.onCounted('coalesced', count);
        isPayer = false;
      }
    };
    const onWaited = (from: number, to: number) => {
      for (const passenger of passengers) passenger.onWaited(from, to);
    };
    const calls = createCallGroup({
      clock,
      urgency: () => ({ lane: lane(), tenant: tenant(), maxWaitMs: Math.max(0, deadline() - clock.monotonic()) }),
      onCounted,
      onWaited,
    });
    const asPassenger: Passenger = { lane, tenant, deadline, onCounted, onWaited };
    const caller: Caller = {
      send: (call) => calls.send(call),
      plan: (count) => onCounted('planned', count),
      async share<T>(childKey: string, childWork: Work<T>) {
        const { flight: child, leave } = take(childKey, childWork, asPassenger);
        children.add(child);
        try {
          return await settle<T>(child.outcome);
        } finally {
          children.delete(child);
          leave();
        }
      },
    };
    const urgencyChanged = () => {
      calls.urgencyChanged();
      for (const child of children) child.urgencyChanged();
    };
    const forgetSelf = () => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    const outcome = Promise.resolve().then(() => work(caller));
    inTheAir.add(outcome);
    const landed = () => {
      inTheAir.delete(outcome);
      forgetSelf();
    };
    outcome.then(landed, landed);
    const flight: Flight = {
      outcome,
      urgencyChanged,
      board(passenger) {
        passengers.add(passenger);
        urgencyChanged();
        return () => {
          if (!passengers.delete(passenger)) return;
          if (passengers.size > 0) return urgencyChanged();
          forgetSelf();
          calls.abandon(new AbandonedError(`Nobody waits for ${key} any more.`));
        };
      },
    };
    return flight;
  };

  return {
    async run<T>(key: string, demand: Demand, { maxWaitMs, finishLate }: FlightOptions, work: Work<T>) {
      demand.signal?.throwIfAborted();
      const joinedAt = clock.monotonic();
      let isLate = false;
      const passenger: Passenger = {
        lane: () => (isLate ? 'backfill' : demand.lane),
        tenant: () => demand.tenant,
        deadline: () => (isLate ? Number.POSITIVE_INFINITY : joinedAt + maxWaitMs + (finishLate ? LATE_GRACE_MS : 0)),
        onCounted: (counter, count) => {
          demand.meter[counter] += count;
        },
        onWaited: (from, to) => isLate || noteWait(demand.meter, Math.max(from, joinedAt), to),
      };
      const { flight, leave } = take(key, work, passenger);
      const patience = Promise.withResolvers<Outcome<T>>();
      const onAbort = () => patience.reject(demand.signal?.reason);
      demand.signal?.addEventListener('abort', onAbort, { once: true });
      const timer = Number.isFinite(maxWaitMs)
        ? clock.after(maxWaitMs, () => patience.resolve({ kind: 'late' }))
        : null;
      let goesOn = false;
      try {
        const outcome = await Promise.race([settle<T>(flight.outcome), patience.promise]);
        goesOn = outcome.kind === 'late' && finishLate;
        return outcome;
      } finally {
        demand.signal?.removeEventListener('abort', onAbort);
        timer?.cancel();
        if (goesOn) {
          isLate = true;
          flight.urgencyChanged();
        } else leave();
      }
    },
    forget: (key) => void flights.delete(key),
    async idle() {
      while (inTheAir.size > 0) await Promise.allSettled(inTheAir);
    },
  };
}

async function settle<T>(outcome: Promise<unknown>): Promise<Outcome<T>> {
  try {
    return { kind: 'done', value: (await outcome) as T };
  } catch (error) {
    if (isUpstreamFailure(error)) return { kind: 'failed', error };
    throw error;
  }
}
