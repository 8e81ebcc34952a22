// Orders and their transfers: claimed once, changed under a guard, every visible change with its event in one transaction.
import { appendEvents } from './events.ts';
import { type Order, Prisma, type PrismaClient } from './generated/client.ts';
import { countRows, instantKey, type Keyset, readPage, uuidKey } from './keyset.ts';
import { appendLedger } from './ledger.ts';
import { moneyOf } from './money-columns.ts';
import { changedOrder, changedTransfer, isOrderNews, isTransferNews } from './order-changes.ts';
import { fromOrder, fromTransfer, toOrder, toTransfer } from './order-rows.ts';
import type { OrderRecord, OrderState, TransferRecord } from './records.ts';
import { all, equals, instant, isOneOf, isStorable, isUuid, storable } from './sql.ts';
import type { NewEvent, OrderFilter, OrderStore, SpendCeilings, Visibility } from './store.ts';
import type { Work } from './work.ts';

/** A rival that held the key or the domain may be gone before it can be read; then the claim is tried again. */
const CLAIM_ATTEMPTS = 5;

const NO_CEILINGS: SpendCeilings = { day: null, month: null };

/** Names the lines in which claims under a ceiling stand, one for each organization. */
const SPEND_LOCK = 7_201_944;

export function createOrderStore(prisma: PrismaClient, work: Pick<Work, 'wakeWithin'>): OrderStore {
  return {
    list: ({ visibility, filter, orderBy, page }) =>
      readPage(prisma, {
        columns: SELECTED,
        from: 'orders o',
        where: conditions(visibility, filter),
        orderBy,
        keyset: KEYSET,
        page,
        toRecord: toOrder,
      }),
    count: ({ visibility, filter }) => countRows(prisma, 'orders o', conditions(visibility, filter)),
    async byIds(ids) {
      const rows = await prisma.order.findMany({ where: { id: { in: ids.filter(isUuid) } } });
      return rows.map(toOrder);
    },
    async byKey(organizationId, mutation, idempotencyKey) {
      if (![organizationId, mutation, idempotencyKey].every(isStorable)) return null;
      const row = await prisma.order.findUnique({
        where: { organizationId_mutation_idempotencyKey: { organizationId, mutation, idempotencyKey } },
      });
      return row === null ? null : toOrder(row);
    },
    async claim(order, transfer, ceilings = NO_CEILINGS) {
      for (let attempt = 1; attempt <= CLAIM_ATTEMPTS; attempt++) {
        const claimed = await prisma.$transaction((transaction) => claim(transaction, order, transfer, ceilings));
        if (claimed !== null) return claimed;
      }
      throw new Error(`Order ${order.id} could not be claimed in ${CLAIM_ATTEMPTS} attempts.`);
    },
    change: (orderId, guard, change, at) =>
      prisma.$transaction(async (transaction) => {
        const before = await lockOrder(transaction, orderId);
        if (before === null || !guard.from.includes(before.order.state)) return null;
        if (guard.leaseOwner !== undefined && before.order.leaseOwner !== guard.leaseOwner) return null;
        if (guard.transferVersion !== undefined && before.transfer?.version !== guard.transferVersion) return null;

        const order = storable(changedOrder(before.order, change.order, at));
        const transfer = before.transfer && storable(changedTransfer(before.transfer, change.transfer, at));
        if (change.order !== undefined)
          await transaction.order.update({ where: { id: order.id }, data: fromOrder(order) });
        if (transfer !== null && change.transfer !== undefined)
          await transaction.transfer.update({ where: { id: transfer.id }, data: fromTransfer(transfer) });

        if (order.endedAt !== null && before.order.endedAt === null) await wakePlanOf(transaction, work, order.id);
        if (change.ledger !== undefined) await appendLedger(transaction, order, change.ledger, at);
        const news: NewEvent[] = [];
        if (isOrderNews(before.order, order)) news.push(orderChanged(order, at));
        if (before.transfer && transfer && isTransferNews(before.transfer, transfer))
          news.push(transferChanged(transfer, at));
        return { order, transfer, events: await appendEvents(transaction, news) };
      }),
    async lease(orderId, owner, until, now) {
      if (!isUuid(orderId)) return false;
      const taken = await prisma.$executeRaw`
        UPDATE orders SET lease_owner = ${owner}, lease_until = ${instant(until)}
        WHERE id = ${orderId}::uuid
          AND (lease_owner IS NULL OR lease_owner = ${owner} OR lease_until IS NULL OR lease_until <= ${instant(now)})`;
      return taken === 1;
    },
    async leaseDue(owner, now, until, limit) {
      const rows = await prisma.$queryRaw<Order[]>`
        WITH due AS MATERIALIZED (
          SELECT id FROM orders
          WHERE next_look_at <= ${instant(now)} AND (lease_until IS NULL OR lease_until <= ${instant(now)})
          ORDER BY next_look_at, id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
        UPDATE orders o SET lease_owner = ${owner}, lease_until = ${instant(until)}
        FROM due WHERE o.id = due.id RETURNING ${Prisma.raw(SELECTED)}`;
      return rows.map(toOrder).sort((a, b) => (a.nextLookAt ?? 0) - (b.nextLookAt ?? 0) || (a.id < b.id ? -1 : 1));
    },
    async reschedule(orderId, owner, nextLookAt) {
      if (!isUuid(orderId)) return;
      const next = nextLookAt === null ? Prisma.sql`NULL` : instant(nextLookAt);
      await prisma.$executeRaw`
        UPDATE orders SET next_look_at = ${next}, lease_owner = NULL, lease_until = NULL
        WHERE id = ${orderId}::uuid AND lease_owner = ${owner}`;
    },
    async nextDueAt() {
      const { _min } = await prisma.order.aggregate({ _min: { nextLookAt: true } });
      return _min.nextLookAt?.getTime() ?? null;
    },
    countPending: () => prisma.order.count({ where: { nextLookAt: { not: null } } }),
  };
}

