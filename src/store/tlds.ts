// Top-level domains as the mirror holds them.
import type { PrismaClient, Tld } from './generated/client.ts';
import type { TldRecord } from './records.ts';
import { instant, msOrNull, recordset, storable } from './sql.ts';
import type { TldStore } from './store.ts';

export function createTldStore(prisma: PrismaClient): TldStore {
  return {
    async all() {
      const rows = await prisma.tld.findMany();
      return rows.map(toTld).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async replaceNames(names, asOf) {
      const values = [...new Set(names)].map((name) => ({ name }));
      await prisma.$transaction([
        prisma.$executeRaw`
          INSERT INTO tlds (name, row_as_of)
          SELECT r.name, ${instant(asOf)} FROM ${recordset(values, 'name text')} ORDER BY r.name
          ON CONFLICT (name) DO UPDATE SET row_as_of = EXCLUDED.row_as_of`,
        prisma.$executeRaw`DELETE FROM tlds WHERE name NOT IN (SELECT name FROM ${recordset(values, 'name text')})`,
      ]);
    },
    async putDetail(name, detail, asOf) {
      await prisma.$executeRaw`
        INSERT INTO tlds (name, detail, row_as_of, detail_as_of)
        VALUES (${storable(name)}, ${JSON.stringify(storable(detail))}::text::jsonb, ${instant(asOf)}, ${instant(asOf)})
        ON CONFLICT (name) DO UPDATE SET detail = EXCLUDED.detail, detail_as_of = EXCLUDED.detail_as_of
        WHERE tlds.detail_as_of IS NULL OR tlds.detail_as_of <= EXCLUDED.detail_as_of`;
    },
  };
}

function toTld(row: Tld): TldRecord {
  return {
    name: row.name,
    detail: row.detail as TldRecord['detail'],
    rowAsOf: row.rowAsOf.getTime(),
    detailAsOf: msOrNull(row.detailAsOf),
  };
}
