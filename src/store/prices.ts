// Prices as the mirror holds them: one row for each organization, currency, TLD and process.
import type { PrismaClient, TldPrice } from './generated/client.ts';
import type { PriceProcess, PriceRecord, TldPriceRecord } from './records.ts';
import { isoInstant, isStorable, recordset, storable } from './sql.ts';
import type { PriceStore } from './store.ts';

export function createPriceStore(prisma: PrismaClient): PriceStore {
  return {
    async get({ organizationId, currency, tlds, processes }) {
      const rows = await prisma.tldPrice.findMany({
        where: {
          organizationId: storable(organizationId),
          currency: storable(currency),
          process: { in: processes.filter(isStorable) },
          ...(tlds === undefined ? {} : { tld: { in: tlds.filter(isStorable) } }),
        },
      });
      return rows.map(toTldPrice).sort(byTldAndProcess);
    },
    async put(rows) {
      const values = [...new Map(rows.map((row) => [keyOf(row), row])).values()].map((row) => ({
        ...row,
        asOf: isoInstant(row.asOf),
      }));
      if (values.length === 0) return;
      await prisma.$executeRaw`
        INSERT INTO tld_prices (organization_id, currency, tld, process, prices, as_of)
        SELECT * FROM ${recordset(values, COLUMNS)} ORDER BY "organizationId", currency, tld, process
        ON CONFLICT (organization_id, currency, tld, process) DO UPDATE SET prices = EXCLUDED.prices, as_of = EXCLUDED.as_of
        WHERE tld_prices.as_of <= EXCLUDED.as_of`;
    },
  };
}

const COLUMNS = '"organizationId" text, currency text, tld text, process text, prices jsonb, "asOf" timestamptz';

function keyOf(row: TldPriceRecord): string {
  return JSON.stringify([row.organizationId, row.currency, row.tld, row.process]);
}

function byTldAndProcess(a: TldPriceRecord, b: TldPriceRecord): number {
  return a.tld < b.tld || (a.tld === b.tld && a.process < b.process) ? -1 : 1;
}

function toTldPrice(row: TldPrice): TldPriceRecord {
  return {
    organizationId: row.organizationId,
    currency: row.currency,
    tld: row.tld,
    process: row.process as PriceProcess,
    prices: row.prices as unknown as readonly PriceRecord[],
    asOf: row.asOf.getTime(),
  };
}
