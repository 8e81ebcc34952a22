// Operations under way in memory, with leases as the database gives them, for many pollers and long times in a moment.
import type { Operation, OperationSource, Seen } from '../../src/jobs/operation-poller.ts';

export interface MemoryOperation extends Operation {
  readonly id: string;
  owner: string | null;
  leaseUntil: number;
  dueAt: number;
}

export interface MemoryOperations extends OperationSource {
  readonly all: readonly MemoryOperation[];
}

export interface MemoryOptions {
  readonly operations: readonly { readonly id: string; readonly since: number; readonly dueAt: number }[];
  readonly noun?: string;
  readonly perCall?: number;
  /** One call to Gandi that reads a whole batch. What it throws is the result of each. */
  readonly read: (batch: readonly Operation[], signal: AbortSignal) => Promise<void>;
  readonly isWatched?: (operation: Operation) => boolean;
}

export function memoryOperations({
  operations,
  noun = 'operation',
  perCall = 1,
  read,
  isWatched = () => false,
}: MemoryOptions): MemoryOperations {
  const all = operations.map((operation): MemoryOperation => {
    return { ...operation, deadlineAt: null, endedAt: null, owner: null, leaseUntil: 0 };
  });
  const byId = new Map(all.map((operation) => [operation.id, operation]));
  return {
    all,
    noun,
    perCall,
    isWatched,
    pending: async () => all.length,
    nextDueAt: async () => all.reduce((first, { dueAt }) => Math.min(first, dueAt), Number.POSITIVE_INFINITY),
    async lease(owner, now, until, limit) {
      const due = all.filter(({ dueAt, leaseUntil }) => dueAt <= now && leaseUntil <= now);
      const taken = due.sort((a, b) => a.dueAt - b.dueAt).slice(0, limit);
      for (const operation of taken) Object.assign(operation, { owner, leaseUntil: until });
      return taken.map((operation) => ({ ...operation }));
    },
    async look(batch, signal) {
      const answer = read(batch, signal);
      return Promise.allSettled(
        batch.map(async (operation): Promise<Seen> => {
          await answer;
          return { operation, asOf: null };
        }),
      );
    },
    async reschedule({ id, dueAt }, owner, nextAt) {
      const operation = byId.get(id);
      if (operation?.owner !== owner) return;
      Object.assign(operation, { owner: null, leaseUntil: 0, dueAt: nextAt ?? dueAt });
    },
  };
}
