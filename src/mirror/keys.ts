// How the mirror names a domain: by its A-label within its organization.

export interface DomainKey {
  readonly organizationId: string;
  readonly name: string;
}

/** One text for a {@link DomainKey}, to index maps by. */
export const domainKeyText = ({ organizationId, name }: DomainKey): string => `${organizationId}/${name}`;
