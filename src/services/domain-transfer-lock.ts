// Sets the registrar's transfer lock of a domain and reads back what became of it.
import type { DomainRecord } from '../store/records.ts';
import type { GandiPort } from '../upstream/port.ts';
import { noSuchDomain } from './domain-now.ts';
import { createDomainWrite, type DomainWriteDeps } from './domain-write.ts';
import { TransferLockUnavailableError } from './errors.ts';
import type { DomainNode, OperationScope } from './services.ts';

/** EPP statuses as Gandi spells them (RFC 5731). */
const LOCKED_BY_REGISTRAR = 'clientTransferProhibited';
const LOCKED_BY_REGISTRY = 'serverTransferProhibited';

export interface TransferLockDeps extends DomainWriteDeps {
  readonly port: Pick<GandiPort, 'setTransferLock'>;
}

/**
 * One write, then one to three reads of the detail until Gandi shows the lock as asked; then what Gandi shows is the answer, even when the change is still
 * under way. When the answer to the write was lost, what Gandi shows decides.
 * @throws {NotFoundError | TransferLockUnavailableError | RejectedByGandiError | RequestFault}
 */
export function createTransferLock(deps: TransferLockDeps) {
  const { port, store } = deps;
  const carryOut = createDomainWrite(deps);
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

  return async (scope: OperationScope, domain: DomainNode | null, locked: boolean): Promise<DomainNode> => {
    if (domain === null || domain.presence === 'ABSENT_CONFIRMED') throw noSuchDomain();
    await assertPossible(domain, locked);
    const changed = await carryOut(scope, domain, {
      what: 'change the transfer lock',
      send: (name, call) => port.setTransferLock(name, locked, call),
      sets: { aspect: 'TRANSFER_LOCK', wanted: locked ? ['locked'] : [] },
      isShown: ({ domain: shown }) => shown.eppStatuses.includes(LOCKED_BY_REGISTRAR) === locked,
    });
    return changed.domain;
  };
}
