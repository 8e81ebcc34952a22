// EPP statuses of a domain: RFC 5731 and RFC 3915 values as an enum, with room for words a registry may add.

import { badArgument } from '../src/services/bad-argument.ts';
import { builder } from './builder.ts';

const client = 'Set by the registrar: ';
const server = 'Set by the registry: ';

const STATUSES = {
  OK: { description: 'Nothing is set.' },
  INACTIVE: { description: 'No nameservers are set.' },
  CLIENT_DELETE_PROHIBITED: { description: `${client}it cannot be deleted.` },
  CLIENT_HOLD: { description: `${client}it is not in the DNS and does not work.` },
  CLIENT_RENEW_PROHIBITED: { description: `${client}it cannot be renewed.` },
  CLIENT_TRANSFER_PROHIBITED: { description: `${client}the transfer lock is on.` },
  CLIENT_UPDATE_PROHIBITED: { description: `${client}it cannot be changed.` },
  SERVER_DELETE_PROHIBITED: { description: `${server}it cannot be deleted.` },
  SERVER_HOLD: { description: `${server}it is not in the DNS and does not work.` },
  SERVER_RENEW_PROHIBITED: { description: `${server}it cannot be renewed.` },
  SERVER_TRANSFER_PROHIBITED: { description: `${server}it cannot be transferred, whatever the registrar does.` },
  SERVER_UPDATE_PROHIBITED: { description: `${server}it cannot be changed.` },
  PENDING_CREATE: { description: 'Its registration is under way.' },
  PENDING_DELETE: { description: 'It will be deleted soon and can no longer be restored.' },
  PENDING_RENEW: { description: 'A renewal is under way.' },
  PENDING_RESTORE: { description: 'A restore is under way.' },
  PENDING_TRANSFER: { description: 'A transfer to or from another registrar is under way.' },
  PENDING_UPDATE: { description: 'A change is under way.' },
  ADD_PERIOD: { description: 'In the days after registration.' },
  AUTO_RENEW_PERIOD: { description: 'In the days after an automatic renewal by the registry.' },
  RENEW_PERIOD: { description: 'In the days after a renewal.' },
  TRANSFER_PERIOD: { description: 'In the days after a transfer.' },
  REDEMPTION_PERIOD: { description: 'Deleted, and can be restored for a fee.' },
  UNKNOWN: { description: 'A status this gateway does not know yet; `rawEppStatuses` has the word.' },
} as const;

export type EppStatusName = keyof typeof STATUSES;

export const EppStatus = builder.enumType('EppStatus', {
  description: 'State of a domain at its registry (RFC 5731, RFC 3915). No status at all means normal and unlocked.',
  values: STATUSES,
});

/** `clientTransferProhibited` as EPP and Gandi write it, for `CLIENT_TRANSFER_PROHIBITED`. */
function toWire(status: string): string {
  return status.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const byWire: ReadonlyMap<string, EppStatusName> = new Map(
  (Object.keys(STATUSES) as EppStatusName[]).map((name) => [toWire(name), name]),
);

/** UNKNOWN for a word that is not in the enum. */
export function eppStatusOf(word: string): EppStatusName {
  return byWire.get(word) ?? 'UNKNOWN';
}

/** @throws {RequestFault} BAD_USER_INPUT for UNKNOWN, which is not one status but any of those not known. */
export function wireEppStatus(status: EppStatusName, argument: string): string {
  if (status === 'UNKNOWN') throw badArgument(argument, status, 'a status that can be looked for');
  return toWire(status);
}

/** The registrar's transfer lock. */
export function isTransferLocked(statuses: readonly string[]): boolean {
  return statuses.includes('clientTransferProhibited');
}
