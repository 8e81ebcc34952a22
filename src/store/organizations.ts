// Organizations as the mirror holds them.
import type { Organization, PrismaClient } from './generated/client.ts';
import type { OrganizationRecord, OrganizationType } from './records.ts';
import { instant, isoInstant, msOrNull, recordset } from './sql.ts';
import type { OrganizationStore } from './store.ts';

export function createOrganizationStore(prisma: PrismaClient): OrganizationStore {
  return {
    async all() {
      const rows = await prisma.organization.findMany({ orderBy: { id: 'asc' } });
      return rows.map(toOrganization);
    },
    async replaceAll(rows, asOf) {
      const values = [...new Map(rows.map((row) => [row.id, row])).values()].map((row) => ({
        ...row,
        asOf: isoInstant(row.asOf),
      }));
      await prisma.$transaction([
        prisma.$executeRaw`
          INSERT INTO organizations (id, name, type, company_name, first_name, last_name, email, is_reseller, is_corporate, vat_number, as_of)
          SELECT * FROM ${recordset(values, COLUMNS)} ORDER BY id
          ON CONFLICT (id) DO UPDATE SET
            name = EXCLUDED.name, type = EXCLUDED.type, company_name = EXCLUDED.company_name, first_name = EXCLUDED.first_name,
            last_name = EXCLUDED.last_name, email = EXCLUDED.email, is_reseller = EXCLUDED.is_reseller,
            is_corporate = EXCLUDED.is_corporate, vat_number = EXCLUDED.vat_number, as_of = EXCLUDED.as_of, missing_at = NULL`,
        prisma.$executeRaw`
          UPDATE organizations SET missing_at = ${instant(asOf)}
          WHERE missing_at IS NULL AND id NOT IN (SELECT id FROM ${recordset(values, 'id text')})`,
      ]);
    },
  };
}

const COLUMNS =
  'id text, name text, type text, "companyName" text, "firstName" text, "lastName" text, email text, "isReseller" boolean, "isCorporate" boolean, "vatNumber" text, "asOf" timestamptz';

function toOrganization(row: Organization): OrganizationRecord {
  return {
    ...row,
    type: row.type as OrganizationType | null,
    asOf: row.asOf.getTime(),
    missingAt: msOrNull(row.missingAt),
  };
}
