// The upstream budget: every call to Gandi takes a permit here first, and in no window do more calls arrive than the limit allows.
import type { Clock } from '../../lib/clock.ts';
import { createAlarm } from './alarm.ts';
import { estimateWaitMs } from './estimate.ts';
import { LANE_RULES, type Lane } from './lanes.ts';
import { createLocalPermitStore } from './local-permit-store.ts';
import { createPacer } from './pacer.ts';
import { type BackOff, createPenalty } from './penalty.ts';
import { createPermitIssuer, type Permit } from './permit.ts';
import type { PermitStore, Slot, SlotAsk } from './permit-store.ts';
import { assertRateLimits, type RateLimit } from './rate-limit.ts';
import { BudgetRefused, type RefusalReason } from './refusal.ts';
import { type BudgetSnapshot, perLane, tightest } from './snapshot.ts';
import { createWaitingRoom, type Waiter } from './waiting-room.ts';

export interface BudgetOptions {
  readonly clock: Clock;
  /** All of them hold at once. */
  readonly limits: readonly RateLimit[];
  /** Where slots are counted. Default: in this process. */
  readonly store?: PermitStore;
  /**
   * Monotonic milliseconds until which a process before this one may have used up every window, such as the start of this one.
   * Default: there was none. Another `store` knows by itself.
   */
  readonly usedUntil?: number;
  /** How long after {@link Permit.lost} the request may still reach Gandi. Default 10 seconds. */
  readonly maxTransitMs?: number;
  /** Calls one tenant may have waiting in one lane. Default 1,000. */
  readonly maxQueuedPerTenant?: number;
}

export interface AcquireOptions {
  readonly lane: Lane;
  /** Whose turn it is inside the lane. */
  readonly tenant: string;
  /** Longest wait for the permit in milliseconds, the call itself not included. 0: only at once. Default: the lane's own. */
  readonly maxWaitMs?: number;
  readonly signal?: AbortSignal;
}

export interface Budget {
  /**
   * Resolves when the call may be sent: at once when a slot is free, otherwise when the call's turn comes.
   *
   * Rejects with {@link BudgetRefused}: at once when the expected wait is longer than `maxWaitMs` or the tenant has too many calls waiting;
   * after `maxWaitMs` when more urgent calls came in between. Rejects with the signal's reason, at once, when the signal aborts first; the waiter
   * then has left the queue. A permit once given stays the caller's to settle, aborted or not.
   */
  acquire(options: AcquireOptions): Promise<Permit>;
  /** Milliseconds a call that joins now would wait if nobody else came; 0 when it would go at once. */
  estimate(call: { readonly lane: Lane; readonly tenant: string }): number;
  /** Gandi refused a call for the rate. Nothing is sent until the pause is over, and then gently. Never shortens a pause. */
  backOff(asked?: BackOff): void;
  /**
   * From now on these limits hold; calls already sent count against them.
   * @throws {RangeError} when they make no sense; the old ones then stay.
   */
  setLimits(limits: readonly RateLimit[]): void;
  snapshot(): BudgetSnapshot;
}

/** A call whose slot and deadline fall together gets the slot. */
const SAME_MOMENT_MS = 1;

