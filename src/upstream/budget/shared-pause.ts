// Until when Gandi wants nobody to call, and whether those who count together know it.

/** Monotonic milliseconds. */
export interface SharedPause {
  readonly until: number;
  /** Gandi said so to this replica. */
  ask(until: number): void;
  /** The others say so. */
  learn(until: number): void;
  /** What is to be told, in milliseconds from now; 0 = nothing. @param isWhole also what was told before. */
  untold(now: number, isWhole: boolean): number;
  /** A pause until then was told. */
  told(until: number): void;
}

export function createSharedPause(): SharedPause {
  let until = Number.NEGATIVE_INFINITY;
  let isTold = true;
  return {
    get until() {
      return until;
    },
    ask(asked) {
      if (asked <= until) return;
      until = asked;
      isTold = false;
    },
    learn(learnt) {
      until = Math.max(until, learnt);
    },
    untold: (now, isWhole) => (isTold && !isWhole ? 0 : Math.max(0, until - now)),
    told(what) {
      if (what === until) isTold = true;
    },
  };
}
