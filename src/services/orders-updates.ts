// Follows orders: the present state of those that have not ended, then every change as it is committed, without a hole between the two.
import { assertCan, canSee, type Session } from '../auth/session.ts';
import { iterateFeed } from '../events/feed.ts';
import type { EventLog } from '../events/log.ts';
import type { EventTail } from '../events/tail.ts';
import type { EventRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { OrderWatch } from './events-types.ts';
import { createStateFeed, readAtOnePosition, resume } from './feeds.ts';
import { UNFINISHED } from './order-steps.ts';
import type { EventsService, OrderRecord } from './services.ts';

interface UpdatesDeps {
  readonly store: Pick<Store, 'orders'>;
  readonly log: EventLog;
  readonly tail: EventTail;
}

const PER_PAGE = 100;

export function createOrderUpdates({ store, log, tail }: UpdatesDeps): EventsService['ofOrders'] {
  return (session, { filter, after, signal }) => {
    assertCan(session, 'portfolio:read');
    const matches = (order: OrderRecord): boolean => canSee(session, order) && isWanted(order, filter);
    const isTold = (order: OrderRecord): boolean =>
      matches(order) && (filter.orderIds !== undefined || UNFINISHED.includes(order.state));
    const orderOf = (event: EventRecord): OrderRecord | null =>
      event.type === 'ORDER_CHANGED' ? (event.payload as unknown as OrderRecord) : null;
    const feed = createStateFeed(log, resume(log, session, after), {
      of: 'Order',
      async snapshot() {
        const { at, states } = await readAtOnePosition(log, () => readPresent(store, session, filter), orderOf);
        return { at, states: states.filter(isTold) };
      },
      stateOf(event) {
        const order = orderOf(event);
        return order !== null && matches(order) ? order : null;
      },
      tell: (order, cursor, occurredAt) => ({ cursor, order, occurredAt }),
      changedAt: ({ updatedAt }) => updatedAt,
    });
    return iterateFeed(feed, { tail, signal });
  };
}

function isWanted(order: OrderRecord, { orderIds, organizationId, clientId, domainName, kinds }: OrderWatch): boolean {
  return (
    (orderIds === undefined || orderIds.includes(order.id)) &&
    (organizationId === undefined || order.organizationId === organizationId) &&
    (clientId === undefined || order.clientId === clientId) &&
    (domainName === undefined || order.domainName === domainName) &&
    (kinds === undefined || kinds.includes(order.kind))
  );
}

async function readPresent(
  store: Pick<Store, 'orders'>,
  { organizationId, clientId }: Session,
  { orderIds, ...filter }: OrderWatch,
): Promise<readonly OrderRecord[]> {
  if (orderIds !== undefined) return store.orders.byIds(orderIds);
  const found: OrderRecord[] = [];
  let after: string | undefined;
  do {
    const page = await store.orders.list({
      visibility: { organizationId, clientId },
      filter: { ...filter, states: UNFINISHED },
      orderBy: { field: 'CREATED_AT', direction: 'ASC' },
      page: { first: PER_PAGE, ...(after !== undefined && { after }) },
    });
    found.push(...page.rows.map(({ row }) => row));
    after = page.hasNextPage ? page.rows.at(-1)?.cursor : undefined;
  } while (after !== undefined);
  return found;
}
