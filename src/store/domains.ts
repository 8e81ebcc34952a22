// Domains as the mirror holds them: list rows, client links, presence and details, each with its own age.
import { conditions, DOMAIN_KEYSETS } from './domain-listing.ts';
import { type Domain, Prisma, type PrismaClient } from './generated/client.ts';
import { countRows, readPage } from './keyset.ts';
import type { DomainDetailRecord, DomainRecord, DomainRowRecord, Presence } from './records.ts';
import {
  type Database,
  instant,
  isOneOf,
  isoInstant,
  isoOrNull,
  msOf,
  msOrNull,
  recordset,
  type Selected,
  selectRows,
  storable,
} from './sql.ts';
import type { DomainStore } from './store.ts';
import { searchTextOf } from './text-search.ts';

export function createDomainStore(prisma: PrismaClient): DomainStore {
  return {
    list: ({ visibility, filter, orderBy, page }) =>
      readPage(prisma, {
        columns: SELECTED,
        from: 'domains d',
        where: conditions(visibility, filter),
        orderBy,
        keyset: DOMAIN_KEYSETS[orderBy.field],
        page,
        toRecord: toDomain,
      }),
    count: ({ visibility, filter }) => countRows(prisma, 'domains d', conditions(visibility, filter)),
    async byNames(names) {
      const named = Prisma.sql`FROM domains d WHERE ${isOneOf('d.name', names)} ORDER BY d.name, d.organization_id`;
      return (await selectRows<DomainRow>(prisma, SELECTED, named)).map(toDomain);
    },
    async details(keys) {
      const rows = await prisma.$queryRaw<{ organizationId: string; name: string; detail: unknown; asOf: Date }[]>`
        SELECT d.organization_id AS "organizationId", d.name, d.detail, d.detail_as_of AS "asOf"
        FROM domains d JOIN ${recordset(keys, KEY_COLUMNS)} ON d.organization_id = r."organizationId" AND d.name = r.name
        WHERE d.detail IS NOT NULL AND d.detail_as_of IS NOT NULL`;
      return rows.map((row) => ({ ...row, detail: row.detail as DomainDetailRecord, asOf: row.asOf.getTime() }));
    },
    async renewing({ visibility, filter, after, limit }) {
      const { organizationId, expiresAfter, expiresBefore } = filter;
      const from = after ?? { expiresAt: expiresAfter, name: '' };
      const expiry = Prisma.raw(EXPIRY);
      const range = Prisma.sql`
        (${expiry}, d.organization_id, d.name) > (${instant(from.expiresAt)}, ${organizationId}, ${storable(from.name)})
        AND ${expiry} < ${instant(expiresBefore)}`;
      const columns = `${SELECTED}, d.detail -> 'autoRenewal' AS "autoRenewal"`;
      const rest = Prisma.sql`
        FROM domains d WHERE ${range} AND ${conditions(visibility, filter)}
        ORDER BY ${expiry}, d.organization_id, d.name LIMIT ${limit}`;
      const rows = await selectRows<DomainRow & { autoRenewal: unknown }>(prisma, columns, rest);
      return rows.map(({ autoRenewal, ...row }) => {
        const domain = toDomain(row as Selected<DomainRow>);
        const plan = autoRenewal as DomainDetailRecord['autoRenewal'];
        return { domain, autoRenewal: domain.detailAsOf === null ? null : plan };
      });
    },
    async upsertRows(rows) {
      await upsert(prisma, rows);
    },
    async linkClients(links, asOf) {
      if (links.length === 0) return;
      await prisma.$executeRaw`
        UPDATE domains d SET client_id = r."clientId", client_as_of = ${instant(asOf)}
        FROM ${recordset(links, `${KEY_COLUMNS}, "clientId" text`)}
        WHERE d.organization_id = r."organizationId" AND d.name = r.name
          AND (d.client_as_of IS NULL OR d.client_as_of <= ${instant(asOf)})`;
    },
    async upsertDetail(row, detail, clientId, asOf) {
      await prisma.$transaction(async (transaction) => {
        await upsert(transaction, [row]);
        await transaction.$executeRaw`
          UPDATE domains SET
            detail = CASE WHEN detail_as_of > ${instant(asOf)} THEN detail ELSE ${JSON.stringify(storable(detail))}::text::jsonb END,
            detail_as_of = GREATEST(detail_as_of, ${instant(asOf)}),
            client_id = CASE WHEN client_as_of > ${instant(asOf)} THEN client_id ELSE ${clientId} END,
            client_as_of = GREATEST(client_as_of, ${instant(asOf)})
          WHERE organization_id = ${row.organizationId} AND name = ${row.name}`;
      });
    },
    async setPresence(keys, presence, reason, asOf) {
      if (keys.length === 0) return;
      await prisma.$executeRaw`
        UPDATE domains d SET presence = ${presence}, presence_reason = ${storable(reason)}, presence_as_of = ${instant(asOf)}
        FROM ${recordset(keys, KEY_COLUMNS)}
        WHERE d.organization_id = r."organizationId" AND d.name = r.name AND d.presence_as_of <= ${instant(asOf)}`;
    },
    async unseenSince(organizationId, startedAt) {
      return prisma.domain.findMany({
        where: {
          presence: 'PRESENT',
          rowAsOf: { lt: new Date(startedAt) },
          ...(organizationId === null ? {} : { organizationId: storable(organizationId) }),
        },
        select: { organizationId: true, name: true },
        orderBy: [{ name: 'asc' }, { organizationId: 'asc' }],
      });
    },
    async countUnlinked(organizationId, before) {
      return prisma.domain.count({
        where: {
          organizationId: storable(organizationId),
          presence: { not: 'ABSENT_CONFIRMED' },
          OR: [{ clientAsOf: null }, { clientAsOf: { lt: new Date(before) } }],
        },
      });
    },
    async linkUnclaimed(organizationId, startedAt, asOf) {
      await prisma.$executeRaw`
        UPDATE domains SET client_id = NULL, client_as_of = ${instant(asOf)}
        WHERE organization_id = ${storable(organizationId)} AND presence <> 'ABSENT_CONFIRMED'
          AND row_as_of <= ${instant(startedAt)} AND (client_as_of IS NULL OR client_as_of < ${instant(startedAt)})`;
    },
    async detailsDue({ olderThan, expiringBefore, limit }) {
      return prisma.$queryRaw<{ organizationId: string; name: string }[]>`
        SELECT organization_id AS "organizationId", name FROM domains
        WHERE presence = 'PRESENT' AND (detail_as_of IS NULL OR detail_as_of < ${instant(olderThan)})
        ORDER BY CASE WHEN expires_at < ${instant(expiringBefore)} THEN expires_at END ASC NULLS LAST,
          detail_as_of ASC NULLS FIRST, name, organization_id
        LIMIT ${limit}`;
    },
  };
}

