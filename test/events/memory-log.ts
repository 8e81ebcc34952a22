// An event log in memory whose reads are counted and can be held or fail.
import { createEventLog } from '../../src/events/log.ts';
import type { EventRecord } from '../../src/store/records.ts';

export function createMemoryLog() {
  const events: EventRecord[] = [];
  let reads = 0;
  let failing = 0;
  let gate: Promise<void> | null = null;
  const held = {
    async head() {
      return events.at(-1)?.sequence ?? 0n;
    },
    async after(sequence: bigint, limit: number) {
      reads += 1;
      if (failing > 0) {
        failing -= 1;
        throw new Error('the database is away');
      }
      await gate;
      return events.filter((event) => event.sequence > sequence).slice(0, limit);
    },
  };
  return {
    log: createEventLog(held, 'memory'),
    reads: () => reads,
    failNext: (times: number) => {
      failing = times;
    },
    /** Reads wait until the returned function is called. */
    hold: () => {
      const gated = Promise.withResolvers<void>();
      gate = gated.promise;
      return () => {
        gate = null;
        gated.resolve();
      };
    },
    append: (subjectId: string, step = 1n) => {
      const sequence = (events.at(-1)?.sequence ?? 0n) + step;
      const event: EventRecord = {
        sequence,
        id: crypto.randomUUID(),
        organizationId: 'o1',
        clientId: null,
        domainName: null,
        type: 'TRANSFER_CHANGED',
        subjectType: 'Transfer',
        subjectId,
        payload: {},
        occurredAt: 0,
      };
      events.push(event);
      return event;
    },
  };
}
