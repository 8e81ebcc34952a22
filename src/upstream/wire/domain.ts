// Domains: list row, detail, lifecycle facts and the bodies of domain writes (Gandi v5 docs, domain).
import { z } from 'zod';
import { contactBodySchema, contactsSchema } from './contact.ts';
import { id, instant, maybe } from './text.ts';

/** List rows show about four of these; detail shows all that the TLD knows. */
export const domainDatesSchema = z.looseObject({
  created_at: maybe(instant),
  registry_created_at: maybe(instant),
  registry_ends_at: maybe(instant),
  updated_at: maybe(instant),
  authinfo_expires_at: maybe(instant),
  renew_begins_at: maybe(instant),
  renew_ends_at: maybe(instant),
  hold_begins_at: maybe(instant),
  hold_ends_at: maybe(instant),
  deletes_at: maybe(instant),
  restore_ends_at: maybe(instant),
  pending_delete_ends_at: maybe(instant),
});
export type DomainDates = z.infer<typeof domainDatesSchema>;

export const autorenewSchema = z.looseObject({
  href: maybe(z.string()),
  enabled: z.boolean(),
  duration: maybe(z.number()),
  dates: maybe(z.array(instant)),
  org_id: maybe(id),
});
export type WireAutorenew = z.infer<typeof autorenewSchema>;

/** A boolean in the list, an object in detail. */
export const anyAutorenewSchema = z.union([z.boolean(), autorenewSchema]);
export type AnyAutorenew = z.infer<typeof anyAutorenewSchema>;

export const autorenewEnabled = (value: AnyAutorenew): boolean => (typeof value === 'boolean' ? value : value.enabled);

/** `current` is abc, livedns, premium_dns, classic, other…; an open set. */
export const nameserverKindSchema = z.looseObject({ current: maybe(z.string()), hosts: maybe(z.array(z.string())) });

const identity = {
  id,
  fqdn: z.string(),
  fqdn_unicode: maybe(z.string()),
  tld: maybe(z.string()),
  href: maybe(z.string()),
  /** EPP codes; an empty array is a normal, unlocked domain. An open set. */
  status: z.array(z.string()),
  tags: maybe(z.array(z.string())),
  sharing_id: maybe(id),
};

/** Row of `GET /domain/domains`: display names instead of ids, `autorenew` as a boolean. */
export const domainRowSchema = z.looseObject({
  ...identity,
  autorenew: maybe(anyAutorenewSchema),
  dates: domainDatesSchema,
  nameserver: maybe(nameserverKindSchema),
  owner: maybe(z.string()),
  orga_owner: maybe(z.string()),
  domain_owner: maybe(z.string()),
});
export type DomainRow = z.infer<typeof domainRowSchema>;
export const domainListSchema = z.array(domainRowSchema);

/** Who holds the domain at Gandi; the inner space is the reseller's organization when the holder is its customer. */
export const sharingSpaceSchema = z.looseObject({
  id,
  name: maybe(z.string()),
  type: maybe(z.string()),
  reseller: maybe(z.boolean()),
  sharing_space: maybe(z.looseObject({ id, name: maybe(z.string()) })),
});
export type SharingSpace = z.infer<typeof sharingSpaceSchema>;

export const domainDetailSchema = z.looseObject({
  ...identity,
  autorenew: maybe(anyAutorenewSchema),
  dates: domainDatesSchema,
  can_tld_lock: maybe(z.boolean()),
  contacts: contactsSchema,
  nameservers: maybe(z.array(z.string())),
  services: maybe(z.array(z.string())),
  /** The auth code: a secret. Never log, cache or store it in clear. */
  authinfo: maybe(z.string()),
  reachability: maybe(z.string()),
  sharing_space: maybe(sharingSpaceSchema),
  /** Strings in the docs, objects on the live host. */
  trustee_roles: maybe(z.array(z.union([z.string(), z.looseObject({ name: z.string() })]))),
});
export type DomainDetail = z.infer<typeof domainDetailSchema>;

export const nameserversSchema = z.array(z.string());

const renewBare = z.looseObject({
  begins_at: maybe(instant),
  ends_at: maybe(instant),
  durations: maybe(z.array(z.number())),
  minimum: maybe(z.number()),
  maximum: maybe(z.number()),
  prohibited: maybe(z.boolean()),
  in_renew_period: maybe(z.boolean()),
});
export type RenewInfo = z.infer<typeof renewBare>;

