// The waiters of one lane: tenants take turns, each tenant's calls in the order they came.

/** A place in the queue; hand it back to {@link LaneQueue.remove}. */
export interface Place<T> {
  readonly value: T;
  readonly tenant: string;
}

/**
 * Deficit round robin where every call costs one and every tenant's quantum is one: each tenant with a waiter gets a call in turn.
 * A tenant that comes new, or comes back, joins at the end of the round. All operations take constant time but `turnsBefore`.
 */
export interface LaneQueue<T> {
  readonly size: number;
  sizeOf(tenant: string): number;
  push(tenant: string, value: T): Place<T>;
  /** Takes the first call of the tenant whose turn it is. */
  shift(): T | undefined;
  /** @returns false when the place was already taken or removed. */
  remove(place: Place<T>): boolean;
  /** Calls that go before one that would join now. Time grows with the tenant's own calls and the tenants before it in the round. */
  turnsBefore(tenant: string): number;
}

interface Node<T> extends Place<T> {
  before: Node<T> | null;
  after: Node<T> | null;
  owner: TenantLine<T> | null;
}

interface TenantLine<T> {
  readonly tenant: string;
  size: number;
  first: Node<T> | null;
  last: Node<T> | null;
  previous: TenantLine<T> | null;
  next: TenantLine<T> | null;
}

export function createLaneQueue<T>(): LaneQueue<T> {
  const lines = new Map<string, TenantLine<T>>();
  /** `atLeast[n]`: how many tenants have `n` calls waiting or more. */
  const atLeast: number[] = [];
  let firstLine: TenantLine<T> | null = null;
  let lastLine: TenantLine<T> | null = null;
  let size = 0;

  const joinRound = (line: TenantLine<T>): void => {
    line.previous = lastLine;
    line.next = null;
    if (lastLine) lastLine.next = line;
    else firstLine = line;
    lastLine = line;
  };
  const leaveRound = (line: TenantLine<T>): void => {
    if (line.previous) line.previous.next = line.next;
    else firstLine = line.next;
    if (line.next) line.next.previous = line.previous;
    else lastLine = line.previous;
  };
  const detach = (node: Node<T>, line: TenantLine<T>): void => {
    if (node.before) node.before.after = node.after;
    else line.first = node.after;
    if (node.after) node.after.before = node.before;
    else line.last = node.before;
    node.owner = null;
    atLeast[line.size] = (atLeast[line.size] ?? 0) - 1;
    line.size -= 1;
    size -= 1;
    if (line.size === 0) {
      leaveRound(line);
      lines.delete(line.tenant);
    }
  };

  return {
    get size() {
      return size;
    },
    sizeOf: (tenant) => lines.get(tenant)?.size ?? 0,
    push(tenant, value) {
      let line = lines.get(tenant);
      if (!line) {
        line = { tenant, size: 0, first: null, last: null, previous: null, next: null };
        lines.set(tenant, line);
        joinRound(line);
      }
      const node: Node<T> = { value, tenant, before: line.last, after: null, owner: line };
      if (line.last) line.last.after = node;
      else line.first = node;
      line.last = node;
      line.size += 1;
      size += 1;
      atLeast[line.size] = (atLeast[line.size] ?? 0) + 1;
      return node;
    },
    shift() {
      const line = firstLine;
      const node = line?.first;
      if (!line || !node) return undefined;
      detach(node, line);
      if (line.size > 0) {
        leaveRound(line);
        joinRound(line);
      }
      return node.value;
    },
    remove(place) {
      const node = place as Node<T>;
      if (!node.owner) return false;
      detach(node, node.owner);
      return true;
    },
    turnsBefore(tenant) {
      const line = lines.get(tenant);
      const own = line?.size ?? 0;
      let turns = 0;
      for (let round = 1; round <= own; round += 1) turns += atLeast[round] ?? 0;
      if (!line) return turns + lines.size;
      for (let ahead = line.previous; ahead; ahead = ahead.previous) if (ahead.size > own) turns += 1;
      return turns;
    },
  };
}
