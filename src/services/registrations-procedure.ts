// What is particular to orders of registrations: createstatus tells how far one is, the domain itself that it is done.
import type { Clock } from '../lib/clock.ts';
import type { Mirror } from '../mirror/mirror.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { GandiPort } from '../upstream/port.ts';
import { RejectedByGandiError } from './errors.ts';
import { type ClientRemovalDeps, clientLeftBehind, removeMadeClient } from './order-client.ts';
import { voidOf } from './order-ledger.ts';
import type { FollowedOrder, OrderProcedure } from './order-procedure.ts';
import { type MeteredCall, UNFINISHED } from './order-steps.ts';
import { reasonsOf } from './order-submit.ts';
import type { OrderRecord } from './services.ts';

interface Deps extends ClientRemovalDeps {
  readonly port: ClientRemovalDeps['port'] & Pick<GandiPort, 'registration' | 'billing'>;
  readonly mirror: Pick<Mirror, 'clientChanged' | 'domainChanged'>;
  readonly clock: Clock;
  readonly settings: ClientRemovalDeps['settings'] & { readonly firstLookMs: number };
}

interface Progress {
  /** Gandi reported a failed registration of this name before this one was ordered. */
  readonly failedBefore?: boolean;
  readonly missingSince?: number;
  /** When the registry created the domain. */
  readonly registeredAt?: number;
}

/** A registration takes minutes; after this time somebody should ask Gandi's support. */
const PATIENCE_MS = 86_400_000;

const progressOf = (order: OrderRecord) => order.progress as Progress;

export function createRegistrationProcedure(deps: Deps): OrderProcedure {
  const { port, mirror, clock, settings } = deps;

  /** 403 to a credential that works otherwise: the name is somebody else's. @throws {UpstreamError} */
  const readDomain = async (order: OrderRecord, call: MeteredCall) => {
    try {
      return await mirror.domainChanged(order.domainName, { ...call, maxAgeSeconds: 0 });
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.kind !== 'forbidden') throw error;
      await port.billing(order.organizationId, call);
      return null;
    }
  };

  /** The domain as it is now, in whatever organization; null = not there; undefined = it could not be read. */
  const arrived = async (order: OrderRecord, call: MeteredCall) => {
    const askedAt = clock.now();
    const domain = await readDomain(order, call);
    if (domain === null || (domain.presence !== 'PRESENT' && domain.presenceAsOf >= askedAt)) return null;
    if (domain.rowAsOf < askedAt) return undefined;
    return domain;
  };

  const completed = async (order: OrderRecord, call: MeteredCall): Promise<FollowedOrder | null> => {
    const domain = await arrived(order, call);
    if (domain == null || domain.organizationId !== order.organizationId) return null;
    const registeredAt = domain.registryCreatedAt ?? domain.createdAt;
    return {
      from: UNFINISHED,
      order: {
        state: 'COMPLETED',
        nextLookAt: null,
        clientId: domain.clientId ?? order.clientId,
        progress: { ...order.progress, ...(registeredAt !== null && { registeredAt }) },
      },
    };
  };

  /** The failure may be the one that was reported before this registration, which Gandi may show for a moment after it took a new one. */
  const mayBeOlder = (order: OrderRecord): boolean =>
    progressOf(order).failedBefore === true &&
    clock.now() - (order.submittedAt ?? order.createdAt) <= settings.transitMs;

  return {
    kind: 'REGISTER',
    async landed(order, call) {
      const report = await port.registration(order.domainName, call);
      if (report.kind === 'under-way') return !(isError(report.step) && progressOf(order).failedBefore === true);
      const domain = await arrived(order, call);
      if (domain === undefined) return null;
      if (domain !== null) return domain.organizationId === order.organizationId;
      return report.kind === 'registered' ? null : false;
    },
    unreported: { order: { nextLookAt: null } },
    accepted: () => ({ order: { nextLookAt: clock.now() + settings.firstLookMs } }),
    ended: { order: { nextLookAt: null } },
    missingSince: ({ order }) => progressOf(order).missingSince,
    missing: ({ order }, missingSince) => ({ order: { progress: { ...order.progress, missingSince } } }),
    leftBehind: (order, call) => clientLeftBehind(deps, order, call),
    cleanUp: (order, call) => removeMadeClient(deps, order, call),
    async refused(order, error, call) {
      const left = await removeMadeClient(deps, order, call);
      const remains = left === null ? '' : ` The client made for it, ${left}, is still there and can be used.`;
      const message = `Gandi refused the registration: ${reasonsOf(error)} Nothing was bought.${remains}`;
      return new RejectedByGandiError(message, error.problems, left, { cause: error });
    },
    async follow(order, call): Promise<FollowedOrder | null> {
      const report = await port.registration(order.domainName, call);
      if (report.kind === 'under-way' && isError(report.step)) {
        if (mayBeOlder(order)) return null;
        const reason = report.errorLabel ?? report.errorType ?? 'Gandi names no reason.';
        return {
          from: UNFINISHED,
          order: {
            state: 'FAILED',
            nextLookAt: null,
            failureCode: report.errorType ?? 'REGISTRATION_FAILED',
            failureMessage: reason,
          },
          ledger: voidOf(order, reason),
        };
      }
      if (report.kind !== 'under-way') {
        const done = await completed(order, call);
        if (done !== null) return done;
      }
      const isLong = clock.now() - (order.submittedAt ?? order.createdAt) >= PATIENCE_MS;
      if (!isLong) return order.state === 'ACCEPTED' ? { from: ['ACCEPTED'], order: { state: 'WAITING' } } : null;
      if (order.state === 'ACTION_REQUIRED') return null;
      return {
        from: UNFINISHED,
        order: { state: 'ACTION_REQUIRED' },
        note: 'Gandi took the registration a day ago and the domain is not there: check the prepaid account, or ask Gandi’s support.',
      };
    },
  };
}

/** The step at which a registration has failed for good (Gandi v5 docs, createstatus). */
export function isError(step: string): boolean {
  return step.toUpperCase() === 'ERROR';
}
