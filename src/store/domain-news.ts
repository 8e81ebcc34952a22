// What is told of a domain when two looks at it differ. Pure.
import { isDeepStrictEqual } from 'node:util';
import { sameHosts } from '../lib/host-names.ts';
import {
  type DomainChanges,
  type DomainFacts,
  type DomainField,
  type DriftField,
  payloadOf,
  type RegistrantField,
} from './event-payloads.ts';
import type { ContactRecord, DomainDetailRecord, EventType, Presence } from './records.ts';
import type { NewEvent } from './store.ts';

/** A domain at one moment, as far as events compare it. */
export interface DomainLook extends Omit<DomainFacts, 'nameservers'> {
  /** null: its client is not known. */
  readonly clientAsOf: number | null;
  readonly presence: Presence;
  readonly presenceReason: string | null;
  readonly rowAsOf: number;
  readonly detail: Pick<DomainDetailRecord, 'nameservers' | 'contacts' | 'reachability'> | null;
  readonly detailAsOf: number | null;
}

export interface NewsContext {
  /** When it was learned. */
  readonly at: number;
  /** The clients of the organization's domains were known before: one that becomes known now is a change. */
  readonly knowsClients: boolean;
  /** What of {@link driftOf} nothing made through this gateway accounts for. */
  readonly drift: readonly DriftField[];
}

/** RFC 5731, as Gandi spells it. */
const TRANSFER_LOCK = 'clientTransferProhibited';
/** Registries move an expiry by some hours when they carry a renewal out. */
const SAME_TERM_MS = 86_400_000;

/** The events of one domain, in the order they are to be appended; `before` null = it was not in the mirror. */
export function domainNews(before: DomainLook | null, after: DomainLook, context: NewsContext): readonly NewEvent[] {
  const { at } = context;
  const isThere = after.presence !== 'ABSENT_CONFIRMED';
  if (before === null || before.presence === 'ABSENT_CONFIRMED')
    return isThere
      ? [eventOf('DOMAIN_ADDED', after, after.clientId, at, payloadOf('DOMAIN_ADDED', { domain: factsOf(after) }))]
      : [];
  if (!isThere) {
    const payload = payloadOf('DOMAIN_REMOVED', { domain: factsOf(before), reason: after.presenceReason });
    return [eventOf('DOMAIN_REMOVED', before, before.clientId, at, payload)];
  }
  return [
    ...movements(before, after, context),
    ...changed(before, after, at),
    ...registrantNews(before, after, at),
    ...verificationNews(before, after, at),
    ...driftNews(before, after, context),
  ];
}

/** What somebody may have changed elsewhere: control over the domain, where it points to, and what was paid for. */
export function driftOf(before: DomainLook, after: DomainLook): readonly DriftField[] {
  if (before.presence === 'ABSENT_CONFIRMED' || after.presence === 'ABSENT_CONFIRMED') return [];
  const found: DriftField[] = [];
  if (isOtherTerm(before, after)) found.push('EXPIRES_AT');
  if (isLocked(before) !== isLocked(after)) found.push('TRANSFER_LOCK');
  const { fields } = compared(before, after);
  if (fields.includes('NAMESERVERS')) found.push('NAMESERVERS');
  if (registrantFields(before, after).length > 0) found.push('REGISTRANT');
  return found;
}

/** When the domain was last seen as it was before these fields changed. */
export function lastSeenAt(before: DomainLook, fields: readonly DriftField[]): number {
  const isOfDetail = (field: DriftField) => field === 'NAMESERVERS' || field === 'REGISTRANT';
  return Math.min(...fields.map((field) => (isOfDetail(field) ? (before.detailAsOf ?? 0) : before.rowAsOf)));
}

export const isLocked = ({ eppStatuses }: DomainLook): boolean => eppStatuses.includes(TRANSFER_LOCK);

/** The same texts, in whatever order. */
function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return isDeepStrictEqual(new Set(a), new Set(b));
}

