// Prices as the mirror holds them: one row for each organization, currency, TLD and process.
import { payloadOf } from './event-payloads.ts';
import { appendEvents } from './events.ts';
import { Prisma, type PrismaClient, type TldPrice } from './generated/client.ts';
import { type PriceShocked, shockOf } from './price-shock.ts';
import type { PriceProcess, PriceRecord, TldPriceRecord } from './records.ts';
import { isoInstant, isStorable, recordset, selectRows, storable } from './sql.ts';
import type { NewEvent, PriceStore } from './store.ts';

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
      if (values.length === 0) return [];
      return prisma.$transaction(async (transaction) => {
        const others = Prisma.sql`
          FROM tld_prices p JOIN ${recordset(values, COLUMNS)} ON p.organization_id = r."organizationId"
            AND p.currency = r.currency AND p.tld = r.tld AND p.process = r.process
          WHERE p.as_of <= r."asOf" AND p.prices IS DISTINCT FROM r.prices
          ORDER BY p.organization_id, p.currency, p.tld, p.process FOR UPDATE OF p`;
        const before = await selectRows<Priced>(transaction, PRICED, others);
        await transaction.$executeRaw`
          INSERT INTO tld_prices (organization_id, currency, tld, process, prices, as_of)
          SELECT * FROM ${recordset(values, COLUMNS)} ORDER BY "organizationId", currency, tld, process
          ON CONFLICT (organization_id, currency, tld, process) DO UPDATE SET prices = EXCLUDED.prices, as_of = EXCLUDED.as_of
          WHERE tld_prices.as_of <= EXCLUDED.as_of`;
        const after = new Map(rows.map((row) => [keyOf(row), row]));
        const shocks = before.flatMap((was) => shockOf(was, after.get(keyOf(was))));
        const owned = await countDomains(transaction, shocks);
        return appendEvents(
          transaction,
          shocks.flatMap((shock) => newsOf(shock, owned)),
        );
      });
    },
  };
}

const COLUMNS = '"organizationId" text, currency text, tld text, process text, prices jsonb, "asOf" timestamptz';

type Priced = Omit<TldPriceRecord, 'asOf'>;

const PRICED = 'p.organization_id AS "organizationId", p.currency, p.tld, p.process, p.prices';

/** How many domains each organization has under the TLDs whose price moved. */
async function countDomains(
  transaction: Prisma.TransactionClient,
  shocks: readonly PriceShocked[],
): Promise<ReadonlyMap<string, number>> {
  if (shocks.length === 0) return new Map();
  const rows = await transaction.$queryRaw<{ organizationId: string; tld: string; count: number }[]>`
    SELECT d.organization_id AS "organizationId", d.tld, count(*)::int AS count
    FROM domains d JOIN (SELECT DISTINCT * FROM ${recordset(
      shocks.map(({ organizationId, tld }) => ({ organizationId, tld })),
      '"organizationId" text, tld text',
    )}) r ON d.organization_id = r."organizationId" AND d.tld = r.tld
    WHERE d.presence <> 'ABSENT_CONFIRMED' GROUP BY 1, 2`;
  return new Map(rows.map(({ organizationId, tld, count }) => [JSON.stringify([organizationId, tld]), count]));
}

/** A TLD under which the organization has nothing is no news to it. */
function newsOf({ at, ...shock }: PriceShocked, owned: ReadonlyMap<string, number>): readonly NewEvent[] {
  const { organizationId, tld } = shock;
  const domains = owned.get(JSON.stringify([organizationId, tld])) ?? 0;
  if (domains === 0) return [];
  return [
    {
      organizationId,
      clientId: null,
      domainName: null,
      type: 'PRICE_SHOCK',
      subjectType: 'Organization',
      subjectId: organizationId,
      payload: payloadOf('PRICE_SHOCK', { ...shock, domains }),
      occurredAt: at,
    },
  ];
}

function keyOf(row: Priced): string {
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