/** Answer of `GET …/renew`, bare or wrapped in `{renew}` as older deployments did; parsing gives the bare form. */
export const renewInfoSchema = z.union([
  z.looseObject({ renew: renewBare }).transform((wrapped): RenewInfo => wrapped.renew),
  renewBare,
]);

/** Body of `POST …/renew`. */
export const renewBodySchema = z.looseObject({ duration: z.number().int().min(1).max(9).optional() });
export type RenewBody = z.infer<typeof renewBodySchema>;

/** Answer of `GET …/restore`; 404 there also means that the domain cannot be restored. */
export const restoreInfoSchema = z.looseObject({
  restorable: z.boolean(),
  contracts: maybe(z.array(z.looseObject({ id: maybe(z.union([z.string(), z.number()])), name: maybe(z.string()) }))),
});
export type RestoreInfo = z.infer<typeof restoreInfoSchema>;

/** Body of `PATCH …/reachability`: sends the mail that confirms the owner's address again. */
export const reachabilityBodySchema = z.looseObject({ action: z.literal('resend') });
export type ReachabilityBody = z.infer<typeof reachabilityBodySchema>;

/** Answer of `GET …/createstatus` while a registration is pending. `step` and `errortype` are open sets. */
export const createStatusSchema = z.looseObject({
  step: z.string(),
  step_nb: maybe(z.number()),
  errortype: maybe(z.string()),
  errortype_label: maybe(z.string()),
});
export type CreateStatus = z.infer<typeof createStatusSchema>;

export const tldRowSchema = z.looseObject({ name: z.string(), href: maybe(z.string()) });
export type TldRow = z.infer<typeof tldRowSchema>;
export const tldListSchema = z.array(tldRowSchema);

export const tldSchema = z.looseObject({
  name: z.string(),
  full_tld: maybe(z.string()),
  /** `ccTLD` or `gTLD`. */
  category: maybe(z.string()),
  lock: maybe(z.boolean()),
  change_owner: maybe(z.boolean()),
  authinfo_for_transfer: maybe(z.boolean()),
  ext_trade: maybe(z.boolean()),
  corporate: maybe(z.boolean()),
  href: maybe(z.string()),
});
export type WireTld = z.infer<typeof tldSchema>;

export const autorenewBodySchema = z.looseObject({
  enabled: z.boolean(),
  duration: z.number().int().min(1).max(9).optional(),
  org_id: z.string().optional(),
});
export type AutorenewBody = z.infer<typeof autorenewBodySchema>;

/** `true` locks the domain against transfers, `false` unlocks it. */
export const statusBodySchema = z.looseObject({ clientTransferProhibited: z.boolean() });
export type StatusBody = z.infer<typeof statusBodySchema>;

const host = z
  .string()
  .max(253)
  .regex(/^([a-z0-9_]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?\.?$/i, 'is not a host name');

export const nameserversBodySchema = z.looseObject({ nameservers: z.array(host).min(1).max(13) });
export type NameserversBody = z.infer<typeof nameserversBodySchema>;

const glue = z.record(z.string(), z.array(z.string()));

/** What a registration and a transfer in have in common. `price` is the price the client accepts, in `currency`. */
export const orderBodyShape = {
  fqdn: z.string().min(1).max(253),
  owner: contactBodySchema,
  admin: contactBodySchema.optional(),
  bill: contactBodySchema.optional(),
  tech: contactBodySchema.optional(),
  duration: z.number().int().min(1).max(10).optional(),
  currency: z.enum(['EUR', 'USD', 'GBP', 'TWD', 'CNY']).optional(),
  price: z.number().nonnegative().optional(),
  enforce_premium: z.boolean().optional(),
  nameservers: z.array(host).min(1).max(13).optional(),
  nameservers_ips: glue.optional(),
  nameserver_ips: glue.optional(),
  resellee_id: z.string().optional(),
  extra_parameters: z.record(z.string(), z.unknown()).optional(),
  template_id: z.string().optional(),
  mailbox_optin: z.boolean().optional(),
};

/** The common part of payable orders, whatever else the body holds. */
export const orderBodySchema = z.looseObject(orderBodyShape);
export type OrderBody = z.infer<typeof orderBodySchema>;

/** Body of `POST /domain/domains`. */
export const domainCreateBodySchema = z.looseObject({
  ...orderBodyShape,
  lang: z.string().optional(),
  claims: z.unknown().optional(),
  smd: z.string().optional(),
  tld_period: z.string().optional(),
});
export type DomainCreateBody = z.infer<typeof domainCreateBodySchema>;
