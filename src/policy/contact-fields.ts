// Which data a contact needs for an extension: the fields of Gandi's FAQ and the parameters of registries, decided offline from the table.
import { type ContactFacts, type ContactType, conditionHolds } from './contact-conditions.ts';
import type { ContactField, ContactOperation } from './contact-field.ts';
import { BASE_FIELDS, KNOWN_TLDS, REGISTRY_FIELDS } from './contact-fields-data.ts';

export type { ContactFacts, ContactType, Words } from './contact-conditions.ts';
export { wordsOf } from './contact-conditions.ts';
export type { ContactField, ContactOperation, ContactRole } from './contact-field.ts';
export { BASE_FIELDS, KNOWN_TLDS, REGISTRY_FIELDS } from './contact-fields-data.ts';
export { CONTACT_FACTS_READ_ON, titleOf } from './contact-sources.ts';

/** A field with the extensions, of those asked for, that want it. */
export interface ContactRequirement {
  readonly field: ContactField;
  readonly tlds: readonly string[];
}

export interface TldContact {
  readonly tld: string;
  /** False: the table does not have it, so its registry may want more than the base fields. */
  readonly known: boolean;
  /** Names of everything that applies, base fields first. */
  readonly fields: readonly string[];
  /** Secrets that the registry may ask for and the gateway never takes. */
  readonly refused: readonly string[];
}

export interface ContactRequirements {
  /** Each field once; base fields first, then the registries' in the order of the table. */
  readonly fields: readonly ContactRequirement[];
  /** In the order asked, each once. */
  readonly tlds: readonly TldContact[];
}

export interface ContactQuestion {
  /** A-labels, lower case, no dot in front. */
  readonly tlds: readonly string[];
  readonly operation: ContactOperation;
  /** Type of the holder. */
  readonly type: ContactType;
}

const BY_NAME: ReadonlyMap<string, ContactField> = new Map(REGISTRY_FIELDS.map((field) => [field.name, field]));

/** A registry's parameter by its name, retired ones and secrets included. */
export function registryField(name: string): ContactField | undefined {
  return BY_NAME.get(name);
}

/** What a contact of this type needs for an operation under any of these extensions, merged. An extension the table lacks brings the base fields only. */
export function contactRequirements({ tlds, operation, type }: ContactQuestion): ContactRequirements {
  const asked = [...new Set(tlds)];
  const applies = (field: ContactField) => field.operations.includes(operation) && suits(field, type);
  const current = [...BASE_FIELDS, ...REGISTRY_FIELDS].filter(
    (field) => applies(field) && field.standing !== 'RETIRED' && field.standing !== 'SECRET',
  );
  const fields = current
    .map((field) => ({ field, tlds: asked.filter((tld) => isOf(field, tld)) }))
    .filter((requirement) => requirement.tlds.length > 0);
  const secrets = REGISTRY_FIELDS.filter((field) => field.standing === 'SECRET' && applies(field));
  return {
    fields,
    tlds: asked.map((tld) => ({
      tld,
      known: KNOWN_TLDS.has(tld),
      fields: fields.filter((requirement) => requirement.tlds.includes(tld)).map(({ field }) => field.name),
      refused: secrets.filter((field) => isOf(field, tld)).map(({ name }) => name),
    })),
  };
}

/**
 * Whether the contact needs this field. The caller has made sure that it applies to the extension, operation and type.
 * @returns null when the facts do not tell: such a field is neither needed nor unneeded.
 */
export function isNeeded({ need, condition }: ContactField, facts: ContactFacts): boolean | null {
  if (need === 'REQUIRED') return true;
  if (need === 'OPTIONAL') return false;
  return condition === null ? null : conditionHolds(condition, facts);
}

/** The types of a row are those of the contact in its role; the type asked for is the holder's. */
function suits({ role, contactTypes }: ContactField, type: ContactType): boolean {
  return role !== 'REGISTRANT' || contactTypes.includes(type);
}

function isOf({ tlds }: ContactField, tld: string): boolean {
  return tlds !== null && (tlds === 'ALL' || tlds.includes(tld));
}
