// A domain the caller may see, as Gandi shows it now: what a change of it is checked against.
import { canSee } from '../auth/session.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';
import { callFor, orFault } from './calls.ts';
import { NotFoundError, RequestFault } from './errors.ts';
import type { DomainDetailRecord, DomainNode, OperationScope } from './services.ts';

export interface DomainNowDeps {
  readonly store: Pick<Store, 'domains'>;
  readonly mirror: Pick<Mirror, 'domainChanged'>;
}

export interface DomainNow {
  readonly domain: DomainNode;
  readonly detail: DomainDetailRecord;
}

/**
 * One call, and one more for a name the mirror does not know.
 * @param name A-label, lower case.
 * @throws {NotFoundError} also for a domain that is not, or no longer, the caller's to see. @throws {RequestFault}
 */
export async function domainNow(deps: DomainNowDeps, scope: OperationScope, name: string): Promise<DomainNow> {
  const known = (await orFault(scope.loaders.domainsByName.load(name))).find(
    ({ presence }) => presence !== 'ABSENT_CONFIRMED',
  );
  if (known === undefined) throw noSuchDomain();
  const demand = { ...callFor(scope, 'interactive'), meter: scope.meter, maxAgeSeconds: 0 };
  const domain = await orFault(deps.mirror.domainChanged(name, demand));
  scope.loaders.forgetDomain(known);
  if (domain === null || domain.presence !== 'PRESENT' || domain.organizationId !== known.organizationId)
    throw noSuchDomain();
  if (!canSee(scope.session, domain)) throw noSuchDomain();
  const [read] = await deps.store.domains.details([domain]);
  if (read === undefined)
    throw new RequestFault('UPSTREAM_UNAVAILABLE', `What Gandi has of ${name} could not be read. Nothing was sent.`);
  return { domain: asShown(domain), detail: read.detail };
}

/** The domain with the freshness of one that was just read. */
export function asShown(domain: Omit<DomainNode, 'freshness'>): DomainNode {
  return { ...domain, freshness: { asOf: domain.rowAsOf, state: 'LIVE', reason: null } };
}

export function noSuchDomain(): NotFoundError {
  return new NotFoundError('There is no such domain.', ['input', 'domain']);
}
