// Measures how long an operation waited for permits: waits that ran side by side count once.
import type { Clock } from '../lib/clock.ts';
import type { UpstreamMeter } from '../lib/upstream-meter.ts';

interface Waits {
  running: number;
  since: number;
  totalMs: number;
}

export interface WaitMeter {
  /** A wait begins for this operation; call the result when it ended, granted or not (a second time does nothing). */
  begin(meter: UpstreamMeter | undefined): () => void;
}

export function createWaitMeter(clock: Clock): WaitMeter {
  const waitsOf = new WeakMap<UpstreamMeter, Waits>();
  return {
    begin(meter) {
      if (!meter) return () => {};
      const waits = waitsOf.get(meter) ?? { running: 0, since: 0, totalMs: 0 };
      waitsOf.set(meter, waits);
      if (waits.running === 0) waits.since = clock.monotonic();
      waits.running += 1;
      let open = true;
      return () => {
        if (!open) return;
        open = false;
        const now = clock.monotonic();
        waits.running -= 1;
        waits.totalMs += now - waits.since;
        waits.since = now;
        meter.waitedMs = Math.round(waits.totalMs);
      };
    },
  };
}
