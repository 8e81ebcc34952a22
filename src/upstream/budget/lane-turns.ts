// Which lane goes next: the most urgent one, unless a floor is due.
import { LANE_RULES, LANES, type Lane } from './lanes.ts';

/** What the order of the lanes depends on, for one lane. */
export interface LaneTurns {
  readonly lane: Lane;
  readonly paced: boolean;
  /** Infinity when the lane has no floor. */
  readonly oneIn: number;
  waiting: number;
  /** Turns of other lanes since this one was served, or since its first call began to wait. */
  passedOver: number;
}

/** Every lane, most urgent first, with nothing waiting. */
export function createLaneTurns(): readonly LaneTurns[] {
  return LANES.map((lane) => ({
    lane,
    paced: LANE_RULES[lane].paced,
    oneIn: LANE_RULES[lane].oneIn ?? Number.POSITIVE_INFINITY,
    waiting: 0,
    passedOver: 0,
  }));
}

/** A lane that was passed over `oneIn - 1` times in a row while calls waited in it goes before all others. */
export function isDue(turns: LaneTurns): boolean {
  return turns.waiting > 0 && turns.passedOver >= turns.oneIn - 1;
}

/** Of several due lanes the most urgent; else the most urgent with a waiter; undefined when nobody waits. */
export function nextLane(lanes: readonly LaneTurns[]): LaneTurns | undefined {
  let first: LaneTurns | undefined;
  for (const turns of lanes) {
    if (isDue(turns)) return turns;
    if (!first && turns.waiting > 0) first = turns;
  }
  return first;
}

/** Whether the call of this lane is to be spaced evenly; a due floor is not. */
export function isSpaced(turns: LaneTurns): boolean {
  return turns.paced && !isDue(turns);
}

export function join(turns: LaneTurns): void {
  if (turns.waiting === 0) turns.passedOver = 0;
  turns.waiting += 1;
}

/** A call of `served` goes: everyone else who waits was passed over. */
export function takeTurn(lanes: readonly LaneTurns[], served: LaneTurns): void {
  for (const turns of lanes) if (turns.waiting > 0) turns.passedOver += 1;
  served.passedOver = 0;
  served.waiting -= 1;
}
