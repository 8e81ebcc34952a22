// Orders: what was asked of Gandi that spends money, as the gateway recorded it. It is the source itself, so nothing here costs a call.
import { assertCan, canSee } from '../auth/session.ts';
import type { PageResult, Store } from '../store/store.ts';
import { visibilityOf } from './calls.ts';
import { RequestFault } from './errors.ts';
import type { ConnectionResult, OperationScope, OrdersService } from './services.ts';

const PER_PAGE = 100;

export function createOrdersService({
  store,
}: {
  readonly store: Pick<Store, 'orders' | 'organizations' | 'ledger'>;
}): OrdersService {
  return {
    async byId(scope, id) {
      assertCan(scope.session, 'portfolio:read');
      return isUuid(id) ? scope.loaders.orders.load(id) : null;
    },

    async byKey(scope, { organizationId, mutation, idempotencyKey }) {
      assertCan(scope.session, 'portfolio:read');
      const payerId = organizationId ?? (await onlyReseller(store, scope));
      if (payerId === null) return null;
      const order = await store.orders.byKey(payerId, mutation, idempotencyKey);
      return order !== null && canSee(scope.session, order) ? order : null;
    },

    async ledger(scope, orderId) {
      assertCan(scope.session, 'portfolio:read');
      if (!isUuid(orderId) || (await scope.loaders.orders.load(orderId)) === null) return [];
      return scope.loaders.ledgerByOrder.load(orderId);
    },

    async movements(scope, { filter, page }) {
      assertCan(scope.session, 'portfolio:read');
      const visibility = visibilityOf(scope);
      const found = await store.ledger.list({ visibility, filter, page });
      return connectionOf(found, async () => {
        let count = 0;
        for (let after: string | undefined; ; ) {
          const range = { first: PER_PAGE, ...(after !== undefined && { after }) };
          const next = await store.ledger.list({ visibility, filter, page: range });
          count += next.rows.length;
          after = next.rows.at(-1)?.cursor;
          if (!next.hasNextPage || after === undefined) return count;
        }
      });
    },

    async totals(scope, { organizationId, ...range }) {
      assertCan(scope.session, 'portfolio:read');
      const payerId = organizationId ?? (await onlyReseller(store, scope));
      if (payerId === null || !canSee(scope.session, { organizationId: payerId, clientId: null })) return [];
      return store.ledger.totals({ organizationId: payerId, ...range });
    },

    async list(scope, { filter, orderBy, page }) {
      assertCan(scope.session, 'portfolio:read');
      const visibility = visibilityOf(scope);
      const found = await store.orders.list({ visibility, filter, orderBy, page });
      return connectionOf(found, () => store.orders.count({ visibility, filter }));
    },
  };
}

/** A page of what the gateway itself is the source of. */
export function connectionOf<T>(
  { rows, hasNextPage, hasPreviousPage }: PageResult<T>,
  totalCount: () => Promise<number>,
): ConnectionResult<T> {
  const edges = rows.map(({ row, cursor }) => ({ node: row, cursor }));
  return { edges, hasNextPage, hasPreviousPage, totalCount, freshness: null };
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** @throws {RequestFault} BAD_USER_INPUT when several could be meant. */
async function onlyReseller(store: Pick<Store, 'organizations'>, { session }: OperationScope): Promise<string | null> {
  if (session.organizationId !== null) return session.organizationId;
  const resellers = (await store.organizations.all()).filter((row) => row.isReseller && row.missingAt === null);
  if (resellers.length <= 1) return resellers[0]?.id ?? null;
  throw new RequestFault(
    'BAD_USER_INPUT',
    'Several of your organizations are resellers; say which one the order is of.',
    {
      argument: {
        name: 'organizationId',
        found: 'none',
        expected: `one of ${resellers.map(({ id, name }) => `${id} (${name})`).join(', ')}`,
      },
    },
  );
}
