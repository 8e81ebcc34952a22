// What can be bought and for how much: availability of one name, the price list, the prepaid account.
import type { BillingInfo, Check, Price, PriceList, Product, Tax } from '../../upstream/wire/billing.ts';
import { json, refuse, refuseInput } from '../http/answers.ts';
import type { Call } from '../http/call.ts';
import { integerFrom, queryError, wordFrom } from '../http/input.ts';
import { iso } from '../world/lifecycle.ts';
import { currencies, gridLetters, isSold, type Process, processes, vatPercent } from '../world/prices.ts';
import type { Organization } from '../world/records.ts';
import { canonicalName, type ParsedName, parseName, type Tld, tldOf, tlds } from '../world/tlds.ts';

const vat: Tax = { type: 'service', rate: vatPercent, name: 'vat' };

interface Terms {
  readonly currency: string;
  readonly grid: string;
  readonly processes: readonly Process[];
}

function termsOf({ query, world, principal }: Call, payer?: Organization): Terms {
  const asked = query.getAll('processes');
  const unknown = asked.find((word) => !processes.some((process) => process === word));
  if (unknown !== undefined)
    throw refuseInput(queryError('processes', `'${unknown}' is not one of: ${processes.join(', ')}`));
  const organization = payer ?? world.organization(principal.defaultOrganizationId);
  return {
    currency: wordFrom(query, 'currency', currencies) ?? 'EUR',
    grid: wordFrom(query, 'grid', gridLetters) ?? organization?.grid ?? 'A',
    processes: asked.length === 0 ? ['create'] : processes.filter((process) => asked.includes(process)),
  };
}

function priceOf(call: Call, tld: Tld, process: Process, terms: Terms, label?: string): Price {
  const quote = call.world.prices.quote({
    tld,
    process,
    grid: terms.grid,
    currency: terms.currency,
    ...(label !== undefined && { label }),
  });
  return {
    min_duration: 1,
    max_duration: process === 'create' || process === 'renew' ? tld.maxYears : 1,
    duration_unit: 'y',
    discount: false,
    price_before_taxes: quote.beforeTaxesCents / 100,
    price_after_taxes: quote.afterTaxesCents / 100,
    ...(quote.premium && { type: 'premium' }),
  };
}

/** Labels that start so answer a word of their own to whoever wants to register them. */
const scriptedStatuses: readonly (readonly [prefix: string, status: string])[] = [
  ['free-reserved-', 'available_reserved'],
  ['free-restricted-', 'unavailable_restricted'],
  ['free-broken-', 'error_unknown'],
];

function statusOf(call: Call, name: ParsedName, process: Process): string {
  const { world } = call;
  const held = world.estate.get(name.fqdn) ?? world.estate.getUnlisted(name.fqdn);
  const registered = held !== undefined || world.look(name).registered;
  const mine = held !== undefined && call.principal.organizationIds.has(held.organizationId);
  if (process === 'transfer') return registered && !mine ? 'available' : 'unavailable';
  if (process === 'restore') return held && mine && world.restores.isRestorable(held) ? 'available' : 'unavailable';
  if (process !== 'create')
    return world.estate.get(name.fqdn) && mine && isSold(name.tld, process) ? 'available' : 'unavailable';
  if (registered || world.registrations.get(name.fqdn)) return 'unavailable';
  return scriptedStatuses.find(([prefix]) => name.label.startsWith(prefix))?.[1] ?? 'available';
}

/** Asked for the first two times, a `free-pending-` name is still being looked up. */
const lookupsWhilePending = 2;

export function createOffers() {
  const lookups = new WeakMap<object, Map<string, number>>();

  function isPending(call: Call, name: ParsedName): boolean {
    if (!name.label.startsWith('free-pending-')) return false;
    const counts = lookups.get(call.world) ?? new Map<string, number>();
    lookups.set(call.world, counts);
    const count = (counts.get(name.fqdn) ?? 0) + 1;
    counts.set(name.fqdn, count);
    return count <= lookupsWhilePending;
  }

  /** `GET /domain/check`: one name, one product for each process asked for. */
  function check(call: Call): Response {
    const asked = call.query.get('name');
    if (!asked) throw refuseInput(queryError('name', 'is required'));
    const sharingId = call.sharingId();
    const terms = termsOf(call, sharingId === undefined ? undefined : call.world.organization(sharingId));
    const name = parseName(asked);
    const pending = name !== undefined && isPending(call, name);
    const products = terms.processes.map((process): Product => {
      if (!name) return { name: asked, process, status: 'error_invalid', taxes: [vat] };
      const status = pending && process === 'create' ? 'pending' : statusOf(call, name, process);
      const prices = status.startsWith('available')
        ? { prices: [priceOf(call, name.tld, process, terms, name.label)] }
        : undefined;
      return { name: name.fqdn, process, status, taxes: [vat], ...prices };
    });
    return json(200, { currency: terms.currency, grid: terms.grid, products, taxes: [vat] } satisfies Check);
  }

  return { check, priceList, billingInfo };
}

/** `GET /billing/price/domain`: the TLDs named, or all of them, times the processes asked for. */
function priceList(call: Call): Response {
  const terms = termsOf(call);
  const names = call.query.getAll('name');
  const wanted =
    names.length === 0
      ? [...tlds.values()]
      : names.map((name) => tlds.get(name.replace(/^\./, '')) ?? tldOf(canonicalName(name) ?? ''));
  const all = wanted.flatMap((tld) =>
    tld ? terms.processes.filter((process) => isSold(tld, process)).map((process) => ({ tld, process })) : [],
  );
  const paged = call.query.has('page') || call.query.has('per_page');
  const size = paged ? integerFrom(call.query, 'per_page', 100) : all.length;
  const first = (integerFrom(call.query, 'page', 1) - 1) * size;
  const products = all.slice(first, first + size).map(
    ({ tld, process }): Product => ({
      name: `.${tld.name}`,
      process,
      status: 'available',
      phases: [{ name: 'golive' }],
      prices: [priceOf(call, tld, process, terms)],
      taxes: [vat],
    }),
  );
  const options = { phase: 'golive' };
  const answer: PriceList = {
    currency: terms.currency,
    grid: terms.grid,
    phases: ['golive'],
    options,
    products,
    taxes: [vat],
  };
  return json(200, answer);
}

/** `GET /billing/info` of the payer by default, or of the organization the path or `sharing_id` names. */
function billingInfo(call: Call): Response {
  const id = call.param('organization') || (call.sharingId() ?? call.principal.defaultOrganizationId);
  const organization = call.world.organization(id);
  if (!organization) throw refuse(call.world.customers.get(id) ? 403 : 404);
  if (!call.principal.organizationIds.has(id)) throw refuse(403);
  const account = call.world.ledger.account(id);
  const prepaid = account && {
    amount: account.balanceCents / 100,
    currency: 'EUR',
    warning_threshold: account.warningThresholdCents / 100,
    created_at: iso(account.createdAt),
    updated_at: iso(account.updatedAt),
  };
  const info: BillingInfo = {
    annual_balance: (account?.spentCents ?? 0) / 100,
    grid: organization.grid,
    outstanding_amount: 0,
    prepaid_monthly_invoice: false,
    ...(prepaid && { prepaid }),
  };
  return json(200, info);
}