/** A plan goes on when an order of it has ended. */
async function wakePlanOf(
  transaction: Prisma.TransactionClient,
  work: Pick<Work, 'wakeWithin'>,
  orderId: string,
): Promise<void> {
  const item = await transaction.planItem.findFirst({ where: { orderId }, select: { planId: true } });
  if (item !== null) await work.wakeWithin(transaction, 'plan', item.planId);
}

async function claim(
  transaction: Prisma.TransactionClient,
  order: OrderRecord,
  transfer: TransferRecord | null,
  ceilings: SpendCeilings,
) {
  const exceeded = await ceilingExceeded(transaction, order, ceilings);
  const inserted =
    exceeded === null
      ? await transaction.order.createMany({ data: [fromOrder(order)], skipDuplicates: true })
      : { count: 0 };
  if (inserted.count === 1) {
    const stored = transfer && toTransfer(await transaction.transfer.create({ data: fromTransfer(transfer) }));
    const written = storable(order);
    const news = [orderChanged(written, written.createdAt)];
    if (stored !== null) news.push(transferChanged(stored, written.createdAt));
    const events = await appendEvents(transaction, news);
    return { outcome: 'claimed', order: written, transfer: stored, events } as const;
  }
  const { organizationId, mutation, idempotencyKey, domainName } = storable(order);
  const twin = await transaction.order.findUnique({
    where: { organizationId_mutation_idempotencyKey: { organizationId, mutation, idempotencyKey } },
  });
  if (twin !== null) return { outcome: 'key-taken', order: toOrder(twin) } as const;
  const rival = await transaction.order.findFirst({ where: { domainName, endedAt: null } });
  if (rival !== null) return { outcome: 'domain-busy', order: toOrder(rival) } as const;
  return exceeded;
}

/** Orders that have come to nothing, or whose money came back, count against no ceiling. */
const UNSPENT: readonly OrderState[] = ['FAILED', 'CANCELLED', 'REFUNDED'];

