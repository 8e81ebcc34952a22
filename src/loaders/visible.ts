// Whether a caller may know that something of this owner exists.
import type { Visibility } from '../store/store.ts';

/** The rule the store's listings follow, for rows that were read by key. */
export function isVisible(
  visibility: Visibility,
  owner: { readonly organizationId: string; readonly clientId: string | null },
): boolean {
  if (visibility.organizationId !== null && visibility.organizationId !== owner.organizationId) return false;
  return visibility.clientId === null || visibility.clientId === owner.clientId;
}
