// When past calls can have arrived at the latest, in order: what every sliding window counts.

/** Latest possible arrivals, ascending, in monotonic milliseconds. Ages out what no window needs any more, but never forgets that it existed. */
export interface ArrivalLog {
  readonly length: number;
  /** The entry at `index`, 0 being the oldest kept. Infinity past the end. */
  at(index: number): number;
  /** Number of entries at or before `time`, found by bisection. */
  countUpTo(time: number): number;
  /** Amortised constant time while arrivals come in order; a late bound costs a shift of the entries after it. */
  add(latestArrival: number): void;
  /** Drops the entries at or before `time`. */
  forgetUpTo(time: number): void;
  /**
   * Brings back up to `count` forgotten calls, all dated as late as any forgotten one can have been: for a window longer than what was kept.
   */
  recall(count: number): void;
  /** Another log with the same entries; what this one forgot is not copied. */
  copy(): ArrivalLog;
}

export function createArrivalLog(initial: readonly number[] = []): ArrivalLog {
  let entries: number[] = [...initial];
  let head = 0;
  let forgotten = 0;
  let lastForgotten = Number.NEGATIVE_INFINITY;

  const countUpTo = (time: number): number => {
    let low = head;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle] ?? Number.POSITIVE_INFINITY) <= time) low = middle + 1;
      else high = middle;
    }
    return low - head;
  };

  return {
    get length() {
      return entries.length - head;
    },
    at: (index) => entries[head + index] ?? Number.POSITIVE_INFINITY,
    countUpTo,
    add(latestArrival) {
      const newest = entries[entries.length - 1];
      if (newest === undefined || newest <= latestArrival) entries.push(latestArrival);
      else entries.splice(head + countUpTo(latestArrival), 0, latestArrival);
    },
    forgetUpTo(time) {
      const dropped = countUpTo(time);
      if (dropped === 0) return;
      lastForgotten = Math.max(lastForgotten, entries[head + dropped - 1] ?? lastForgotten);
      forgotten += dropped;
      head += dropped;
      if (head > 64 && head * 2 > entries.length) {
        entries = entries.slice(head);
        head = 0;
      }
    },
    recall(count) {
      const recalled = Math.min(count, forgotten);
      if (recalled === 0) return;
      forgotten -= recalled;
      entries = new Array<number>(recalled).fill(lastForgotten).concat(entries.slice(head));
      entries.sort((left, right) => left - right);
      head = 0;
    },
    copy: () => createArrivalLog(entries.slice(head)),
  };
}
