// The renewals that are coming: each domain of the mirror with Gandi's attempts, its price and what is known of its payment. No call when warm.
import { type Money, minorDigits } from '../lib/money.ts';
import { type PaymentStanding, paymentStanding } from '../policy/payments.ts';
import type { Store, Visibility } from '../store/store.ts';
import type { CatalogService, DomainDetailRecord, DomainRecord, OperationScope } from './services.ts';

export interface ComingRenewal {
  readonly domain: DomainRecord & { readonly expiresAt: number };
  /** As last read; null = never. */
  readonly detail: DomainDetailRecord | null;
  /** Gandi's own, ascending; the expiry itself stands in while they were never read. */
  readonly attemptsAt: readonly number[];
  readonly areAttemptsKnown: boolean;
  readonly years: number;
  /** For all the years, after taxes; null = Gandi shows no price for the extension. */
  readonly price: Money | null;
  readonly payment: PaymentStanding;
}

export interface RenewalBook {
  /** Pages of domains by expiry, soonest first. */
  pages(
    scope: OperationScope,
    query: {
      readonly organizationId: string;
      readonly visibility: Visibility;
      readonly expiresAfter: number;
      readonly expiresBefore: number;
      readonly autoRenew?: boolean;
    },
  ): AsyncGenerator<readonly ComingRenewal[]>;
}

const PER_PAGE = 100;

export function createRenewalBook({
  store,
  catalog,
  currency,
}: {
  readonly store: Pick<Store, 'domains' | 'payments'>;
  readonly catalog: Pick<CatalogService, 'prices'>;
  /** Of the prices; one that the currency of the smallest unit does not fit is a configuration error. */
  readonly currency: string;
}): RenewalBook {
  minorDigits(currency);
  return {
    async *pages(scope, { organizationId, visibility, expiresAfter, expiresBefore, autoRenew }) {
      const grid = { organizationId, currency, tlds: null, processes: ['RENEW'] as const };
      const prices = new Map((await catalog.prices(scope, grid)).map(({ tld, prices }) => [tld, prices]));
      const filter = {
        organizationId,
        expiresAfter,
        expiresBefore,
        presence: ['PRESENT'] as const,
        ...(autoRenew !== undefined && { autoRenew }),
      };
      let after: string | undefined;
      for (;;) {
        const page = await store.domains.list({
          visibility,
          filter,
          orderBy: { field: 'EXPIRES_AT', direction: 'ASC' },
          page: { first: PER_PAGE, ...(after !== undefined && { after }) },
        });
        const rows = page.rows.map(({ row }) => row);
        const clientIds = [...new Set(rows.flatMap(({ clientId }) => clientId ?? []))];
        const [details, words] = await Promise.all([
          store.domains.details(rows),
          clientIds.length === 0 ? [] : store.payments.ofClients(organizationId, clientIds),
        ]);
        const detailOf = new Map(details.map(({ name, detail }) => [name, detail]));
        const wordsOf = Map.groupBy(words, ({ clientId }) => clientId);
        yield rows.flatMap((domain) => {
          const { expiresAt, clientId } = domain;
          if (expiresAt === null) return [];
          const detail = detailOf.get(domain.name) ?? null;
          const told = (detail?.autoRenewal?.attemptsAt ?? [])
            .filter((at) => at <= expiresAt)
            .toSorted((a, b) => a - b);
          const years = detail?.autoRenewal?.durationYears ?? 1;
          const offer = prices
            .get(domain.tld)
            ?.find(({ minYears, maxYears }) => minYears <= years && years <= maxYears);
          const isKnown = domain.clientAsOf !== null || clientId !== null;
          return [
            {
              domain: { ...domain, expiresAt },
              detail,
              attemptsAt: told.length === 0 ? [expiresAt] : told,
              areAttemptsKnown: told.length > 0,
              years,
              price: offer === undefined ? null : { ...offer.afterTaxes, minor: offer.afterTaxes.minor * years },
              payment: isKnown ? paymentStanding(wordsOf.get(clientId ?? '') ?? [], domain) : 'UNKNOWN',
            },
          ];
        });
        after = page.rows.at(-1)?.cursor;
        if (!page.hasNextPage || after === undefined) return;
      }
    },
  };
}
