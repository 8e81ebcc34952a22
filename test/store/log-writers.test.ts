// Many writers that commit at moments of their own, and a reader that remembers the last event it saw: the small form of `npm run bench:log`.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalBus, type EventBus } from '../../src/events/bus.ts';
import { createEventLog } from '../../src/events/log.ts';
import { createEventTail } from '../../src/events/tail.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { appendEvents } from '../../src/store/events.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { createTestStore, TEST_DATABASE_URL, type TestStore } from '../helpers/test-store.ts';
import { event } from '../webhooks/setup.ts';

const WRITERS = 8;
const TRANSACTIONS = 20;

describe.skipIf(TEST_DATABASE_URL === null)('the log on PostgreSQL', () => {
  let test: TestStore;
  beforeEach(async () => {
    test = await createTestStore('postgresql');
  });
  afterEach(() => test.close());

  /** Pauses in the database, so that commits come in another order than the transactions began. */
  async function write(writer: number, bus: EventBus): Promise<number> {
    let written = 0;
    for (let round = 0; round < TRANSACTIONS; round++) {
      const events = Array.from({ length: 1 + ((writer + round) % 4) }, () => event(`${writer}-${written++}`));
      await test.prisma.$transaction(async (transaction) => {
        await transaction.$executeRaw`SELECT pg_sleep(random() * 0.004)`;
        await appendEvents(transaction, events);
        if (round % 5 === 0) await transaction.$executeRaw`SELECT pg_sleep(random() * 0.004)`;
      });
      bus.publish('events');
    }
    return written;
  }

  it('skips no event for a reader that follows while eight write, and keeps the order of each writer', async () => {
    const bus = createLocalBus();
    const log = createEventLog(test.store.events, { name: 'test', secret: 'of the test' });
    const tail = createEventTail({ log, bus, clock: systemClock, logger: silentLogger, limits: { batch: 7 } });
    const stop = new AbortController();
    const following = tail.follow({ after: 0n, accepts: () => true, signal: stop.signal });
    const seen: { readonly sequence: bigint; readonly subjectId: string }[] = [];
    const reading = (async () => {
      for await (const { sequence, subjectId } of following) {
        seen.push({ sequence, subjectId });
        if (subjectId === 'last') return;
      }
    })();
    const written = await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer, bus)));
    await test.prisma.$transaction((transaction) => appendEvents(transaction, [event('last')]));
    bus.publish('events');
    await reading;
    stop.abort();
    const kept = await test.query('SELECT sequence::text AS number FROM events ORDER BY events.sequence');
    expect(seen.map(({ sequence }) => sequence.toString())).toEqual(kept.map(({ number }) => number));
    for (const [writer, count] of written.entries())
      expect(seen.flatMap(({ subjectId }) => (subjectId.startsWith(`${writer}-`) ? [subjectId] : []))).toEqual(
        Array.from({ length: count }, (_, number) => `${writer}-${number}`),
      );
  });
});
