// Domains as the mirror holds them: list rows, client links, presence and details, each with its own age.
import { conditions, DOMAIN_KEYSETS } from './domain-listing.ts';
import { writeDetail, writeLinks, writeOwn, writePresence, writeRows, writeUnclaimed } from './domain-writes.ts';
import { type Domain, Prisma, type PrismaClient } from './generated/client.ts';
import { countRows, readPage } from './keyset.ts';
import type { DomainDetailRecord, DomainRecord, Presence } from './records.ts';
import { instant, isOneOf, msOf, msOrNull, recordset, type Selected, selectRows, storable } from './sql.ts';
import type { DomainStore } from './store.ts';

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
    upsertRows: (rows) => writeRows(prisma, rows),
    linkClients: (links, asOf) => writeLinks(prisma, links, asOf),
    upsertDetail: (row, detail, clientId, asOf) => writeDetail(prisma, row, detail, clientId, asOf),
    setPresence: (keys, presence, reason, asOf) => writePresence(prisma, keys, presence, reason, asOf),
    noteOwnWrite: (write, sentAt) => writeOwn(prisma, write, sentAt),
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
    linkUnclaimed: (organizationId, startedAt, asOf) => writeUnclaimed(prisma, organizationId, startedAt, asOf),
    async detailsDue({ olderThan, expiringBefore, limit }) {
      return prisma.$queryRaw<{ organizationId: string; name: string }[]>`
        SELECT organization_id AS "organizationId", name FROM domains
        WHERE presence = 'PRESENT' AND (detail_as_of IS NULL OR detail_as_of < ${instant(olderThan)})
        ORDER BY CASE WHEN expires_at < ${instant(expiringBefore)} THEN expires_at END ASC NULLS LAST,
          detail_as_of ASC NULLS FIRST, name, organization_id
        LIMIT ${limit}`;
    },
    async detailsBefore({ organizationId, olderThan, after, limit }) {
      const rows = await prisma.$queryRaw<{ name: string }[]>`
        SELECT name FROM domains
        WHERE organization_id = ${organizationId} AND presence = 'PRESENT' AND name > ${after}
          AND (detail_as_of IS NULL OR detail_as_of < ${instant(olderThan)})
        ORDER BY name LIMIT ${limit}`;
      return rows.map(({ name }) => name);
    },
    async countDetails(organizationId, since) {
      const [counts] = await prisma.$queryRaw<{ total: number; fresh: number }[]>`
        SELECT count(*)::int AS total, (count(*) FILTER (WHERE detail_as_of >= ${instant(since)}))::int AS fresh
        FROM domains WHERE organization_id = ${organizationId} AND presence = 'PRESENT'`;
      return counts ?? { total: 0, fresh: 0 };
    },
  };
}

/** What the index of expiries is on. */
const EXPIRY = `COALESCE(d.expires_at, 'infinity'::timestamptz)`;

const KEY_COLUMNS = '"organizationId" text, name text';

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
