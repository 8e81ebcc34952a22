// Sets the registrar's transfer lock of a domain and reads back what became of it.
import { type Clock, sleep } from '../lib/clock.ts';
import type { DomainKey } from '../mirror/keys.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { DomainRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { GandiPort } from '../upstream/port.ts';
import { orFault, writeFor } from './calls.ts';
import { NotFoundError, RejectedByGandiError, TransferLockUnavailableError } from './errors.ts';
import type { DomainNode, OperationScope } from './services.ts';
import { toRequestFault } from './upstream-faults.ts';

/** EPP statuses as Gandi spells them (RFC 5731). */
const LOCKED_BY_REGISTRAR = 'clientTransferProhibited';
const LOCKED_BY_REGISTRY = 'serverTransferProhibited';

/** Gandi accepts the change (202) and carries it out a little later: pauses before each further look. */
const PAUSES_MS = [1_000, 2_000];

export interface TransferLockDeps {
  readonly port: Pick<GandiPort, 'setTransferLock'>;
  readonly store: Pick<Store, 'domains'>;
  readonly mirror: Pick<Mirror, 'domainChanged'>;
  readonly clock: Clock;
}

/**
 * One write, then one to three reads of the detail until Gandi shows the lock as asked; then what Gandi shows is the answer, even when the change is still
 * under way. When the answer to the write was lost, what Gandi shows decides.
 * @throws {NotFoundError | TransferLockUnavailableError | RejectedByGandiError | RequestFault}
 */
export function createTransferLock({ port, store, mirror, clock }: TransferLockDeps) {
  const assertPossible = async (domain: DomainRecord, locked: boolean) => {
    const [known] = await store.domains.details([domain]);
    if (known?.detail.canTransferLock === false)
      throw new TransferLockUnavailableError(`.${domain.tld} has no transfer lock.`, ['input', 'domain']);
    if (!locked && domain.eppStatuses.includes(LOCKED_BY_REGISTRY))
      throw new TransferLockUnavailableError(
        `The registry itself has locked ${domain.unicodeName} against transfers; only it can take that back.`,
        ['input', 'domain'],
      );
  };
  const write = async (scope: OperationScope, name: string, locked: boolean): Promise<UpstreamError | null> => {
    scope.meter.planned += 1;
    try {
      await port.setTransferLock(name, locked, writeFor(scope));
      return null;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.ambiguous) return error;
      throw toOutcome(error, name);
    }
  };
  const lookAgain = async (scope: OperationScope, name: string, locked: boolean): Promise<DomainRecord | null> => {
    const look = () =>
      orFault(mirror.domainChanged(name, { ...writeFor(scope), meter: scope.meter, maxAgeSeconds: 0 }));
    let domain = await look();
    for (const pauseMs of PAUSES_MS) {
      if (domain === null || isLocked(domain) === locked) return domain;
      await sleep(clock, pauseMs);
      domain = await look();
    }
    return domain;
  };

  return async (scope: OperationScope, domain: DomainNode | null, locked: boolean): Promise<DomainNode> => {
    if (domain === null || domain.presence === 'ABSENT_CONFIRMED')
      throw new NotFoundError('There is no such domain.', ['input', 'domain']);
    await assertPossible(domain, locked);
    const lost = await write(scope, domain.name, locked);
    const key: DomainKey = { organizationId: domain.organizationId, name: domain.name };
    const shown = await lookAgain(scope, domain.name, locked);
    scope.loaders.forgetDomain(key);
    if (lost !== null && (shown === null || isLocked(shown) !== locked)) throw toRequestFault(lost);
    if (shown === null) throw new NotFoundError('There is no such domain.', ['input', 'domain']);
    return { ...shown, freshness: { asOf: shown.rowAsOf, state: 'LIVE', reason: null } };
  };
}

function isLocked({ eppStatuses }: DomainRecord): boolean {
  return eppStatuses.includes(LOCKED_BY_REGISTRAR);
}

function toOutcome(error: UpstreamError, name: string): Error {
  if (error.kind === 'not-found') return new NotFoundError('There is no such domain.', ['input', 'domain']);
  if (error.kind !== 'invalid' && error.kind !== 'conflict' && error.kind !== 'refused') return toRequestFault(error);
  return new RejectedByGandiError(`Gandi would not change the transfer lock of ${name}.`, error.problems, null, {
    cause: error,
  });
}
