// Those who wait for a permit: they leave when called, when their time is up or when their signal aborts, whichever comes first.
import { type CallQueue, createCallQueue } from './call-queue.ts';
import { createDeadlines } from './deadlines.ts';
import type { Place } from './lane-queue.ts';
import type { Lane } from './lanes.ts';
import type { Permit } from './permit.ts';

/** Monotonic milliseconds throughout. */
export interface Waiter {
  readonly lane: Lane;
  readonly tenant: string;
  readonly joinedAt: number;
  readonly maxWaitMs: number;
  /** `joinedAt + maxWaitMs`. */
  readonly at: number;
  /** The waiter's end: each works once, and only after the waiter has left. */
  readonly resolve: (permit: Permit) => void;
  readonly reject: (reason: unknown) => void;
}

export interface WaitingRoom extends Pick<CallQueue<unknown>, 'size' | 'sizeOf' | 'next' | 'playTurns'> {
  /** An aborted signal rejects the waiter with its reason and takes it out at once. */
  join(waiter: Waiter, signal: AbortSignal | undefined): Seat;
  /** Takes out the waiter whose turn it is. */
  callNext(): Waiter | undefined;
  /** Takes out the waiter with the earliest deadline if that is `time` or earlier. */
  takeOverdue(time: number): Waiter | undefined;
  /** Infinity when nobody waits. */
  readonly earliestDeadline: number;
}

export interface Seat {
  /** @returns whether the waiter still was in the room; it then has left it. */
  leave(): boolean;
}

interface Occupied extends Seat {
  readonly waiter: Waiter;
  readonly at: number;
  index: number;
  place: Place<Occupied> | undefined;
  stopListening(): void;
}

/** @param onLeft called after an abort took a waiter out. */
export function createWaitingRoom(onLeft: () => void): WaitingRoom {
  const queue = createCallQueue<Occupied>();
  const deadlines = createDeadlines<Occupied>();

  /** False when the seat is empty already. */
  const vacate = (seat: Occupied): boolean => {
    if (!seat.place || !queue.remove(seat.waiter.lane, seat.place)) return false;
    deadlines.remove(seat);
    return true;
  };

  return {
    get size() {
      return queue.size;
    },
    sizeOf: queue.sizeOf,
    next: queue.next,
    playTurns: queue.playTurns,
    join(waiter, signal) {
      const onAbort = (): void => {
        if (!vacate(seat)) return;
        waiter.reject(signal?.reason);
        onLeft();
      };
      const seat: Occupied = {
        waiter,
        at: waiter.at,
        index: -1,
        place: undefined,
        stopListening: () => signal?.removeEventListener('abort', onAbort),
        leave() {
          if (!vacate(seat)) return false;
          seat.stopListening();
          return true;
        },
      };
      seat.place = queue.push(waiter.lane, waiter.tenant, seat);
      if (Number.isFinite(waiter.at)) deadlines.add(seat);
      signal?.addEventListener('abort', onAbort, { once: true });
      return seat;
    },
    callNext() {
      const seat = queue.shift();
      if (!seat) return undefined;
      deadlines.remove(seat);
      seat.stopListening();
      return seat.waiter;
    },
    takeOverdue(time) {
      const seat = deadlines.first;
      if (!seat || seat.at > time) return undefined;
      seat.leave();
      return seat.waiter;
    },
    get earliestDeadline() {
      return deadlines.first?.at ?? Number.POSITIVE_INFINITY;
    },
  };
}
