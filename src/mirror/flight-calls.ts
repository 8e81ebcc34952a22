// The calls of one piece of shared work: made at its present urgency, asked again when the urgency changes before they were sent.
import type { Clock } from '../lib/clock.ts';
import { createUpstreamMeter, type UpstreamMeter } from '../lib/upstream-meter.ts';
import type { Lane } from '../upstream/budget/lanes.ts';
import type { CallOptions } from '../upstream/port.ts';

export interface Urgency {
  readonly lane: Lane;
  readonly tenant: string;
  readonly maxWaitMs: number;
}

export interface CallGroup {
  send<T>(call: (options: CallOptions) => Promise<T>): Promise<T>;
  /** Calls that were not sent yet are withdrawn and asked again with the present urgency. */
  urgencyChanged(): void;
  /** Withdraws what was not sent and refuses further calls with `reason`; calls already sent come to their end. */
  abandon(reason: Error): void;
}

interface PendingCall {
  readonly lane: Lane;
  readonly meter: UpstreamMeter;
  readonly withdraw: AbortController;
}

const ASK_AGAIN = Symbol('ask again');

export function createCallGroup(options: {
  readonly clock: Clock;
  readonly urgency: () => Urgency;
  readonly onCounted: (counter: 'made' | 'coalesced', calls: number) => void;
  /** A wait for permits, monotonic milliseconds. */
  readonly onWaited: (from: number, to: number) => void;
}): CallGroup {
  const { clock, urgency, onCounted, onWaited } = options;
  const pending = new Set<PendingCall>();
  let abandoned: Error | null = null;

  const attempt = async <T>(call: (options: CallOptions) => Promise<T>): Promise<T | typeof ASK_AGAIN> => {
    const { lane, tenant, maxWaitMs } = urgency();
    const meter = createUpstreamMeter();
    const withdraw = new AbortController();
    const entry: PendingCall = { lane, meter, withdraw };
    const startedAt = clock.monotonic();
    pending.add(entry);
    try {
      return await call({ lane, tenant, maxWaitMs, meter, signal: withdraw.signal });
    } catch (error) {
      if (withdraw.signal.reason === ASK_AGAIN && meter.made === 0) return ASK_AGAIN;
      throw error;
    } finally {
      pending.delete(entry);
      if (meter.made > 0) onCounted('made', meter.made);
      if (meter.coalesced > 0 && withdraw.signal.reason !== ASK_AGAIN) onCounted('coalesced', meter.coalesced);
      onWaited(startedAt, startedAt + meter.waitedMs);
    }
  };

  return {
    async send(call) {
      for (;;) {
        if (abandoned) throw abandoned;
        const result = await attempt(call);
        if (result !== ASK_AGAIN) return result;
      }
    },
    urgencyChanged() {
      const { lane } = urgency();
      for (const entry of pending) if (entry.lane !== lane && entry.meter.made === 0) entry.withdraw.abort(ASK_AGAIN);
    },
    abandon(reason) {
      abandoned = reason;
      for (const entry of pending) if (entry.meter.made === 0) entry.withdraw.abort(reason);
    },
  };
}