function eventOf(
  type: EventType,
  { organizationId, name }: DomainLook,
  clientId: string | null,
  occurredAt: number,
  payload: NewEvent['payload'],
): NewEvent {
  const subjectId = `${organizationId}:${name}`;
  return { organizationId, clientId, domainName: name, type, subjectType: 'Domain', subjectId, payload, occurredAt };
}

function factsOf(look: DomainLook): DomainFacts {
  const { organizationId, clientId, name, unicodeName, tld, expiresAt, autoRenew, eppStatuses, tags, detail } = look;
  const nameservers = detail?.nameservers ?? null;
  return { organizationId, clientId, name, unicodeName, tld, expiresAt, autoRenew, eppStatuses, tags, nameservers };
}

function isMoved(before: DomainLook, after: DomainLook): boolean {
  return before.clientId !== after.clientId;
}

/** Each client learns of its own part alone. */
function movements(before: DomainLook, after: DomainLook, { at, knowsClients }: NewsContext): readonly NewEvent[] {
  if (!isMoved(before, after) || (before.clientAsOf === null && !knowsClients)) return [];
  const told = (clientId: string | null, movement: 'JOINED' | 'LEFT') => {
    if (clientId === null) return [];
    const domain = movement === 'JOINED' ? factsOf(after) : null;
    const payload = payloadOf('DOMAIN_CHANGED', { domain, fields: ['CLIENT'], changes: {}, movement });
    return [eventOf('DOMAIN_CHANGED', after, clientId, at, payload)];
  };
  return [...told(before.clientId, 'LEFT'), ...told(after.clientId, 'JOINED')];
}

function changed(before: DomainLook, after: DomainLook, at: number): readonly NewEvent[] {
  const { fields, changes } = compared(before, after);
  if (fields.length === 0) return [];
  const payload = payloadOf('DOMAIN_CHANGED', { domain: factsOf(after), fields, changes, movement: null });
  return [eventOf('DOMAIN_CHANGED', after, readerOfBoth(before, after), at, payload)];
}

/** Who may see what it was before and what it is now. */
function readerOfBoth(before: DomainLook, after: DomainLook): string | null {
  return isMoved(before, after) ? null : after.clientId;
}

function compared(before: DomainLook, after: DomainLook) {
  const fields: DomainField[] = [];
  let changes: DomainChanges = {};
  const note = (field: DomainField, change: DomainChanges = {}) => {
    fields.push(field);
    changes = { ...changes, ...change };
  };
  if (before.expiresAt !== after.expiresAt)
    note('EXPIRES_AT', { expiresAt: { before: before.expiresAt, after: after.expiresAt } });
  if (before.autoRenew !== after.autoRenew)
    note('AUTO_RENEW', { autoRenew: { before: before.autoRenew, after: after.autoRenew } });
  if (!sameTexts(before.eppStatuses, after.eppStatuses))
    note('EPP_STATUSES', { eppStatuses: { before: before.eppStatuses, after: after.eppStatuses } });
  if (!sameTexts(before.tags, after.tags)) note('TAGS', { tags: { before: before.tags, after: after.tags } });
  const [was, is] = [before.detail, after.detail];
  if (was === null || is === null) return { fields, changes };
  if (!sameHosts(was.nameservers, is.nameservers))
    note('NAMESERVERS', { nameservers: { before: was.nameservers, after: is.nameservers } });
  for (const role of ['admin', 'tech', 'billing'] as const)
    if (contactFields(was.contacts[role], is.contacts[role]).length > 0) note(ROLE_FIELDS[role]);
  return { fields, changes };
}

const ROLE_FIELDS = { admin: 'ADMIN_CONTACT', tech: 'TECH_CONTACT', billing: 'BILLING_CONTACT' } as const;

/** A contact that Gandi does not show is not known rather than gone. */
function contactFields(was: ContactRecord | null, is: ContactRecord | null): readonly RegistrantField[] {
  if (was === null || is === null) return [];
  const parts = Object.keys(CONTACT_PARTS) as RegistrantField[];
  return parts.filter((field) => !isDeepStrictEqual(CONTACT_PARTS[field](was), CONTACT_PARTS[field](is)));
}

