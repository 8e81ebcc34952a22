// The poller as tests want it: the sandbox's cadence, no spread, and Gandi's usual limit with nobody else waiting.
import { createLocalBus } from '../../src/events/bus.ts';
import {
  createOperationPoller,
  type OperationPoller,
  type OperationPollerDeps,
} from '../../src/jobs/operation-poller.ts';
import { SANDBOX_CADENCE } from '../../src/jobs/poll-cadence.ts';
import { createPollPace } from '../../src/jobs/poll-pace.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';

export const CALLS_PER_SECOND = 15;

export function createTestPoller(
  sources: OperationPollerDeps['sources'],
  { clock, ...more }: Partial<OperationPollerDeps> & { readonly clock: Clock },
): OperationPoller {
  return createOperationPoller({
    sources,
    clock,
    pace: createPollPace({ clock, callsPerSecond: CALLS_PER_SECOND, isCrowded: () => false }),
    bus: createLocalBus(),
    logger: silentLogger,
    cadence: SANDBOX_CADENCE,
    owner: crypto.randomUUID(),
    random: () => 0.5,
    ...more,
  });
}
