// The lanes a call can wait in, most urgent first, and the rules of each.

export const LANES = ['money', 'interactive', 'poll', 'bulk', 'backfill'] as const;

export type Lane = (typeof LANES)[number];

export interface LaneRules {
  /** Spread evenly, so that slots free evenly; an urgent lane takes any free slot at once. */
  readonly paced: boolean;
  /** The floor: while a call waits here, this lane gets one grant in every so many, whatever waits above. null: no floor needed. */
  readonly oneIn: number | null;
  /** Longest wait when the call names none, in milliseconds. */
  readonly maxWaitMs: number;
}

/** The floors together stay below a third, so that the urgent lanes always have the larger part. */
export const LANE_RULES: Readonly<Record<Lane, LaneRules>> = {
  money: { paced: false, oneIn: null, maxWaitMs: 30_000 },
  interactive: { paced: false, oneIn: 10, maxWaitMs: 10_000 },
  poll: { paced: true, oneIn: 10, maxWaitMs: 60_000 },
  bulk: { paced: true, oneIn: 20, maxWaitMs: 600_000 },
  backfill: { paced: true, oneIn: 20, maxWaitMs: Number.POSITIVE_INFINITY },
};
