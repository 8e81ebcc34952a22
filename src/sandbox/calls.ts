// The log of calls the sandbox saw and what can be counted about them.

export interface CallRecord {
  /** 1 for the first call since the start or the last clearing. */
  readonly serial: number;
  /** When it arrived: monotonic milliseconds with a fraction. */
  readonly arrivedAt: number;
  /** Sandbox time of arrival, epoch milliseconds. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** The matched route, such as `/v5/domain/domains/:fqdn`; empty for none. */
  readonly route: string;
  /** 0 while under way, and for an answer that was lost. */
  status: number;
  overLimit: boolean;
  /** Ids of the fault rules that touched the call. */
  faults: readonly number[];
}

export interface CallLog {
  add(call: Omit<CallRecord, 'serial'>): CallRecord;
  /** Calls still kept, oldest first, after the given serial; at most `limit` of them. */
  list(after: number, limit: number): CallRecord[];
  /** Calls since the start or the last clearing, forgotten ones included. */
  readonly total: number;
  readonly kept: number;
  /** Calls by `METHOD route`, forgotten ones included. */
  byRoute(): Record<string, number>;
  clear(): void;
}

export function createCallLog(size: number): CallLog {
  let ring: CallRecord[] = [];
  let total = 0;
  const routes = new Map<string, number>();
  return {
    add(call) {
      const record = { serial: ++total, ...call };
      if (size > 0) ring[(total - 1) % size] = record;
      const key = `${call.method} ${call.route || '(none)'}`;
      routes.set(key, (routes.get(key) ?? 0) + 1);
      return record;
    },
    list(after, limit) {
      const first = Math.max(after, total - ring.length);
      const wanted = Math.min(limit, total - first);
      const records = Array.from({ length: Math.max(0, wanted) }, (_, index) => ring[(first + index) % size]);
      return records.filter((record) => record !== undefined);
    },
    get total() {
      return total;
    },
    get kept() {
      return ring.length;
    },
    byRoute: () => Object.fromEntries([...routes].sort(([a], [b]) => (a < b ? -1 : 1))),
    clear() {
      ring = [];
      total = 0;
      routes.clear();
    },
  };
}