/** One for each limit of Gandi's, that is for each credential or source address; all tenants and lanes under that limit share it. */
export function createBudget(options: BudgetOptions): Budget {
  const { clock, maxTransitMs = 10_000, maxQueuedPerTenant = 1_000 } = options;
  assertRateLimits(options.limits);
  const store = options.store ?? createLocalPermitStore(options.limits, options.usedUntil);
  const pacer = createPacer(options.limits);
  const penalty = createPenalty();
  const granted = perLane(() => 0);
  const refused = perLane(() => 0);
  let shortestWindowMs = shortest(options.limits);
  /** The store has been asked for a slot and has not answered yet. */
  let asking = false;

  const serve = (): void => {
    let now = clock.monotonic();
    refuseOverdue(now - SAME_MOMENT_MS, now);
    let at = nextSlotFor(now);
    while (typeof at !== 'number') {
      admitNext(at, now);
      now = clock.monotonic();
      at = nextSlotFor(now);
    }
    refuseOverdue(now, now);
    if (room.size === 0) alarm.clear();
    else alarm.set(Math.min(at, room.earliestDeadline));
  };
  const room = createWaitingRoom(serve);
  const alarm = createAlarm(clock, serve);
  store.listen({
    onChange({ limits }) {
      pacer.setLimits(limits);
      serve();
    },
    onPause: pacer.pause,
  });
  const issuer = createPermitIssuer({ clock, maxTransitMs, onFreed: () => room.size > 0 && serve() });

  /** A slot for the waiter whose turn it is, or the moment to look again. */
  const nextSlotFor = (now: number): Slot | number => {
    const next = room.next();
    if (next === undefined || asking) return Number.POSITIVE_INFINITY;
    const readyAt = pacer.readyAt(next.isSpaced);
    return readyAt > now ? readyAt : takeSlot(now, next);
  };
  const takeSlot = (now: number, ask: SlotAsk): Slot | number => {
    const answer = store.take(now, ask);
    if (!(answer instanceof Promise)) return answer;
    asking = true;
    void answer.then(onLateAnswer);
    return Number.POSITIVE_INFINITY;
  };
  const onLateAnswer = (answer: Slot | number): void => {
    asking = false;
    if (typeof answer === 'number') {
      alarm.set(answer);
      return;
    }
    const now = clock.monotonic();
    const next = room.next();
    if (next === undefined || pacer.readyAt(next.isSpaced) > now) answer.release();
    else admitNext(answer, now);
    serve();
  };
  const admitNext = (slot: Slot, now: number): void => {
    const waiter = room.callNext();
    if (!waiter) slot.release();
    else waiter.resolve(issue(slot, waiter.lane, waiter.joinedAt, now));
  };
  const issue = (slot: Slot, lane: Lane, joinedAt: number, now: number): Permit => {
    granted[lane] += 1;
    pacer.granted(now);
    return issuer.issue(slot, lane, joinedAt, now);
  };

  const estimate = (lane: Lane, tenant: string, now: number): number =>
    estimateWaitMs({ lane, tenant }, now, room, store.forecast(now, issuer.roundTripMs), pacer.forecast());
  const refusal = (reason: RefusalReason, lane: Lane, retryAfterMs: number): BudgetRefused => {
    refused[lane] += 1;
    return new BudgetRefused(reason, lane, retryAfterMs);
  };
  const refuseOverdue = (by: number, now: number): void => {
    for (let late = room.takeOverdue(by); late; late = room.takeOverdue(by)) {
      late.reject(refusal('deadline', late.lane, estimate(late.lane, late.tenant, now)));
    }
  };

  return {
    acquire({ lane, tenant, maxWaitMs = LANE_RULES[lane].maxWaitMs, signal }) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      const now = clock.monotonic();
      const isSpaced = LANE_RULES[lane].paced;
      if (room.size === 0 && !asking && pacer.readyAt(isSpaced) <= now) {
        const slot = takeSlot(now, { lane, isSpaced, isDue: false });
        if (typeof slot !== 'number') return Promise.resolve(issue(slot, lane, now, now));
      }
      if (room.sizeOf(lane, tenant) >= maxQueuedPerTenant) {
        const perTurnMs = estimate(lane, tenant, now) / (maxQueuedPerTenant + 1);
        return Promise.reject(refusal('queue-full', lane, Math.max(perTurnMs, pacer.pausedUntil - now)));
      }
      const expectedMs = maxWaitMs === Number.POSITIVE_INFINITY ? 0 : estimate(lane, tenant, now);
      return new Promise<Permit>((resolve, reject) => {
        const waiter: Waiter = { lane, tenant, joinedAt: now, maxWaitMs, at: now + maxWaitMs, resolve, reject };
        const seat = room.join(waiter, signal);
        serve();
        if (expectedMs > maxWaitMs && seat.leave()) {
          reject(refusal('deadline', lane, expectedMs - maxWaitMs));
          serve();
        }
      });
    },
    estimate: ({ lane, tenant }) => estimate(lane, tenant, clock.monotonic()),
    backOff(asked = {}) {
      const now = clock.monotonic();
      const { pausedUntil, recoversAt } = pacer;
      const moment = { now, epochNow: clock.now(), pausedUntil, recoversAt, shortestWindowMs };
      const until = now + penalty.pauseMs(asked, moment);
      pacer.pause(until);
      if (until > now) store.pause(until, now);
    },
    setLimits(limits) {
      pacer.setLimits(limits);
      store.setLimits(limits, clock.monotonic());
      shortestWindowMs = shortest(limits);
      serve();
    },
    snapshot() {
      const now = clock.monotonic();
      const windows = store.usage(now);
      const { limit, windowMs, remaining } = tightest(windows);
      const pauseMs = pacer.pausedUntil - now;
      return {
        limit,
        windowMs,
        remaining,
        windows,
        mode: store.mode,
        queued: perLane((lane) => room.sizeOf(lane)),
        granted: { ...granted },
        refused: { ...refused },
        inFlight: store.inFlight,
        pausedUntil: pauseMs > 0 ? clock.now() + pauseMs : null,
        nextSlotInMs: Math.max(0, pacer.readyAt(false) - now, store.forecast(now, issuer.roundTripMs).next(now) - now),
      };
    },
  };
}

function shortest(limits: readonly RateLimit[]): number {
  return Math.min(...limits.map(({ windowMs }) => windowMs));
}
