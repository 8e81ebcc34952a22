// Inbound transfers: listings, and the leases of those who poll. What changes a transfer visibly is in orders.ts.
import { Prisma, type PrismaClient } from './generated/client.ts';
import { countRows, instantKey, type Keyset, readPage, uuidKey } from './keyset.ts';
import { type TransferRow, toTransfer } from './order-rows.ts';
import type { TransferRecord } from './records.ts';
import { all, equals, instant, isOneOf, isUuid } from './sql.ts';
import type { TransferFilter, TransferStore, Visibility } from './store.ts';

export function createTransferStore(prisma: PrismaClient): TransferStore {
  return {
    list: ({ visibility, filter, orderBy, page }) =>
      readPage(prisma, {
        columns: SELECTED,
        from: 'transfers t',
        where: conditions(visibility, filter),
        orderBy,
        keyset: KEYSET,
        page,
        toRecord: toTransfer,
      }),
    count: ({ visibility, filter }) => countRows(prisma, 'transfers t', conditions(visibility, filter)),
    async byIds(ids) {
      const rows = await prisma.transfer.findMany({ where: { id: { in: ids.filter(isUuid) } } });
      return rows.map(toTransfer);
    },
    async byOrderIds(orderIds) {
      const rows = await prisma.transfer.findMany({ where: { orderId: { in: orderIds.filter(isUuid) } } });
      return rows.map(toTransfer);
    },
    async leaseDue(owner, now, until, limit) {
      const rows = await prisma.$queryRaw<TransferRow[]>`
        WITH due AS MATERIALIZED (
          SELECT id FROM transfers
          WHERE ended_at IS NULL AND next_poll_at <= ${instant(now)} AND (lease_until IS NULL OR lease_until <= ${instant(now)})
          ORDER BY next_poll_at, id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
        UPDATE transfers t SET lease_owner = ${owner}, lease_until = ${instant(until)}
        FROM due WHERE t.id = due.id RETURNING ${Prisma.raw(SELECTED)}`;
      return rows.map(toTransfer).sort(byDueTime);
    },
    async reschedule(id, { owner, dueAt }, nextPollAt, asOf = null) {
      if (!isUuid(id)) return;
      const planned = nextPollAt === null ? Prisma.sql`NULL` : instant(nextPollAt);
      const next = Prisma.sql`CASE WHEN ended_at IS NOT NULL OR next_poll_at = ${instant(dueAt)} THEN ${planned} ELSE LEAST(next_poll_at, ${planned}) END`;
      const seen = asOf === null ? Prisma.sql`as_of` : Prisma.sql`GREATEST(as_of, ${instant(asOf)})`;
      await prisma.$executeRaw`
        UPDATE transfers SET next_poll_at = ${nextPollAt === null ? planned : next}, as_of = ${seen}, lease_owner = NULL, lease_until = NULL
        WHERE id = ${id}::uuid AND lease_owner = ${owner}`;
    },
    async bringForward(ids, at) {
      await prisma.transfer.updateMany({
        where: { id: { in: ids.filter(isUuid) }, endedAt: null, nextPollAt: { gt: new Date(at) } },
        data: { nextPollAt: new Date(at) },
      });
    },
    async nextDueAt() {
      const { _min } = await prisma.transfer.aggregate({ where: { endedAt: null }, _min: { nextPollAt: true } });
      return _min.nextPollAt?.getTime() ?? null;
    },
    countPending: () => prisma.transfer.count({ where: { endedAt: null, nextPollAt: { not: null } } }),
  };
}

function byDueTime(a: TransferRecord, b: TransferRecord): number {
  return (a.nextPollAt ?? 0) - (b.nextPollAt ?? 0) || (a.id < b.id ? -1 : 1);
}

function conditions(visibility: Visibility, filter: TransferFilter): Prisma.Sql {
  const found: Prisma.Sql[] = [];
  if (visibility.organizationId !== null) found.push(equals('t.organization_id', visibility.organizationId));
  if (visibility.clientId !== null) found.push(equals('t.client_id', visibility.clientId));
  if (filter.organizationId !== undefined) found.push(equals('t.organization_id', filter.organizationId));
  if (filter.clientId !== undefined) found.push(equals('t.client_id', filter.clientId));
  if (filter.domainName !== undefined) found.push(equals('t.domain_name', filter.domainName));
  if (filter.steps !== undefined) found.push(isOneOf('t.step', filter.steps));
  if (filter.open !== undefined) found.push(Prisma.sql`(t.ended_at IS NULL) = ${filter.open}`);
  return all(found);
}

const SELECTED = `
  t.id, t.order_id AS "orderId", t.organization_id AS "organizationId", t.domain_name AS "domainName", t.client_id AS "clientId",
  t.step, t.waiting_on AS "waitingOn", t.deadline_at AS "deadlineAt", t.upstream, t.started_at AS "startedAt",
  t.updated_at AS "updatedAt", t.step_since AS "stepSince", t.ended_at AS "endedAt", t.version, t.as_of AS "asOf",
  t.next_poll_at AS "nextPollAt"`;

const KEYSET: Keyset<TransferRecord> = {
  listing: 'transfers',
  columns: [instantKey('t.started_at'), uuidKey('t.id')],
  keyOf: (transfer) => [transfer.startedAt, transfer.id],
};
