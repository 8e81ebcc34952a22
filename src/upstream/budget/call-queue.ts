// Everyone who waits for a permit: lanes by urgency with a floor for each, turns between tenants inside a lane.
import { createLaneQueue, type LaneQueue, type Place } from './lane-queue.ts';
import { createLaneTurns, isDue, isSpaced, join, type LaneTurns, nextLane, takeTurn } from './lane-turns.ts';
import type { Lane } from './lanes.ts';
import type { SlotAsk } from './permit-store.ts';

export interface CallQueue<T> {
  readonly size: number;
  sizeOf(lane: Lane, tenant?: string): number;
  push(lane: Lane, tenant: string, value: T): Place<T>;
  /** @returns false when the place was already taken or removed. */
  remove(lane: Lane, place: Place<T>): boolean;
  /** The call whose turn it is; undefined when nobody waits. */
  next(): SlotAsk | undefined;
  /** Takes the call whose turn it is. */
  shift(): T | undefined;
  /**
   * Plays the turns that come before a call which would join now, and its own, if nobody else came or left.
   * @param visit told of each turn whether it is spaced evenly.
   * @returns turns left before the call when `maxTurns` were played; 0 when its own was among them.
   */
  playTurns(lane: Lane, tenant: string, maxTurns: number, visit: (spaced: boolean) => void): number;
}

/** What a lane does not ask for goes to those below it. */
export function createCallQueue<T>(): CallQueue<T> {
  const lanes = createLaneTurns();
  const byLane = new Map(lanes.map((turns) => [turns.lane, { turns, queue: createLaneQueue<T>() }]));
  const partsOf = (lane: Lane): { readonly turns: LaneTurns; readonly queue: LaneQueue<T> } => {
    const parts = byLane.get(lane);
    if (!parts) throw new RangeError(`No such lane: ${lane}.`);
    return parts;
  };
  let size = 0;

  return {
    get size() {
      return size;
    },
    sizeOf(lane, tenant) {
      const { queue } = partsOf(lane);
      return tenant === undefined ? queue.size : queue.sizeOf(tenant);
    },
    push(lane, tenant, value) {
      const { turns, queue } = partsOf(lane);
      join(turns);
      size += 1;
      return queue.push(tenant, value);
    },
    remove(lane, place) {
      const { turns, queue } = partsOf(lane);
      if (!queue.remove(place)) return false;
      turns.waiting -= 1;
      size -= 1;
      return true;
    },
    next() {
      const turns = nextLane(lanes);
      return turns && { lane: turns.lane, isSpaced: isSpaced(turns), isDue: isDue(turns) };
    },
    shift() {
      const turns = nextLane(lanes);
      if (!turns) return undefined;
      takeTurn(lanes, turns);
      size -= 1;
      return partsOf(turns.lane).queue.shift();
    },
    playTurns(lane, tenant, maxTurns, visit) {
      const played = lanes.map((turns) => ({ ...turns }));
      let before = partsOf(lane).queue.turnsBefore(tenant);
      for (const turns of played) if (turns.lane === lane) join(turns);
      for (let turn = 0; turn < maxTurns; turn += 1) {
        const next = nextLane(played);
        if (!next) return 0;
        visit(isSpaced(next));
        if (next.lane === lane && before === 0) return 0;
        if (next.lane === lane) before -= 1;
        takeTurn(played, next);
      }
      return played.reduce((left, turns) => left + (isMoreUrgent(turns, lane) ? turns.waiting : 0), before);
    },
  };

  function isMoreUrgent(turns: LaneTurns, lane: Lane): boolean {
    return lanes.indexOf(partsOf(turns.lane).turns) < lanes.indexOf(partsOf(lane).turns);
  }
}
