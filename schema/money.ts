// Amounts of money, and prices made of them.
import { type Money as MoneyValue, moneyDecimal } from '../src/lib/money.ts';
import type { PriceRecord } from '../src/services/services.ts';
import { builder } from './builder.ts';

export const Money = builder.objectRef<MoneyValue>('Money').implement({
  description: 'An exact amount of money.',
  fields: (t) => ({
    minorUnits: t.exposeInt('minor', { description: 'Whole minor units of the currency: cents for EUR, yen for JPY.' }),
    currency: t.exposeString('currency', { description: 'ISO 4217 code.' }),
    decimal: t.string({
      description: 'The same amount as a decimal text with all its digits, `12.50`.',
      resolve: (money) => moneyDecimal(money),
    }),
  }),
});

export const MoneyInput = builder.inputType('MoneyInput', {
  description: 'An exact amount of money.',
  fields: (t) => ({
    minorUnits: t.int({
      required: true,
      description: 'Whole minor units of the currency: cents for EUR, yen for JPY.',
    }),
    currency: t.string({ required: true, description: 'ISO 4217 code, upper case.' }),
  }),
});

export function moneyFrom(input: typeof MoneyInput.$inferInput | null | undefined): MoneyValue | null {
  return input == null ? null : { minor: input.minorUnits, currency: input.currency };
}

export const PriceProcess = builder.enumType('PriceProcess', {
  description: 'What a price is for.',
  values: {
    CREATE: { description: 'Registering a free name.' },
    RENEW: { description: 'Adding years to a registered name.' },
    TRANSFER: { description: 'Bringing a name from another registrar; most TLDs add a year.' },
    RESTORE: { description: 'Taking an expired name back during its redemption period.' },
    CHANGE_REGISTRANT: { value: 'CHANGE_OWNER', description: 'Changing the registrant, where it is not free.' },
  } as const,
});

export const Price = builder.objectRef<PriceRecord>('Price').implement({
  description: 'What a process costs, for a number of years within bounds.',
  fields: (t) => ({
    minYears: t.exposeInt('minYears', { description: 'Fewest years this price is for.' }),
    maxYears: t.exposeInt('maxYears', { description: 'Most years this price is for.' }),
    beforeTaxes: t.expose('beforeTaxes', {
      type: Money,
      description: 'Without taxes, as Gandi states it for this range of years.',
    }),
    afterTaxes: t.expose('afterTaxes', { type: Money, description: 'With the taxes of the paying organization.' }),
    normalBeforeTaxes: t.expose('normalBeforeTaxes', {
      type: Money,
      nullable: true,
      description: 'Without a promotion, without taxes; null when Gandi names none.',
    }),
    normalAfterTaxes: t.expose('normalAfterTaxes', {
      type: Money,
      nullable: true,
      description: 'Without a promotion, with taxes; null when Gandi names none.',
    }),
    isDiscounted: t.exposeBoolean('isDiscounted', { description: 'True while a promotion runs.' }),
    isPremium: t.exposeBoolean('isPremium', {
      description: 'True for a name the registry sells at a price of its own.',
    }),
  }),
});
