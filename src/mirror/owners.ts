// Which organization and client a domain belongs to, by the evidence that list rows and details carry.
import type { UpstreamDomain } from '../upstream/port.ts';

/** The organizations of the credential and the clients of its resellers. */
export interface KnownOwners {
  /** Organization id -> whether it is a reseller, and so may have clients. */
  readonly organizations: ReadonlyMap<string, { readonly isReseller: boolean }>;
  /** Client id -> id of its reseller organization. */
  readonly clients: ReadonlyMap<string, string>;
}

/**
 * - `client`: belongs to this client. - `organization`: belongs to the organization itself. - `claimed-by-organization`: the row names the reseller
 * organization; that means "no client" only if rows name clients at all. - `unknown`: nothing is known of the client.
 */
export type ClientEvidence =
  | { readonly kind: 'client'; readonly clientId: string }
  | { readonly kind: 'organization' }
  | { readonly kind: 'claimed-by-organization' }
  | { readonly kind: 'unknown' };

export interface RowOwner {
  readonly organizationId: string;
  readonly client: ClientEvidence;
}

/**
 * Reads a row's `sharing_id`, which is the id of an organization or of a client (a client's id is also a sharing_id: Gandi v5 docs, organization).
 * Without it, a credential that sees one organization only leaves no choice.
 * @returns null when the row alone does not tell the organization.
 */
export function ownerOfRow(sharingId: string | null, known: KnownOwners): RowOwner | null {
  const reseller = sharingId === null ? undefined : known.clients.get(sharingId);
  if (sharingId !== null && reseller !== undefined)
    return { organizationId: reseller, client: { kind: 'client', clientId: sharingId } };
  const named = sharingId === null ? undefined : known.organizations.get(sharingId);
  if (sharingId !== null && named !== undefined)
    return {
      organizationId: sharingId,
      client: { kind: named.isReseller ? 'claimed-by-organization' : 'organization' },
    };
  const [only, ...others] = known.organizations;
  if (only === undefined || others.length > 0) return null;
  const [organizationId, { isReseller }] = only;
  return { organizationId, client: { kind: isReseller ? 'unknown' : 'organization' } };
}

export interface DetailOwner {
  readonly organizationId: string;
  readonly clientId: string | null;
  /** False when the spaces name nothing that is known: `clientId` then says nothing. */
  readonly tellsClient: boolean;
}

/**
 * Reads a detail's spaces: the inner one is the reseller organization when the domain belongs to its client (Gandi v5 docs, domain).
 * @param before where the mirror had the domain; used when the spaces name nothing that is known.
 * @returns null when nothing tells.
 */
export function ownerOfDetail(
  { ownerSpaceId, resellerId }: Pick<UpstreamDomain, 'ownerSpaceId' | 'resellerId'>,
  known: KnownOwners,
  before: string | null,
): DetailOwner | null {
  if (resellerId !== null && resellerId !== ownerSpaceId && known.organizations.has(resellerId))
    return { organizationId: resellerId, clientId: ownerSpaceId, tellsClient: true };
  if (ownerSpaceId !== null && known.organizations.has(ownerSpaceId))
    return { organizationId: ownerSpaceId, clientId: null, tellsClient: true };
  const reseller = ownerSpaceId === null ? undefined : known.clients.get(ownerSpaceId);
  if (reseller !== undefined) return { organizationId: reseller, clientId: ownerSpaceId, tellsClient: true };
  const [only, ...others] = known.organizations.keys();
  const organizationId = before ?? (others.length === 0 ? only : undefined);
  return organizationId === undefined ? null : { organizationId, clientId: null, tellsClient: false };
}
