// One change of a domain at Gandi: sent once, then looked at until Gandi shows it. What Gandi shows is the answer, also when its own answer was lost.
import { type Clock, sleep } from '../lib/clock.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { OwnSetting, Store } from '../store/store.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { CallOptions } from '../upstream/port.ts';
import { orFault, writeFor } from './calls.ts';
import { asShown, noSuchDomain } from './domain-now.ts';
import { RejectedByGandiError, RequestFault } from './errors.ts';
import type { DomainDetailRecord, DomainNode, DomainRecord, OperationScope } from './services.ts';
import { toRequestFault } from './upstream-faults.ts';

/** Gandi accepts a change (202) and carries it out a little later: pauses before each further look. */
const PAUSES_MS = [1_000, 2_000];

export interface DomainWriteDeps {
  readonly store: Pick<Store, 'domains'>;
  readonly mirror: Pick<Mirror, 'domainChanged'>;
  readonly clock: Clock;
}

/** What Gandi shows of a domain after the change; the detail is null when it is not known. */
export interface Shown {
  readonly domain: DomainRecord;
  readonly detail: DomainDetailRecord | null;
}

export interface DomainChange {
  /** As in "Gandi would not … of example.com". */
  readonly what: string;
  send(name: string, call: CallOptions): Promise<void>;
  /** Noted before it is sent. */
  readonly sets?: OwnSetting;
  /** True once the change is in effect. */
  isShown(shown: Shown): boolean;
  /** The same, when it has to prove that a write whose answer was lost has landed. Default: {@link isShown}. */
  isProven?(shown: Shown): boolean;
}

export interface Changed {
  readonly domain: DomainNode;
  readonly detail: DomainDetailRecord | null;
  /** False while Gandi has accepted the change and does not show it yet. */
  readonly inEffect: boolean;
}

/**
 * One write, then one to three reads of the detail. When Gandi took the change but cannot be looked at, the answer is what the mirror has, marked STALE.
 * @throws {NotFoundError | RejectedByGandiError | RequestFault}
 */
export function createDomainWrite({ store, mirror, clock }: DomainWriteDeps) {
  const send = async (scope: OperationScope, name: string, change: DomainChange): Promise<UpstreamError | null> => {
    scope.meter.planned += 1;
    try {
      await change.send(name, writeFor(scope));
      return null;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.ambiguous) return error;
      throw toOutcome(error, name, change.what);
    }
  };
  const look = async (scope: OperationScope, name: string): Promise<Shown | null> => {
    const demand = { ...writeFor(scope), meter: scope.meter, maxAgeSeconds: 0 };
    const domain = await orFault(mirror.domainChanged(name, demand));
    if (domain === null) return null;
    const [read] = await store.domains.details([domain]);
    return { domain, detail: read?.detail ?? null };
  };
  const lookUntilShown = async (scope: OperationScope, name: string, change: DomainChange): Promise<Shown | null> => {
    let shown = await look(scope, name);
    for (const pauseMs of PAUSES_MS) {
      if (shown === null || change.isShown(shown)) return shown;
      await sleep(clock, pauseMs);
      shown = await look(scope, name);
    }
    return shown;
  };

  return async (scope: OperationScope, domain: DomainNode, change: DomainChange): Promise<Changed> => {
    const { organizationId, name: domainName } = domain;
    if (change.sets !== undefined)
      await store.domains.noteOwnWrite({ organizationId, domainName, ...change.sets }, clock.now());
    const lost = await send(scope, domain.name, change);
    const isProven = change.isProven ?? change.isShown;
    try {
      const shown = await lookUntilShown(scope, domain.name, change);
      if (lost !== null && (shown === null || !isProven.call(change, shown))) throw toRequestFault(lost);
      if (shown === null) throw noSuchDomain();
      return { domain: asShown(shown.domain), detail: shown.detail, inEffect: change.isShown(shown) };
    } catch (error) {
      if (lost !== null) throw toRequestFault(lost);
      if (!(error instanceof RequestFault)) throw error;
      const reason = 'Gandi took the change and could not be asked what became of it.';
      return {
        domain: { ...domain, freshness: { ...domain.freshness, state: 'STALE', reason } },
        detail: null,
        inEffect: false,
      };
    } finally {
      scope.loaders.forgetDomain(domain);
    }
  };
}

function toOutcome(error: UpstreamError, name: string, what: string): Error {
  if (error.kind === 'not-found') return noSuchDomain();
  if (error.kind !== 'invalid' && error.kind !== 'conflict' && error.kind !== 'refused') return toRequestFault(error);
  const reasons = error.problems.map(({ message }) => message).join(' ');
  return new RejectedByGandiError(
    `Gandi would not ${what} of ${name}${reasons === '' ? '.' : `: ${reasons}`}`,
    error.problems,
    null,
    { cause: error },
  );
}
