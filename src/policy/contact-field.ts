// What a contact field is: the shape of a row of the table, and what rows have in common unless they say otherwise.
import type { ContactCondition, ContactType, Words } from './contact-conditions.ts';
import type { ContactSource } from './contact-sources.ts';

/** What the contact is for. Sets of fields differ: .hk wants none of its own with a transfer. */
export type ContactOperation = 'REGISTER' | 'TRANSFER_IN' | 'CHANGE_REGISTRANT';

/** Whose data it is: a registry may also ask something of the other contacts of a domain. */
export type ContactRole = 'REGISTRANT' | 'ADMIN' | 'TECH' | 'BILLING';

export interface ContactField {
  /** Of a base field as in `ClientDataInput`; of a registry's parameter as Gandi names it. Unique in the table. */
  readonly name: string;
  readonly kind: 'BASE' | 'REGISTRY';
  /** Where Gandi takes it: in the contact, in the order of the domain, or in either. */
  readonly appliesTo: readonly ('CONTACT' | 'ORDER')[];
  /** A-labels without a dot; `ALL` for base fields; null = which extensions use it is not known. */
  readonly tlds: readonly string[] | 'ALL' | null;
  /** Types of the contact in this role. */
  readonly contactTypes: readonly ContactType[];
  readonly operations: readonly ContactOperation[];
  readonly role: ContactRole;
  readonly need: 'REQUIRED' | 'CONDITIONAL' | 'OPTIONAL';
  /** When it is needed, or what goes into it. */
  readonly condition: ContactCondition | null;
  /** Dates are ISO 8601. */
  readonly value: 'TEXT' | 'DATE' | 'INTEGER' | 'CHOICE';
  /** null = any, or not known. */
  readonly allowedValues: readonly string[] | null;
  /** A regular expression; null = none known. */
  readonly pattern: string | null;
  readonly label: Words;
  /** How well the whole row is known: in documentation, in public client code only, or in general knowledge only. */
  readonly certainty: 'DOCUMENTED' | 'CLIENT_CODE' | 'GENERAL';
  readonly sources: readonly ContactSource[];
  /** `RETIRED` is not to be sent. `SECRET` is a password of a registry, which the gateway never takes. */
  readonly standing: 'CURRENT' | 'CORPORATE' | 'RETIRED' | 'SECRET';
}

export const BODIES: readonly ContactType[] = ['COMPANY', 'ASSOCIATION', 'PUBLIC_BODY'];
export const ANYBODY: readonly ContactType[] = ['INDIVIDUAL', ...BODIES];

export const NEW: readonly ContactOperation[] = ['REGISTER'];
/** Whenever somebody becomes the holder, but for a transfer. */
export const NEW_HOLDER: readonly ContactOperation[] = ['REGISTER', 'CHANGE_REGISTRANT'];
export const EVERY: readonly ContactOperation[] = ['REGISTER', 'TRANSFER_IN', 'CHANGE_REGISTRANT'];

const COMMON = {
  kind: 'REGISTRY',
  appliesTo: ['CONTACT', 'ORDER'],
  contactTypes: ANYBODY,
  role: 'REGISTRANT',
  condition: null,
  value: 'TEXT',
  allowedValues: null,
  pattern: null,
  standing: 'CURRENT',
} as const satisfies Partial<ContactField>;

type Row = Pick<ContactField, 'name' | 'need' | 'label' | 'certainty' | 'sources'> &
  Partial<Omit<ContactField, 'tlds' | 'operations'>>;

/** Rows of the same extensions and operations. @param tlds separated by blanks; null = not known. */
export function fieldsOf(
  tlds: string | null,
  operations: readonly ContactOperation[],
  rows: readonly Row[],
): readonly ContactField[] {
  const list = tlds === null || tlds === 'ALL' ? tlds : tlds.split(' ');
  return rows.map((row) => ({ ...COMMON, ...row, tlds: list, operations }));
}
