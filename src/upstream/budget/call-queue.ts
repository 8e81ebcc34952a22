// Everyone who waits for a permit, and whose turn it is: lanes by urgency, a floor for each lane, turns between tenants.

import { createLaneQueue, type LaneQueue, type Place } from './lane-queue.ts';
import { LANE_RULES, LANES, type Lane } from './lanes.ts';

/** How many calls go before one that would join now. */
export interface Ahead {
  /** In the order of the lanes, calls that floors let through included. */
  readonly total: number;
  /** Those of them that are spaced evenly. */
  readonly paced: number;
  /** Calls ahead if this lane got no more than its floor; Infinity where nothing waits above it. */
  readonly byFloor: number;
  /** Everything that waits above this lane is spaced evenly. */
  readonly pacedAbove: boolean;
}

export interface CallQueue<T> {
  readonly size: number;
  sizeOf(lane: Lane, tenant?: string): number;
  push(lane: Lane, tenant: string, value: T): Place<T>;
  remove(lane: Lane, place: Place<T>): boolean;
  /** Whether the call whose turn it is has to be spaced evenly; undefined when nobody waits. */
  nextIsPaced(): boolean | undefined;
  /** Takes the call whose turn it is, and counts the turn for the floors. */
  shift(): T | undefined;
  ahead(lane: Lane, tenant: string): Ahead;
}

/** Lanes that can be due in the same moment and go first. */
const OTHERS_DUE = LANES.length - 2;

interface LaneState<T> {
  readonly lane: Lane;
  readonly paced: boolean;
  readonly oneIn: number;
  readonly queue: LaneQueue<T>;
  /** Grants to other lanes since this one was served, or since its first call began to wait. */
  passedOver: number;
}

/**
 * The most urgent lane goes first, except that a lane passed over `oneIn - 1` times in a row is due and goes before all others;
 * of several due lanes the most urgent. What a lane does not ask for goes to those below it.
 */
export function createCallQueue<T>(): CallQueue<T> {
  const states: readonly LaneState<T>[] = LANES.map((lane) => ({
    lane,
    paced: LANE_RULES[lane].paced,
    oneIn: LANE_RULES[lane].oneIn ?? Number.POSITIVE_INFINITY,
    queue: createLaneQueue<T>(),
    passedOver: 0,
  }));
  const byLane = new Map(states.map((state) => [state.lane, state]));
  const stateOf = (lane: Lane): LaneState<T> => {
    const state = byLane.get(lane);
    if (!state) throw new RangeError(`No such lane: ${lane}.`);
    return state;
  };
  let size = 0;

  const isDue = (state: LaneState<T>): boolean => state.queue.size > 0 && state.passedOver >= state.oneIn - 1;
  const next = (): LaneState<T> | undefined => {
    let first: LaneState<T> | undefined;
    for (const state of states) {
      if (isDue(state)) return state;
      if (!first && state.queue.size > 0) first = state;
    }
    return first;
  };

  return {
    get size() {
      return size;
    },
    sizeOf(lane, tenant) {
      const { queue } = stateOf(lane);
      return tenant === undefined ? queue.size : queue.sizeOf(tenant);
    },
    push(lane, tenant, value) {
      const state = stateOf(lane);
      if (state.queue.size === 0) state.passedOver = 0;
      size += 1;
      return state.queue.push(tenant, value);
    },
    remove(lane, place) {
      const removed = stateOf(lane).queue.remove(place);
      if (removed) size -= 1;
      return removed;
    },
    nextIsPaced() {
      const state = next();
      return state && state.paced && !isDue(state);
    },
    shift() {
      const state = next();
      if (!state) return undefined;
      for (const other of states) if (other.queue.size > 0) other.passedOver += 1;
      state.passedOver = 0;
      size -= 1;
      return state.queue.shift();
    },
    ahead(lane, tenant) {
      const mine = stateOf(lane);
      const rank = states.indexOf(mine);
      const own = mine.queue.turnsBefore(tenant);
      let above = 0;
      let paced = mine.paced ? own : 0;
      let pacedAbove = true;
      for (const state of states.slice(0, rank)) {
        const waiting = state.queue.size;
        above += waiting;
        if (state.paced) paced += waiting;
        else if (waiting > 0) pacedAbove = false;
      }
      let total = own + above;
      for (const state of states.slice(rank + 1)) {
        const turns = Math.floor((state.passedOver + total) / (state.oneIn - 1));
        total += Math.min(state.queue.size, turns);
      }
      const passedOver = mine.queue.size > 0 ? mine.passedOver : 0;
      const byFloor = above > 0 ? (own + 1) * mine.oneIn - passedOver + OTHERS_DUE : Number.POSITIVE_INFINITY;
      return { total, paced, byFloor, pacedAbove };
    },
  };
}
