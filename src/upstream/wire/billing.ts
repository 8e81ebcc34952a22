// Prices, availability and the prepaid account (Gandi v5 docs, billing and domain check). Amounts are decimal numbers.
import { z } from 'zod';
import { instant, maybe } from './text.ts';

export const prepaidSchema = z.looseObject({
  /** A JSON number in v5, a string in v4's twin; read both. */
  amount: z.union([z.number(), z.string()]),
  currency: z.string(),
  warning_threshold: maybe(z.union([z.number(), z.string()])),
  created_at: maybe(instant),
  updated_at: maybe(instant),
});
export type Prepaid = z.infer<typeof prepaidSchema>;

/** Answer of `GET /billing/info`. `prepaid` is absent for an organization that never opened one. */
export const billingInfoSchema = z.looseObject({
  annual_balance: maybe(z.union([z.number(), z.string()])),
  grid: maybe(z.string()),
  outstanding_amount: maybe(z.union([z.number(), z.string()])),
  prepaid: maybe(prepaidSchema),
  prepaid_monthly_invoice: maybe(z.boolean()),
});
export type BillingInfo = z.infer<typeof billingInfoSchema>;

export const taxSchema = z.looseObject({ type: maybe(z.string()), rate: z.number(), name: maybe(z.string()) });
export type Tax = z.infer<typeof taxSchema>;

/** Prices are for one `duration_unit` (`y`) and hold from `min_duration` to `max_duration` of them. */
export const priceSchema = z.looseObject({
  min_duration: z.number(),
  max_duration: z.number(),
  duration_unit: maybe(z.string()),
  price_before_taxes: z.number(),
  price_after_taxes: z.number(),
  discount: maybe(z.boolean()),
  normal_price_before_taxes: maybe(z.number()),
  normal_price_after_taxes: maybe(z.number()),
  /** `premium` for a premium name. */
  type: maybe(z.string()),
});
export type Price = z.infer<typeof priceSchema>;

/** `status` words are an open set; `pending` means ask again. Unavailable products have no `prices`. */
export const productSchema = z.looseObject({
  name: z.string(),
  process: z.string(),
  status: maybe(z.string()),
  prices: maybe(z.array(priceSchema)),
  periods: maybe(z.array(z.looseObject({ name: z.string(), starts_at: maybe(instant), ends_at: maybe(instant) }))),
  phases: maybe(z.array(z.unknown())),
  taxes: maybe(z.array(taxSchema)),
});
export type Product = z.infer<typeof productSchema>;

const offer = {
  currency: z.string(),
  grid: maybe(z.string()),
  products: maybe(z.array(productSchema)),
  taxes: maybe(z.array(taxSchema)),
};

/** Answer of `GET /domain/check`. */
export const checkSchema = z.looseObject(offer);
export type Check = z.infer<typeof checkSchema>;

/** Answer of `GET /billing/price/{type}`: product names are `.com`, `.fr`… */
export const priceListSchema = z.looseObject({
  ...offer,
  phases: maybe(z.array(z.unknown())),
  options: maybe(z.looseObject({ phase: maybe(z.string()) })),
});
export type PriceList = z.infer<typeof priceListSchema>;
