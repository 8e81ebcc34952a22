// Bulk jobs: long work that was asked for, how far it has come, and who does it.
import { appendEvents } from './events.ts';
import { type BulkJob, Prisma, type PrismaClient } from './generated/client.ts';
import { instantKey, type Keyset, readPage, uuidKey } from './keyset.ts';
import type { BulkJobRecord, BulkJobState } from './records.ts';
import { all, dateOrNull, equals, isOneOf, isUuid, msOf, msOrNull, type Selected, storable } from './sql.ts';
import type { BulkJobStore, NewEvent, Visibility, WorkKind } from './store.ts';
import type { Work } from './work.ts';

/** The work that does a job of each kind; its key is the id of the job. */
export const BULK_WORK: Readonly<Record<BulkJobRecord['kind'], WorkKind>> = { REFRESH_PORTFOLIO: 'portfolio-refresh' };

const UNFINISHED: readonly BulkJobState[] = ['QUEUED', 'RUNNING'];

export function createBulkJobStore(prisma: PrismaClient, work: Pick<Work, 'wakeWithin'>): BulkJobStore {
  /** Writes a job that is locked, when it differs, with its event. */
  async function write(
    transaction: Prisma.TransactionClient,
    before: BulkJob,
    change: Partial<BulkJobRecord>,
    leaseOwner: string | null,
    at: number,
  ) {
    const isEnd = change.state !== undefined && !UNFINISHED.includes(change.state);
    const changed = storable({ ...toJob(before), ...change, ...(isEnd && { endedAt: at }) });
    const isNews = JSON.stringify(changed) !== JSON.stringify(toJob(before));
    const job = isNews ? { ...changed, updatedAt: at } : changed;
    await transaction.bulkJob.update({ where: { id: job.id }, data: { ...fromJob(job), leaseOwner } });
    return { job, events: isNews ? await appendEvents(transaction, [jobChanged(job, at)]) : [] };
  }

  return {
    create: (job) =>
      prisma.$transaction(async (transaction) => {
        const inserted = await transaction.bulkJob.createMany({ data: [fromJob(job)], skipDuplicates: true });
        if (inserted.count === 0) {
          const { organizationId, kind } = job;
          const twin = await transaction.bulkJob.findFirst({ where: { organizationId, kind, endedAt: null } });
          if (twin === null) throw new Error(`Bulk job ${job.id} was not inserted, and no other is under way.`);
          return { job: toJob(twin), events: [] };
        }
        await work.wakeWithin(transaction, BULK_WORK[job.kind], job.id);
        return { job: storable(job), events: await appendEvents(transaction, [jobChanged(job, job.createdAt)]) };
      }),
    async byIds(ids) {
      const rows = await prisma.bulkJob.findMany({ where: { id: { in: ids.filter(isUuid) } } });
      return rows.map(toJob);
    },
    list: ({ visibility, filter, page }) =>
      readPage(prisma, {
        columns: SELECTED,
        from: 'bulk_jobs j',
        where: conditions(visibility, filter),
        orderBy: { field: 'CREATED_AT', direction: 'DESC' },
        keyset: KEYSET,
        page,
        toRecord: toJob,
      }),
    hold: (jobId, owner, at) =>
      prisma.$transaction(async (transaction) => {
        const before = await lockJob(transaction, jobId);
        if (before === null || before.endedAt !== null) return null;
        const startedAt = msOrNull(before.startedAt) ?? at;
        return write(transaction, before, { state: 'RUNNING', startedAt }, owner, at);
      }),
    change: (jobId, owner, change, at) =>
      prisma.$transaction(async (transaction) => {
        const before = await lockJob(transaction, jobId);
        if (before === null || before.endedAt !== null) return null;
        if (owner !== null && before.leaseOwner !== owner) return null;
        return write(transaction, before, change, before.leaseOwner, at);
      }),
    async unfinished() {
      const rows = await prisma.bulkJob.findMany({ where: { endedAt: null }, select: { id: true, kind: true } });
      return rows.map(({ id, kind }) => ({ id, kind: kind as BulkJobRecord['kind'] }));
    },
  };
}

async function lockJob(transaction: Prisma.TransactionClient, jobId: string): Promise<BulkJob | null> {
  if (!isUuid(jobId)) return null;
  await transaction.$queryRaw`SELECT 1 FROM bulk_jobs WHERE id = ${jobId}::uuid FOR UPDATE`;
  return transaction.bulkJob.findUnique({ where: { id: jobId } });
}

function jobChanged(job: BulkJobRecord, occurredAt: number): NewEvent {
  return {
    organizationId: job.organizationId,
    clientId: null,
    domainName: null,
    type: 'BULK_JOB_CHANGED',
    subjectType: 'BulkJob',
    subjectId: job.id,
    payload: { ...job },
    occurredAt,
  };
}

function toJob(row: Selected<Omit<BulkJob, 'leaseOwner'>>): BulkJobRecord {
  return {
    id: row.id,
    organizationId: row.organizationId,
    kind: row.kind as BulkJobRecord['kind'],
    state: row.state as BulkJobState,
    done: row.done,
    failed: row.failed,
    total: row.total,
    problem: row.problem,
    actor: row.actor,
    createdAt: msOf(row.createdAt),
    startedAt: msOrNull(row.startedAt),
    endedAt: msOrNull(row.endedAt),
    updatedAt: msOf(row.updatedAt),
  };
}

function fromJob(job: BulkJobRecord): Prisma.BulkJobCreateManyInput {
  return {
    ...storable(job),
    createdAt: new Date(job.createdAt),
    startedAt: dateOrNull(job.startedAt),
    endedAt: dateOrNull(job.endedAt),
    updatedAt: new Date(job.updatedAt),
  };
}

function conditions(visibility: Visibility, filter: Parameters<BulkJobStore['list']>[0]['filter']): Prisma.Sql {
  const found: Prisma.Sql[] = [];
  if (visibility.organizationId !== null) found.push(equals('j.organization_id', visibility.organizationId));
  if (visibility.clientId !== null) found.push(Prisma.sql`FALSE`);
  if (filter.states !== undefined) found.push(isOneOf('j.state', filter.states));
  return all(found);
}

const SELECTED = `
  j.id, j.organization_id AS "organizationId", j.kind, j.state, j.done, j.failed, j.total, j.problem, j.actor,
  j.created_at AS "createdAt", j.started_at AS "startedAt", j.ended_at AS "endedAt", j.updated_at AS "updatedAt"`;

const KEYSET: Keyset<BulkJobRecord> = {
  listing: 'bulk-jobs',
  columns: [instantKey('j.created_at'), uuidKey('j.id')],
  keyOf: (job) => [job.createdAt, job.id],
};
