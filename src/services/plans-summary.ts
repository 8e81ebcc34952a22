// What a plan comes to: money for each currency, calls to Gandi, and the time they take at least.
import type { RateLimit } from '../upstream/budget/rate-limit.ts';
import { evenGapMs } from '../upstream/budget/rate-limit.ts';
import { isBlocked, quoteOf } from './plans-items.ts';
import type { OrderPrice, PlanItemRecord, PlanSummary } from './services.ts';

/** The mean rate at which the strictest of the limits lets calls through. */
export function callsPerSecondOf(limits: readonly RateLimit[]): number {
  return 1_000 / evenGapMs(limits);
}

/** Blocked items are counted and not summed: they are not ordered. */
export function summaryOf(items: readonly PlanItemRecord[], callsPerSecond: number): PlanSummary {
  const totals = new Map<string, OrderPrice & { readonly items: number }>();
  let upstreamCalls = 0;
  let blockedItems = 0;
  for (const item of items) {
    if (isBlocked(item)) {
      blockedItems += 1;
      continue;
    }
    const quote = quoteOf(item);
    upstreamCalls += quote.upstreamCalls;
    if (quote.price === null) continue;
    const { beforeTaxes, afterTaxes } = quote.price;
    const { currency } = afterTaxes;
    const sum = totals.get(currency);
    totals.set(currency, {
      beforeTaxes: { minor: (sum?.beforeTaxes.minor ?? 0) + beforeTaxes.minor, currency },
      afterTaxes: { minor: (sum?.afterTaxes.minor ?? 0) + afterTaxes.minor, currency },
      items: (sum?.items ?? 0) + 1,
    });
  }
  return {
    totals: [...totals.values()],
    blockedItems,
    upstreamCalls,
    estimatedSeconds: Math.ceil(upstreamCalls / callsPerSecond),
  };
}
