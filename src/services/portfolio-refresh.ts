// Reads everything of an organization again, in lane `bulk`: its clients, its domains, and the details of each domain. What was read since the job was asked for is
// not read again, so that it goes on where it was, whoever goes on with it.
import type { EventBus } from '../events/bus.ts';
import type { Clock } from '../lib/clock.ts';
import { createUpstreamMeter } from '../lib/upstream-meter.ts';
import { failureReason, isUpstreamFailure } from '../mirror/failure.ts';
import type { Demand, Mirror } from '../mirror/mirror.ts';
import type { Store } from '../store/store.ts';
import type { BulkJobRecord } from './services.ts';
import type { HeldWork, WorkHandler } from './work.ts';

export interface PortfolioRefreshDeps {
  readonly store: Pick<Store, 'bulkJobs' | 'domains'>;
  readonly mirror: Pick<Mirror, 'organizations' | 'ensureClients' | 'ensureDomains' | 'domainDepths'>;
  readonly bus: EventBus;
  readonly clock: Clock;
}

/** Details read before progress is told. */
const BATCH = 20;
const JOBS_AT_ONCE = 2;
/** With the pauses between attempts, about a quarter of an hour. */
const MOST_FAILURES = 20;

/** Gandi cannot be asked now. */
class NotNowError extends Error {
  override readonly name = 'NotNowError';
}

export function createPortfolioRefresh({ store, mirror, bus, clock }: PortfolioRefreshDeps): WorkHandler {
  const told = async (written: ReturnType<Store['bulkJobs']['change']>): Promise<BulkJobRecord | null> => {
    const result = await written;
    if (result !== null && result.events.length > 0) bus.publish('events');
    return result?.job ?? null;
  };

  /** @throws {NotNowError} */
  async function readLists({ organizationId }: BulkJobRecord, demand: Demand): Promise<void> {
    const lists = [
      () => mirror.organizations(demand).then(({ freshness }) => freshness),
      () => mirror.ensureClients(organizationId, demand),
      () => mirror.ensureDomains({ withClients: true }, demand),
    ];
    for (const read of lists) {
      const { state, reason } = await read();
      if (state === 'STALE') throw new NotNowError(reason ?? 'Gandi could not be asked.');
    }
  }

  /**
   * Goes through the domains by name, and once more when readings were shared that others had begun before the job was asked for.
   * @returns false when the job has ended or is no longer ours.
   * @throws {NotNowError} when of a batch none could be read.
   */
  async function readDetails(job: BulkJobRecord, held: HeldWork, demand: Demand): Promise<boolean> {
    const { organizationId, createdAt } = job;
    let failed = 0;
    let after = '';
    let again = false;
    for (;;) {
      const { total, fresh } = await store.domains.countDetails(organizationId, createdAt);
      const progress = { total, done: fresh, failed, problem: null };
      if ((await told(store.bulkJobs.change(job.id, held.owner, progress, clock.now()))) === null) return false;
      const names = await store.domains.detailsBefore({ organizationId, olderThan: createdAt, after, limit: BATCH });
      const last = names.at(-1);
      if (last === undefined && !again) return true;
      if (last === undefined) {
        [after, again, failed] = ['', false, 0];
        continue;
      }
      const details = names.map((name) => ({ organizationId, name }));
      const found = await mirror.domainDepths({ links: [], details }, demand);
      const read = [...found.details.values()].map(({ freshness }) => freshness);
      const stale = read.filter(({ state }) => state === 'STALE');
      const unread = names.length - found.details.size + stale.length;
      if (unread === names.length) throw new NotNowError(stale[0]?.reason ?? 'The domains could not be read.');
      failed += unread;
      again ||= read.some(({ state, asOf }) => state !== 'STALE' && asOf < createdAt);
      after = last;
    }
  }

  async function refresh(job: BulkJobRecord, held: HeldWork): Promise<null> {
    const demand: Demand = {
      maxAgeSeconds: 0,
      askedAt: job.createdAt,
      lane: 'bulk',
      tenant: job.organizationId,
      maxWaitMs: Number.POSITIVE_INFINITY,
      signal: held.signal,
      meter: createUpstreamMeter(),
    };
    await readLists(job, demand);
    if (await readDetails(job, held, demand))
      await told(store.bulkJobs.change(job.id, held.owner, { state: 'COMPLETED' }, clock.now()));
    return null;
  }

  return {
    kind: 'portfolio-refresh',
    atOnce: JOBS_AT_ONCE,
    mostFailures: MOST_FAILURES,
    async run(jobId, held) {
      const job = await told(store.bulkJobs.hold(jobId, held.owner, clock.now()));
      if (job === null) return null;
      try {
        return await refresh(job, held);
      } catch (error) {
        if (held.signal.aborted) return null;
        const problem = problemOf(error);
        if (problem !== null) await told(store.bulkJobs.change(jobId, held.owner, { problem }, clock.now()));
        throw error;
      }
    },
    async giveUp(jobId) {
      const [job] = await store.bulkJobs.byIds([jobId]);
      const problem = job?.problem ?? 'It failed too often; the cause is in the log of the gateway.';
      await told(store.bulkJobs.change(jobId, null, { state: 'FAILED', problem }, clock.now()));
    },
    async unfinished() {
      const jobs = await store.bulkJobs.unfinished();
      return jobs.filter(({ kind }) => kind === 'REFRESH_PORTFOLIO').map(({ id }) => id);
    },
  };
}

/** What can be told of it; null for what only the log is for. */
function problemOf(error: unknown): string | null {
  if (error instanceof NotNowError) return error.message;
  return isUpstreamFailure(error) ? failureReason(error) : null;
}
