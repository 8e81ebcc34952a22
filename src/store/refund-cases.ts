// Requests for refunds that no API takes: what is asked of Gandi's people, and whether it was done.
import type { PrismaClient, RefundCase } from './generated/client.ts';
import type { RefundCaseRecord, RefundGround } from './records.ts';
import { dateOrNull, isUuid, msOf, msOrNull, type Selected, storable } from './sql.ts';
import type { RefundCaseStore } from './store.ts';

export function createRefundCaseStore(prisma: PrismaClient): RefundCaseStore {
  return {
    async open(record) {
      const { deadlineAt, createdAt, checkedAt, endedAt, ...rest } = storable(record);
      await prisma.refundCase.createMany({
        data: [
          {
            ...rest,
            deadlineAt: dateOrNull(deadlineAt),
            createdAt: new Date(createdAt),
            checkedAt: dateOrNull(checkedAt),
            endedAt: dateOrNull(endedAt),
          },
        ],
        skipDuplicates: true,
      });
      const { orderId, ground } = rest;
      return toCase(await prisma.refundCase.findUniqueOrThrow({ where: { orderId_ground: { orderId, ground } } }));
    },
    async byIds(ids) {
      const rows = await prisma.refundCase.findMany({ where: { id: { in: ids.filter(isUuid) } } });
      return rows.map(toCase);
    },
    async ofOrders(orderIds) {
      const rows = await prisma.refundCase.findMany({
        where: { orderId: { in: orderIds.filter(isUuid) } },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
      return rows.map(toCase);
    },
    async toCheck(limit) {
      const rows = await prisma.refundCase.findMany({
        where: { state: 'OPEN' },
        orderBy: [{ checkedAt: { sort: 'asc', nulls: 'first' } }, { id: 'asc' }],
        take: limit,
      });
      return rows.map(toCase);
    },
    async change(id, { checkedAt, endedAt, ...rest }) {
      if (!isUuid(id)) return null;
      const data = {
        ...storable(rest),
        ...(checkedAt !== undefined && { checkedAt: dateOrNull(checkedAt) }),
        ...(endedAt !== undefined && { endedAt: dateOrNull(endedAt) }),
      };
      const [row] = await prisma.refundCase.updateManyAndReturn({ where: { id, state: 'OPEN' }, data });
      return row === undefined ? null : toCase(row);
    },
  };
}

function toCase(row: Selected<RefundCase>): RefundCaseRecord {
  return {
    ...row,
    ground: row.ground as RefundGround,
    state: row.state as RefundCaseRecord['state'],
    deadlineAt: msOrNull(row.deadlineAt),
    createdAt: msOf(row.createdAt),
    checkedAt: msOrNull(row.checkedAt),
    endedAt: msOrNull(row.endedAt),
  };
}
