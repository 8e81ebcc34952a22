// Contact shapes of Gandi v5: what a client sends and what it reads back (Gandi v5 docs, domain contacts).
import { z } from 'zod';
import { id, maybe } from './text.ts';

/** Contact types in the order of Gandi's integers 0 to 4; `reseller` appears in change of owner only. */
export const contactTypes = ['individual', 'company', 'association', 'publicbody', 'reseller'] as const;
export type ContactTypeName = (typeof contactTypes)[number];

/** The docs show strings; long-lived typed clients read and send integers. Both are valid on the wire. */
export const contactTypeSchema = z.union([z.string(), z.number().int()]);
export type WireContactType = z.infer<typeof contactTypeSchema>;

/**
 * The documented word for either JSON form of a contact type (`1`, `"1"` and `"company"` give `company`).
 * @returns undefined for a value outside the documented set, which a reader must then treat as unknown.
 */
export function contactTypeName(value: WireContactType): ContactTypeName | undefined {
  const index =
    typeof value === 'number'
      ? value
      : /^\d$/.test(value)
        ? Number(value)
        : contactTypes.indexOf(value as ContactTypeName);
  return contactTypes[index];
}

/** The integer form (0 to 4) of a contact type. */
export const contactTypeNumber = (name: ContactTypeName): number => contactTypes.indexOf(name);

/** Values of `validation` and `reachability`: pending, done, failed, deleted, none. An open set. */
const verification = z.string();

const extraParameters = z.record(z.string(), z.unknown());

/** A contact as Gandi answers it. Owner contacts have no `same_as_owner`. */
export const contactSchema = z.looseObject({
  type: contactTypeSchema,
  given: maybe(z.string()),
  family: maybe(z.string()),
  orgname: maybe(z.string()),
  email: maybe(z.string()),
  streetaddr: maybe(z.string()),
  zip: maybe(z.string()),
  city: maybe(z.string()),
  state: maybe(z.string()),
  country: maybe(z.string()),
  phone: maybe(z.string()),
  mobile: maybe(z.string()),
  fax: maybe(z.string()),
  lang: maybe(z.string()),
  brand_number: maybe(z.string()),
  siren: maybe(z.string()),
  data_obfuscated: maybe(z.boolean()),
  mail_obfuscated: maybe(z.boolean()),
  icann_contract_accepted: maybe(z.boolean()),
  extra_parameters: maybe(extraParameters),
  same_as_owner: maybe(z.boolean()),
  validation: maybe(verification),
  reachability: maybe(verification),
  sharing_id: maybe(id),
});
export type WireContact = z.infer<typeof contactSchema>;

export const contactsSchema = z.looseObject({
  owner: contactSchema,
  admin: maybe(contactSchema),
  bill: maybe(contactSchema),
  tech: maybe(contactSchema),
});
export type WireContacts = z.infer<typeof contactsSchema>;

const email = z.string().regex(/^[^@\s]+@[^@\s]+\.[^@\s.]+$/, 'does not look like an e-mail address');
const phone = z.string().regex(/^\+\d{1,3}\.\d{3,14}$/, 'does not look like a phone number (+33.123456789)');
const country = z.string().regex(/^[A-Z]{2}$/, 'must be a two-letter ISO 3166-1 country code');
const region = z.string().regex(/^[A-Z]{2}-[A-Z0-9]{1,3}$/, 'must be an ISO 3166-2 code such as FR-IDF');
const filled = z.string().trim().min(1, 'must not be empty');
const knownType = contactTypeSchema.refine((value) => contactTypeName(value) !== undefined, {
  error: 'must be individual, company, association or publicbody',
});

/** Formats Gandi states for the fields of a contact, for reuse by the bodies that carry one. */
export const contactField = { email, phone, country, region, filled, type: knownType };

/** A contact as a client sends it: country, email, family, given, streetaddr and type are required. */
export const contactBodySchema = z.looseObject({
  type: knownType,
  given: filled,
  family: filled,
  email,
  streetaddr: filled,
  country,
  orgname: z.string().optional(),
  zip: z.string().optional(),
  city: z.string().optional(),
  state: region.optional(),
  phone: phone.optional(),
  mobile: phone.optional(),
  fax: phone.optional(),
  lang: z.string().optional(),
  brand_number: z.string().optional(),
  siren: z.string().optional(),
  jo_announce_number: z.string().optional(),
  jo_announce_page: z.string().optional(),
  jo_declaration_date: z.string().optional(),
  jo_publication_date: z.string().optional(),
  data_obfuscated: z.boolean().optional(),
  mail_obfuscated: z.boolean().optional(),
  icann_contract_accepted: z.boolean().optional(),
  extra_parameters: extraParameters.optional(),
});
export type ContactBody = z.infer<typeof contactBodySchema>;

/** Body of `PATCH /domain/domains/{d}/contacts`. The owner is refused there since 2026-01-28. */
export const contactsPatchBodySchema = z.looseObject({
  admin: contactBodySchema.optional(),
  bill: contactBodySchema.optional(),
  tech: contactBodySchema.optional(),
});
export type ContactsPatchBody = z.infer<typeof contactsPatchBodySchema>;

/** Body of `PUT /domain/domains/{d}/contacts/owner`: details of the same owner; another person needs a change of owner. */
export const ownerPutBodySchema = z.looseObject({
  ...contactBodySchema.partial().shape,
  email,
  streetaddr: filled,
  country,
});
export type OwnerPutBody = z.infer<typeof ownerPutBodySchema>;
