// Shows the call budget: how much of Gandi's limit is left and how long each lane would wait.
import { wholeMs } from '../lib/whole-ms.ts';
import type { Budget } from '../upstream/budget/budget.ts';
import { LANES } from '../upstream/budget/lanes.ts';
import type { UpstreamService } from './services.ts';

/** A tenant that has nothing waiting, for which waits are estimated. */
const NEWCOMER = 'newcomer';

/** `estimatedWaitMs` is what a call would wait that joins now, from a tenant that has nothing waiting yet. */
export function createUpstreamService({ budget }: { budget: Pick<Budget, 'snapshot' | 'estimate'> }): UpstreamService {
  return {
    rateBudget() {
      const snapshot = budget.snapshot();
      return {
        mode: snapshot.mode,
        limits: snapshot.windows.map(({ limit, windowMs, remaining }) => ({ limit, windowMs, remaining })),
        inFlight: snapshot.inFlight,
        pausedUntil: snapshot.pausedUntil,
        nextSlotInMs: wholeMs(snapshot.nextSlotInMs),
        lanes: LANES.map((lane) => ({
          lane,
          queued: snapshot.queued[lane],
          granted: snapshot.granted[lane],
          refused: snapshot.refused[lane],
          estimatedWaitMs: wholeMs(budget.estimate({ lane, tenant: NEWCOMER })),
        })),
      };
    },
  };
}
