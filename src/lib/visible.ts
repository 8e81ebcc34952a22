// The one rule of what a caller may know to exist.

/** What a caller is limited to; null = no limit. */
export interface Limits {
  readonly organizationId: string | null;
  readonly clientId: string | null;
}

/** The rule the store's listings follow too, for things that were read by key. What is not visible answers as not found. */
export function isVisible(
  limits: Limits,
  owner: { readonly organizationId: string | null; readonly clientId: string | null },
): boolean {
  if (limits.organizationId !== null && limits.organizationId !== owner.organizationId) return false;
  return limits.clientId === null || limits.clientId === owner.clientId;
}
