// What the refund rules say of an order, from what the gateway knows of it.
import { type RefundOperation, refundRule } from '../policy/refund-rules.ts';
import { type RefundVerdict, refundVerdict } from '../policy/refunds.ts';
import type { Store } from '../store/store.ts';
import type { OrderKind, OrderRecord, OrderState } from './services.ts';
import { extensionOf } from './transfer-policy.ts';

/** Operations as the rules name them. */
const OPERATION: Readonly<Record<OrderKind, RefundOperation | null>> = {
  REGISTER: 'CREATE',
  RENEW: 'RENEW',
  RESTORE: 'RESTORE',
  TRANSFER_IN: 'TRANSFER',
  CHANGE_REGISTRANT: 'CHANGE_OWNER',
  DELETE: null,
};

const STANDING: Readonly<Record<OrderState, Parameters<typeof refundVerdict>[0]['order']>> = {
  CLAIMED: 'under-way',
  SUBMITTED: 'under-way',
  ACCEPTED: 'under-way',
  WAITING: 'under-way',
  ACTION_REQUIRED: 'under-way',
  COMPLETED: 'delivered',
  FAILED: 'not-delivered',
  CANCELLED: 'not-delivered',
  REFUND_PENDING: 'taken-back',
  REFUNDED: 'refunded',
};

/** What was done to a domain that ends the right to give its registration back. */
const ENDING: readonly OrderKind[] = ['RENEW', 'RESTORE', 'CHANGE_REGISTRANT', 'REGISTER', 'TRANSFER_IN'];

type Reads = { readonly store: Pick<Store, 'orders'> };

/** The verdicts on orders, in their order: one read for those that could still be eligible. */
export async function refundRights(
  { store }: Reads,
  orders: readonly OrderRecord[],
  now: number,
): Promise<readonly RefundVerdict[]> {
  return Promise.all(
    orders.map(async (order) => {
      const first = verdictOf(order, null, now);
      if (first.state !== 'ELIGIBLE') return first;
      return verdictOf(order, await changedSince(store, order), now);
    }),
  );
}

/** The registration of this domain that could be given back now, if any. */
export async function standingRight(
  { store }: Reads,
  organizationId: string,
  domainName: string,
  now: number,
): Promise<{ readonly order: OrderRecord; readonly verdict: RefundVerdict } | null> {
  const found = await store.orders.list({
    visibility: { organizationId: null, clientId: null },
    filter: { organizationId, domainName, kinds: ['REGISTER'], states: ['COMPLETED'] },
    orderBy: { field: 'CREATED_AT', direction: 'DESC' },
    page: { first: 1 },
  });
  const order = found.rows[0]?.row;
  if (order === undefined) return null;
  const [verdict] = await refundRights({ store }, [order], now);
  return verdict?.state === 'ELIGIBLE' ? { order, verdict } : null;
}

function verdictOf(order: OrderRecord, changedAt: number | null, now: number): RefundVerdict {
  const operation = OPERATION[order.kind];
  const { registeredAt } = order.progress as { readonly registeredAt?: number };
  return refundVerdict(
    {
      order: STANDING[order.state],
      isFree: order.price === null ? operation === null : order.price.afterTaxes.minor === 0,
      isPremium: order.isPremium,
      rule:
        operation === null
          ? null
          : refundRule({ product: 'DOMAIN', operation, tld: extensionOf(order.domainName), at: order.createdAt }),
      startedAt: [order.createdAt, ...(registeredAt === undefined ? [] : [registeredAt])],
      changedAt,
    },
    now,
  );
}

async function changedSince(store: Reads['store'], order: OrderRecord): Promise<number | null> {
  const found = await store.orders.list({
    visibility: { organizationId: null, clientId: null },
    filter: {
      organizationId: order.organizationId,
      domainName: order.domainName,
      kinds: ENDING,
      states: ['SUBMITTED', 'ACCEPTED', 'WAITING', 'ACTION_REQUIRED', 'COMPLETED'],
      createdAfter: order.createdAt,
    },
    orderBy: { field: 'CREATED_AT', direction: 'ASC' },
    page: { first: 1 },
  });
  return found.rows[0]?.row.createdAt ?? null;
}
