// Changes of owner: order, status and the mails to both parties (Gandi v5 docs, changeowner).
import { z } from 'zod';
import { contactBodySchema } from './contact.ts';
import { instant, maybe } from './text.ts';

/** Body of `POST /domain/changeowner/{d}`: contacts that are absent stay what they are. */
export const changeownerBodySchema = z.looseObject({
  owner: contactBodySchema,
  admin: contactBodySchema.optional(),
  bill: contactBodySchema.optional(),
  tech: contactBodySchema.optional(),
});
export type ChangeownerBody = z.infer<typeof changeownerBodySchema>;

/**
 * Answer of `GET /domain/changeowner/{d}`. `step` is BILL, WAIT, RUN, SUPPORT, ERROR or DONE; `inner_step`, `errortype`
 * and the answers are documented as free strings: treat what you do not know as "still under way, unexplained".
 */
export const changeownerStatusSchema = z.looseObject({
  created_at: maybe(instant),
  updated_at: maybe(instant),
  date_start: maybe(instant),
  step: z.string(),
  step_nb: maybe(z.number()),
  inner_step: maybe(z.string()),
  errortype: maybe(z.string()),
  errortype_label: maybe(z.string()),
  foa: maybe(z.array(z.looseObject({ email: maybe(z.string()), answer: maybe(z.string()) }))),
  params: maybe(
    z.looseObject({
      old_owner_email: maybe(z.string()),
      old_admin_email: maybe(z.string()),
      new_owner_email: maybe(z.string()),
      answer_old_owner: maybe(z.string()),
      answer_new_owner: maybe(z.string()),
      inner_step: maybe(z.string()),
    }),
  ),
});
export type ChangeownerStatus = z.infer<typeof changeownerStatusSchema>;
