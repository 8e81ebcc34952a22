// Plans: lists of orders that were quoted as a whole, how far each has come, and who carries it out.
import { appendEvents } from './events.ts';
import { type Plan, type PlanItem, Prisma, type PrismaClient } from './generated/client.ts';
import { instantKey, type Keyset, readPage, uuidKey } from './keyset.ts';
import type { OrderKind, PlanItemRecord, PlanItemState, PlanRecord, PlanState } from './records.ts';
import { all, dateOrNull, equals, isOneOf, isUuid, msOf, msOrNull, type Selected, storable } from './sql.ts';
import type { NewEvent, PlanStore, Visibility } from './store.ts';
import type { Work } from './work.ts';

export function createPlanStore(prisma: PrismaClient, work: Pick<Work, 'wakeWithin'>): PlanStore {
  return {
    create: (plan, items) =>
      prisma.$transaction(async (transaction) => {
        await transaction.plan.create({ data: fromPlan(plan) });
        await transaction.planItem.createMany({ data: items.map(fromItem) });
        return appendEvents(transaction, [planChanged(plan, await countItems(transaction, plan.id), plan.createdAt)]);
      }),
    async byIds(ids) {
      const rows = await prisma.plan.findMany({ where: { id: { in: ids.filter(isUuid) } } });
      return rows.map(toPlan);
    },
    list: ({ visibility, filter, page }) =>
      readPage(prisma, {
        columns: SELECTED,
        from: 'plans p',
        where: conditions(visibility, filter),
        orderBy: { field: 'CREATED_AT', direction: 'DESC' },
        keyset: KEYSET,
        page,
        toRecord: toPlan,
      }),
    async items(planId, { after, limit }) {
      if (!isUuid(planId)) return [];
      const rows = await prisma.planItem.findMany({
        where: { planId, ...(after !== null && { position: { gt: after } }) },
        orderBy: { position: 'asc' },
        take: limit,
      });
      return rows.map(toItem);
    },
    counts: (planId) => countItems(prisma, planId),
    change: (planId, guard, change, at) =>
      prisma.$transaction(async (transaction) => {
        const before = await lockPlan(transaction, planId);
        if (before === null || !guard.from.includes(before.state as PlanState)) return null;
        if (guard.leaseOwner !== undefined && before.leaseOwner !== guard.leaseOwner) return null;
        const plan = storable({ ...toPlan(before), ...change, updatedAt: at });
        const isEnd = plan.state !== 'DRAFT' && plan.state !== 'RUNNING';
        const data = { ...fromPlan(plan), ...(isEnd && { leaseOwner: null }) };
        await transaction.plan.update({ where: { id: planId }, data });
        if (plan.state !== before.state && plan.state !== 'COMPLETED')
          await work.wakeWithin(transaction, 'plan', planId);
        const events = await appendEvents(transaction, [planChanged(plan, await countItems(transaction, planId), at)]);
        return { plan, events };
      }),
    changeItem: ({ planId, position }, from, change, at, guard) =>
      prisma.$transaction(async (transaction) => {
        const owner = await lockPlan(transaction, planId);
        if (owner === null) return null;
        if (guard !== undefined && !guard.from.includes(owner.state as PlanState)) return null;
        if (guard !== undefined && owner.leaseOwner !== guard.leaseOwner) return null;
        const before = await transaction.planItem.findUnique({ where: { planId_position: { planId, position } } });
        if (before === null || !from.includes(before.state as PlanItemState)) return null;
        const item = storable({ ...toItem(before), ...change, updatedAt: at });
        await transaction.planItem.update({ where: { planId_position: { planId, position } }, data: fromItem(item) });
        const counts = await countItems(transaction, planId);
        return { item, events: await appendEvents(transaction, [planChanged(toPlan(owner), counts, at)]) };
      }),
    async hold(planId, owner) {
      if (!isUuid(planId)) return null;
      const [plan] = await prisma.plan.updateManyAndReturn({
        where: { id: planId, state: 'RUNNING' },
        data: { leaseOwner: owner },
      });
      return plan === undefined ? null : toPlan(plan);
    },
    async unfinished() {
      const plans = await prisma.plan.findMany({
        where: {
          OR: [
            { state: 'RUNNING' },
            { state: { in: ['STOPPED', 'CANCELLED'] }, items: { some: { state: { in: ['RUNNING', 'ORDERED'] } } } },
          ],
        },
        select: { id: true },
      });
      return plans.map(({ id }) => id);
    },
  };
}

