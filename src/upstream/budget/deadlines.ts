// The deadlines of those who wait, earliest first: a binary heap whose entries know their place, so that any can leave at once.

/** @property at monotonic milliseconds. @property index its place in the heap, -1 when it is in none; only the heap writes it. */
export interface Deadline {
  readonly at: number;
  index: number;
}

/** `add`, `remove` and `shift` take time logarithmic in the number of deadlines. */
export interface Deadlines<T extends Deadline> {
  readonly size: number;
  /** The earliest, left where it is. */
  readonly first: T | undefined;
  add(entry: T): void;
  /** Does nothing when the entry is not in the heap. */
  remove(entry: T): void;
}

export function createDeadlines<T extends Deadline>(): Deadlines<T> {
  const heap: T[] = [];

  const put = (entry: T, index: number): void => {
    heap[index] = entry;
    entry.index = index;
  };
  const rise = (entry: T, from: number): void => {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (!parent || parent.at <= entry.at) break;
      put(parent, index);
      index = above;
    }
    put(entry, index);
  };
  const sink = (entry: T, from: number): void => {
    let index = from;
    for (;;) {
      let below = index * 2 + 1;
      let child = heap[below];
      const sibling = heap[below + 1];
      if (child && sibling && sibling.at < child.at) {
        child = sibling;
        below += 1;
      }
      if (!child || child.at >= entry.at) break;
      put(child, index);
      index = below;
    }
    put(entry, index);
  };

  return {
    get size() {
      return heap.length;
    },
    get first() {
      return heap[0];
    },
    add(entry) {
      heap.push(entry);
      rise(entry, heap.length - 1);
    },
    remove(entry) {
      const { index } = entry;
      if (index < 0 || heap[index] !== entry) return;
      entry.index = -1;
      const last = heap.pop();
      if (!last || last === entry) return;
      rise(last, index);
      sink(last, last.index);
    },
  };
}
