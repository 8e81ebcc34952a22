// How domains are filtered and sorted.
import { Prisma } from './generated/client.ts';
import { type Keyset, optionalInstantKey, textKey } from './keyset.ts';
import type { DomainRecord } from './records.ts';
import { all, equals, instant, isOneOf, isStorable } from './sql.ts';
import type { DomainFilter, DomainSort, Visibility } from './store.ts';
import { containsText } from './text-search.ts';

const ORGANIZATION = textKey('d.organization_id');
const NAME = textKey('d.name');

/** Domains without the date come last in ascending order and first in descending order. */
export const DOMAIN_KEYSETS: Readonly<Record<DomainSort, Keyset<DomainRecord>>> = {
  NAME: { listing: 'domains', columns: [NAME, ORGANIZATION], keyOf: (domain) => [domain.name, domain.organizationId] },
  EXPIRES_AT: byDate('d.expires_at', (domain) => domain.expiresAt),
  CREATED_AT: byDate('d.created_at', (domain) => domain.createdAt),
  UPDATED_AT: byDate('d.updated_at', (domain) => domain.updatedAt),
};

function byDate(column: string, dateOf: (domain: DomainRecord) => number | null): Keyset<DomainRecord> {
  return {
    listing: 'domains',
    columns: [optionalInstantKey(column), ORGANIZATION, NAME],
    keyOf: (domain) => [dateOf(domain), domain.organizationId, domain.name],
  };
}

/** SQL over `domains d`: what the caller may see and asked for. */
export function conditions(visibility: Visibility, filter: DomainFilter): Prisma.Sql {
  const found: Prisma.Sql[] = [];
  if (visibility.organizationId !== null) found.push(equals('d.organization_id', visibility.organizationId));
  if (visibility.clientId !== null) found.push(equals('d.client_id', visibility.clientId));
  if (filter.organizationId !== undefined) found.push(equals('d.organization_id', filter.organizationId));
  if (filter.clientIds !== undefined) found.push(isOneOf('d.client_id', filter.clientIds));
  if (filter.withoutClient === true) found.push(Prisma.sql`d.client_as_of IS NOT NULL AND d.client_id IS NULL`);
  if (filter.withoutClient === false) found.push(Prisma.sql`d.client_id IS NOT NULL`);
  if (filter.expiresBefore !== undefined) found.push(Prisma.sql`d.expires_at < ${instant(filter.expiresBefore)}`);
  if (filter.expiresAfter !== undefined) found.push(Prisma.sql`d.expires_at > ${instant(filter.expiresAfter)}`);
  if (filter.autoRenew !== undefined) found.push(Prisma.sql`d.auto_renew = ${filter.autoRenew}`);
  if (filter.transferLocked !== undefined)
    found.push(Prisma.sql`('clientTransferProhibited' = ANY (d.epp_statuses)) = ${filter.transferLocked}`);
  if (filter.tlds !== undefined) found.push(isOneOf('d.tld', filter.tlds));
  if (filter.presence !== undefined) found.push(isOneOf('d.presence', filter.presence));
  if (filter.text !== undefined) found.push(containsText('d.search_text', filter.text));
  for (const status of filter.eppStatuses ?? []) found.push(contains('d.epp_statuses', status));
  for (const tag of filter.tags ?? []) found.push(contains('d.tags', tag));
  return all(found);
}

function contains(column: string, value: string): Prisma.Sql {
  return isStorable(value) ? Prisma.sql`${value} = ANY (${Prisma.raw(column)})` : Prisma.sql`FALSE`;
}
