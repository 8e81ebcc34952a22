// The ledger: every charge and credit the gateway knows of, matched to its order. Append-only.
import { randomUUIDv7 } from 'node:crypto';
import { type LedgerEntry, Prisma, type PrismaClient } from './generated/client.ts';
import { instantKey, type Keyset, readPage, uuidKey } from './keyset.ts';
import { moneyOf } from './money-columns.ts';
import type { LedgerKind, LedgerRecord, OrderRecord } from './records.ts';
import { all, equals, instant, isOneOf, isUuid, msOf, type Selected, storable } from './sql.ts';
import type { LedgerStore, OrderChange, Visibility } from './store.ts';

/** Inside the transaction that changes the order; an entry of a kind the order has already is left out. */
export async function appendLedger(
  transaction: Prisma.TransactionClient,
  order: OrderRecord,
  entries: NonNullable<OrderChange['ledger']>,
  at: number,
): Promise<void> {
  const data = entries.map(({ kind, amount, domainName, note }) => ({
    id: randomUUIDv7(),
    organizationId: order.organizationId,
    orderId: order.id,
    kind,
    amount: BigInt(amount.minor),
    currency: amount.currency,
    domainName,
    note,
    occurredAt: new Date(at),
  }));
  await transaction.ledgerEntry.createMany({ data: storable(data), skipDuplicates: true });
}

export function createLedgerStore(prisma: PrismaClient): LedgerStore {
  return {
    list: ({ visibility, filter, page }) =>
      readPage(prisma, {
        columns: SELECTED,
        from: 'ledger_entries l LEFT JOIN orders o ON o.id = l.order_id',
        where: conditions(visibility, filter),
        orderBy: { field: 'OCCURRED_AT', direction: 'DESC' },
        keyset: KEYSET,
        page,
        toRecord: toLedger,
      }),
    async ofOrders(orderIds) {
      const rows = await prisma.ledgerEntry.findMany({
        where: { orderId: { in: orderIds.filter(isUuid) } },
        orderBy: [{ occurredAt: 'asc' }, { id: 'asc' }],
      });
      return rows.map(toLedger);
    },
    async totals({ organizationId, from, until }) {
      const where = conditions(NO_LIMIT, {
        organizationId,
        ...(from !== undefined && { from }),
        ...(until !== undefined && { until }),
      });
      const rows = await prisma.$queryRaw<{ kind: string; currency: string; amount: bigint; count: number }[]>`
        SELECT l.kind, l.currency, sum(l.amount)::bigint AS amount, count(*)::int AS count
        FROM ledger_entries l WHERE ${where} GROUP BY l.kind, l.currency ORDER BY l.currency, l.kind`;
      return rows.map(({ kind, currency, amount, count }) => ({
        kind: kind as LedgerKind,
        amount: moneyOf(amount, currency),
        count,
      }));
    },
  };
}

function toLedger({ amount, currency, ...row }: Selected<LedgerEntry>): LedgerRecord {
  return {
    ...row,
    kind: row.kind as LedgerKind,
    amount: moneyOf(amount, currency),
    occurredAt: msOf(row.occurredAt),
  };
}

const NO_LIMIT: Visibility = { organizationId: null, clientId: null };

function conditions(visibility: Visibility, filter: Parameters<LedgerStore['list']>[0]['filter']): Prisma.Sql {
  const found: Prisma.Sql[] = [];
  if (visibility.organizationId !== null) found.push(equals('l.organization_id', visibility.organizationId));
  if (visibility.clientId !== null) found.push(equals('o.client_id', visibility.clientId));
  if (filter.organizationId !== undefined) found.push(equals('l.organization_id', filter.organizationId));
  if (filter.orderId !== undefined)
    found.push(isUuid(filter.orderId) ? Prisma.sql`l.order_id = ${filter.orderId}::uuid` : Prisma.sql`FALSE`);
  if (filter.kinds !== undefined) found.push(isOneOf('l.kind', filter.kinds));
  if (filter.from !== undefined) found.push(Prisma.sql`l.occurred_at >= ${instant(filter.from)}`);
  if (filter.until !== undefined) found.push(Prisma.sql`l.occurred_at < ${instant(filter.until)}`);
  return all(found);
}

const SELECTED = `
  l.id, l.organization_id AS "organizationId", l.order_id AS "orderId", l.kind, l.amount, l.currency, l.domain_name AS "domainName",
  l.note, l.occurred_at AS "occurredAt"`;

const KEYSET: Keyset<LedgerRecord> = {
  listing: 'ledger',
  columns: [instantKey('l.occurred_at'), uuidKey('l.id')],
  keyOf: (entry) => [entry.occurredAt, entry.id],
};
