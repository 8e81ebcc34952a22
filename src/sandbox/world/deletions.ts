// Deletions of fresh registrations: the registry takes the name back, and later the money is on the account again.
import type { SandboxClock } from '../clock.ts';
import type { People } from '../options.ts';
import type { Estate } from './estate.ts';
import type { Ledger } from './ledger.ts';
import type { Domain } from './records.ts';

export interface Deletions {
  /** Why the domain cannot be deleted now; undefined when it can. */
  obstacle(domain: Domain): string | undefined;
  order(domain: Domain): void;
}

export function createDeletions(deps: {
  readonly clock: SandboxClock;
  readonly estate: Estate;
  readonly ledger: Ledger;
  peopleOf(domain: Domain): People;
  /** Nobody holds the name any more. */
  freed(domain: Domain): void;
}): Deletions {
  const { clock, estate, ledger, peopleOf, freed } = deps;
  const later = (ms: number, run: () => void) => clock.at(clock.now() + ms, run);

  return {
    obstacle(domain) {
      if (domain.beingDeleted) return 'it is being deleted already';
      if (domain.departsAt !== undefined) return 'a transfer to another registrar is under way';
      const prohibiting = domain.extraStatuses.find((status) => /^(client|server)DeleteProhibited$/.test(status));
      if (prohibiting !== undefined) return `it is in status ${prohibiting}`;
      const open = domain.addGrace !== undefined && clock.now() < domain.addGrace.endsAt;
      return open ? undefined : 'it is not in the days after a registration in which its registry takes it back';
    },
    order(domain) {
      const { platformMs, registryMs, creditMs } = peopleOf(domain);
      const { addGrace } = domain;
      domain.beingDeleted = true;
      estate.touch(domain, clock.now());
      later(platformMs + registryMs, () => {
        domain.nextStep?.cancel();
        estate.remove(domain);
        freed(domain);
        if (addGrace) later(creditMs, () => ledger.refund(addGrace.purchase, clock.now()));
      });
    },
  };
}
