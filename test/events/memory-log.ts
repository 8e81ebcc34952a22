// An event log in memory whose reads are counted and can be held or fail.
import { createEventLog } from '../../src/events/log.ts';
import type { EventRecord } from '../../src/store/records.ts';
import type { LogFloor } from '../../src/store/store.ts';

export function createMemoryLog() {
  const events: EventRecord[] = [];
  let reads = 0;
  let failing = 0;
  let gate: Promise<void> | null = null;
  let floor: LogFloor = { sequence: 0n, occurredAt: null };
  const held = {
    async head() {
      return events.at(-1)?.sequence ?? floor.sequence;
    },
    async floor() {
      return floor;
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
    log: createEventLog(held, { name: 'memory', secret: 'of the test' }),
    reads: () => reads,
    /** Removes the oldest events up to and including this one. */
    prune: (sequence: bigint) => {
      floor = { sequence, occurredAt: 0 };
      events.splice(0, events.findLastIndex((event) => event.sequence <= sequence) + 1);
    },
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
