// What an order costs for its years, whether that is what the caller agreed to, and whether the money is there.
import { type Money, moneyText } from '../lib/money.ts';
import type { GandiPort } from '../upstream/port.ts';
import { callFor, orFault } from './calls.ts';
import { InsufficientFundsError, InvalidInputError, PriceChangedError, RequestFault } from './errors.ts';
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

/** What Gandi offers for one name and process. */
export interface NameOffer {
  /** null where Gandi shows no price. */
  readonly price: OrderPrice | null;
  readonly isPremium: boolean;
  /** Gandi's word, such as `available`: an open set; null when it said nothing. */
  readonly status: string | null;
}

/**
 * The price of this very name, which may be a premium one: one call, and the extension's price where Gandi names none for the name.
 * @throws {InvalidInputError} for years that Gandi shows no price of a premium name for. @throws {RequestFault} when Gandi could not be asked.
 */
export async function priceOfName(
  deps: Parameters<typeof priceForYears>[0] & { readonly port: Pick<GandiPort, 'availability'> },
  scope: OperationScope,
  payer: OrganizationRecord,
  wanted: { readonly name: string; readonly years: number; readonly process: PriceProcess },
): Promise<NameOffer> {
  const { name, years, process } = wanted;
  const query = { name, processes: [process], organizationId: payer.id, currency: deps.settings.currency, years };
  const offers = await orFault(deps.port.availability(query, callFor(scope, 'interactive')));
  const [offer] = offers.filter((found) => found.process === process);
  const status = offer?.status ?? null;
  const own = offer?.prices.find(({ minYears, maxYears }) => minYears <= years && years <= maxYears);
  if (own === undefined && offer?.prices.some(({ isPremium }) => isPremium))
    throw new InvalidInputError([
      {
        path: ['input', 'years'],
        message: `Gandi shows no price of the premium name ${name} for this many years.`,
        found: String(years),
        expected: offer.prices.map(({ minYears, maxYears }) => `${minYears} to ${maxYears}`).join(', '),
      },
    ]);
  if (own === undefined) return { price: await priceForYears(deps, scope, payer, wanted), isPremium: false, status };
  const price = { beforeTaxes: times(own.beforeTaxes, years), afterTaxes: times(own.afterTaxes, years) };
  return { price, isPremium: own.isPremium, status };
}

/**
 * @param expected after taxes, for all the years; null = the caller agreed to whatever it is.
 * @throws {PriceChangedError} when the price is another one. @throws {RequestFault} when it is not known, so that nobody can say; what was agreed to as free may be unknown.
 */
export function assertPrice(price: OrderPrice | null, expected: Money | null): void {
  if (expected === null) return;
  if (price === null) {
    if (expected.minor === 0) return;
    throw new RequestFault(
      'UPSTREAM_UNAVAILABLE',
      `Gandi shows no price now, so whether it still is ${moneyText(expected)} cannot be known. Nothing was bought.`,
    );
  }
  const actual = price.afterTaxes;
  if (actual.minor === expected.minor && actual.currency === expected.currency) return;
  const message = `The price is ${moneyText(actual)} after taxes, not ${moneyText(expected)}. Nothing was bought.`;
  throw new PriceChangedError(message, { expected, actual });
}

/** A balance that Gandi does not tell blocks nothing. One call. @throws {InsufficientFundsError|RequestFault} */
export async function assertFunds(
  { port }: { readonly port: Pick<GandiPort, 'billing'> },
  scope: OperationScope,
  payer: OrganizationRecord,
  price: OrderPrice | null,
): Promise<void> {
  if (price === null || price.afterTaxes.minor === 0) return;
  const { prepaid } = await orFault(port.billing(payer.id, callFor(scope, 'interactive')));
  const needed = price.afterTaxes;
  if (prepaid === null || prepaid.balance.currency !== needed.currency || prepaid.balance.minor >= needed.minor) return;
  throw new InsufficientFundsError(
    `The prepaid account of ${payer.name} holds ${moneyText(prepaid.balance)}; ${moneyText(needed)} are needed. Top it up at Gandi, then order again with the same key.`,
    { needed, available: prepaid.balance },
  );
}

function times({ minor, currency }: Money, years: number): Money {
  return { minor: minor * years, currency };
}
