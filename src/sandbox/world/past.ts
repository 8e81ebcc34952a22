// Orders transfers in the days before the start, so that the sandbox opens with one at each step and some already done.
import type { SandboxClock } from '../clock.ts';
import { day } from '../options.ts';
import type { Random } from '../random.ts';
import { inventBrand } from './people.ts';
import type { PriceBook } from './prices.ts';
import { type Customer, contactOf, type Organization } from './records.ts';
import { parseName } from './tlds.ts';
import type { Transfers } from './transfers.ts';

/** Label prefix (a scripted name), days before the start, and the auth code given. */
const scenes: readonly (readonly [prefix: string, daysBefore: number, authCode: string])[] = [
  ['unpaid-', 0.5, 'right-code'],
  ['slow-', 0.1, 'right-code'],
  ['foa-silent-', 3, 'right-code'],
  ['foa-lost-', 2, 'right-code'],
  ['stuck-', 0.4, 'right-code'],
  ['silent-', 2, 'right-code'],
  ['slow-', 2, 'right-code'],
  ['slow-', 1, 'wrong-code'],
  ['locked-', 1, 'right-code'],
  ['foa-refused-', 1, 'right-code'],
  ['nack-', 1, 'right-code'],
  ['', 1, 'right-code'],
];

const transferTlds = ['com', 'net', 'org', 'com', 'fr', 'com', 'eu', 'com', 'io', 'com', 'com'];

export interface PastPlan {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly transfers: Transfers;
  readonly prices: PriceBook;
  readonly reseller: Organization;
  readonly clients: readonly Customer[];
  readonly count: number;
  readonly startAt: number;
}

/** Schedules `count` orders; they are placed, and move on, when the clock is taken to the start. */
export function orderPastTransfers(plan: PastPlan): void {
  const { clock, random, transfers, prices, reseller, clients } = plan;
  for (let index = 0; index < plan.count; index++) {
    const [prefix, daysBefore, authCode] = scenes[index % scenes.length] ?? ['', 1, 'right-code'];
    const tld = transferTlds[index % transferTlds.length] ?? 'com';
    const name = parseName(`${prefix}${inventBrand(random)}-${index + 1}.${tld}`);
    const client = clients[index % Math.max(1, clients.length)];
    if (!name || !client) continue;
    const { afterTaxesCents } = prices.quote({ tld: name.tld, process: 'transfer' });
    clock.at(plan.startAt - daysBefore * day, () => {
      transfers.order({
        name,
        payerId: reseller.id,
        resellerId: reseller.id,
        customerId: client.id,
        owner: contactOf(client),
        admin: undefined,
        bill: undefined,
        tech: undefined,
        duration: 1,
        nameservers: undefined,
        authCode,
        purchase: { organizationId: reseller.id, amountCents: afterTaxesCents, process: 'transfer', fqdn: name.fqdn },
      });
    });
  }
}
