// Bulk jobs: long work that is asked for in a moment and done piece by piece. docs/bulk-work.md tells it all.
import { assertCan, canSee, type Session } from '../auth/session.ts';
import type { EventBus } from '../events/bus.ts';
import type { Clock } from '../lib/clock.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';
import { visibilityOf } from './calls.ts';
import { NotFoundError, RequestFault, WrongJobStateError } from './errors.ts';
import { connectionOf, isUuid } from './orders.ts';
import { payingOrganization } from './paying-organization.ts';
import type { BulkJobRecord, BulkJobsService, OperationScope } from './services.ts';

export interface BulkJobsDeps {
  readonly store: Pick<Store, 'bulkJobs' | 'audit'>;
  readonly mirror: Pick<Mirror, 'organizations'>;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly newId: () => string;
}

export function createBulkJobsService({ store, mirror, bus, clock, newId }: BulkJobsDeps): BulkJobsService {
  const visible = async (session: Session, id: string): Promise<BulkJobRecord | null> => {
    const [job] = isUuid(id) ? await store.bulkJobs.byIds([id]) : [];
    return job !== undefined && canSee(session, { organizationId: job.organizationId, clientId: null }) ? job : null;
  };
  const audit = (session: Session, action: string, job: BulkJobRecord): Promise<void> =>
    store.audit.append({
      organizationId: job.organizationId,
      actor: `${session.actor.kind}:${session.actor.id}`,
      action,
      subject: job.id,
      requestId: session.requestId,
      occurredAt: clock.now(),
    });

  return {
    async refreshPortfolio(scope, { organizationId }) {
      const { session } = scope;
      assertMayAsk(session);
      const organization = await payingOrganization(scope, mirror, organizationId, ['input', 'organizationId']);
      const now = clock.now();
      const wanted: BulkJobRecord = {
        id: newId(),
        organizationId: organization.id,
        kind: 'REFRESH_PORTFOLIO',
        state: 'QUEUED',
        done: 0,
        failed: 0,
        total: null,
        problem: null,
        actor: `${session.actor.kind}:${session.actor.id}`,
        createdAt: now,
        startedAt: null,
        endedAt: null,
        updatedAt: now,
      };
      const { job } = await store.bulkJobs.create(wanted);
      const replayed = job.id !== wanted.id;
      bus.publish('work');
      if (!replayed) {
        bus.publish('events');
        await audit(session, 'refreshPortfolio', job);
      }
      return { job, replayed };
    },

    async cancel({ session }: OperationScope, { jobId }) {
      assertMayAsk(session);
      const job = await visible(session, jobId);
      if (job === null) throw new NotFoundError('There is no such job.', ['input', 'jobId']);
      if (job.state === 'CANCELLED') return job;
      const cancelled = await store.bulkJobs.change(job.id, null, { state: 'CANCELLED' }, clock.now());
      if (cancelled !== null) {
        bus.publish('events');
        await audit(session, 'cancelBulkJob', job);
        return cancelled.job;
      }
      const [now = job] = await store.bulkJobs.byIds([job.id]);
      if (now.state === 'CANCELLED') return now;
      throw new WrongJobStateError(`The job is ${now.state}; nothing is left to cancel.`, now.state);
    },

    async byId({ session }, id) {
      assertCan(session, 'portfolio:read');
      return visible(session, id);
    },

    async list(scope, { states, page }) {
      assertCan(scope.session, 'portfolio:read');
      const filter = states === null ? {} : { states };
      const found = await store.bulkJobs.list({ visibility: visibilityOf(scope), filter, page });
      return connectionOf(found, () => Promise.reject(new Error('Bulk jobs are not counted.')));
    },
  };
}

/** @throws {RequestFault} FORBIDDEN for a key limited to one client. @throws {MissingScopeError} */
function assertMayAsk(session: Session): void {
  assertCan(session, 'portfolio:read');
  if (session.clientId === null) return;
  throw new RequestFault('FORBIDDEN', 'This key is limited to one client; bulk jobs are for a whole organization.');
}
