// The far end of the wire in budget tests: takes calls with a delay there and back, and remembers when each arrived.
import { sleep } from '../../../src/lib/clock.ts';
import type { AcquireOptions, Budget } from '../../../src/upstream/budget/budget.ts';
import type { Permit } from '../../../src/upstream/budget/permit.ts';
import type { RateLimit } from '../../../src/upstream/budget/rate-limit.ts';
import type { FakeClock } from '../../helpers/fake-clock.ts';

export interface Receiver {
  /** Arrivals in monotonic milliseconds, in the order they came. */
  readonly arrivals: number[];
  /** What was granted, in order. */
  readonly granted: { readonly name: string; readonly at: number }[];
  /** Takes a permit, sends the call, settles it when answered. */
  call(name: string, options: AcquireOptions, outMs?: number, backMs?: number): Promise<void>;
}

export function createReceiver(clock: FakeClock, budget: Budget): Receiver {
  const arrivals: number[] = [];
  const granted: { name: string; at: number }[] = [];
  return {
    arrivals,
    granted,
    async call(name, options, outMs = 0, backMs = 0) {
      const permit = await budget.acquire(options);
      granted.push({ name, at: clock.monotonic() });
      if (outMs > 0) await sleep(clock, outMs);
      arrivals.push(clock.monotonic());
      if (backMs > 0) await sleep(clock, backMs);
      permit.done();
    },
  };
}

/** Takes `count` permits at once and settles each right away. */
export async function spend(budget: Budget, count: number, options: Partial<AcquireOptions> = {}): Promise<void> {
  for (let taken = 0; taken < count; taken += 1) {
    const permit = await budget.acquire({ lane: 'money', tenant: 'earlier', ...options });
    permit.done();
  }
}

/** Takes every slot and gives the permits, still in flight. */
export async function fill(budget: Budget, count: number): Promise<Permit[]> {
  return Promise.all(Array.from({ length: count }, () => budget.acquire({ lane: 'money', tenant: 'earlier' })));
}

/** The largest number of arrivals in any window of `windowMs`, both ends included. */
export function mostInAnyWindow(arrivals: readonly number[], { windowMs }: Pick<RateLimit, 'windowMs'>): number {
  const sorted = arrivals.toSorted((left, right) => left - right);
  let most = 0;
  let first = 0;
  sorted.forEach((at, last) => {
    while (at - (sorted[first] ?? at) > windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most;
}
