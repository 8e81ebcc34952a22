// The events service over a real store, log and tail, with a way to append.
import { createLocalBus } from '../../../src/events/bus.ts';
import { createEventLog } from '../../../src/events/log.ts';
import { createEventTail } from '../../../src/events/tail.ts';
import { createUpstreamMeter } from '../../../src/lib/upstream-meter.ts';
import type { Loaders } from '../../../src/loaders/loaders.ts';
import { createEventsService } from '../../../src/services/events.ts';
import { isGap } from '../../../src/services/events-types.ts';
import type { GapNotice, OperationScope } from '../../../src/services/services.ts';
import { appendEvents } from '../../../src/store/events.ts';
import type { EventRecord } from '../../../src/store/records.ts';
import type { NewEvent } from '../../../src/store/store.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import type { TestStore } from '../../helpers/test-store.ts';
import { NOON } from '../../store/samples.ts';
import { sessionOf } from '../transfers/setup.ts';

export type Rights = Parameters<typeof sessionOf>[0];

export const eventOf = (given: Partial<NewEvent> = {}): NewEvent => ({
  organizationId: 'org-1',
  clientId: 'client-1',
  domainName: 'a.com',
  type: 'DOMAIN_CHANGED',
  subjectType: 'Domain',
  subjectId: 'org-1:a.com',
  payload: {},
  occurredAt: NOON,
  ...given,
});

export function setup(database: TestStore) {
  const bus = createLocalBus();
  const log = createEventLog(database.store.events, { name: 'test', secret: 'of the test' });
  const tail = createEventTail({ log, bus, clock: fakeClock(), logger: silentLogger });
  const stop = new AbortController();
  return {
    log,
    bus,
    service: createEventsService({ store: database.store, log, tail }),
    signal: stop.signal,
    stop: () => stop.abort(),
    scope: (rights: Rights = {}): OperationScope => ({
      session: sessionOf(rights),
      meter: createUpstreamMeter(),
      maxAgeSeconds: null,
      signal: undefined,
      loaders: {} as Loaders,
    }),
    async append(...events: readonly Partial<NewEvent>[]): Promise<readonly EventRecord[]> {
      const appended = await database.prisma.$transaction((transaction) =>
        appendEvents(transaction, events.map(eventOf)),
      );
      bus.publish('events');
      return appended;
    },
    /** Removes all but the newest events. */
    prune: (keep: number) =>
      database.store.events.prune({ olderThan: 0, keep, keepAfter: 1_000_000n, olderThanInAnyCase: 0, limit: 1_000 }),
  };
}

/** The next message, which must not be a notice. */
export async function next<T extends object>(messages: AsyncIterator<T | GapNotice>): Promise<T> {
  const { value, done } = await messages.next();
  if (done || isGap(value)) throw new Error(done ? 'The messages ended.' : 'Something was missed.');
  return value as T;
}

export async function take<T extends object>(messages: AsyncIterator<T | GapNotice>, count: number): Promise<T[]> {
  const got: T[] = [];
  while (got.length < count) got.push(await next(messages));
  return got;
}
