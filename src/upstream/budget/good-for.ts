// How long something stays good, also through a stop of the process or of the whole machine.
import type { Clock } from '../../lib/clock.ts';

/**
 * Tells, whenever it is called, whether `ms` milliseconds have not yet passed since this call. Asks both clocks: the monotonic one does not run while a virtual
 * machine is suspended, and the wall clock may be set back; either of them ends it.
 */
export function goodFor(clock: Clock, ms: number): () => boolean {
  const monotonicFrom = clock.monotonic();
  const epochFrom = clock.now();
  return () => clock.monotonic() - monotonicFrom <= ms && clock.now() - epochFrom <= ms;
}
