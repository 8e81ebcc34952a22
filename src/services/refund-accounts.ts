// Finds the refunds that came back by the balance of the prepaid account: Gandi lists neither movements nor refunds.
import { createUpstreamMeter } from '../lib/upstream-meter.ts';
import { matchRefunds } from '../policy/refund-match.ts';
import type { Store } from '../store/store.ts';
import type { GandiPort } from '../upstream/port.ts';
import type { OrderDeps } from './order-procedure.ts';
import { type MeteredCall, UNFINISHED, writeOrder } from './order-steps.ts';
import type { OrderFilter, OrderRecord } from './services.ts';

export interface RefundAccountDeps extends OrderDeps {
  readonly store: Pick<Store, 'orders' | 'transfers' | 'ledger' | 'facts'>;
  readonly port: Pick<GandiPort, 'billing'>;
}

export interface RefundAccounts {
  /**
   * Reads an account, matches what it holds beyond our own orders with refunds that are pending, and remembers what it held. One call; none while an order
   * of the last hour is under way, since Gandi takes the money some time after an order.
   * @throws {UpstreamError}
   */
  settle(organizationId: string, signal?: AbortSignal): Promise<void>;
}

const PER_PAGE = 100;
/** Gandi has taken the money of an order that is not finished by then, or never will. */
const BILLED_WITHIN_MS = 3_600_000;

/** What an account held at a moment when no order was under way, and what our ledger said then; minor units. */
interface Baseline {
  readonly balance: number;
  readonly spent: number;
  readonly currency: string;
}

/** All orders that match, oldest first, in pages. */
export async function* ordersOf(
  store: Pick<Store, 'orders'>,
  filter: OrderFilter,
): AsyncGenerator<readonly OrderRecord[]> {
  let after: string | undefined;
  for (;;) {
    const page = await store.orders.list({
      visibility: { organizationId: null, clientId: null },
      filter,
      orderBy: { field: 'CREATED_AT', direction: 'ASC' },
      page: { first: PER_PAGE, ...(after !== undefined && { after }) },
    });
    yield page.rows.map(({ row }) => row);
    after = page.rows.at(-1)?.cursor;
    if (!page.hasNextPage || after === undefined) return;
  }
}

export function createRefundAccounts(deps: RefundAccountDeps): RefundAccounts {
  const { store, port } = deps;

  /** What our own ledger says was spent and has not come back, minor units of the currency. */
  async function spentBy(organizationId: string, currency: string): Promise<number> {
    const totals = await store.ledger.totals({ organizationId });
    return totals
      .filter(({ amount }) => amount.currency === currency)
      .reduce((sum, { kind, amount }) => sum + (kind === 'CHARGE' ? amount.minor : -amount.minor), 0);
  }
  /** No order is being sent or was placed a short while ago: Gandi takes the money some time after an order, and then no more of it. */
  const isQuiet = async (organizationId: string): Promise<boolean> => {
    const visibility = { organizationId: null, clientId: null };
    const createdAfter = deps.clock.now() - BILLED_WITHIN_MS;
    const [unknown, fresh] = await Promise.all([
      store.orders.count({ visibility, filter: { organizationId, states: ['SUBMITTED'] } }),
      store.orders.count({ visibility, filter: { organizationId, states: UNFINISHED, createdAfter } }),
    ]);
    return unknown + fresh === 0;
  };

  async function settle(organizationId: string, signal?: AbortSignal): Promise<void> {
    if (!(await isQuiet(organizationId))) return;
    const pending: OrderRecord[] = [];
    for await (const page of ordersOf(store, { organizationId, states: ['REFUND_PENDING'] })) pending.push(...page);
    const call: MeteredCall = {
      lane: 'poll',
      tenant: organizationId,
      meter: createUpstreamMeter(),
      ...(signal && { signal }),
    };
    // Before the ledger is read: whoever settles at the same time writes the ledger first and this last, and must not be counted twice.
    const key = `prepaid:${organizationId}`;
    const known = await store.facts.get(key);
    const { prepaid } = await port.billing(organizationId, call);
    if (prepaid === null) return;
    const { minor: balance, currency } = prepaid.balance;
    const spent = await spentBy(organizationId, currency);
    if (!(await isQuiet(organizationId))) return;
    const before = known === null ? null : (JSON.parse(known) as Baseline);
    let settled = 0;
    if (before !== null && before.currency === currency) {
      const difference = balance - (before.balance - (spent - before.spent));
      const refunds = pending.flatMap(({ id, price, updatedAt }) =>
        price?.afterTaxes.currency === currency ? [{ id, amount: price.afterTaxes.minor, since: updatedAt }] : [],
      );
      for (const { id, amount } of matchRefunds(difference, refunds)) {
        const order = pending.find((one) => one.id === id);
        if (order === undefined) continue;
        await refunded(order);
        settled += amount;
      }
    }
    const baseline: Baseline = { balance, spent: spent - settled, currency };
    await store.facts.set(key, JSON.stringify(baseline));
  }

  /** Another gateway may have written it already. */
  async function refunded(order: OrderRecord): Promise<void> {
    await writeOrder(deps, order, {
      from: ['REFUND_PENDING'],
      order: { state: 'REFUNDED' },
      ledger:
        order.price === null
          ? []
          : [{ kind: 'REFUND', amount: order.price.afterTaxes, domainName: order.domainName, note: null }],
    });
  }

  return { settle };
}
