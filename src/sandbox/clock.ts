// The sandbox's own time: it runs at a chosen speed, can be moved forward, and does each scheduled step at its own instant.
import type { Clock, Timer } from '../lib/clock.ts';
import { createWorkQueue, type QueuedWork } from './work-queue.ts';

export interface SandboxClock {
  /** Epoch milliseconds in the sandbox. While a scheduled step runs, exactly the instant it was scheduled for. */
  now(): number;
  /** Sandbox milliseconds per real millisecond; 0 stands still until {@link SandboxClock.advance}. */
  readonly speed: number;
  /** @throws RangeError for a negative or infinite speed. */
  setSpeed(speed: number): void;
  /**
   * Moves time forward and runs every step that falls due on the way, in order of instant, then of scheduling;
   * steps scheduled by steps included.
   * @throws RangeError for a negative or infinite number of milliseconds.
   */
  advance(ms: number): void;
  /** Runs `step` when `instant` (rounded up to a whole millisecond) is reached; an instant already past runs at the next {@link SandboxClock.settle}. */
  at(instant: number, step: () => void): Timer;
  /** Runs what is due by now. Called for each request; a timer of the underlying clock calls it too. */
  settle(): void;
  /** Instant of the earliest step to come. */
  nextAt(): number | undefined;
  /** Drops the timer and all steps. */
  close(): void;
}

/** The longest the underlying timer is asked to wait, well under the 24.8 days a Node timer can hold. */
const longestWait = 3_600_000;

/**
 * @param base where real time and timers come from.
 * @param options `startAt` epoch milliseconds of the first instant (default: `base.now()`); `speed` default 1.
 */
export function createSandboxClock(base: Clock, options: { startAt?: number; speed?: number } = {}): SandboxClock {
  const queue = createWorkQueue();
  let anchor = options.startAt ?? base.now();
  let anchoredAt = base.monotonic();
  let speed = checked('speed', options.speed ?? 1);
  let stepInstant: number | undefined;
  let serial = 0;
  let alarm: { at: number; timer: Timer } | undefined;
  let closed = false;

  const flowing = () => anchor + (base.monotonic() - anchoredAt) * speed;
  const now = () => Math.floor(stepInstant ?? flowing());

  function moveAnchor(instant: number): void {
    anchor = instant;
    anchoredAt = base.monotonic();
  }

  function runUntil(target: number): void {
    if (stepInstant !== undefined) return;
    let last = Number.NEGATIVE_INFINITY;
    try {
      for (let next = queue.peek(); next && next.at <= target; next = queue.peek()) {
        queue.pop();
        last = Math.max(last, next.at);
        stepInstant = last;
        next.run();
      }
    } finally {
      stepInstant = undefined;
      rearm();
    }
  }

  function rearm(): void {
    const next = queue.peek();
    if (closed || !next || speed === 0) {
      alarm?.timer.cancel();
      alarm = undefined;
      return;
    }
    if (alarm && alarm.at <= next.at) return;
    alarm?.timer.cancel();
    const wait = Math.min(longestWait, Math.max(0, (next.at - flowing()) / speed));
    const timer = base.after(Math.ceil(wait), () => {
      alarm = undefined;
      settle();
    });
    alarm = { at: next.at, timer };
  }

  const settle = () => {
    const target = flowing();
    const next = queue.peek();
    if (next && next.at <= target) runUntil(target);
    else if (!alarm) rearm();
  };

  return {
    now,
    get speed() {
      return speed;
    },
    setSpeed(wanted) {
      checked('speed', wanted);
      settle();
      moveAnchor(flowing());
      speed = wanted;
      alarm?.timer.cancel();
      alarm = undefined;
      rearm();
    },
    advance(ms) {
      const target = flowing() + checked('ms', ms);
      runUntil(target);
      moveAnchor(target);
      alarm?.timer.cancel();
      alarm = undefined;
      rearm();
    },
    at(instant, step) {
      const work: QueuedWork = { at: Math.ceil(instant), serial: serial++, run: step, cancelled: false };
      queue.push(work);
      if (stepInstant === undefined && (!alarm || instant < alarm.at)) rearm();
      return {
        cancel: () => {
          work.cancelled = true;
        },
      };
    },
    settle,
    nextAt: () => queue.peek()?.at,
    close() {
      closed = true;
      alarm?.timer.cancel();
      alarm = undefined;
      while (queue.pop());
    },
  };
}

function checked(name: string, value: number): number {
  if (!Number.isFinite(value) || value < 0) throw new RangeError(`${name} must be a finite number of at least 0`);
  return value;
}
