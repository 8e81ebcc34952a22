// The renewals that are coming: each domain of the mirror with Gandi's attempts, its price and what is known of its payment. No call when warm.
import { type Money, minorDigits } from '../lib/money.ts';
import { EARLIEST_ATTEMPT_MS } from '../policy/auto-renew.ts';
import { type PaymentStanding, type PaymentWord, paymentStanding } from '../policy/payments.ts';
import type { Store, Visibility } from '../store/store.ts';
import { RequestFault } from './errors.ts';
import type { CatalogService, DomainRecord, OperationScope } from './services.ts';

export interface ComingRenewal {
  readonly domain: DomainRecord & { readonly expiresAt: number };
  /** Gandi's own in this term, ascending; the expiry itself stands in while they are not known. */
  readonly attemptsAt: readonly number[];
  /** UNREAD: no detail of this term was read yet. NONE: Gandi told none. */
  readonly attempts: 'KNOWN' | 'NONE' | 'UNREAD';
  readonly years: number;
  /** The organization that Gandi will charge; null = not known. */
  readonly payerId: string | null;
  /** For all the years, after taxes; null = Gandi shows no price for the extension. */
  readonly price: Money | null;
  readonly payment: PaymentStanding;
  /** How old the oldest data behind it is. */
  readonly asOf: number;
}

export interface RenewalBook {
  /** Pages of domains by expiry, soonest first. @throws {RequestFault} when prices were never read and cannot be, unless they may be missing. */
  pages(
    scope: OperationScope,
    query: {
      readonly organizationId: string;
      readonly visibility: Visibility;
      readonly expiresAfter: number;
      readonly expiresBefore: number;
      readonly autoRenew?: boolean;
      readonly pricesMayBeMissing?: boolean;
    },
  ): AsyncGenerator<readonly ComingRenewal[]>;
}

const PER_PAGE = 1_000;

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
  type Prices = Awaited<ReturnType<CatalogService['prices']>>;
  const pricesOf = async (
    scope: OperationScope,
    organizationId: string,
    mayBeMissing: boolean,
  ): Promise<ReadonlyMap<string, Prices[number]>> => {
    const grid = { organizationId, currency, tlds: null, processes: ['RENEW'] as const };
    try {
      return new Map((await catalog.prices(scope, grid)).map((entry) => [entry.tld, entry]));
    } catch (error) {
      if (!mayBeMissing || !(error instanceof RequestFault)) throw error;
      return new Map();
    }
  };
  return {
    async *pages(scope, { organizationId, visibility, expiresAfter, expiresBefore, autoRenew, pricesMayBeMissing }) {
      const prices = await pricesOf(scope, organizationId, pricesMayBeMissing === true);
      const filter = {
        organizationId,
        expiresAfter,
        expiresBefore,
        presence: ['PRESENT'] as const,
        ...(autoRenew !== undefined && { autoRenew }),
      };
      /** Of every client seen so far: most have domains on many pages. */
      const wordsOf = new Map<string, PaymentWord[]>();
      let after: { readonly expiresAt: number; readonly name: string } | null = null;
      for (;;) {
        const page = await store.domains.renewing({ visibility, filter, after, limit: PER_PAGE });
        const clientIds = new Set(page.flatMap(({ domain }) => domain.clientId ?? [])).difference(wordsOf);
        const words = clientIds.size === 0 ? [] : await store.payments.ofClients(organizationId, [...clientIds]);
        for (const clientId of clientIds) wordsOf.set(clientId, []);
        for (const word of words) wordsOf.get(word.clientId)?.push(word);
        yield page.flatMap(({ domain, autoRenewal }): readonly ComingRenewal[] => {
          const { expiresAt, clientId, clientAsOf, rowAsOf, detailAsOf } = domain;
          if (expiresAt === null) return [];
          const { attemptsAt: all = [], durationYears, payerId = null } = autoRenewal ?? {};
          const told = attemptsOfTerm(all, expiresAt);
          const attempts = told.length > 0 ? 'KNOWN' : detailAsOf === null || all.length > 0 ? 'UNREAD' : 'NONE';
          const years = durationYears ?? 1;
          const entry = prices.get(domain.tld);
          const offer = entry?.prices.find(({ minYears, maxYears }) => minYears <= years && years <= maxYears);
          const isClientKnown = clientAsOf !== null || clientId !== null;
          return [
            {
              domain: { ...domain, expiresAt },
              attemptsAt: attempts === 'KNOWN' ? told : [expiresAt],
              attempts,
              years,
              payerId,
              price: offer === undefined ? null : { ...offer.afterTaxes, minor: offer.afterTaxes.minor * years },
              payment: isClientKnown ? paymentStanding(wordsOf.get(clientId ?? '') ?? [], domain) : 'UNKNOWN',
              asOf: Math.min(rowAsOf, clientAsOf ?? rowAsOf, detailAsOf ?? rowAsOf, entry?.freshness.asOf ?? rowAsOf),
            },
          ];
        });
        const last = page.at(-1)?.domain;
        if (page.length < PER_PAGE || last === undefined || last.expiresAt === null) return;
        after = { expiresAt: last.expiresAt, name: last.name };
      }
    },
  };
}

/** A detail read before the last renewal tells the attempts of the term that is over: they lie too long before the new expiry. */
function attemptsOfTerm(told: readonly number[], expiresAt: number): readonly number[] {
  const inTerm = told.filter((at) => at <= expiresAt && at >= expiresAt - EARLIEST_ATTEMPT_MS);
  return [...new Set(inTerm)].sort((a, b) => a - b);
}
