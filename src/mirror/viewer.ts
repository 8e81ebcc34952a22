// The person behind the credential, kept in memory: it hardly ever changes and nothing is stored about it.
import type { UpstreamUser } from '../upstream/port.ts';
import { ageLimit, type Demand } from './demand.ts';
import { isTooOld } from './freshness.ts';
import type { Parts } from './parts.ts';

/**
 * @returns a function that gives the user at the age of organizations; null when Gandi does not tell, as with a token that has no right to ask (403), and
 * the last known one when it cannot be asked.
 */
export function createViewer(parts: Parts): (demand: Demand) => Promise<UpstreamUser | null> {
  const { port, clock, ages, flights, detailWaitMs } = parts;
  let last: { readonly user: UpstreamUser | null; readonly asOf: number } | null = null;

  return async (demand) => {
    const limit = ageLimit(demand, ages, 'organizations', clock.now());
    if (last !== null && !isTooOld(last.asOf, limit)) return last.user;
    const options = { maxWaitMs: demand.maxWaitMs ?? detailWaitMs, finishLate: false };
    const outcome = await flights.run('user', demand, options, async (caller) => {
      const asOf = clock.now();
      caller.plan(1);
      const user = await caller.send((call) => port.user(call));
      last = { user, asOf };
      return user;
    });
    if (outcome.kind === 'done') return outcome.value;
    const isRefused = outcome.kind === 'failed' && outcome.error.kind === 'forbidden';
    if (isRefused) last = { user: null, asOf: clock.now() };
    return last?.user ?? null;
  };
}
