// Arguments that questions about the catalog share: organization, currency, processes and TLDs.
import { domainToASCII } from 'node:url';
import type { Session } from '../auth/session.ts';
import { shown } from '../lib/text.ts';
import { badArgument } from './bad-argument.ts';
import { RequestFault } from './errors.ts';
import type { PriceProcess } from './services.ts';

/**
 * The organization whose prices count: the one named, or the only one the caller may see; null = Gandi's own choice for the credential.
 * @throws {RequestFault} NOT_FOUND when the caller may not see the one named.
 */
export function readOrganizationId(session: Session, id: string | null): string | null {
  if (id !== null && session.organizationId !== null && id !== session.organizationId)
    throw new RequestFault('NOT_FOUND', `There is no organization ${shown(id)}.`);
  return id ?? session.organizationId;
}

/** @returns an ISO 4217 code in upper case. @throws {RequestFault} BAD_USER_INPUT */
export function readCurrency(text: string): string {
  const code = text.toUpperCase();
  if (!/^[A-Z]{3}$/.test(code)) throw badArgument('currency', text, 'an ISO 4217 code such as EUR');
  return code;
}

/** @returns each process once. @throws {RequestFault} BAD_USER_INPUT when there is none. */
export function readProcesses(processes: readonly PriceProcess[]): readonly PriceProcess[] {
  if (processes.length === 0) throw badArgument('processes', 'none', 'at least one process');
  return [...new Set(processes)];
}

/** @returns the TLD as Gandi names it: A-labels, lower case, no leading dot; null when no TLD can be called so. */
export function tldName(text: string): string | null {
  const name = /^[^/?#@:%[\]\\\s]{1,253}$/.test(text) ? domainToASCII(text.replace(/^\./, '')).toLowerCase() : '';
  return /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(name) ? name : null;
}