/** What the index of expiries is on. */
const EXPIRY = `COALESCE(d.expires_at, 'infinity'::timestamptz)`;

const KEY_COLUMNS = '"organizationId" text, name text';

/** An older row never overwrites a newer one, nor does it take back a presence decided since. */
async function upsert(database: Database, rows: readonly DomainRowRecord[]): Promise<void> {
  const values = newest(rows).map((row) => ({
    ...row,
    createdAt: isoOrNull(row.createdAt),
    registryCreatedAt: isoOrNull(row.registryCreatedAt),
    expiresAt: isoOrNull(row.expiresAt),
    updatedAt: isoOrNull(row.updatedAt),
    rowAsOf: isoInstant(row.rowAsOf),
    searchText: searchTextOf([row.name, row.unicodeName, ...row.tags, row.registrantName]),
  }));
  if (values.length === 0) return;
  await database.$executeRaw`
    INSERT INTO domains AS d (
      organization_id, name, unicode_name, gandi_id, tld, epp_statuses, tags, auto_renew, registrant_name, nameserver_kind,
      created_at, registry_created_at, expires_at, updated_at, row_as_of, search_text, presence, presence_as_of)
    SELECT r.*, 'PRESENT', r."rowAsOf" FROM ${recordset(values, ROW_COLUMNS)} ORDER BY "organizationId", name
    ON CONFLICT (organization_id, name) DO UPDATE SET
      unicode_name = EXCLUDED.unicode_name, gandi_id = EXCLUDED.gandi_id, tld = EXCLUDED.tld, epp_statuses = EXCLUDED.epp_statuses,
      tags = EXCLUDED.tags, auto_renew = EXCLUDED.auto_renew, registrant_name = EXCLUDED.registrant_name,
      nameserver_kind = EXCLUDED.nameserver_kind, created_at = EXCLUDED.created_at,
      registry_created_at = EXCLUDED.registry_created_at, expires_at = EXCLUDED.expires_at, updated_at = EXCLUDED.updated_at,
      row_as_of = EXCLUDED.row_as_of, search_text = EXCLUDED.search_text,
      presence = CASE WHEN d.presence_as_of > EXCLUDED.row_as_of THEN d.presence ELSE 'PRESENT' END,
      presence_reason = CASE WHEN d.presence_as_of > EXCLUDED.row_as_of THEN d.presence_reason END,
      presence_as_of = GREATEST(d.presence_as_of, EXCLUDED.row_as_of)
    WHERE d.row_as_of <= EXCLUDED.row_as_of`;
}

