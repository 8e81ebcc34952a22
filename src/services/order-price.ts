// What an order costs for its years, and whether that is what the caller agreed to.
import { type Money, moneyText } from '../lib/money.ts';
import type { GandiPort } from '../upstream/port.ts';
import { callFor, orFault } from './calls.ts';
import { PriceChangedError } from './errors.ts';
import type { CatalogService, OperationScope, OrderPrice, OrganizationRecord, PriceProcess } from './services.ts';
import { extensionOf } from './transfer-policy.ts';

/** For all the years; null where Gandi shows no price for this extension and number of years. */
export async function priceForYears(
  {
    catalog,
    settings,
  }: { readonly catalog: Pick<CatalogService, 'prices'>; readonly settings: { readonly currency: string } },
  scope: OperationScope,
  payer: OrganizationRecord,
  { name, years, process }: { readonly name: string; readonly years: number; readonly process: PriceProcess },
): Promise<OrderPrice | null> {
  const query = {
    organizationId: payer.id,
    currency: settings.currency,
    tlds: [extensionOf(name)],
    processes: [process],
  };
  const [entry] = await catalog.prices(scope, query);
  const price = entry?.prices.find(({ minYears, maxYears }) => minYears <= years && years <= maxYears);
  if (price === undefined) return null;
  return { beforeTaxes: times(price.beforeTaxes, years), afterTaxes: times(price.afterTaxes, years) };
}

/**
 * The price of this very name, which may be a premium one: one call, and the extension's price where Gandi names none for the name.
 * @throws {RequestFault} when Gandi could not be asked.
 */
export async function priceOfName(
  deps: Parameters<typeof priceForYears>[0] & { readonly port: Pick<GandiPort, 'availability'> },
  scope: OperationScope,
  payer: OrganizationRecord,
  wanted: { readonly name: string; readonly years: number; readonly process: PriceProcess },
): Promise<{ readonly price: OrderPrice | null; readonly isPremium: boolean }> {
  const { name, years, process } = wanted;
  const query = { name, processes: [process], organizationId: payer.id, currency: deps.settings.currency, years };
  const offers = await orFault(deps.port.availability(query, callFor(scope, 'interactive')));
  const own = offers
    .filter((offer) => offer.process === process)
    .flatMap(({ prices }) => prices)
    .find(({ minYears, maxYears }) => minYears <= years && years <= maxYears);
  if (own === undefined) return { price: await priceForYears(deps, scope, payer, wanted), isPremium: false };
  const price = { beforeTaxes: times(own.beforeTaxes, years), afterTaxes: times(own.afterTaxes, years) };
  return { price, isPremium: own.isPremium };
}

/** @param expected after taxes, for all the years. @throws {PriceChangedError} when the price is another one; an unknown price changes nothing. */
export function assertPrice(price: OrderPrice | null, expected: Money | null): void {
  if (price === null || expected === null) return;
  const actual = price.afterTaxes;
  if (actual.minor === expected.minor && actual.currency === expected.currency) return;
  const message = `The price is ${moneyText(actual)} after taxes, not ${moneyText(expected)}. Nothing was bought.`;
  throw new PriceChangedError(message, { expected, actual });
}

function times({ minor, currency }: Money, years: number): Money {
  return { minor: minor * years, currency };
}
