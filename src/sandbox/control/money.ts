// Controls of money: prices from an instant on, prepaid accounts, every movement, and what was bought how often.
import type { Hono } from 'hono';
import { z } from 'zod';
import { moneyFromDecimal } from '../../lib/money.ts';
import { soldTld } from '../faults.ts';
import type { SandboxContext, SandboxEnv } from '../http/call.ts';
import type { SandboxState } from '../state.ts';
import type { LedgerEntry, PrepaidAccount, PurchaseTally } from '../world/ledger.ts';
import { iso } from '../world/lifecycle.ts';
import { type DatedPriceChange, processes } from '../world/prices.ts';
import { control, controlBody, wholeFrom, wrong } from './answers.ts';

const euros = z.number().min(0).max(1e9);
const prepaidBody = z.strictObject({ amount: euros, organization: z.string().optional() });
const priceBody = z
  .strictObject({
    tld: soldTld.optional(),
    process: z.enum(processes).optional(),
    factor: z.number().positive().max(1000).optional(),
    price: euros.optional(),
    from: z.iso.datetime().optional(),
  })
  .refine(({ factor, price }) => (factor === undefined) !== (price === undefined), {
    path: ['factor'],
    error: 'name either factor or price',
  });

const centsOf = (amount: number): number => moneyFromDecimal(amount, 'EUR').minor;

const priceView = ({ from, factor, cents, tld = '*', process = '*' }: DatedPriceChange) => ({
  from: iso(from),
  tld,
  process,
  ...(factor === undefined ? { price: cents / 100 } : { factor }),
});

function entryView({ amountCents, balanceCents, at, organizationId, ...entry }: LedgerEntry) {
  return {
    ...entry,
    at: iso(at),
    organization: organizationId,
    amount: amountCents / 100,
    balance: balanceCents / 100,
  };
}

const accountView = (organization: string, { balanceCents, promisedCents, spentCents }: PrepaidAccount) => ({
  organization,
  amount: balanceCents / 100,
  promised: promisedCents / 100,
  available: (balanceCents - promisedCents) / 100,
  spent: spentCents / 100,
});

const purchaseView = ({ spentCents, ...tally }: PurchaseTally) => ({ ...tally, spent: spentCents / 100 });

function purchases({ world: { ledger } }: SandboxState, context: SandboxContext) {
  const process = context.req.query('process');
  const fqdn = context.req.query('fqdn');
  const atLeast = wholeFrom(context, 'atLeast', 0);
  const after = wholeFrom(context, 'after', 0);
  const found = [...ledger.purchases()].filter(
    (tally) =>
      (process === undefined || tally.process === process) &&
      (fqdn === undefined || tally.fqdn === fqdn) &&
      Math.max(tally.ordered, tally.paid) >= atLeast,
  );
  const sums = new Map<string, PurchaseTally>();
  for (const tally of found) {
    const sum = sums.get(tally.process) ?? {
      ...{ process: tally.process, fqdn: '*', ordered: 0, paid: 0 },
      ...{ automatic: 0, givenBack: 0, spentCents: 0 },
    };
    for (const count of ['ordered', 'paid', 'automatic', 'givenBack', 'spentCents'] as const)
      sum[count] += tally[count];
    sums.set(tally.process, sum);
  }
  return {
    names: found.length,
    sums: [...sums.values()].map(purchaseView),
    purchases: found.slice(after, after + wholeFrom(context, 'limit', 1000)).map(purchaseView),
  };
}

export function mountMoney(app: Hono<SandboxEnv>, state: SandboxState): void {
  function accountOf(id: string): PrepaidAccount {
    const account = state.world.ledger.account(id);
    if (!account) throw wrong('organization', 'has no prepaid account', 404);
    return account;
  }
  const resellerId = () => state.world.organizations.reseller.id;

  app.get(
    '/sandbox/prices',
    control(() => state.world.prices.changes.map(priceView)),
  );
  app.post(
    '/sandbox/prices',
    control(async (context) => {
      const { factor, price, from, tld, process } = await controlBody(context, priceBody);
      const scope = { tld, process };
      const change = price === undefined ? { ...scope, factor: factor ?? 1 } : { ...scope, cents: centsOf(price) };
      state.world.prices.change(change, from === undefined ? undefined : Date.parse(from));
      return state.world.prices.changes.slice(-1).map(priceView);
    }),
  );

  app.get(
    '/sandbox/ledger',
    control((context) => {
      const process = context.req.query('process');
      const fqdn = context.req.query('fqdn');
      const limit = wholeFrom(context, 'limit', 999_999_999);
      return state.world.ledger.entries
        .slice(wholeFrom(context, 'after', 0))
        .filter((entry) => (process ?? entry.process) === entry.process && (fqdn ?? entry.fqdn) === entry.fqdn)
        .slice(0, limit)
        .map(entryView);
    }),
  );
  app.get(
    '/sandbox/purchases',
    control((context) => purchases(state, context)),
  );

  app.get(
    '/sandbox/prepaid',
    control(() => ({
      accounts: [...state.world.ledger.accounts()].map(([id, account]) => accountView(id, account)),
      entries: state.world.ledger.entries.length,
    })),
  );
  app.put(
    '/sandbox/prepaid',
    control(async (context) => {
      const { amount, organization: id = resellerId() } = await controlBody(context, prepaidBody);
      const account = accountOf(id);
      state.world.ledger.topUpTo(id, centsOf(amount), state.clock.now());
      return accountView(id, account);
    }),
  );
  app.post(
    '/sandbox/prepaid',
    control(async (context) => {
      const { amount, organization: id = resellerId() } = await controlBody(context, prepaidBody);
      const account = accountOf(id);
      state.world.ledger.topUp(id, centsOf(amount), state.clock.now());
      return accountView(id, account);
    }),
  );
}