const ROW_COLUMNS = `
  "organizationId" text, name text, "unicodeName" text, "gandiId" text, tld text, "eppStatuses" text[], tags text[], "autoRenew" boolean,
  "registrantName" text, "nameserverKind" text, "createdAt" timestamptz, "registryCreatedAt" timestamptz, "expiresAt" timestamptz,
  "updatedAt" timestamptz, "rowAsOf" timestamptz, "searchText" text`;

function newest(rows: readonly DomainRowRecord[]): DomainRowRecord[] {
  const byKey = new Map<string, DomainRowRecord>();
  for (const row of rows) {
    const key = JSON.stringify([row.organizationId, row.name]);
    const known = byKey.get(key);
    if (known === undefined || known.rowAsOf <= row.rowAsOf) byKey.set(key, row);
  }
  return [...byKey.values()];
}

type DomainRow = Omit<Domain, 'detail' | 'searchText'>;

const SELECTED = `
  d.organization_id AS "organizationId", d.name, d.unicode_name AS "unicodeName", d.gandi_id AS "gandiId", d.tld,
  d.epp_statuses AS "eppStatuses", d.tags, d.auto_renew AS "autoRenew", d.registrant_name AS "registrantName",
  d.nameserver_kind AS "nameserverKind", d.created_at AS "createdAt", d.registry_created_at AS "registryCreatedAt",
  d.expires_at AS "expiresAt", d.updated_at AS "updatedAt", d.row_as_of AS "rowAsOf", d.client_id AS "clientId",
  d.client_as_of AS "clientAsOf", d.detail_as_of AS "detailAsOf", d.presence, d.presence_reason AS "presenceReason",
  d.presence_as_of AS "presenceAsOf"`;

function toDomain(row: Selected<DomainRow>): DomainRecord {
  return {
    ...row,
    nameserverKind: row.nameserverKind as DomainRecord['nameserverKind'],
    presence: row.presence as Presence,
    createdAt: msOrNull(row.createdAt),
    registryCreatedAt: msOrNull(row.registryCreatedAt),
    expiresAt: msOrNull(row.expiresAt),
    updatedAt: msOrNull(row.updatedAt),
    rowAsOf: msOf(row.rowAsOf),
    clientAsOf: msOrNull(row.clientAsOf),
    detailAsOf: msOrNull(row.detailAsOf),
    presenceAsOf: msOf(row.presenceAsOf),
  };
}