const CONTACT_PARTS: Readonly<Record<RegistrantField, (contact: ContactRecord) => unknown>> = {
  TYPE: ({ type }) => type,
  NAME: ({ givenName, familyName }) => [givenName, familyName],
  COMPANY: ({ companyName }) => companyName,
  EMAIL: ({ email }) => email,
  ADDRESS: ({ address }) => address,
  PHONE: ({ phone, mobile, fax }) => [phone, mobile, fax],
  LANGUAGE: ({ language }) => language,
  PRIVACY: ({ isDataObfuscated, isMailObfuscated }) => [isDataObfuscated, isMailObfuscated],
  EXTRA_PARAMETERS: ({ extraParameters }) => extraParameters,
};

function registrantFields(before: DomainLook, after: DomainLook): readonly RegistrantField[] {
  return contactFields(before.detail?.contacts.registrant ?? null, after.detail?.contacts.registrant ?? null);
}

function registrantNews(before: DomainLook, after: DomainLook, at: number): readonly NewEvent[] {
  const fields = registrantFields(before, after);
  const registrant = after.detail?.contacts.registrant ?? null;
  if (fields.length === 0 || registrant === null) return [];
  const { companyName, givenName, familyName } = registrant;
  const ownName = [givenName, familyName].filter((part) => part !== null).join(' ');
  const registrantName = companyName ?? (ownName === '' ? null : ownName);
  const payload = payloadOf('REGISTRANT_CHANGED', { domainName: after.name, registrantName, fields });
  return [eventOf('REGISTRANT_CHANGED', after, after.clientId, at, payload)];
}

/** What Gandi does not tell this time is as it was. */
function verificationNews(before: DomainLook, after: DomainLook, at: number): readonly NewEvent[] {
  if (before.detail === null || after.detail === null) return [];
  const [was, is] = [verificationOf(before.detail), verificationOf(after.detail)];
  const reachability = { before: was.reachability, after: is.reachability ?? was.reachability };
  const validation = { before: was.validation, after: is.validation ?? was.validation };
  if (reachability.before === reachability.after && validation.before === validation.after) return [];
  const payload = payloadOf('CONTACT_VERIFICATION_CHANGED', { domainName: after.name, reachability, validation });
  return [eventOf('CONTACT_VERIFICATION_CHANGED', after, readerOfBoth(before, after), at, payload)];
}

function verificationOf({ reachability, contacts }: NonNullable<DomainLook['detail']>) {
  return { reachability, validation: contacts.registrant?.validation ?? null };
}

function driftNews(before: DomainLook, after: DomainLook, { at, drift }: NewsContext): readonly NewEvent[] {
  if (drift.length === 0) return [];
  const { expiresAt, eppStatuses, nameservers } = compared(before, after).changes;
  const changes: DomainChanges = {
    ...(drift.includes('EXPIRES_AT') && expiresAt !== undefined && { expiresAt }),
    ...(drift.includes('TRANSFER_LOCK') && eppStatuses !== undefined && { eppStatuses }),
    ...(drift.includes('NAMESERVERS') && nameservers !== undefined && { nameservers }),
  };
  const seen = lastSeenAt(before, drift);
  const payload = payloadOf('DOMAIN_DRIFTED', {
    domain: factsOf(after),
    fields: drift,
    changes,
    lastSeenAt: seen,
  });
  return [eventOf('DOMAIN_DRIFTED', after, readerOfBoth(before, after), at, payload)];
}

/** A domain that renews by itself is renewed by Gandi; every other new term was bought, or given back, by somebody. */
function isOtherTerm(before: DomainLook, after: DomainLook): boolean {
  if (before.expiresAt === null || after.expiresAt === null) return false;
  const difference = after.expiresAt - before.expiresAt;
  return Math.abs(difference) > SAME_TERM_MS && !(before.autoRenew && difference > 0);
}
