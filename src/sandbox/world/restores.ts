// Restores out of redemption: payment, then the registry gives the domain back, one year after the expiry it had.
import type { SandboxClock } from '../clock.ts';
import type { People } from '../options.ts';
import type { Estate } from './estate.ts';
import type { Ledger, Purchase } from './ledger.ts';
import { type Lifecycle, stageOf } from './lifecycle.ts';
import { payLater } from './payments.ts';
import type { Domain } from './records.ts';

export interface RestoreOrder {
  readonly domain: Domain;
  readonly purchase: Purchase;
  /** A fault rule decided that the registry turns this order down after it was paid. */
  readonly registryRefuses: boolean;
}

export interface Restores {
  isRestorable(domain: Domain): boolean;
  /** Sets the price aside. An order that cannot be paid when its time comes is dropped, one that the registry refuses is given back. */
  order(order: RestoreOrder): void;
}

export function createRestores(deps: {
  readonly clock: SandboxClock;
  readonly estate: Estate;
  readonly ledger: Ledger;
  readonly lifecycle: Lifecycle;
  peopleOf(domain: Domain): People;
}): Restores {
  const { clock, estate, ledger, lifecycle, peopleOf } = deps;

  const isRestorable = (domain: Domain) =>
    estate.getUnlisted(domain.fqdn) === domain && stageOf(domain, clock.now()) === 'redemption';

  function carryOut({ domain, purchase, registryRefuses }: RestoreOrder): void {
    if (registryRefuses || !isRestorable(domain)) {
      ledger.refund(purchase, clock.now());
      return;
    }
    estate.relist(domain);
    lifecycle.extend(domain, 1);
  }

  return {
    isRestorable,
    order(order) {
      const { paymentMs, registryMs } = peopleOf(order.domain);
      payLater(deps, order.purchase, paymentMs, (paid) => {
        if (paid) clock.at(clock.now() + registryMs, () => carryOut(order));
      });
    },
  };
}
