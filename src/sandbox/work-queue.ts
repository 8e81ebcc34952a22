// Work ordered by its instant, and by arrival among equals: a binary heap.

export interface QueuedWork {
  readonly at: number;
  readonly serial: number;
  readonly run: () => void;
  cancelled: boolean;
}

export interface WorkQueue {
  push(work: QueuedWork): void;
  /** The earliest work, cancelled ones skipped. */
  peek(): QueuedWork | undefined;
  pop(): QueuedWork | undefined;
  readonly size: number;
}

const before = (a: QueuedWork, b: QueuedWork) => a.at < b.at || (a.at === b.at && a.serial < b.serial);

export function createWorkQueue(): WorkQueue {
  const heap: QueuedWork[] = [];

  function siftUp(work: QueuedWork): void {
    let index = heap.length;
    heap.push(work);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (!parent || !before(work, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = work;
  }

  function takeTop(): QueuedWork | undefined {
    const top = heap[0];
    const last = heap.pop();
    if (!last || last === top) return top;
    let index = 0;
    for (;;) {
      let childIndex = index * 2 + 1;
      let child = heap[childIndex];
      if (!child) break;
      const right = heap[childIndex + 1];
      if (right && before(right, child)) {
        child = right;
        childIndex++;
      }
      if (!before(child, last)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
    return top;
  }

  const skipCancelled = () => {
    while (heap[0]?.cancelled) takeTop();
  };
  return {
    push: siftUp,
    peek() {
      skipCancelled();
      return heap[0];
    },
    pop() {
      skipCancelled();
      return takeTop();
    },
    get size() {
      return heap.length;
    },
  };
}
