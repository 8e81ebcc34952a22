// The log as a product: events by id, in pages and as they happen, to whoever may see them.
import { assertCan, canSee, type Session } from '../auth/session.ts';
import type { LogCursors } from '../events/cursors.ts';
import { iterateFeed } from '../events/feed.ts';
import { isWantedEvent } from '../events/filter.ts';
import type { EventLog } from '../events/log.ts';
import type { EventTail } from '../events/tail.ts';
import type { DomainRecord, EventRecord } from '../store/records.ts';
import type { EventFilter, EventRange, PageRequest, Store } from '../store/store.ts';
import { visibilityOf } from './calls.ts';
import type { DomainUpdate, DomainWatch, EventNode } from './events-types.ts';
import { createEventFeed, readCursor, resume } from './feeds.ts';
import { isUuid } from './orders.ts';
import { createOrderUpdates } from './orders-updates.ts';
import type { EventsService } from './services.ts';

export interface EventsDeps {
  readonly store: Pick<Store, 'events' | 'orders' | 'domains'>;
  readonly log: EventLog;
  readonly tail: EventTail;
}

export function createEventsService(deps: EventsDeps): EventsService {
  const { store, log, tail } = deps;
  const nodeOf = (event: EventRecord, cursor: string): EventNode => ({ ...event, cursor });
  const wantedBy = (session: Session, filter: EventFilter) => (event: EventRecord) =>
    isWantedEvent(event, filter) && canSee(session, event);

  return {
    async byId({ session }, id) {
      assertCan(session, 'portfolio:read');
      const [event] = isUuid(id) ? await store.events.byIds([id]) : [];
      if (event === undefined || !canSee(session, event)) return null;
      return nodeOf(event, log.cursorsFor(session).cursorAt(event.sequence));
    },

    async list(scope, { filter, page }) {
      assertCan(scope.session, 'portfolio:read');
      const resumption = resume(log, scope.session, page.after ?? null);
      const gap = await resumption.gap();
      const { cursors } = resumption;
      const range = rangeOf(cursors, page);
      const list = (part: EventRange) => store.events.list({ visibility: visibilityOf(scope), filter, range: part });
      const size = page.first ?? page.last ?? 0;
      const found = await list({ ...range, limit: size + 1 });
      const isMore = found.length > size;
      const events = range.from === 'start' ? found.slice(0, size) : found.slice(-size);
      const edge = range.from === 'start' ? range.after : range.before;
      const beyond: EventRange =
        range.from === 'start'
          ? { after: null, before: (edge ?? 0n) + 1n, from: 'end', limit: 1 }
          : { after: (edge ?? 0n) - 1n, before: null, from: 'start', limit: 1 };
      const isBeyond = edge !== null && (await list(beyond)).length > 0;
      return {
        edges: events.map((event) => {
          const cursor = cursors.cursorAt(event.sequence);
          return { node: nodeOf(event, cursor), cursor };
        }),
        hasNextPage: range.from === 'start' ? isMore : isBeyond,
        hasPreviousPage: range.from === 'start' ? isBeyond : isMore,
        totalCount: () => Promise.reject(new Error('Events are not counted.')),
        freshness: null,
        gap: gap && { ...gap.notice, cursor: cursors.cursorAt(gap.floor) },
      };
    },

    updates(session, { filter, after, signal }) {
      assertCan(session, 'portfolio:read');
      const wants = wantedBy(session, filter);
      return iterateFeed(createEventFeed(log, resume(log, session, after), { wants, tell: nodeOf }), { tail, signal });
    },

    ofOrders: createOrderUpdates(deps),

    ofDomains(session, { filter, after, signal }) {
      assertCan(session, 'portfolio:read');
      const wants = wantedBy(session, filter);
      const tell = (event: EventRecord, cursor: string): DomainUpdate => ({
        cursor,
        domainName: event.domainName ?? '',
        organizationId: event.organizationId,
        event: nodeOf(event, cursor),
        occurredAt: event.occurredAt,
      });
      const { domainNames } = filter;
      const feed = createEventFeed<DomainUpdate>(log, resume(log, session, after), {
        wants: (event) => event.domainName !== null && wants(event),
        tell,
        ...(domainNames !== undefined && {
          present: {
            of: 'Domain',
            read: async () => (await present(deps, session, { ...filter, domainNames })).map(told),
          },
        }),
      });
      return iterateFeed(feed, { tail, signal });
    },
  };
}

function rangeOf(cursors: LogCursors, { after, before, last }: PageRequest): Omit<EventRange, 'limit'> {
  return {
    after: after === undefined ? null : readCursor(cursors, after, 'after').sequence,
    before: before === undefined ? null : readCursor(cursors, before, 'before').sequence,
    from: last === undefined ? 'start' : 'end',
  };
}

/** The named domains the caller may see and wants that are not known to be gone, by name. */
async function present(
  { store }: EventsDeps,
  session: Session,
  { organizationId, clientId, domainNames, tlds }: DomainWatch & { readonly domainNames: readonly string[] },
): Promise<readonly DomainRecord[]> {
  const domains = (await store.domains.byNames(domainNames)).filter(
    (domain) =>
      domain.presence !== 'ABSENT_CONFIRMED' &&
      canSee(session, domain) &&
      (organizationId === undefined || domain.organizationId === organizationId) &&
      (clientId === undefined || domain.clientId === clientId) &&
      (tlds === undefined || tlds.some((tld) => domain.name.endsWith(`.${tld}`))),
  );
  return domains.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const told =
  ({ name, organizationId, rowAsOf }: DomainRecord) =>
  (cursor: string): DomainUpdate => ({ cursor, domainName: name, organizationId, event: null, occurredAt: rowAsOf });
