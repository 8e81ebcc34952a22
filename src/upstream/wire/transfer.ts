// Transfers in: order, status, availability and the writes that help one along (Gandi v5 docs, transferin).
import { z } from 'zod';
import { contactField } from './contact.ts';
import { orderBodyShape } from './domain.ts';
import { id, instant, maybe } from './text.ts';

/** Body of `POST /domain/transferin`. `authinfo` is a secret; it may be given later by `PUT …/authinfo`. */
export const transferinBodySchema = z.looseObject({
  ...orderBodyShape,
  authinfo: z.string().optional(),
  change_owner: z.boolean().optional(),
});
export type TransferinBody = z.infer<typeof transferinBodySchema>;

/**
 * Answer of `GET /domain/transferin/{d}`. `step` is BILL, WAIT, RUN, SUPPORT, ERROR or DONE; `inner_step`, `errortype`
 * and `foa[].answer` are documented as free strings: treat what you do not know as "still under way, unexplained".
 */
export const transferinStatusSchema = z.looseObject({
  created_at: maybe(instant),
  updated_at: maybe(instant),
  owner_contact: maybe(z.string()),
  step: z.string(),
  step_nb: maybe(z.number()),
  inner_step: maybe(z.string()),
  errortype: maybe(z.string()),
  errortype_label: maybe(z.string()),
  foa: maybe(z.array(z.looseObject({ email: maybe(z.string()), answer: maybe(z.string()) }))),
  params: maybe(
    z.looseObject({
      domain: maybe(z.string()),
      tld: maybe(z.string()),
      duration: maybe(z.number()),
      reseller: maybe(id),
      version: maybe(z.number()),
    }),
  ),
  regac_at: maybe(instant),
  start_at: maybe(instant),
  transfer_link: maybe(z.string()),
  transfer_procedure: maybe(z.string()),
});
export type TransferinStatus = z.infer<typeof transferinStatusSchema>;

/** Answer of `POST /domain/transferin/{d}/available`. `internal` means the domain already is at Gandi in another account. */
export const transferinAvailableSchema = z.looseObject({
  available: z.boolean(),
  fqdn: maybe(z.string()),
  fqdn_alabel: maybe(z.string()),
  fqdn_ulabel: maybe(z.string()),
  internal: maybe(z.boolean()),
  corporate: maybe(z.boolean()),
  durations: maybe(z.array(z.number())),
  minimum_duration: maybe(z.number()),
  maximum_duration: maybe(z.number()),
  msg: maybe(z.string()),
});
export type TransferinAvailable = z.infer<typeof transferinAvailableSchema>;

/** Body of `POST …/available`. */
export const availableBodySchema = z.looseObject({ authinfo: z.string().optional() });
export type AvailableBody = z.infer<typeof availableBodySchema>;

/** Body of `PUT …/authinfo`. */
export const authinfoBodySchema = z.looseObject({ authinfo: contactField.filled });
export type AuthinfoBody = z.infer<typeof authinfoBodySchema>;

/** Body of `POST …/foa`: where to send the holder's approval mail again. */
export const foaBodySchema = z.looseObject({ email: contactField.email });
export type FoaBody = z.infer<typeof foaBodySchema>;
