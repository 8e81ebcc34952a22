// Stops calling a host that does not answer: open after a run of failures, then one probe at a time until one succeeds.
import type { Clock } from '../lib/clock.ts';

export type CircuitState = 'closed' | 'open' | 'half-open';

export interface CircuitOptions {
  readonly clock: Clock;
  /** Failures in a row that open the circuit. Default 5. */
  readonly failures?: number;
  /** How long it stays open the first time, in milliseconds; doubled after each failed probe. Default 10 seconds. */
  readonly openMs?: number;
  /** Longest time it stays open. Default 60 seconds. */
  readonly maxOpenMs?: number;
  readonly onChange?: (state: CircuitState) => void;
}

/** The right to make one call through the circuit; exactly one of its methods must be called, later calls do nothing. */
export interface Pass {
  /** The host answered, whatever it said. */
  succeeded(): void;
  failed(): void;
  /** Nothing was learnt, for instance because the caller gave up. */
  withdrawn(): void;
}

export interface Circuit {
  readonly state: CircuitState;
  /** Milliseconds until a call may be tried; 0 when one may be tried now. */
  waitMs(): number;
  /** null while the circuit is open, and while half open when a probe is already under way. */
  enter(): Pass | null;
}

const PROBE_UNDER_WAY_MS = 1_000;

/** Results of calls that entered before the circuit last changed do not count. Time is the clock's monotonic one. */
export function createCircuit(options: CircuitOptions): Circuit {
  const { clock, failures = 5, openMs = 10_000, maxOpenMs = 60_000, onChange } = options;
  let state: CircuitState = 'closed';
  let era = 0;
  let inARow = 0;
  let openForMs = openMs;
  let openUntil = 0;
  let probing = false;

  const become = (next: CircuitState): void => {
    state = next;
    era += 1;
    inARow = 0;
    probing = false;
    onChange?.(next);
  };
  const open = (): void => {
    openUntil = clock.monotonic() + openForMs;
    openForMs = Math.min(openForMs * 2, maxOpenMs);
    become('open');
  };
  const pass = (): Pass => {
    const entered = era;
    let used = false;
    const once = (report: () => void) => () => {
      if (used) return;
      used = true;
      if (entered === era) report();
    };
    return {
      succeeded: once(() => {
        inARow = 0;
        if (state === 'closed') return;
        openForMs = openMs;
        become('closed');
      }),
      failed: once(() => {
        inARow += 1;
        if (state === 'half-open' || inARow >= failures) open();
      }),
      withdrawn: once(() => {
        probing = false;
      }),
    };
  };

  const waitMs = (): number => {
    if (state === 'open') return Math.max(0, openUntil - clock.monotonic());
    return probing ? PROBE_UNDER_WAY_MS : 0;
  };

  return {
    get state() {
      return state;
    },
    waitMs,
    enter() {
      if (waitMs() > 0) return null;
      if (state === 'open') become('half-open');
      if (state === 'half-open') probing = true;
      return pass();
    },
  };
}
