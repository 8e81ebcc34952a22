// How far each list of the mirror is filled, and how fresh it is.
import type { MirrorList, PrismaClient } from './generated/client.ts';
import type { MirrorListRecord } from './records.ts';
import { dateOrNull, msOrNull, storable } from './sql.ts';
import type { MirrorListStore } from './store.ts';

export function createMirrorListStore(prisma: PrismaClient): MirrorListStore {
  return {
    async get(key) {
      const row = await prisma.mirrorList.findUnique({ where: { key: storable(key) } });
      return row === null ? null : toMirrorList(row);
    },
    async all() {
      const rows = await prisma.mirrorList.findMany({ orderBy: { key: 'asc' } });
      return rows.map(toMirrorList);
    },
    async put(record) {
      const row: MirrorList = {
        key: storable(record.key),
        completeAt: dateOrNull(record.completeAt),
        startedAt: dateOrNull(record.startedAt),
        total: record.total,
        fetched: record.fetched,
        lastError: storable(record.lastError),
        lastErrorAt: dateOrNull(record.lastErrorAt),
      };
      await prisma.mirrorList.upsert({ where: { key: row.key }, create: row, update: row });
    },
  };
}

function toMirrorList(row: MirrorList): MirrorListRecord {
  return {
    ...row,
    completeAt: msOrNull(row.completeAt),
    startedAt: msOrNull(row.startedAt),
    lastErrorAt: msOrNull(row.lastErrorAt),
  };
}