/** Stands in the organization's line until the transaction ends, so that the sum still holds when the order is inserted. */
async function ceilingExceeded(
  transaction: Prisma.TransactionClient,
  { organizationId, price, createdAt }: OrderRecord,
  ceilings: SpendCeilings,
) {
  const limits = (['day', 'month'] as const).flatMap((period) => {
    const ceiling = ceilings[period];
    return ceiling !== null && ceiling.currency === price?.afterTaxes.currency ? [{ period, ceiling }] : [];
  });
  if (price === null || limits.length === 0) return null;
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${SPEND_LOCK}, hashtext(${organizationId}))`;
  for (const { period, ceiling } of limits) {
    const [sum] = await transaction.$queryRaw<{ spent: bigint | number }[]>`
      SELECT coalesce(sum(price_after_taxes), 0)::bigint AS spent FROM orders
      WHERE organization_id = ${organizationId} AND currency = ${ceiling.currency} AND NOT ${isOneOf('state', UNSPENT)}
        AND created_at >= date_trunc(${period}, ${instant(createdAt)}, 'UTC')
        AND created_at < date_trunc(${period}, ${instant(createdAt)}, 'UTC') + ('1 ' || ${period})::interval`;
    const spent = moneyOf(sum?.spent ?? 0, ceiling.currency);
    if (spent.minor + price.afterTaxes.minor > ceiling.minor)
      return { outcome: 'over-ceiling', period, ceiling, spent } as const;
  }
  return null;
}

/** Reads an order and its transfer and keeps others from changing them until the transaction ends. */
async function lockOrder(transaction: Prisma.TransactionClient, orderId: string) {
  if (!isUuid(orderId)) return null;
  const locked = await transaction.$queryRaw<unknown[]>`SELECT 1 FROM orders WHERE id = ${orderId}::uuid FOR UPDATE`;
  if (locked.length === 0) return null;
  await transaction.$queryRaw`SELECT 1 FROM transfers WHERE order_id = ${orderId}::uuid FOR UPDATE`;
  const order = await transaction.order.findUnique({ where: { id: orderId } });
  const transfer = await transaction.transfer.findUnique({ where: { orderId } });
  return order && { order: toOrder(order), transfer: transfer && toTransfer(transfer) };
}

/** The digest of the secret stays out of the log. */
function orderChanged(order: OrderRecord, occurredAt: number): NewEvent {
  return {
    organizationId: order.organizationId,
    clientId: order.clientId,
    domainName: order.domainName,
    type: 'ORDER_CHANGED',
    subjectType: 'Order',
    subjectId: order.id,
    payload: { ...order, secretDigest: null },
    occurredAt,
  };
}

function transferChanged(transfer: TransferRecord, occurredAt: number): NewEvent {
  return {
    organizationId: transfer.organizationId,
    clientId: transfer.clientId,
    domainName: transfer.domainName,
    type: 'TRANSFER_CHANGED',
    subjectType: 'Transfer',
    subjectId: transfer.id,
    payload: { ...transfer },
    occurredAt,
  };
}

function conditions(visibility: Visibility, filter: OrderFilter): Prisma.Sql {
  const found: Prisma.Sql[] = [];
  if (visibility.organizationId !== null) found.push(equals('o.organization_id', visibility.organizationId));
  if (visibility.clientId !== null) found.push(equals('o.client_id', visibility.clientId));
  if (filter.organizationId !== undefined) found.push(equals('o.organization_id', filter.organizationId));
  if (filter.clientId !== undefined) found.push(equals('o.client_id', filter.clientId));
  if (filter.domainName !== undefined) found.push(equals('o.domain_name', filter.domainName));
  if (filter.states !== undefined) found.push(isOneOf('o.state', filter.states));
  if (filter.kinds !== undefined) found.push(isOneOf('o.kind', filter.kinds));
  if (filter.clientPayment !== undefined) found.push(isOneOf('o.client_payment', filter.clientPayment));
  if (filter.createdAfter !== undefined) found.push(Prisma.sql`o.created_at > ${instant(filter.createdAfter)}`);
  return all(found);
}

const SELECTED = `
  o.id, o.organization_id AS "organizationId", o.kind, o.state, o.domain_name AS "domainName", o.client_id AS "clientId",
  o.created_client AS "createdClient", o.mutation, o.idempotency_key AS "idempotencyKey", o.fingerprint,
  o.secret_digest AS "secretDigest", o.input, o.lease_owner AS "leaseOwner", o.lease_until AS "leaseUntil",
  o.failure_code AS "failureCode", o.failure_message AS "failureMessage", o.timeline, o.actor, o.years,
  o.price_before_taxes AS "priceBeforeTaxes", o.price_after_taxes AS "priceAfterTaxes", o.currency, o.is_premium AS "isPremium",
  o.client_payment AS "clientPayment", o.client_payment_at AS "clientPaymentAt", o.target_order_id AS "targetOrderId", o.progress,
  o.next_look_at AS "nextLookAt", o.created_at AS "createdAt", o.updated_at AS "updatedAt", o.submitted_at AS "submittedAt", o.ended_at AS "endedAt"`;

const KEYSET: Keyset<OrderRecord> = {
  listing: 'orders',
  columns: [instantKey('o.created_at'), uuidKey('o.id')],
  keyOf: (order) => [order.createdAt, order.id],
};
