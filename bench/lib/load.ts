// The loads a limiter is measured under, on any clock.
import { type Clock, sleep } from '../../src/lib/clock.ts';
import { LANES, type Lane } from '../../src/upstream/budget/lanes.ts';

/** Anything that decides when a call may start. Rejects or resolves with the call. */
export type Limiter = (lane: Lane, tenant: string, call: () => Promise<void>) => Promise<void>;

/** Milliseconds each call waited before it started, by lane. */
export type Waits = ReadonlyMap<Lane, number[]>;

export interface Load {
  readonly clock: Clock;
  readonly limiter: Limiter;
  readonly call: () => Promise<void>;
  readonly random: () => number;
  /** Ends the load; calls that still wait then are not counted. */
  readonly signal: AbortSignal;
  /** Waits before this moment (monotonic ms) are not counted. */
  readonly countFrom: number;
}

const TENANTS = ['north', 'south', 'west'];
const WORKERS_PER_TENANT = 20;

/** Every lane always has calls waiting. */
export function everyLaneFull(load: Load): Waits {
  return start(load, (one) => keepFull(load, LANES, one));
}

/** `backfill` always has calls waiting; `interactive` and `money` come at random, together `perSecond` calls on average. */
export function backfillAndPeople(load: Load, perSecond: number): Waits {
  return start(load, (one) => {
    keepFull(load, ['backfill'], one);
    void arriveAtRandom(load, perSecond, one);
  });
}

type One = (lane: Lane, tenant: string) => Promise<void>;

function start(load: Load, begin: (one: One) => void): Waits {
  const { clock, limiter, call, signal, countFrom } = load;
  const waits = new Map<Lane, number[]>(LANES.map((lane) => [lane, []]));
  begin(async (lane, tenant) => {
    const askedAt = clock.monotonic();
    const started = limiter(lane, tenant, () => {
      if (askedAt >= countFrom && !signal.aborted) waits.get(lane)?.push(clock.monotonic() - askedAt);
      return call();
    });
    await started.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  });
  return waits;
}

function keepFull({ signal }: Load, lanes: readonly Lane[], one: One): void {
  const work = async (lane: Lane, tenant: string): Promise<void> => {
    while (!signal.aborted) await one(lane, tenant);
  };
  for (const lane of lanes) {
    for (const tenant of TENANTS) {
      for (let worker = 0; worker < WORKERS_PER_TENANT; worker += 1) void work(lane, tenant);
    }
  }
}

async function arriveAtRandom({ clock, random, signal }: Load, perSecond: number, one: One): Promise<void> {
  let dueAt = clock.monotonic();
  while (!signal.aborted) {
    dueAt += (-Math.log(1 - random()) * 1_000) / perSecond;
    await sleep(clock, dueAt - clock.monotonic());
    const tenant = TENANTS[Math.floor(random() * TENANTS.length)] ?? 'north';
    void one(random() < 0.5 ? 'money' : 'interactive', tenant);
  }
}

/** Uniform numbers between 0 and 1, the same for the same seed: the linear congruential generator of Park and Miller. */
export function seededRandom(seed: number): () => number {
  const modulus = 2_147_483_647;
  let state = (seed % (modulus - 1)) + 1;
  return () => {
    state = (state * 48_271) % modulus;
    return state / modulus;
  };
}
