// What every payable order goes through: who pays, for whom, at which price, and whether the money is there.
import type { z } from 'zod';
import type { OrderBody } from '../../upstream/wire/domain.ts';
import type { FieldError } from '../../upstream/wire/errors.ts';
import { faultsAnswer, Refused, refusal, refuse } from '../http/answers.ts';
import type { Call } from '../http/call.ts';
import { bodyError, faultsOf, queryError, readJson } from '../http/input.ts';
import type { Purchase } from '../world/ledger.ts';
import type { Process } from '../world/prices.ts';
import { customerFrom, type Domain, nameOf, type Organization } from '../world/records.ts';
import type { RegistrationOrder } from '../world/registrations.ts';
import { type ParsedName, parseName } from '../world/tlds.ts';
import { contactFaults, contactFrom, optionalContact } from './contact-input.ts';

export interface OrderRules<Body extends OrderBody> {
  readonly schema: z.ZodType<Body>;
  readonly process: Process;
  /** Years that can be ordered now. */
  durations(call: Call, name: ParsedName): readonly number[];
  /** What stands in the way of this name, as faults of the input. */
  obstacles(call: Call, name: ParsedName, body: Body): readonly FieldError[];
  /** Why the name cannot be ordered right now though nothing is wrong with the input (409). */
  conflict(call: Call, name: ParsedName): string | undefined;
  /** Carries out the order and answers. */
  place(call: Call, order: RegistrationOrder, body: Body): Response;
}

/** The organization that pays. @throws Refused 403 for one the caller may not bill. */
export function payerOf(call: Call): Organization {
  const id = call.sharingId() ?? call.principal.defaultOrganizationId;
  const organization = call.world.organization(id);
  if (!organization) throw refuse(403, 'This sharing_id cannot be billed.');
  return organization;
}

function holderFaults(call: Call, payer: Organization, body: OrderBody): FieldError[] {
  const { resellee_id: id } = body;
  if (id === undefined) return [];
  const known = payer.reseller && call.world.customers.get(id)?.organizationId === payer.id;
  return known ? [] : [bodyError('resellee_id', `'${id}' is not a customer of the organization that pays`)];
}

/** What is wrong with the prepaid account: nothing when it holds the price. */
export function moneyFaults(call: Call, purchase: Purchase): FieldError[] {
  const available = call.world.ledger.available(purchase.organizationId);
  if (available >= purchase.amountCents) return [];
  const needed = (purchase.amountCents / 100).toFixed(2);
  const there = (Math.max(0, available) / 100).toFixed(2);
  return [
    queryError('sharing_id', `not enough money on the prepaid account: ${needed} EUR needed, ${there} EUR available`),
  ];
}

/** What a process costs for a domain held here. */
export function purchaseFor(
  call: Call,
  payer: Organization,
  { process, domain, years = 1 }: { readonly process: Process; readonly domain: Domain; readonly years?: number },
): Purchase {
  const { tld, label, fqdn } = nameOf(domain);
  const { afterTaxesCents } = call.world.prices.quote({ tld, process, years, grid: payer.grid, label });
  return { organizationId: payer.id, amountCents: afterTaxesCents, process, fqdn };
}

interface Terms {
  readonly purchase: Purchase;
  readonly faults: readonly FieldError[];
}

/** The price of the order, and what is wrong with the price the client named. `price` is before taxes, for all years. */
function termsOf(call: Call, payer: Organization, name: ParsedName, process: Process, body: OrderBody): Terms {
  const ask = { tld: name.tld, process, years: body.duration ?? 1, grid: payer.grid, label: name.label };
  const due = call.world.prices.quote(ask);
  const named = call.world.prices.quote({ ...ask, currency: body.currency ?? 'EUR' });
  const faults: FieldError[] = [];
  if (body.price !== undefined && Math.round(body.price * 100) !== named.beforeTaxesCents) {
    faults.push(
      bodyError(
        'price',
        `the price is ${(named.beforeTaxesCents / 100).toFixed(2)} ${body.currency ?? 'EUR'} before taxes`,
      ),
    );
  }
  if (due.premium && process !== 'transfer' && body.enforce_premium !== true) {
    faults.push(bodyError('enforce_premium', 'must be true for a premium name'));
  }
  const purchase = { organizationId: payer.id, amountCents: due.afterTaxesCents, process, fqdn: name.fqdn };
  return { purchase, faults };
}

/** Checks an order; with `Dry-Run` that is all, otherwise it is placed. Nothing is charged or created before every check passed. */
export async function handleOrder<Body extends OrderBody>(call: Call, rules: OrderRules<Body>): Promise<Response> {
  const answerFaults = (faults: readonly FieldError[]) => faultsAnswer(call.dryRun, faults);
  const payer = payerOf(call);
  const parsed = rules.schema.safeParse(await readJson(call.request), { reportInput: true });
  if (!parsed.success) return answerFaults(faultsOf(parsed.error));
  const body = parsed.data;
  const name = parseName(body.fqdn);
  if (!name) return answerFaults([bodyError('fqdn', `'${body.fqdn}' is not a domain name under a TLD sold here`)]);

  const { purchase, faults: priceFaults } = termsOf(call, payer, name, rules.process, body);
  const conflict = rules.conflict(call, name);
  const durations = rules.durations(call, name);
  const faults = [
    ...(['owner', 'admin', 'bill', 'tech'] as const).flatMap((role) => contactFaults(role, body[role])),
    ...holderFaults(call, payer, body),
    ...(durations.includes(body.duration ?? 1)
      ? []
      : [bodyError('duration', `can be ${durations.join(', ') || 'nothing now'}`)]),
    ...priceFaults,
    ...(conflict === undefined ? rules.obstacles(call, name, body) : []),
  ];
  if (conflict !== undefined && !call.dryRun) throw new Refused(refusal(409, conflict));
  if (conflict !== undefined) faults.push(bodyError('fqdn', conflict));
  if (faults.length === 0) faults.push(...moneyFaults(call, purchase));
  if (faults.length > 0 || call.dryRun) return answerFaults(faults);

  const owner = contactFrom(body.owner);
  let customerId = body.resellee_id;
  if (payer.reseller && customerId === undefined) {
    customerId = call.world.random.uuid();
    call.world.customers.add(customerFrom(owner, customerId, payer.id));
  }
  const order: RegistrationOrder = {
    name,
    payerId: payer.id,
    resellerId: payer.reseller ? payer.id : undefined,
    customerId,
    owner,
    admin: optionalContact(body.admin),
    bill: optionalContact(body.bill),
    tech: optionalContact(body.tech),
    duration: body.duration ?? 1,
    nameservers: body.nameservers?.map((host) => host.toLowerCase().replace(/\.$/, '')),
    purchase,
  };
  return rules.place(call, order, body);
}
