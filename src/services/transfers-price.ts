// What a transfer costs, and whether that is what the caller agreed to.
import { type Money, moneyText } from '../lib/money.ts';
import { PriceChangedError } from './errors.ts';
import type { OperationScope, OrderPrice, OrganizationRecord } from './services.ts';
import { extensionOf } from './transfer-policy.ts';
import type { TransferDeps } from './transfers-deps.ts';
import type { WantedTransfer } from './transfers-input.ts';

/** For all the years; null where Gandi shows no price for this extension and number of years. */
export async function transferPrice(
  { catalog, settings }: Pick<TransferDeps, 'catalog' | 'settings'>,
  scope: OperationScope,
  payer: OrganizationRecord,
  { name, years }: Pick<WantedTransfer, 'name' | 'years'>,
): Promise<OrderPrice | null> {
  const [entry] = await catalog.prices(scope, {
    organizationId: payer.id,
    currency: settings.currency,
    tlds: [extensionOf(name)],
    processes: ['TRANSFER'],
  });
  const price = entry?.prices.find(({ minYears, maxYears }) => minYears <= years && years <= maxYears);
  if (price === undefined) return null;
  return { beforeTaxes: times(price.beforeTaxes, years), afterTaxes: times(price.afterTaxes, years) };
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
