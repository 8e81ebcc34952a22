// Finds what a path names, for the caller: unknown is 404, somebody else's is 403.

import { refuse } from '../http/answers.ts';
import type { Call } from '../http/call.ts';
import type { Customer, Domain, Organization } from '../world/records.ts';
import { canonicalName, type ParsedName, parseName } from '../world/tlds.ts';

/** The listed domain a path names. A domain past its hold is in no list and is not found here. */
export function domainOf(call: Call): Domain {
  const domain = call.world.estate.get(canonicalName(call.param('fqdn')) ?? '');
  if (!domain) throw refuse(404);
  if (!call.principal.organizationIds.has(domain.organizationId)) throw refuse(403);
  return domain;
}

/** A domain past its hold that a path names: in no list, perhaps restorable. */
export function unlistedOf(call: Call): Domain {
  const domain = call.world.estate.getUnlisted(canonicalName(call.param('fqdn')) ?? '');
  if (!domain) throw refuse(404);
  if (!call.principal.organizationIds.has(domain.organizationId)) throw refuse(403);
  return domain;
}

/** The registrable name a path names, whoever holds it. */
export function nameOf(call: Call): ParsedName {
  const name = parseName(call.param('fqdn'));
  if (!name) throw refuse(404);
  return name;
}

export function organizationOf(call: Call): Organization {
  const organization = call.world.organization(call.param('organization'));
  if (!organization) throw refuse(404);
  if (!call.principal.organizationIds.has(organization.id)) throw refuse(403);
  return organization;
}

/** An organization that may have customers. @throws Refused 403 for one that is no reseller. */
export function resellerOf(call: Call): Organization {
  const organization = organizationOf(call);
  if (!organization.reseller) throw refuse(403, 'This organization is not a reseller.');
  return organization;
}

export function customerOf(call: Call): Customer {
  const organization = resellerOf(call);
  const customer = call.world.customers.get(call.param('customer'));
  if (customer?.organizationId !== organization.id) throw refuse(404);
  return customer;
}
