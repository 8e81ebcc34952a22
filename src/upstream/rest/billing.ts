// The price list of TLDs and the prepaid account (Gandi v5 docs, billing).
import { moneyFromDecimal } from '../../lib/money.ts';
import type { CallOptions, PriceProcess, UpstreamBilling, UpstreamTldPrice } from '../port.ts';
import type { GandiAnswer, Sender } from '../request.ts';
import { type BillingInfo, billingInfoSchema, type PriceList, priceListSchema } from '../wire/billing.ts';
import { nextQuery } from './paging.ts';
import { priceFrom, processFrom, wireProcesses } from './prices.ts';
import { read } from './reply.ts';
import { aLabel, query, segment, text } from './values.ts';

/** The price list comes in one answer; should Gandi cut it into pages, they are followed up to this many. */
const MAX_PAGES = 100;

export function billingFrom({ grid, prepaid }: BillingInfo): UpstreamBilling {
  if (!prepaid) return { grid: text(grid), prepaid: null };
  const money = (amount: number | string) => moneyFromDecimal(amount, prepaid.currency);
  const threshold = prepaid.warning_threshold ?? null;
  return {
    grid: text(grid),
    prepaid: { balance: money(prepaid.amount), warningThreshold: threshold === null ? null : money(threshold) },
  };
}

/** Products are named `.com`; those of a process we do not trade in are left out. */
export function tldPricesFrom({ currency, products }: PriceList): readonly UpstreamTldPrice[] {
  return (products ?? []).flatMap(({ name, process, prices }) => {
    const ours = processFrom(process);
    if (ours === null) return [];
    const tld = aLabel(name.replace(/^\./, ''));
    return [{ tld, process: ours, prices: (prices ?? []).map((price) => priceFrom(price, currency)) }];
  });
}

export function billingEndpoints(sender: Sender) {
  return {
    async prices(
      asked: {
        organizationId?: string;
        currency?: string;
        tlds?: readonly string[];
        processes: readonly PriceProcess[];
      },
      call: CallOptions,
    ): Promise<readonly UpstreamTldPrice[]> {
      const { organizationId, currency, tlds, processes } = asked;
      const names = tlds?.map((tld) => `.${aLabel(tld.replace(/^\./, ''))}`);
      const filters = query({ name: names, processes: wireProcesses(processes), currency, sharing_id: organizationId });
      const prices: UpstreamTldPrice[] = [];
      let next: URLSearchParams | null = filters;
      for (let page = 1; next && page <= MAX_PAGES; page++) {
        const request = { path: '/billing/price/domain', query: next };
        const answer: GandiAnswer = await sender.send({ method: 'GET', effect: 'read', ...request }, call);
        prices.push(...read(answer, priceListSchema, tldPricesFrom));
        next = nextQuery(answer);
      }
      return prices;
    },

    async billing(organizationId: string, call: CallOptions): Promise<UpstreamBilling> {
      const path = `/billing/info/${segment(organizationId)}`;
      return read(await sender.send({ method: 'GET', path, effect: 'read' }, call), billingInfoSchema, billingFrom);
    },
  };
}
