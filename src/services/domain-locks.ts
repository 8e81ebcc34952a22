// Statuses of a domain that forbid every change of it, and who can lift them.
import { DomainLockedError } from './errors.ts';
import type { DomainRecord } from './services.ts';

/** Who can lift what, by Gandi's spelling of the status (RFC 5731, section 2.3). */
const REMEDIES: Readonly<Record<string, string>> = {
  pendingTransfer:
    'a transfer to another registrar is under way (pendingTransfer); it ends by itself, or when its holder or the registry stops it',
  clientUpdateProhibited:
    'the registrar has locked it (clientUpdateProhibited); it is lifted at Gandi, by its support if not in its panel',
  serverUpdateProhibited:
    "the registry has locked it (serverUpdateProhibited); only the registry lifts that, asked by Gandi's support",
};

/**
 * Passes when nothing forbids a change of the domain. The transfer lock forbids none.
 * @param domain as Gandi shows it now; what is older may no longer be true.
 * @throws {DomainLockedError} with every status that stands in the way.
 */
export function assertNotLocked({ unicodeName, eppStatuses }: Pick<DomainRecord, 'unicodeName' | 'eppStatuses'>): void {
  const found = eppStatuses.filter((status) => status in REMEDIES);
  if (found.length === 0) return;
  const reasons = found.map((status) => REMEDIES[status]).join('; ');
  throw new DomainLockedError(`${unicodeName} is locked against changes: ${reasons}. Nothing was sent.`, found);
}
