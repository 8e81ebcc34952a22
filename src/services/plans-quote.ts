// Quotes the items of a plan a few at a time; what stands against one becomes its blockers and never keeps the others from being quoted.
import { InvalidInputError, RequestFault } from './errors.ts';
import { noFindings, noting } from './order-quote.ts';
import { asKept, KINDS, type PlanOrdering, quoteWish } from './plans-items.ts';
import type { OperationScope, PlanQuote, PlanWish, QuoteBlocker } from './services.ts';

/** Quotes under way at once. */
const AT_ONCE = 4;

/** The organization the items name, if any; all have to name the same. @throws {InvalidInputError} */
export function payerNamed(payerId: string | null, items: readonly PlanWish[]): string | null {
  const named = items.map(({ kind, input }) => (kind === 'REGISTER' ? input.payerId : null));
  const payer = payerId ?? named.find((id) => id !== null) ?? null;
  const at = named.findIndex((id) => id !== null && id !== payer);
  if (at < 0) return payer;
  throw new InvalidInputError([
    {
      path: ['input', 'items', String(at), 'register', 'payerId'],
      message: 'One organization pays for a plan.',
      found: named[at] ?? null,
      expected: String(payer),
    },
  ]);
}

/** One quote for each item, in their order. */
export async function quoteAll(
  ordering: PlanOrdering,
  scope: OperationScope,
  items: readonly PlanWish[],
): Promise<readonly PlanQuote[]> {
  const quotes: PlanQuote[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const wish = items[at];
      if (wish !== undefined) quotes[at] = asKept(await quoteItem(ordering, scope, wish, at));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return items.map((wish, at) => withTwin(quotes[at] ?? NOTHING, wish, items.slice(0, at)));
}

const NOTHING: PlanQuote = {
  price: null,
  blockers: [],
  effects: [],
  toAcknowledge: [],
  upstreamCalls: 0,
  warning: null,
};

async function quoteItem(
  ordering: PlanOrdering,
  scope: OperationScope,
  wish: PlanWish,
  at: number,
): Promise<PlanQuote> {
  const { checks, isNeverFree } = KINDS[wish.kind];
  const findings = noFindings();
  const quote = await noting(findings, () => quoteWish(ordering, scope, wish)).catch((error: unknown) => {
    if (!(error instanceof RequestFault)) throw error;
    findings.blockers.push({ code: 'NOT_CHECKED', message: error.message, path: null });
    return null;
  });
  const blockers = [...findings.blockers, ...(quote?.blockers ?? [])];
  if (quote !== null && quote.price === null && isNeverFree && blockers.length === 0)
    blockers.push({
      code: 'PRICE_UNKNOWN',
      message: `Gandi shows no price for ${wish.input.domain}, so it cannot be approved in a plan.`,
      path: null,
    });
  const { price, effects, toAcknowledge, upstreamCalls, warning } = quote ?? NOTHING;
  return {
    price,
    blockers: blockers.map((blocker) => within(blocker, wish, at)),
    effects,
    toAcknowledge,
    upstreamCalls: checks + Math.max(upstreamCalls, 1),
    warning,
  };
}

/** A second order for a domain would wait for the first, or undo what was quoted. */
function withTwin(quote: PlanQuote, wish: PlanWish, before: readonly PlanWish[]): PlanQuote {
  const at = before.findIndex(({ input }) => input.domain === wish.input.domain);
  if (at < 0) return quote;
  const twin: QuoteBlocker = {
    code: 'DUPLICATE_DOMAIN',
    message: `Item ${at} of this plan is about ${wish.input.domain} too; a plan has one order for a domain.`,
    path: null,
  };
  return { ...quote, blockers: [...quote.blockers, twin] };
}

/** The path of a field within the plan instead of within the order's own input. */
function within({ code, message, path }: QuoteBlocker, { kind }: PlanWish, at: number): QuoteBlocker {
  const isOfInput = path?.[0] === 'input';
  return {
    code,
    message,
    path: isOfInput ? ['input', 'items', String(at), KINDS[kind].field, ...path.slice(1)] : path,
  };
}
