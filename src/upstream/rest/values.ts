// Single values between Gandi's JSON and our words.
import { domainToASCII } from 'node:url';
import type { OrganizationType } from '../port.ts';
import { contactTypeName, type WireContactType } from '../wire/contact.ts';
import { OddValue } from './reply.ts';

type Said<T> = T | null | undefined;

/** null for what is absent, null or only spaces. */
export function text(value: Said<string>): string | null {
  const trimmed = value?.trim();
  return trimmed ? trimmed : null;
}

/**
 * Epoch milliseconds of an ISO 8601 instant; one without a zone is UTC, as Gandi's are. null when absent.
 * @throws {OddValue} for a text that is no instant.
 */
export function instant(value: Said<string>): number | null {
  const written = text(value);
  if (written === null) return null;
  const hasZone = /(?:z|[+-]\d\d:?\d\d)$/i.test(written);
  const at = Date.parse(hasZone ? written : `${written}Z`);
  if (Number.isNaN(at)) throw new OddValue('a date cannot be read');
  return at;
}

/** Years and counts: null when absent. */
export const whole = (value: Said<number>): number | null => value ?? null;

export const flag = (value: Said<boolean>): boolean | null => value ?? null;

/** A-label form in lower case, without the final dot. Text that is no domain name only loses its upper case. */
export function aLabel(name: string): string {
  const plain = name.trim().replace(/\.$/, '');
  return domainToASCII(plain) || plain.toLowerCase();
}

/** One encoded part of a path. */
export const segment = (value: string): string => encodeURIComponent(value);

/** A domain name as a part of a path. */
export const nameSegment = (name: string): string => segment(aLabel(name));

const TYPES = {
  individual: 'INDIVIDUAL',
  company: 'COMPANY',
  association: 'ASSOCIATION',
  publicbody: 'PUBLIC_BODY',
  reseller: 'RESELLER',
} as const;

/** Both JSON forms of a type, word and number; null for one we do not know. */
export function organizationType(value: Said<WireContactType>): OrganizationType | null {
  const name = value === null || value === undefined ? undefined : contactTypeName(value);
  return name === undefined ? null : TYPES[name];
}

export function wireType(
  type: Exclude<OrganizationType, 'RESELLER'>,
): 'individual' | 'company' | 'association' | 'publicbody' {
  switch (type) {
    case 'INDIVIDUAL':
      return 'individual';
    case 'COMPANY':
      return 'company';
    case 'ASSOCIATION':
      return 'association';
    case 'PUBLIC_BODY':
      return 'publicbody';
  }
}

/** Query of the entries that are set; arrays become repeated parameters (Gandi v5 docs, query string). */
export function query(entries: Readonly<Record<string, Said<string | number | readonly string[]>>>): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(entries)) {
    if (value === null || value === undefined) continue;
    if (typeof value === 'object') for (const item of value) params.append(name, item);
    else params.append(name, String(value));
  }
  return params;
}
