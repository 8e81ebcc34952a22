// Renewals that somebody ordered: payment, then the registry moves the expiry. Each accepted order renews once more.
import type { SandboxClock } from '../clock.ts';
import type { People } from '../options.ts';
import type { Estate } from './estate.ts';
import type { Ledger, Purchase } from './ledger.ts';
import { type Lifecycle, renewableYears, renewalObstacle } from './lifecycle.ts';
import { payLater } from './payments.ts';
import type { Domain } from './records.ts';

export interface RenewalOrder {
  readonly domain: Domain;
  readonly years: number;
  readonly purchase: Purchase;
  /** A fault rule decided that the registry turns this order down after it was paid. */
  readonly registryRefuses: boolean;
}

export interface Renewals {
  /** Sets the price aside. An order that cannot be paid when its time comes is dropped, one that the registry refuses is given back. */
  order(order: RenewalOrder): void;
}

export function createRenewals(deps: {
  readonly clock: SandboxClock;
  readonly estate: Estate;
  readonly ledger: Ledger;
  readonly lifecycle: Lifecycle;
  peopleOf(domain: Domain): People;
}): Renewals {
  const { clock, estate, ledger, lifecycle, peopleOf } = deps;

  function carryOut({ domain, years, purchase, registryRefuses }: RenewalOrder): void {
    const now = clock.now();
    const held = estate.get(domain.fqdn) === domain && renewalObstacle(domain, now) === undefined;
    if (held && !registryRefuses && renewableYears(domain, now).includes(years)) lifecycle.extend(domain, years);
    else ledger.refund(purchase, now);
  }

  return {
    order(order) {
      const { paymentMs, registryMs } = peopleOf(order.domain);
      payLater(deps, order.purchase, paymentMs, (paid) => {
        if (paid) clock.at(clock.now() + registryMs, () => carryOut(order));
      });
    },
  };
}
