// Organizations, the user behind a credential, and a reseller's customers (Gandi v5 docs, organization).
import { z } from 'zod';
import { contactField, contactTypeSchema } from './contact.ts';
import { id, maybe } from './text.ts';

export const userInfoSchema = z.looseObject({
  id,
  username: z.string(),
  name: maybe(z.string()),
  email: maybe(z.string()),
  lang: maybe(z.string()),
  city: maybe(z.string()),
  firstname: maybe(z.string()),
  lastname: maybe(z.string()),
  country: maybe(z.string()),
  phone: maybe(z.string()),
});
export type UserInfo = z.infer<typeof userInfoSchema>;

/** Row of `GET /organization/organizations`; the same fields and the address come with one organization. */
export const organizationSchema = z.looseObject({
  id,
  name: z.string(),
  type: maybe(contactTypeSchema),
  firstname: maybe(z.string()),
  lastname: maybe(z.string()),
  orgname: maybe(z.string()),
  email: maybe(z.string()),
  reseller: maybe(z.boolean()),
  corporate: maybe(z.boolean()),
  vat_number: maybe(z.string()),
  siren: maybe(z.string()),
  streetaddr: maybe(z.string()),
  zip: maybe(z.string()),
  city: maybe(z.string()),
  state: maybe(z.string()),
  country: maybe(z.string()),
  phone: maybe(z.string()),
});
export type WireOrganization = z.infer<typeof organizationSchema>;
export const organizationListSchema = z.array(organizationSchema);

/** Row of a reseller's customer list: it has no address. */
export const customerRowSchema = z.looseObject({
  id,
  name: z.string(),
  type: contactTypeSchema,
  firstname: maybe(z.string()),
  lastname: maybe(z.string()),
  orgname: maybe(z.string()),
  email: maybe(z.string()),
});
export type CustomerRow = z.infer<typeof customerRowSchema>;
export const customerListSchema = z.array(customerRowSchema);

/** One customer: the row and its address. */
export const customerSchema = z.looseObject({
  ...customerRowSchema.shape,
  streetaddr: maybe(z.string()),
  streetaddr2: maybe(z.string()),
  zip: maybe(z.string()),
  city: maybe(z.string()),
  state: maybe(z.string()),
  country: maybe(z.string()),
  phone: maybe(z.string()),
  fax: maybe(z.string()),
  reference: maybe(z.string()),
  lang: maybe(z.string()),
});
export type WireCustomer = z.infer<typeof customerSchema>;

const address = {
  streetaddr2: z.string().optional(),
  zip: z.string().optional(),
  state: contactField.region.optional(),
  fax: contactField.phone.optional(),
  orgname: z.string().optional(),
  reference: z.string().optional(),
  lang: z.string().optional(),
};

/** Body of `POST /organization/organizations/{org}/customers`. `reference` is printed on invoices. */
export const customerCreateBodySchema = z.looseObject({
  type: contactField.type,
  firstname: contactField.filled,
  lastname: contactField.filled,
  email: contactField.email,
  streetaddr: contactField.filled,
  city: contactField.filled,
  country: contactField.country,
  phone: contactField.phone,
  ...address,
});
export type CustomerCreateBody = z.infer<typeof customerCreateBodySchema>;

/** Body of `PATCH …/customers/{id}`: every field optional; names cannot be changed on an `individual`. */
export const customerPatchBodySchema = z.looseObject({
  firstname: contactField.filled.optional(),
  lastname: contactField.filled.optional(),
  email: contactField.email.optional(),
  streetaddr: contactField.filled.optional(),
  city: contactField.filled.optional(),
  country: contactField.country.optional(),
  phone: contactField.phone.optional(),
  sync_contact_email: z.string().optional(),
  ...address,
});
export type CustomerPatchBody = z.infer<typeof customerPatchBodySchema>;

export const customerCreatedSchema = z.looseObject({ id, message: maybe(z.string()) });
export type CustomerCreated = z.infer<typeof customerCreatedSchema>;