/** Keeps others from changing the plan and its items until the transaction ends. */
async function lockPlan(transaction: Prisma.TransactionClient, planId: string): Promise<Plan | null> {
  if (!isUuid(planId)) return null;
  await transaction.$queryRaw`SELECT 1 FROM plans WHERE id = ${planId}::uuid FOR UPDATE`;
  return transaction.plan.findUnique({ where: { id: planId } });
}

async function countItems(
  database: Pick<Prisma.TransactionClient, 'planItem'>,
  planId: string,
): Promise<Record<PlanItemState, number>> {
  const counts: Record<PlanItemState, number> = {
    PLANNED: 0,
    RUNNING: 0,
    ORDERED: 0,
    DONE: 0,
    FAILED: 0,
    SKIPPED: 0,
  };
  if (!isUuid(planId)) return counts;
  const groups = await database.planItem.groupBy({ by: ['state'], where: { planId }, _count: true });
  for (const { state, _count } of groups) counts[state as PlanItemState] = _count;
  return counts;
}

function planChanged(plan: PlanRecord, counts: Readonly<Record<PlanItemState, number>>, occurredAt: number): NewEvent {
  return {
    organizationId: plan.organizationId,
    clientId: null,
    domainName: null,
    type: 'PLAN_CHANGED',
    subjectType: 'Plan',
    subjectId: plan.id,
    payload: { ...plan, counts },
    occurredAt,
  };
}

type PlanRow = Omit<Plan, 'leaseOwner'>;

function toPlan(row: Selected<PlanRow>): PlanRecord {
  return {
    id: row.id,
    organizationId: row.organizationId,
    state: row.state as PlanState,
    hash: row.hash,
    stopReason: row.stopReason,
    actor: row.actor,
    createdAt: msOf(row.createdAt),
    expiresAt: msOf(row.expiresAt),
    startedAt: msOrNull(row.startedAt),
    endedAt: msOrNull(row.endedAt),
    updatedAt: msOf(row.updatedAt),
  };
}

function fromPlan(plan: PlanRecord): Prisma.PlanUncheckedCreateInput {
  return {
    ...storable(plan),
    createdAt: new Date(plan.createdAt),
    expiresAt: new Date(plan.expiresAt),
    startedAt: dateOrNull(plan.startedAt),
    endedAt: dateOrNull(plan.endedAt),
    updatedAt: new Date(plan.updatedAt),
  };
}

function toItem(row: PlanItem): PlanItemRecord {
  return {
    ...row,
    kind: row.kind as OrderKind,
    input: row.input as Readonly<Record<string, unknown>>,
    quote: row.quote as Readonly<Record<string, unknown>>,
    state: row.state as PlanItemState,
    failure: row.failure as PlanItemRecord['failure'],
    updatedAt: row.updatedAt.getTime(),
  };
}

function fromItem(item: PlanItemRecord): Prisma.PlanItemCreateManyInput {
  const { input, quote, failure, ...rest } = storable(item);
  return {
    ...rest,
    input: input as Prisma.InputJsonObject,
    quote: quote as Prisma.InputJsonObject,
    failure: failure === null ? Prisma.DbNull : { ...failure },
    updatedAt: new Date(item.updatedAt),
  };
}

function conditions(visibility: Visibility, filter: Parameters<PlanStore['list']>[0]['filter']): Prisma.Sql {
  const found: Prisma.Sql[] = [];
  if (visibility.organizationId !== null) found.push(equals('p.organization_id', visibility.organizationId));
  if (visibility.clientId !== null) found.push(Prisma.sql`FALSE`);
  if (filter.organizationId !== undefined) found.push(equals('p.organization_id', filter.organizationId));
  if (filter.states !== undefined) found.push(isOneOf('p.state', filter.states));
  return all(found);
}

const SELECTED = `
  p.id, p.organization_id AS "organizationId", p.state, p.hash, p.stop_reason AS "stopReason", p.actor, p.created_at AS "createdAt",
  p.expires_at AS "expiresAt", p.started_at AS "startedAt", p.ended_at AS "endedAt", p.updated_at AS "updatedAt"`;

const KEYSET: Keyset<PlanRecord> = {
  listing: 'plans',
  columns: [instantKey('p.created_at'), uuidKey('p.id')],
  keyOf: (plan) => [plan.createdAt, plan.id],
};
